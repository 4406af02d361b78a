#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""daypass setup over real-looking configuration files: twice is once, undo is
byte for byte, what others wrote stays, no run leaves half of anything.

The files are in tests/helpers/setup/TOOL. `refused` in a name: nothing may be
changed, and the exit code says so. `private`: mode 0600. `link`: the file is
elsewhere, and a symbolic link leads to it."""

import configparser
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..'))

from support import tap   # noqa: E402
from support.place import BUILD   # noqa: E402
from support.tap import equal, like, ok, unlike   # noqa: E402

CORPUS = os.path.join(HERE, 'setup')
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


PARSERS = {'git': parse_git, 'docker': parse_docker, 'aws': parse_ini,
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
        sections = [s for s in (profile, f'profile {profile}')
                    if 'credential_process' in after.get(s, {})
                    and 'daypass' in after[s]['credential_process']]
        equal_or_raise(len(sections), 1)
        section = after[sections[0]]
        equal_or_raise(section.pop('credential_process'),
                       f'{AWS} --profile {profile}')
        before.setdefault(sections[0], {}).pop('credential_process', None)
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
    after = tree(place)
    CHECKS[tool](parsed, PARSERS[tool](path))
    again = settled(setup(place, tool), *codes)
    like_or_raise(again.out, 'nothing to change')
    equal_or_raise(tree(place), after)
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


def test_git_corpus(place):
    try_corpus(place, 'git')


def test_docker_corpus(place):
    try_corpus(place, 'docker')


def test_docker_store_corpus(place):
    """With a glob, which needs credsStore. 78: logins are in the way."""
    try_corpus(place, 'docker', more=GLOB, codes=(0, 78))


def test_aws_corpus(place):
    try_corpus(place, 'aws')


def test_gcloud_corpus(place):
    try_corpus(place, 'gcloud')


def test_missing_files(place):
    configure(place, GLOB)
    before = tree(place)
    done = setup(place, 'all')
    equal(done.code, 0, 'no tool has a file yet: all are made')
    for tool, path in PATHS.items():
        equal(os.stat(place.path(path)).st_mode & 0o777, 0o600,
              f'{tool}: the new file is private')
        equal(os.stat(os.path.dirname(place.path(path))).st_mode & 0o777,
              0o700, f'{tool}: and its directory')
    equal(setup(place, 'all', '--undo').code, 0, 'undo')
    equal(tree(place), before, 'nothing of it is left')
    left = [d for d, _, _ in os.walk(place.home) if 'daypass' not in d]
    ok(not any(d.endswith(('.docker', '.aws', 'gcloud')) for d in left),
       'nor of the directories', left)
    like(setup(place, 'all', '--undo').out, 'nothing to change',
         'undo once more')


def test_binding_goes(place):
    """What nothing binds any more is taken out by the next run."""
    place.write('home/.gitconfig', '[user]\n\tname = Ada')
    before = tree(place)
    configure(place)
    setup(place, 'all')
    place.write(place.config, CONFIG.replace('git.example.com', 'new.example')
                .replace('"ghcr.io"', '"quay.io"')
                .replace('[aws "dev"]', '[aws "prod"]'))
    equal(setup(place, 'all').code, 0, 'setup by another configuration')
    git = read(place.path(PATHS['git'])).decode()
    ok('new.example' in git and 'git.example.com' not in git, 'git', git)
    docker = parse_docker(place.path(PATHS['docker']))['credHelpers']
    equal(sorted(docker), ['quay.io', 'registry.example.com:5000'], 'docker')
    equal(sorted(parse_ini(place.path(PATHS['aws']))),
          ['default', 'profile prod'], 'aws')
    setup(place, 'all', '--undo')
    os.unlink(place.config)
    equal(tree(place), before, 'and undo still finds the way back')


def test_gcloud_activator(place):
    """gcloud empties config_default where nothing says that it is active."""
    configure(place)
    path = place.path(PATHS['gcloud'])
    setup(place, 'gcloud')
    active = place.path('home/.config/gcloud/active_config')
    equal(read(active), b'default', 'it is said')
    with open(path, 'a', encoding='utf-8') as file:
        file.write('[core]\nproject = acme\n')
    setup(place, 'gcloud', '--undo')
    equal((read(active), read(path)),
          (b'default', b'[core]\nproject = acme\n'),
          'undo: it stays with what others have put there')


def test_gcloud_strange_home(place):
    """A blank is quoted for the shell; a `%` would break all of gcloud."""
    for name, good in (('a b', True), ('a%b', False)):
        place.env['XDG_CONFIG_HOME'] = place.path(f'home/{name}')
        place.write(f'home/{name}/daypass/config', CONFIG)
        done = setup(place, 'gcloud')
        if good:
            line = done.out[done.out.index('export GOOGLE_APP'):]
            shown = place.run('sh', '-c', line.partition('\n')[0] +
                              '; cat "$GOOGLE_APPLICATION_CREDENTIALS"')
            equal(json.loads(shown.out)['type'], 'external_account',
                  'a blank: the line for the shell holds')
            setup(place, 'gcloud', '--undo')
        else:
            like(done.out, 'skipped: .* has a % or', 'a %: skipped')
            equal(read(place.path(PATHS['gcloud'])), None,
                  "and gcloud's configuration is left alone")


def test_git_helper_behind(place):
    """A helper that comes to stand behind ours would be told of what we
    mint: the next run moves ours to the end."""
    configure(place)
    path = place.path(PATHS['git'])
    for theirs in ('[credential]\n\thelper = store\n',
                   '[credential "https://git.example.com"]\n'
                   '\thelper = cache\n',
                   '[include]\n\tpath = ~/other\n'):
        setup(place, 'git')
        with open(path, 'a', encoding='utf-8') as file:
            file.write(theirs)
        equal(setup(place, 'git').code, 0, f'setup again: {theirs!r}')
        text = read(path).decode()
        ok(text.index(theirs) < text.index('"https://git.example.com"]\n'
                                           '\thelper =\n'),
           'ours come behind it', text)
        like(setup(place, 'git').out, 'nothing to change', 'and stay there')
        setup(place, 'git', '--undo')
        equal(read(path).decode(), theirs, 'undo')
        os.unlink(path)


def test_git_repository(place):
    """A path that may be a repository's is one with .git as well."""
    place.write(place.config, '[git "https://git.example.com/a/web"]\n'
                              '\tcredential = id-token\n'
                              '[git "https://*.b.example"]\n'
                              '\tcredential = id-token\n'
                              '[git "https://git-*.b.example"]\n'
                              '\tcredential = id-token\n')
    done = setup(place, 'git')
    entries = parse_git(place.path(PATHS['git']))
    for url in ('git.example.com/a/web', 'git.example.com/a/web.git',
                '*.b.example'):
        ok(f'credential.https://{url}.helper\n{GIT}' in entries, url, entries)
    like(done.out, r'skipped: \[git "https://git-\*.b.example"\]',
         'a glob that git does not know')


