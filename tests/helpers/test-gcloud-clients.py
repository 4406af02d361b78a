#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Google's own clients at work, with gcloud-credential-daypass as the
executable of their external_account credential: the Node library as it comes
from npm, and gcloud where there is one."""

import os
import shutil
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..'))

from support import canary, clients, sections, tap   # noqa: E402
from support.tap import equal, like, ok   # noqa: E402

PEERS = os.environ.get('DAYPASS_PEERS', '/var/cache/daypass-peers')
MODULES = os.environ.get('DAYPASS_NODE_MODULES',
                         os.path.join(PEERS, 'node_modules'))
HELLO = '/storage/v1/b/demo/o/hello.txt?alt=media'


def read(place, **how):
    """Reads an object by Google's Node library."""
    node = shutil.which('node')
    if node is None:
        raise tap.Skip('node is not installed')
    if not os.path.isdir(os.path.join(MODULES, 'google-auth-library')):
        raise tap.Skip(f'no google-auth-library in {MODULES}')
    env = clients.external_account(place, **how)
    return place.run(
        node, os.path.join(HERE, 'read-object.js'), place.rig['gcs'] + HELLO,
        env={**env, 'NODE_PATH': MODULES, 'NO_GCE_CHECK': 'true'})


def reads(done, name):
    equal((done.code, done.out), (0, 'hello from the cloud\n'), name)
    equal(done.err, '', f'{name}: without a word')


def no_secret(place):
    wanted = canary.needles(place.rig.secrets())
    equal(canary.in_files(place.directory, wanted), [],
          'no secret in any file')


def test_federated(place):
    reads(read(place), 'federated, with no configuration at all')
    reads(read(place), 'again')
    equal(place.rig.count('identity:token'), 1, 'one id token')
    no_secret(place)


def test_impersonated(place):
    reads(read(place, impersonate=True), 'impersonating a service account')
    equal(place.rig.count('gcp_iam:generateAccessToken'), 1, 'it was asked')
    no_secret(place)


def test_configured_audience(place):
    place.configure(sections.section(
        'gcloud', place.rig['gcp_audience'], credential='id-token',
        audience=place.rig['gcp_audience']))
    reads(read(place), 'a binding that names the audience')


def test_failure(place):
    place.rig.fault('identity', 'fail', message='not logged in', count=-1)
    done = read(place)
    equal(done.code, 1, 'no identity: the library fails')
    like(done.err, r'IDENTITY.*identity ona: .*not logged in',
         'and shows our sentence')


def gcloud(place, *arguments):
    """Impersonating, for then it need not ask who the token is."""
    program = shutil.which('gcloud')
    if program is None:
        raise tap.Skip('gcloud is not installed')
    env = clients.external_account(place, impersonate=True)
    file = env.pop('GOOGLE_APPLICATION_CREDENTIALS')
    return place.run(program, *arguments, limit=120, env={
        **env, 'CLOUDSDK_CONFIG': place.path('home/gcloud'),
        'CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE': place.rig['bundle'],
        'CLOUDSDK_CORE_DISABLE_PROMPTS': '1',
        'CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE': file})


def test_gcloud(place):
    done = gcloud(place, 'auth', 'print-access-token')
    ok(done.code == 0 and done.out.strip() in place.rig.secrets(),
       'gcloud auth print-access-token', done)


if __name__ == '__main__':
    tap.run(globals())
