# SPDX-License-Identifier: Apache-2.0
"""The corpus of daypass setup: real-looking configuration files, what each tool
makes of its own, and the way there and back.

The files are in tests/helpers/setup/TOOL. `refused` in a name: nothing may be
changed, and the exit code says so. `private`: mode 0600. `link`: the file is
elsewhere, and a symbolic link leads to it. `alone`: git config itself spoils
it, so nobody else writes to it."""

import configparser
import json
import os
import shlex
import shutil
import subprocess

from .place import BUILD
from .tap import ok

CORPUS = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                      '..', 'helpers', 'setup')
PATHS = {
    'git': 'home/.gitconfig',
    'docker': 'home/.docker/config.json',
    'aws': 'home/.aws/config',
    'gcloud': 'home/.config/gcloud/configurations/config_default',
}
GIT = os.path.join(BUILD, 'git-credential-daypass')
AWS = os.path.join(BUILD, 'aws-credential-daypass')
URLS = ('https://github.com/acme', 'https://git.example.com')
HOSTS = ('ghcr.io', 'registry.example.com:5000')
CONFIG = '''\
[credential "github"]
	exchange = octo-sts
	identity-name = daypass
[credential "dev"]
	exchange = aws-web-identity
	role = arn:aws:iam::123456789012:role/dev
[credential "gcp"]
	exchange = gcp-federation
	audience = //iam.googleapis.com/projects/1/locations/global/\
workloadIdentityPools/p/providers/w
[git "https://github.com/acme"]
	credential = github
[git "https://git.example.com"]
	credential = id-token
[docker "ghcr.io"]
	credential = github
[docker "registry.example.com:5000"]
	credential = id-token
[aws "default"]
	credential = dev
[aws "dev"]
	credential = dev
'''
GLOB = '[docker "*.dkr.ecr.eu-west-1.amazonaws.com"]\n\tcredential = dev\n'


def read(path):
    try:
        with open(path, 'rb') as file:
            return file.read()
    except FileNotFoundError:
        return None


def configure(place, more=''):
    return place.write(place.config, CONFIG + more)


def setup(place, *words, **more):
    return place.daypass('setup', *words, **more)


def tree(place):
    """Every file below home: its bytes, its mode, where it leads."""
    found = {}
    for folder, _, names in os.walk(place.home):
        for name in names:
            path = os.path.join(folder, name)
            found[path] = (os.lstat(path).st_mode, read(path),
                           os.path.islink(path) and os.readlink(path))
    return found


def stamps(place):
    """Every file below home: which inode it is, and when it was touched."""
    found = {}
    for folder, _, names in os.walk(place.home):
        for name in names:
            st = os.lstat(os.path.join(folder, name))
            found[os.path.join(folder, name)] = (st.st_ino, st.st_ctime_ns)
    return found


def install(place, tool, name):
    """One file of the corpus, where its tool looks for it."""
    path = place.path(PATHS[tool])
    os.makedirs(os.path.dirname(path), 0o700, exist_ok=True)
    real = place.path('home/dotfiles/file') if 'link' in name else path
    os.makedirs(os.path.dirname(real), 0o700, exist_ok=True)
    shutil.copyfile(os.path.join(CORPUS, tool, name), real)
    os.chmod(real, 0o600 if 'private' in name else 0o644)
    if tool == 'gcloud':    # without it gcloud empties the other
        place.write('home/.config/gcloud/active_config', 'default')
    if real != path:
        os.symlink(os.path.relpath(real, os.path.dirname(path)), path)
    return path


# What each tool itself makes of its file.

def parse_git(path):
    """Every entry, in order."""
    done = subprocess.run(['git', 'config', '--file', path, '-z', '--list'],
                          capture_output=True, timeout=20, check=True,
                          env={'PATH': os.environ['PATH']})
    return done.stdout.decode().split('\0')[:-1]


def parse_docker(path):
    text = read(path).decode()
    return json.loads(text) if text.strip() else {}


def parse_ini(path):
    """As botocore and gcloud do."""
    parser = configparser.RawConfigParser(default_section=None)
    parser.read_string(read(path).decode())
    return {s: dict(parser.items(s)) for s in parser.sections()}


def parse_aws(path):
    """The profiles, as botocore's configloader.py makes them: of two sections
    of one name the last counts; and whatever else there is."""
    found = {'other': {}}
    for section, keys in parse_ini(path).items():
        try:
            words = shlex.split(section)
        except ValueError:
            words = []
        if section.startswith('profile') and len(words) == 2:
            found[words[1]] = keys
        elif section == 'default':
            found[section] = keys
        else:
            found['other'][section] = keys
    return found


PARSERS = {'git': parse_git, 'docker': parse_docker, 'aws': parse_aws,
           'gcloud': parse_ini}


def check_git(before, after):
    equal_or_raise(after[:len(before)], before)
    for url in URLS:
        key = f'credential.{url}.helper\n'
        got = [e[len(key):] for e in after if e.startswith(key)]
        equal_or_raise(got[-2:], ['', GIT])


def check_docker(before, after):
    helpers = after.pop('credHelpers')
    for host in HOSTS:
        equal_or_raise(helpers[host], 'daypass')
    theirs = before.pop('credHelpers', {})
    equal_or_raise({**theirs, **dict.fromkeys(HOSTS, 'daypass')}, helpers)
    if after.get('credsStore') == 'daypass':
        after.pop('credsStore')
        before.pop('credsStore', None)
    equal_or_raise(after, before)


