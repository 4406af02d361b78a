#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Ways out of `daypass run --as`, tried from inside by an ordinary user:
files, directories and the terminal. Each is closed, or open as
docs/threat-model.md says."""

import json
import os
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import processes, sections, tap   # noqa: E402
from support.cell import NAME, PYTHON, Cell   # noqa: E402
from support.place import SOURCE   # noqa: E402
from support.tap import Skip, equal, like, ok   # noqa: E402


def test_runtime_directory(place):
    place.daypass('begin')
    got = place.attack('changes', place.socket)
    unlikely = {how: what for how, what in got.items() if what == ''}
    equal(unlikely, {}, 'the socket and what it lies in stay')
    equal(place.attack('makes', place.path('run/daypass/x')),
          {place.path('run/daypass/x'): 'EROFS'}, 'nothing is put there')
    null = os.stat('/dev/null').st_rdev
    got = place.attack('locks')
    equal(got, {'agent.lock': null, 'ending': 'ENOENT'},
          "the starter's lock is another one")
    equal(place.attack('files', place.path('run/daypass/sessions')),
          {place.path('run/daypass/sessions'): []}, 'others are not read')
    equal(place.attack('files', place.path('run/daypass/spools')),
          {place.path('run/daypass/spools'): []},
          'nor records, also those that are yet to come')
    place.configure(sections.octo(place.rig, scope='acme/web'),
                    sections.section('audit', None,
                                     sink='https://localhost:1/records'))
    place.daypass('token', 'github')
    ok(processes.wait_for(lambda: os.listdir(place.path('run/daypass/spools'))),
       'records wait')
    equal(place.attack('files', place.path('run/daypass/spools')),
          {place.path('run/daypass/spools'): []}, 'and are not read')
    place.write('run/other/socket', 'x')
    equal(place.attack('files', place.path('run')),
          {place.path('run'): ['daypass']}, 'no other directory of daemons')
    equal(place.daypass('status').code, 0, 'outside all is as it was')


def test_configuration(place):
    more = place.write('home/more', '[session]\n\tidle = 2h\n')
    place.configure(f'[include]\n\tpath = {more}\n')
    for path in (place.config, more):
        before = files(path)
        got = place.attack('changes', path)
        equal({how: what for how, what in got.items() if what == ''}, {},
              f'{os.path.basename(path)}: nothing takes its place')
        equal(files(path), before, 'and it is as it was')
    os.chmod(place.config, 0o400)
    os.chmod(os.path.dirname(place.config), 0o500)
    os.chmod(place.path('home/.config'), 0o500)
    got = place.attack('changes', place.config)
    equal({how: what for how, what in got.items() if what == ''}, {},
          'nor where it need not be writable to be made so')
    moved = place.attack('unlock', place.config)
    equal(moved, ['EROFS', 'EROFS', '', 'EBUSY'], 'which is of no use')
    os.chmod(os.path.dirname(place.config), 0o700)
    os.chmod(place.path('home/.config'), 0o700)
    os.unlink(place.config)
    got = place.attack('makes', place.config)
    equal(got, {place.config: 'EROFS'}, 'where there is none: none is made')


def test_certificates(place):
    """Whom the agent believes: also what the identity's program is given."""
    for name in ('mine.pem', 'theirs.pem'):
        place.write(f'home/{name}', '')
    place.configure(sections.section(
        'http', None, ca_file=place.path('home/mine.pem')))
    env = {'SSL_CERT_FILE': place.path('home/theirs.pem')}
    place.daypass('begin', env=env)
    for name in ('mine.pem', 'theirs.pem'):
        got = place.attack('changes', place.path('home', name))
        equal({how: what for how, what in got.items() if what == ''}, {},
              f'{name}: read-only')


def test_certificate_directories(place):
    """OpenSSL takes a list of them."""
    paths = [place.path('home/one'), place.path('home/two')]
    for path in paths:
        os.mkdir(path)
        place.write(f'home/{os.path.basename(path)}/0.pem', '')
    place.configure()
    place.daypass('begin', env={'SSL_CERT_DIR': ':'.join(paths)})
    for path in paths:
        got = place.attack('changes', f'{path}/0.pem')
        equal({how: what for how, what in got.items() if what == ''}, {},
              f'{path}: read-only')


def files(path):
    with open(path, 'rb') as source:
        return source.read()


def test_links(place):
    """A link can be made to lead elsewhere, whatever is mounted there."""
    os.rename(place.path('home/.config'), place.path('home/real'))
    os.symlink('real', place.path('home/.config'))
    done = place.session('true')
    equal(done.code, 71, 'a configuration behind a link: refused')
    like(done.err, r"paths: '.*/\.config' is a link that could be made to "
         'lead elsewhere', 'says why')


