# SPDX-License-Identifier: Apache-2.0
"""identity.docker.com: what logs in to Docker Hub as an organization, by one
of its OIDC connections."""

import uuid

from parts.idtoken import BadToken, audiences, matches
from parts.issued import BASE64URL, Grant
from parts.web import Refusal, Reply, Service

GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange'
ID_TOKEN = 'urn:ietf:params:oauth:token-type:id_token'
AUDIENCE = 'https://identity.docker.com'
KNOWN = {'grant_type', 'subject_token_type', 'subject_token', 'connection_id',
         'expires_in'}


def bad(code, text, status=400):
    return Refusal(status, code, text)


class DockerHub(Service):
    name = 'docker_hub'
    usual_refusal = (401, 'invalid_grant', 'the token is not trusted')
    code_of = {429: 'slow_down', 500: 'server_error',
               503: 'temporarily_unavailable'}

    def operation(self, request):
        return 'token' if request.path == '/oauth/token' else 'unknown'

    def refuse(self, refusal):
        return Reply.json({'error': refusal.code,
                           'error_description': refusal.message},
                          refusal.status)

    def answer(self, request):
        if (request.method, request.path) != ('POST', '/oauth/token'):
            raise bad('invalid_request', 'POST /oauth/token', 404)
        if request.content_type != 'application/x-www-form-urlencoded':
            raise bad('invalid_request', 'a form is wanted')
        form = {n: v[0] for n, v in request.form().items()}
        if form.keys() != KNOWN or form['subject_token_type'] != ID_TOKEN:
            raise bad('invalid_request', 'a parameter is missing or unknown')
        if form['grant_type'] != GRANT:
            raise bad('unsupported_grant_type', 'not a token exchange')
        life = self.life(form['expires_in'])
        connection = self.connection(form['connection_id'])
        claims = self.verify(connection, form['subject_token'])
        if not any(matches(rule, claims['sub'])
                   for rule in connection['rules']):
            raise bad('invalid_grant', 'no ruleset matches the token', 403)
        return self.token(connection, life)

    def life(self, text):
        if not text.isdigit() or not 300 <= int(text) <= 3600:
            raise bad('invalid_request', 'expires_in must be between 300 and '
                      '3600')
        return self.world.life('docker_hub', int(text))

    def connection(self, text):
        try:
            name = str(uuid.UUID(text))
        except ValueError as error:
            raise bad('invalid_request', 'connection_id') from error
        found = self.world['docker_hub']['connections'].get(name)
        if found is None:
            raise bad('invalid_client', 'unknown connection', 401)
        return found

    def verify(self, connection, token):
        try:
            claims = self.cloud.verifier.verify(token)
        except BadToken as error:
            raise bad('invalid_grant', f'subject token: {error}') from error
        if claims['iss'] != connection['issuer']:
            raise bad('invalid_grant', 'subject token: another provider')
        if AUDIENCE not in audiences(claims):
            raise bad('invalid_grant', f'subject token: its aud is not '
                      f'{AUDIENCE}')
        return claims

    def token(self, connection, life):
        organization = connection['organization']
        token = self.issued.token(
            'dckr_oidc_' + self.issued.random(80, BASE64URL),
            Grant(self.name, f'organization:{organization}',
                  self.world.now() + life, [], {'user': organization}))
        return Reply.json({'access_token': token, 'expires_in': int(life),
                           'token_type': 'Bearer'})
