# SPDX-License-Identifier: Apache-2.0
"""Azure Container Registry: Entra's token for the registry's refresh token,
which the token server takes as docker's password."""

from parts.idtoken import new_jti
from parts.issued import Grant
from parts.web import Refusal, Reply, Service

USER = '00000000-0000-0000-0000-000000000000'
AUDIENCE = 'https://containerregistry.azure.net'
MANAGEMENT = 'https://management.azure.com'


def unauthorized(text='authentication required, visit '
                 'https://aka.ms/acr/authorization for more information.'):
    return Refusal(401, 'UNAUTHORIZED', text)


class Acr(Service):
    name = 'acr'
    usual_refusal = (401, 'UNAUTHORIZED', 'authentication required')
    code_of = {429: 'TOOMANYREQUESTS', 500: 'UNKNOWN', 503: 'UNAVAILABLE'}

    def operation(self, request):
        return 'exchange' if request.path == '/oauth2/exchange' else 'unknown'

    def refuse(self, refusal):
        return Reply.json({'errors': [{'code': refusal.code,
                                       'message': refusal.message}]},
                          refusal.status)

    def answer(self, request):
        if (request.method, request.path) != ('POST', '/oauth2/exchange'):
            raise Refusal(404, 'NOT_FOUND', 'page not found')
        registry = self.world['azure']['registry']
        if registry['closed']:
            raise Refusal(403, 'DENIED', "client with IP '192.0.2.7' is not "
                          'allowed access. Refer https://aka.ms/acr/firewall '
                          'to grant access.')
        form = {n: v[0] for n, v in request.form().items()}
        if request.content_type != 'application/x-www-form-urlencoded' or \
                form.get('grant_type') != 'access_token':
            raise Refusal(400, 'UNSUPPORTED', 'unsupported grant type')
        if form.get('service') != registry['name']:
            raise Refusal(400, 'UNSUPPORTED', 'service is not this registry')
        return self.refresh_token(registry, self.holder(registry, form))

    def holder(self, registry, form):
        grant = self.issued.grant(form.get('access_token'), 'entra')
        if grant is None or grant.expires <= self.world.now():
            raise unauthorized()
        taken = {AUDIENCE} | ({MANAGEMENT} if registry['arm'] else set())
        if not taken & set(grant.scopes) \
                or form.get('tenant', grant.extra['tenant']) \
                != grant.extra['tenant'] \
                or grant.principal not in registry['readers']:
            raise unauthorized()
        return grant

    def refresh_token(self, registry, grant):
        now = int(self.world.now())
        life = self.world.life('acr')
        claims = {'jti': new_jti(self.issued), 'sub': grant.principal[4:],
                  'nbf': now, 'iat': now, 'exp': now + life,
                  'iss': 'Azure Container Registry', 'aud': registry['name'],
                  'version': '1.0', 'grant_type': 'refresh_token',
                  'tenant': grant.extra['tenant'],
                  'permissions': {'actions': ['read'], 'notActions': []},
                  'roles': []}
        token = self.issued.token(self.cloud.signer.sign(claims), Grant(
            self.name, grant.principal, now + life))
        return Reply.json({'refresh_token': token},
                          content_type='application/json; charset=utf-8')
