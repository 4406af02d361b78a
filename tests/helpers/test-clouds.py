#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""skopeo, git and Google's library where Azure's and Google's hosts would be:
their names lead to loopback in a mount namespace of the client's own."""

import os
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..'))

from support import canary, clients, sections, tap   # noqa: E402
from support.registry import Registry, image, need   # noqa: E402
from support.tap import equal, like, ok   # noqa: E402

ACR = 'acme.azurecr.io'
GAR = 'europe-docker.pkg.dev'
DEVOPS = 'dev.azure.com'
SOURCE = 'source.developers.google.com'
OVER = 'mount --bind "$0" /etc/hosts && exec "$@"'
PEERS = os.environ.get('DAYPASS_PEERS', '/var/cache/daypass-peers')
MODULES = os.environ.get('DAYPASS_NODE_MODULES',
                         os.path.join(PEERS, 'node_modules'))


class There:
    """A place where these names are on loopback."""

    def __init__(self, place, env):
        self.place = place
        self.env = env
        self.hosts = place.write('hosts', '127.0.0.1 localhost ' + ' '.join(
            (ACR, GAR, DEVOPS, SOURCE)) + '\n', 0o644)
        if os.getuid() != 0 or self('true').code != 0:
            raise tap.Skip('a mount namespace is needed: root')

    def __call__(self, *command, **more):
        return self.place.run('unshare', '--mount', 'sh', '-c', OVER,
                              self.hosts, *command, env=self.env, **more)

    def works(self, name, *command):
        done = self(*command)
        ok(done.code == 0, name, done)
        return done


def no_secret(place, name):
    wanted = canary.needles(place.rig.secrets())
    equal(canary.in_files(place.directory, wanted), [],
          f'{name}: no secret in any file')


def registry_port(place):
    return place.rig['registry'].partition(':')[2]


def push_and_pull(place, host, *configuration):
    skopeo, = need('skopeo')
    source = image(place)
    with Registry(place):
        host = f'{host}:{registry_port(place)}'
        there = There(place, clients.containers(place, host))
        place.configure(*configuration)
        name = f'docker://{host}/acme/web:v1'
        there.works(f'skopeo: push to {host}', skopeo, 'copy', source, name)
        there.works('skopeo: pull', skopeo, 'copy', name, 'oci:back:v1')
    no_secret(place, host)


def test_azure_registry(place):
    rig = place.rig
    push_and_pull(place, ACR, sections.entra(rig), sections.docker(
        f'{ACR}:{registry_port(place)}', credential='entra'),
        sections.section('exchange', 'azure-acr', endpoint=rig['acr']))
    equal((rig.count('entra:token'), rig.count('acr:exchange')), (1, 1),
          'one mint a step')


def test_azure_registry_says_no(place):
    rig = place.rig
    rig.change(azure={'registry': {'readers': []}})
    skopeo, = need('skopeo')
    with Registry(place):
        host = f'{ACR}:{registry_port(place)}'
        there = There(place, clients.containers(place, host))
        place.configure(
            sections.entra(rig), sections.docker(host, credential='entra'),
            sections.section('exchange', 'azure-acr', endpoint=rig['acr']))
        done = there(skopeo, 'inspect', f'docker://{host}/acme/web:v1')
        ok(done.code != 0, 'an application without a role', done)
        like(done.err, 'give its application AcrPull', 'is told what it lacks')


def test_artifact_registry(place):
    rig = place.rig
    push_and_pull(place, GAR, sections.federation(rig),
                  sections.service_account(rig), sections.docker(
                      f'{GAR}:{registry_port(place)}', credential='gcp-ci'))
    equal(rig.count('gcp_iam:generateAccessToken'), 1, 'one mint')


def git_there(place, host, credential, *configuration):
    """(where, the host's URL): git with daypass for this host."""
    port = place.rig['git'].rpartition(':')[2]
    url = f'https://{host}:{port}'
    there = There(place, clients.git(place, url, use_path=False))
    place.configure(*configuration, sections.section(
        'git', url, credential=credential))
    return there, url


def clone_and_push(place, there, url):
    there.works('clone', 'git', 'clone', '-q', url, 'work')
    place.write('home/work/file', 'x')
    there('git', '-C', 'work', 'add', 'file')
    there('git', '-C', 'work', 'commit', '-q', '-m', 'x')
    there.works('push', 'git', '-C', 'work', 'push', '-q', 'origin', 'main')
    no_secret(place, url)


def test_azure_devops(place):
    """Its URLs carry the organisation's name as the user's."""
    rig = place.rig
    there, url = git_there(place, DEVOPS, 'entra', sections.entra(rig))
    host = url.removeprefix('https://')
    clone_and_push(place, there, f'https://acme@{host}/acme/web.git')
    there.works('without a name', 'git', 'ls-remote', f'{url}/acme/web.git')
    equal(rig.count('entra:token'), 1, 'one mint for both')
    schemes = {entry['headers'].get('Authorization', 'none').split()[0]
               for entry in rig.log() if entry['service'] == 'git'}
    equal(schemes - {'none'}, {'Basic'}, 'as a password')


def test_google_source(place):
    rig = place.rig
    there, url = git_there(place, SOURCE, 'gcp-ci', sections.federation(rig),
                           sections.service_account(rig))
    clone_and_push(place, there, f'{url}/acme/web.git')


def test_downscoped_bucket(place):
    """Google's Node library reads what the boundary leaves."""
    rig = place.rig
    node, = need('node')
    if not os.path.isdir(os.path.join(MODULES, 'google-auth-library')):
        raise tap.Skip(f'no google-auth-library in {MODULES}')
    place.configure(sections.federation(rig), sections.downscope(rig))
    token = place.daypass('token', 'team').out
    objects = f'{rig["gcs"]}/storage/v1/b/demo/o/'
    done = place.run(
        node, os.path.join(HERE, 'read-with-token.js'),
        objects + 'team%2Fnotes.txt?alt=media', objects + 'hello.txt?alt=media',
        input=token, env={'NODE_PATH': MODULES, 'NO_GCE_CHECK': 'true',
                          'NODE_EXTRA_CA_CERTS': rig['bundle']})
    equal((done.code, done.out), (0, '200\n403\n'),
          'below the prefix, and beside it')


if __name__ == '__main__':
    tap.run(globals())
