# SPDX-License-Identifier: Apache-2.0
"""A small S3: objects in memory, every request's signature verified."""

import hashlib
import re
import time
import uuid
from email.utils import formatdate
from urllib.parse import unquote

from parts import aws, chunks, sigv4
from parts.aws import element, fields
from parts.web import Refusal, Reply

NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/'
HOSTS = re.compile(r'(?:(?P<bucket>[a-z0-9.-]+)\.)?s3[.-][\w.-]*amazonaws\.com')
KEYS = 1000     # of one page of a listing


class Object:
    def __init__(self, body, kind, etag=None):
        self.body = body
        self.kind = kind or 'binary/octet-stream'
        self.etag = etag or '"' + hashlib.md5(body).hexdigest() + '"'
        self.modified = time.time()


class S3(aws.AwsService):
    name = 's3'
    signing_name = 's3'
    usual_refusal = (403, 'AccessDenied', 'Access Denied')
    code_of = {429: 'SlowDown', 500: 'InternalError',
               503: 'ServiceUnavailable'}
    signature_codes = {
        'missing': (403, 'AccessDenied'),
        'incomplete': (400, 'AuthorizationHeaderMalformed'),
        'scope': (400, 'AuthorizationHeaderMalformed'),
        'skew': (403, 'RequestTimeTooSkewed'),
        'unsigned': (403, 'AccessDenied'),
        'mismatch': (403, 'SignatureDoesNotMatch'),
        'body': (400, 'XAmzContentSHA256Mismatch'),
    }
    unknown_key = (403, 'InvalidAccessKeyId', 'The AWS Access Key Id you '
                   'provided does not exist in our records.')
    bad_token = (400, 'InvalidToken', 'The provided token is malformed or '
                 'otherwise invalid.')
    expired_token = (400, 'ExpiredToken', 'The provided token has expired.')

    def __init__(self, cloud):
        super().__init__(cloud)
        self.uploads = {}   # id: (bucket, key, type, {number: body})
        hello = Object(b'hello from the bucket\n', 'text/plain')
        self.buckets = {'web-data': {'hello.txt': hello},
                        'deploy-data': {'hello.txt': hello},
                        'publish-data': {'hello.txt': hello}}

    def refuse(self, refusal):
        identifier = aws.request_id()
        error = element('Error', fields(
            Code=refusal.code, Message=refusal.message, RequestId=identifier))
        return Reply.xml(f'<?xml version="1.0" encoding="UTF-8"?>\n{error}',
                         refusal.status, [('x-amz-request-id', identifier)],
                         'application/xml')

    # which request

    def locate(self, request):
        """(bucket, key), from the path or from the host's first label."""
        path = unquote(request.path).lstrip('/')
        named = HOSTS.fullmatch(request.host.partition(':')[0])
        if named and named['bucket']:
            return named['bucket'], path
        label, _, rest = request.host.partition('.')
        if rest.partition(':')[0] == 'localhost':
            return label, path
        bucket, _, key = path.partition('/')
        return bucket, key

    def operation(self, request):
        bucket, key = self.locate(request)
        names = {name for name, _ in request.query}
        level = 'object' if key else 'bucket' if bucket else 'service'
        for wanted, found in ROUTES.get((request.method, level), ()):
            if wanted <= names:
                return found
        return 'Unknown'

    def answer(self, request):
        session = self.authorize(request)
        bucket, key = self.locate(request)
        action = self.operation(request)
        handler = HANDLERS.get(action)
        if handler is None:
            raise Refusal(405, 'MethodNotAllowed', 'The specified method is '
                          'not allowed against this resource.')
        method, permission = handler
        resource = f'arn:aws:s3:::{bucket}' + (f'/{key}' if key else '')
        if not self.permits(session, permission, resource if bucket else '*'):
            raise Refusal(403, 'AccessDenied', self.not_authorized(
                session, permission, resource))
        if bucket and bucket not in self.buckets:
            raise Refusal(404, 'NoSuchBucket',
                          'The specified bucket does not exist')
        return method(self, request, session, bucket, key)

    def authorize(self, request):
        """The session; afterwards request.body is what the client meant."""
        stated = request.header('X-Amz-Content-Sha256')
        if request.header('Authorization') and stated is None:
            raise Refusal(400, 'InvalidRequest', 'Missing required header for '
                          'this request: x-amz-content-sha256')
        session = self.authenticate(request, stated)
        try:
            request.body = chunks.unwrap(request, stated, session.secret)
        except sigv4.BadSignature as error:
            raise self.signature_refusal(error) from error
        return session

    # objects

    def find(self, session, bucket, key):
        found = self.buckets[bucket].get(key)
        if found:
            return found
        # Who may not list must not learn that there is nothing.
        if not self.permits(session, 's3:ListBucket', f'arn:aws:s3:::{bucket}'):
            raise Refusal(403, 'AccessDenied', 'Access Denied')
        raise Refusal(404, 'NoSuchKey', 'The specified key does not exist.')

    def get(self, request, session, bucket, key):
        found = self.find(session, bucket, key)
        headers = [('ETag', found.etag), ('Content-Type', found.kind),
                   ('Accept-Ranges', 'bytes'),
                   ('Last-Modified', formatdate(found.modified, usegmt=True))]
        if request.method == 'HEAD':
            return Reply(200, b'', headers
                         + [('Content-Length', str(len(found.body)))])
        span = re.fullmatch(r'bytes=(\d+)-(\d*)', request.header('Range', ''))
        if span:
            return ranged(found.body, span, headers)
        return Reply(200, found.body, headers)

    def put(self, request, session, bucket, key):
        if request.header('x-amz-copy-source'):
            raise Refusal(501, 'NotImplemented', 'no copies here')
        new = Object(request.body, request.header('Content-Type'))
        self.buckets[bucket][key] = new
        return Reply(200, b'', [('ETag', new.etag)])

    def delete(self, request, session, bucket, key):
        self.buckets[bucket].pop(key, None)
        return Reply(204)

    # buckets

    def head_bucket(self, request, session, bucket, key):
        return Reply(200, b'', [('x-amz-bucket-region', 'us-east-1')])

    def location(self, request, session, bucket, key):
        return document('LocationConstraint', '')

    def list_buckets(self, request, session, bucket, key):
        listed = ''.join(element('Bucket', fields(
            Name=name, CreationDate='2024-05-06T07:08:09.000Z'))
            for name in sorted(self.buckets))
        return document('ListAllMyBucketsResult',
                        element('Buckets', listed))

    def list(self, request, session, bucket, key):
        query = dict(request.query)
        after = (query.get('continuation-token') or query.get('start-after')
                 or query.get('marker') or '')
        most = min(int(query.get('max-keys', KEYS)), KEYS)
        entries = list(grouped(sorted(self.buckets[bucket]),
                               query.get('prefix', ''),
                               query.get('delimiter')))
        entries = [entry for entry in entries if entry[1] > after]
        page, more = entries[:most], len(entries) > most
        text = fields(Name=bucket, Prefix=query.get('prefix', ''),
                      Delimiter=query.get('delimiter'), MaxKeys=most,
                      IsTruncated=str(more).lower())
        if query.get('list-type') == '2':
            text += fields(KeyCount=len(page),
                           NextContinuationToken=page[-1][1] if more else None)
        elif more:
            text += fields(NextMarker=page[-1][1])
        for kind, name in page:
            text += self.entry(bucket, kind, name)
        return document('ListBucketResult', text)

    def entry(self, bucket, kind, name):
        if kind == 'CommonPrefixes':
            return element(kind, fields(Prefix=name))
        found = self.buckets[bucket][name]
        modified = time.strftime('%Y-%m-%dT%H:%M:%S.000Z',
                                 time.gmtime(found.modified))
        return element(kind, fields(
            Key=name, LastModified=modified, ETag=found.etag,
            Size=len(found.body), StorageClass='STANDARD'))

    # uploads in parts

    def upload_of(self, request):
        upload = self.uploads.get(request.parameter('uploadId'))
        if upload is None:
            raise Refusal(404, 'NoSuchUpload', 'The specified multipart '
                          'upload does not exist.')
        return upload

    def upload_create(self, request, session, bucket, key):
        identifier = uuid.uuid4().hex
        self.uploads[identifier] = (bucket, key,
                                    request.header('Content-Type'), {})
        return document('InitiateMultipartUploadResult', fields(
            Bucket=bucket, Key=key, UploadId=identifier))

    def upload_part(self, request, session, bucket, key):
        parts = self.upload_of(request)[3]
        parts[int(request.parameter('partNumber'))] = request.body
        etag = '"' + hashlib.md5(request.body).hexdigest() + '"'
        return Reply(200, b'', [('ETag', etag)])

    def upload_complete(self, request, session, bucket, key):
        _, _, kind, parts = self.upload_of(request)
        listed = [int(n) for n in re.findall(rb'<PartNumber>(\d+)<',
                                             request.body)]
        if not listed or sorted(listed) != listed or \
                not set(listed) <= set(parts):
            raise Refusal(400, 'InvalidPart', 'One or more of the specified '
                          'parts could not be found.')
        body = b''.join(parts[number] for number in listed)
        digest = hashlib.md5(b''.join(hashlib.md5(parts[n]).digest()
                                      for n in listed)).hexdigest()
        new = Object(body, kind, f'"{digest}-{len(listed)}"')
        self.buckets[bucket][key] = new
        self.uploads.pop(request.parameter('uploadId'), None)
        return document('CompleteMultipartUploadResult', fields(
            Bucket=bucket, Key=key, ETag=new.etag))

    def upload_abort(self, request, session, bucket, key):
        self.upload_of(request)
        self.uploads.pop(request.parameter('uploadId'), None)
        return Reply(204)


