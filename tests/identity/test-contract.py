#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What every identity keeps to: it is there or says why not, it gives the id
token of whoever asks, and never somebody else's."""

import base64
import json
import os
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import canary, sections, tap   # noqa: E402
from support.tap import equal, less, like, ok   # noqa: E402

SUB = 'org:acme/prj:web/env:7f3'
JOB = 'repo:acme/web:ref:refs/heads/main'


def claims(token):
    part = token.split('.')[1]
    return json.loads(base64.urlsafe_b64decode(part + '=' * (-len(part) % 4)))


def source(place, name, timeout='20s', **settings):
    place.configure(f'[http]\n\ttimeout = {timeout}\n', sections.section(
        'identity', None, source=name, **settings))


def ask(place, audience='a.example', **env):
    return place.daypass('token', '--force', '--audience', audience, env=env)


def gives(place, subject, name, audience='a.example', **env):
    done = ask(place, audience, **env)
    if ok(done.code == 0, f'{name}: a token', done):
        inside = claims(done.out)
        aud = inside['aud'] if isinstance(inside['aud'], list) \
            else [inside['aud']]
        equal((inside['sub'], aud), (subject, [audience]),
              f'{name}: whose and for whom')
    return done.out.strip()


def fails(place, pattern, name, code=69, **env):
    done = ask(place, **env)
    equal((done.code, done.out), (code, ''), f'{name}: exit {code}')
    like(done.err, pattern, f'{name}: says why')


def actions(place):
    return {'GITHUB_ACTIONS': 'true',
            'ACTIONS_ID_TOKEN_REQUEST_URL': place.rig['github_token_url'],
            'ACTIONS_ID_TOKEN_REQUEST_TOKEN':
                place.rig['github_request_token']}


def stand_in(place, name, text):
    """A program of that name, found before the cloud's."""
    return place.write(f'bin/{name}', f'#!/bin/sh\n{text}\n', 0o700)


def test_ona(place):
    source(place, 'ona')
    gives(place, SUB, 'ona')
    gives(place, SUB, 'ona', audience='//iam.example/a b?c&d="e"$(f)')
    stand_in(place, 'ona', 'echo "Error: OIDC is not enabled" >&2; exit 1')
    fails(place, r'identity ona: .*OIDC is not enabled.*has to be enabled for '
          'the organization', 'ona, not enabled')
    stand_in(place, 'ona', 'exit 0')
    fails(place, 'identity ona: .*printed', 'ona, silent')
    stand_in(place, 'ona', 'kill -9 $$')
    fails(place, 'identity ona: .*signal 9', 'ona, killed', 69)
    os.unlink(place.path('bin/ona'))
    gives(place, SUB, 'ona, mended')
    place.env['PATH'] = place.env['PATH'].replace(place.rig['bin'],
                                                  place.path('other'))
    place.write('other/gitpod', open(os.path.join(
        place.rig['bin'], 'gitpod'), encoding='utf-8').read(), 0o700)
    place.daypass('end')
    gives(place, SUB, 'gitpod, its older name')
    os.unlink(place.path('other/gitpod'))
    fails(place, 'neither ona nor gitpod is on PATH', 'ona, missing')


def test_ona_stalled(place):
    source(place, 'ona', timeout='2s')
    stand_in(place, 'ona', 'sleep 1000 & wait')
    started = time.monotonic()
    fails(place, 'identity ona: .*did not finish in time', 'ona, stalled')
    less(time.monotonic() - started, 20, 'at the deadline')
    stand_in(place, 'ona', 'exec cat /dev/zero')
    fails(place, r'identity ona: ', 'ona, without end')


def test_gitpod(place):
    source(place, 'gitpod')
    workspace = {'GITPOD_WORKSPACE_ID': 'acme-web-7f3'}
    gives(place, SUB, 'gitpod', **workspace)
    place.rig.fault('identity', 'fail', message='not authorized')
    fails(place, 'identity gitpod: .*not authorized', 'gitpod, refused',
          **workspace)
    fails(place, 'GITPOD_WORKSPACE_ID is not set', 'no workspace')
    place.env['PATH'] = f'{place.bin}:' + place.env['PATH'].replace(
        place.rig['bin'], '/nonexistent')
    place.daypass('end')
    fails(place, 'gp is not on PATH', 'gp, missing', **workspace)


def test_github_actions(place):
    source(place, 'github-actions', timeout='3s')
    env = actions(place)
    gives(place, JOB, 'github-actions', **env)
    gives(place, JOB, 'github-actions', audience='x y&z=%41', **env)
    fails(place, 'GITHUB_ACTIONS is not set', 'outside of a job')
    fails(place, 'lacks `permissions: id-token: write`',
          'without the permission', GITHUB_ACTIONS='true')
    fails(place, 'HTTP 401 from localhost.*the job has ended',
          'a request token that is over',
          **{**env, 'ACTIONS_ID_TOKEN_REQUEST_TOKEN': 'x'})
    for url in ('http://evil.example/x', 'file:///etc/passwd', 'nonsense'):
        fails(place, 'ACTIONS_ID_TOKEN_REQUEST_URL', f'a URL like {url}', 78,
              **{**env, 'ACTIONS_ID_TOKEN_REQUEST_URL': url})
    fault = place.rig.fault
    for mode, code, pattern in (
            ('http-503', 75, 'HTTP 503'), ('close', 75, 'closed'),
            ('stall', 75, 'timed out'), ('redirect', 77, 'not followed'),
            ('garbage', 77, 'no token'), ('wrong-type', 77, 'no token')):
        place.rig.heal()
        fault('github_token', mode, count=-1)
        fails(place, f'identity github-actions: .*{pattern}',
              f'github-actions, {mode}', code, **env)


