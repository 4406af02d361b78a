# SPDX-License-Identifier: Apache-2.0
"""AWS Signature Version 4, from the verifier's side."""

import calendar
import hashlib
import hmac
import re
import time
from dataclasses import dataclass
from urllib.parse import quote, unquote

ALGORITHM = 'AWS4-HMAC-SHA256'
WINDOW = 15 * 60
EMPTY = hashlib.sha256(b'').hexdigest()
SAFE = '-_.~'
MISMATCH = (
    'The request signature we calculated does not match the signature you '
    'provided. Check your AWS Secret Access Key and signing method. Consult '
    'the service documentation for details.')


class BadSignature(Exception):
    """reason: missing, incomplete, scope, skew, unsigned, mismatch."""

    def __init__(self, reason, text):
        super().__init__(text)
        self.reason = reason


@dataclass
class Authorization:
    key_id: str
    date: str       # YYYYMMDD
    region: str
    service: str
    signed: list
    signature: str

    @property
    def scope(self):
        return f'{self.date}/{self.region}/{self.service}/aws4_request'


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def hmac256(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def parse(header):
    """The Authorization header taken apart."""
    scheme, _, rest = (header or '').partition(' ')
    if not rest or scheme != ALGORITHM:
        raise BadSignature('missing', 'Request is missing Authentication Token')
    fields = dict(re.findall(r'(\w+)=([^,\s]+)', rest))
    missing = [name for name in ('Credential', 'Signature', 'SignedHeaders')
               if name not in fields]
    credential = fields.get('Credential', '').split('/')
    if missing or len(credential) != 5 or credential[4] != 'aws4_request':
        raise BadSignature('incomplete', ' '.join(
            f"Authorization header requires '{name}' parameter."
            for name in missing) or 'Credential must have exactly 5 slash-'
            'delimited elements')
    return Authorization(*credential[:4], fields['SignedHeaders'].split(';'),
                         fields['Signature'])


def encode(text):
    return quote(text, safe=SAFE)


def canonical_path(path, double):
    """S3 signs the path encoded once, all others encode it again."""
    once = '/'.join(encode(unquote(part)) for part in path.split('/'))
    return quote(once, safe='/' + SAFE) if double else once or '/'


def canonical_query(raw):
    pairs = []
    for piece in raw.split('&') if raw else []:
        name, _, value = piece.partition('=')
        pairs.append((encode(unquote(name)), encode(unquote(value))))
    return '&'.join(f'{name}={value}' for name, value in sorted(pairs))


def canonical_headers(headers, signed):
    lines = []
    for name in signed:
        values = [re.sub(r'\s+', ' ', v.strip())
                  for n, v in headers if n.lower() == name]
        lines.append(f'{name}:{",".join(values)}\n')
    return ''.join(lines)


def canonical_request(method, target, headers, signed, body_hash,
                      double=True):
    path, _, query = target.partition('?')
    return '\n'.join([method, canonical_path(path, double),
                      canonical_query(query),
                      canonical_headers(headers, signed),
                      ';'.join(signed), body_hash])


def signing_key(secret, authorization):
    key = hmac256(b'AWS4' + secret.encode(), authorization.date)
    key = hmac256(key, authorization.region)
    key = hmac256(key, authorization.service)
    return hmac256(key, 'aws4_request')


def sign(key, stamp, scope, canonical):
    text = '\n'.join([ALGORITHM, stamp, scope, sha256(canonical.encode())])
    return hmac256(key, text).hex()


def seconds_of(stamp):
    try:
        return calendar.timegm(time.strptime(stamp, '%Y%m%dT%H%M%SZ'))
    except ValueError:
        raise BadSignature('incomplete', 'Date must be in ISO-8601 \'basic '
                           f'format\'. Got \'{stamp}\'.') from None


def stamp_of(seconds):
    return time.strftime('%Y%m%dT%H%M%SZ', time.gmtime(seconds))


def check_scope(authorization, service, host, stamp):
    named = re.match(r'(?:[\w.-]+\.)?([a-z]{2}(?:-[a-z]+)+-\d)\.'
                     r'(?:amazonaws\.com|api\.aws)', host)
    if named and authorization.region != named[1]:
        raise BadSignature('scope', 'Credential should be scoped to a valid '
                           f'region, not {authorization.region!r}.')
    if authorization.service != service:
        raise BadSignature('scope', 'Credential should be scoped to correct '
                           f"service: '{service}'.")
    if authorization.date != stamp[:8]:
        raise BadSignature('scope', 'Date in Credential scope does not match '
                           f'YYYYMMDD from ISO-8601 version of date from HTTP: '
                           f"'{authorization.date}' != '{stamp[:8]}'.")


def check_time(stamp, now):
    seconds = seconds_of(stamp)
    limits = f'{stamp_of(now)} {{}} 15 min.'
    if seconds < now - WINDOW:
        raise BadSignature('skew', f'Signature expired: {stamp} is now earlier '
                           f'than {stamp_of(now - WINDOW)} '
                           f'({limits.format("-")})')
    if seconds > now + WINDOW:
        raise BadSignature('skew', f'Signature not yet current: {stamp} is '
                           f'still later than {stamp_of(now + WINDOW)} '
                           f'({limits.format("+")})')


def check_signed(request, signed):
    """host and every x-amz-* header that came must be under the signature."""
    needed = {'host'} | {name.lower() for name, _ in request.headers
                         if name.lower().startswith('x-amz-')}
    left_out = sorted(needed - set(signed))
    if left_out:
        raise BadSignature('unsigned', 'There were headers present in the '
                           'request which were not signed: '
                           + ', '.join(left_out))
    if signed != sorted(signed):
        raise BadSignature('mismatch', 'SignedHeaders are not sorted')


def verify(request, authorization, secret, service, now, body_hash=None):
    """Raises BadSignature unless the request was signed with `secret`."""
    stamp = request.header('X-Amz-Date', '')
    check_scope(authorization, service, request.host, stamp)
    check_time(stamp, now)
    check_signed(request, authorization.signed)
    canonical = canonical_request(
        request.method, request.target, request.headers, authorization.signed,
        body_hash or sha256(request.body), double=service != 's3')
    key = signing_key(secret, authorization)
    expected = sign(key, stamp, authorization.scope, canonical)
    if not hmac.compare_digest(expected, authorization.signature):
        raise BadSignature('mismatch', MISMATCH)
