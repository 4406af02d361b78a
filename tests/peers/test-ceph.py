#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""aws-web-identity against Ceph's STS, and aws with what it gave against
Ceph's S3: servers that none of us wrote verify the token and each request."""

import json
import os
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from peers.ceph import Ceph   # noqa: E402
from peers.peer import missing, why_no_mounts   # noqa: E402
from support import clients, sections, tap   # noqa: E402
from support.tap import equal, like, ok   # noqa: E402


def need_ceph():
    absent = missing('radosgw', 'ceph-mon', 'ceph-osd', 'ceph', 'aws')
    if absent:
        raise tap.Skip(f'{absent} is not installed')
    reason = why_no_mounts()
    if reason:
        raise tap.Skip(f"Ceph cannot be made to trust the cloud's CA: {reason}")


def aws(place, env, ceph, *arguments):
    return place.run('/usr/bin/aws', '--endpoint-url', ceph.url, *arguments,
                     env=env)


def up_and_down(place, env, ceph):
    for command in (('mb', 's3://web-data'),
                    ('cp', '--no-progress', 'note', 's3://web-data/note'),
                    ('cp', '--no-progress', 's3://web-data/note', 'back')):
        done = aws(place, env, ceph, 's3', *command)
        equal(done.code, 0, f's3 {command[0]} {command[-1]}') or tap.note(done)
    equal(place.run('cat', 'back').out, 'A note.\n',
          'what came down is what went up')
    equal(place.rig.count('identity:token'), 1, 'one token did for all')


def another_bucket(place, env, ceph):
    done = aws(place, env, ceph, 's3api', 'create-bucket', '--bucket',
               'other-data')
    ok(done.code != 0, 'a bucket that the role may not use: aws fails', done)
    # aws stumbles over the empty message that comes with it.
    like(ceph.reason('run/client.rgw.a.log'), '"PUT /other-data[^"]*" 403',
         'a bucket that the role may not use: Ceph refuses it')


def the_helper(place):
    done = place.run('aws-credential-daypass')
    answer = json.loads(done.out)
    equal(sorted(answer), ['AccessKeyId', 'Expiration', 'SecretAccessKey',
                           'SessionToken', 'Version'],
          'the helper: what credential_process wants')
    left = time.mktime(time.strptime(answer['Expiration'],
                                     '%Y-%m-%dT%H:%M:%SZ')) - time.timezone \
        - time.time()
    ok(900 < left <= 3600, "the helper: Ceph's expiry, as RFC 3339", left)


def refusals(place, ceph, env):
    """The reason reaches the user, and the tool fails."""
    for profile, what in (('theirs', 'a role that trusts another subject'),
                          ('nobody', 'a role that does not exist')):
        done = place.run('aws-credential-daypass', '--profile', profile)
        equal((done.code, done.out), (1, ''), f'{what}: refused')
        like(done.err, 'aws-web-identity', f'{what}: by which exchange')
        like(done.err, f'role/{profile}', f'{what}: and which role it was')
    done = aws(place, env, ceph, '--profile', 'theirs', 's3', 'ls')
    like(done.err, 'role/theirs', 'aws shows what the helper said')


def configure(place, ceph):
    mine = ceph.role('web', place.rig['sub'])
    theirs = ceph.role('theirs', 'org:acme/prj:web/env:other')
    roles = {'default': mine, 'theirs': theirs,
             'nobody': 'arn:aws:iam:::role/nobody'}
    place.configure(*(
        sections.web_identity(place.rig, name, role=role, endpoint=ceph.url)
        + sections.aws(name, credential=name)
        for name, role in roles.items()))
    return clients.aws(place, *roles)


def test_ceph(place):
    need_ceph()
    place.write('home/note', 'A note.\n')
    with Ceph(place.rig) as ceph:
        env = configure(place, ceph)
        up_and_down(place, env, ceph)
        another_bucket(place, env, ceph)
        the_helper(place)
        refusals(place, ceph, env)


if __name__ == '__main__':
    tap.run(globals())
