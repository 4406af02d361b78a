#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Ways out of `daypass run --as`, tried from inside by an ordinary user: what
the kernel keeps beside files and processes. Each is closed, or open as
docs/threat-model.md says."""

import contextlib
import json
import os
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import processes, sections, tap   # noqa: E402
from support.cell import NAME, PYTHON, Cell   # noqa: E402
from support.ordinary import Ordinary   # noqa: E402
from support.tap import Skip, equal, like, ok   # noqa: E402

KEY = '0x6461790'
CALLS = ('import ctypes, os, sys, time\n'
         'l = ctypes.CDLL(None, use_errno=True)\n'
         'add = {"x86_64": 248, "aarch64": 217}.get(os.uname().machine)\n')


def holder(place, script):
    """Somebody of ours outside, who has made something."""
    process = place.start(PYTHON, '-c', CALLS + script +
                          'sys.stdout.flush(); time.sleep(300)')
    return process, process.stdout.readline().decode().split()


def leave(process):
    process.kill()
    process.communicate()


def test_keys(place):
    """Of the user, in whose keyring whatever is added may be found."""
    if os.uname().machine not in ('x86_64', 'aarch64'):
        raise Skip('the numbers of its calls are not written down here')
    process, said = holder(place, (
        'print(l.syscall(add, b"user", b"daypass-keys", b"key-canary", 10, '
        '-4))\n'))
    try:
        if int(said[0]) <= 0:
            raise Skip('no keyrings here')
        got = place.attack('keys', 'daypass-keys')
        equal(got['value'], '', 'a key of the user: cannot be read')
    finally:
        leave(process)


def test_shared_memory(place):
    process, said = holder(place, (
        f'print(l.shmget({KEY}, 4096, 0o1600))\n'))
    try:
        if int(said[0]) < 0:
            raise Skip('no memory of System V here')
        equal(place.attack('shared_memory', KEY), 'ENOENT',
              'shared memory: out of reach')
        equal(place.attack('queues'), 0, 'and not to be seen')
    finally:
        leave(process)
        subprocess.run(['ipcrm', '-M', KEY], check=False)


@contextlib.contextmanager
def control_group(place):
    """One of ours."""
    for base in ('/sys/fs/cgroup', '/sys/fs/cgroup/unified'):
        if os.path.exists(base + '/cgroup.procs'):
            break
    else:
        raise Skip('no control groups of version 2')
    group = f'{base}/daypass-{os.getpid()}'
    try:
        os.mkdir(group)
    except OSError as reason:
        raise Skip(f'no control group can be made: {reason}') from reason
    try:
        for name in ('', *os.listdir(group)):
            os.chown(os.path.join(group, name), place.uid, place.uid)
        yield group
    finally:
        processes.wait_for(lambda: not files(group + '/cgroup.procs'), 10)
        os.rmdir(group)


def files(path):
    with open(path, encoding='ascii') as lines:
        return lines.read()


def test_control_groups(place):
    """Who owns one can kill and freeze what is in it, by a file: the agent,
    daypass run, whatever is outside."""
    with control_group(place) as group:
        ok(place.run('test', '-w', group + '/cgroup.procs').code == 0,
           'a control group of ours')
        equal(place.attack('control_groups'), [], 'is read-only')


def test_own_control_group(place):
    """Open: the one that it is in itself, mounted anew. To kill all in it is
    to end with it."""
    if os.getuid() != 0:
        raise Skip('only root moves us into one')
    with control_group(place) as group:
        process = super(Ordinary, place).start(
            'sh', '-c', 'echo $$ >"$0/cgroup.procs" && exec "$@"', group,
            *place.become(), 'daypass', 'run', '--as', NAME, '--', 'unshare',
            '-UrmC', 'sh', '-c', (
                'mkdir ~/group && mount -t cgroup2 none ~/group || exit 9;'
                'test -w ~/group/cgroup.kill && echo open; ls -d ~/group/*/'))
        out = process.communicate(timeout=60)[0]
        if process.returncode == 9:
            raise Skip('no control group is mounted in a namespace here')
        equal(out.decode(), 'open\n', 'its own control group: open, and no '
              'other is to be seen')
        place.daypass('end')




def test_replaced(place):
    """Open: what is put in the place of a covered file from outside."""
    place.write('home/.netrc', 'old-canary')
    process = place.started('sh', '-c', 'echo up; read go; cat ~/.netrc')
    process.stdout.readline()
    place.write('home/.netrc', 'new-canary')
    equal(process.communicate(b'\n', timeout=20)[0], b'new-canary',
          'a hidden file that is replaced outside: open')
    os.unlink(place.path('home/.netrc'))
    place.write('home/private/netrc', 'old-canary')
    place.configure(sections.section('isolation', None,
                                     hide=place.path('home/private')))
    process = place.started('sh', '-c', (
        'echo up; read go; cat ~/private/netrc'))
    process.stdout.readline()
    place.write('home/private/netrc', 'new-canary')
    equal(process.communicate(b'\n', timeout=20)[0], b'',
          'unless its directory is hidden')


LISTENER = '''
import os, socket, sys
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen()
os.chmod(sys.argv[1], 0o666)
print('up', flush=True)
sys.stdin.read()
'''


def listening(place, path, *prefix, ours=True):
    listener = (place if ours else super(Ordinary, place)).start(
        *prefix, PYTHON, '-c', LISTENER, path)
    if listener.stdout.readline() != b'up\n':
        raise Skip('no network namespaces here')
    return listener


def test_other_networks(place):
    """A socket with a path is reached from any network namespace, and is told
    of in its own alone."""
    paths = [place.path('home', name) for name in (
        'agent', 'docker.sock', 'other')]
    listeners = [listening(place, paths[0], 'unshare', '-Un')]
    if os.getuid() == 0:
        listeners += [
            listening(place, paths[1], 'unshare', '-n', ours=False),
            listening(place, paths[2], ours=False)]
    equal(place.attack('sockets', *paths), {
        paths[0]: 'ECONNREFUSED',
        paths[1]: 'ECONNREFUSED' if os.getuid() == 0 else 'ENOENT',
        paths[2]: '' if os.getuid() == 0 else 'ENOENT'},
        'ours, and a powerful one, of other network namespaces: out of reach')
    if os.getuid() == 0:
        equal(place.attack('sockets', paths[2], env={
            'DOCKER_HOST': 'unix://' + paths[2]}),
            {paths[2]: 'ECONNREFUSED'}, 'and what DOCKER_HOST names')
    for listener in listeners:
        leave(listener)


def test_other_mounts(place):
    """Another /proc than that which is mounted anew."""
    if os.getuid() != 0:
        raise Skip('only root mounts one that outlives a namespace')
    path = place.make('home/another proc')
    process = super(Ordinary, place).start(
        'unshare', '-m', 'sh', '-c', 'mount -t proc proc "$0" && exec "$@"',
        path, *place.become(), 'daypass', 'run', '--as', NAME, '--', PYTHON,
        place.attacker, 'files', path)
    out, err = process.communicate(timeout=60)
    equal(json.loads(out or b'{}'), {path: []}, 'a /proc elsewhere: hidden')
    equal(err, b'', 'and nothing to be said')


def test_working_directory(place):
    place.daypass('begin')
    got = place.attack('here', cwd='/proc')
    ok(0 < got['numbers'] < 20, 'started in /proc: not that of outside', got)
    secret = place.write('home/.aws/credentials', 'aws-canary')
    gone = place.make('home/.aws/gone')
    done = place.run('sh', '-c', (
        f'cd {gone}; rmdir {gone}; daypass run --as {NAME} -- cat '
        '../credentials'))
    equal((done.code, done.out), (71, ''),
          'started where there is nothing any more: refused')
    like(done.err, 'working directory', 'says why')
    ok(os.path.exists(secret), 'outside nothing has changed')


if __name__ == '__main__':
    tap.run(globals(), Cell)