def test_git_place(place):
    """Where git itself would write."""
    configure(place)
    path = place.write('home/.config/git/config', '[user]\n\tname = Ada\n')
    setup(place, 'git')
    ok(b'daypass' in read(path), 'XDG, if that is there and the other is not')
    setup(place, 'git', '--undo')
    named = place.write('home/named', '[user]\n')
    setup(place, 'git', env={'GIT_CONFIG_GLOBAL': named})
    ok(b'daypass' in read(named) and b'daypass' not in read(path),
       'GIT_CONFIG_GLOBAL')
    setup(place, 'git', '--undo')
    equal(read(named), b'[user]\n', 'undo finds it without the variable')


def test_git_lock(place):
    configure(place)
    path = place.write(PATHS['git'], '[user]\n')
    lock = place.write(PATHS['git'] + '.lock', '')
    done = setup(place, 'git')
    equal(done.code, 71, 'git holds its lock')
    like(done.err, r"gitconfig\.lock' is there", 'and it is said')
    equal(read(path), b'[user]\n', 'nothing is changed')
    os.unlink(lock)
    equal(setup(place, 'git').code, 0, 'without it')


def test_tools_without_bindings(place):
    """A file of a tool that nothing binds is not even looked at."""
    place.write(place.config, '[git "https://git.example.com"]\n'
                              '\tcredential = id-token\n')
    for tool in ('docker', 'aws', 'gcloud'):
        place.write(PATHS[tool], '{[broken')
    equal(setup(place, 'all').code, 0, 'broken files of unbound tools')