# (method, level): what the query must hold, and what is then asked for.
ROUTES = {
    ('GET', 'service'): [(set(), 'ListBuckets')],
    ('HEAD', 'bucket'): [(set(), 'HeadBucket')],
    ('GET', 'bucket'): [({'location'}, 'GetBucketLocation'),
                        ({'list-type'}, 'ListObjectsV2'),
                        (set(), 'ListObjects')],
    ('GET', 'object'): [(set(), 'GetObject')],
    ('HEAD', 'object'): [(set(), 'HeadObject')],
    ('PUT', 'object'): [({'partNumber', 'uploadId'}, 'UploadPart'),
                        (set(), 'PutObject')],
    ('DELETE', 'object'): [({'uploadId'}, 'AbortMultipartUpload'),
                           (set(), 'DeleteObject')],
    ('POST', 'object'): [({'uploads'}, 'CreateMultipartUpload'),
                         ({'uploadId'}, 'CompleteMultipartUpload')],
}
# operation: who does it, and the permission it needs.
HANDLERS = {
    'ListBuckets': (S3.list_buckets, 's3:ListAllMyBuckets'),
    'HeadBucket': (S3.head_bucket, 's3:ListBucket'),
    'GetBucketLocation': (S3.location, 's3:GetBucketLocation'),
    'ListObjectsV2': (S3.list, 's3:ListBucket'),
    'ListObjects': (S3.list, 's3:ListBucket'),
    'GetObject': (S3.get, 's3:GetObject'),
    'HeadObject': (S3.get, 's3:GetObject'),
    'PutObject': (S3.put, 's3:PutObject'),
    'DeleteObject': (S3.delete, 's3:DeleteObject'),
    'CreateMultipartUpload': (S3.upload_create, 's3:PutObject'),
    'UploadPart': (S3.upload_part, 's3:PutObject'),
    'CompleteMultipartUpload': (S3.upload_complete, 's3:PutObject'),
    'AbortMultipartUpload': (S3.upload_abort, 's3:AbortMultipartUpload'),
}


def document(name, content):
    return Reply.xml('<?xml version="1.0" encoding="UTF-8"?>\n'
                     f'<{name} xmlns="{NAMESPACE}">{content}</{name}>',
                     content_type='application/xml')


def grouped(keys, prefix, delimiter):
    """(element, name) of a listing, folded at the delimiter."""
    seen = set()
    for key in keys:
        if not key.startswith(prefix):
            continue
        rest = key[len(prefix):]
        if not delimiter or delimiter not in rest:
            yield 'Contents', key
            continue
        folded = prefix + rest.partition(delimiter)[0] + delimiter
        if folded not in seen:
            seen.add(folded)
            yield 'CommonPrefixes', folded


def ranged(body, span, headers):
    first = int(span[1])
    last = min(int(span[2] or len(body)), len(body) - 1)
    if first > last:
        raise Refusal(416, 'InvalidRange',
                      'The requested range is not satisfiable')
    return Reply(206, body[first:last + 1], headers + [
        ('Content-Range', f'bytes {first}-{last}/{len(body)}')])
