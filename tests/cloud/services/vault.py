# SPDX-License-Identifier: Apache-2.0
"""HashiCorp Vault, and OpenBao: the JWT login, a few engines, leases.

`/database` is the database that the leases of database/creds open: Basic with
what a lease gave is answered as long as the lease lives.
"""

import uuid
from dataclasses import dataclass, field

from parts import aws
from parts.idtoken import BadToken, audiences, matches
from parts.issued import ALNUM, BASE64URL, Grant
from parts.web import Refusal, Reply, Service
from parts.world import DEV

DENIED = '1 error occurred:\n\t* permission denied\n\n'
# What every token may do; OpenBao's and Vault's policy `default`.
DEFAULT_POLICY = {'auth/token/revoke-self': ['update'],
                  'auth/token/lookup-self': ['read']}
UNSIGNED = {
    'malformed': 'error validating token: error verifying token signature: '
                 'oidc: malformed jwt: square/go-jose: compact JWS format '
                 'must have three parts',
    'issuer': 'error validating token: invalid issuer (iss) claim',
    'signature': 'error validating token: error verifying token signature: '
                 'failed to verify id token signature',
    'expired': 'error validating token: invalid expiration time (exp) claim: '
               'token is expired',
    'early': 'error validating token: invalid not before (nbf) claim: token '
             'not yet valid',
}


@dataclass
class Lease:
    name: str
    expires: float
    pair: tuple     # user and password


@dataclass
class Login:
    """What stands behind one of Vault's tokens."""
    namespace: str
    role: str
    policies: list
    expires: float
    batch: bool
    leases: list = field(default_factory=list)


def refusal(status, text):
    return Refusal(status, str(status), text)


