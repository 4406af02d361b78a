#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The callout of a server in operator mode: accounts are JWTs, and whoever
lets a client into one signs with a key of that account's."""

import os
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, '..'), HERE]

from natsrig import (CALLOUT, Callout, Client, Running,   # noqa: E402
                     make_key, program, tries, why_not)
from nkeys import Key   # noqa: E402
from operators import Operator, OperatorServer   # noqa: E402
from support import tap, trail   # noqa: E402
from support.processes import wait_for   # noqa: E402
from support.tap import Skip, equal, like, ok   # noqa: E402

MAPS = '''
[map "web"]
	claim = sub=org:acme/prj:web/env:{env}
	account = APP
	publish = web.{env}.>
	subscribe = web.{env}.>
[map "ops"]
	claim = sub=org:acme/prj:ops/**
	account = OPS
	publish = ops.>
	subscribe = ops.>
[map "other"]
	claim = sub=org:acme/prj:other/**
	account = OTHER
	publish = x
'''


def sub(name):
    return f'org:acme/prj:{name}/env:7f3'


class Setting(Running):
    """`own`: accounts sign with their own keys, not with signing keys."""

    def __init__(self, place, xkey=True, own=False, **nats):
        reason = why_not()
        if reason:
            raise Skip(reason)
        self.place = place
        self.xpublic = self.xkey = None
        if xkey:
            self.xpublic, self.xkey = make_key(place, 'xkey', 'xkey')
        it = self.operator = Operator(self.xpublic)
        self.server = OperatorServer(place, it)
        sections = ''.join(self.section(a, own)
                           for a in (it.app, it.ops, it.other))
        auth = it.auth.key if own else it.auth.signing
        self.callout = Callout(
            place, self.server, place.write('auth-key', auth.seed + '\n'),
            self.xkey, MAPS + sections, user=None, creds=it.creds(place),
            **{'account': it.auth.key.public, 'password-file': None, **nats})

    def section(self, account, own):
        key = account.key if own else account.signing
        path = self.place.write(f'{account.name}-key', key.seed + '\n')
        return (f'[account "{account.name}"]\n\tid = {account.key.public}\n'
                f'\tsigning-key = {path}\n')

    def tries(self, name='web', **more):
        return tries(self.server, jwt=self.operator.sentinel,
                     auth_token=self.token(name), **more)

    def token(self, name='web', **more):
        return self.place.rig.token('nats.acme.io', sub=sub(name), **more)

    def client(self, name):
        return Client(self.server, jwt=self.operator.sentinel,
                      auth_token=self.token(name))


def check_accounts(it, name):
    equal(it.tries(), None, f'{name}: let in')
    data = it.callout.last()
    equal((data['account'], data['account_id']),
          ('APP', it.operator.app.key.public), f'{name}: recorded where')
    with it.client('web') as web, it.client('ops') as ops:
        equal(web.subscribe('web.7f3.>'), [], f'{name}: its subjects')
        like(web.publish('web.8aa.x')[0], 'Permissions Violation',
             f'{name}: and no others')
        equal(ops.subscribe('ops.>'), [], f'{name}: another account')
        ops.publish('ops.x')
        web.publish('web.7f3.x')
        equal((len(web.messages), len(ops.messages)), (1, 1),
              f'{name}: each hears its own')


def test_accounts(place):
    for xkey in (True, False):
        for own in (False, True):
            with Setting(place, xkey=xkey, own=own) as it:
                check_accounts(it, f'{"sealed" if xkey else "in clear"}, '
                               f'{"own" if own else "signing"} keys')
            os.unlink(it.callout.audit_path)


def test_refused(place):
    with Setting(place) as it:
        said = it.tries('nobody')
        ok(said and ' 0.' in said, 'no map: refused at once', said)
        equal(it.callout.last()['reason'], 'no-map', 'and recorded')
        ok(it.tries('other'), 'an account that AUTH may not let people into')
        ok(wait_for(lambda: 'not permitted' in it.server.said(), 5),
           'says the server', it.server.said())
        ok(tries(it.server, auth_token=it.token()),
           'without the sentinel nobody asks')
        ok(tries(it.server, jwt=it.operator.sentinel),
           'with the sentinel alone')
        equal(it.callout.last()['reason'], 'no-token', 'says so')
        with Client(it.server, jwt=it.operator.sentinel,
                    auth_token=it.token(ttl=3)) as client:
            like(client.wait_end(10), 'User Authentication Expired',
                 'with the token the connection ends')
        trail.verify(it.callout.audit_path)


def test_libnats(place):
    """Sends both, the sentinel's JWT and the token."""
    with Setting(place) as it:
        helper = place.write('bin/helper', '#!/bin/sh\necho '
                             f'"{it.token()}"\n', 0o700)
        done = place.run(program('client'), helper, it.server.url,
                         'web.7f3.>', 'web.7f3.x',
                         it.operator.creds(place, 'guest'), input='hello\n')
        equal(done.code, 0, 'libnats is let in')
        like(done.out, '^connected', 'with credentials and a token')


def test_another_account(place):
    """A request that is of another account than the service's."""
    stranger = Key('A').public
    with Setting(place, account=stranger) as it:
        ok(it.tries(), 'refused')
        data = it.callout.last()
        equal(data['reason'], 'account-key', 'and why')
        like(data['detail'], it.operator.auth.key.public, 'of which it was')


def test_mistakes(place):
    with Setting(place) as it:
        with open(it.callout.config, encoding='utf-8') as source:
            text = source.read()
    auth = it.operator.auth.key.public
    app = it.operator.app.key.public
    for old, new, why in (
            (f'account = {auth}\n', '\n', r'\[account "APP"\] .*: is for '
             'operator mode'),
            (f'account = {auth}', 'account = AUTH', 'no public key of an '
             'account'),
            (f'id = {app}', f'id = {app[:-1]}', 'no public key of an account'),
            ('account = OPS', 'account = OPPS', r'there is no \[account '
             '"OPPS"\\]'),
            (place.path('APP-key'), place.path('xkey'), r'\[account "APP"\] '
             'signing-key: .* holds no seed of an account')):
        done = place.run(CALLOUT, '--check', '--config', place.write(
            'wrong.conf', text.replace(old, new)))
        equal(done.code, 78, f'{new}: a mistake')
        like(done.err, why, f'{new}: which says so')
    done = place.run(CALLOUT, '--check', '--config', it.callout.config)
    like(done.out, f'account APP: {app}, signed by '
         f'{it.operator.app.signing.public}', '--check tells the keys')


if __name__ == '__main__':
    tap.run(globals())
