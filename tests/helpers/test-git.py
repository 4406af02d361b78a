#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""git-credential-daypass: the dialogues of git's credential protocol, byte by
byte."""

import os
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import sections, tap   # noqa: E402
from support.tap import equal, less, like, ok   # noqa: E402

BEARER = ('capability[]=authtype', 'wwwauth[]=Bearer realm="git"')


def bind(place, path='/acme', **more):
    place.configure(sections.octo(place.rig, **more),
                    sections.git(place.rig, path))


def ask(place, verb, *lines, path='acme/web.git', **more):
    about = ['protocol=https', f'host={place.rig.git}']
    if path is not None:
        about.append(f'path={path}')
    text = '\n'.join([*lines, *about]) + '\n\n'
    return place.run('git-credential-daypass', verb, input=text, **more)


def get(place, *lines, **more):
    """What it answers, as a dictionary."""
    return attributes(ask(place, 'get', *lines, **more).out)


def attributes(text):
    return dict(line.split('=', 1) for line in text.splitlines())


def silent(done, name):
    equal((done.code, done.out, done.err), (0, '', ''), name)


def test_get(place):
    bind(place)
    done = ask(place, 'get')
    answer = attributes(done.out)
    equal((done.code, done.err), (0, ''), 'get: exit 0, nothing on stderr')
    equal(list(answer), ['username', 'password', 'password_expiry_utc'],
          'get: user name, password, expiry, in this order')
    equal(answer['username'], 'x-access-token', 'get: the user name')
    ok(answer['password'] in place.rig.secrets(), 'get: a minted password')
    left = int(answer['password_expiry_utc']) - time.time()
    ok(60 < left <= 3600, 'get: the expiry, in Unix seconds', left)
    equal(place.rig.counts(), {'identity:token': 1, 'octo:exchange': 1},
          'get: one mint a step')
    equal(get(place), answer, 'a second get is the same')
    equal(get(place, path='acme/web'), answer, 'without .git is the same')
    equal(get(place, path='acme/web.git/info/lfs'), answer,
          '/info/lfs is the same')
    equal(place.rig.count('octo:exchange'), 1, '... and nothing is minted')
    other = get(place, path='acme/other.git')
    ok('password' not in other, 'another repository is another credential',
       other)


def test_bearer(place):
    bind(place)
    done = ask(place, 'get', *BEARER)
    answer = attributes(done.out)
    equal([line.split('=')[0] for line in done.out.splitlines()],
          ['capability[]', 'authtype', 'credential', 'ephemeral',
           'password_expiry_utc'], 'Bearer: what is said, in this order')
    equal((answer['capability[]'], answer['authtype'], answer['ephemeral']),
          ('authtype', 'Bearer', '1'), 'Bearer: and with what values')
    ok(answer['credential'] in place.rig.secrets(), 'Bearer: the token')
    for name, lines in {
            'a server that offers Basic alone':
                [BEARER[0], 'wwwauth[]=Basic realm="git"'],
            'a git without the capability': [BEARER[1]],
            'no challenge at all': [BEARER[0]],
            'a list of challenges that is emptied':
                [*BEARER, 'wwwauth[]='],
            'another capability': ['capability[]=state', BEARER[1]]}.items():
        equal(sorted(get(place, *lines)),
              ['password', 'password_expiry_utc', 'username'], name)


def test_verbs(place):
    bind(place)
    equal(ask(place, 'capability').out, 'version 0\ncapability authtype\n',
          'capability')
    for verb in ('store', 'frobnicate', ''):
        silent(ask(place, verb, 'username=u', 'password=p'),
               f'{verb or "an empty verb"}: ignored')
    done = place.run('git-credential-daypass')
    equal(done.code, 64, 'no verb: a usage error')
    done = place.run('git-credential-daypass', '--version')
    like(done.out, r'^git-credential-daypass \S+', '--version')
    equal(place.rig.counts(), {}, 'none of it asks anybody')


HOSTILE = {
    'a CR in the host': b'protocol=https\nhost=%s\rx\npath=acme/web\n\n',
    'a CR at a line end': b'protocol=https\r\nhost=%s\r\npath=acme/web\r\n',
    'a CR in the path': b'protocol=https\nhost=%s\npath=acme/web\rx\n\n',
    'a NUL in the host': b'protocol=https\nhost=%s\0.evil\npath=a\n\n',
    'a NUL in the user name':
        b'protocol=https\nhost=%s\nusername=a\0b\npath=acme/web\n\n',
    'a line without =': b'protocol=https\nhost=%s\nnonsense\n\n',
    'no protocol': b'host=%s\npath=acme/web\n\n',
    'an empty protocol': b'protocol=\nhost=%s\npath=acme/web\n\n',
    'no host': b'protocol=https\npath=acme/web\n\n',
    'an empty host': b'protocol=https\nhost=\npath=acme/web\n\n',
    'a host with a path': b'protocol=https\nhost=%s/acme\npath=web\n\n',
    'a host with a user': b'protocol=https\nhost=u@%s\npath=acme/web\n\n',
    'a host with a fragment': b'protocol=https\nhost=%s#x\npath=acme\n\n',
    'an escaped host': b'protocol=https\nhost=evil%%2f%s\npath=acme\n\n',
    'a line of 64 KiB':
        b'protocol=https\nhost=%s\npath=acme/' + b'a' * 65536 + b'\n\n',
    'nothing at all': b'\n',
}


def test_hostile_requests(place):
    bind(place)
    host = place.rig.git.encode()
    for name, text in HOSTILE.items():
        text = text.replace(b'%s', host).replace(b'%%', b'%')
        done = place.run('git-credential-daypass', 'get', input=text)
        equal((done.code, done.out), (0, ''), name)
    equal(ask(place, 'get', path='acme/../x').out, 'quit=1\n',
          'a path with a way up')
    equal(place.rig.counts(), {}, 'nobody was asked')


def test_unbound(place):
    bind(place)
    silent(place.run('git-credential-daypass', 'get', input=(
        'protocol=https\nhost=git.evil.example\npath=acme/web\n\n')),
        'a host that nothing binds: silence')
    silent(place.run('git-credential-daypass', 'get', input=(
        f'protocol=http\nhost={place.rig.git}\npath=acme/web\n\n')),
        'http where https is bound: silence')
    silent(place.run('git-credential-daypass', 'get', input=(
        'protocol=https\nhost=localhost\npath=acme/web\n\n')),
        'another port: silence')
    silent(ask(place, 'get', path='acme2/web.git'),
           'a path that only begins alike: silence')
    for protocol in ('cert', 'smtp', 'imap'):
        silent(place.run('git-credential-daypass', 'get', input=(
            f'protocol={protocol}\nhost={place.rig.git}\n\n')),
            f'{protocol}: silence')
    equal(place.rig.counts(), {}, 'nobody was asked')
    done = place.run('git-credential-daypass', 'get', input=(
        f'protocol=https\nhost={place.rig.git.upper()}\npath=acme/web\n\n'))
    like(done.out, 'password=', 'a host in capitals is the same host')


def test_path_binding_without_path(place):
    bind(place)
    done = ask(place, 'get', path=None)
    equal((done.code, done.out), (0, 'quit=1\n'), 'no path: quit')
    like(done.err, r'credential\.https://localhost\S*\.useHttpPath true',
         'and the line that mends it')
    equal(place.rig.counts(), {}, 'nobody was asked')
    bind(place, path='', scope='acme/web')
    ok('password' in get(place, path=None), 'a host binding needs no path')


def test_username(place):
    bind(place)
    silent(ask(place, 'get', 'username=alice'),
           'a user name that is not ours: silence')
    equal(place.rig.count('octo:exchange'), 0, '... and nothing is minted')
    ok('password' in get(place, 'username=x-access-token'), 'ours: an answer')
    place.configure(sections.octo(place.rig), sections.git(
        place.rig, username='robot'))
    equal(get(place)['username'], 'robot', 'the binding names the user')


def test_longest_binding(place):
    rig = place.rig
    place.configure(
        sections.octo(rig), sections.octo(rig, 'all', scope='acme'),
        sections.git(rig), sections.git(rig, '/acme/other', credential='all'))
    get(place, path='acme/other.git')
    like(rig.log()[-1]['query'], r'scope=acme&', 'the longest binding wins')


def refused(done):
    equal((done.code, done.out), (0, 'quit=1\n'), 'refused: quit, no prompt')
    lines = done.err.strip().splitlines()
    equal(len(lines), 1, 'refused: why, once')
    return lines[0]


def test_refused(place):
    bind(place)
    place.rig.change(identity={'sub': 'org:evil/prj:web/env:1'})
    text = refused(ask(place, 'get'))
    like(text, r'^daypass: exchange octo-sts: PERMISSION_DENIED from local',
         'refused: stage, what was tried, what came back')
    like(text, r'sub=org:evil/prj:web/env:1 .*aud=octo-sts\.dev',
         'refused: the claims that were shown')
    like(text, r'\(daypass doctor git https://localhost', 'refused: what next')
    url = f'{place.rig["git"]}/acme/web.git'
    for _ in range(2):      # so that it rests for 4 s
        place.daypass('token', '--force', '--for', url)
    place.rig.forget()
    equal(refused(ask(place, 'get')), text, 'again at once: the same')
    equal(place.rig.counts(), {}, '... and nobody is asked meanwhile')


def reject(place, password):
    return ask(place, 'erase', 'username=x-access-token',
               f'password={password}')


def test_erase(place):
    bind(place)
    first = get(place)['password']
    silent(reject(place, 'not-the-password'), 'erase prints nothing')
    equal(get(place)['password'], first, 'another password: it stays')
    reject(place, first)
    second = get(place)['password']
    ok(second != first, 'the right one: it is minted anew')
    reject(place, first)
    equal(get(place)['password'], second, 'the old one: the new one stays')
    silent(ask(place, 'erase', path='acme/x.git'), 'erase without a password')
    silent(place.run('git-credential-daypass', 'erase', input=(
        'protocol=https\nhost=git.evil.example\npassword=x\n\n')),
        'erase for a host that nothing binds')


def test_rejection(place):
    bind(place)
    reject(place, get(place)['password'])
    reject(place, get(place)['password'])
    place.rig.forget()
    text = refused(ask(place, 'get'))
    like(text, r'\[git "https://localhost:\d+/acme"\].*credential github.*'
         r'sub=org:acme/prj:web/env:7f3 aud=octo-sts\.dev iss=https://',
         'rejected twice in 10 s: the binding, the credential, the claims')
    equal(place.rig.counts(), {}, '... instead of a third one')
    ok('password' in get(place), 'the next get works again')


def test_erase_starts_nothing(place):
    bind(place)
    started = time.monotonic()
    silent(reject(place, 'x'), 'erase where no agent runs: silence')
    less(time.monotonic() - started, 20, '... at once')
    equal(place.agent(), None, '... and no agent is started')


if __name__ == '__main__':
    tap.run(globals())