def test_docker_fallback(place):
    config = configure(place, GLOB)
    place.write(PATHS['docker'], '{"credsStore": "desktop"}')
    setup(place, 'docker')
    ok(read(config).endswith(b'[docker]\n\tfallback = desktop\n'),
       'the store before is the fallback', read(config))
    equal(parse_docker(place.path(PATHS['docker']))['credsStore'], 'daypass',
          'daypass is the store')
    configure(place, '[docker]\n\tfallback = desktop\n')
    setup(place, 'docker')
    equal(parse_docker(place.path(PATHS['docker']))['credsStore'], 'desktop',
          'no glob any more: the store is given back')


def test_docker_logins(place):
    configure(place, GLOB)
    text = '{"auths": {"x.example": {"auth": "eDp5"}}}'
    place.write(PATHS['docker'], text)
    done = setup(place, 'docker')
    equal(done.code, 78, 'logins in the file, and a glob')
    like(done.out, 'skipped: globs in', 'are told apart')
    config = parse_docker(place.path(PATHS['docker']))
    ok('credsStore' not in config, 'and docker goes on to see them', config)


def test_docker_containers(place):
    """podman's own file, where there is one."""
    configure(place)
    path = place.write('home/.config/containers/auth.json', '{}\n')
    setup(place, 'docker')
    equal(sorted(parse_docker(path)['credHelpers']), sorted(HOSTS),
          "containers' auth.json")
    setup(place, 'docker', '--undo')
    equal(read(path), b'{}\n', 'undo')


def test_docker_runtime_login(place):
    configure(place)
    place.write('run/containers/auth.json',
                '{"auths": {"ghcr.io": {"auth": "canary"}}}')
    done = setup(place, 'docker')
    like(done.out, 'note: podman and skopeo are logged in to ghcr.io',
         "podman's login goes before daypass, and that is said")
    unlike(done.out, 'canary', 'without what it holds')


def test_docker_changed(place):
    """What somebody else has put in the place of ours is theirs."""
    configure(place)
    place.write(PATHS['docker'], '{\n  "auths": {}\n}\n')
    setup(place, 'docker')
    path = place.path(PATHS['docker'])
    text = read(path).replace(b'"ghcr.io": "daypass"', b'"ghcr.io": "gh"')
    place.write(path, text)
    done = setup(place, 'docker', '--undo')
    equal(done.code, 78, 'one of two was changed')
    like(done.out, 'left: ghcr.io was changed', 'and it is said which')
    equal(parse_docker(path), {'auths': {}, 'credHelpers': {'ghcr.io': 'gh'}},
          'it stays, the other goes')


def test_git_changed(place):
    configure(place)
    place.write(PATHS['git'], '[user]\n\tname = Ada\n')
    setup(place, 'git')
    path = place.path(PATHS['git'])
    text = read(path).replace(b'useHttpPath = true', b'useHttpPath = false')
    place.write(path, text)
    done = setup(place, 'git', '--undo')
    equal(done.code, 78, 'a line of ours was changed')
    like(done.out, 'left: https://github.com/acme was changed', 'is said')
    ok(b'useHttpPath = false' in read(path) and
       b'git.example.com' not in read(path), 'it stays, the other goes')


def test_keys_in_our_section(place):
    """git config puts a key of the person's into the section that we made:
    it must not fall to the section before."""
    configure(place)
    path = place.write(PATHS['git'], '[user]\n\tname = Ada\n')
    setup(place, 'git')
    subprocess.run(['git', 'config', '--file', path,
                    'credential.https://git.example.com.username', 'ada'],
                   timeout=20, check=True)
    equal(setup(place, 'git', '--undo').code, 0, 'undo')
    equal(parse_git(path), ['user.name\nAda', 'credential.'
                            'https://git.example.com.username\nada'],
          'the section stays for it')


