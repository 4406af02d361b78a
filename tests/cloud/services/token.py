# SPDX-License-Identifier: Apache-2.0
"""The token server that Debian's docker-registry trusts.

It speaks the Distribution specification's token authentication: GET with
Basic, and OAuth2's POST with a password or a refresh token. The password is
the workspace's id token, an ECR password, a Google access token, or what Quay,
JFrog and Docker Hub give: then the user name is theirs too.
"""

import base64
import fnmatch
import os
import time
import uuid

import jwt

from parts import server
from parts.authority import NAMES, der, rsa_key
from parts.idtoken import BadToken, audiences, matches
from parts.issued import BASE64URL, Grant
from parts.web import Refusal, Reply, Service
from parts.world import REGISTRY_SERVICE

ISSUER = 'loopback-token-server'
ACR_USER = '00000000-0000-0000-0000-000000000000'
GOOGLE_USERS = ('oauth2accesstoken', '_dcgcloud_token', '_token')
CONFIGURATION = """\
# For `docker-registry serve`, rendered by tests/cloud.
version: 0.1
log:
  level: warn
  accesslog: {{disabled: true}}
storage:
  filesystem: {{rootdirectory: {storage}}}
  delete: {{enabled: true}}
http:
  addr: 127.0.0.1:{port}
  relativeurls: true
  tls: {{certificate: {ca}/server-chain.crt, key: {ca}/server.key}}
auth:
  token:
    realm: {realm}
    service: {service}
    issuer: {issuer}
    rootcertbundle: {ca}/ca.crt
"""


def unauthorized(reason):
    return Refusal(401, 'UNAUTHORIZED', reason,
                   [('WWW-Authenticate', 'Basic realm="token"')])


class Token(Service):
    name = 'token'
    usual_refusal = (401, 'UNAUTHORIZED', 'authentication required')

    def __init__(self, cloud):
        super().__init__(cloud)
        self.key = rsa_key()
        self.certificate = cloud.authority.issue('token signing',
                                                 self.key.public_key())
        self.registry_port = free_port()
        self.write_configuration()

    @property
    def realm(self):
        return f'{super().url}/token'

    @property
    def url(self):
        return self.realm

    def settings(self):
        return {'registry': f'localhost:{self.registry_port}',
                'registry_config': self.cloud.path('registry.yml'),
                'registry_service': REGISTRY_SERVICE}

    def write_configuration(self):
        storage = self.cloud.path('registry')
        os.makedirs(storage, exist_ok=True)
        self.cloud.write('registry.yml', CONFIGURATION.format(
            storage=storage, port=self.registry_port, realm=self.realm,
            ca=self.cloud.authority.directory, service=REGISTRY_SERVICE,
            issuer=ISSUER))

    def operation(self, request):
        if request.path != '/token':
            return 'unknown'
        if request.method != 'POST':
            return 'basic'
        return request.form().get('grant_type', ['unknown'])[0]

    def refuse(self, refusal):
        return Reply.json({'errors': [{'code': refusal.code,
                                       'message': refusal.message,
                                       'detail': None}]}, refusal.status)

    def answer(self, request):
        if request.path != '/token':
            raise Refusal(404, 'NOT_FOUND', 'POST or GET /token')
        if request.method == 'POST':
            return self.oauth(request)
        return self.basic(request)

    def basic(self, request):
        pair = request.basic()
        if pair is None:
            raise unauthorized('authentication required')
        service = request.parameter('service')
        self.check_service(service)
        who = self.identify(*pair)
        scopes = [v for n, v in request.query if n == 'scope']
        return self.token(who, scopes, offline=request.parameter(
            'offline_token') == 'true')

    def oauth(self, request):
        if request.content_type != 'application/x-www-form-urlencoded':
            raise Refusal(400, 'UNSUPPORTED', 'a form is wanted')
        form = {n: v[0] for n, v in request.form().items()}
        self.check_service(form.get('service'))
        if not form.get('client_id'):
            raise Refusal(400, 'UNSUPPORTED', 'client_id is missing')
        grant = form.get('grant_type')
        if grant == 'password':
            who = self.identify(form.get('username', ''),
                                form.get('password', ''))
        elif grant == 'refresh_token':
            who = self.identify('<token>', form.get('refresh_token', ''))
        else:
            raise Refusal(400, 'UNSUPPORTED', f'grant_type {grant}')
        return self.token(who, [form.get('scope', '')], offline=(
            form.get('access_type') == 'offline' or grant == 'refresh_token'))

    def check_service(self, service):
        if service != REGISTRY_SERVICE:
            raise Refusal(400, 'UNSUPPORTED', f'unknown service {service}')

    # who

    def identify(self, user, password):
        """The name that the world's access table has for them."""
        grant = self.issued.grant(password)
        if grant is None:
            return self.workspace(password)
        users = {'ecr': ('AWS',), 'ecr_public': ('AWS',), 'token': ('<token>',),
                 'acr': (ACR_USER, '<token>'),
                 'gcp_sts': GOOGLE_USERS, 'gcp_iam': GOOGLE_USERS}
        if user not in users.get(grant.service, (grant.extra.get('user'),)):
            raise unauthorized(f'this password does not belong to "{user}"')
        if grant.expires <= self.world.now():
            raise unauthorized('the password has expired')
        return grant.principal

    def workspace(self, token):
        try:
            claims = self.cloud.verifier.verify(token)
        except BadToken as error:
            raise unauthorized(f'id token: {error}') from error
        if not any(self.is_us(audience) for audience in audiences(claims)):
            raise unauthorized('id token: the audience is not this registry')
        return claims['sub']

    def is_us(self, audience):
        if audience == REGISTRY_SERVICE:
            return True
        if not audience.startswith('https://'):
            return False
        host, _, port = audience[len('https://'):].partition(':')
        return port in ('', str(self.registry_port)) and any(
            fnmatch.fnmatchcase(host, name) for name in (*NAMES, '127.0.0.1'))

    # what

    def granted(self, who, scopes):
        """The part of the asked scopes that they may have; none at all for
        somebody unknown, which a client sees as "denied"."""
        for scope in ' '.join(scopes).split():
            kind, _, rest = scope.partition(':')
            name, _, actions = rest.rpartition(':')
            may = {action for rule in self.world['token']['access']
                   if matches(rule['who'], who)
                   and matches(rule['repository'], name)
                   for action in rule['actions']}
            given = [a for a in actions.split(',') if a in may]
            if kind == 'repository' and given:
                yield {'type': kind, 'name': name, 'actions': given}

    def token(self, who, scopes, offline):
        now = int(self.world.now())
        life = self.world.life('token')
        claims = {'iss': ISSUER, 'sub': who, 'aud': REGISTRY_SERVICE,
                  'iat': now, 'nbf': now - 5, 'exp': now + life,
                  'jti': f'{uuid.uuid4()}',
                  'access': list(self.granted(who, scopes))}
        chain = base64.b64encode(der(self.certificate)).decode()
        token = jwt.encode(claims, self.key, 'RS256', headers={'x5c': [chain]})
        self.issued.remember(token)
        reply = {'token': token, 'access_token': token, 'expires_in': life,
                 'issued_at': time.strftime('%Y-%m-%dT%H:%M:%SZ',
                                            time.gmtime(now))}
        if offline:
            reply['refresh_token'] = self.issued.token(
                self.issued.random(64, BASE64URL),
                Grant(self.name, who, now + 3600))
        return Reply.json(reply)


def free_port():
    """Free now; the registry takes it when a test starts one."""
    with server.listen_tcp() as listener:
        return listener.getsockname()[1]