def test_programs(place):
    """A helper of its own hurts the inside alone."""
    fake = place.path('home/fake/git-credential-daypass')
    place.attack('makes', fake)
    path = f'{os.path.dirname(fake)}:{place.env["PATH"]}'
    done = place.session('sh', '-c', (
        f'PATH={path}; git-credential-daypass'))
    equal(done.out, 'escaped\n', 'inside, its PATH leads to its own')
    done = place.run('git-credential-daypass', 'capability')
    like(done.out, '^version 0', 'outside it does not')
    got = place.attack('makes', place.path('bin/git-credential-daypass'),
                       place.path('bin/ona'),
                       place.path('programs/daypass-agent2'))
    equal(set(got.values()), {'EROFS'},
          'where programs are found outside: nothing is made')
    done = place.session('sh', '-c', 'daypass status; exit 5', env={
        'LD_PRELOAD': '/nowhere.so'})
    equal(done.code, 5, 'LD_PRELOAD: is the business of the inside')
    equal(place.daypass('status').err, '', 'alone')


SECRETS = ('.aws/credentials', '.git-credentials', '.netrc', '.kube/config',
           '.config/gh/hosts.yml', '.npmrc', '.cargo/credentials.toml',
           '.config/gcloud/application_default_credentials.json',
           '.vault-token', '.pypirc', '.ssh/id_ed25519')


def test_credential_files(place):
    for path in SECRETS:
        place.write('home/' + path, 'token = file-canary\n'
                    '-----BEGIN OPENSSH PRIVATE KEY-----\n')
    place.write('home/.ssh/known_hosts', 'hosts\n')
    place.write('home/.aws/config', '[default]\n')
    place.write('home/.docker/config.json', json.dumps({
        'auths': {'x.io': {'auth': 'docker-canary'}},
        'credHelpers': {'y.io': 'daypass'}}))
    paths = [place.path('home', path) for path in SECRETS]
    equal(set(place.attack('files', *paths).values()), {''},
          "other tools' credentials: empty inside")
    kept = [place.path('home', path) for path in (
        '.ssh/known_hosts', '.aws/config', '.docker/config.json')]
    equal(list(place.attack('files', *kept).values()),
          ['hosts\n', '[default]\n', '{"credHelpers":{"y.io":"daypass"}}'],
          'what configures them alone is there')
    equal(files(paths[0])[:5], b'token', 'outside nothing has changed')
    place.configure(sections.section(
        'isolation', None, show=['~/.netrc'], hide=['~/.aws/config'],
        keep=['GITHUB_TOKEN'], unset=['OTHER']))
    got = place.attack('files', place.path('home/.netrc'), kept[1])
    like(got[place.path('home/.netrc')], 'file-canary', 'show: is shown')
    equal(got[kept[1]], '', 'hide: is hidden')
    equal(place.attack('environment', 'GITHUB_TOKEN', 'OTHER', env={
        'GITHUB_TOKEN': 'x', 'OTHER': 'y'}),
        {'GITHUB_TOKEN': 'x', 'OTHER': None}, 'keep, unset')


def test_kubeconfigs(place):
    """kubectl takes a list of them."""
    paths = [place.write(f'home/{name}', 'token: file-canary\n')
             for name in ('one.yaml', 'two.yaml')]
    place.write('home/three.yaml', 'clusters: []\n')
    place.configure()
    last = place.path('home/three.yaml')
    got = place.attack('files', *paths, last,
                       env={'KUBECONFIG': ':'.join([*paths, last])})
    equal(got, {paths[0]: '', paths[1]: '', last: 'clusters: []\n'},
          'each that holds a secret is empty inside')


def test_hard_link(place):
    """Open: another name of a hidden file that was there before."""
    place.write('home/.netrc', 'netrc-canary')
    os.link(place.path('home/.netrc'), place.path('home/copy'))
    got = place.attack('files', place.path('home/copy'))
    equal(got[place.path('home/copy')], 'netrc-canary', 'a hard link: open')


def test_start_files(place):
    """What runs when the person does something outside."""
    place.write('home/.bashrc', 'true\n')
    place.write('home/.gitconfig', '[user]\n')
    for name in ('.bashrc', '.gitconfig'):
        got = place.attack('changes', place.path('home', name))
        equal({how: what for how, what in got.items() if what == ''}, {},
              f'{name}: read-only')
    got = place.attack('makes', place.path('home/.zshenv'),
                       place.path('home/work/Makefile'))
    equal(set(got.values()), {''},
          'one that is not there, and the work itself: open')


