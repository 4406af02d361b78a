#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""nats-credential-daypass: prints one token, and how it fails."""

import os
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, '..'), HERE]

import nkeys   # noqa: E402
from support import canary, tap   # noqa: E402
from support.tap import equal, like, ok   # noqa: E402

URL = 'nats://127.0.0.1:4222'
BINDING = f'''[nats "{URL}"]
	credential = id-token
	audience = nats.acme.io
[nats "tls://nats.acme.io"]
	credential = id-token
'''


def ask(place, *arguments, **more):
    return place.run('nats-credential-daypass', *arguments, **more)


def audience(done):
    return nkeys.decode(done.out)['aud']


def test_get(place):
    place.configure(BINDING)
    done = ask(place, URL)
    equal((done.code, done.err, done.out.count('\n')), (0, '', 1),
          'one line, exit 0, nothing on stderr')
    ok(done.out.strip() in place.rig.secrets(), 'the token')
    equal(audience(done), ['nats.acme.io'], 'for the audience of the binding')
    equal(ask(place, URL).out, done.out, 'the same to the next who asks')
    equal(place.rig.counts(), {'identity:token': 1}, 'minted once')
    equal(audience(ask(place, 'tls://nats.acme.io:4222')), ['nats.acme.io'],
          'the host is the audience where none is said')
    equal(ask(place, env={'NATS_URL': URL}).out, done.out, 'NATS_URL')
    equal(ask(place, env={'NATS_URL': f'{URL},nats://b:4222'}).out, done.out,
          'the first of several')
    wanted = canary.needles(place.rig.secrets())
    equal(canary.in_files(place.directory, wanted), [], 'in no file')


def test_failures(place):
    place.configure(BINDING)
    for name, arguments, code, pattern in (
            ('nothing', (), 64, 'name one server'),
            ('two', (URL, URL), 64, 'name one server'),
            ('an option', ('--tokn', URL), 64, "--tokn"),
            ('no URL', ('::',), 64, '.'),
            ('unbound', ('nats://other:4222',), 78,
             r'nothing binds .*\[nats "nats://other:4222"\].*daypass doctor')):
        done = ask(place, *arguments, env={'NATS_URL': None})
        equal((done.code, done.out), (code, ''), f'{name}: exit {code}')
        like(done.err, pattern, f'{name}: says why')
    place.rig.fault('identity', 'fail', message='not logged in', count=-1)
    done = ask(place, URL)
    equal((done.code, done.out), (69, ''), 'no identity: exit 69')
    like(done.err, r'^daypass: identity ona: .*not logged in', 'says why')
    like(ask(place, '--help').out, r'nats-credential-daypass \[URL\]',
         '--help')


def test_kinds(place):
    place.configure(f'''[nats "{URL}"]
	credential = dev
[credential "dev"]
	exchange = aws-web-identity
	role = {place.rig['role']}
	endpoint = {place.rig['sts']}
''')
    done = ask(place, URL)
    ok(done.code != 0 and done.out == '', 'a credential of another kind')


if __name__ == '__main__':
    tap.run(globals())
