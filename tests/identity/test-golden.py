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
from support.identities import ask, probes, refuse, rows   # noqa: E402
from support.place import SOURCE   # noqa: E402
from support.tap import equal, ok   # noqa: E402


def check(place, row, refusal):
    done = refuse(place, row, refusal, lambda env: ask(
        place, refusal.audience, env))
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
