# SPDX-License-Identifier: Apache-2.0
"""Quay's robot accounts, by federation: the registry's own endpoint, and
/sts/token for the management API, which is off at first."""

from parts.idtoken import BadToken, audiences
from parts.issued import Grant, ALNUM
from parts.web import Refusal, Reply, Service

GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange'
TYPE = 'urn:ietf:params:oauth:token-type:'
RESOURCE = 'urn:quay:robot:'
CODES = ('invalid_request', 'unsupported_grant_type', 'invalid_target',
         'invalid_grant', 'slow_down', 'temporarily_unavailable')
LIFE = 3600


def oauth(code, status=400, headers=()):
    return Refusal(status, code, code, headers)


class Quay(Service):
    name = 'quay'
    usual_refusal = (400, 'message', 'Token does not match robot')
    code_of = {429: 'slow_down', 503: 'temporarily_unavailable'}

    def operation(self, request):
        return {'/oauth2/federation/robot/token': 'robot',
                '/sts/token': 'sts'}.get(request.path, 'unknown')

    def refuse(self, refusal):
        if refusal.code in CODES:
            return Reply.json({'error': refusal.code}, refusal.status)
        key = 'error' if refusal.status == 401 else 'message'
        return Reply.json({key: refusal.message}, refusal.status)

    def answer(self, request):
        operation = self.operation(request)
        if operation == 'robot' and request.method == 'GET':
            return self.robot(request)
        if operation == 'sts' and request.method == 'POST' and \
                self.world['quay']['token_exchange']:
            return self.sts(request)
        raise Refusal(404, 'message', 'Not found')

    def robot(self, request):
        pair = request.basic()
        if pair is None:
            raise Refusal(401, 'error', 'missing auth')
        if '+' not in pair[0]:
            raise Refusal(401, 'error', 'Invalid robot')
        bindings = self.world['quay']['robots'].get(pair[0])
        if bindings is None:
            raise Refusal(400, 'message', 'Could not find robot with '
                          'specified username')
        self.binding(bindings, pair[1])
        return Reply.json({'token': self.token(pair[0], [])})

    def sts(self, request):
        if request.content_type != 'application/x-www-form-urlencoded' or \
                len(request.body) > 32 * 1024:
            raise oauth('invalid_request')
        form = {n: v[0] for n, v in request.form().items()}
        if not all(form.get(n) for n in ('grant_type', 'subject_token',
                                         'subject_token_type', 'resource')):
            raise oauth('invalid_request')
        if form['grant_type'] != GRANT:
            raise oauth('unsupported_grant_type')
        if form['subject_token_type'] != TYPE + 'jwt':
            raise oauth('invalid_request')
        robot = form['resource'].removeprefix(RESOURCE)
        bindings = self.world['quay']['robots'].get(robot)
        if robot == form['resource'] or bindings is None:
            raise oauth('invalid_target')
        try:
            binding = self.binding(bindings, form['subject_token'])
        except Refusal as refusal:
            raise oauth('invalid_grant') from refusal
        wanted = form.get('scope', '').split() or binding['api_scopes']
        if not wanted or not set(wanted) <= set(binding['api_scopes']):
            raise oauth('invalid_grant')
        return Reply.json({'access_token': self.token(robot, wanted),
                           'issued_token_type': TYPE + 'access_token',
                           'token_type': 'Bearer', 'expires_in': LIFE,
                           'scope': ' '.join(wanted)})

    def binding(self, bindings, token):
        """The one that this token is for, as Quay looks for it."""
        if not bindings:
            raise Refusal(400, 'message', 'Robot does not have federated '
                          'login configured')
        try:
            claims = self.cloud.verifier.verify(token)
        except BadToken as error:
            if error.reason == 'issuer':
                raise Refusal(400, 'message', 'issuer '
                              f'{error.claims.get("iss")} not configured for '
                              'this robot') from error
            raise Refusal(400, 'message', f'Invalid token: {error}') from error
        mine = [b for b in bindings if b['issuer'] == claims['iss']]
        if not mine:
            raise Refusal(400, 'message', f'issuer {claims["iss"]} not '
                          'configured for this robot')
        for binding in mine:
            if binding['subject'] == claims['sub']:
                self.check_audience(binding, claims)
                return binding
        raise Refusal(400, 'message', 'Token does not match robot')

    def check_audience(self, binding, claims):
        wanted = [a.replace('{url}', self.url) for a in binding['audiences']]
        if wanted and not set(wanted) & set(audiences(claims)):
            raise Refusal(400, 'message', "Invalid token: Audience doesn't "
                          'match')

    def token(self, robot, scopes):
        """Quay's own JWT."""
        now = int(self.world.now())
        life = self.world.life('quay', LIFE)
        token = self.cloud.signer.sign({
            'iss': self.url, 'sub': robot, 'iat': now, 'exp': now + int(life),
            'jti': self.issued.random(24, ALNUM)})
        return self.issued.token(token, Grant(
            self.name, f'robot:{robot}', now + life, scopes, {'user': robot}))
