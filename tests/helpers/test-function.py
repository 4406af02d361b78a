#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""From a workspace to a function of Google's: daypass token, daypass curl and
Google's Node library, and the errors that cost people afternoons."""

import base64
import json
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
RUN = 'https://hello-abc-ew.a.run.app'
OLD = 'https://europe-west1-acme.cloudfunctions.net'
CUSTOM = 'https://hello.acme.example'


def bind(place, *more):
    rig = place.rig
    place.configure(
        sections.federation(rig), sections.invoker(rig),
        sections.function(rig['function']), sections.function(RUN),
        sections.function(OLD + '/old'),
        sections.function('https://api.acme.example', audience=CUSTOM), *more)


def claims(token):
    part = token.split('.')[1]
    return json.loads(base64.urlsafe_b64decode(part + '=' * (-len(part) % 4)))


def test_audiences(place):
    """Whom each token is for, and whose it is."""
    bind(place)
    rig = place.rig
    for url, audience in (
            (RUN, RUN), (RUN + '/', RUN), (RUN + '/a/b?c=d', RUN),
            (OLD + '/old', OLD + '/old'), (OLD + '/old/a?b', OLD + '/old'),
            ('https://api.acme.example/v1', CUSTOM)):
        done = place.daypass('token', '--for', url)
        if ok(done.code == 0, f'token --for {url}', done):
            seen = claims(done.out)
            equal((seen['aud'], seen['iss'], seen['email']),
                  (audience, 'https://accounts.google.com',
                   rig['service_account']), 'for whom, by whom, whose')
    equal((rig.count('gcp_iam:generateIdToken'), rig.count('gcp_sts:token'),
           rig.count('identity:token')), (3, 1, 1),
          'an audience a mint; one federation for all')
    equal([claims(token)['aud'] for token in rig.secrets()
           if token.startswith('eyJ')][0], ['https:' + rig['gcp_audience']],
          'the workspace\'s own token is for the pool alone')
    done = place.daypass('doctor', 'function', RUN)
    ok(done.code == 0 and 'generateIdToken' in done.out,
       'daypass doctor shows the road', done)
    done = place.daypass('token', '--for', OLD + '/new')
    equal(done.code, 78, 'another function of that host is not bound')


def call(place):
    return place.daypass(
        'curl', '--', '-sS', place.rig['function'] + '/x',
        env={'CURL_CA_BUNDLE': place.rig['bundle']})


def test_user_in_url(place):
    """Whose password may be in it: no message shows that."""
    bind(place, sections.function('https://broken.example', credential='none'))
    for host, code in (('nobody.example', 78), ('broken.example', 78),
                       ('broken.example:x', 64), ('b\\c.example', 64)):
        done = place.daypass('token', '--for', f'https://me:hunter2@{host}/a')
        ok(done.code == code and 'hunter' not in done.err,
           f'{host}: said without the user', done)
        like(done.err, '^daypass: ', 'but said')


def test_afternoons(place):
    """Told apart, each in one sentence that says what to do."""
    rig = place.rig
    provider, account = rig['gcp_audience'], rig['service_account']
    for name, code, words, state in (
            ('the pool or the provider',
             77, 'invalid_target .*there is no provider .*compare',
             {'providers': {provider: None}}),
            ('a disabled provider', 77, 'invalid_target .*is disabled',
             {'providers': {provider: {'disabled': True}}}),
            ('the attribute condition',
             77, 'attribute condition refuses .*sub=org:acme/prj:web/env:7f3',
             {'providers': {provider: {'condition': {'org': 'other'}}}}),
            ('an allowed audience', 77, 'does not take aud=https://iam',
             {'providers': {provider: {'audiences': ['https://x']}}}),
            ('the service account', 77,
             f'may not act as {account}.*roles/iam.workloadIdentityUser',
             {'service_accounts': {account: {'workload_identity_users': []}}}),
            ('the invoker\'s role', 0, f'403 .*{account} may not call it: .*'
             'roles/run.invoker',
             {'functions': {'local': {'invokers': []}}}),
            ('the function\'s audience', 0,
             f'401 .*takes no token for aud={rig["function"]}: ',
             {'functions': {'local': {'url': 'https://x', 'audiences': []}}})):
        bind(place)
        rig.reset()
        equal(place.daypass('end').code, 0, f'{name}: anew')
        rig.change(gcp=state)
        done = call(place)
        equal(done.code, code, f'{name}: exit {code}')
        like(done.err, f'^daypass: .*{words}', 'says what')
        equal(done.err.count('\n'), 1, 'in one sentence')


