# SPDX-License-Identifier: Apache-2.0
"""NATS's keys and its servers' requests, written from the formats: what a
stranger in the callout's account could send."""

import base64
import json
import time

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

PREFIX = {'A': 0, 'N': 13, 'O': 14, 'U': 20, 'X': 23}
SEED = 18
HEADER = {'typ': 'JWT', 'alg': 'ed25519-nkey'}


def crc16(data):
    crc = 0
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ (0x1021 if crc & 0x8000 else 0)) & 0xffff
    return crc


def public(kind, raw):
    data = bytes([PREFIX[kind] << 3]) + raw
    return base64.b32encode(
        data + crc16(data).to_bytes(2, 'little')).decode().rstrip('=')


def seed(kind, raw):
    prefix = PREFIX[kind]
    data = bytes([SEED << 3 | prefix >> 2, (prefix & 3) << 6]) + raw
    return base64.b32encode(
        data + crc16(data).to_bytes(2, 'little')).decode().rstrip('=')


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b'=').decode()


def decode(token):
    """The claims of a JWT, not verified."""
    body = token.split('.')[1]
    return json.loads(base64.urlsafe_b64decode(body + '=' * (-len(body) % 4)))


class Key:
    def __init__(self, kind):
        self.key = ed25519.Ed25519PrivateKey.generate()
        self.seed = seed(kind, self.key.private_bytes(
            serialization.Encoding.Raw, serialization.PrivateFormat.Raw,
            serialization.NoEncryption()))
        self.public = public(kind, self.key.public_key().public_bytes(
            serialization.Encoding.Raw, serialization.PublicFormat.Raw))

    def sign(self, claims, header=None):
        data = '.'.join(b64(json.dumps(part).encode())
                        for part in (header or HEADER, claims))
        return f'{data}.{b64(self.key.sign(data.encode()))}'


def request(server, account, token, user=None, **more):
    """The claims of a request as `server` (a Key) would make it. `more`: laid
    over; `nats` over what is in there."""
    nats = {
        'server_id': {'name': 's', 'host': '127.0.0.1', 'id': server.public,
                      'version': '2.10.27'},
        'user_nkey': user or Key('U').public,
        'client_info': {'host': '127.0.0.1', 'id': 7, 'kind': 'Client',
                        'type': 'nats'},
        'connect_opts': {'auth_token': token, 'protocol': 1},
        'type': 'authorization_request', 'version': 2,
        **more.pop('nats', {})}
    now = int(time.time())
    claims = {'jti': 'X', 'iat': now, 'exp': now + 2, 'iss': server.public,
              'sub': account, 'aud': 'nats-authorization-request', **more}
    return {**claims, 'nats': nats}
