# SPDX-License-Identifier: Apache-2.0
"""JFrog's platform: an access token, by an OpenID Connect integration and
its identity mappings."""

from parts.idtoken import BadToken, audiences, matches
from parts.issued import ALNUM, Grant
from parts.web import Refusal, Reply, Service

GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange'
ID_TOKEN = 'urn:ietf:params:oauth:token-type:id_token'
PATH = '/access/api/v1/oidc/token'
CODES = {400: 'BAD_REQUEST', 401: 'UNAUTHORIZED', 403: 'FORBIDDEN',
         404: 'NOT_FOUND', 429: 'TOO_MANY_REQUESTS', 500: 'INTERNAL',
         503: 'UNAVAILABLE'}
KNOWN = {'grant_type', 'subject_token_type', 'subject_token', 'provider_name',
         'project_key', 'identity_mapping_name'}


def refusal(status, text):
    return Refusal(status, CODES[status], text)


class Jfrog(Service):
    name = 'jfrog'
    usual_refusal = (403, 'FORBIDDEN', 'No identity mapping matches the token')
    code_of = CODES

    def operation(self, request):
        return 'token' if request.path == PATH else 'unknown'

    def refuse(self, refused):
        return Reply.json({'errors': [{
            'code': refused.code, 'message': refused.message,
            'detail': None}]}, refused.status)

    def answer(self, request):
        if (request.method, request.path) != ('POST', PATH):
            raise refusal(404, 'Not Found')
        if request.content_type != 'application/json' or \
                request.header('Authorization'):
            raise refusal(400, 'JSON is wanted, and no Authorization')
        body = request.json() or {}
        if not body.keys() <= KNOWN or not all(
                isinstance(value, str) for value in body.values()):
            raise refusal(400, 'unknown member')
        if body.get('grant_type') != GRANT or \
                body.get('subject_token_type') != ID_TOKEN:
            raise refusal(400, 'Unsupported grant type or token type')
        name = body.get('provider_name', '')
        provider = self.world['jfrog']['providers'].get(name)
        if provider is None:
            raise refusal(404, f'Provider {name} was not found')
        claims = self.verify(provider, body.get('subject_token', ''))
        return self.token(self.mapping(provider, claims, body))

    def verify(self, provider, token):
        try:
            claims = self.cloud.verifier.verify(token)
        except BadToken as error:
            raise refusal(401, f'Invalid token: {error}') from error
        if claims['iss'] != provider['issuer']:
            raise refusal(401, 'Invalid token: the issuer does not match the '
                          'provider')
        wanted = provider['audience']
        if wanted and wanted.replace('{url}', self.url) not in \
                audiences(claims):
            raise refusal(401, 'Invalid token: the audience does not match '
                          'the provider')
        return claims

    def mapping(self, provider, claims, body):
        """The first that fits, by priority."""
        for mapping in sorted(provider['mappings'],
                              key=lambda m: m['priority']):
            if mapping['project'] != body.get('project_key') or \
                    body.get('identity_mapping_name') not in (
                        None, mapping['name']):
                continue
            if all(matches(wanted, str(claims.get(name, '')))
                   for name, wanted in mapping['claims'].items()):
                return mapping
        raise refusal(403, 'No identity mapping matches the token')

    def token(self, mapping):
        now = int(self.world.now())
        life = int(self.world.life('jfrog', mapping['expires_in']))
        user = mapping['username']
        token = self.cloud.signer.sign({
            'iss': 'jfac@01rig', 'sub': f'jfac@01rig/users/{user}',
            'aud': '*@*', 'scp': 'applied-permissions/user', 'iat': now,
            'exp': now + life, 'jti': self.issued.random(24, ALNUM)})
        self.issued.token(token, Grant(self.name, f'user:{user}', now + life,
                                       [], {'user': user}))
        return Reply.json({
            'access_token': token, 'expires_in': life,
            'scope': 'applied-permissions/user', 'token_type': 'Bearer',
            'issued_token_type':
                'urn:ietf:params:oauth:token-type:access_token',
            'username': user})
