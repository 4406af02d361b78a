#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The real clients at work on Debian's docker-registry with token
authentication: skopeo, podman, buildah, docker's command line."""

import json
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import canary, clients, processes, sections, tap   # noqa: E402
from support.registry import Registry, image, need   # noqa: E402
from support.tap import equal, like, ok   # noqa: E402


def bind(place, registry):
    """The registry's own name for itself is what its tokens are for."""
    place.configure(sections.docker(registry.host))


def works(place, name, *command, **more):
    done = place.run(*command, **more)
    ok(done.code == 0, name, done)
    return done


def no_secret(place, name):
    wanted = canary.needles(place.rig.secrets())
    equal(canary.in_files(place.directory, wanted), [],
          f'{name}: no secret in any file')


def test_skopeo(place):
    skopeo, = need('skopeo')
    source = image(place)
    with Registry(place) as registry:
        bind(place, registry)
        env = clients.containers(place, registry.host)
        there = f'docker://{registry.host}/acme/web:v1'
        works(place, 'skopeo: push', skopeo, 'copy', source, there, env=env)
        works(place, 'skopeo: pull', skopeo, 'copy', there, 'oci:back:v1',
              env=env)
        done = works(place, 'skopeo: inspect', skopeo, 'inspect', there,
                     env=env)
        equal(json.loads(done.out)['Name'], f'{registry.host}/acme/web',
              'skopeo: what it finds')
        done = place.run(skopeo, 'copy', source,
                         f'docker://{registry.host}/evil/web:v1', env=env)
        ok(done.code != 0, 'skopeo: another name is denied', done)
    equal(place.rig.count('identity:token'), 1, 'skopeo: one mint for all')
    no_secret(place, 'skopeo')


def test_skopeo_unbound(place):
    """A helper for every host: one that it does not know is anonymous."""
    skopeo, = need('skopeo')
    with Registry(place) as registry:
        place.configure()
        env = clients.containers(place, registry.host)
        done = place.run(skopeo, 'inspect', env=env, *[
            f'docker://{registry.host}/acme/web:v1'])
        ok(done.code != 0 and 'unauthorized' in done.err.lower(),
           'skopeo goes on without a credential', done)
    equal(place.rig.count('identity:token'), 0, 'and nobody is asked')


def test_skopeo_refused(place):
    skopeo, = need('skopeo')
    with Registry(place) as registry:
        bind(place, registry)
        place.rig.fault('identity', 'fail', message='not logged in', count=-1)
        env = clients.containers(place, registry.host)
        done = place.run(skopeo, 'inspect', env=env, *[
            f'docker://{registry.host}/acme/web:v1'])
        ok(done.code != 0, 'skopeo: no identity', done)
        like(done.err, r'daypass: identity ona: .*not logged in',
             'skopeo shows our sentence')


def login_and_out(place, name, program):
    """podman's and buildah's, which share their code."""
    with Registry(place) as registry:
        bind(place, registry)
        env = clients.containers(place, registry.host)
        done = place.run(program, 'login', registry.host, env=env)
        ok(done.code == 0, f'{name} login', done)
        done = place.run(program, 'login', '--get-login', registry.host,
                         env=env)
        equal(done.out.strip(), 'oauth2', f'{name} login --get-login')
        done = place.run(program, 'logout', registry.host, env=env)
        ok(done.code == 0, f'{name} logout', done)
    no_secret(place, name)


def test_podman(place):
    podman, = need('podman')
    try:
        login_and_out(place, 'podman', podman)
    finally:
        end_pause(place)


def end_pause(place):
    """Without root, podman leaves a process that keeps its namespace."""
    path = os.path.join(place.runtime, 'libpod/tmp/pause.pid')
    if os.path.exists(path):
        with open(path, encoding='ascii') as pause:
            processes.kill(int(pause.read()))


def test_buildah(place):
    login_and_out(place, 'buildah', need('buildah')[0])


def test_docker(place):
    """Without an engine: what docker's command line does by itself."""
    docker, skopeo = need('docker', 'skopeo')
    source = image(place)
    with Registry(place) as registry:
        bind(place, registry)
        there = f'{registry.host}/acme/web:v1'
        env = clients.containers(place, registry.host)
        works(place, 'something to look at', skopeo, 'copy', '-f', 'v2s2',
              source, f'docker://{there}', env=env)
        env = clients.docker(place, registry.host)
        done = place.run(docker, 'manifest', 'inspect', there, env=env)
        ok(done.code == 0 and 'schemaVersion' in done.out,
           'docker manifest inspect', done)
        place.rig.forget()
        done = place.run(docker, 'logout', registry.host, env=env)
        ok(done.code == 0 and 'WARNING' not in done.err, 'docker logout', done)
        env = clients.docker(place)     # one store for all
        done = place.run(docker, 'manifest', 'inspect', there, env=env)
        ok(done.code == 0, 'docker manifest inspect, by credsStore', done)
        done = place.run(docker, 'logout', registry.host, env=env)
        ok(done.code == 0 and 'WARNING' not in done.err,
           'docker logout, by credsStore', done)
    no_secret(place, 'docker')


def test_docker_login(place):
    """docker login asks for what it then hands back to be stored."""
    docker, = need('docker')
    with Registry(place) as registry:
        bind(place, registry)
        env = clients.docker(place, registry.host)
        done = place.run(docker, 'login', registry.host, env=env)
        if 'docker daemon' in done.err.lower() or 'docker API' in done.err:
            raise tap.Skip('docker login wants an engine here')
        ok(done.code == 0, 'docker login', done)
    no_secret(place, 'docker login')


if __name__ == '__main__':
    tap.run(globals())
