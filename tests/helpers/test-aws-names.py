#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The real git at a CodeCommit host and skopeo at an ECR registry, both under
the names that Amazon gives them, with an AWS credential bound."""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import canary, clients, processes, sections   # noqa: E402
from support.names import Alias, begin, inside, main   # noqa: E402
from support.registry import Registry, image, need   # noqa: E402
from support.rig import NamedCloud   # noqa: E402
from support.tap import equal, like, ok   # noqa: E402

CODECOMMIT = 'https://git-codecommit.us-east-1.amazonaws.com'
REGISTRY = '123456789012.dkr.ecr.us-east-1.amazonaws.com'


def no_secret(place, name):
    wanted = canary.needles(place.rig.secrets())
    equal(canary.in_files(place.directory, wanted), [],
          f'{name}: no secret in any file')


def bind(place, host='', path=True):
    rig = place.rig
    place.write(place.config, '\n'.join([
        sections.web_identity(rig, endpoint=[]),
        sections.section('git', CODECOMMIT + host, credential='dev')]))
    env = clients.git(place, CODECOMMIT, use_path=path)
    begin(place)
    return env


def git(place, env, *arguments):
    return place.run(*inside(place, 'git', *arguments), env=env)


def clone_and_push(place, env, url, work):
    done = git(place, env, 'clone', '-q', url, work)
    ok(done.code == 0, f'clone {url}', done)
    place.write(f'home/{work}/file', work)
    git(place, env, '-C', work, 'add', 'file')
    git(place, env, '-C', work, 'commit', '-q', '-m', work)
    done = git(place, env, '-C', work, 'push', '-q', 'origin', 'main')
    ok(done.code == 0, f'push to {url}', done)


def test_codecommit(place):
    env = bind(place)
    clone_and_push(place, env, CODECOMMIT + '/v1/repos/web', 'plain')
    clone_and_push(place, env, CODECOMMIT + '/v1/repos/web.git', 'dotted')
    equal(place.rig.count('sts:AssumeRoleWithWebIdentity'), 1,
          'one role session for all, and no other request')
    no_secret(place, 'CodeCommit')


def test_codecommit_other(place):
    env = bind(place)
    done = git(place, env, 'ls-remote', CODECOMMIT + '/v1/repos/other')
    ok(done.code != 0, 'a repository that the role may not have', done)
    done = git(place, env, 'ls-remote', CODECOMMIT + '/acme/web')
    like(done.err, "'acme/web' is no repository of CodeCommit",
         'a path that is none')


def test_codecommit_without_path(place):
    env = bind(place, path=False)
    done = git(place, env, 'ls-remote', CODECOMMIT + '/v1/repos/web')
    like(done.err, 'git config --global credential.https://git-codecommit'
         r'\.us-east-1\.amazonaws\.com\.useHttpPath true',
         'git that sends no path is told how to')
    ok(done.code != 0 and 'could not read Username' not in done.err,
       'and nobody is asked for a name', done)


def request(place, verb, **more):
    text = 'protocol=https\nhost=git-codecommit.us-east-1.amazonaws.com\n' \
        'path=v1/repos/web\n' + ''.join(f'{n}={v}\n' for n, v in more.items())
    return place.run('git-credential-daypass', verb, input=text + '\n').out


def told(answer):
    return dict(line.split('=', 1) for line in answer.splitlines() if line)


def test_codecommit_answer(place):
    bind(place)
    answer = told(request(place, 'get'))
    session = list(place.rig.cloud.issued.sessions.values())[-1]
    equal(answer['username'], f'{session.key_id}%{session.token}',
          'the user: key and session token')
    like(answer['password'], r'^\d{8}T\d{6}Z[0-9a-f]{64}$', 'the password')
    left = int(answer['password_expiry_utc']) - place.rig.cloud.world.now()
    ok(890 < left <= 901, 'for a quarter of an hour', left)
    processes.wait_for(lambda: told(request(place, 'get'))['password']
                       != answer['password'], 5)
    again = told(request(place, 'get'))
    ok(again['password'] != answer['password'],
       'who asks later gets a signature of then')
    equal(again['username'], answer['username'], 'of the same session')
    equal(told(request(place, 'get', username='ada')), {},
          "another's user name is not answered")
    equal(told(request(place, 'get', username=again['username']))['username'],
          again['username'], 'our own is')
    done = place.daypass('status', '--json')
    ok(session.token not in done.out, 'status does not show it', done)


def test_codecommit_rejected(place):
    """git says which password was rejected, and the second time a person is
    told, as with any other."""
    bind(place)
    for _ in range(2):
        answer = told(request(place, 'get'))
        request(place, 'erase', **{
            n: answer[n] for n in ('username', 'password')})
    done = place.run('git-credential-daypass', 'get', input=(
        'protocol=https\nhost=git-codecommit.us-east-1.amazonaws.com\n'
        'path=v1/repos/web\n\n'))
    like(done.err, r'rejects what \[git "https://git-codecommit\.us-east-1.*'
         'sub=org:acme/prj:web/env:7f3', 'the binding and the claims')


def test_ecr(place):
    skopeo, = need('skopeo')
    source = image(place)
    rig = place.rig
    place.write(place.config, '\n'.join([
        sections.web_identity(rig, role=rig['role_ecr'], endpoint=[]),
        sections.docker('*.dkr.ecr.us-east-1.amazonaws.com',
                        credential='dev')]))
    with Registry(place) as running, Alias(
            place, REGISTRY, int(running.host.partition(':')[2])):
        begin(place)
        env = clients.containers(place, REGISTRY)
        there = f'docker://{REGISTRY}/acme/web:v1'
        for name, command in (('push', (source, there)),
                              ('pull', (there, 'oci:back:v1'))):
            done = place.run(*inside(place, skopeo, 'copy', *command),
                             env=env)
            ok(done.code == 0, f'skopeo: {name}', done)
    equal(rig.count('ecr:GetAuthorizationToken'), 1, 'one login for both')
    no_secret(place, 'ECR')


if __name__ == '__main__':
    main(globals(), NamedCloud)
