#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""daypass setup --system: by the system's configuration, into the system's
files, in a mount namespace."""

import json
import os
import stat
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import tap   # noqa: E402
from support.corpus import read   # noqa: E402
from support.place import BUILD   # noqa: E402
from support.tap import equal, like, ok, unlike   # noqa: E402

CONTAINERS = '/etc/containers'
OVER = '''while [ "$1" != -- ]; do mount --bind "$1" "$2" || exit 9; shift 2
done; shift; umask 077; exec "$@"'''
CONFIG = '''\
[credential "gcp"]
	exchange = gcp-federation
	audience = //iam.googleapis.com/projects/1/locations/global/\
workloadIdentityPools/p/providers/w
[git "https://git.example.com"]
	credential = id-token
[docker "ghcr.io"]
	credential = id-token
[aws "dev"]
	credential = id-token
'''


def sysconfdir():
    done = subprocess.run(
        ['make', '-s', '--eval', 'show-sysconfdir: ; @echo $(sysconfdir)',
         'show-sysconfdir'], cwd=BUILD, capture_output=True, text=True,
        timeout=60, check=True, env={'PATH': os.environ['PATH']})
    return done.stdout.strip()


def over(place, *command, **more):
    """With directories of the place over the system's."""
    mounts = [place.make('etc'), sysconfdir()]
    if os.path.isdir(CONTAINERS):
        mounts += [place.make('containers'), CONTAINERS]
    return place.run('unshare', '--mount', 'sh', '-c', OVER, 'sh', *mounts,
                     '--', *command, **more)


def system(place, *words, **more):
    """The configuration is readable for all; whoever runs it, has a umask
    that would make all else unreadable."""
    if not os.path.isdir(sysconfdir()) or over(place, 'true').code:
        raise tap.Skip('no mount namespace')
    place.write('etc/daypass/config', CONFIG, 0o644)
    os.chmod(place.path('etc/daypass'), 0o755)
    return over(place, os.path.join(BUILD, 'daypass'), 'setup', '--system',
                *words, **more)


def modes(path):
    return {os.path.relpath(os.path.join(folder, name), path):
            stat.S_IMODE(os.stat(os.path.join(folder, name)).st_mode)
            for folder, folders, names in os.walk(path)
            for name in [*folders, *names]}


def test_git(place):
    place.configure('[git "https://other.example"]\n'
                    '\tcredential = id-token\n')
    path = place.write('gitconfig', '[core]\n\tpager = cat\n', 0o644)
    env = {'GIT_CONFIG_SYSTEM': path}
    equal(system(place, 'git', env=env).code, 0, '--system git')
    text = read(path).decode()
    like(text, r'"https://git.example.com"\]\n\thelper =\n',
         "the system's bindings")
    unlike(text, 'other.example', "no user's")
    equal(os.stat(path).st_mode & 0o777, 0o644, 'readable for all')
    equal(sorted(os.listdir(place.path('etc/daypass'))),
          ['config', 'config.setup'], 'remembered beside the configuration')
    equal(system(place, 'git', '--undo', env=env).code, 0, '--undo')
    equal(read(path), b'[core]\n\tpager = cat\n', 'as it was')
    equal(os.listdir(place.path('etc/daypass')), ['config'],
          'nothing remembered')
    new = place.path('new/gitconfig')
    equal(system(place, 'git', env={'GIT_CONFIG_SYSTEM': new}).code, 0,
          'where there is none')
    equal(modes(place.path('new')), {'gitconfig': 0o644}, 'it is readable')
    equal(os.stat(place.path('new')).st_mode & 0o777, 0o755,
          'whatever the umask is')


def test_gcloud(place):
    """The credential file is for all; the property is gcloud's affair, whose
    installation may lie anywhere."""
    done = system(place, 'gcloud')
    equal(done.code, 0, '--system gcloud')
    path = place.path('etc/daypass/gcloud-gcp.json')
    equal(json.loads(read(path))['type'], 'external_account', 'the file')
    equal(modes(place.path('etc/daypass'))['gcloud-gcp.json'], 0o644,
          'readable for all')
    like(done.out, 'gcloud config set --installation '
         rf'auth/credential_file_override {sysconfdir()}/daypass/'
         'gcloud-gcp.json', 'and what is left to do')
    like(done.out, 'export GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES=1',
         'the line for all shells')
    ok(not os.path.exists(place.path('home/.config/gcloud')),
       "root's own configuration is left alone")
    like(system(place, 'gcloud').out, 'nothing to change', 'once more')
    equal(system(place, 'gcloud', '--undo').code, 0, '--undo')
    equal(os.listdir(place.path('etc/daypass')), ['config'], 'it is gone')


def test_docker(place):
    """docker has no file for all users, podman's kin have."""
    place.write('bin/podman', '#!/bin/sh\n', 0o755)
    done = system(place, 'docker')
    equal(done.code, 0, '--system docker')
    like(done.out, 'docker +skipped: docker reads no file of credentials for '
         'all users: run daypass setup docker as each of them',
         'docker: it is said what to do')
    ok(not os.path.exists(place.path('home/.docker')),
       "root's own configuration is left alone")
    if not os.path.isdir(CONTAINERS):
        raise tap.Skip('there is no /etc/containers to mount over')
    path = 'registries.conf.d/zz-daypass.conf'
    equal(modes(place.path('containers')),
          {'registries.conf.d': 0o755, path: 0o644}, 'podman: for all users')
    ok(b'"containers-auth.json", "daypass"' in
       read(place.path('containers', path)), 'by credential-helpers')
    equal(system(place, 'docker', '--undo').code, 0, '--undo')
    equal(modes(place.path('containers')), {}, 'it is gone')


def test_all(place):
    env = {'GIT_CONFIG_SYSTEM': place.path('gitconfig')}
    done = system(place, 'all', env=env)
    equal(done.code, 0, '--system all')
    like(done.out, 'aws +skipped: aws has no file for all users', 'aws')
    equal(os.listdir(place.home), [], 'nobody\'s home is touched')
    equal(system(place, 'all', '--undo', env=env).code, 0, '--undo')
    equal(os.listdir(place.path('etc/daypass')), ['config'], 'all is gone')


if __name__ == '__main__':
    tap.run(globals())