# Google's library

def impersonated(place):
    """A service account that is impersonated from what daypass gives: the
    file in which Google's libraries mint id tokens."""
    rig = place.rig
    env = clients.external_account(place)
    with open(env['GOOGLE_APPLICATION_CREDENTIALS'],
              encoding='utf-8') as source:
        account = json.load(source)
    path = place.write('home/impersonated.json', json.dumps({
        'type': 'impersonated_service_account',
        'service_account_impersonation_url':
            f'{rig["gcp_iam"]}/v1/projects/-/serviceAccounts/'
            f'{rig["service_account"]}:generateAccessToken',
        'endpoint': rig['gcp_iam'],     # where the cloud is not Google's
        'source_credentials': account}))
    return {**env, 'GOOGLE_APPLICATION_CREDENTIALS': path}


def node(place, env, audience):
    program = shutil.which('node')
    if program is None:
        raise tap.Skip('node is not installed')
    if not os.path.isdir(os.path.join(MODULES, 'google-auth-library')):
        raise tap.Skip(f'no google-auth-library in {MODULES}')
    return place.run(
        program, os.path.join(HERE, 'call-function.js'), audience,
        place.rig['function'] + '/x',
        env={**env, 'NODE_PATH': MODULES, 'NO_GCE_CHECK': 'true'})


def test_library_refuses(place):
    """An external_account, also one that impersonates, has no id tokens."""
    for impersonate in (False, True):
        done = node(place, clients.external_account(
            place, impersonate=impersonate), place.rig['function'])
        equal((done.code, done.out), (1, ''),
              f'external_account, impersonating: {impersonate}')
        like(done.err, 'Cannot fetch ID token in this environment',
             'Google\'s library refuses')


def test_library(place):
    rig = place.rig
    env = impersonated(place)
    for audience in (rig['function'], CUSTOM):
        done = node(place, env, audience)
        ok(done.code == 0 and json.loads(done.out)['caller'] ==
           rig['service_account'], f'Google\'s library: {audience}', done)
    done = node(place, env, RUN)
    equal((done.code, done.err), (1, 'status 401\n'), 'another audience: 401')
    rig.change(gcp={'functions': {'local': {'invokers': []}}})
    done = node(place, env, rig['function'])
    equal((done.code, done.err), (1, 'status 403\n'), 'without the role: 403')
    rig.change(gcp={'service_accounts': {rig['service_account']: {
        'workload_identity_users': []}}})
    done = node(place, env, rig['function'])
    equal((done.code, done.err), (1, 'status 403\n'),
          'not impersonable: 403 of the other service')
    equal(rig.count('gcp_iam:generateAccessToken'), 0,
          'no access token of the account is needed')
    equal(canary.in_files(place.directory, canary.needles(rig.secrets())), [],
          'no secret in any file')


def test_python(place):
    """gcloud brings Google's library for Python along."""
    library = shutil.which('gcloud')
    if library is not None:
        library = os.path.join(os.path.dirname(os.path.realpath(library)),
                               '..', 'lib', 'third_party')
    if library is None or not os.path.isdir(
            os.path.join(library, 'google', 'auth')):
        raise tap.Skip('no gcloud with a google-auth')
    rig = place.rig
    done = place.run(
        sys.executable, '-B', os.path.join(HERE, 'call-function.py'),
        rig['gcp_iam'], rig['service_account'], rig['function'],
        rig['function'] + '/x', env={
            **clients.external_account(place), 'PYTHONPATH': library,
            'REQUESTS_CA_BUNDLE': rig['bundle'], 'NO_GCE_CHECK': 'true'})
    like(done.out, f'^200 .*"caller": "{rig["service_account"]}"',
         'Google\'s library for Python, by a few lines of code')


if __name__ == '__main__':
    tap.run(globals())
