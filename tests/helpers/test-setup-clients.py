#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What daypass setup wrote, used by the real git, skopeo, docker, aws and
gcloud against the cloud on loopback."""

import json
import os
import shutil
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import canary, clients, corpus, sections, tap   # noqa: E402
from support.place import BUILD   # noqa: E402
from support.registry import Registry, image, need   # noqa: E402
from support.tap import equal, like, ok   # noqa: E402

AWS = '/usr/bin/aws'


def setup(place, *words, **more):
    done = place.daypass('setup', *words, **more)
    ok(done.code == 0, f'daypass setup {" ".join(words)}', done)
    return done


def no_secret(place):
    wanted = canary.needles(place.rig.secrets())
    equal(canary.in_files(place.directory, wanted), [],
          'no secret in any file')


def fill(place, url):
    """What `git credential fill` says, as a dictionary."""
    done = place.run('git', 'credential', 'fill', input=f'url={url}\n\n',
                     env=clients.git_environment(place))
    return dict(line.partition('=')[::2] for line in done.out.splitlines())


def test_git(place):
    """A store that is there already neither answers for our hosts nor hears
    of what is minted; for others' it does."""
    rig = place.rig
    place.configure(sections.octo(rig), sections.git(rig))
    place.write('home/.gitconfig', '[credential]\n\thelper = store\n')
    place.write('home/.git-credentials',
                f'{rig["git"].replace("//", "//ada:old@")}\n'
                'https://ada:theirs@gitlab.example\n')
    equal(fill(place, rig['git'] + '/acme/web').get('password'), 'old',
          'before: the store answers')
    setup(place, 'git')
    got = fill(place, rig['git'] + '/acme/web')
    ok(got.get('password') in rig.secrets(), 'git credential fill', got)
    done = place.run('git', 'ls-remote', rig['git'] + '/acme/web.git',
                     env=clients.git_environment(place))
    equal(done.code, 0, 'git ls-remote')
    equal(fill(place, 'https://gitlab.example/a').get('password'), 'theirs',
          'another host is still the store\'s')
    no_secret(place)
    setup(place, 'git', '--undo')
    equal(fill(place, rig['git'] + '/acme/web').get('password'), 'old',
          'undo: the store answers again')


def test_git_path(place):
    """A binding of a part of a host leaves the rest of it alone."""
    rig = place.rig
    place.configure(sections.octo(rig), sections.git(rig))
    url = rig['git']
    place.write('home/.gitconfig', f'[credential "{url}"]\n\thelper = "!f() '
                '{ echo username=ada; echo password=theirs; }; f"\n')
    setup(place, 'git')
    ok(fill(place, url + '/acme/web').get('password') in rig.secrets(),
       'our part')
    equal(fill(place, url + '/other/web').get('password'), 'theirs',
          'the other part')


def test_skopeo(place):
    """podman's, skopeo's and buildah's library reads docker's file."""
    skopeo, = need('skopeo')
    source = image(place)
    with Registry(place) as registry:
        place.configure(sections.docker(registry.host))
        env = clients.containers(place, registry.host)
        del env['REGISTRY_AUTH_FILE']
        there = f'docker://{registry.host}/acme/web:v1'
        done = place.run(skopeo, 'copy', source, there, env=env)
        ok(done.code != 0, 'before: skopeo is refused', done)
        setup(place, 'docker')
        done = place.run(skopeo, 'copy', source, there, env=env)
        ok(done.code == 0, 'skopeo copy', done)
        setup(place, 'docker', '--undo')
        done = place.run(skopeo, 'inspect', there, env=env)
        ok(done.code != 0, 'undo: refused again', done)
    no_secret(place)


def test_skopeo_glob(place):
    """A glob, which is credential-helpers to it: a registry that daypass
    serves, and one that it does not know."""
    skopeo, = need('skopeo')
    source = image(place)
    with Registry(place) as registry:
        host, _, port = registry.host.partition(':')
        place.configure(sections.docker(f'{host[:-1]}*:{port}',
                                        audience=f'https://{registry.host}'))
        env = clients.containers(place)
        env['REGISTRY_AUTH_FILE'] = None
        there = f'docker://{registry.host}/acme/web:v1'
        done = place.run(skopeo, 'copy', source, there, env=env)
        ok(done.code != 0, 'before: skopeo is refused', done)
        setup(place, 'docker')
        done = place.run(skopeo, 'copy', source, there, env=env)
        ok(done.code == 0, 'a glob: skopeo copy', done)
        done = place.run(skopeo, 'inspect', 'docker://localhost:1/x', env=env)
        like(done.err, 'connection refused',
             'another registry: it goes on without a password')
        setup(place, 'docker', '--undo')
        done = place.run(skopeo, 'inspect', there, env=env)
        ok(done.code != 0, 'undo: refused again', done)
    no_secret(place)


def test_containers(place):
    """The same by REGISTRY_AUTH_FILE, which alone is read then."""
    skopeo, = need('skopeo')
    source = image(place)
    with Registry(place) as registry:
        place.configure(sections.docker(registry.host))
        env = clients.containers(place, 'other.example')
        setup(place, 'docker', env=env)
        done = place.run(skopeo, 'copy', source,
                         f'docker://{registry.host}/acme/web:v1', env=env)
        ok(done.code == 0, 'skopeo copy', done)


