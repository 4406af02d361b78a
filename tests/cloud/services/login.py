# SPDX-License-Identifier: Apache-2.0
"""An OpenID provider at which a person logs in: RFC 6749 with PKCE (7636) and
a loopback redirect (8252), the device flow (8628), rotation of refresh tokens
with detection of their reuse (9700), revocation (7009), `iss` in the reply
(9207). Nobody sits in front of it: whoever opens the page is the person."""

import base64
import hashlib
import hmac
import time
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urlsplit

from parts.issued import BASE64URL
from parts.web import Refusal, Reply, Service

DEVICE = 'urn:ietf:params:oauth:grant-type:device_code'
GRANTS = {'authorization_code', 'refresh_token', DEVICE}
CODE_LIFE = 60
SECRETS = 'abcdefghijkmnpqrstuvwxyz23456789'


def bad(code, text, status=400, headers=()):
    return Refusal(status, code, text, headers)


@dataclass
class Family:
    """What one login led to: all its refresh tokens die together."""
    subject: str
    scope: str
    alive: bool = True
    used: dict = field(default_factory=dict)    # token: when


@dataclass
class Device:
    code: str
    user_code: str
    scope: str
    expires: float
    interval: float
    polled: float = 0
    polls: int = 0
    verdict: str = ''   # '', 'yes', or an error
    spent: bool = False


