#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""daypass setup --undo where others were at work on the files meanwhile, and
what it remembers."""

import os
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import tap   # noqa: E402
from support.corpus import (   # noqa: E402
    PATHS, configure, parse_docker, parse_git, read, setup)
from support.tap import equal, like, ok   # noqa: E402


def test_docker_changed(place):
    """What somebody else has put in the place of ours is theirs."""
    configure(place)
    place.write(PATHS['docker'], '{\n  "auths": {}\n}\n')
    setup(place, 'docker')
    path = place.path(PATHS['docker'])
    text = read(path).replace(b'"ghcr.io": "daypass"', b'"ghcr.io": "gh"')
    place.write(path, text)
    done = setup(place, 'docker', '--undo')
    equal(done.code, 78, 'one of two was changed')
    like(done.out, 'left: ghcr.io was changed', 'and it is said which')
    equal(parse_docker(path), {'auths': {}, 'credHelpers': {'ghcr.io': 'gh'}},
          'it stays, the other goes')


def test_git_changed(place):
    configure(place)
    place.write(PATHS['git'], '[user]\n\tname = Ada\n')
    setup(place, 'git')
    path = place.path(PATHS['git'])
    text = read(path).replace(b'useHttpPath = true', b'useHttpPath = false')
    place.write(path, text)
    done = setup(place, 'git', '--undo')
    equal(done.code, 78, 'a line of ours was changed')
    like(done.out, 'left: https://github.com/acme was changed', 'is said')
    ok(b'useHttpPath = false' in read(path) and
       b'git.example.com' not in read(path), 'it stays, the other goes')


def test_keys_in_our_section(place):
    """git config puts a key of the person's into the section that we made:
    it must not fall to the section before."""
    configure(place)
    path = place.write(PATHS['git'], '[user]\n\tname = Ada\n')
    setup(place, 'git')
    subprocess.run(['git', 'config', '--file', path,
                    'credential.https://git.example.com.username', 'ada'],
                   timeout=20, check=True)
    equal(setup(place, 'git', '--undo').code, 0, 'undo')
    equal(parse_git(path), ['user.name\nAda', 'credential.'
                            'https://git.example.com.username\nada'],
          'the section stays for it')


def test_home_moved(place):
    """usermod --move-home: what is remembered goes along."""
    before = '[user]\n\tname = Ada\n'
    place.write(PATHS['git'], before)
    configure(place)
    setup(place, 'all')
    new = place.path('new')
    os.rename(place.home, new)
    env = {'HOME': new}
    place.home, old = new, place.home
    done = setup(place, 'git', env=env)
    like(done.out, 'nothing to change', 'a home that was moved: set up')
    equal(setup(place, 'all', '--undo', env=env).code, 0, 'undo there')
    equal(read(os.path.join(new, '.gitconfig')).decode(), before,
          'as it was')
    ok(not os.path.exists(os.path.join(new, '.aws')),
       'and what was made is gone')
    place.home = old


def test_memory(place):
    """What is remembered is broken, or of a daypass to come; or another wrote
    it: nothing is written, and it is said what to do."""
    configure(place)
    path = place.write(PATHS['git'], '[user]\n')
    state = 'home/.local/state/daypass/setup'
    setup(place, 'git')
    after, good = read(path), read(place.path(state)).decode()
    for text in (good.replace('edit', 'edlt', 1), good[:-5], 'end', '\n' * 3,
                 good.replace('lines', 'rhymes', 1),
                 good.replace('~/', 'home/', 1),
                 good.replace('~/', '~ada/', 1)):
        place.write(state, text)
        for words in ([], ['--undo']):
            done = setup(place, 'git', *words)
            equal(done.code, 78, f'remembered wrongly {words}')
            like(done.err, 'remembers its changes, is broken or of another '
                 'version of daypass: move it away', 'says what to do')
            equal(read(path), after, 'nothing is changed')
    for text in (good, good.replace('~/', place.home + '/')):
        place.write(state, text)
        place.write(PATHS['git'], after)
        equal(setup(place, 'git', '--undo').code, 0,
              'rightly; and as the first daypass remembered it')
        equal(read(path), b'[user]\n', 'undo')


def test_memory_forged(place):
    """Numbers that lead out of the text, files that are not ours to empty."""
    path = place.write(PATHS['git'], '[user]\n')
    place.make('home/empty')
    for kind, file, what, inside, old, new, at, head in (
            ('lines', '.gitconfig', 'x', '', 'evil', 'nosuch', 99999, 6),
            ('newline', '.gitconfig', '', '', '', '\\n', 1048576, 0),
            ('member', '.gitconfig', 'x', 'y', 'evil', '"z"', 7, 0),
            ('object', '.gitconfig', '', '', '', '', 0, 0),
            ('created', '.gitconfig', '', '', '', '', 0, 0)):
        place.write('home/.local/state/daypass/setup',
                    f'edit\t{kind}\tgit\t~/{file}\t{what}\t{at}\t{head}\n'
                    f'text\t{inside}\t{old}\t{new}\nend\n')
        done = setup(place, 'git', '--undo')
        ok(done.code in (0, 78), f'{kind}: forged', done)
        equal(read(path), b'[user]\n', f'{kind}: the file is as it was')


if __name__ == '__main__':
    tap.run(globals())
