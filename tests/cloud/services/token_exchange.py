# SPDX-License-Identifier: Apache-2.0
"""A token endpoint as RFC 8693 describes it, and nobody's in particular."""

from urllib.parse import urlsplit

from parts.idtoken import BadToken, audiences
from parts.issued import BASE64URL, Grant
from parts.web import Refusal, Reply, Service

GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange'
TYPE = 'urn:ietf:params:oauth:token-type:'
TYPES = {TYPE + name for name in ('access_token', 'refresh_token', 'id_token',
                                  'saml1', 'saml2', 'jwt')}
MAY_REPEAT = ('audience', 'resource')
KNOWN = {'grant_type', 'resource', 'audience', 'scope', 'requested_token_type',
         'subject_token', 'subject_token_type', 'actor_token',
         'actor_token_type', 'client_id', 'client_secret'}


def bad(code, text, status=400):
    return Refusal(status, code, text)


class TokenExchange(Service):
    name = 'token_exchange'
    usual_refusal = (400, 'invalid_grant', 'the subject token is not valid')
    code_of = {429: 'slow_down', 500: 'server_error',
               503: 'temporarily_unavailable'}

    @property
    def url(self):
        return f'{super().url}/token'

    def operation(self, request):
        return 'token' if request.path == '/token' else 'unknown'

    def refuse(self, refusal):
        return Reply.json({'error': refusal.code,
                           'error_description': refusal.message},
                          refusal.status, [('Cache-Control', 'no-store')])

    def answer(self, request):
        if (request.method, request.path) != ('POST', '/token'):
            raise bad('invalid_request', 'POST /token', 404)
        form, many = self.read_form(request)
        self.check_client(request, form)
        self.check_form(form, many)
        subject = self.holder(form['subject_token'],
                              form['subject_token_type'], 'subject')
        actor = None
        if 'actor_token' in form:
            actor = self.holder(form['actor_token'], form['actor_token_type'],
                                'actor')
        return self.token(subject, actor, form)

    def read_form(self, request):
        if request.content_type != 'application/x-www-form-urlencoded':
            raise bad('invalid_request', 'a form is wanted')
        if request.raw_query:
            raise bad('invalid_request', 'no parameters in the URL')
        many = request.form()
        for name, values in many.items():
            if len(values) > 1 and name not in MAY_REPEAT:
                raise bad('invalid_request', f'{name} stands twice')
        return {n: v[0] for n, v in many.items() if v[0]}, many

    def check_client(self, request, form):
        client = self.world['token_exchange']['client']
        if client is None:
            return
        given = request.basic() or (form.get('client_id'),
                                    form.get('client_secret'))
        if given != (client['id'], client.get('secret')):
            raise Refusal(401, 'invalid_client', 'unknown client',
                          [('WWW-Authenticate', 'Basic realm="token"')])

    def check_form(self, form, many):
        if form.get('grant_type') != GRANT:
            raise bad('unsupported_grant_type', 'not a token exchange')
        for name in ('subject_token', 'subject_token_type'):
            if name not in form:
                raise bad('invalid_request', f'{name} is missing')
        if ('actor_token' in form) != ('actor_token_type' in form):
            raise bad('invalid_request', 'actor_token and actor_token_type go '
                      'together')
        for name in ('subject_token_type', 'actor_token_type',
                     'requested_token_type'):
            if form.get(name, TYPE + 'jwt') not in TYPES:
                raise bad('invalid_request', f'unknown {name}')
        wanted = form.get('requested_token_type', TYPE + 'access_token')
        if wanted not in (TYPE + 'access_token', TYPE + 'jwt'):
            raise bad('invalid_request', 'only access_token and jwt are issued')
        self.check_target(form, many)

    def check_target(self, form, many):
        state = self.world['token_exchange']
        for resource in many.get('resource', []):
            parts = urlsplit(resource)
            if not parts.scheme or parts.fragment or '#' in resource:
                raise bad('invalid_target', 'resource is no absolute URI')
        for target in many.get('audience', []) + many.get('resource', []):
            if target not in state['audiences']:
                raise bad('invalid_target', f'unknown target {target}')
        for scope in form.get('scope', '').split():
            if scope not in state['scopes']:
                raise bad('invalid_scope', f'unknown scope {scope}')

    def holder(self, token, kind, role):
        """Whose token it is."""
        if kind == TYPE + 'access_token':
            grant = self.issued.grant(token, self.name)
            if grant is None or grant.expires <= self.world.now():
                raise bad('invalid_grant', f'the {role} token is not ours or '
                          'has expired')
            return grant.principal
        try:
            claims = self.cloud.verifier.verify(token)
        except BadToken as error:
            raise bad('invalid_grant', f'{role} token: {error}') from error
        accepted = {self.url, super().url,
                    *self.world['token_exchange']['accepts']}
        if not accepted & set(audiences(claims)):
            raise bad('invalid_grant', f'the {role} token is for '
                      f'{" ".join(audiences(claims))}')
        return claims['sub']

    def token(self, subject, actor, form):
        life = self.world.life('token_exchange')
        scope = form.get('scope', 'read')
        grant = Grant(self.name, subject, self.world.now() + life,
                      scope.split(), {'actor': actor})
        wanted = form.get('requested_token_type', TYPE + 'access_token')
        token = self.issued.token('tx_' + self.issued.random(120, BASE64URL),
                                  grant)
        if wanted == TYPE + 'jwt':
            token = self.issued.token(self.signed(subject, actor, life), grant)
        reply = {'access_token': token, 'issued_token_type': wanted,
                 'token_type': 'Bearer', 'expires_in': life, 'scope': scope}
        return Reply.json(reply, headers=[('Cache-Control', 'no-store')])

    def signed(self, subject, actor, life):
        now = int(self.world.now())
        claims = {'iss': self.url, 'sub': subject, 'iat': now,
                  'exp': now + life}
        if actor:
            claims['act'] = {'sub': actor}
        return self.cloud.signer.sign(claims)