class Login(Service):
    name = 'login'
    usual_refusal = (400, 'invalid_grant', 'the grant is not valid')
    code_of = {429: 'slow_down', 500: 'server_error',
               503: 'temporarily_unavailable'}

    def __init__(self, cloud):
        super().__init__(cloud)
        self.codes = {}         # code: what it was given for
        self.devices = {}       # device code: Device
        self.tokens = {}        # refresh token: Family

    @property
    def issuer(self):
        return f'{self.url}/login'

    @property
    def state(self):
        return self.world['login']

    def settings(self):
        return {'login_issuer': self.issuer,
                'login_client': self.state['client']}

    def operation(self, request):
        operation = {
            '/login/.well-known/openid-configuration': 'discovery',
            '/login/authorize': 'authorize',
            '/login/device': 'device', '/login/page': 'page',
            '/login/token': 'token', '/login/revoke': 'revoke',
        }.get(request.path, 'unknown')
        if operation == 'token':
            grant = (request.form().get('grant_type') or ['token'])[0]
            return {DEVICE: 'poll'}.get(grant, grant)
        return operation

    def refuse(self, refusal):
        return Reply.json({'error': refusal.code,
                           'error_description': refusal.message},
                          refusal.status, [('Cache-Control', 'no-store')])

    def answer(self, request):
        method = {'discovery': ('GET', self.discovery),
                  'authorize': ('GET', self.authorize),
                  'page': ('GET', self.page),
                  'device': ('POST', self.device),
                  'revoke': ('POST', self.revoke)}
        operation = self.operation(request)
        verb, run = method.get(operation, ('POST', self.token))
        if operation == 'unknown' or request.method != verb:
            raise bad('not_found', 'there is nothing here', 404)
        return run(request)

    def discovery(self, request):
        document = {
            'issuer': self.issuer,
            'authorization_endpoint': f'{self.issuer}/authorize',
            'token_endpoint': f'{self.issuer}/token',
            'device_authorization_endpoint': f'{self.issuer}/device',
            'revocation_endpoint': f'{self.issuer}/revoke',
            'jwks_uri': f'{self.cloud.issuer}/jwks',
            'response_types_supported': ['code'],
            'scopes_supported': ['openid', 'email', 'offline_access'],
            'code_challenge_methods_supported': ['S256'],
            'token_endpoint_auth_methods_supported': [
                'none', 'client_secret_post'],
            'authorization_response_iss_parameter_supported': True,
        }
        document.update(self.state['metadata'])
        return Reply.json({n: v for n, v in document.items()
                           if v is not None})

    # the browser

    def authorize(self, request):
        fields = dict(request.query)
        if len(fields) != len(request.query):
            raise bad('invalid_request', 'a parameter stands twice')
        if fields.get('client_id') != self.state['client']:
            raise bad('unauthorized_client', 'no such client')
        self.check_redirect(fields.get('redirect_uri', ''))
        reply = {'state': fields.get('state', '')}
        try:
            self.check_authorization(fields)
            if self.state['deny']:
                raise bad(self.state['deny'], 'the person was not let in')
            reply['code'] = self.give_code(fields)
        except Refusal as refusal:
            reply.update(error=refusal.code,
                         error_description=refusal.message)
        if self.state['iss'] is not False:
            reply['iss'] = self.state['iss'] or self.issuer
        reply.update(self.state['reply'])
        where = f'{fields["redirect_uri"]}?{urlencode(reply)}'
        return Reply(302, b'', [('Location', where)])

    def check_redirect(self, uri):
        """RFC 8252 7.3: any port of the loopback address, else as it is."""
        parts = urlsplit(uri)
        ours = [urlsplit(known) for known in self.state['redirects']]
        if not any((parts.scheme, parts.hostname, parts.path) ==
                   (known.scheme, known.hostname, known.path) and
                   known.port in (None, parts.port) for known in ours):
            raise bad('invalid_request', 'redirect_uri is not registered')

    def check_authorization(self, fields):
        if fields.get('response_type') != 'code':
            raise bad('unsupported_response_type', 'code is supported')
        self.check_scope(fields.get('scope', ''))
        if fields.get('code_challenge_method') != 'S256' or \
                len(fields.get('code_challenge', '')) != 43:
            raise bad('invalid_request', 'PKCE with S256 is wanted')
        if len(fields.get('state', '')) < 20 or \
                len(fields.get('nonce', '')) < 20:
            raise bad('invalid_request', 'state and nonce are wanted')
        if 'offline_access' in fields['scope'].split() and \
                fields.get('prompt') != 'consent':
            raise bad('invalid_request', 'offline access wants consent')

    def check_scope(self, scope):
        if not set(scope.split()) <= set(self.state['scopes']):
            raise bad('invalid_scope', 'the client may not have that')
        if 'openid' not in scope.split():
            raise bad('invalid_scope', 'openid is wanted')

    def give_code(self, fields):
        code = self.issued.secret(40, BASE64URL)
        self.codes[code] = {**fields, 'until': time.time() + CODE_LIFE}
        return code

    # the device

    def device(self, request):
        form = self.read_form(request)
        self.check_client(form)
        self.check_scope(form.get('scope', ''))
        code = self.issued.secret(48, BASE64URL)
        user = self.issued.random(20, SECRETS)[-8:].upper()
        user = f'{user[:4]}-{user[4:]}'
        life = self.state['device_life']
        self.devices[code] = Device(
            code, user, form.get('scope', ''), time.time() + life,
            self.state['interval'])
        reply = {'device_code': code, 'user_code': user,
                 'verification_uri': f'{self.issuer}/page',
                 'verification_uri_complete':
                     f'{self.issuer}/page?user_code={user}',
                 'expires_in': life, 'interval': self.state['interval']}
        reply.update(self.state['device_reply'])
        return Reply.json({n: v for n, v in reply.items() if v is not None})

    def page(self, request):
        """Whoever opens it with the code says yes, or what `say` is."""
        wanted = request.parameter('user_code')
        for device in self.devices.values():
            if device.user_code == wanted:
                device.verdict = request.parameter('say', 'yes')
                return Reply.text('thank you\n')
        raise bad('not_found', 'no such code', 404)

    def poll(self, form):
        device = self.devices.get(form.get('device_code'))
        if device is None or device.spent:
            raise bad('invalid_grant', 'no such device code')
        now, before = time.time(), device.polled
        device.polled = now
        device.polls += 1
        if now > device.expires:
            raise bad('expired_token', 'the code has expired')
        if before and now - before < device.interval - 0.1:
            device.interval += 5
            raise bad('slow_down', 'not so fast')
        if device.polls <= len(self.state['polls']) and \
                self.state['polls'][device.polls - 1]:
            raise bad(self.state['polls'][device.polls - 1], 'so it is')
        if device.verdict == '':
            raise bad('authorization_pending', 'not yet')
        if device.verdict != 'yes':
            raise bad(device.verdict, 'the person said no')
        device.spent = True
        return self.grant(self.begin(device.scope), {})

    # tokens

    def read_form(self, request):
        if request.content_type != 'application/x-www-form-urlencoded':
            raise bad('invalid_request', 'a form is wanted')
        if request.raw_query:
            raise bad('invalid_request', 'no parameters in the URL')
        pairs = parse_qsl(request.body.decode(), keep_blank_values=True)
        if len(dict(pairs)) != len(pairs):
            raise bad('invalid_request', 'a parameter stands twice')
        return dict(pairs)

    def check_client(self, form):
        secret = self.state['secret']
        if form.get('client_id') != self.state['client'] or (
                secret and form.get('client_secret') != secret):
            raise bad('invalid_client', 'unknown client', 401,
                      [('WWW-Authenticate', 'Basic realm="login"')])

    def token(self, request):
        form = self.read_form(request)
        self.check_client(form)
        grant = form.get('grant_type')
        if grant not in GRANTS:
            raise bad('unsupported_grant_type', 'no such grant')
        if grant in self.state['forbidden']:
            raise bad('unauthorized_client', 'the client may not do that')
        return {'authorization_code': self.redeem, DEVICE: self.poll,
                'refresh_token': self.refresh}[grant](form)

    def redeem(self, form):
        asked = self.codes.pop(form.get('code'), None)
        if asked is None or asked['until'] < time.time():
            raise bad('invalid_grant', 'no such code')
        if form.get('redirect_uri') != asked['redirect_uri']:
            raise bad('invalid_grant', 'another redirect_uri')
        digest = hashlib.sha256(form.get('code_verifier', '').encode())
        challenge = base64.urlsafe_b64encode(digest.digest()).rstrip(b'=')
        if len(form.get('code_verifier', '')) < 43 or not hmac.compare_digest(
                challenge.decode(), asked['code_challenge']):
            raise bad('invalid_grant', 'the verifier is another')
        return self.grant(self.begin(asked['scope']),
                          {'nonce': asked['nonce']})

    def begin(self, scope):
        return Family(self.state['sub'], scope)

    def refresh(self, form):
        token = form.get('refresh_token')
        family = self.tokens.get(token)
        if family is None or not family.alive:
            raise bad('invalid_grant', 'the refresh token is not known')
        used = family.used.get(token)
        if used is not None and time.time() - used > self.state['leeway']:
            family.alive = False
            raise bad('invalid_grant', 'the refresh token was used before: '
                      'the login is revoked')
        if used is None and self.state['rotate']:
            family.used[token] = time.time()
        return self.grant(family, {}, None if self.state['rotate'] else token)

    def grant(self, family, more, token=None):
        reply = {'access_token': self.issued.secret(40, BASE64URL),
                 'token_type': 'Bearer', 'expires_in': 300,
                 'id_token': self.id_token(family, more)}
        if token is None and ('offline_access' in family.scope.split() or
                              self.state['always_refresh']):
            token = self.issued.secret(64, BASE64URL)
            self.tokens[token] = family
            reply['refresh_token'] = token
        reply.update(self.state['token_reply'])
        return Reply.json({n: v for n, v in reply.items() if v is not None},
                          headers=[('Cache-Control', 'no-store')])

    def id_token(self, family, more):
        now = int(self.world.now())
        claims = {'iss': self.issuer, 'sub': family.subject,
                  'aud': self.state['client'], 'iat': now,
                  'exp': now + self.state['ttl'], **more,
                  **self.state['claims']}
        return self.issued.remember(self.cloud.signer.sign(
            {n: v for n, v in claims.items() if v is not None}))

    def revoke(self, request):
        form = self.read_form(request)
        self.check_client(form)
        family = self.tokens.get(form.get('token'))
        if family is not None:
            family.alive = False
        return Reply(200)       # RFC 7009 2.2: also for what is not known
