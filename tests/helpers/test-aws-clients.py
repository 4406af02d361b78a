#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The real aws command and boto3 at work, with aws-credential-daypass as
their credential_process."""

import json
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import canary, clients, sections, tap   # noqa: E402
from support.tap import equal, like, ok   # noqa: E402

AWS = '/usr/bin/aws'
WEB = 'sts:AssumeRoleWithWebIdentity'


def bind(place, *profiles, **more):
    rig = place.rig
    place.configure(sections.web_identity(rig, **more),
                    sections.assume_role(rig), sections.aws(),
                    sections.aws('deploy', credential='deploy'))
    return clients.aws(place, *(profiles or ('default', 'deploy')))


def aws(place, env, *arguments, service='s3', profile='default'):
    if not os.access(AWS, os.X_OK):
        raise tap.Skip(f'{AWS} is not installed')
    return place.run(AWS, '--profile', profile, '--endpoint-url',
                     place.rig[service], *arguments, env=env)


def works(done, name):
    ok(done.code == 0, name, done)
    return done


def test_s3(place):
    env = bind(place)
    place.write('home/up', 'what goes up\n')
    works(aws(place, env, 's3', 'cp', 'up', 's3://web-data/up'), 's3 cp up')
    works(aws(place, env, 's3', 'cp', 's3://web-data/up', 'down'),
          's3 cp down')
    with open(place.path('home/down'), encoding='utf-8') as down:
        equal(down.read(), 'what goes up\n', 'the same comes down')
    done = aws(place, env, 's3', 'cp', 'up', 's3://deploy-data/up')
    ok(done.code != 0 and 'AccessDenied' in done.err,
       'another bucket is denied', done)
    equal(place.rig.count(WEB), 1, 'one mint for three commands')
    wanted = canary.needles(place.rig.secrets())
    equal(canary.in_files(place.directory, wanted), [],
          'no secret in any file')


def test_caller_identity(place):
    env = bind(place)
    for profile, role in (('default', ':assumed-role/dev/'),
                          ('deploy', ':assumed-role/deploy/')):
        done = works(aws(place, env, 'sts', 'get-caller-identity',
                         service='sts', profile=profile),
                     f'{profile}: get-caller-identity')
        like(json.loads(done.out)['Arn'], role, f'{profile}: who it is')
    equal((place.rig.count(WEB), place.rig.count('sts:AssumeRole')), (1, 1),
          'the chain shares its first step')


NARROW = ('{\\"Version\\":\\"2012-10-17\\",\\"Statement\\":[{'
          '\\"Effect\\":\\"Allow\\",\\"Action\\":%s,'
          '\\"Resource\\":\\"*\\"}]}')
READ = NARROW % '[\\"s3:Get*\\",\\"s3:List*\\"]'
ASSUME = NARROW % '\\"sts:AssumeRole\\"'
ALL = NARROW % '\\"*\\"'


def bind_three(place, **policies):
    """A chain of three roles for each profile, with a session policy on one
    of its steps: 0, 1 or 2. What comes before that is the same for all."""
    rig = place.rig
    roles = (rig['role'], rig['role_deploy'], rig['role_publish'])
    written = {}
    for profile, (narrowed, text) in policies.items():
        before = None
        for step, role in enumerate(roles):
            name = f'{profile}-{step}' if step >= narrowed else f'any-{step}'
            more = {'from': before} if before else {}
            if step == narrowed and text:
                more['session_policy'] = text
            make = sections.assume_role if before else sections.web_identity
            written[name] = make(rig, name, **{'role': role, **more})
            before = name
        written[f'[{profile}]'] = sections.aws(profile, credential=before)
    place.configure(*written.values())
    return clients.aws(place, *policies)


def test_three_roles(place):
    env = bind_three(place, plain=(2, None), reads=(2, READ), all=(2, ALL),
                     steps=(1, ASSUME), blocks=(0, READ))
    place.write('home/up', 'what goes up\n')

    def s3(profile, *arguments):
        return aws(place, env, 's3', *arguments, profile=profile)

    there = 's3://publish-data/'
    for profile in ('plain', 'reads', 'all', 'steps'):
        works(s3(profile, 'cp', there + 'hello.txt', 'down'),
              f'{profile}: reads')
    for profile in ('plain', 'all', 'steps'):
        works(s3(profile, 'cp', 'up', there + profile), f'{profile}: writes')
    done = s3('reads', 'cp', 'up', there + 'reads')
    ok(done.code != 0 and 'AccessDenied' in done.err,
       'a session policy on the last role: what it leaves out is denied', done)
    for bucket in ('web-data', 'deploy-data'):
        done = s3('all', 'cp', 'up', f's3://{bucket}/up')
        ok(done.code != 0 and 'AccessDenied' in done.err,
           f'one that allows all does not widen: {bucket}', done)
    # plain, reads and all have two roles in common, and one more each; the
    # second role of steps is another, so its third is as well.
    equal((place.rig.count(WEB), place.rig.count('sts:AssumeRole')),
          (1, 1 + 3 + 2), 'a step with another policy is another step')
    done = s3('blocks', 'ls', there)
    like(done.err, 'aws-assume-role: AccessDenied.*the session-policy or '
         'policy-arn of the role before must allow sts:AssumeRole of '
         r'\S+role/deploy', 'one on the first role bites at the second')
    wanted = canary.needles(place.rig.secrets())
    equal(canary.in_files(place.directory, wanted), [],
          'no secret in any file')


THREE = """\
import boto3, sys
from botocore.exceptions import ClientError
for name in ('plain', 'reads'):
    s3 = boto3.Session(profile_name=name).client(
        's3', endpoint_url=sys.argv[1])
    s3.get_object(Bucket='publish-data', Key='hello.txt')
    try:
        s3.put_object(Bucket='publish-data', Key='b', Body=b'x')
        print(name, 'writes')
    except ClientError as error:
        print(name, error.response['Error']['Code'])