class Vault(Service):
    name = 'vault'
    usual_refusal = (403, '403', DENIED)

    def __init__(self, cloud):
        super().__init__(cloud)
        self.logins = {}

    def operation(self, request):
        if request.path == '/database':
            return 'database'
        if request.path.endswith('/login'):
            return 'login'
        if request.path == '/v1/auth/token/revoke-self':
            return 'revoke'
        return 'read' if request.method == 'GET' else 'write'

    def refuse(self, refused):
        text = refused.message
        return Reply.json({'errors': [text] if text else []}, refused.status)

    def answer(self, request):
        if request.path == '/database':
            return self.database(request)
        if not request.path.startswith('/v1/'):
            raise refusal(404, '')
        if self.world['vault']['sealed']:
            raise refusal(503, 'Vault is sealed')
        if request.header('X-Vault-Request') != 'true':
            raise refusal(400, "missing 'X-Vault-Request' header")
        space = request.header('X-Vault-Namespace', '').strip('/')
        path = request.path.removeprefix('/v1/')
        if space not in self.world['vault']['namespaces']:
            raise refusal(404, f'no handler for route "{space}/{path}". route '
                          'entry not found.')
        if self.operation(request) == 'login':
            return self.log_in(request, space, path)
        login = self.login_of(request, space)
        self.check_policy(login, path, request.method)
        if self.operation(request) == 'revoke':
            return self.revoke(request, login)
        return self.secret(request, login, path)

    # the method `jwt`

    def log_in(self, request, space, path):
        if request.method not in ('POST', 'PUT'):
            raise refusal(405, 'unsupported operation')
        mount = path.removeprefix('auth/').removesuffix('/login')
        method = self.world['vault']['namespaces'][space].get(mount)
        if method is None:
            raise refusal(403, 'permission denied')
        body = request.json()
        if body is None:
            raise refusal(400, 'failed to parse JSON input')
        if not method.get('issuer'):
            raise refusal(400, 'could not load configuration')
        name = body.get('role') or method.get('default_role')
        if not name:
            raise refusal(400, 'missing role')
        role = method['roles'].get(name.lower())
        if role is None:
            raise refusal(400, f'role "{name}" could not be found')
        if role.get('role_type') == 'oidc':
            raise refusal(400, 'role with oidc role_type is not allowed')
        if not body.get('jwt'):
            raise refusal(400, 'missing token')
        claims = self.verify(body['jwt'], method)
        self.check_role(role, claims)
        return self.token(space, name, role, claims)

    def verify(self, token, method):
        try:
            claims = self.cloud.verifier.verify(token)
        except BadToken as error:
            raise refusal(400, UNSIGNED[error.reason]) from error
        if claims['iss'] != method['issuer']:
            raise refusal(400, UNSIGNED['issuer'])
        return claims

    def check_role(self, role, claims):
        bound = [a.replace('{url}', self.url)
                 for a in role.get('bound_audiences', [])]
        if audiences(claims) and not bound:
            raise refusal(400, 'audience claim found in JWT but no audiences '
                          'bound to the role')
        if not set(bound) & set(audiences(claims)):
            raise refusal(400, 'error validating token: invalid audience '
                          '(aud) claim: audience claim does not match any '
                          'expected audience')
        if role.get('bound_subject') not in (None, claims['sub']):
            raise refusal(400, 'error validating token: invalid subject '
                          '(sub) claim')
        if role.get('user_claim', 'sub') not in claims:
            raise refusal(400, f'claim "{role["user_claim"]}" not found in '
                          'token')
        for name, wanted in role.get('bound_claims', {}).items():
            if name not in claims:
                raise refusal(400, 'error validating claims: claim '
                              f'"{name}" is missing')
            if not any(matches(w, str(claims[name])) for w in wanted):
                raise refusal(400, 'error validating claims: claim '
                              f'"{name}" does not match any associated bound '
                              'claim values')

    def token(self, space, name, role, claims):
        batch = role.get('token_type') == 'batch'
        life = self.world.life('vault', role.get('token_ttl', 3600))
        expires = self.world.now() + life
        token = ('hvb.' if batch else 'hvs.') + self.issued.random(
            94, BASE64URL)
        self.logins[token] = Login(space, name, role['policies'], expires,
                                   batch)
        self.issued.token(token, Grant(self.name, claims['sub'], expires))
        return Reply.json(envelope(auth={
            'client_token': token, 'accessor': '' if batch else 'acc' + name,
            'policies': ['default', *role['policies']],
            'token_policies': ['default', *role['policies']],
            'metadata': {'role': name}, 'lease_duration': int(life),
            'renewable': not batch, 'entity_id': str(uuid.uuid4()),
            'token_type': 'batch' if batch else 'service', 'orphan': True,
            'mfa_requirement': None, 'num_uses': 0}))

    # tokens

    def login_of(self, request, space):
        login = self.logins.get(request.header('X-Vault-Token', ''))
        if login is None or login.expires <= self.world.now() or \
                login.namespace != space:
            raise refusal(403, '2 errors occurred:\n\t* permission denied\n\t'
                          '* invalid token\n\n')
        return login

    def check_policy(self, login, path, method):
        capability = 'read' if method == 'GET' else 'update'
        policies = self.world['vault']['policies']
        rules = [DEFAULT_POLICY if not login.batch else {},
                 *(policies.get(name, {}) for name in login.policies)]
        if not any(matches(pattern, path) and capability in capabilities
                   for rule in rules
                   for pattern, capabilities in rule.items()):
            raise refusal(403, DENIED)

    def revoke(self, request, login):
        """The token, and every lease that was made with it."""
        token = request.header('X-Vault-Token')
        if login.batch:
            raise refusal(400, 'batch tokens cannot be revoked')
        for lease in login.leases:
            lease.expires = 0
        del self.logins[token]
        self.issued.revoke(token)
        return Reply(204)

    # the engines

    def secret(self, request, login, path):
        found = self.world['vault']['secrets'].get(path)
        if found is None:
            raise refusal(404, '' if path.startswith(('secret/', 'kv/')) else
                          f'no handler for route "{path}". route entry not '
                          'found.')
        if found.get('wrapped'):
            return Reply.json(envelope(wrap_info={
                'token': self.issued.secret(94, BASE64URL), 'ttl': 60,
                'accessor': 'x', 'creation_path': path}))
        writes = request.method != 'GET'
        if writes not in found.get('writes', (False,)):
            raise refusal(405, '1 error occurred:\n\t* unsupported operation'
                          '\n\n')
        engine = getattr(self, 'engine_' + found['engine'])
        return Reply.json(engine(path, found, login,
                                 request.json() if writes else {}))

    def lease(self, path, found, login):
        life = self.world.life('vault', found.get('ttl', 1800))
        return {'lease_id': f'{path}/{self.issued.random(24)}',
                'lease_duration': int(life), 'renewable': True}, \
            min(self.world.now() + life, login.expires)

    def engine_database(self, path, found, login, _):
        more, expires = self.lease(path, found, login)
        pair = (f'v-jwt-{login.role}-{uuid.uuid4().hex[:12]}',
                self.issued.secret(40, ALNUM + '-'))
        login.leases.append(Lease(more['lease_id'], expires, pair))
        return envelope(**more, data={'username': pair[0],
                                      'password': pair[1]})

    def engine_static(self, path, found, login, _):
        """A user whose password is rotated."""
        return envelope(data={
            'username': 'web', 'password': found['password'],
            'ttl': found['ttl'], 'rotation_period': 86400,
            'last_vault_rotation': '2026-01-01T00:00:00.0Z'})

    def engine_aws(self, path, found, login, _):
        more, expires = self.lease(path, found, login)
        session = aws.new_session(self.issued, DEV, f'vault-{login.role}',
                                  'AROA' + aws.upper(17), expires, None, False)
        return envelope(**more, data={
            'access_key': session.key_id, 'secret_key': session.secret,
            'session_token': session.token, 'security_token': session.token,
            'arn': session.arn})

    def engine_kubernetes(self, path, found, login, body):
        if not body.get('kubernetes_namespace'):
            raise refusal(400, "'kubernetes_namespace' is required")
        more, expires = self.lease(path, found, login)
        token = self.cloud.signer.sign({
            'iss': self.url, 'sub': f'system:serviceaccount:'
            f'{body["kubernetes_namespace"]}:web', 'aud': ['kubernetes'],
            'exp': int(expires)})
        return envelope(**more, data={
            'service_account_name': 'web', 'service_account_namespace':
            body['kubernetes_namespace'],
            'service_account_token': self.issued.remember(token)})

    def engine_kv(self, path, found, login, _):
        """The first version: a hint when to look again, and no lease."""
        return envelope(lease_duration=2764800, data=found['data'])

    def engine_kv2(self, path, found, login, _):
        return envelope(data={'data': found['data'], 'metadata': {
            'created_time': '2026-01-01T00:00:00.0Z', 'deletion_time': '',
            'destroyed': False, 'version': 1, 'custom_metadata': None}})

    def database(self, request):
        """Does a lease let them in?"""
        now = self.world.now()
        if any(lease.pair == request.basic() and lease.expires > now
               for login in list(self.logins.values())
               for lease in login.leases):
            return Reply.json({'rows': 1})
        raise refusal(401, 'no such user')


class OtherVault(Vault):
    """A second server, where logins may fail while the first one is well."""
    name = 'other_vault'


def envelope(**more):
    return {'request_id': str(uuid.uuid4()), 'lease_id': '',
            'renewable': False, 'lease_duration': 0, 'data': None,
            'wrap_info': None, 'warnings': None, 'auth': None, **more}