def test_masks(place):
    configure(place)
    for tool, text in (
            ('git', '[credential "https://ada:canary1@x.example"]\n'
                    '\thelper = "!f() { echo password=canary2; \\\n'
                    '\tY2FuYXJ5Mw==canary3=; }; f" # canary4\n; canary5\n'
                    '[http] extraHeader = canary6\n'),
            ('docker', '{"auths": {"x": {"auth": "canary7"}},\n'
                       '"HttpHeaders": {"X": "canary8"}}\n'),
            ('aws', '[default]\naws_secret_access_key = canary9\n'
                    's3 =\n  x = canary10\n')):
        place.write(PATHS[tool], text)
    for words in (['--dry-run'], [], ['--dry-run', '--undo'], ['--undo']):
        done = setup(place, 'all', *words)
        unlike(done.out + done.err, 'canary',
               f'{" ".join(words) or "setup"}: no value of others is shown')
        state = read(place.path('home/.local/state/daypass/setup')) or b''
        ok(b'canary' not in state, 'nor remembered', state)
    like(setup(place, 'all', '--dry-run').out, r'\n\+\thelper = /',
         'ours are')


def test_nothing_half_done(place):
    """One file that cannot be written, and nothing is."""
    configure(place)
    place.write(PATHS['git'], '[user]\n')
    place.write(PATHS['docker'], '{"auths": {},}')
    before = tree(place)
    done = setup(place, 'all')
    equal(done.code, 78, 'a file that is broken')
    like(done.err, r'^daypass: setup docker: .*line 1: ',
         'says which, and where')
    equal(tree(place), before, 'and nothing at all is changed')
    place.write(PATHS['docker'], '{}', 0o444)
    before = tree(place)
    done = setup(place, 'all')
    equal(done.code, 78, 'a file that is read-only')
    like(done.err, 'config.json. is read-only', 'says so')
    equal(tree(place), before, 'and nothing is changed')
    os.unlink(place.path(PATHS['docker']))
    os.mkdir(place.path(PATHS['docker']))
    equal(setup(place, 'all').code, 78, 'a directory in its place')
    ok(b'daypass' not in read(place.path(PATHS['git'])), 'git is untouched')


def test_roll_back(place):
    """One file of several cannot be put in its place: those before it are put
    back."""
    configure(place)
    place.write(PATHS['git'], '[user]\n')
    place.write(PATHS['docker'], '{}\n')
    lock = place.write(PATHS['docker'] + '.lock', '')
    before = tree(place)
    done = setup(place, 'all')
    equal(done.code, 71, 'somebody is writing one of the files')
    like(done.err, 'another program is writing', 'is said')
    equal(tree(place), before, 'and all are as they were')
    ok(not os.path.exists(place.path('home/.config/gcloud')),
       'the directories too')
    os.unlink(lock)
    equal(setup(place, 'all').code, 0, 'later it works')
    before = tree(place)
    place.write(PATHS['docker'] + '.lock', '')
    equal(setup(place, 'all', '--undo').code, 71, 'the same at undo')
    os.unlink(lock)
    equal(tree(place), before, 'all are as they were')
    like(setup(place, 'all').out, 'nothing to change', 'and remembered')


def test_strange_files(place):
    configure(place)
    path = place.path(PATHS['git'])
    for make, why in (
            (lambda: os.symlink('/nowhere/file', path), 'leads nowhere'),
            (lambda: os.mkfifo(path), 'no regular file'),
            (lambda: os.link(place.write('home/other', '[user]\n'), path),
             '2 names'),
            (lambda: place.write(path, '[user]\0\n'), 'NUL'),
            (lambda: place.write(path, '#' * (1 << 20) + '\n'), '1 MiB')):
        make()
        done = setup(place, 'git')
        equal(done.code, 78, f'a file: {why}')
        like(done.err, why, 'says so')
        os.unlink(path)


