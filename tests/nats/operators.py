# SPDX-License-Identifier: Apache-2.0
"""A NATS server in operator mode: an operator, accounts that are JWTs, and in
each of them keys that sign for it. Written from the formats (jwt/v2)."""

import time

from natsrig import Server
from nkeys import Key

LIMITS = {'subs': -1, 'data': -1, 'payload': -1, 'imports': -1,
          'exports': -1, 'wildcards': True, 'conn': -1, 'leaf': -1}
USER = {'subs': -1, 'data': -1, 'payload': -1, 'type': 'user', 'version': 2}

CREDS = '''-----BEGIN NATS USER JWT-----
{jwt}
------END NATS USER JWT------

-----BEGIN USER NKEY SEED-----
{seed}
------END USER NKEY SEED------
'''


def claims(subject, issuer, name, **nats):
    now = int(time.time())
    return {'jti': name, 'iat': now, 'iss': issuer.public,
            'sub': subject.public, 'name': name,
            'nats': {'version': 2, **nats}}


class Account:
    def __init__(self, operator, name, **nats):
        self.operator, self.name, self.nats = operator, name, nats
        self.key, self.signing = Key('A'), Key('A')

    def jwt(self):
        return self.operator.key.sign(claims(
            self.key, self.operator.key, self.name, type='account',
            limits=LIMITS, signing_keys=[self.signing.public], **self.nats))

    def user(self, name, signed_by=None, **nats):
        """(key, JWT)"""
        key, by = Key('U'), signed_by or self.key
        made = claims(key, by, name, **USER, **nats)
        if by is not self.key:
            made['nats']['issuer_account'] = self.key.public
        return key, by.sign(made)


class Operator:
    """With the accounts AUTH, in which the service is, APP, OPS, which it may
    let people into, and OTHER, which it may not."""

    def __init__(self, xkey=None):
        self.key = Key('O')
        self.auth, self.app, self.ops, self.other, self.system = (
            Account(self, name)
            for name in ('AUTH', 'APP', 'OPS', 'OTHER', 'SYS'))
        self.service = self.auth.user('service')
        self.guest = self.auth.user('sentinel', bearer_token=True,
                                    pub={'deny': ['>']},
                                    sub={'deny': ['>']})
        self.sentinel = self.guest[1]
        self.auth.nats['authorization'] = {
            'auth_users': [self.service[0].public],
            'allowed_accounts': [self.app.key.public, self.ops.key.public],
            **({'xkey': xkey} if xkey else {})}

    def creds(self, place, name='service'):
        key, jwt = getattr(self, name)
        return place.write(f'{name}.creds', CREDS.format(
            jwt=jwt, seed=key.seed))

    def jwt(self):
        return self.key.sign(claims(self.key, self.key, 'operator',
                                    type='operator'))


class OperatorServer(Server):
    def __init__(self, place, operator, **more):
        super().__init__(place, None, **more)
        self.operator = operator

    def configuration(self):
        it = self.operator
        accounts = '\n'.join(f'  {a.key.public}: {a.jwt()}' for a in (
            it.auth, it.app, it.ops, it.other, it.system))
        return f'''
host: 127.0.0.1
port: {self.port}
max_control_line: 16384
operator: {it.jwt()}
system_account: {it.system.key.public}
resolver: MEMORY
resolver_preload: {{
{accounts}
}}
'''
