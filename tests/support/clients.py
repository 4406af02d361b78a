# SPDX-License-Identifier: Apache-2.0
"""How a user sets the tools up: git, docker, podman and skopeo, aws, and
Google's libraries. Each function writes the tool's own files into a place
and gives the environment that the tool needs there."""

import json
import os

from .place import BUILD


def program(name):
    return os.path.join(BUILD, name)


GIT = program('git-credential-daypass')


def git(place, url=None, use_path=True, more=''):
    """A reset first: no helper that is inherited sees what we mint."""
    path = 'true' if use_path else 'false'
    place.write('home/.gitconfig', f'''\
[user]
	name = Ada
	email = ada@acme.example
{more}
[credential "{url or place.rig['git']}"]
	helper =
	helper = {GIT}
	useHttpPath = {path}
''')
    return git_environment(place)


def git_environment(place):
    return {'GIT_SSL_CAINFO': place.rig['bundle'],
            'GIT_CONFIG_NOSYSTEM': '1',
            'GIT_TERMINAL_PROMPT': '0'}


def docker(place, *hosts):
    """config.json; no hosts: one store for all."""
    config = {'credHelpers': {host: 'daypass' for host in hosts}} \
        if hosts else {'credsStore': 'daypass'}
    place.write('home/.docker/config.json', json.dumps(config))
    return {'DOCKER_CONFIG': place.path('home/.docker'),
            'SSL_CERT_FILE': place.rig['bundle']}


def containers(place, *hosts):
    """For skopeo, podman and buildah: auth.json with a helper for each host,
    and a policy and registries.conf that are not the machine's."""
    auth = {'credHelpers': {host: 'daypass' for host in hosts}}
    place.write('home/auth.json', json.dumps(auth))
    place.write('home/.config/containers/policy.json', json.dumps(
        {'default': [{'type': 'insecureAcceptAnything'}]}))
    conf = place.write('home/.config/containers/registries.conf', '')
    return {'REGISTRY_AUTH_FILE': place.path('home/auth.json'),
            'CONTAINERS_REGISTRIES_CONF': conf,
            'SSL_CERT_DIR': place.rig['hashed']}


def aws(place, *profiles):
    """~/.aws/config. The services' addresses are given to each command."""
    text = ''
    for profile in profiles or ('default',):
        word = 'default' if profile == 'default' else f'profile {profile}'
        text += (f'[{word}]\nregion = us-east-1\ncredential_process = '
                 f'{program("aws-credential-daypass")} --profile {profile}\n')
    place.write('home/.aws/config', text)
    return {'AWS_CONFIG_FILE': place.path('home/.aws/config'),
            'AWS_SHARED_CREDENTIALS_FILE': '/dev/null',
            'AWS_CA_BUNDLE': place.rig['bundle'],
            'AWS_EC2_METADATA_DISABLED': 'true',
            'AWS_PAGER': ''}


def external_account(place, impersonate=False, **more):
    """An executable-sourced credential file, and what runs it."""
    rig = place.rig
    account = {
        'type': 'external_account',
        'audience': rig['gcp_audience'],
        'subject_token_type': 'urn:ietf:params:oauth:token-type:jwt',
        'token_url': rig['gcp_sts'] + '/v1/token',
        'credential_source': {'executable': {
            'command': program('gcloud-credential-daypass'),
            'timeout_millis': 30000}},
        **more,
    }
    if impersonate:
        account['service_account_impersonation_url'] = (
            f'{rig["gcp_iam"]}/v1/projects/-/serviceAccounts/'
            f'{rig["service_account"]}:generateAccessToken')
    path = place.write('home/external_account.json', json.dumps(account))
    return {'GOOGLE_APPLICATION_CREDENTIALS': path,
            'GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES': '1',
            'GOOGLE_CLOUD_PROJECT': 'acme',
            'NODE_EXTRA_CA_CERTS': rig['bundle']}