PTY = ('import json, os, pty, sys\n'
       'pid, fd = pty.fork()\n'
       'if pid == 0:\n'
       '    os.chown(os.ttyname(0), os.getuid(), -1)\n'
       '    os.execvp(sys.argv[1], sys.argv[1:])\n'
       'said = b""\n'
       'try:\n'
       '    while more := os.read(fd, 9999): said += more\n'
       'except OSError: pass\n'
       'print(said.decode().strip())')
LOOK = f'''#!/bin/sh
tty
test -w "$(tty)" && echo own
{PYTHON} -c "import os; print(os.ttyname(os.openpty()[1]))"
'''


def test_terminal(place):
    got = place.attack('terminal', prefix=(PYTHON, '-c', PTY))
    equal(got, ['EPERM'] * 3, 'typing into the terminal outside: refused')
    master, slave = os.openpty()
    name = os.ttyname(slave)
    os.chown(name, place.uid, place.uid)
    got = place.attack('files', name)
    equal(got, {name: 'ENOENT'}, 'another terminal of ours: is not there')
    os.close(master)
    os.close(slave)
    process = place.started('sh', '-c', (
        f'echo up; read name; {PYTHON} {place.attacker} files $name'))
    process.stdout.readline()
    master, slave = os.openpty()
    name = os.ttyname(slave)
    os.chown(name, place.uid, place.uid)
    got = process.communicate(f'{name}\n'.encode(), timeout=20)[0]
    equal(json.loads(got), {name: 'ENOENT'}, 'nor one that is opened later')
    os.close(master)
    os.close(slave)


def test_own_terminal(place):
    """It goes by its name, and more can be had."""
    look = place.write('home/look', LOOK, 0o755)
    done = place.run(PYTHON, '-c', PTY, 'sh', '-c', (
        f'tty; daypass run --as {NAME} -- {look}'))
    said = done.out.split()
    equal(said[:3], [said[0], said[0], 'own'], 'its own, by the same name')
    like(said[3], '^/dev/pts/[0-9]+$', 'and a new one')
    ok(said[3] != said[0], 'of another name', said)


def test_output(place):
    """Open: what it writes to the terminal is the terminal's to judge."""
    done = place.session('printf', '\\033]0;title\\007')
    equal(done.out, '\033]0;title\007', 'control sequences: open')


def test_keyring(place):
    script = ('import ctypes, os, sys\n'
              'l = ctypes.CDLL(None)\n'
              'add, ctl = {"x86_64": (248, 250), "aarch64": (217, 219)}'
              '[os.uname().machine]\n'
              'l.syscall(ctl, 1, None)\n'
              'l.syscall(add, b"user", b"daypass-escape", b"x", 1, -3)\n'
              'os.execvp(sys.argv[1], sys.argv[1:])')
    prefix = (PYTHON, '-c', script)
    if os.uname().machine not in ('x86_64', 'aarch64'):
        raise Skip('the numbers of its calls are not written down here')
    done = place.run(*prefix, PYTHON, place.attacker, 'keyring',
                     'daypass-escape')
    if done.out != '""\n':
        raise Skip(f'no keyrings here: {done.out}')
    ok(place.attack('keyring', 'daypass-escape', prefix=prefix) != '',
       "keys of the session that it comes from: out of reach")


def test_root(place):
    if os.getuid() != 0:
        raise Skip('only root is root')
    done = place.run('unshare', '--user', '--map-root-user', 'daypass', 'run',
                     '--as', 'agent:test', '--', 'true')
    equal(done.code, 71, 'as root: refused')
    like(done.err, 'user: root can change what everybody else runs',
         'says why')


def test_threat_model(_place):
    """What it says is shown by a test is."""
    with open(os.path.join(SOURCE, 'docs/threat-model.md'),
              encoding='utf-8') as page:
        named = re.findall(r'\b([EFKRPAS]) `(test_\w+)`', page.read())
    files = {'E': 'escape', 'F': 'escape-files', 'K': 'escape-kernel',
             'R': 'run', 'S': 'sessions', 'P': 'policy', 'A': 'approvals'}
    missing = []
    for letter, name in named:
        path = f'tests/agent/test-{files[letter]}.py'
        with open(os.path.join(SOURCE, path), encoding='utf-8') as tests:
            if f'def {name}(' not in tests.read():
                missing.append((letter, name))
    ok(len(named) > 30 and not missing, 'each line of the threat model names '
       'a test that is there', missing)


if __name__ == '__main__':
    tap.run(globals(), Cell)
