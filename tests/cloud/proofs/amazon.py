# SPDX-License-Identifier: Apache-2.0
"""AWS: STS, S3 and ECR, with botocore and the aws command."""

import base64
import json
import os
import time

from .client import Skip, boto, refused, error_code, equal, test


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
