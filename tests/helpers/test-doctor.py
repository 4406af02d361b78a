#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""daypass doctor over tools that are set up to ask somebody else, and roads
that lead nowhere: it names the cause in every one, and the command or the line
that mends it."""

import json
import os
import re
import shutil
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import clients, sections, tap   # noqa: E402
from support.doctoring import doctor   # noqa: E402
from support.tap import equal, like, unlike   # noqa: E402

HOST = 'registry.example.test'
PASSWORD = 'CANARY-a-password-at-rest'
AUTH = {'auth': 'Q0FOQVJZLWEtcGFzc3dvcmQ='}
AUDIENCE = '//iam.googleapis.com/projects/1/locations/global/x'


def bind(place, *more):
    rig = place.rig
    place.configure(
        sections.web_identity(rig), sections.aws(), sections.octo(rig),
        sections.git(rig), sections.federation(rig),
        sections.docker(HOST), sections.section(
            'gcloud', AUDIENCE, credential='id-token'), *more)


def fine(place, name, *arguments, env=None):
    done = place.daypass('doctor', *arguments, env=env)
    equal(done.code, 0, f'{name}: exit 0')
    like(done.out, f'ok +{arguments[0]}-setup', f'{name}: it asks us')
    unlike(done.out, 'FAIL (git|docker|aws|gcloud)', f'{name}: no shadow')


# git

def use_git(place):
    bind(place)
    if not shutil.which('git'):
        raise tap.Skip('there is no git')
    return place.rig['git'] + '/acme/web.git', place.rig['git']


def git_config(place, *lines):
    place.write('home/.gitconfig', '\n'.join(lines) + '\n')
    return {'GIT_CONFIG_NOSYSTEM': '1'}


def test_git(place):
    url, host = use_git(place)
    env = clients.git(place)
    fine(place, 'git, well set up', 'git', url, env=env)
    ours = [f'[credential "{host}"]', f'helper = {clients.GIT}',
            'useHttpPath = true']

    fine(place, 'git, a key without a value', 'git', url,
         env=git_config(place, *ours[:2], 'useHttpPath'))

    def broken(name, code, pattern, *lines, remedy=None):
        doctor(place, f'git, {name}', code, pattern, 'git', url,
               env=git_config(place, *lines), remedy=remedy)

    broken('another helper first', 78, "asks 'store' .credential.helper, "
           'file:.*gitconfig. before', '[credential]', 'helper = store',
           *ours, remedy='an empty `helper =`')
    broken('another helper alone', 78, "asks 'cache' .*and never daypass",
           '[credential]', 'helper = cache')
    broken('reset behind us', 78, 'an empty credential.*forgets daypass',
           *ours, 'helper =')
    broken('a helper that is told', 0, "tells 'store'.*writes it to a file",
           *ours, 'helper = store')
    broken('no helper', 0, 'asks no helper')
    broken('the path is not asked with', 78, 'asks without the path',
           *ours[:2], remedy='git config --global .*useHttpPath true')
    broken('a header', 78, 'has an Authorization header in http', *ours,
           f'[http "{host}/"]',
           f'extraHeader = "Authorization: basic {PASSWORD}"')
    broken('a program that is gone', 78, 'told to run /nowhere/git-cred',
           ours[0], 'helper = /nowhere/git-credential-daypass')
    broken('a configuration that git refuses', 78, 'cannot read its',
           '[credential')
    env = git_config(place, *ours)
    place.write('home/.netrc', 'machine localhost login x password '
                + PASSWORD + '\n')
    doctor(place, 'git, .netrc', 78, 'netrc has a password for localhost',
           'git', url, env=env)


# docker

def docker_config(place, **config):
    place.write('home/.docker/config.json', json.dumps(config))


def test_docker(place):
    bind(place)
    docker_config(place, credHelpers={HOST: 'daypass'})
    fine(place, 'docker, well set up', 'docker', HOST)

    def broken(name, code, pattern, env=None, **config):
        docker_config(place, **config)
        doctor(place, f'docker, {name}', code, pattern, 'docker', HOST,
               env=env)

    broken('DOCKER_AUTH_CONFIG', 78, 'DOCKER_AUTH_CONFIG has a password',
           {'DOCKER_AUTH_CONFIG': json.dumps({'auths': {HOST: AUTH}})},
           credsStore='daypass')
    broken('a password at rest', 78, 'holds a password for registry.*uses '
           'that', auths={f'https://{HOST}/v1/': AUTH})
    broken('an old password', 0, 'still holds a password',
           auths={HOST: AUTH}, credsStore='daypass')
    broken('another credHelper', 78, 'asks docker-credential-pass for.*cred'
           'Helpers', credHelpers={HOST: 'pass'}, credsStore='daypass')
    broken('another credsStore', 78, 'asks docker-credential-desktop.*creds'
           'Store', credsStore='desktop')
    broken('nobody is asked', 0, 'asks nobody for registry')
    docker_config(place, credsStore='daypass')
    doctor(place, 'docker, not on PATH', 78, 'which is not on PATH',
           'docker', HOST, env={'PATH': f'{place.bin}:/usr/bin:/bin'},
           program=clients.program('daypass'))
    place.write('home/.docker/config.json', '{')
    doctor(place, 'docker, no JSON', 78, 'is no JSON', 'docker', HOST)
    os.remove(place.path('home/.docker/config.json'))
    doctor(place, 'docker, no file', 0, 'there is no /', 'docker', HOST)


# aws

def test_aws(place):
    bind(place)
    env = dict(clients.aws(place), AWS_SHARED_CREDENTIALS_FILE=None)
    fine(place, 'aws, well set up', 'aws', 'default', env=env)

    def broken(name, code, pattern, remedy=None, **more):
        doctor(place, f'aws, {name}', code, pattern, 'aws', 'default',
               env={**env, **more}, remedy=remedy)

    broken('a key in the environment', 78, 'AWS_ACCESS_KEY_ID is set',
           AWS_ACCESS_KEY_ID='AKIACANARY', remedy='unset AWS_ACCESS_KEY_ID')
    broken('a web identity', 78, 'AWS_WEB_IDENTITY_TOKEN_FILE is set',
           AWS_WEB_IDENTITY_TOKEN_FILE='/x', remedy='unset AWS_WEB')
    broken('another profile', 78, 'AWS_PROFILE is prod', AWS_PROFILE='prod')
    keys = place.write('home/.aws/credentials', '[other]\nx = 1\n[default]\n'
                       'aws_access_key_id = AKIACANARY\n'
                       f'aws_secret_access_key = {PASSWORD}\n')
    broken('keys at rest', 78, 'default has aws_access_key_id in .*creden')
    os.remove(keys)

    def config(text):
        place.write('home/.aws/config', f'[default]\n{text}\n')

    config('credential_process = /usr/bin/other --x')
    broken('another process', 78, "asks '/usr/bin/other' .*not daypass",
           remedy='aws configure set')
    config('credential_process = /nowhere/aws-credential-daypass')
    broken('a program that is gone', 78, 'runs /nowhere/aws-cred')
    config('role_arn = arn:aws:iam::1:role/x\ncredential_process = '
           + clients.program('aws-credential-daypass'))
    broken('a role in the profile', 78, 'has role_arn in .*config')
    config('region = us-east-1')
    broken('no process', 0, 'has no credential_process')


# gcloud

def test_gcloud(place):
    bind(place)
    env = clients.external_account(place)
    path = env['GOOGLE_APPLICATION_CREDENTIALS']
    with open(path, encoding='utf-8') as file:
        account = {**json.load(file), 'audience': AUDIENCE}
    place.write(path, json.dumps(account))
    fine(place, 'gcloud, well set up', 'gcloud', AUDIENCE, env=env)

    def broken(name, code, pattern, remedy=None, **more):
        doctor(place, f'gcloud, {name}', code, pattern, 'gcloud', AUDIENCE,
               env={**env, **more}, remedy=remedy)

    broken('executables not allowed', 78, 'ALLOW_EXECUTABLES is not 1',
           GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES=None,
           remedy='export GOOGLE_EXTERNAL')
    broken('executables forbidden', 78, 'ALLOW_EXECUTABLES is not 1',
           GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES='0')
    broken('a token of its own', 78, 'CLOUDSDK_AUTH_ACCESS_TOKEN is set',
           CLOUDSDK_AUTH_ACCESS_TOKEN=PASSWORD)
    broken('a token file', 78, 'CLOUDSDK_AUTH_ACCESS_TOKEN_FILE is set',
           CLOUDSDK_AUTH_ACCESS_TOKEN_FILE='/x')
    key = place.write('home/key.json', json.dumps(
        {'type': 'service_account', 'private_key': PASSWORD}))
    broken('a key', 78, 'key.json .*is of type service_account',
           GOOGLE_APPLICATION_CREDENTIALS=key)
    broken('an override', 78, 'CREDENTIAL_FILE_OVERRIDE.*is of type service',
           CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE=key)
    broken('no such file', 78, 'names /nowhere, and there is no',
           GOOGLE_APPLICATION_CREDENTIALS='/nowhere')
    broken('nothing is set', 0, 'GOOGLE_APPLICATION_CREDENTIALS is not set',
           GOOGLE_APPLICATION_CREDENTIALS=None)
    for active, text, code, pattern, remedy in (
            ('default', 'access_token_file = /x', 78,
             'auth/access_token_file is set in .*config_default',
             '^gcloud config unset auth/access_token_file'),
            ('work', 'impersonate_service_account = a@b', 78,
             'auth/impersonate_service_account is set in .*config_work', None),
            ('work', 'disable_credentials = True', 78,
             'auth/disable_credentials is set', None),
            ('work', f'credential_file_override = {key}', 78,
             r'key.json .auth/credential_file_override in .* is of type', None),
            ('work', 'credential_file_override = /nowhere', 78,
             'names /nowhere, and there is no such file', None)):
        place.write('home/.config/gcloud/active_config', active)
        place.write(f'home/.config/gcloud/configurations/config_{active}',
                    f'[core]\naccount = x\n[auth]\n{text}\n')
        broken(f'a property, {text}', code, pattern, remedy)
    place.write('home/.config/gcloud/configurations/config_work',
                f'[auth]\ndisable_credentials = False\ncredential_file_override'
                f' = {path}\n')
    fine(place, 'gcloud, by its property', 'gcloud', AUDIENCE, env=env)
    place.write('home/.config/gcloud/configurations/config_work',
                '[auth]\naccess_token_file = /x\n')
    broken('a variable before a property', 78,
           'CLOUDSDK_AUTH_ACCESS_TOKEN_FILE is set',
           CLOUDSDK_AUTH_ACCESS_TOKEN_FILE='/y')
    unlike(place.daypass('doctor', 'gcloud', AUDIENCE, env={
        **env, 'CLOUDSDK_AUTH_ACCESS_TOKEN_FILE': '/y'}).out,
        'gcloud-properties', 'which is not read then')
    fine(place, 'gcloud, another configuration', 'gcloud', AUDIENCE,
         env={**env, 'CLOUDSDK_ACTIVE_CONFIG_NAME': 'default',
              'CLOUDSDK_CONFIG': place.path('elsewhere')})
    shutil.rmtree(place.path('home/.config/gcloud'))
    for name, pattern, executable in (
            ('another program', "runs '/usr/bin/other', not daypass",
             {'command': '/usr/bin/other --x'}),
            ('a program that is gone', 'runs /nowhere/gcloud-credential-day',
             {'command': '/nowhere/gcloud-credential-daypass'})):
        account['credential_source'] = {'executable': executable}
        place.write(path, json.dumps(account))
        broken(name, 78, pattern)


# the whole

def test_all_bindings(place):
    bind(place)
    docker_config(place, auths={HOST: AUTH})
    done = place.daypass('doctor', env={
        'AWS_ACCESS_KEY_ID': 'AKIACANARY', 'CLOUDSDK_AUTH_ACCESS_TOKEN': 'x',
        'GIT_CONFIG_NOSYSTEM': '1'})
    equal(done.code, 0, 'doctor: a shadow is told and does not count')
    for pattern in (r'ok +binding +aws default: aud=sts\.amazonaws\.com -> '
                    'id-token -> aws-web-identity', 'ok +binding +git https',
                    'FAIL docker-auths', 'FAIL aws-environment',
                    'FAIL gcloud-environment', 'FAIL git-setup'):
        like(done.out, pattern, f'doctor: {pattern}')
    unlike(done.out, 'CANARY|Q0FOQV', 'doctor: no secret')


def test_claims(place):
    bind(place)
    done = place.daypass('doctor', 'aws', 'default')
    like(done.out, r'ok +try +sub=org:acme/prj:web/env:7f3',
         'whom the token was for')


# identities, exchanges and the network, with a target

def test_trust(place):
    bind(place)

    def broken(name, code, pattern, *arguments):
        doctor(place, name, code, pattern, *arguments)

    place.rig.change(identity={'sub': 'org:evil/x'})
    broken('aws does not trust us', 77, 'AccessDenied.*does not trust sub=',
           'aws', 'default')
    place.daypass('end')
    place.rig.fault('identity', 'fail', message='not logged in', count=-1)
    broken('not logged in', 69, 'not logged in', 'aws', 'default')
    place.rig.heal()
    place.daypass('end')
    place.rig.fault('gcp_sts', 'close', count=-1)
    broken('a connection that ends', 75, 'closed the connection', 'token',
           'gcp')


def test_trust_of_each(place):
    """Whoever we are, each names itself and what its side must say."""
    rig = place.rig
    place.configure(
        sections.web_identity(rig), sections.federation(rig),
        sections.assume_role(rig), sections.service_account(rig),
        sections.octo(rig, scope='acme/web'), sections.entra(rig),
        sections.vault(rig), sections.quay(rig), sections.jfrog(rig),
        sections.docker_hub(rig), sections.federation(
            rig, 'astray', token_audience='https://elsewhere.test'),
        sections.web_identity(rig, 'other', token_audience='elsewhere'))
    rig.change(identity={'sub': 'org:evil/x'})
    for name, pattern in (
            ('deploy', 'aws-web-identity: AccessDenied'),
            ('gcp-ci', 'roles/iam.workloadIdentityUser'),
            ('astray', 'gcp-federation: .*aud'),
            ('other', 'aws-web-identity: .*aud'),
            ('github', r'octo-sts: .*daypass\.sts\.yaml must have subject'),
            ('entra', 'has no federated credential with the subject'),
            ('database', 'bound_claims do not let this workspace in'),
            ('quay', r'the federation of acme\+web has another subject'),
            ('jfrog', 'no identity mapping of workspaces fits'),
            ('hub', 'one of its rulesets must let sub=org:evil/x in')):
        doctor(place, f'trust, {name}', 77, pattern, 'token', name)


def test_strangers(place):
    """What they write is shown, and is no advice of ours."""
    bind(place)
    for says in ('no (export LD_PRELOAD=/tmp/x.so)', 'chmod 777 /',
                 '(chmod 777 /)'):
        place.daypass('end')
        place.rig.fault('sts', 'fail', count=-1, code='AccessDenied',
                        message=says, status=403)
        done = place.daypass('doctor', '--json', 'aws', 'default')
        found = [check for check in json.loads(done.out)['checks']
                 if check['name'] == 'try']
        like(found[0]['cause'], re.escape(says), f'{says}: the cause')
        like(found[0]['remedy'], '^the rules of the other side',
             f'{says}: what to do')
        place.rig.heal()


def test_network(place):
    rig = place.rig

    def broken(name, code, pattern, **more):
        bind(place, sections.web_identity(rig, 'far', **more))
        place.daypass('end')
        doctor(place, name, code, pattern, 'token', 'far')

    broken('DNS', 75, 'resolve|find|unknown', endpoint='https://x.invalid')
    broken('nobody listens', 75, 'refused|connect',
           endpoint='https://localhost:1')
    broken('no TLS', 78, 'https', endpoint='http://sts.example.test')
    place.write(place.config, sections.web_identity(rig))
    place.daypass('end')
    doctor(place, 'a CA that nobody trusts', 77, 'certificate|CA', 'token',
           'dev')
    place.env['https_proxy'] = 'http://localhost:1'
    broken('a proxy that is gone', 75, 'proxy|localhost',
           endpoint='https://sts.example.test')


def test_clock(place):
    bind(place)
    place.rig.fault('sts', 'date-skew', seconds=1800, count=-1)
    place.daypass('token', 'dev')
    doctor(place, 'a clock that is off', 0,
           'clock: this machine.s clock is 1[78]', remedy='NTP')
    place.daypass('end')
    like(place.daypass('doctor', 'token', 'dev').out, 'FAIL clock',
         'seen by the very try that shows it')
    place.rig.heal()
    place.daypass('end')
    like(place.daypass('doctor').out, 'ok +clock +nothing has been minted',
         'a clock that nobody has compared')
    place.daypass('token', 'dev')
    like(place.daypass('doctor').out, 'ok +clock +no mint has', 'one that is')


def test_identities(place):
    bind(place)
    place.without_identity()
    doctor(place, 'no identity', 69, 'workspace has no identity',
           'aws', 'default')
    for source, pattern in (
            ('source = github-actions', 'ACTIONS_ID_TOKEN|GITHUB_ACTIONS'),
            ('source = gitlab', 'GITLAB|variable|ID token|DAYPASS'),
            ('source = kubernetes', 'token|KUBERNETES'),
            ('file = /nowhere/token', '/nowhere/token'),
            ('variable = NO_SUCH_TOKEN', 'NO_SUCH_TOKEN'),
            ('command = /nowhere/issue {audience}', '/nowhere/issue')):
        place.daypass('end')
        bind(place, f'[identity]\n{source}\n')
        doctor(place, f'identity, {source}', 69, pattern, 'aws', 'default')


def test_sum(place):
    """The last line says whether it works."""
    bind(place)
    place.write('home/.gitconfig', f"""[credential "{place.rig['git']}"]
\thelper =\n\thelper = {clients.GIT}\n\tuseHttpPath = true\n""")
    url = place.rig['git'] + '/acme/web'
    good = place.daypass('doctor', 'git', url)
    like(good.out, r'\n\nall is well\n$', 'all is well')
    unlike(good.out, ' \n', 'and no line ends with a blank')
    place.rig.fault('sts', 'date-skew', seconds=1800, count=-1)
    some = place.daypass('doctor', 'token', 'dev')
    equal(some.code, 0, "what stands in nobody's way")
    like(some.out, r'\nit works all the same: 1 of \d+ checks failed\n$',
         'is told apart')
    bad = place.daypass('doctor', 'git', 'https://elsewhere.example/x')
    equal(bad.code, 78, 'nothing binds it')
    like(bad.out, r'\n\nit does not work: \d of \d+ checks failed\n$',
         'and that is the last word')


if __name__ == '__main__':
    tap.run(globals())
