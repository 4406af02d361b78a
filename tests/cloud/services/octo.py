# SPDX-License-Identifier: Apache-2.0
"""octo-sts: a GitHub installation token for a trusted id token."""

import json
import re

from parts.idtoken import BadToken, audiences, b64
from parts.issued import BASE64URL, Grant
from parts.web import Refusal, Reply, Service

GRPC = {400: 3, 401: 16, 403: 7, 404: 5, 429: 8, 500: 13, 503: 14}
APP = '1234567'
ISSUER_PATH = re.compile(r'(/[A-Za-z0-9\-._~]{1,150})*/?')
BAD_SUBJECT = re.compile(r'[\s"\'`\\<>;&$(){}\[\]]')
BAD_AUDIENCE = re.compile(r'[\s"\'`\\<>;|&$(){}\[\]@]')


def refusal(status, text):
    return Refusal(status, GRPC[status], text)


class Octo(Service):
    name = 'octo'
    usual_refusal = (403, 7, 'trust policy: subject "?" did not match "?"')
    code_of = GRPC

    def __init__(self, cloud):
        super().__init__(cloud)
        self.missing = {}   # (scope, identity): remembered as absent until

    def operation(self, request):
        return 'exchange' if request.path == '/sts/exchange' else 'unknown'

    def refuse(self, refused):
        code = refused.code if isinstance(refused.code, int) else \
            GRPC.get(refused.status, 2)
        return Reply.json({'code': code, 'message': refused.message,
                           'details': []}, refused.status)

    def answer(self, request):
        if request.path != '/sts/exchange' or \
                request.method not in ('GET', 'POST'):
            raise refusal(404, 'Not Found')
        scope, identity = self.parameters(request)
        claims = self.verify(request.header_all('Authorization'))
        policy = self.policy(scope, identity)
        check(policy, claims, self.world['octo']['domain'])
        return Reply.json({'token': self.token(scope, policy)})

    def parameters(self, request):
        fields = list(request.query)
        if request.method == 'POST':
            fields += [(n, v) for n, v in (request.json() or {}).items()]
        scopes = [v for n, v in fields if n == 'scopes'] or \
            [v for n, v in fields if n == 'scope']
        identity = next((v for n, v in fields if n == 'identity'), '')
        if not scopes or not scopes[0]:
            raise refusal(400, 'scope must be provided')
        if len(scopes) > 1:
            raise refusal(400, 'multiple scopes not supported')
        if not identity:
            raise refusal(400, 'identity must be provided')
        return scopes[0], identity

    def verify(self, values):
        if len(values) != 1:
            raise refusal(401, 'expected exactly one authorization header')
        token = values[0].removeprefix('Bearer ')
        try:
            _, claims = self.cloud.verifier.read(token)
            check_issuer(claims.get('iss', ''))
            return self.cloud.verifier.verify(token)
        except BadToken as error:
            status, text = {
                'malformed': (400, 'invalid bearer token'),
                'issuer': (400, 'unable to fetch or create the provider'),
            }.get(error.reason, (401, 'unable to verify bearer token'))
            raise refusal(status, text) from error

    def policy(self, scope, identity):
        state = self.world['octo']
        now = self.world.now()
        found = state['policies'].get(scope, {}).get(identity)
        if self.missing.get((scope, identity), 0) > now:
            found = None
        elif found is None:
            until = now + state['negative_cache']
            self.missing[scope, identity] = until
        if found is None:
            raise refusal(404, f'unable to find trust policy for "{identity}"')
        return found

    def token(self, scope, policy):
        """In the form of 2026: ghs_APP_JWT, about 520 characters."""
        expires = self.world.now() + self.world.life('octo')
        owner = scope.partition('/')[0]
        scopes = [scope]
        if scope == owner and policy.get('repositories'):
            scopes = [f'{owner}/{name}' for name in policy['repositories']]
        head = b64(json.dumps({'alg': 'RS256', 'typ': 'JWT'}).encode())
        body = b64(json.dumps({'iss': 'github.com', 'iat': int(expires - 3600),
                               'exp': int(expires)}).encode())
        token = f'ghs_{APP}_{head}.{body}.{self.issued.random(370, BASE64URL)}'
        return self.issued.token(token, Grant(
            self.name, f'app:{APP}', expires, scopes,
            {'permissions': policy.get('permissions', {})}))


def check_issuer(issuer):
    rest = str(issuer).removeprefix('https://')
    host, slash, path = rest.partition('/')
    if rest == issuer or len(issuer) > 255 or not host \
            or re.search('[@?#]', rest) \
            or not ISSUER_PATH.fullmatch(slash + path):
        raise refusal(400, 'invalid issuer format')


def fits(policy, name, values):
    """(whether a value fits, how the policy says it): NAME must be one of
    the values, or NAME_pattern fit the whole of one."""
    pattern = policy.get(name + '_pattern')
    if pattern is None:
        return policy.get(name) in values, f'"{policy.get(name)}"'
    return (any(re.fullmatch(pattern, value) for value in values),
            f'pattern "{pattern}"')


def check(policy, claims, domain):
    subject = claims.get('sub', '')
    if not 1 <= len(subject) <= 255 or BAD_SUBJECT.search(subject):
        raise refusal(400, 'invalid subject in token')
    got = audiences(claims)
    if any(len(a) > 255 or BAD_AUDIENCE.search(a) for a in got):
        raise refusal(400, 'invalid audience in token')
    for name, value in (('issuer', claims['iss']), ('subject', subject)):
        good, wanted = fits(policy, name, [value])
        if not good:
            raise refusal(403, f'trust policy: {name} "{value}" did not match '
                          f'{wanted}')
    check_audience(policy, got, domain)
    for name, pattern in policy.get('claim_pattern', {}).items():
        check_claim(name, pattern, claims)


def check_audience(policy, got, domain):
    """A policy without an audience means this service's own domain."""
    good, wanted = fits({'audience': domain, **policy}, 'audience', got)
    if not good:
        joint = '_' if wanted.startswith('pattern ') else ' '
        listed = ' '.join(f'"{a}"' for a in got)
        raise refusal(403, f'trust policy: audience{joint}{wanted} did not '
                      f'match any of [{listed}]')


def check_claim(name, pattern, claims):
    if name not in claims:
        raise refusal(403, f'trust policy: expected claim "{name}" not found '
                      'in token')
    value = claims[name]
    if isinstance(value, bool):
        value = str(value).lower()
    if not isinstance(value, str):
        raise refusal(403, f'trust policy: expected claim "{name}" not a '
                      'string')
    if not re.fullmatch(pattern, value):
        raise refusal(403, f'trust policy: claim "{name}" did not match '
                      f'"{pattern}"')