"""


def test_three_roles_with_boto3(place):
    env = bind_three(place, plain=(2, None), reads=(2, READ))
    if place.run('/usr/bin/python3', '-c', 'import boto3').code:
        raise tap.Skip('python3-boto3 is not installed')
    done = place.run('/usr/bin/python3', '-c', THREE, place.rig['s3'], env=env)
    equal((done.code, done.out), (0, 'plain writes\nreads AccessDenied\n'),
          'boto3: the policy bites')


def test_tags_and_source(place):
    """Tags that are transitive, and a source identity, go on by themselves."""
    rig = place.rig
    place.configure(
        sections.web_identity(rig),
        sections.assume_role(rig, tag=['Team=web', 'Cost=7'],
                             transitive_tag='team', source_identity='ada'),
        sections.assume_role(rig, 'publish', role=rig['role_publish'],
                             **{'from': 'deploy'}),
        sections.aws(credential='publish'))
    works(aws(place, clients.aws(place), 's3', 'ls', 's3://publish-data'),
          'a chain with tags')
    last = [s for s in rig.cloud.issued.sessions.values()
            if s.role == rig['role_publish']][-1]
    equal((last.tags, last.source), ({'Team': 'web'}, 'ada'),
          'what the last role has of them')


def test_refused(place):
    env = bind(place)
    place.rig.change(identity={'sub': 'org:evil/x'})
    done = aws(place, env, 's3', 'ls', 's3://web-data')
    ok(done.code != 0, 'refused: aws fails', done)
    like(done.err, r'daypass: exchange aws-web-identity: AccessDenied from '
         r'.*does not trust sub=org:evil/x', 'and shows our sentence')


LOOP = """\
import boto3, sys
session = boto3.Session(profile_name='default')
s3 = session.client('s3', endpoint_url=sys.argv[1])
for n in range(20):
    s3.put_object(Bucket='web-data', Key=f'k{n}', Body=b'x' * n)
print(len(s3.list_objects_v2(Bucket='web-data', Prefix='k')['Contents']))
"""


def test_boto3(place):
    env = bind(place)
    if place.run('/usr/bin/python3', '-c', 'import boto3').code:
        raise tap.Skip('python3-boto3 is not installed')
    # botocore runs its credential_process at every request while less than
    # 10 to 15 minutes remain.
    counting = place.write('bin/counting', (
        '#!/bin/sh\necho >>"$HOME/runs"\nexec '
        f'{clients.program("aws-credential-daypass")}\n'), 0o700)
    place.write('home/.aws/config', (
        f'[default]\nregion = us-east-1\ncredential_process = {counting}\n'))
    done = place.run('/usr/bin/python3', '-c', LOOP, place.rig['s3'], env=env)
    equal((done.code, done.out), (0, '20\n'), 'boto3: 20 uploads')
    with open(place.path('home/runs'), encoding='ascii') as runs:
        equal(runs.read(), '\n', 'its credential_process was run once')


if __name__ == '__main__':
    tap.run(globals())
