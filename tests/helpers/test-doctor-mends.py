#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What daypass doctor says is to be done is done, as it stands, in a shell;
and then doctor finds nothing more."""

import json
import os
import shutil
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import clients, sections, tap   # noqa: E402
from support.doctoring import failed   # noqa: E402
from support.tap import equal, like, ok   # noqa: E402

HOST = 'registry.example.test'
AUDIENCE = '//iam.googleapis.com/projects/1/locations/global/workload' \
    'IdentityPools/p/providers/w'
GIT = {'GIT_CONFIG_NOSYSTEM': '1'}


def bind(place, *more):
    rig = place.rig
    place.configure(sections.web_identity(rig), sections.aws(),
                    sections.octo(rig), sections.git(rig),
                    sections.docker(HOST), sections.federation(
                        rig, audience=AUDIENCE), *more)


def mends(place, name, check, *arguments, env=None, wanted=None):
    """The remedies of this check, then no such check; the variables that a
    remedy changes are those of later commands."""
    env = dict(env or {})
    remedies = {found['remedy'] for found in failed(place, *arguments, env=env)
                if found['name'] == check}
    ok(remedies, f'{name}: something to do')
    for remedy in remedies:
        like(remedy, wanted or r'\S', f'{name}: {remedy}')
        done = place.run('sh', '-c', f'{remedy}\nenv -0 >vars', env=env,
                         cwd=place.temporary)
        equal((done.code, done.err), (0, ''), f'{name}: it works')
        with open(os.path.join(place.temporary, 'vars'), 'rb') as after:
            now = dict(part.split('=', 1) for part in
                       after.read().decode().split('\0') if part)
        env.update({key: now.get(key) for key in env})
    left = [found for found in failed(place, *arguments, env=env)
            if found['name'] == check]
    equal(left, [], f'{name}: nothing is left')


def test_git(place):
    if not shutil.which('git'):
        raise tap.Skip('there is no git')
    bind(place)
    url, host = place.rig['git'] + '/acme/web.git', place.rig['git']
    config = place.path('home/.gitconfig')
    ours = f'[credential "{host}"]\nhelper = {clients.GIT}\n'

    def broken(name, check, text, wanted):
        place.write(config, text)
        mends(place, f'git, {name}', check, 'git', url, env=GIT,
              wanted=wanted)

    setup = '^daypass setup git$'
    broken('nobody', 'git-setup', '', setup)
    broken('another', 'git-helper', '[credential]\nhelper = cache\n', setup)
    broken('a reset', 'git-helper', ours + 'helper =\n', setup)
    broken('a program that is gone', 'git-setup', ours.replace(
        clients.GIT, '/nowhere/git-credential-daypass'), setup)
    broken('its whole name', 'git-helper', ours.replace(
        clients.GIT, 'git-credential-daypass'), setup)
    broken('no path', 'git-path', ours,
           '^git config --global credential.https://localhost')
    broken('a header', 'git-header', ours + f'[http "{host}/"]\nextraHeader = '
           'Authorization: basic x\n', '^git config --file ')


def test_docker(place):
    bind(place, sections.docker('*.example.com'))
    for target in (HOST, 'a.example.com'):
        place.daypass('setup', '--undo', 'docker')
        shutil.rmtree(place.path('home/.docker'), ignore_errors=True)
        mends(place, f'docker, no file, {target}', 'docker-setup', 'docker',
              target, wanted='^daypass setup docker$')
        place.daypass('setup', '--undo', 'docker')
        place.write('home/.docker/config.json', '{}')
        mends(place, f'docker, nobody, {target}', 'docker-setup', 'docker',
              target, wanted='^daypass setup docker$')
    mends(place, 'docker, a variable', 'docker-auth-config', 'docker', HOST,
          env={'DOCKER_AUTH_CONFIG': json.dumps({'auths': {
              HOST: {'auth': 'eDp4'}}})}, wanted='^unset DOCKER_AUTH_CONFIG$')


def test_aws(place):
    bind(place)
    mends(place, 'aws, nobody', 'aws-setup', 'aws', 'default',
          wanted='^daypass setup aws$')
    mends(place, 'aws, a key', 'aws-environment', 'aws', 'default', env={
        'AWS_ACCESS_KEY_ID': 'x'}, wanted='^unset AWS_ACCESS_KEY_ID')
    mends(place, 'aws, a web identity', 'aws-web-identity', 'aws', 'default',
          env={'AWS_WEB_IDENTITY_TOKEN_FILE': '/x'}, wanted='^unset ')
    mends(place, 'aws, a profile', 'aws-profile', 'aws', 'default',
          env={'AWS_PROFILE': 'x'}, wanted='^unset ')
    if not shutil.which('aws', path=place.env['PATH']):
        raise tap.Skip('there is no aws')
    place.write('home/.aws/config',
                '[default]\ncredential_process = /usr/bin/other\n')
    mends(place, 'aws, another program', 'aws-process', 'aws', 'default',
          wanted='^aws configure set')


def test_gcloud(place):
    bind(place, sections.section('gcloud', AUDIENCE, credential='id-token'))
    env = clients.external_account(place)
    mends(place, 'gcloud, a token', 'gcloud-environment', 'gcloud', AUDIENCE,
          env={**env, 'CLOUDSDK_AUTH_ACCESS_TOKEN': 'x'}, wanted='^unset ')
    mends(place, 'gcloud, no executables', 'gcloud-executables', 'gcloud',
          AUDIENCE, env={**env, 'GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES':
                         '0'}, wanted='^export ')
    found = place.daypass('setup', '--json', 'gcloud')
    shell = [line['text'] for line in json.loads(found.out)['shell']]
    ok(any('GOOGLE_APPLICATION_CREDENTIALS' in line for line in shell),
       'gcloud: setup prints what to export', found)


def test_files(place):
    bind(place)
    for mode in (0o666, 0o620):
        os.chmod(place.config, mode)
        mends(place, f'the configuration, {mode:o}', 'config',
              wanted='^chmod go-w ')
    path = place.write('token', place.rig.token('sts.amazonaws.com'), 0o644)
    bind(place, sections.section('identity', None, file=path))
    mends(place, 'a token', 'token-file', 'aws', 'default',
          wanted='^chmod 600 ')
    place.daypass('end')
    os.chmod(os.path.dirname(place.socket), 0o755)
    mends(place, 'the directory', 'agent', wanted='^chmod 700 ')
    place.daypass('end')
    os.chmod(path, 0)
    if os.getuid() == 0:    # who would read it all the same
        place.run('setpriv', '--bounding-set',
                  '-dac_override,-dac_read_search', 'daypass', 'begin')
    mends(place, 'a token that we cannot read', 'try', 'aws', 'default',
          wanted='^chmod u.r ')


def test_session(place):
    bind(place)
    place.daypass('begin')
    other = {'DAYPASS_CONFIG': place.write('home/other', '')}
    mends(place, 'another configuration', 'agent', env=other,
          wanted='^daypass end$')
    place.daypass('end', env=other)
    mends(place, 'no configuration', 'config', env={
        'DAYPASS_CONFIG': '/nowhere/config'}, wanted='^unset DAYPASS_CONFIG$')


if __name__ == '__main__':
    tap.run(globals())
