#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Proves the cloud itself, with clients that share none of its code.

Prints TAP. What is not installed is skipped.
"""

import base64
import hashlib
import hmac
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from urllib.parse import quote, urlencode

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.dont_write_bytecode = True

from parts import sigv4   # noqa: E402
from parts.web import Request   # noqa: E402

EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
TYPE = 'urn:ietf:params:oauth:token-type:'
SCOPE = 'https://www.googleapis.com/auth/cloud-platform'
LIMIT = 20      # seconds for one command


class Skip(Exception):
    pass


class Rig:
    """One cloud, run as the program that it is, and our ways to ask it."""

    def __init__(self):
        self.directory = tempfile.mkdtemp(prefix='cloud-')
        self.process = subprocess.Popen(
            ['/usr/bin/python3', os.path.join(HERE, 'cloud.py'), '--dir',
             self.directory, '--until-eof'], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == 'ready\n'
        with open(self.path('cloud.json'), encoding='utf-8') as settings:
            self.settings = json.load(settings)
        self.tls = ssl.create_default_context(cafile=self['ca'])

    def __getitem__(self, name):
        return self.settings[name]

    def path(self, name):
        return os.path.join(self.directory, name)

    def close(self):
        self.process.stdin.close()
        self.process.wait(LIMIT)
        self.process.stdout.close()
        shutil.rmtree(self.directory)

    def ask(self, url, data=None, method=None, **headers):
        """(status, body, headers); underscores in names become dashes."""
        headers = {n.replace('_', '-'): v for n, v in headers.items()}
        if isinstance(data, (list, dict)):
            data = urlencode(data, doseq=True)
        request = urllib.request.Request(
            url, data.encode() if data is not None else None, headers,
            method=method)
        handler = urllib.request.HTTPSHandler(context=self.tls)
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), handler, NoRedirect())
        try:
            with opener.open(request, timeout=LIMIT) as reply:
                return reply.status, reply.read().decode(), reply.headers
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode(), error.headers

    def json(self, url, data=None, method=None, **headers):
        status, body, _ = self.ask(url, data, method, **headers)
        return status, json.loads(body) if body else None

    def control(self, path, value=None, method=None):
        data = None if value is None else json.dumps(value)
        return self.json(self['control'] + path, data, method,
                         Content_Type='application/json')[1]

    def fault(self, service, mode, **more):
        assert self.control('/fault', {'service': service, 'mode': mode,
                                       **more}) is None

    def token(self, *audiences, program='ona', **more):
        arguments = [part for a in audiences for part in ('--audience', a)]
        return self.run([os.path.join(self['bin'], program), 'idp', 'token',
                         *arguments], **more).stdout.strip()

    def run(self, command, check=True, **more):
        environment = clean_environment(self) | more.pop('env', {})
        done = subprocess.run(command, env=environment, timeout=LIMIT,
                              capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, **more)
        if check and done.returncode:
            raise AssertionError(f'{command[0]}: {done.stderr[-400:]}')
        return done

    def web_identity(self, role=None, token=None, **more):
        return self.ask(self['sts'] + '/', {
            'Action': 'AssumeRoleWithWebIdentity', 'Version': '2011-06-15',
            'RoleArn': role or self['role'], 'RoleSessionName': 'ws-1',
            'WebIdentityToken': token or self.token('sts.amazonaws.com'),
            **more})

    def aws(self, role=None, **more):
        """An AWS session as botocore wants it."""
        status, body, _ = self.web_identity(role, **more)
        assert status == 200, body
        return session_of(body)

    def federated(self, scope=SCOPE):
        status, reply = self.json(self['gcp_sts'] + '/v1/token', {
            'grant_type': EXCHANGE, 'audience': self['gcp_audience'],
            'scope': scope, 'requested_token_type': TYPE + 'access_token',
            'subject_token_type': TYPE + 'jwt',
            'subject_token': self.token('https:' + self['gcp_audience'])})
        assert status == 200, reply
        return reply['access_token']

    def octo(self, scope='acme/web', identity='daypass',
             audience='octo-sts.dev', **more):
        return self.json(
            f'{self["octo"]}/sts/exchange?scope={quote(scope, safe="")}'
            f'&identity={identity}', method='POST', data='',
            Authorization='Bearer ' + self.token(audience), **more)


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def clean_environment(rig):
    kept = {n: os.environ[n] for n in ('PATH', 'LANG', 'TMPDIR')
            if n in os.environ}
    return kept | {
        'HOME': rig.directory, 'AWS_CA_BUNDLE': rig['ca'],
        'AWS_DEFAULT_REGION': 'us-east-1', 'AWS_EC2_METADATA_DISABLED': 'true',
        'AWS_CONFIG_FILE': '/dev/null',
        'AWS_SHARED_CREDENTIALS_FILE': '/dev/null',
        'SSL_CERT_FILE': rig['bundle'], 'GIT_SSL_CAINFO': rig['ca'],
        'GIT_CONFIG_NOSYSTEM': '1', 'GIT_TERMINAL_PROMPT': '0',
        'GIT_AUTHOR_NAME': 'Ada', 'GIT_AUTHOR_EMAIL': 'ada@acme.example',
        'GIT_COMMITTER_NAME': 'Ada', 'GIT_COMMITTER_EMAIL': 'a@acme.example',
    }


def session_of(xml):
    from xml.etree import ElementTree
    space = '{https://sts.amazonaws.com/doc/2011-06-15/}'
    found = ElementTree.fromstring(xml).iter(space + 'Credentials')
    values = {e.tag.removeprefix(space): e.text for e in next(found)}
    return {'aws_access_key_id': values['AccessKeyId'],
            'aws_secret_access_key': values['SecretAccessKey'],
            'aws_session_token': values['SessionToken']}


def boto(rig, name, session, service=None):
    """A client of Debian's botocore, if it is there."""
    try:
        import boto3
    except ImportError:
        raise Skip('python3-boto3 is not installed') from None
    return boto3.client(name, endpoint_url=rig[service or name],
                        region_name='us-east-1', verify=rig['ca'], **session)


