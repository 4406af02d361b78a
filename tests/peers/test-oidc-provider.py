#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A person logs in at an OpenID provider that other people wrote and that is
certified: oidc-provider, from npm."""

import base64
import json
import os
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..'))

from peers.peer import answers, free_port   # noqa: E402
from support import signin, tap   # noqa: E402
from support.processes import wait_for   # noqa: E402
from support.surfer import surf   # noqa: E402
from support.tap import equal, like, ok   # noqa: E402

PEERS = os.environ.get('DAYPASS_PEERS', '/var/cache/daypass-peers')
MODULES = os.environ.get('DAYPASS_NODE_MODULES',
                         os.path.join(PEERS, 'node_modules'))
SURFER = os.path.join(HERE, '..', 'support', 'surfer.py')


class Provider:
    def __init__(self, place):
        node = shutil.which('node')
        if node is None:
            raise tap.Skip('node is not installed')
        if not os.path.isdir(os.path.join(MODULES, 'oidc-provider')):
            raise tap.Skip(f'no oidc-provider in {MODULES}')
        certificates = place.rig.cloud.path('ca')
        self.port = free_port()
        self.issuer = f'https://localhost:{self.port}'
        self.log = open(place.path('provider.log'), 'wb')
        self.process = subprocess.Popen(
            [node, os.path.join(HERE, 'oidc-provider.mjs'), MODULES,
             str(self.port), f'{certificates}/server-chain.crt',
             f'{certificates}/server.key'],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)

    def __enter__(self):
        assert wait_for(lambda: answers(self.port)), 'oidc-provider is not up'
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.log.close()


def claims(token):
    part = token.split('.')[1]
    return json.loads(base64.urlsafe_b64decode(part + '=' * (-len(part) % 4)))


def gives(place, provider, name):
    done = signin.ask(place, '--force')
    if ok(done.code == 0, f'{name}: a token', done):
        found = claims(done.out)
        equal((found['iss'], found['aud'], found['sub']),
              (provider.issuer, 'daypass-cli', 'ada'), f'{name}: whose')


def browser(place):
    return (f'/usr/bin/python3 -B {SURFER} {place.rig["ca"]} %s')


def test_browser(place):
    with Provider(place) as provider:
        signin.configure(place, issuer=provider.issuer)
        done = place.daypass('login', env={'BROWSER': browser(place)})
        equal((done.code, done.err), (0, ''), 'logged in')
        like(done.out, rf'Logged in as ada at {provider.issuer}\.', 'as whom')
        for turn in range(3):
            gives(place, provider, f'refresh {turn}')
        done = place.daypass('logout')
        like(done.out, 'has taken the login back', 'logged out')
        equal(signin.ask(place).code, 69, 'and out it is')


def test_device(place):
    with Provider(place) as provider:
        signin.configure(place, issuer=provider.issuer)
        with signin.terminal(place, '--device') as at:
            url = at.url(r'https://\S+user_code=\S+')
            surf(place.rig['ca'], url)
            code, out, err = at.end()
        equal((code, err), (0, ''), 'logged in')
        like(out, 'Logged in as ada', 'as whom')
        for turn in range(2):
            gives(place, provider, f'refresh {turn}')


def test_gone(place):
    """An issuer that is away for a while."""
    with Provider(place) as provider:
        signin.configure(place, issuer=provider.issuer)
        place.daypass('login', env={'BROWSER': browser(place)})
        gives(place, provider, 'before')
        provider.process.kill()
        provider.process.wait()
        done = signin.ask(place, '--force')
        equal(done.code, 75, 'an issuer that is gone: exit 75')
        like(done.err, 'could not connect', 'is worth another try')


def test_unknown_client(place):
    with Provider(place) as provider:
        signin.configure(place, issuer=provider.issuer, client_id='nobody')
        done = place.daypass('login', '--device')
        equal(done.code, 78, 'a client that it does not know: exit 78')
        like(done.err, 'invalid_client from localhost', 'in its own words')


if __name__ == '__main__':
    tap.run(globals())