def test_others_home(place):
    if os.geteuid() != 0:
        raise tap.Skip('only root can give a home to another')
    configure(place)
    os.chown(place.home, 65534, -1)
    done = setup(place, 'git')
    equal(done.code, 77, "another user's home, as sudo leaves it")
    like(done.err, 'belongs to uid 65534', 'says so')
    os.chown(place.home, 0, -1)


def test_kill(place):
    """kill -9 at any moment: each file is old or new, and undo goes back."""
    configure(place)
    texts = {'git': '[user]\n\tname = Ada', 'docker': '{"auths": {}}',
             'aws': '[default]\nregion = x\n'}
    for tool, text in texts.items():
        place.write(PATHS[tool], text)
    before = tree(place)
    setup(place, 'all')
    new = {tool: read(place.path(PATHS[tool])) for tool in texts}
    setup(place, 'all', '--undo')
    equal(tree(place), before, 'there and back')
    seen, dice = set(), random.Random(1)
    for i in range(60):
        process = place.start('daypass', 'setup', 'all')
        time.sleep(dice.random() * 0.03)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=20)
        seen.add(process.returncode)
        for tool, text in texts.items():
            if read(place.path(PATHS[tool])) not in (text.encode(),
                                                     new[tool]):
                ok(False, f'{tool}: old or new', read(place.path(
                    PATHS[tool])))
        if i % 3 == 0:
            setup(place, 'all')
        setup(place, 'all', '--undo')
        if tree(place) != before:
            ok(False, 'undo after a kill', tree(place).keys())
            return
    ok(-signal.SIGKILL in seen, f'was killed on the way: {seen}')
    ok(True, 'each file was old or new, and undo went back')


def test_at_once(place):
    configure(place)
    place.write(PATHS['git'], '[user]\n')
    started = [place.start('daypass', 'setup', 'all') for _ in range(8)]
    for process in started:
        process.communicate(timeout=60)
    equal({p.returncode for p in started}, {0}, 'eight at once')
    equal(read(place.path(PATHS['git'])).count(b'github.com'), 1,
          'are as one')
    setup(place, 'all', '--undo')
    equal(read(place.path(PATHS['git'])), b'[user]\n', 'undo')


def test_json(place):
    configure(place)
    done = setup(place, 'all', '--dry-run', '--json')
    shown = json.loads(done.out)
    equal(list(shown), ['dry_run', 'changes', 'skipped', 'notes', 'shell',
                        'next'], '--json: its fields')
    equal(shown['dry_run'], True, 'dry_run')
    equal({c['tool'] for c in shown['changes']},
          {'git', 'docker', 'aws', 'gcloud'}, 'changes')
    equal(list(shown['changes'][0]), ['tool', 'file', 'text'], 'a change')
    equal(shown['shell'][0]['text'],
          'export GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES=1', 'shell')
    ok('daypass doctor git https://github.com/acme' in
       [n['text'] for n in shown['next']], 'next')


def test_words(place):
    for words, code, why in (
            ([], 64, 'name one tool'), (['git', 'aws'], 64, 'name one tool'),
            (['dokcer'], 64, "did you mean 'docker'"),
            (['git', '--dryrun'], 64, '--dry-run')):
        done = setup(place, *words)
        equal((done.code, done.out), (code, ''), f'setup {" ".join(words)}')
        like(done.err, why, 'says why')
    done = setup(place, 'git')
    equal(done.code, 0, 'nothing is bound')
    like(done.out, 'skipped: .*binds nothing', 'says so')
    equal(os.listdir(place.home), ['.local'], 'and nothing is made')


def test_unbindable(place):
    place.write(place.config, '''\
[docker "ghcr.io/acme"]
	credential = id-token
[docker "nosuch.example"]
	credential = nosuch
[aws "team-*"]
	credential = id-token
[aws "a b"]
	credential = id-token
''')
    done = setup(place, 'all')
    for why in ('docker asks by the host alone', 'a glob is no profile',
                'the name has a character', 'nosuch'):
        like(done.out, why, f'skipped: {why}')


def test_no_agent(place):
    configure(place)
    setup(place, 'all')
    equal(place.agent(), None, 'setup starts no agent')


if __name__ == '__main__':
    tap.run(globals())
