# SPDX-License-Identifier: Apache-2.0
"""ID tokens: how the issuers sign them, how the services verify them."""

import base64
import fnmatch
import json
import uuid

import jwt

from .authority import der, ec_key, rsa_key, self_signed

ALGORITHMS = ('RS256', 'ES256')     # never what the token asks for
KID = {'RS256': 'k0', 'ES256': 'k1'}
LEEWAY = 5


class BadToken(Exception):
    """reason: malformed, issuer, signature, expired, early, audience."""

    def __init__(self, reason, text, claims=None):
        super().__init__(text)
        self.reason = reason
        self.claims = claims or {}


def b64(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b'=').decode()


def b64_number(number, size):
    return b64(number.to_bytes(size, 'big'))


class Signer:
    """The issuers' keys; both issuers of this cloud share them."""

    def __init__(self):
        self.keys = {'RS256': rsa_key(), 'ES256': ec_key()}
        self.certificate = self_signed('issuer signing', self.keys['RS256'])

    def sign(self, claims, algorithm='RS256', kid=None):
        return jwt.encode(claims, self.keys[algorithm], algorithm,
                          headers={'kid': kid or KID[algorithm]})

    def public(self, algorithm):
        return self.keys[algorithm].public_key()

    def jwks(self):
        """RSA first and with x5c: Ceph takes no other."""
        rsa = self.public('RS256').public_numbers()
        ec = self.public('ES256').public_numbers()
        x5c = base64.b64encode(der(self.certificate)).decode()
        return {'keys': [
            {'kty': 'RSA', 'use': 'sig', 'alg': 'RS256', 'kid': KID['RS256'],
             'n': b64_number(rsa.n, 256), 'e': b64_number(rsa.e, 3),
             'x5c': [x5c]},
            {'kty': 'EC', 'use': 'sig', 'alg': 'ES256', 'kid': KID['ES256'],
             'crv': 'P-256', 'x': b64_number(ec.x, 32),
             'y': b64_number(ec.y, 32)},
        ]}


def new_jti(issued):
    return f'{uuid.uuid4()}-{issued.mark}'


def audiences(claims):
    aud = claims.get('aud', [])
    return aud if isinstance(aud, list) else [aud]


def no_twins(pairs):
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise ValueError('a key stands twice')
    return dict(pairs)


def decode(part):
    raw = base64.urlsafe_b64decode(part + '=' * (-len(part) % 4))
    value = json.loads(raw, object_pairs_hook=no_twins)
    if not isinstance(value, dict):
        raise ValueError('not an object')
    return value


class Verifier:
    """Signature, issuer and times. Audience and subject are each service's
    own affair."""

    def __init__(self, world, signer):
        self.world = world
        self.signer = signer
        self.issuers = set()

    def read(self, token):
        """(header, claims), not yet verified."""
        try:
            head, body, _ = token.split('.')
            return decode(head), decode(body)
        except (ValueError, AttributeError) as error:
            raise BadToken('malformed', 'not a JWT') from error

    def verify(self, token):
        header, claims = self.read(token)
        if not all(isinstance(claims.get(n), str) for n in ('iss', 'sub')):
            raise BadToken('malformed', 'iss and sub must be strings', claims)
        if claims.get('iss') not in self.issuers:
            raise BadToken('issuer', f'unknown issuer {claims.get("iss")}',
                           claims)
        self.check_signature(token, header, claims)
        self.check_times(claims)
        return claims

    def check_signature(self, token, header, claims):
        algorithm = header.get('alg')
        if algorithm not in ALGORITHMS or 'crit' in header \
                or header.get('kid') != KID[algorithm]:
            raise BadToken('signature', 'no key fits the header', claims)
        try:
            jwt.api_jws.decode(token, self.signer.public(algorithm),
                               algorithms=[algorithm])
        except jwt.PyJWTError as error:
            raise BadToken('signature', str(error), claims) from error

    def check_times(self, claims):
        now = self.world.now()
        for name in ('exp', 'iat', 'nbf'):
            # AWS takes integers only, so a float is wrong for all.
            value = claims.get(name)
            if name == 'exp' and value is None or value is not None and (
                    not isinstance(value, int) or isinstance(value, bool)):
                raise BadToken('malformed', f'{name} is no integer', claims)
        if claims['exp'] <= now:
            raise BadToken('expired', 'the token has expired', claims)
        if max(claims.get('nbf', 0), claims.get('iat', 0)) > now + LEEWAY:
            raise BadToken('early', 'the token is not valid yet', claims)


def matches(pattern, text):
    """Globs of the world's tables: * crosses everything."""
    return fnmatch.fnmatchcase(text, pattern)