def refused(call, *arguments, **more):
    """The error code and status of a call that botocore must not get."""
    try:
        call(*arguments, **more)
    except Exception as error:      # botocore may be absent: no class to name
        reply = error.response
        return reply['Error']['Code'], \
            reply['ResponseMetadata']['HTTPStatusCode']
    raise AssertionError('it was not refused')


def needs(*programs):
    for program in programs:
        if shutil.which(program) is None:
            raise Skip(f'{program} is not installed')


def error_code(reply):
    status, body, _ = reply
    return status, re.search('<Code>(.*?)</Code>', body)[1]


def equal(got, wanted):
    assert got == wanted, f'got {got!r}, wanted {wanted!r}'


TESTS = []


def test(text):
    return lambda function: TESTS.append((text, function))


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


@test('settings are for us alone, and the shell reads the same')
def _(rig):
    for name in ('cloud.json', 'cloud.env', 'idp.sock'):
        equal(os.stat(rig.path(name)).st_mode & 0o777, 0o600)
    shown = rig.run(['/bin/sh', '-c', '. "$0"; echo "$CLOUD_STS"',
                     rig.path('cloud.env')]).stdout.strip()
    equal(shown, rig['sts'])


@test('openssl accepts the server by bundle and by hashed directory')
def _(rig):
    certificate = rig.path('ca/server.crt')
    for way in (['-CAfile', rig['bundle']], ['-CApath', rig['hashed']]):
        rig.run(['openssl', 'verify', *way, '-verify_hostname',
                 '1.dkr.ecr.us-east-1.amazonaws.com', certificate])


@test('discovery names its issuer and keys; RSA comes first, with x5c')
def _(rig):
    for issuer in (rig['issuer'], rig['actions_issuer']):
        _, found = rig.json(issuer + '/.well-known/openid-configuration')
        equal(found['issuer'], issuer)
        keys = rig.json(found['jwks_uri'])[1]['keys']
        equal([key['kty'] for key in keys], ['RSA', 'EC'])
        assert keys[0]['x5c'] and all(key['kid'] for key in keys)


@test('ona, gitpod and gp print tokens that PyJWT verifies')
def _(rig):
    import jwt
    keys = rig.json(rig['issuer'] + '/jwks')[1]
    for program in ('ona', 'gitpod', 'gp'):
        token = rig.token('one', program=program)
        header = jwt.get_unverified_header(token)
        key = next(jwt.PyJWK(k).key for k in keys['keys']
                   if k['kid'] == header['kid'])
        claims = jwt.decode(token, key, ['RS256'], audience='one',
                            issuer=rig['issuer'])
        equal((claims['sub'], claims['aud']), (rig['sub'], ['one']))
        assert all(isinstance(claims[n], int) for n in ('iat', 'nbf', 'exp'))


@test('gp takes two audiences, --decode shows claims, ES256 on demand')
def _(rig):
    import jwt
    shown = rig.run([os.path.join(rig['bin'], 'gp'), 'idp', 'token',
                     '--audience', 'a', '--audience=b', '--decode']).stdout
    equal(json.loads(shown)['aud'], ['a', 'b'])
    rig.control('/state', {'identity': {'alg': 'ES256', 'ttl': 7}})
    token = rig.token('a')
    rig.control('/state', method='DELETE')
    equal(jwt.get_unverified_header(token)['alg'], 'ES256')
    claims = jwt.decode(token, options={'verify_signature': False})
    equal(claims['exp'] - claims['iat'], 7)


@test('a failing identity says so on stderr and exits 1')
def _(rig):
    ona = os.path.join(rig['bin'], 'ona')
    rig.fault('identity', 'fail')
    done = rig.run([ona, 'idp', 'token', '--audience', 'a'], check=False)
    equal((done.returncode, done.stdout), (1, ''))
    assert 'failed to get ID token' in done.stderr, done.stderr
    done = rig.run([ona, 'idp', 'token'], check=False)
    assert done.returncode == 1 and 'audience' in done.stderr
    rig.fault('identity', 'garbage', body='no token')
    equal(rig.token('a'), 'no token')


@test('GitHub\'s endpoint gives a token of its issuer, or 401')
def _(rig):
    url = rig['github_token_url'] + '&audience=sts.amazonaws.com'
    status, reply = rig.json(
        url, Authorization='Bearer ' + rig['github_request_token'])
    equal(status, 200)
    claims = json.loads(base64.urlsafe_b64decode(
        reply['value'].split('.')[1] + '=='))
    equal((claims['iss'], claims['aud'], claims['exp'] - claims['iat']),
          (rig['actions_issuer'], 'sts.amazonaws.com', 300))
    equal(rig.json(url, Authorization='Bearer x')[0], 401)
    equal(rig.web_identity(token=reply['value'])[0], 200)


def claims_of(token):
    body = token.split('.')[1]
    return json.loads(base64.urlsafe_b64decode(body + '=' * (-len(body) % 4)))


@test('Buildkite gives a job a token, and no other job')
def _(rig):
    url = f'{rig["buildkite"]}/jobs/{rig["buildkite_job"]}/oidc/tokens'
    more = {'Content-Type': 'application/json',
            'Authorization': 'Token ' + rig['buildkite_token']}
    status, reply = rig.json(url, '{"audience": "a"}', **more)
    equal((status, claims_of(reply['token'])['aud']), (200, 'a'))
    equal(rig.json(url, '{"audience": ""}', **more)[0], 422)
    equal(rig.json(url.replace('jobs/', 'jobs/0'), '{}', **more)[0], 404)
    for wrong in ('Bearer ' + rig['buildkite_token'], 'Token x'):
        more['Authorization'] = wrong
        equal(rig.json(url, '{}', **more)[0], 401)


@test('Azure Pipelines wants a version, and leads who is denied to a page')
def _(rig):
    url = rig['azure_pipelines'] + '?api-version=7.1'
    known = {'Authorization': 'Bearer ' + rig['azure_pipelines_token'],
             'Content-Type': 'application/json'}
    status, reply = rig.json(url, '', 'POST', **known)
    equal((status, claims_of(reply['oidcToken'])['aud']),
          (200, 'api://AzureADTokenExchange'))
    equal(rig.json(url.split('?')[0], '', 'POST', **known)[0], 400)
    equal(rig.json(url + '&serviceConnectionId=x', '', 'POST', **known)[0],
          404)
    equal(rig.json(url, '', 'POST', Authorization='Bearer x', **{
        'X-TFS-FedAuthRedirect': 'Suppress'})[0], 401)


