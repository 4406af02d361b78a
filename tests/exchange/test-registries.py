#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Quay, JFrog and Docker Hub for a real client: skopeo logs in to a registry
with what each of them gives, through docker-credential-daypass."""

import json
import os
import shutil
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import canary, clients, sections, tap   # noqa: E402
from support.registry import Registry, image   # noqa: E402
from support.tap import equal, ok   # noqa: E402

HUB = ('https://index.docker.io/v1/', 'registry-1.docker.io', 'docker.io',
       'dhi.io')


def shapes(rig):
    """A credential of each, and the user that it logs in as."""
    return (('quay', sections.quay(rig), 'acme+web'),
            ('jfrog', sections.jfrog(rig), 'web-ci'),
            ('hub', sections.docker_hub(rig), 'acme'))


def login(place, key):
    done = place.run('docker-credential-daypass', 'get', input=key)
    return json.loads(done.out) if done.code == 0 else {'error': done}


def test_names(place):
    """What docker asks for, and what it is told."""
    for name, section, user in shapes(place.rig):
        place.configure(section, sections.docker('registry.rig.test',
                                                 credential=name))
        listed = json.loads(place.run('docker-credential-daypass', 'list',
                                      input='unused').out)
        if name != 'jfrog':     # whose token says it, once there is one
            equal(listed, {'registry.rig.test': user}, f'{name}: is listed')
        told = login(place, 'registry.rig.test')
        equal(told.get('Username'), user, f'{name}: its user')
        ok(told.get('Secret') in place.rig.cloud.issued.grants,
           f'{name}: its password')


def test_hub_keys(place):
    """docker, podman and crane write Docker Hub in different ways."""
    place.configure(
        sections.docker_hub(place.rig),
        sections.docker('docker.io', credential='hub'),
        sections.docker('dhi.io', credential='hub'))
    told = [login(place, key) for key in HUB]
    equal({t.get('Username') for t in told}, {'acme'}, 'every way')
    equal(len({t.get('Secret') for t in told}), 1, 'one login for all')
    equal(place.rig.count('docker_hub:token'), 1, 'minted once')


def test_skopeo(place):
    skopeo = shutil.which('skopeo')
    if skopeo is None:
        raise tap.Skip('skopeo is not installed')
    source = image(place)
    with Registry(place) as registry:
        env = clients.containers(place, registry.host)
        there = f'docker://{registry.host}/acme/web'
        for name, section, _ in shapes(place.rig):
            place.configure(section, sections.docker(
                registry.host, credential=name))
            for what, command in (
                    ('push', (source, f'{there}:{name}')),
                    ('pull', (f'{there}:{name}', f'oci:{name}:v1'))):
                done = place.run(skopeo, 'copy', *command, env=env)
                ok(done.code == 0, f'{name}: skopeo {what}', done)
            done = place.run(skopeo, 'copy', source, env=env, *[
                f'docker://{registry.host}/evil/web:v1'])
            ok(done.code != 0, f'{name}: another name is denied', done)
    wanted = canary.needles(place.rig.secrets())
    equal(canary.in_files(place.directory, wanted), [],
          'no secret in any file')


def test_quay_sts(place):
    """The scopes that were asked for, of a Quay that has it on."""
    place.rig.change(quay={'token_exchange': True})
    place.configure(sections.quay(place.rig, api_scope=[
        'repo:read', 'repo:write']))
    token = place.daypass('token', 'quay').out.strip()
    grant = place.rig.cloud.issued.grant(token, 'quay')
    equal(grant and grant.scopes, ['repo:read', 'repo:write'], 'its scopes')
    equal(place.rig.count('quay:robot'), 0, 'the other way is not tried')
    place.rig.change(quay={'token_exchange': False})
    place.configure(sections.quay(place.rig))
    equal(place.daypass('token', 'quay').code, 0, 'without api-scope')
    equal(place.rig.count('quay:robot'), 1, "the registry's own way")


def test_jfrog_mappings(place):
    place.configure(sections.jfrog(place.rig, project='jfac'),
                    sections.docker('registry.rig.test', credential='jfrog'))
    equal(login(place, 'registry.rig.test').get('Username'), 'project-ci',
          'of a project')
    place.configure(sections.jfrog(place.rig, identity_mapping='web'),
                    sections.docker('registry.rig.test', credential='jfrog'))
    equal(login(place, 'registry.rig.test').get('Username'), 'web-ci',
          'by name')


if __name__ == '__main__':
    tap.run(globals())