def test_kubernetes(place):
    rig = place.rig
    path = place.write('home/token', rig.token('a.example', sub='pod'))
    source(place, 'kubernetes', file=path)
    gives(place, 'pod', 'kubernetes')
    place.write('home/token', rig.token('a.example', sub='other-pod'))
    gives(place, 'other-pod', 'kubernetes, a rotated file')
    place.write('home/token', rig.token('kubernetes.default.svc'))
    fails(place, 'is for audience kubernetes.default.svc, not for a.example: '
          'project a service account token', 'kubernetes, another audience')
    os.unlink(path)
    fails(place, 'does not exist', 'kubernetes, missing')
    source(place, 'kubernetes')
    place.write('home/token', rig.token('a.example', sub='aws-pod'))
    gives(place, 'aws-pod', 'kubernetes, by its variable',
          AWS_WEB_IDENTITY_TOKEN_FILE=path)


def test_file(place):
    rig = place.rig
    path = place.write('home/token', rig.token('a.example') + '\n')
    source(place, 'file', file=path)
    gives(place, SUB, 'file')
    place.write('home/token', rig.token('a.example', sub='next'))
    gives(place, 'next', 'file, written anew')
    place.write('home/token', rig.token('a.example', ttl=-10))
    fails(place, rf"the token file '{path}'.* expired", 'file, expired')
    for text, pattern in (('', 'empty'), ('a b', 'else than one token'),
                          ('x' * 100000, 'larger than'),
                          ('a\0b', 'else than one token')):
        place.write('home/token', text)
        fails(place, f"the token file '{path}'.*({pattern})",
              f'file, {text[:5]!r}')
    os.unlink(path)
    fails(place, 'does not exist', 'file, missing')
    os.mkdir(path)
    fails(place, 'is a directory', 'file, a directory')
    source(place, 'file', file='relative')
    fails(place, 'absolute', 'file, a relative path', 78)


def test_env(place):
    source(place, 'env', variable='CI_JOB_JWT')
    gives(place, SUB, 'env', CI_JOB_JWT=place.rig.token('a.example'))
    gives(place, 'next', 'env, another asker',
          CI_JOB_JWT=place.rig.token('a.example', sub='next'))
    fails(place, 'variable CI_JOB_JWT is not set', 'env, not set')
    fails(place, 'CI_JOB_JWT', 'env, empty', CI_JOB_JWT='')
    fails(place, 'variable CI_JOB_JWT.*expired', 'env, expired',
          CI_JOB_JWT=place.rig.token('a.example', ttl=-10))
    fails(place, 'CI_JOB_JWT', 'env, a line break', CI_JOB_JWT='a\nb', code=64)


def test_command(place):
    program = stand_in(place, 'mint', 'printf "%s\\n" "$@" >"$HOME/argv"\n'
                       'cat "$HOME/token"')
    place.write('home/token', place.rig.token('$(id) "x";'))
    source(place, 'command', command=f"{program} --for {{audience}} 'a b'")
    gives(place, SUB, 'command', audience='$(id) "x";')
    with open(place.path('home/argv'), encoding='utf-8') as argv:
        equal(argv.read(), '--for\n$(id) "x";\na b\n', 'command: no shell')
    stand_in(place, 'mint', 'echo "out of order" >&2; exit 3')
    fails(place, r'identity command: .*out of order', 'command, failing')
    source(place, 'command', command='nosuchprogram')
    fails(place, "'nosuchprogram' is not found", 'command, missing')
    source(place, 'command', command="mint 'open")
    fails(place, 'quote', 'command, a quote that is not closed', 78)


def test_auto(place):
    place.configure()
    env = actions(place)
    gives(place, SUB, 'auto: ona before github-actions', **env)
    place.without_identity()
    place.daypass('end')
    gives(place, JOB, 'auto: github-actions', **env)
    fails(place, r'none of ona, gitpod, github-actions, .*\): name one '
          r'with \[identity\] source', 'auto: none is here')


def test_principals_do_not_mix(place):
    """Two jobs in one session: each gets its own, also out of the vault."""
    source(place, 'env', variable='JWT')
    mine = place.rig.token('a.example', sub='mine')
    theirs = place.rig.token('a.example', sub='theirs')

    def get(token):
        return place.daypass('token', '--audience', 'a.example',
                             env={'JWT': token}).out.strip()

    for token in (mine, theirs, mine, theirs):
        equal(get(token), token, 'each asker has their own')
    equal(get(''), '', 'who has none gets none')


def test_variables_are_not_mixed(place):
    """The agent's environment is as old as the agent; a job's is the
    asker's, and the whole of it or nothing."""
    place.without_identity()
    source(place, 'github-actions')
    env = actions(place)
    place.daypass('begin', env=env)
    half = {'ACTIONS_ID_TOKEN_REQUEST_URL': place.rig['github_token_url']}
    fails(place, 'GITHUB_ACTIONS', 'an asker with half of the variables',
          **half)
    gives(place, JOB, 'an asker with all', **env)
    fails(place, 'GITHUB_ACTIONS is not set', 'one with none, after that')


def test_nothing_in_arguments(place):
    token = gives(place, SUB, 'a token')
    with canary.Watch() as watch:
        for _ in range(5):
            token = gives(place, SUB, 'a token, watched')
    wanted = canary.needles([token, *place.rig.secrets()])
    equal(watch.found(wanted), [], 'in no argument and no environment')


if __name__ == '__main__':
    tap.run(globals())
