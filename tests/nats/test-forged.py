#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Tokens that nobody should take: each is refused at once, the record says
why, and the client is told nothing but that it is refused."""

import os
import sys
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, '..'), HERE]

from cryptography.hazmat.primitives.asymmetric import ec   # noqa: E402
from cryptography.hazmat.primitives.serialization import (   # noqa: E402
    Encoding, PublicFormat)

import tokens   # noqa: E402
from natsrig import Setting, issuer_section, tries   # noqa: E402
from support import tap   # noqa: E402
from support.tap import equal, less, ok   # noqa: E402
from tokens import b64, claims, dump, token   # noqa: E402


class Forger:
    """Knows the issuer's public keys, and has keys of its own."""

    def __init__(self, issuer):
        self.issuer = issuer
        self.good = issuer.key
        self.rsa, self.ec = tokens.make_rsa(), tokens.make_ec()
        self.ed = tokens.make_ed()
        self.p384 = tokens.make_ec(ec.SECP384R1())
        self.pem = self.good['rs'].public_key().public_bytes(
            Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def make(self, header=None, key=None, how=None, payload=None, **more):
        header = {'alg': 'RS256', 'kid': 'rs', **(header or {})}
        if payload is None:
            payload = claims(self.issuer.url, **more)
        return token(header, payload, key or self.good['rs'], how)

    def parts(self, **more):
        return self.make(**more).split('.')

    def signatures(self):
        """Algorithms that are mixed up, and signatures that are none."""
        header, payload, signature = self.parts()
        es = self.make({'alg': 'ES256', 'kid': 'es'}, self.good['es'])
        der = self.good['es'].sign(es.rpartition('.')[0].encode(),
                                   ec.ECDSA(tokens.hashes.SHA256()))
        flipped = ('A' if signature[20] != 'A' else 'B')
        flipped = signature[:20] + flipped + signature[21:]
        none = {'alg': 'none'}
        return {
            'none, nothing signed':
                (self.make(none), 'malformed'),
            'none, with a signature':
                (self.make(none, how='RS256'), 'algorithm'),
            'None': (self.make({'alg': 'None'}, how='RS256'), 'algorithm'),
            'nOnE': (self.make({'alg': 'nOnE'}, how='RS256'), 'algorithm'),
            'no alg': (token({'kid': 'rs'}, claims(self.issuer.url),
                             self.good['rs'], 'RS256'), 'malformed'),
            'alg is a list': (self.make({'alg': ['RS256']}, how='RS256'),
                              'malformed'),
            'HS256 with the public key for a secret':
                (self.make({'alg': 'HS256'}, self.pem), 'algorithm'),
            'HS256 with the modulus for a secret':
                (self.make({'alg': 'HS256'},
                           self.issuer.keys[0]['n'].encode()), 'algorithm'),
            'HS384': (self.make({'alg': 'HS384'}, self.pem), 'algorithm'),
            'RS256 in the header, signed with a MAC':
                (self.make(key=self.pem, how='HS256'), 'signature'),
            'RS384': (self.make({'alg': 'RS384'}), 'algorithm'),
            'RS512': (self.make({'alg': 'RS512'}), 'algorithm'),
            'PS256': (self.make({'alg': 'PS256'}), 'algorithm'),
            'PS256 by the name of RS256':
                (self.make(how='PS256'), 'signature'),
            'ES384': (self.make({'alg': 'ES384'}, self.p384), 'algorithm'),
            'RSA key, ES256 in the header':
                (self.make({'alg': 'ES256', 'kid': 'rs'}, how='RS256'),
                 'unknown-key'),
            'EC key, RS256 in the header':
                (self.make({'kid': 'es'}, self.good['es'], 'ES256'),
                 'unknown-key'),
            'EdDSA in the header, RSA key':
                (self.make({'alg': 'EdDSA'}, how='RS256'), 'unknown-key'),
            'another RSA key by the same kid':
                (self.make(key=self.rsa), 'signature'),
            'another EC key by the same kid':
                (self.make({'alg': 'ES256', 'kid': 'es'}, self.ec),
                 'signature'),
            'another Ed25519 key by the same kid':
                (self.make({'alg': 'EdDSA', 'kid': 'ed'}, self.ed),
                 'signature'),
            'an ECDSA signature in DER':
                (f'{es.rpartition(".")[0]}.{b64(der)}', 'signature'),
            'an ECDSA signature of zeroes':
                (f'{es.rpartition(".")[0]}.{b64(bytes(64))}', 'signature'),
            'an Ed25519 signature of zeroes':
                (self.make({'alg': 'EdDSA', 'kid': 'ed'}, self.good['ed'])
                 .rpartition('.')[0] + '.' + b64(bytes(64)), 'signature'),
            'a signature cut short':
                (f'{header}.{payload}.{b64(tokens.unb64(signature)[:-4])}',
                 'signature'),
            'a signature made longer':
                (f'{header}.{payload}.'
                 f'{b64(tokens.unb64(signature) + bytes(4))}', 'signature'),
            'bits behind its end':
                (f'{header}.{payload}.{signature[:-1]}'
                 f'{chr(ord(signature[-1]) + 1)}', 'malformed'),
            'one bit of it flipped':
                (f'{header}.{payload}.{flipped}', 'signature'),
            'no signature': (f'{header}.{payload}.', 'malformed'),
            'a payload that was changed': ('.'.join((
                header, b64(dump(claims(self.issuer.url, sub='org:acme/'
                                        'prj:web/env:other'))), signature)),
                'signature'),
            'a header that was changed': ('.'.join((
                b64(b'{"alg":"RS256","kid":"rs","typ":"JWT"}'), payload,
                signature)), 'signature'),
        }

    def headers(self):
        own = tokens.jwk('rs', self.rsa)
        ways = {
            'a key of its own': {'jwk': own},
            'a place for keys': {'jku': 'https://localhost:1/keys'},
            'a place for a certificate': {'x5u': 'https://localhost:1/c'},
            'a certificate of its own': {'x5c': [b64(b'x')]},
            'something critical': {'crit': ['exp']},
            'an unencoded payload': {'b64': False},
            'compression': {'zip': 'DEF'},
            'another type': {'typ': 'at+jwt'},
            'a kid that is a number': {'kid': 7},
            'a very long kid': {'kid': 'k' * 300},
        }
        made = {f'header: {name}': (self.make(more, self.rsa, 'RS256'),
                                    'malformed')
                for name, more in ways.items()}
        for kid in ('other', '../../../../dev/null', "rs' OR 1=1", ''):
            made[f'header: kid {kid!r}'] = (
                self.make({'kid': kid}), 'unknown-key')
        return made

    def forms(self):
        whole = self.make()
        header, payload, signature = whole.split('.')
        twice = dump(claims(self.issuer.url)).decode()
        twice = twice[:-1] + ',"sub":"org:acme/prj:web/env:other"}'
        deep = '{"a":' * 200 + '1' + '}' * 200
        return {
            'padding': (f'{header}==.{payload}.{signature}', 'malformed'),
            'a space': (f' {whole}', 'malformed'),
            'a line end': (f'{whole}\n', 'malformed'),
            'four parts': (f'{whole}.{signature}', 'malformed'),
            'two parts': (f'{header}.{payload}', 'malformed'),
            'a JWE\'s five parts': ('.'.join([header] * 5), 'malformed'),
            'a word': ('letmein', 'malformed'),
            'dots alone': ('..', 'malformed'),
            'another base64': (whole.replace('_', '/').replace('-', '+') +
                               '+/', 'malformed'),
            'a list for a payload': (self.make(payload=[1]), 'malformed'),
            'a payload that is no JSON':
                (self.make(payload='{"iss":'), 'malformed'),
            'a claim twice': (self.make(payload=twice), 'malformed'),
            'very deep': (self.make(payload=deep), 'malformed'),
            'very long': (self.make(filler='x' * 13000), 'too-large'),
        }

    def times_and_places(self):
        now = int(time.time())
        url = self.issuer.url
        return {
            'expired': (self.make(exp=now - 1), 'expired'),
            'expired long ago': (self.make(exp=now - 90000), 'expired'),
            'no exp': (self.make(exp=None), 'malformed'),
            'exp is text': (self.make(exp=str(now + 60)), 'malformed'),
            'exp in milliseconds':
                (self.make(exp=(now + 60) * 1000000), 'malformed'),
            'exp is negative': (self.make(exp=-1), 'malformed'),
            'exp is a list': (self.make(exp=[now + 60]), 'malformed'),
            'not yet valid': (self.make(nbf=now + 300), 'early'),
            'nbf is text': (self.make(nbf='tomorrow'), 'malformed'),
            'issued in the future': (self.make(iat=now + 300), 'early'),
            'no aud': (self.make(aud=None), 'audience'),
            'another aud': (self.make(aud='other.acme.io'), 'audience'),
            'other auds': (self.make(aud=['a', 'b']), 'audience'),
            'an aud that begins so':
                (self.make(aud='nats.acme.io.evil.example'), 'audience'),
            'an aud in other case':
                (self.make(aud='NATS.acme.io'), 'audience'),
            'an aud in a list in a list':
                (self.make(aud=[['nats.acme.io']]), 'audience'),
            'an aud as a key': (self.make(aud={'nats.acme.io': 1}),
                                'audience'),
            'no iss': (self.make(iss=None), 'malformed'),
            'iss with a slash': (self.make(iss=url + '/'), 'issuer'),
            'iss in capitals': (self.make(iss=url.upper()), 'issuer'),
            'another iss': (self.make(iss='https://evil.example'), 'issuer'),
            'iss is a list': (self.make(iss=[url]), 'malformed'),
            'no sub': (self.make(sub=None), 'malformed'),
            'sub is a list': (self.make(sub=[tokens.SUB]), 'malformed'),
            'another project':
                (self.make(sub='org:acme/prj:api/env:7f3'), 'no-map'),
            'a project that begins so':
                (self.make(sub='org:acme/prj:web/env:7f3/x'), 'no-map'),
            'no env': (self.make(sub='org:acme/prj:web/env:'), 'no-map'),
            'a wildcard': (self.make(sub='org:acme/prj:web/env:*'),
                           'capture'),
            'all': (self.make(sub='org:acme/prj:web/env:>'), 'capture'),
            'a token more': (self.make(sub='org:acme/prj:web/env:a.b'),
                             'capture'),
            'a queue': (self.make(sub='org:acme/prj:web/env:a b'), 'capture'),
            'a line end in sub':
                (self.make(sub='org:acme/prj:web/env:a\r\nb'), 'capture'),
            'a NUL in sub':
                (self.make(sub='org:acme/prj:web/env:a\x00b'), 'malformed'),
            'not ASCII': (self.make(sub='org:acme/prj:web/env:\u202ea'),
                          'capture'),
        }


def check(it, name, forged, reason):
    before = time.monotonic()
    said = tries(it.server, auth_token=forged)
    took = time.monotonic() - before
    # Told apart would be a hint.
    good = said is not None and said.startswith(
        "'Authorization Violation' after")
    last = it.callout.last()
    ok(good and last['verdict'] == 'deny' and last['reason'] == reason and
       took < 1.2, f'{name}: {reason}', said, last, f'{took:.2f} s')


def good_ones(it, issuer, forger):
    """What a forged one differs from is taken."""
    now = int(time.time())
    for name, good in {
            'RS256': issuer.mint(), 'ES256': issuer.mint('es'),
            'EdDSA': issuer.mint('ed'),
            'aud is a word': issuer.mint(aud='nats.acme.io'),
            'no kid': forger.make({'kid': None}),
            'typ': issuer.mint(header={'typ': 'jwt'}),
            'exp with decimals': issuer.mint(exp=now + 60.5),
            'a clock that is 20 s ahead': issuer.mint(
                iat=now + 20, nbf=now + 20)}.items():
        equal(tries(it.server, auth_token=good), None, f'taken: {name}')


def test_forged(place):
    with tokens.Issuer(place.rig) as issuer, Setting(
            place, issuers=issuer_section(place.rig, issuer.url),
            server={'max_control_line': 65536}) as it:
        forger = Forger(issuer)
        good_ones(it, issuer, forger)
        forged = {**forger.signatures(), **forger.headers(),
                  **forger.forms(), **forger.times_and_places()}
        for name, (made, reason) in forged.items():
            check(it, name, made, reason)
        said = tries(it.server)
        ok(said and it.callout.last()['reason'] == 'no-token', 'no token')
        ok(len(forged) >= 30, f'{len(forged)} forged tokens')
        metrics = it.callout.metrics()
        equal(metrics['daypass_nats_refused_total{reason="signature"}'],
              sum(reason == 'signature' for _, reason in forged.values()),
              'all are counted')
        less(issuer.fetches, 8, 'and made nobody fetch keys all the time')
        good_ones(it, issuer, forger)
        text = it.callout.said() + open(
            it.callout.audit_path, encoding='utf-8').read()
        ok(not any(made.rpartition('.')[2] in text for made, _ in
                   forged.values() if len(made.rpartition('.')[2]) > 20),
           'no token stands in a record or a log')
        ok('daypass (record' in it.server.said(),
           'the server\'s log names the record')


if __name__ == '__main__':
    tap.run(globals())
