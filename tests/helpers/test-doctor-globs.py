#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""daypass doctor without a target: bindings that are for many. What can be
seen of them without one is the tool's own configuration."""

import json
import os
import re
import shutil
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import clients, sections, tap   # noqa: E402
from support.doctoring import SECRET   # noqa: E402
from support.tap import equal, like, ok, unlike   # noqa: E402

AUTH = {'auth': 'Q0FOQVJZLWEtcGFzc3dvcmQ='}
ECR = '*.dkr.ecr.eu-west-1.amazonaws.com'
ONE = '123456789012.dkr.ecr.eu-west-1.amazonaws.com'


def bind(place, *more):
    place.configure(sections.web_identity(place.rig), sections.credential(
        'registry', 'aws-ecr', **{'from': 'dev'},
        endpoint=place.rig['ecr']), *more)


def looked(place, env=None):
    """Name, whether it is well, cause and remedy of each check in a line."""
    done = place.daypass('doctor', '--json', env=env)
    unlike(done.out, SECRET, 'no secret')
    return done.code, '\n'.join(
        f'{"ok" if check["ok"] else "FAIL"} {check["name"]}: {check["cause"]}'
        f' | {check["remedy"]}' for check in json.loads(done.out)['checks'])


def said(place, name, pattern, env=None, code=0):
    got, text = looked(place, env)
    equal(got, code, f'{name}: exit {code}')
    like(text, f'(?m){pattern}', name)
    return text


def docker_config(place, **config):
    place.write('home/.docker/config.json', json.dumps(config))


def test_roads(place):
    bind(place, sections.docker(ECR, credential='registry'),
         sections.docker('*.dkr.ecr.*.amazonaws.com', credential='dev'),
         sections.docker('*.azurecr.io', credential='id-token'),
         sections.section('git', 'https://*.example.test',
                          credential='id-token'),
         sections.section('function', 'https://*.a.run.app',
                          credential='id-token'),
         sections.section('gcloud', None, credential='id-token'))
    text = said(place, 'docker, a road', r'ok binding: docker \*\.dkr\.ecr\.eu'
                r'-west-1\S+: aud=sts\.amazonaws\.com -> id-token -> '
                'aws-web-identity -> aws-ecr')
    for pattern in (r'git https://\*\.example\.test: aud=https://\*\.example\.'
                    'test -> id-token',
                    r'function https://\*\.a\.run\.app: aud=https://\*\.a\.ru',
                    r'gcloud \(any\): aud=\* -> id-token'):
        like(text, f'ok binding: {pattern}', pattern)
    unlike(text, '1111', 'nothing of a sample')
    bind(place, sections.credential('code', 'aws-codecommit', **{
        'from': 'dev'}), sections.section('git', 'https://*.example.test',
                                          credential='code'))
    said(place, 'one that hangs on the target', r'ok binding: git https://\*\.'
         r'example\.test: hangs on the target: daypass doctor git TARGET')
    bind(place, sections.docker('*.example.test', credential='nosuch'))
    said(place, 'one that leads nowhere', r'FAIL binding: docker \*\.example.*'
         r'nosuch.* \| mend /\S+ line 15', code=78)


def test_docker(place):
    bind(place, sections.docker(ECR, credential='registry'))
    docker_config(place, credsStore='daypass')
    said(place, 'docker, credsStore', r'ok docker-setup: \*\.dkr\S+ asks /')
    docker_config(place, credsStore='desktop')
    said(place, 'docker, another credsStore', 'FAIL docker-helper: docker asks '
         r'docker-credential-desktop for \*\.dkr.*fallback = desktop')
    docker_config(place)
    said(place, 'docker, nobody', r'FAIL docker-setup: docker asks nobody for '
         r'\*\.dkr.*\| daypass setup docker')
    docker_config(place, credHelpers={ONE: 'ecr-login', 'ghcr.io': 'gh'},
                  credsStore='daypass')
    text = said(place, 'docker, a credHelper of one of them',
                f'FAIL docker-helper: docker asks docker-credential-ecr-login '
                f'for {ONE}')
    unlike(text, 'ghcr', 'docker, hosts that it is not for')
    docker_config(place, auths={f'https://{ONE}/v1/': AUTH, 'ghcr.io': AUTH})
    text = said(place, 'docker, a password of one of them',
                f'FAIL docker-auths: .*holds a password for {ONE}')
    unlike(text, 'ghcr', 'docker, passwords that it is not for')
    docker_config(place, credHelpers={ONE: 'daypass'})
    text = said(place, 'docker, one by one', f'ok docker-setup: {ONE} asks /')
    unlike(text, 'FAIL docker', 'docker, one by one: that is enough')
    said(place, 'docker, DOCKER_AUTH_CONFIG', 'FAIL docker-auth-config: .*has a'
         f' password for {ONE}', env={
             'DOCKER_AUTH_CONFIG': json.dumps({'auths': {ONE: AUTH}})})
    os.remove(place.path('home/.docker/config.json'))
    said(place, 'docker, no file', r'FAIL docker-setup: .*nobody for \*\.dkr')
    place.write('home/.docker/config.json', '{')
    said(place, 'docker, no JSON', 'FAIL docker-setup: .*is no JSON')