@test('the metadata server and its client know each other by a header')
def _(rig):
    url = f'http://{rig["gcp_metadata"]}/computeMetadata/v1/instance/' \
        'service-accounts/default/identity?format=full&audience=a'
    curl = [shutil.which('curl'), '-qsi', '--noproxy', '*']
    reply = rig.run([*curl, '-H', 'Metadata-Flavor: Google', url]).stdout
    head, _, token = reply.partition('\n\n')
    assert '200 OK' in head and 'Metadata-Flavor: Google' in head, head
    equal(claims_of(token)['google']['compute_engine']['project_id'], 'acme')
    assert '403' in rig.run([*curl, url]).stdout
    assert '400' in rig.run([*curl, '-H', 'Metadata-Flavor: Google',
                             url.split('?')[0]]).stdout


@test('a Fly Machine gets a token on its socket, for whom it wants')
def _(rig):
    curl = [shutil.which('curl'), '-qs', '--unix-socket', rig['fly_socket'],
            'http://localhost/v1/tokens/oidc', '-X', 'POST',
            '-H', 'Content-Type: application/json']
    equal(claims_of(rig.run([*curl, '-d', '{"aud":"a"}']).stdout)['aud'], 'a')
    equal(claims_of(rig.run(curl).stdout)['aud'], 'https://fly.io/acme')


@test('circleci mints within a job, and takes aud alone')
def _(rig):
    command = [os.path.join(rig['bin'], 'circleci'), 'run', 'oidc', 'get',
               '--claims']
    job = {**os.environ, 'CIRCLECI': 'true',
           'CIRCLE_INTERNAL_TASK_DATA': '/task'}
    done = rig.run([*command, '{"aud": "a b"}'], env=job)
    equal(claims_of(done.stdout)['aud'], ['a b'])
    for claims, env in (('{"aud": "a", "sub": "b"}', job), ('a', job),
                        ('{"aud": "a"}', dict(os.environ))):
        equal(rig.run([*command, claims], env=env, check=False).returncode, 1)


@test('STS refuses in AWS\'s words what AWS refuses')
def _(rig):
    good = rig.token('sts.amazonaws.com')
    head, body, signature = good.split('.')
    forged = f'{head}.{body}.{signature[::-1]}'
    nobody = 'arn:aws:iam::123456789012:role/nobody'
    ask = rig.web_identity
    equal(error_code(ask(token=forged)), (400, 'InvalidIdentityToken'))
    equal(error_code(ask(token=rig.token('else'))),
          (400, 'InvalidIdentityToken'))
    equal(error_code(ask(role=nobody)), (403, 'AccessDenied'))
    equal(error_code(ask(RoleSessionName='a b')), (400, 'ValidationError'))
    equal(error_code(ask(DurationSeconds='899')), (400, 'ValidationError'))
    equal(error_code(ask(Policy='{')), (400, 'MalformedPolicyDocument'))
    rig.control('/state', {'identity': {'sub': 'org:evil/prj:web/env:1'}})
    equal(error_code(ask()), (403, 'AccessDenied'))
    rig.control('/state', {'identity': {'sub': rig['sub'], 'ttl': -1}})
    equal(error_code(ask()), (400, 'ExpiredTokenException'))
    rig.control('/state', {'identity': {'ttl': 3600, 'claims': {
        'exp': time.time() + 60}}})
    equal(error_code(ask()), (400, 'InvalidIdentityToken'))
    rig.control('/state', {'identity': {'claims': {'exp': None}}})
    equal(error_code(ask()), (400, 'InvalidIdentityToken'))
    rig.control('/state', method='DELETE')
    equal(ask()[0], 200)
    equal(rig.ask(rig['sts'] + '/', '{}', Content_Type='application/json')[0],
          404)


@test('botocore gets a session, and the caller\'s name with it')
def _(rig):
    sts = boto(rig, 'sts', rig.aws())
    equal(sts.get_caller_identity()['Arn'],
          'arn:aws:sts::123456789012:assumed-role/dev/ws-1')
    wrong = rig.aws() | {'aws_secret_access_key': 'x' * 40}
    equal(refused(boto(rig, 'sts', wrong).get_caller_identity),
          ('SignatureDoesNotMatch', 403))


@test('botocore assumes a role by a role, for an hour at most')
def _(rig):
    sts = boto(rig, 'sts', rig.aws())
    names = {'RoleArn': rig['role_deploy'], 'RoleSessionName': 'ws-1'}
    assert sts.assume_role(**names, Tags=[{'Key': 'a', 'Value': 'b'}])
    equal(refused(sts.assume_role, **names, DurationSeconds=3601),
          ('ValidationError', 400))
    names['RoleArn'] = rig['role_partner']
    equal(refused(sts.assume_role, **names), ('AccessDenied', 403))
    assert sts.assume_role(**names, ExternalId=rig['external_id'])


