#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""daypass setup: what it says, what it leaves alone, what it does where
nothing is there yet."""

import json
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import tap   # noqa: E402
from support.corpus import (   # noqa: E402
    CONFIG, GLOB, PATHS, configure, parse_docker, parse_ini, read, setup,
    tree)
from support.tap import equal, like, ok, unlike   # noqa: E402


def test_missing_files(place):
    configure(place, GLOB)
    before = tree(place)
    done = setup(place, 'all')
    equal(done.code, 0, 'no tool has a file yet: all are made')
    for tool, path in PATHS.items():
        equal(os.stat(place.path(path)).st_mode & 0o777, 0o600,
              f'{tool}: the new file is private')
        equal(os.stat(os.path.dirname(place.path(path))).st_mode & 0o777,
              0o700, f'{tool}: and its directory')
    equal(setup(place, 'all', '--undo').code, 0, 'undo')
    equal(tree(place), before, 'nothing of it is left')
    left = {os.path.relpath(d, place.home) for d, _, _ in os.walk(place.home)}
    equal(left, {'.', '.config', '.config/daypass', '.local', '.local/state'},
          'nor of the directories')
    like(setup(place, 'all', '--undo').out, 'nothing to change',
         'undo once more')


def test_binding_goes(place):
    """What nothing binds any more is taken out by the next run."""
    place.write('home/.gitconfig', '[user]\n\tname = Ada')
    before = tree(place)
    configure(place)
    setup(place, 'all')
    place.write(place.config, CONFIG.replace('git.example.com', 'new.example')
                .replace('"ghcr.io"', '"quay.io"')
                .replace('[aws "dev"]', '[aws "prod"]'))
    equal(setup(place, 'all').code, 0, 'setup by another configuration')
    git = read(place.path(PATHS['git'])).decode()
    ok('new.example' in git and 'git.example.com' not in git, 'git', git)
    docker = parse_docker(place.path(PATHS['docker']))['credHelpers']
    equal(sorted(docker), ['quay.io', 'registry.example.com:5000'], 'docker')
    equal(sorted(parse_ini(place.path(PATHS['aws']))),
          ['default', 'profile prod'], 'aws')
    setup(place, 'all', '--undo')
    os.unlink(place.config)
    equal(tree(place), before, 'and undo still finds the way back')


def test_tools_without_bindings(place):
    """A file of a tool that nothing binds is not even looked at."""
    place.write(place.config, '[git "https://git.example.com"]\n'
                              '\tcredential = id-token\n')
    for tool in ('docker', 'aws', 'gcloud'):
        place.write(PATHS[tool], '{[broken')
    equal(setup(place, 'all').code, 0, 'broken files of unbound tools')


def test_masks(place):
    configure(place)
    for tool, text in (
            ('git', '[credential "https://ada:canary1@x.example"]\n'
                    '\thelper = "!f() { echo password=canary2; \\\n'
                    '\tY2FuYXJ5Mw==canary3=; }; f" # canary4\n; canary5\n'
                    '[http] extraHeader = canary6\n'),
            ('docker', '{"auths": {"x": {"auth": "canary7"}},\n'
                       '"HttpHeaders": {"X": "canary8", "Y": -4271507e1,\n'
                       '"Z": [4271507, 4271507.5]}}\n'),
            ('aws', '[default]\naws_secret_access_key = canary9\n'
                    's3 =\n  x = canary10\n  Y2FuYXJ5MTE=\n'
                    '  canary12==\n[profile x]\n  a = b\n'
                    '    canary13=\n'),
            ('gcloud', '[core]\nproject = canary14\n  canary15=\n')):
        place.write(PATHS[tool], text)
    for words in (['--dry-run'], [], ['--dry-run', '--undo'], ['--undo']):
        done = setup(place, 'all', *words)
        unlike(done.out + done.err, 'canary|Y2FuYX|4271507',
               f'{" ".join(words) or "setup"}: no value of others is shown')
        state = read(place.path('home/.local/state/daypass/setup')) or b''
        ok(b'canary' not in state, 'nor remembered', state)
    like(setup(place, 'all', '--dry-run').out, r'\n\+\thelper = /',
         'ours are')


def test_json(place):
    configure(place)
    done = setup(place, 'all', '--dry-run', '--json')
    shown = json.loads(done.out)
    equal(list(shown), ['dry_run', 'changes', 'skipped', 'notes', 'shell',
                        'next'], '--json: its fields')
    equal(shown['dry_run'], True, 'dry_run')
    equal({c['tool'] for c in shown['changes']},
          {'git', 'docker', 'aws', 'gcloud'}, 'changes')
    equal(list(shown['changes'][0]), ['tool', 'file', 'text'], 'a change')
    equal(shown['shell'][0]['text'],
          'export GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES=1', 'shell')
    ok('daypass doctor git https://github.com/acme' in
       [n['text'] for n in shown['next']], 'next')


def test_words(place):
    for words, code, why in (
            ([], 64, 'name one tool'), (['git', 'aws'], 64, 'name one tool'),
            (['dokcer'], 64, "did you mean 'docker'"),
            (['git', '--dryrun'], 64, '--dry-run')):
        done = setup(place, *words)
        equal((done.code, done.out), (code, ''), f'setup {" ".join(words)}')
        like(done.err, why, 'says why')
    done = setup(place, 'git')
    equal(done.code, 0, 'nothing is bound')
    like(done.out, 'skipped: .*binds nothing', 'says so')
    equal(os.listdir(place.home), ['.local'], 'and nothing is made')


def test_unbindable(place):
    place.write(place.config, '''\
[docker "ghcr.io/acme"]
	credential = id-token
[docker "nosuch.example"]
	credential = nosuch
[aws "team-*"]
	credential = id-token
[aws "a b"]
	credential = id-token
''')
    done = setup(place, 'all')
    for why in ('docker asks by the host alone', 'a glob is no profile',
                'the name has a character', 'nosuch'):
        like(done.out, why, f'skipped: {why}')


def test_no_agent(place):
    configure(place)
    setup(place, 'all')
    equal(place.agent(), None, 'setup starts no agent')


if __name__ == '__main__':
    tap.run(globals())
