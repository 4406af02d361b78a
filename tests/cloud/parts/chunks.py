# SPDX-License-Identifier: Apache-2.0
"""S3 bodies: the hash that was signed, and `aws-chunked` ones taken apart."""

import base64
import hashlib
import hmac
import re
import zlib

from . import sigv4

UNSIGNED = 'UNSIGNED-PAYLOAD'
SIGNED_CHUNKS = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD'
SIGNED_TRAILER = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER'
UNSIGNED_TRAILER = 'STREAMING-UNSIGNED-PAYLOAD-TRAILER'
CHECKSUMS = {
    'crc32': lambda body: zlib.crc32(body).to_bytes(4, 'big'),
    'sha1': lambda body: hashlib.sha1(body).digest(),
    'sha256': lambda body: hashlib.sha256(body).digest(),
    # crc32c and crc64nvme need a library: they are not verified
}


def unwrap(request, stated, secret):
    """What the client sent, after all that can be verified was."""
    if stated == UNSIGNED:
        return request.body
    if stated in (SIGNED_CHUNKS, SIGNED_TRAILER, UNSIGNED_TRAILER):
        pieces, trailers = split(request.body)
        if stated != UNSIGNED_TRAILER:
            check_chain(request, secret, pieces)
        body = b''.join(data for data, _ in pieces)
        check_length(request, body)
        check_sums(trailers, body)
        return body
    if not hmac.compare_digest(stated, sigv4.sha256(request.body)):
        raise sigv4.BadSignature('body', 'The provided \'x-amz-content-sha256\''
                                 ' header does not match what was computed.')
    check_sums(dict(request.headers), request.body)
    return request.body


def malformed():
    return sigv4.BadSignature('body', 'The chunks of the body are malformed')


def split(body):
    """[(data, signature or None)], the empty last one too, and trailers."""
    pieces, place = [], 0
    while True:
        head = re.compile(rb'([0-9a-fA-F]+)(?:;chunk-signature=([0-9a-f]{64}))?'
                          rb'\r\n').match(body, place)
        if head is None:
            raise malformed()
        start, size = head.end(), int(head[1], 16)
        data = body[start:start + size]
        pieces.append((data, head[2].decode() if head[2] else None))
        place = start + size
        if size == 0:
            return pieces, trailers_of(body[place:])
        if len(data) != size or body[place:place + 2] != b'\r\n':
            raise malformed()
        place += 2


def trailers_of(text):
    lines = text.decode('latin-1').split('\r\n')
    return dict(line.split(':', 1) for line in lines if ':' in line)


def check_chain(request, secret, pieces):
    """Each chunk's signature covers the one before it."""
    authorization = sigv4.parse(request.header('Authorization'))
    key = sigv4.signing_key(secret, authorization)
    previous = authorization.signature
    for data, signature in pieces:
        text = '\n'.join(['AWS4-HMAC-SHA256-PAYLOAD',
                          request.header('X-Amz-Date'), authorization.scope,
                          previous, sigv4.EMPTY, sigv4.sha256(data)])
        previous = sigv4.hmac256(key, text).hex()
        if signature != previous:
            raise sigv4.BadSignature('mismatch', 'A chunk\'s signature does '
                                     'not match')


def check_length(request, body):
    stated = request.header('X-Amz-Decoded-Content-Length')
    if stated != str(len(body)):
        raise sigv4.BadSignature('body', 'x-amz-decoded-content-length is not '
                                 'the length of the body')


def check_sums(headers, body):
    for name, value in headers.items():
        name = name.strip().lower().removeprefix('x-amz-checksum-')
        if name in CHECKSUMS and base64.b64encode(
                CHECKSUMS[name](body)).decode() != value.strip():
            raise sigv4.BadSignature('body', f'Value for x-amz-checksum-{name} '
                                     'header is invalid.')
