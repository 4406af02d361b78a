# SPDX-License-Identifier: Apache-2.0
"""What a service is given, and what it gives back."""

import base64
import binascii
import json
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit


class Refusal(Exception):
    """A service's no. The service renders it in its own error form."""

    def __init__(self, status, code, message, headers=()):
        super().__init__(f'{code}: {message}')
        self.status = status
        self.code = code
        self.message = message
        self.headers = list(headers)


@dataclass
class Request:
    method: str
    target: str     # as it was sent: what a signature covers
    headers: list   # (name, value), in order, repeated ones kept
    body: bytes = b''
    peer: object = None     # uid of the other end of a unix socket
    path: str = ''
    raw_query: str = ''
    query: list = field(default_factory=list)

    def __post_init__(self):
        parts = urlsplit('http://_' + self.target)
        self.path = parts.path
        self.raw_query = parts.query
        self.query = parse_qsl(parts.query, keep_blank_values=True)

    def header(self, name, default=None):
        values = self.header_all(name)
        return values[0] if values else default

    def header_all(self, name):
        name = name.lower()
        return [v for n, v in self.headers if n.lower() == name]

    def parameter(self, name, default=None):
        return next((v for n, v in self.query if n == name), default)

    @property
    def host(self):
        return self.header('Host', '')

    @property
    def content_type(self):
        return self.header('Content-Type', '').split(';')[0].strip().lower()

    def form(self):
        """The body's form fields as {name: [value, ...]}."""
        fields = {}
        for name, value in parse_qsl(self.body.decode('utf-8', 'replace'),
                                     keep_blank_values=True):
            fields.setdefault(name, []).append(value)
        return fields

    def json(self):
        """The body as a JSON object, or None."""
        try:
            value = json.loads(self.body)
        except ValueError:
            return None
        return value if isinstance(value, dict) else None

    def authorization(self):
        """(scheme in lower case, the rest), or (None, None)."""
        scheme, _, rest = self.header('Authorization', '').partition(' ')
        return (scheme.lower(), rest.strip()) if rest else (None, None)

    def bearer(self):
        scheme, rest = self.authorization()
        return rest if scheme == 'bearer' else None

    def basic(self):
        """(user, password), or None."""
        scheme, rest = self.authorization()
        if scheme != 'basic':
            return None
        try:
            pair = base64.b64decode(rest, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            return None
        user, colon, password = pair.partition(':')
        return (user, password) if colon else None


@dataclass
class Reply:
    status: int = 200
    body: bytes = b''
    headers: list = field(default_factory=list)
    cut: int = None         # close after so many bytes of the body
    pace: float = 0         # spread the body over so many seconds
    skew: int = 0           # seconds that the Date header is wrong by
    error: str = None       # for the log

    @classmethod
    def json(cls, value, status=200, headers=(),
             content_type='application/json'):
        return cls(status, json.dumps(value).encode(),
                   [('Content-Type', content_type), *headers])

    @classmethod
    def xml(cls, text, status=200, headers=(), content_type='text/xml'):
        return cls(status, text.encode(),
                   [('Content-Type', content_type), *headers])

    @classmethod
    def text(cls, text, status=200, headers=(), content_type='text/plain'):
        return cls(status, text.encode(),
                   [('Content-Type', content_type), *headers])


class Service:
    """One service: a name, the operation a request asks for, the answer."""

    name = 'service'
    counted = True
    plain = False       # no TLS
    # What it says when a test asks it to fail: status, code, message.
    usual_refusal = (403, 'AccessDenied', 'Access denied')
    # How it names an HTTP status that is no fault of the asker.
    code_of = {429: 'Throttling', 500: 'InternalFailure',
               503: 'ServiceUnavailable'}

    def __init__(self, cloud):
        self.cloud = cloud
        self.world = cloud.world
        self.issued = cloud.issued

    @property
    def url(self):
        return f'https://localhost:{self.cloud.port(self.name)}'

    def operation(self, request):
        return request.method

    def answer(self, request):
        raise NotImplementedError

    def refuse(self, refusal):
        """A Refusal as this service writes it."""
        return Reply.json({'error': refusal.code,
                           'message': refusal.message}, refusal.status)

    def reply(self, request):
        try:
            return self.answer(request)
        except Refusal as refusal:
            return self.refused(refusal)

    def refused(self, refusal):
        reply = self.refuse(refusal)
        reply.headers += refusal.headers
        reply.error = str(refusal)
        return reply

    def settings(self):
        """What else it puts into cloud.json."""
        return {}

    def close(self):
        pass