def test_git(place):
    if not shutil.which('git'):
        raise tap.Skip('there is no git')
    bind(place, sections.section('git', 'https://*.example.test:8443',
                                 credential='id-token'))
    host = 'https://*.example.test:8443'

    def config(name, pattern, *lines):
        place.write('home/.gitconfig', '\n'.join(lines) + '\n')
        return said(place, f'git, {name}', pattern,
                    env={'GIT_CONFIG_NOSYSTEM': '1'})

    ours = [f'[credential "{host}"]', f'helper = {clients.GIT}']
    config('well set up', r'ok git-setup: https://\*\.example\.test:8443 asks '
           'daypass', *ours)
    config('nobody', r'FAIL git-setup: git asks no helper for https://\*\.exa.*'
           r'\| daypass setup git')
    config('another first', "FAIL git-helper: git asks 'store'.*before.*"
           r'\| an empty `helper =` before ours in .credential "https://\*\.ex'
           r'ample\.test:8443"', '[credential]', 'helper = store', *ours)
    text = config('one of them', r"FAIL git-helper: git asks 'cache' "
                  r'\(credential\.https://a\.example\.test:8443\.helper, .*',
                  '[credential "https://a.example.test:8443"]',
                  'helper = cache', *ours,
                  '[credential "https://elsewhere.test"]', 'helper = manager')
    like(text, r'(?m)^ok git-setup: https://\*', 'git, and the others are well')
    unlike(text, 'manager|elsewhere', 'git, hosts that it is not for')
    place.write('home/.netrc', 'machine b.example.test login x password '
                'CANARY\nmachine elsewhere.test password CANARY\n')
    text = config('.netrc', r'FAIL git-netrc: .*for b\.example\.test, which',
                  *ours)
    unlike(text, 'elsewhere', 'git, .netrc of other hosts')


def test_aws(place):
    bind(place, sections.aws('prod-*'))
    program = clients.program('aws-credential-daypass')
    env = {'AWS_CONFIG_FILE': place.write(
        'aws', '[default]\naws_access_key_id = x\n'
        f'[profile prod-a]\ncredential_process = {program}\n'
        '[profile prod-b]\ncredential_process = /usr/bin/other\n')}
    text = said(place, 'aws, a profile of another', 'FAIL aws-process: the '
                'profile prod-b asks ./usr/bin/other', env=env)
    like(text, '(?m)^ok aws-setup: the profile prod-a asks', 'aws, one of ours')
    unlike(text, 'profile default', 'aws, profiles that it is not for')
    said(place, 'aws, no such profile', r'FAIL aws-setup: no profile in \S+ is '
         r'one of prod-\*', env={'AWS_CONFIG_FILE': place.write('aws', '')})
    said(place, 'aws, a key', 'FAIL aws-environment', env={
        **env, 'AWS_ACCESS_KEY_ID': 'x'})
    bind(place, sections.aws('*'))
    env['AWS_CONFIG_FILE'] = place.write(
        'aws', '[default]\n[profile "of two words"]\n[profile\tb]\n'
        '[sso-session corp]\n[services local]\n[plugins]\n')
    text = said(place, 'aws, all profiles', 'FAIL aws-setup: the profile '
                'default has no credential_process', env=env)
    equal(re.findall('(?m)^.* aws-setup: the profile (.*?) has no', text),
          ['default', 'of two words', 'b'], 'aws, what is no profile')


def test_gcloud(place):
    bind(place, sections.section('gcloud', None, credential='id-token'))
    env = clients.external_account(place)
    said(place, 'gcloud, any audience', 'ok gcloud-setup: /', env=env)
    said(place, 'gcloud, an override', 'FAIL gcloud-environment', env={
        **env, 'CLOUDSDK_AUTH_ACCESS_TOKEN': 'CANARY'})
    said(place, 'gcloud, executables', 'FAIL gcloud-executables', env={
        **env, 'GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES': None})


def test_many(place):
    bind(place, *(sections.docker(f'r{n}.example.test') for n in range(45)))
    text = said(place, 'more than fit', 'ok binding: there are more than were')
    ok(text.count('binding: docker') == 40, 'forty are shown')


if __name__ == '__main__':
    tap.run(globals())
