# SPDX-License-Identifier: Apache-2.0
"""Cloud Run, Cloud Functions and IAP, as far as who may call: their front end
checks the id token before the service's own code runs."""

from urllib.parse import urlsplit

from parts.idtoken import BadToken
from parts.web import Refusal, Reply, Service

ISSUERS = ('https://accounts.google.com', 'accounts.google.com')
HEADER = 'X-Serverless-Authorization'
UNVERIFIED = 'The access token could not be verified'
INVALID = ('WWW-Authenticate', 'Bearer error="invalid_token" '
           f'error_description="{UNVERIFIED}"')
PAGE = ('<html><head><title>{status} {title}</title></head><body><h1>Error: '
        '{title}</h1><h2>Your client does not have permission to get URL '
        '<code>{path}</code> from this server.</h2></body></html>\n')


def bearer(value):
    scheme, _, rest = (value or '').partition(' ')
    return rest.strip() if scheme.lower() == 'bearer' else None


class Function(Service):
    name = 'function'
    usual_refusal = (403, 'forbidden', 'Forbidden')

    def operation(self, request):
        return 'call'

    def refuse(self, refusal):
        title = {401: 'Unauthorized', 403: 'Forbidden'}.get(
            refusal.status, 'Error')
        page = PAGE.format(status=refusal.status, title=title,
                           path=refusal.message)
        return Reply.text(page, refusal.status,
                          content_type='text/html; charset=UTF-8')

    def answer(self, request):
        name, function = self.find(request)
        claims = self.check(request, function)
        if request.path.endswith('/redirect'):
            return Reply.text('', 302, [('Location',
                                         request.parameter('to', '/'))])
        if request.path.endswith('/refuse'):
            # The service's own code says no.
            return Reply.text('not on Sundays\n', 403)
        return Reply.json({
            'function': name, 'caller': claims['email'],
            'method': request.method, 'path': request.path,
            'query': request.raw_query,
            'body': request.body.decode('utf-8', 'replace'),
            'authorization': self.left(request)})

    def left(self, request):
        """What the code sees of Authorization: a token that was checked has
        lost its signature."""
        scheme, rest = request.authorization()
        if request.header(HEADER) or scheme != 'bearer':
            return f'{scheme} {rest}' if scheme else None
        return f'{scheme} (checked)'

    def find(self, request):
        """By its host; what is no other's is `local`."""
        functions = self.world['gcp']['functions']
        for name, function in functions.items():
            url = urlsplit(function['url'])
            if url.netloc == request.host:
                path = url.path + '/'
                if (request.path + '/').startswith(path):
                    return name, function
                raise Refusal(404, 'not_found', request.path)
        return 'local', functions['local']

    def token(self, request, function):
        if 'iap' in function:
            return bearer(request.header('Proxy-Authorization')) \
                or request.bearer()
        if request.header(HEADER) is not None:
            return bearer(request.header(HEADER))
        return request.bearer()

    def audiences(self, function):
        if 'iap' in function:
            return [function['iap']]
        return [function['url'].replace('{url}', self.url),
                *function['audiences']]

    def check(self, request, function):
        token = self.token(request, function)
        if token is None:
            raise Refusal(403, 'forbidden', request.path)
        try:
            claims = self.verify(token)
        except BadToken:
            raise Refusal(401, 'unauthorized', request.path,
                          [INVALID]) from None
        if claims['aud'] not in self.audiences(function):
            raise Refusal(401, 'unauthorized', request.path, [INVALID])
        if f'serviceAccount:{claims["email"]}' not in function['invokers']:
            raise Refusal(403, 'forbidden', request.path)
        return claims

    def verify(self, token):
        """By the keys of Google's issuer, which takes no stranger's."""
        verifier = self.cloud.verifier
        header, claims = verifier.read(token)
        if claims.get('iss') not in ISSUERS:
            raise BadToken('issuer', 'not from Google', claims)
        verifier.check_signature(token, header, claims)
        verifier.check_times(claims)
        if not claims.get('email_verified') or \
                not isinstance(claims.get('aud'), str):
            raise BadToken('malformed', 'no email, or no aud', claims)
        return claims
