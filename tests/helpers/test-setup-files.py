#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""daypass setup over files that are none of the usual: no run leaves half of
anything, and nobody's bytes are lost."""

import json
import os
import random
import signal
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import tap   # noqa: E402
from support.corpus import PATHS, configure, read, setup, tree   # noqa: E402
from support.tap import equal, like, ok   # noqa: E402


def test_nothing_half_done(place):
    """One file that cannot be written, and nothing is."""
    configure(place)
    place.write(PATHS['git'], '[user]\n')
    place.write(PATHS['docker'], '{"auths": {},}')
    before = tree(place)
    done = setup(place, 'all')
    equal(done.code, 78, 'a file that is broken')
    like(done.err, r'^daypass: setup docker: .*line 1: ',
         'says which, and where')
    equal(tree(place), before, 'and nothing at all is changed')
    place.write(PATHS['docker'], '{}', 0o444)
    before = tree(place)
    done = setup(place, 'all')
    equal(done.code, 78, 'a file that is read-only')
    like(done.err, 'config.json. is read-only', 'says so')
    equal(tree(place), before, 'and nothing is changed')
    os.unlink(place.path(PATHS['docker']))
    os.mkdir(place.path(PATHS['docker']))
    equal(setup(place, 'all').code, 78, 'a directory in its place')
    ok(b'daypass' not in read(place.path(PATHS['git'])), 'git is untouched')


def test_roll_back(place):
    """One file of several cannot be put in its place: those before it are put
    back."""
    configure(place)
    place.write(PATHS['git'], '[user]\n')
    place.write(PATHS['docker'], '{}\n')
    lock = place.write(PATHS['docker'] + '.lock', '')
    before = tree(place)
    done = setup(place, 'all')
    equal(done.code, 71, 'somebody is writing one of the files')
    like(done.err, 'another program is writing', 'is said')
    equal(tree(place), before, 'and all are as they were')
    ok(not os.path.exists(place.path('home/.config/gcloud')),
       'the directories too')
    os.unlink(lock)
    equal(setup(place, 'all').code, 0, 'later it works')
    before = tree(place)
    place.write(PATHS['docker'] + '.lock', '')
    equal(setup(place, 'all', '--undo').code, 71, 'the same at undo')
    os.unlink(lock)
    equal(tree(place), before, 'all are as they were')
    like(setup(place, 'all').out, 'nothing to change', 'and remembered')


def test_strange_files(place):
    configure(place)
    path = place.path(PATHS['git'])
    for make, why in (
            (lambda: os.symlink('/nowhere/file', path), 'leads nowhere'),
            (lambda: os.mkfifo(path), 'no regular file'),
            (lambda: os.link(place.write('home/other', '[user]\n'), path),
             '2 names'),
            (lambda: place.write(path, '[user]\0\n'), 'NUL'),
            (lambda: place.write(path, '#' * (1 << 20) + '\n'), '1 MiB')):
        make()
        done = setup(place, 'git')
        equal(done.code, 78, f'a file: {why}')
        like(done.err, why, 'says so')
        os.unlink(path)


def test_others_home(place):
    if os.geteuid() != 0:
        raise tap.Skip('only root can give a home to another')
    configure(place)
    os.chown(place.home, 65534, -1)
    done = setup(place, 'git')
    equal(done.code, 77, "another user's home, as sudo leaves it")
    like(done.err, 'belongs to uid 65534', 'says so')
    os.chown(place.home, 0, -1)


def test_kill(place):
    """kill -9 at any moment: each file is old or new, and undo goes back."""
    configure(place)
    texts = {'git': '[user]\n\tname = Ada', 'docker': '{"auths": {}}',
             'aws': '[default]\nregion = x\n'}
    for tool, text in texts.items():
        place.write(PATHS[tool], text)
    before = tree(place)
    setup(place, 'all')
    new = {tool: read(place.path(PATHS[tool])) for tool in texts}
    setup(place, 'all', '--undo')
    equal(tree(place), before, 'there and back')
    seen, dice = set(), random.Random(1)
    for i in range(60):
        process = place.start('daypass', 'setup', 'all')
        time.sleep(dice.random() * 0.03)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=20)
        seen.add(process.returncode)
        for tool, text in texts.items():
            if read(place.path(PATHS[tool])) not in (text.encode(),
                                                     new[tool]):
                ok(False, f'{tool}: old or new', read(place.path(
                    PATHS[tool])))
        if i % 3 == 0:
            setup(place, 'all')
        setup(place, 'all', '--undo')
        if tree(place) != before:
            ok(False, 'undo after a kill', tree(place).keys())
            return
    ok(-signal.SIGKILL in seen, f'was killed on the way: {seen}')
    ok(True, 'each file was old or new, and undo went back')


def test_at_once(place):
    configure(place)
    place.write(PATHS['git'], '[user]\n')
    started = [place.start('daypass', 'setup', 'all') for _ in range(8)]
    for process in started:
        process.communicate(timeout=60)
    equal({p.returncode for p in started}, {0}, 'eight at once')
    equal(read(place.path(PATHS['git'])).count(b'github.com'), 1,
          'are as one')
    setup(place, 'all', '--undo')
    equal(read(place.path(PATHS['git'])), b'[user]\n', 'undo')


if __name__ == '__main__':
    tap.run(globals())