def test_docker(place):
    """The docker command, by a glob, and so by credsStore."""
    docker, skopeo = need('docker', 'skopeo')
    source = image(place)
    with Registry(place) as registry:
        host, _, port = registry.host.partition(':')
        place.configure(sections.docker(f'{host[:-1]}*:{port}',
                                        audience=f'https://{registry.host}'))
        env = {**clients.containers(place), 'SSL_CERT_FILE':
               place.rig['bundle'], 'DOCKER_CONFIG': None}
        env['REGISTRY_AUTH_FILE'] = place.path('home/.docker/config.json')
        place.write('home/.docker/config.json', '{}')
        setup(place, 'docker', env={'PATH': f'{BUILD}:/usr/bin:/bin'})
        config = json.loads(open(
            place.path('home/.docker/config.json'), encoding='utf-8').read())
        equal(config.get('credsStore'), 'daypass', 'credsStore is daypass')
        place.write('home/auth.json', json.dumps(
            {'credHelpers': {registry.host: 'daypass'}}))
        env['REGISTRY_AUTH_FILE'] = place.path('home/auth.json')
        place.run(skopeo, 'copy', source,
                  f'docker://{registry.host}/acme/web:v1', env=env)
        done = place.run(docker, 'manifest', 'inspect',
                         f'{registry.host}/acme/web:v1', env=env)
        ok(done.code == 0, 'docker manifest inspect', done)


def test_aws(place):
    if not os.access(AWS, os.X_OK):
        raise tap.Skip(f'{AWS} is not installed')
    place.configure(sections.web_identity(place.rig), sections.aws('dev'))
    env = clients.aws(place)
    place.write('home/.aws/config', '[default]\nregion = us-east-1\n'
                '\n[profile dev]\nregion = us-east-1\ns3 =\n'
                '  addressing_style = path')

    def listing():
        return place.run(AWS, '--profile', 'dev', '--endpoint-url',
                         place.rig['s3'], 's3', 'ls', 's3://web-data/',
                         env=env)

    ok(listing().code != 0, 'before: no credentials')
    setup(place, 'aws')
    done = listing()
    ok(done.code == 0, 'aws s3 ls', done)
    no_secret(place)
    setup(place, 'aws', '--undo')
    ok(listing().code != 0, 'undo: none again')


def read_by_aws(place, path):
    """Every profile and its region, as the aws command has them; the keys of
    its own are left out."""
    env = {'AWS_CONFIG_FILE': path, 'AWS_SHARED_CREDENTIALS_FILE': '/dev/null'}
    done = place.run(AWS, 'configure', 'list-profiles', env=env)
    return {name: place.run(AWS, 'configure', 'get', 'region', '--profile',
                            name, env=env).out
            for name in done.out.split()} if done.code == 0 else None


def test_aws_reads(place):
    """Others' settings, as aws itself reads them before and behind setup."""
    if not os.access(AWS, os.X_OK):
        raise tap.Skip(f'{AWS} is not installed')
    corpus.configure(place)
    for name in ('38-indented', '40-quoted-plain', '44-indented-header'):
        path = corpus.install(place, 'aws', name)
        before = read_by_aws(place, path)
        setup(place, 'aws')
        after = read_by_aws(place, path)
        for profile in ('default', 'dev'):
            before.setdefault(profile, '')
        equal(after, before, f'aws reads {name}')
        setup(place, 'aws', '--undo')


def read_by_gcloud(place, program):
    done = place.run(program, 'config', 'list', '--format', 'json', env={
        'CLOUDSDK_CORE_DISABLE_PROMPTS': '1'}, limit=120)
    found = json.loads(done.out)
    found.get('auth', {}).pop('credential_file_override', None)
    return {section: keys for section, keys in found.items() if keys}


def test_gcloud_reads(place):
    program = shutil.which('gcloud')
    if program is None:
        raise tap.Skip('gcloud is not installed')
    corpus.configure(place)
    for name in ('36-indented', '37-indented-header', '22-multi-line'):
        corpus.install(place, 'gcloud', name)
        before = read_by_gcloud(place, program)
        ok(before, f'gcloud reads {name}')
        setup(place, 'gcloud')
        equal(read_by_gcloud(place, program), before, 'and the same behind')
        setup(place, 'gcloud', '--undo')


def test_gcloud(place):
    program = shutil.which('gcloud')
    if program is None:
        raise tap.Skip('gcloud is not installed')
    place.configure(sections.federation(place.rig),
                    sections.service_account(place.rig))
    done = setup(place, 'gcloud')
    env = {'CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE': place.rig['bundle'],
           'CLOUDSDK_CORE_DISABLE_PROMPTS': '1'}
    for line in done.out.splitlines():
        if line.startswith('    export '):
            name, _, value = line[11:].partition('=')
            env[name] = value
    equal(sorted(env)[2:], ['GOOGLE_APPLICATION_CREDENTIALS',
                            'GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES'],
          'lines for the shell')
    del env['GOOGLE_APPLICATION_CREDENTIALS']
    done = place.run(program, 'auth', 'print-access-token', env=env,
                     limit=120)
    ok(done.code == 0 and done.out.strip() in place.rig.secrets(),
       'gcloud auth print-access-token', done)
    equal(place.rig.count('gcp_iam:generateAccessToken'), 1,
          'of the service account')


if __name__ == '__main__':
    tap.run(globals())