def check_aws(before, after):
    for profile in ('default', 'dev'):
        equal_or_raise(after[profile].pop('credential_process'),
                       f'{AWS} --profile {profile}')
        before.setdefault(profile, {}).pop('credential_process', None)
    equal_or_raise(after, before)


def check_gcloud(before, after):
    path = after['auth'].pop('credential_file_override')
    like_or_raise(path, '/daypass/gcloud-gcp.json')
    equal_or_raise(json.loads(read(path))['type'], 'external_account')
    before.setdefault('auth', {})
    equal_or_raise(after, before)


CHECKS = {'git': check_git, 'docker': check_docker, 'aws': check_aws,
          'gcloud': check_gcloud}


def equal_or_raise(got, wanted):
    if got != wanted:
        raise AssertionError(f'got {got!r}\nwanted {wanted!r}')


def like_or_raise(text, part):
    if part not in text:
        raise AssertionError(f'{text!r} has no {part!r}')


# Another person at work on the file between setup and undo.

def meddle_git(path):
    for key, value in (('user.signingkey', 'ABC'), ('core.pager', 'cat'),
                       ('credential.https://git.example.com.username',
                        'ada')):
        subprocess.run(['git', 'config', '--file', path, '--replace-all',
                        key, value], timeout=20, check=True,
                       env={'PATH': os.environ['PATH']})


def meddle_docker(path):
    """As docker login writes it: all of it anew, with tabs, sorted."""
    config = parse_docker(path)
    config.setdefault('auths', {})['new.example'] = {'auth': 'eDp5'}
    config['zzz'] = {'a': []}
    with open(path, 'w', encoding='utf-8') as file:
        json.dump(config, file, indent='\t', sort_keys=True)


def meddle_ini(path):
    text = read(path)
    line = b'' if not text or text.endswith(b'\n') else b'\n'
    with open(path, 'wb') as file:
        file.write(b'[profile before]\noutput = text\n' + text + line +
                   b'\n[profile after]\nregion = us-east-2\n')


MEDDLERS = {'git': meddle_git, 'docker': meddle_docker, 'aws': meddle_ini,
            'gcloud': meddle_ini}


def settled(done, *codes):
    if done.code not in codes:
        raise AssertionError(str(done))
    if 'canary' in done.out + done.err:
        raise AssertionError(f'a secret is shown: {done}')
    return done


def clear(place):
    shutil.rmtree(place.home)
    os.makedirs(place.home, 0o700)


def there_and_back(place, tool, name, more, codes):
    clear(place)
    configure(place, more)
    path = install(place, tool, name)
    before, parsed = tree(place), PARSERS[tool](path)
    shown = settled(setup(place, tool, '--dry-run'), *codes)
    equal_or_raise(tree(place), before)
    settled(setup(place, tool), *codes)
    like_or_raise(shown.out, '+')
    after, written = tree(place), stamps(place)
    CHECKS[tool](parsed, PARSERS[tool](path))
    again = settled(setup(place, tool), *codes)
    like_or_raise(again.out, 'nothing to change')
    equal_or_raise(tree(place), after)
    equal_or_raise(stamps(place), written)
    equal_or_raise([m for m, _, _ in after.values() if m & 0o77],
                   [m for m, _, _ in before.values() if m & 0o77])
    settled(setup(place, tool, '--undo'), 0)
    equal_or_raise(tree(place), before)


def meddled(place, tool, name, more, codes):
    """The same with another's changes in between: what is left is what these
    alone would have made of it."""
    clear(place)
    configure(place, more)
    path = install(place, tool, name)
    MEDDLERS[tool](path)
    wanted = PARSERS[tool](path)
    clear(place)
    configure(place, more)
    path = install(place, tool, name)
    settled(setup(place, tool), *codes)
    MEDDLERS[tool](path)
    settled(setup(place, tool, '--undo'), 0)
    got = PARSERS[tool](path)
    if tool == 'git':   # its place in the file follows from what was there
        got, wanted = sorted(got), sorted(wanted)
    equal_or_raise(got, wanted)


def refused(place, tool, name):
    clear(place)
    configure(place)
    path = install(place, tool, name)
    before = read(path)
    settled(setup(place, tool), 78)
    equal_or_raise(read(path), before)
    settled(setup(place, tool, '--undo'), 0)
    equal_or_raise(read(path), before)


def try_file(place, tool, name, more='', codes=(0,)):
    try:
        if 'refused' in name:
            refused(place, tool, name)
        else:
            there_and_back(place, tool, name, more, codes)
            if 'alone' not in name:
                meddled(place, tool, name, more, codes)
    except (AssertionError, KeyError, ValueError,
            subprocess.CalledProcessError) as error:
        return ok(False, f'{tool}/{name}', f'{type(error)} {error}')
    return ok(True, f'{tool}/{name}')


def try_corpus(place, tool, **more):
    names = sorted(os.listdir(os.path.join(CORPUS, tool)))
    ok(len([n for n in names if 'refused' not in n]) >= 30,
       f'{tool}: at least 30 files', len(names))
    for name in names:
        try_file(place, tool, name, **more)
