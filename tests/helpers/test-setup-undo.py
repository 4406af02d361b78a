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


if __name__ == '__main__':
    tap.run(globals())
