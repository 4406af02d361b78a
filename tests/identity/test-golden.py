#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What each identity says where it is not, and when its platform says no: the
whole sentence that a person gets to read."""

import os
import re
import shutil
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..'))

from support import canary, golden, tap   # noqa: E402
from support.identities import ask, probes, program, rows, use   # noqa: E402
from support.place import SOURCE   # noqa: E402
from support.tap import equal, ok   # noqa: E402


def prepare(place, row, refusal):
    rig = place.rig
    rig.heal()
    rig.cloud.world.reset()
    rig.change(**refusal.state)
    if refusal.fault is not None:
        rig.fault(**{'mode': 'fail', 'count': -1, 'service': row.SERVICE,
                     'operation': row.OPERATION, **refusal.fault})
    for name, text in refusal.programs.items():
        program(place, name, text)
    for name, text in refusal.files.items():
        place.write(f'home/{name}', text)
    use(place, row, settings=refusal.settings)


def refuse(place, row, refusal):
    env = row.around(place) if refusal.env is None else refusal.env
    prepare(place, row, refusal)
    before = dict(place.env)
    if refusal.hidden:      # the PATH that counts is the agent's
        place.daypass('end')
        place.without_identity()
    done = ask(place, refusal.audience, env)
    if refusal.hidden:
        place.daypass('end')
        place.env = before
    for name in refusal.programs:
        os.unlink(place.path('bin', name))
    for name in refusal.files:
        os.unlink(place.path('home', name))
    return done


def check(place, row, refusal):
    done = refuse(place, row, refusal)
    name = f'{row.name}: {refusal.name}'
    equal((done.code, done.out), (refusal.code, ''),
          f'{name}: exit {refusal.code}')
    ok(len(done.err.splitlines()) == 1, f'{name}: in one line', done)
    ok(not canary.found_in(done.err.encode(), canary.needles(
        place.rig.secrets())), f'{name}: no secret')
    return f'{done.code} {done.err}'


def absences(place, row):
    """What doctor says where it is not."""
    for name, env in row.absent(place).items():
        here, reason = probes(place, env)[row.name]
        equal(here, False, f'{row.name}: {name}: is not here')
        yield f'not here: {name}', reason


def test_sentences(place):
    for row in rows():
        if row.untestable():
            tap.skip(row.name, row.untestable())
            continue
        place.configure()
        shutil.rmtree(place.bin)
        place.make('bin')
        said = dict(absences(place, row))
        for refusal in row.refusals(place):
            assert refusal.name not in said, f'{refusal.name}: there twice'
            said[refusal.name] = check(place, row, refusal)
        ok(said, f'{row.name}: says no')
        golden.check(os.path.join(HERE, 'golden', f'{row.name}.txt'), said)


HEADINGS = ['What it gives', 'On the platform', 'For daypass', 'Check',
            'What goes wrong', 'Not verified']


def test_pages(place):
    """docs/identities says what daypass really says."""
    for row in rows():
        with open(os.path.join(SOURCE, 'docs', 'identities',
                               f'{row.name}.md'), encoding='utf-8') as page:
            text = page.read()
        equal(re.findall('^# (.*)$', text, re.M), [row.name],
              f'{row.name}.md: its name')
        equal(re.findall('^## (.*)$', text, re.M), HEADINGS,
              f'{row.name}.md: its headings')
        said = '\n'.join(golden.read(os.path.join(
            HERE, 'golden', f'{row.name}.txt')).values())
        wrong = text.partition('## What goes wrong')[2]
        quoted = re.findall(r'^\| (?:`` (.*?) ``|`(.*?)`) \|', wrong, re.M)
        equal([words for pair in quoted for words in pair
               if words and words not in said], [],
              f'{row.name}.md: what it quotes is said')
        ok(quoted, f'{row.name}.md: quotes something')


if __name__ == '__main__':
    tap.run(globals())