@test('botocore goes on to a third role, with tags, source and policies')
def _(rig):
    def onward(session, role, **more):
        found = boto(rig, 'sts', session).assume_role(
            RoleArn=rig[role], RoleSessionName='ws-1', **more)['Credentials']
        return {'aws_access_key_id': found['AccessKeyId'],
                'aws_secret_access_key': found['SecretAccessKey'],
                'aws_session_token': found['SessionToken']}
    tags = [{'Key': 'Team', 'Value': 'web'}, {'Key': 'Cost', 'Value': '7'}]
    second = onward(rig.aws(), 'role_deploy', Tags=tags,
                    TransitiveTagKeys=['team'], SourceIdentity='ada')
    third = onward(second, 'role_publish')
    assert boto(rig, 's3', third).list_objects_v2(Bucket='publish-data')
    again = boto(rig, 'sts', second).assume_role
    name = {'RoleArn': rig['role_publish'], 'RoleSessionName': 'ws-1'}
    equal(refused(again, **name, Tags=tags[:1]),
          ('InvalidParameterValue', 400))
    equal(refused(again, **name, SourceIdentity='eve'), ('AccessDenied', 403))
    equal(refused(again, **name, TransitiveTagKeys=['team']),
          ('InvalidParameterValue', 400))
    narrow = onward(rig.aws(), 'role_deploy', PolicyArns=[
        {'arn': 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess'}])
    equal(refused(boto(rig, 'sts', narrow).assume_role, **name),
          ('AccessDenied', 403))


@test('a session ends when it says so')
def _(rig):
    rig.control('/state', {'lifetimes': {'sts': 1}})
    session = rig.aws()
    rig.control('/state', {'lifetimes': {'sts': None}})
    time.sleep(1.1)
    for name, code in (('sts', ('ExpiredToken', 403)),
                       ('ecr', ('ExpiredTokenException', 400)),
                       ('s3', ('ExpiredToken', 400))):
        call = {'sts': 'get_caller_identity', 's3': 'list_buckets',
                'ecr': 'get_authorization_token'}[name]
        equal(refused(getattr(boto(rig, name, session), call)), code)


@test('S3 keeps objects, small, odd and in parts')
def _(rig):
    s3 = boto(rig, 's3', rig.aws())
    big = os.urandom(9 << 20)
    with open(rig.path('big'), 'wb') as out:
        out.write(big)
    s3.put_object(Bucket='web-data', Key='a b/ü+&.txt', Body=b'odd',
                  ChecksumAlgorithm='SHA256')
    s3.upload_file(rig.path('big'), 'web-data', 'big')
    equal(s3.get_object(Bucket='web-data', Key='big')['Body'].read(), big)
    listed = s3.list_objects_v2(Bucket='web-data', Delimiter='/')
    equal([p['Prefix'] for p in listed['CommonPrefixes']], ['a b/'])
    s3.delete_object(Bucket='web-data', Key='big')
    os.unlink(rig.path('big'))


@test('S3 refuses by role, by session policy, by key')
def _(rig):
    s3 = boto(rig, 's3', rig.aws())
    equal(refused(s3.get_object, Bucket='deploy-data', Key='hello.txt'),
          ('AccessDenied', 403))
    equal(refused(s3.get_object, Bucket='web-data', Key='no'),
          ('NoSuchKey', 404))
    narrow = {'Version': '2012-10-17', 'Statement': [
        {'Effect': 'Allow', 'Action': 's3:Get*', 'Resource': '*'},
        {'Effect': 'Deny', 'Action': 's3:*',
         'Resource': 'arn:aws:s3:::web-data/secret*'}]}
    s3 = boto(rig, 's3', rig.aws(Policy=json.dumps(narrow)))
    assert s3.get_object(Bucket='web-data', Key='hello.txt')
    equal(refused(s3.put_object, Bucket='web-data', Key='x', Body=b''),
          ('AccessDenied', 403))
    equal(refused(s3.get_object, Bucket='web-data', Key='secret'),
          ('AccessDenied', 403))
    nobody = rig.aws() | {'aws_access_key_id': 'ASIANOBODY0000000000'}
    equal(refused(boto(rig, 's3', nobody).list_objects_v2, Bucket='web-data'),
          ('InvalidAccessKeyId', 403))


@test('the aws command works: caller, upload, listing')
def _(rig):
    if not os.path.exists('/usr/bin/aws'):
        raise Skip('awscli is not installed')
    keys = {n.upper(): v for n, v in rig.aws().items()}
    aws = ['/usr/bin/aws', '--endpoint-url']
    shown = rig.run([*aws, rig['sts'], 'sts', 'get-caller-identity'], env=keys)
    assert 'assumed-role/dev/ws-1' in shown.stdout
    rig.run([*aws, rig['s3'], 's3', 'cp', rig['ca'], 's3://web-data/ca'],
            env=keys)
    shown = rig.run([*aws, rig['s3'], 's3', 'ls', 's3://web-data'], env=keys)
    assert 'hello.txt' in shown.stdout and ' ca' in shown.stdout


@test('ECR gives a password to who may have one, public ECR an object')
def _(rig):
    session = rig.aws(rig['role_ecr'])
    found = boto(rig, 'ecr', session).get_authorization_token()
    pair = base64.b64decode(
        found['authorizationData'][0]['authorizationToken'])
    assert pair.startswith(b'AWS:')
    public = boto(rig, 'ecr-public', session, 'ecr_public')
    assert public.get_authorization_token()['authorizationData']['expiresAt']
    equal(refused(boto(rig, 'ecr', rig.aws()).get_authorization_token),
          ('AccessDeniedException', 400))


@test('Google\'s STS federates, and refuses in its words')
def _(rig):
    form = {'grant_type': EXCHANGE, 'audience': rig['gcp_audience'],
            'scope': SCOPE, 'requested_token_type': TYPE + 'access_token',
            'subject_token_type': TYPE + 'jwt'}
    url = rig['gcp_sts'] + '/v1/token'
    form['subject_token'] = rig.token(rig['gcp_audience'])
    status, reply = rig.json(url, form)
    equal((status, reply['token_type'], reply['expires_in']),
          (200, 'Bearer', 3600))
    wrong = {'audience': '//iam.googleapis.com/x', 'scope': '',
             'grant_type': 'x', 'subject_token': rig.token('x')}
    codes = [rig.json(url, form | {n: v})[1]['error']
             for n, v in wrong.items()]
    equal(codes, ['invalid_request', 'invalid_scope', 'unsupported_grant_type',
                  'invalid_grant'])
    missing = rig['gcp_audience'].removesuffix('/w') + '/none'
    equal(rig.json(url, form | {'audience': missing})[1]['error'],
          'invalid_target')


@test('a service account is impersonated, and its token reads storage')
def _(rig):
    url = (f'{rig["gcp_iam"]}/v1/projects/-/serviceAccounts/'
           f'{rig["service_account"]}:')

    def call(verb, body, bearer=rig.federated()):
        return rig.json(url + verb, json.dumps(body),
                        Content_Type='application/json',
                        Authorization='Bearer ' + bearer)
    status, reply = call('generateAccessToken', {'scope': [SCOPE],
                                                 'lifetime': '600s'})
    equal(status, 200)
    equal(read_object(rig, reply['accessToken']), 200)
    status, found = call('generateIdToken', {'audience': 'https://x.run.app',
                                             'includeEmail': True})
    equal((status, found['token'].count('.')), (200, 2))
    equal(call('generateAccessToken', {'scope': []})[0], 400)
    equal(call('generateAccessToken', {'scope': [SCOPE],
                                       'lifetime': '7200s'})[0], 400)
    status, found = call('generateAccessToken', {'scope': [SCOPE]}, 'ya29.x')
    equal((status, found['error']['status']), (401, 'UNAUTHENTICATED'))
    users = rig.control('/state')['gcp']['service_accounts'][
        rig['service_account']]['workload_identity_users']
    bind(rig, [])
    status, found = call('generateAccessToken', {'scope': [SCOPE]})
    equal((status, found['error']['status']), (403, 'PERMISSION_DENIED'))
    bind(rig, users)


def bind(rig, users):
    rig.control('/state', {'gcp': {'service_accounts': {
        rig['service_account']: {'workload_identity_users': users}}}})


def read_object(rig, token, path='demo/o/team%2Fnotes.txt'):
    return rig.ask(f'{rig["gcs"]}/storage/v1/b/{path}?alt=media',
                   Authorization='Bearer ' + token)[0]


@test('a function takes an id token of Google for it, of whom it knows')
def _(rig):
    url = rig['function']

    def mint(audience, **more):
        return rig.json(
            f'{rig["gcp_iam"]}/v1/projects/-/serviceAccounts/'
            f'{rig["service_account"]}:generateIdToken',
            json.dumps({'audience': audience, 'includeEmail': True, **more}),
            Content_Type='application/json',
            Authorization='Bearer ' + rig.federated())[1]['token']

    def call(bearer, header='Authorization', host=None, **more):
        host = {'Host': host} if host else {}
        return rig.ask(url + '/x', **{header: f'Bearer {bearer}'}, **host,
                       **more)[0]
    good = mint(url)
    equal(call(good), 200)
    equal(call(good, 'X_Serverless_Authorization', Authorization='mine'), 200)
    equal(call('x', 'X_Serverless_Authorization'), 401)
    equal(call(mint('https://hello.acme.example')), 200)
    equal(rig.ask(url + '/x')[0], 403)
    head, claims, signature = good.split('.')
    for wrong in (mint(url + '/'), mint(url, includeEmail=False),
                  rig.token(url), rig.federated(), 'x',
                  f'{head}.{claims}.{signature[::-1]}'):
        equal(call(wrong), 401)
    run = 'hello-abc-ew.a.run.app'
    equal((call(good, host=run), call(mint('https://' + run), host=run)),
          (401, 200))
    # No service's custom audience is IAP's.
    equal((call(good, host='console.rig.test'),
           call(mint('42-x.apps.googleusercontent.com'), 'Proxy_Authorization',
                host='console.rig.test')), (401, 200))
    functions = {'local': {'invokers': []}}
    rig.control('/state', {'gcp': {'functions': functions}})
    equal(call(good), 403)
    functions['local']['invokers'] = [
        f'serviceAccount:{rig["service_account"]}']
    rig.control('/state', {'gcp': {'functions': functions}})


@test('storage refuses strangers, other buckets, and what a boundary bars')
def _(rig):
    token = rig.federated()
    equal(read_object(rig, 'nobody'), 401)
    equal(read_object(rig, token), 200)
    equal(read_object(rig, token, 'demo/o/none'), 404)
    equal(read_object(rig, token, 'secret/o/plan.txt'), 403)
    rule = {'availableResource':
            '//storage.googleapis.com/projects/_/buckets/demo',
            'availablePermissions': ['inRole:roles/storage.objectViewer'],
            'availabilityCondition': {'expression': 'resource.name.startsWith('
                                      "'projects/_/buckets/demo/objects/team')"
                                      }}
    options = json.dumps({'accessBoundary': {'accessBoundaryRules': [rule]}})
    status, reply = rig.json(rig['gcp_sts'] + '/v1/token', {
        'grant_type': EXCHANGE, 'subject_token': token,
        'requested_token_type': TYPE + 'access_token', 'options': options,
        'subject_token_type': TYPE + 'access_token'})
    equal((status, 'expires_in' in reply), (200, False))
    equal(read_object(rig, reply['access_token']), 200)
    equal(read_object(rig, reply['access_token'], 'demo/o/hello.txt'), 403)


@test('a narrowed token is not narrowed again, and impersonates nobody')
def _(rig):
    rule = {'availableResource':
            '//storage.googleapis.com/projects/_/buckets/demo',
            'availablePermissions': ['inRole:roles/storage.objectViewer']}
    form = {'grant_type': EXCHANGE, 'subject_token': rig.federated(),
            'requested_token_type': TYPE + 'access_token',
            'subject_token_type': TYPE + 'access_token', 'options': json.dumps(
                {'accessBoundary': {'accessBoundaryRules': [rule]}})}
    url = rig['gcp_sts'] + '/v1/token'
    form['subject_token'] = rig.json(url, form)[1]['access_token']
    equal(rig.json(url, form)[1]['error'], 'invalid_grant')
    equal(rig.json(
        f'{rig["gcp_iam"]}/v1/projects/-/serviceAccounts/'
        f'{rig["service_account"]}:generateAccessToken',
        json.dumps({'scope': [SCOPE]}), Content_Type='application/json',
        Authorization='Bearer ' + form['subject_token'])[0], 403)


def entra(rig, token=None, **more):
    return rig.json(
        f'{rig["entra"]}/{more.pop("tenant", rig["azure_tenant"])}'
        '/oauth2/v2.0/token', {
            'grant_type': 'client_credentials',
            'client_id': rig['azure_client'],
            'scope': 'https://containerregistry.azure.net/.default',
            'client_assertion_type': 'urn:ietf:params:oauth:'
            'client-assertion-type:jwt-bearer',
            'client_assertion': token or rig.token(
                'api://AzureADTokenExchange'), **more})


@test('Entra compares to the letter, and refuses by numbers')
def _(rig):
    status, reply = entra(rig)
    equal((status, reply['token_type'], reply['expires_in']),
          (200, 'Bearer', 3600))
    good = 'api://AzureADTokenExchange'
    for wanted, answer in (
            (700212, entra(rig, rig.token('api://azureadtokenexchange'))),
            (700212, entra(rig, rig.token(good, 'sts'))),
            (700024, entra(rig, ask_token(rig, good, ttl=-60))),
            (700213, entra(rig, ask_token(rig, good, sub='me'))),
            (7002138, entra(rig, ask_token(rig, good,
                                           sub=rig['sub'].upper()))),
            (7000272, entra(rig, rig.token(good)[:-8] + 'AAAAAAAA')),
            (50027, entra(rig, 'x')),
            (90002, entra(rig, tenant='other')),
            (700016, entra(rig, client_id='other')),
            (1002012, entra(rig, scope='User.Read')),
            (500011, entra(rig, scope='https://x/.default')),
            (7000218, entra(rig, client_assertion_type='x')),
            (70003, entra(rig, grant_type='password'))):
        equal(answer[1].get('error_codes'), [wanted])


def ask_token(rig, audience, **more):
    return rig.run(['curl', '-sS', '--unix-socket', rig['identity_socket'],
                    'http://localhost/token', '-d', f'audience={audience}',
                    *(f'-d{name}={value}' for name, value in more.items())]
                   ).stdout.strip()


@test('a registry takes its own kind of Entra token, from who may pull')
def _(rig):
    def log_in(token, **more):
        return rig.json(rig['acr'] + '/oauth2/exchange', {
            'grant_type': 'access_token', 'service': 'acme.azurecr.io',
            'access_token': token, **more})
    token = entra(rig)[1]['access_token']
    status, reply = log_in(token)
    equal((status, reply['refresh_token'].count('.')), (200, 2))
    equal(log_in(token, tenant=rig['azure_tenant'])[0], 200)
    equal(log_in(token, tenant='other')[0], 401)
    equal(log_in(token, service='other.azurecr.io')[0], 400)
    equal(log_in('x')[1]['errors'][0]['code'], 'UNAUTHORIZED')
    other = entra(rig, scope='https://management.azure.com/.default')[1]
    equal(log_in(other['access_token'])[0], 200)
    rig.control('/state', {'azure': {'registry': {'arm': False}}})
    equal(log_in(other['access_token'])[0], 401)
    rig.control('/state', {'azure': {'registry': {'arm': True}}})


@test('octo-sts trades for a long token, and refuses in its words')
def _(rig):
    status, reply = rig.octo()
    token = reply['token']
    equal((status, token[:4], 480 < len(token) < 560), (200, 'ghs_', True))
    status, reply = rig.octo(identity='none')
    equal((status, reply['code'], reply['message']),
          (404, 5, 'unable to find trust policy for "none"'))
    status, reply = rig.octo(audience='else')
    equal((status, reply['code'], reply['message']), (
        403, 7, 'trust policy: audience "octo-sts.dev" did not match any of '
        '["else"]'))
    status, reply = rig.json(
        rig['octo'] + '/sts/exchange?scope=acme/web&identity=daypass')
    equal((status, reply['message']),
          (401, 'expected exactly one authorization header'))


@test('an installation token takes itself back, once')
def _(rig):
    token = rig.octo()[1]['token']
    headers = {'Authorization': 'Bearer ' + token}
    equal(rig.ask(rig['github'] + '/installation/token', method='DELETE',
                  **headers)[0], 204)
    status, reply = rig.json(rig['github'] + '/api/v3/installation/token',
                             method='DELETE', **headers)
    equal((status, reply['message']), (401, 'Bad credentials'))


def git(rig, token, *arguments, check=True):
    """git with a helper that prints what the environment holds."""
    helper = '!f() { echo username=x; echo "password=$TOKEN"; }; f'
    return rig.run(['git', '-c', 'credential.helper=', '-c',
                    f'credential.helper={helper}', *arguments],
                   env={'TOKEN': token}, check=check)


@test('git clones with the id token and pushes with octo-sts\'s')
def _(rig):
    work = rig.path('clone')
    url = rig['git'] + '/acme/web'
    git(rig, rig.token(rig['git']), 'clone', '-q', url, work)
    with open(os.path.join(work, 'big'), 'wb') as out:
        out.write(os.urandom(3 << 20))      # git sends this in chunks
    rig.run(['git', '-C', work, 'add', 'big'])
    rig.run(['git', '-C', work, 'commit', '-qm', 'Big'])
    git(rig, rig.octo()[1]['token'], '-C', work, 'push', '-q', 'origin',
        'main')
    shutil.rmtree(work)
    git(rig, rig.octo('acme')[1]['token'], 'clone', '-q', url + '.git', work)
    assert os.path.exists(os.path.join(work, 'big'))
    shutil.rmtree(work)


@test('git is refused: no token, a stranger\'s, out of scope, revoked')
def _(rig):
    url = rig['git'] + '/acme/web'
    token = rig.octo()[1]['token']

    def said(given, where=url):
        return git(rig, given, 'ls-remote', where, check=False).stderr
    assert 'Authentication failed' in said('nothing')
    assert 'Authentication failed' in said(rig.token('https://else'))
    assert 'not found' in said(token, rig['git'] + '/acme/other')
    rig.ask(rig['github'] + '/installation/token', method='DELETE',
            Authorization='Bearer ' + token)
    assert 'Authentication failed' in said(token)
    status, _, headers = rig.ask(url + '/info/refs?service=git-upload-pack')
    equal((status, headers['WWW-Authenticate']), (401, 'Basic realm="git"'))
    rig.control('/state', {'git': {'challenges': ['Bearer', 'Basic']}})
    _, _, headers = rig.ask(url + '/info/refs?service=git-upload-pack')
    equal(len(headers.get_all('WWW-Authenticate')), 2)
    rig.control('/state', {'git': {'challenges': ['Basic']}})
    equal(rig.ask(url + '/info/refs?service=git-upload-pack',
                  Authorization='Bearer ' + rig.token(rig['git']))[0], 200)


@test('git clones from CodeCommit with a signature')
def _(rig):
    session = rig.aws()
    stamp = time.strftime('%Y%m%dT%H%M%S', time.gmtime())
    key = ('AWS4' + session['aws_secret_access_key']).encode()
    for part in (stamp[:8], 'us-east-1', 'codecommit', 'aws4_request'):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    canonical = 'GIT\n/v1/repos/web\n\nhost:localhost\n\nhost\n'
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = (f'AWS4-HMAC-SHA256\n{stamp}\n{stamp[:8]}/us-east-1/codecommit/'
            f'aws4_request\n{digest}')
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    user = f'{session["aws_access_key_id"]}%{session["aws_session_token"]}'
    helper = '!f() { echo "username=$WHO"; echo "password=$TOKEN"; }; f'
    command = ['git', '-c', f'credential.helper={helper}', 'ls-remote',
               rig['codecommit'] + '/v1/repos/web']
    right = {'WHO': user, 'TOKEN': f'{stamp}Z{signature}'}
    assert 'refs/heads/main' in rig.run(command, env=right).stdout
    wrong = right | {'TOKEN': f'{stamp}Z{signature[::-1]}'}
    assert '403' in rig.run(command, env=wrong, check=False).stderr


@test('a token endpoint checks what RFC 8693 says')
def _(rig):
    form = {'grant_type': EXCHANGE, 'subject_token_type': TYPE + 'id_token',
            'subject_token': rig.token('token-exchange')}
    actor = {'actor_token': rig.token('token-exchange'),
             'actor_token_type': TYPE + 'jwt'}
    wanted = {'audience': ['api.rig.test', 'https://api.rig.test'],
              'scope': 'read write', 'requested_token_type': TYPE + 'jwt'}
    status, reply = rig.json(rig['token_exchange'], form | actor | wanted)
    equal((status, reply['issued_token_type']), (200, TYPE + 'jwt'))
    del actor['actor_token_type']
    for more, code in ((actor, 'invalid_request'),
                       ({'audience': 'x'}, 'invalid_target'),
                       ({'resource': 'https://api.rig.test#x'},
                        'invalid_target'),
                       ({'scope': 'admin'}, 'invalid_scope'),
                       ({'subject_token': 'x'}, 'invalid_grant'),
                       ({'grant_type': 'x'}, 'unsupported_grant_type')):
        status, reply = rig.json(rig['token_exchange'], form | more)
        equal((status, reply['error']), (400, code))


@test('docker-registry takes the token server\'s word: push and pull')
def _(rig):
    needs('docker-registry', 'skopeo', 'umoci')
    image = rig.path('image')
    rig.run(['umoci', 'init', '--layout', image])
    rig.run(['umoci', 'new', '--image', image + ':v1'])
    where = f'docker://{rig["registry"]}/acme/app:v1'
    registry = subprocess.Popen(
        ['docker-registry', 'serve', rig['registry_config']],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL)
    try:
        wait_for_port(rig['registry'])
        token = rig.token(f'https://{rig["registry"]}')
        copy(rig, f'oci:{image}:v1', where, f'x:{token}')
        assert 'denied' in copy(rig, f'oci:{image}:v1', where.replace(
            'acme', 'evil'), f'x:{token}', check=False).stderr
        assert 'the audience' in copy(rig, f'oci:{image}:v1', where, 'x:'
                                      + rig.token('else'), check=False).stderr
        pair = boto(rig, 'ecr', rig.aws(rig['role_ecr']))
        pair = pair.get_authorization_token()['authorizationData'][0]
        pair = base64.b64decode(pair['authorizationToken']).decode()
        rig.run(['skopeo', 'inspect', '--creds', pair, where])
    finally:
        registry.terminate()
        registry.wait()


def copy(rig, source, target, pair, check=True):
    return rig.run(['skopeo', '--insecure-policy', 'copy', '-q',
                    '--dest-creds', pair, source, target], check=check)


def wait_for_port(address):
    host, port = address.split(':')
    for _ in range(100):
        try:
            return socket.create_connection((host, int(port)), 1).close()
        except OSError:
            time.sleep(0.05)
    raise AssertionError('nobody listens on ' + address)


@test('the token server takes a password and a refresh token by OAuth2')
def _(rig):
    form = {'service': rig['registry_service'], 'client_id': 'test',
            'scope': 'repository:acme/app:pull,push', 'access_type': 'offline'}
    secret = rig.token(rig['registry_service'])
    status, reply = rig.json(rig['token'], form | {
        'grant_type': 'password', 'username': 'x', 'password': secret})
    equal((status, 'access_token' in reply), (200, True))
    for refresh in (secret, reply['refresh_token']):
        status, _ = rig.json(rig['token'], form | {
            'grant_type': 'refresh_token', 'refresh_token': refresh})
        equal(status, 200)
    status, reply = rig.json(rig['token'], form | {
        'grant_type': 'refresh_token', 'refresh_token': 'x'})
    equal((status, reply['errors'][0]['code']), (401, 'UNAUTHORIZED'))


def trades(rig, audience):
    """How each of the newer services is asked, and for whom its token is."""
    form = {'grant_type': EXCHANGE, 'subject_token_type': TYPE + 'id_token',
            'expires_in': '300',
            'connection_id': '0b5b3c1e-6c3f-4e0a-9f8e-1d2c3b4a5f60'}
    posted = {'Content_Type': 'application/json'}

    def vault(token):
        return rig.json(rig['vault'] + '/v1/auth/jwt/login', json.dumps(
            {'role': 'web', 'jwt': token}), X_Vault_Request='true', **posted)

    def quay(token):
        pair = base64.b64encode(f'acme+web:{token}'.encode()).decode()
        return rig.json(rig['quay'] + '/oauth2/federation/robot/token',
                        Authorization=f'Basic {pair}')

    def jfrog(token):
        return rig.json(rig['jfrog'] + '/access/api/v1/oidc/token',
                        json.dumps({
                            'grant_type': EXCHANGE, 'subject_token': token,
                            'subject_token_type': TYPE + 'id_token',
                            'provider_name': 'workspaces'}), **posted)

    def docker_hub(token):
        return rig.json(rig['docker_hub'] + '/oauth/token',
                        form | {'subject_token': token})

    for ask in (vault, quay, jfrog, docker_hub):
        yield ask, audience.get(ask.__name__) or rig[ask.__name__]


@test('Vault, Quay, JFrog, Docker Hub: what each verifies of a token')
def _(rig):
    hub = {'docker_hub': 'https://identity.docker.com'}
    for ask, audience in trades(rig, hub):
        good = rig.token(audience)
        equal((ask.__name__, ask(good)[0]), (ask.__name__, 200))
        head, body, signature = good.split('.')
        flipped = ('A' if signature[9] != 'A' else 'B').join(
            (signature[:9], signature[10:]))
        rig.control('/state', {'identity': {'sub': 'org:evil/prj:web/env:1'}})
        stranger = rig.token(audience)
        rig.control('/state', {'identity': {'sub': rig['sub'], 'ttl': -60}})
        expired = rig.token(audience)
        rig.control('/state', method='DELETE')
        for name, bad in (
                ('audience', rig.token('https://other.example')),
                ('signature', f'{head}.{body}.{flipped}'),
                ('nothing signed', f'{head}.{body}.'),
                ('subject', stranger), ('expiry', expired), ('none', 'x')):
            status, _ = ask(bad)
            assert 400 <= status < 404, (ask.__name__, name, status)


@test('faults come as ordered, as often as ordered')
def _(rig):
    def ask():
        return rig.web_identity(token=token)
    token = rig.token('sts.amazonaws.com')
    rig.fault('sts', 'fail', code='IDPCommunicationError', status=400)
    equal(error_code(ask()), (400, 'IDPCommunicationError'))
    equal(ask()[0], 200)
    rig.fault('sts', 'http-429', seconds=3)
    status, body, headers = ask()
    equal((status, headers['Retry-After'], 'Throttling' in body),
          (429, '3', True))
    rig.fault('sts', 'http-503', body='busy', operation='AssumeRole')
    equal(ask()[0], 200)
    rig.control('/fault', method='DELETE')
    rig.fault('sts', 'redirect')
    status, _, headers = ask()
    equal((status, headers['Location']), (307, rig['sts'] + '/redirected'))
    rig.fault('sts', 'oversize')
    assert len(ask()[1]) > 1 << 20
    rig.fault('sts', 'wrong-type')
    assert '<SecretAccessKey><unexpected/></SecretAccessKey>' in ask()[1]
    rig.fault('sts', 'date-skew', seconds=-7200)
    assert abs(time.time() - 7200 - seconds_of(ask()[2]['Date'])) < 5


def seconds_of(date):
    from email.utils import parsedate_to_datetime
    return parsedate_to_datetime(date).timestamp()


@test('faults of the connection: closed, cut off, stalled, slow')
def _(rig):
    url = rig['issuer'] + '/jwks'
    for mode, wanted in (('close', '000 '), ('truncate', '200 '),
                         ('stall', '000 '), ('slow', '200 ')):
        rig.fault('issuer', mode, seconds=0.5)
        start = time.monotonic()
        done = rig.run(['curl', '-qs', '--cacert', rig['ca'], '-m', '3', '-o',
                        '/dev/null', '-w', '%{http_code} ', url], check=False)
        took = time.monotonic() - start
        equal(done.stdout, wanted)
        equal(done.returncode == 0, mode == 'slow')
        equal(took > 0.4, mode in ('stall', 'slow'))


@test('the clock of the whole cloud can be set')
def _(rig):
    token = rig.token('sts.amazonaws.com')
    rig.control('/state', {'clock': {'skew': 7200}})
    equal(error_code(rig.web_identity(token=token)),
          (400, 'ExpiredTokenException'))
    rig.control('/state', {'clock': {'skew': 0}})
    equal(rig.web_identity(token=token)[0], 200)


@test('counts, a log without secrets, and every secret for the hunt')
def _(rig):
    rig.control('/counts', method='DELETE')
    token = rig.token('sts.amazonaws.com')
    rig.web_identity(token=token)
    rig.octo()
    equal(rig.control('/counts'), {'identity:token': 2, 'octo:exchange': 1,
                                   'sts:AssumeRoleWithWebIdentity': 1})
    secrets = rig.control('/seen-secrets')
    log = json.dumps(rig.control('/log'))
    assert token in secrets and not any(s in log for s in secrets)
    assert 'Bearer sha256:' in log


@test('four hundred clients at once are all answered')
def _(rig):
    address = ('127.0.0.1', int(rig['issuer'].split(':')[2].split('/')[0]))
    waiting = [socket.create_connection(address, LIMIT) for _ in range(400)]
    failed = []

    def ask(connection):
        try:
            with rig.tls.wrap_socket(connection,
                                     server_hostname='localhost') as secure:
                secure.sendall(b'GET /idp/jwks HTTP/1.1\r\nHost: localhost\r\n'
                               b'Connection: close\r\n\r\n')
                assert secure.recv(4096).startswith(b'HTTP/1.1 200')
        except Exception as error:
            failed.append(error)
    askers = [threading.Thread(target=ask, args=(c,)) for c in waiting]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert not failed, failed[:3]


@test('a second cloud ends on SIGTERM and leaves no socket')
def _(rig):
    directory = rig.path('second')
    with subprocess.Popen(
            ['/usr/bin/python3', os.path.join(HERE, 'cloud.py'), '--dir',
             directory], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE) as second:
        equal(second.stdout.readline(), b'ready\n')
        second.terminate()
        equal(second.wait(LIMIT), 0)
    assert not os.path.exists(os.path.join(directory, 'idp.sock'))


def main():
    print(f'1..{len(TESTS)}', flush=True)
    failures = 0
    rig = Rig()
    try:
        for number, (text, function) in enumerate(TESTS, 1):
            line = f'{number} - {text}'
            try:
                function(rig)
                print(f'ok {line}', flush=True)
            except Skip as reason:
                print(f'ok {line} # SKIP {reason}', flush=True)
            except Exception as error:
                failures += 1
                print(f'not ok {line}', flush=True)
                where = error.__traceback__.tb_next
                print(f'# line {where.tb_lineno}: {type(error).__name__}: '
                      f'{error}'.replace('\n', '\n# '), flush=True)
    finally:
        rig.close()
    return 1 if failures else 0


if __name__ == '__main__':
    sys.exit(main())
