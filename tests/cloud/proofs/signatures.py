# SPDX-License-Identifier: Apache-2.0
"""Signatures of AWS, against vectors that botocore and its manual made."""

from parts import sigv4
from parts.web import Request
from .client import equal, test

VECTOR = ('AKIDEXAMPLE', 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
          'FwoGZXIvYXdzEXAMPLE/TOKEN+abc==')
WHEN = 1714979289   # 2024-05-06T07:08:09Z


def check_vector(headers, body, service, region, signature):
    """The verifier takes botocore's signature, and no other."""
    signed = ';'.join(sorted(n.lower() for n, _ in headers))
    header = (f'{sigv4.ALGORITHM} Credential={VECTOR[0]}/20240506/{region}/'
              f'{service}/aws4_request, SignedHeaders={signed}, Signature=')
    for value, good in ((signature, True), ('0' * 64, False)):
        request = Request('POST', '/', headers, body)
        authorization = sigv4.parse(header + value)
        try:
            sigv4.verify(request, authorization, VECTOR[1], service, WHEN)
            assert good, 'a wrong signature passed'
        except sigv4.BadSignature as error:
            assert not good, error


@test('a signature for STS, as botocore makes it')
def _(rig):
    check_vector([
        ('Content-Type', 'application/x-www-form-urlencoded; charset=utf-8'),
        ('Host', 'sts.eu-central-1.amazonaws.com'),
        ('X-Amz-Date', '20240506T070809Z'),
        ('X-Amz-Security-Token', VECTOR[2])],
        b'Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A'
        b'123456789012%3Arole%2Fdev&RoleSessionName=ws-1&DurationSeconds=900',
        'sts', 'eu-central-1', '3db0535d128ef9023c4a38ef20adc0792a4c70ad85f0fa'
        '161fbaf79e3bd01f6f')


@test('a signature for ECR, as botocore makes it')
def _(rig):
    check_vector([
        ('Content-Type', 'application/x-amz-json-1.1'),
        ('Host', 'api.ecr.us-east-1.amazonaws.com'),
        ('X-Amz-Date', '20240506T070809Z'),
        ('X-Amz-Security-Token', VECTOR[2]),
        ('X-Amz-Target',
         'AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken')],
        b'{}', 'ecr', 'us-east-1', '4e010b12ab9a56f3d9597406ab02c8dff891c23a51'
        '54c9664f1d69bfc7ca51bb')


@test('an upload whose chunks are signed, as Amazon\'s manual has it')
def _(rig):
    from parts import chunks
    headers = [('content-encoding', 'aws-chunked'),
               ('content-length', '66824'), ('host', 's3.amazonaws.com'),
               ('x-amz-content-sha256', chunks.SIGNED_CHUNKS),
               ('x-amz-date', '20130524T000000Z'),
               ('x-amz-decoded-content-length', '66560'),
               ('x-amz-storage-class', 'REDUCED_REDUNDANCY')]
    signed = ';'.join(name for name, _ in headers)
    headers.append(('authorization', (
        f'{sigv4.ALGORITHM} Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/'
        f's3/aws4_request,SignedHeaders={signed},Signature=4f232c4386841ef7356'
        '55705268965c44a0e4690baa4adea153f7db9fa80a0a9')))
    signatures = (
        'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648',
        '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497',
        'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9')
    body = ''.join(f'{size:x};chunk-signature={signature}\r\n{"a" * size}\r\n'
                   for size, signature in zip((65536, 1024, 0), signatures))
    secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'
    request = Request('PUT', '/examplebucket/chunkObject.txt', headers,
                      body.encode())
    sigv4.verify(request, sigv4.parse(request.header('Authorization')), secret,
                 's3', 1369353600, chunks.SIGNED_CHUNKS)
    equal(chunks.unwrap(request, chunks.SIGNED_CHUNKS, secret), b'a' * 66560)
    request.body = request.body.replace(b'aaa', b'aab', 1)
    try:
        chunks.unwrap(request, chunks.SIGNED_CHUNKS, secret)
        raise AssertionError('a changed chunk passed')
    except sigv4.BadSignature:
        pass


@test('a signature for CodeCommit, as botocore makes it')
def _(rig):
    from services import codecommit
    equal(codecommit.signature(
        VECTOR[1], '20240506T070809', 'git-codecommit.us-east-1.amazonaws.com',
        '/v1/repos/MyRepo'), '4c3b7d4982c133402d599ae1afe5cb720e8d5ec8ec8025de'
        'b41096ab30900fa8')
