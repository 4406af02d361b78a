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
