# SPDX-License-Identifier: Apache-2.0
"""An issuer of our own, whose keys and manners a test chooses, and tokens as
nobody should take them. Signed here by hand: a JOSE library refuses to."""

import base64
import hashlib
import hmac
import http.server
import json
import ssl
import threading
import time

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import (ec, ed25519, padding,
                                                       rsa, utils)

AUDIENCE = 'nats.acme.io'
SUB = 'org:acme/prj:web/env:7f3'


def b64(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b'=').decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + '=' * (-len(text) % 4))


def number(value, size=None):
    return b64(value.to_bytes(size or (value.bit_length() + 7) // 8, 'big'))


def dump(value):
    if isinstance(value, (bytes, str)):
        return value if isinstance(value, bytes) else value.encode()
    return json.dumps(value, separators=(',', ':')).encode()


def claims(issuer, **more):
    """A claim that is None is left out."""
    now = int(time.time())
    made = {'iss': issuer, 'sub': SUB, 'aud': [AUDIENCE], 'iat': now,
            'exp': now + 600, **more}
    return {name: value for name, value in made.items() if value is not None}


def raw_ecdsa(key, data, digest=hashes.SHA256(), size=32):
    r, s = utils.decode_dss_signature(key.sign(data, ec.ECDSA(digest)))
    return r.to_bytes(size, 'big') + s.to_bytes(size, 'big')


def pss(key, data):
    return key.sign(data, padding.PSS(padding.MGF1(hashes.SHA256()), 32),
                    hashes.SHA256())


def rsa_sign(digest):
    return lambda key, data: key.sign(data, padding.PKCS1v15(), digest)


def mac(digest):
    return lambda key, data: hmac.new(key, data, digest).digest()


SIGN = {
    'RS256': rsa_sign(hashes.SHA256()),
    'RS384': rsa_sign(hashes.SHA384()),
    'RS512': rsa_sign(hashes.SHA512()),
    'PS256': pss,
    'ES256': raw_ecdsa,
    'ES384': lambda key, data: raw_ecdsa(key, data, hashes.SHA384(), 48),
    'EdDSA': lambda key, data: key.sign(data),
    'HS256': mac(hashlib.sha256),
    'HS384': mac(hashlib.sha384),
    'none': lambda key, data: b'',
}


def token(header, payload, key, how=None):
    """`how`: with which algorithm it is signed in truth."""
    data = f'{b64(dump(header))}.{b64(dump(payload))}'
    signature = SIGN[how or header['alg']](key, data.encode())
    return f'{data}.{b64(signature)}'


def jwk(kid, key, **more):
    public = key.public_key()
    if isinstance(key, rsa.RSAPrivateKey):
        numbers = public.public_numbers()
        made = {'kty': 'RSA', 'alg': 'RS256', 'n': number(numbers.n),
                'e': number(numbers.e)}
    elif isinstance(key, ec.EllipticCurvePrivateKey):
        numbers = public.public_numbers()
        made = {'kty': 'EC', 'alg': 'ES256', 'crv': 'P-256',
                'x': number(numbers.x, 32), 'y': number(numbers.y, 32)}
    else:
        made = {'kty': 'OKP', 'alg': 'EdDSA', 'crv': 'Ed25519',
                'x': b64(public.public_bytes(
                    serialization.Encoding.Raw,
                    serialization.PublicFormat.Raw))}
    made = {'kid': kid, 'use': 'sig', **made, **more}
    return {name: value for name, value in made.items() if value is not None}


def make_rsa(bits=2048):
    return rsa.generate_private_key(65537, bits)


def make_ec(curve=ec.SECP256R1()):
    return ec.generate_private_key(curve)


def make_ed():
    return ed25519.Ed25519PrivateKey.generate()


class Issuer:
    """HTTPS on loopback with the rig's certificate. `keys`: what its JWKS
    says. `fault(path)` is called first and may do as it likes."""

    def __init__(self, rig):
        self.key = {'rs': make_rsa(), 'es': make_ec(), 'ed': make_ed()}
        self.keys = [jwk(kid, key) for kid, key in self.key.items()]
        self.counts = {}
        self.fault = None
        self.released = threading.Event()
        self.server = http.server.ThreadingHTTPServer(
            ('127.0.0.1', 0), self.handler())
        self.server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        ca = rig.cloud.path
        context.load_cert_chain(ca('ca', 'server-chain.crt'),
                                ca('ca', 'server.key'))
        self.context = context
        self.url = f'https://localhost:{self.server.server_port}'
        self.named = self.url

    def handler(self):
        issuer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def setup(self):
                self.request = issuer.context.wrap_socket(
                    self.request, server_side=True)
                super().setup()

            def do_GET(self):   # the library's name
                issuer.answer(self)

            def log_message(self, *_):
                pass

        return Handler

    def answer(self, request):
        self.counts[request.path] = self.counts.get(request.path, 0) + 1
        status, body = self.document(request.path)
        if self.fault:
            status, body = self.fault(request.path, status, body)
        request.send_response(status)
        request.send_header('Content-Type', 'application/json')
        request.send_header('Content-Length', str(len(body)))
        request.end_headers()
        try:
            request.wfile.write(body)
        except OSError:
            pass    # nobody waits any more

    def document(self, path):
        if path == '/.well-known/openid-configuration':
            return 200, dump({'issuer': self.named,
                              'jwks_uri': f'{self.url}/keys'})
        if path == '/keys':
            return 200, dump({'keys': self.keys})
        return 404, b'{}'

    def stall(self, *_):
        """No answer until the issuer ends."""
        self.released.wait(60)
        return 503, b'{}'

    def refuse(self, *_):
        return 503, b'{}'

    @property
    def fetches(self):
        return self.counts.get('/keys', 0)

    def mint(self, kid='rs', header=None, **more):
        alg = {'rs': 'RS256', 'es': 'ES256', 'ed': 'EdDSA'}[kid[:2]]
        return token({'alg': alg, 'kid': kid, **(header or {})},
                     claims(self.named, **more), self.key[kid])

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever,
                         daemon=True).start()
        return self

    def __exit__(self, *_):
        self.released.set()
        self.server.shutdown()
        self.server.server_close()
