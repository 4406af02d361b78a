#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Ways out of `daypass run --as`, one function each. It is run inside, and
prints what came of it as JSON: test-escape.py knows what ought to."""

import ctypes
import errno
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time

libc = ctypes.CDLL(None, use_errno=True)
TIOCSTI, TIOCLINUX = 0x5412, 0x541C
PTRACE_ATTACH = 16


def outcome(action, *arguments):
    """'' if it works, else the error's name."""
    try:
        action(*arguments)
        return ''
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error))


def called(result):
    return '' if result != -1 else errno.errorcode[ctypes.get_errno()]


def run(*command, env=None, **more):
    done = subprocess.run(command, capture_output=True, text=True, timeout=50,
                          check=False, stdin=subprocess.DEVNULL,
                          env={**os.environ, **(env or {})}, **more)
    return {'code': done.returncode, 'out': done.stdout, 'err': done.stderr}


def outside(name):
    """As if nobody had told us that we are inside."""
    return {n: v for n, v in os.environ.items() if n != name}


def who():
    """The sessions that the agent lets us see: ours, or all."""
    shown = json.loads(run('daypass', 'status', '--json')['out'])
    return [session['name'] for session in shown['sessions']]


def speak(connection, text):
    connection.sendall(text.encode())
    said = b''
    while more := connection.recv(65536):
        said += more
    return said.decode()


def connect(path):
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(10)
    connection.connect(path)
    return connection


def agent_socket():
    return os.environ['XDG_RUNTIME_DIR'] + '/daypass/agent.sock'


def verb(text):
    return speak(connect(agent_socket()), f'daypass=1 {text}\n\n')


# processes

def forks(where, way):
    """Leaves the tree as daemons do; what it finds goes to a file."""
    if way == 'nohup':
        subprocess.Popen(['nohup', sys.executable, __file__, 'write', where],
                         stdout=subprocess.DEVNULL, start_new_session=True,
                         stderr=subprocess.DEVNULL)
        return None
    if os.fork() == 0:
        if way in ('setsid', 'daemon'):
            os.setsid()
        if os.fork() == 0:
            if way == 'daemon':
                os.chdir('/')
                os.closerange(0, 3)
                for _ in range(3):
                    os.open('/dev/null', os.O_RDWR)
            while os.getppid() != 1:
                time.sleep(0.01)
            write(where)
        os._exit(0)
    return None


def write(where):
    time.sleep(0.3)
    with open(where + '.new', 'w', encoding='utf-8') as out:
        json.dump(who(), out)
    os.rename(where + '.new', where)


def kills(*pids):
    """Those outside whose numbers we were told."""
    return {pid: outcome(os.kill, int(pid), signal.SIGKILL) for pid in pids}


def kills_all():
    """All that we may, but for ourselves."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    return [outcome(os.kill, -1, signal.SIGTERM),
            outcome(os.kill, 1, signal.SIGKILL), who()]


def traces(*pids):
    def attach(pid):
        return called(libc.ptrace(PTRACE_ATTACH, int(pid), None, None))
    return {pid: attach(pid) for pid in (*pids, '1')}


def reads(*pids):
    def look(path):
        with open(path, 'rb') as source:
            source.read()
    return {f'{pid}/{name}': outcome(look, f'/proc/{pid}/{name}')
            for pid in (*pids, '1') for name in ('environ', 'mem')}


def environment(*names):
    return {name: os.environ.get(name) for name in names}


def processes():
    return sorted(int(name) for name in os.listdir('/proc')
                  if name.isdigit())


def namespaces():
    """New ones of our own, in which we are root."""
    command = (sys.executable, __file__, 'who')
    return {'who': json.loads(run('unshare', '-Urpf', '--mount-proc',
                                  *command)['out']),
            'mount': run('unshare', '-Urm', 'sh', '-c', (
                'umount "$HOME/.netrc"; umount -l "$XDG_RUNTIME_DIR";'
                'mount -o remount,rw,bind "$HOME/.config/daypass";'
                'cat "$HOME/.netrc"; echo x >"$HOME/.config/daypass/new"'))}


def privileges():
    with open('/proc/self/status', encoding='ascii') as status:
        lines = dict(line.split(':\t', 1) for line in status)
    return {name: lines[name].strip() for name in (
        'CapPrm', 'CapEff', 'CapBnd', 'NoNewPrivs', 'Seccomp')}


# the agent

def other_directory(where):
    """An agent of our own, in a directory of our own."""
    env = outside('DAYPASS_SESSION')
    env['DAYPASS_RUNTIME_DIR'] = where
    told = run('daypass', 'token', '--audience', 'x',
               env={'DAYPASS_RUNTIME_DIR': where})
    done = subprocess.run(['daypass', 'token', '--audience', 'x'], env=env,
                          capture_output=True, text=True, check=False)
    subprocess.run(['daypass', 'end'], env=env, capture_output=True,
                   check=False)
    return {'told': told, 'done': [done.returncode, done.stdout, done.stderr]}


def once(program):
    """The agent of one request, over a socket pair."""
    ours, theirs = socket.socketpair()
    os.set_inheritable(theirs.fileno(), True)
    with subprocess.Popen([program, '--once', str(theirs.fileno())],
                          close_fds=False, stderr=subprocess.DEVNULL):
        theirs.close()
        return speak(ours, 'daypass=1 get\ntool=token\naudience=x\n\n')


def commands(*names):
    def call(name):
        try:
            return run(name, 'idp', 'token', '--audience', 'x')['out']
        except OSError as error:
            return errno.errorcode[error.errno]
    return {name: call(name) for name in names}


def sockets(*paths):
    return {path: outcome(lambda: connect(path).close()) for path in paths}


def abstract(name):
    return outcome(lambda: connect('\0' + name).close())


def handed(number):
    """A connection that somebody outside has made and left to us."""
    connection = socket.socket(fileno=int(number))
    return speak(connection, 'daypass=1 status\n\n')


def verbs(approval):
    return {text.split('\n')[0]: verb(text) for text in (
        'end', 'approvals', f'approve\napproval={approval}',
        f'deny\napproval={approval}', 'road\nas=agent:other',
        'session\nname=self')}


def locks():
    """The lock that a starter of agents takes."""
    directory = os.environ['XDG_RUNTIME_DIR'] + '/daypass'
    found = {}
    for name in ('agent.lock', 'ending'):
        try:
            with open(f'{directory}/{name}', 'rb') as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                found[name] = os.fstat(lock.fileno()).st_rdev
        except OSError as error:
            found[name] = errno.errorcode[error.errno]
    return found


# files

def files(*paths):
    """What can be read of them."""
    def read(path):
        if os.path.isdir(path):
            return sorted(os.listdir(path))
        with open(path, encoding='utf-8') as source:
            return source.read()

    def attempt(path):
        try:
            return read(path)
        except OSError as error:
            return errno.errorcode[error.errno]
    return {path: attempt(path) for path in paths}


def changes(path):
    """Every way to have another file in the place of this one."""
    new = os.environ['HOME'] + '/other'
    with open(new, 'w', encoding='utf-8') as out:
        out.write('[identity]\n\tsource = env\n')
    parent = os.path.dirname(path)
    found = {
        'write': outcome(lambda: open(path, 'a', encoding='utf-8').close()),
        'truncate': outcome(os.truncate, path, 0),
        'unlink': outcome(os.unlink, path),
        'rename over': outcome(os.rename, new, path),
        'rename away': outcome(os.rename, path, path + '.old'),
        'chmod': outcome(os.chmod, path, 0o666),
    }
    while os.access(os.path.dirname(parent), os.W_OK):
        found[f'rename {parent}'] = outcome(os.rename, parent,
                                            parent + '.old')
        parent = os.path.dirname(parent)
    return found


def unlock(path):
    """Who owns a thing may make it writable."""
    directory = os.path.dirname(path)
    above = os.path.dirname(directory)
    return [outcome(os.chmod, path, 0o600), outcome(os.chmod, directory, 0o700),
            outcome(os.chmod, above, 0o700),
            outcome(os.rename, directory, directory + '.old')]


def makes(*paths):
    def make(path):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'x', encoding='utf-8') as out:
            out.write('echo escaped\n')
        os.chmod(path, 0o755)
    return {path: outcome(make, path) for path in paths}


# the terminal

def terminal():
    """Also with bits that the kernel does not look at."""
    number = {'x86_64': 16, 'aarch64': 29}.get(os.uname().machine, 54)
    with open('/dev/tty', 'rb+', buffering=0) as tty:
        return [outcome(fcntl.ioctl, tty, TIOCSTI, b'x'),
                outcome(fcntl.ioctl, tty, TIOCLINUX, b'\x02' * 8),
                called(libc.syscall(number, tty.fileno(),
                                    ctypes.c_ulong(1 << 32 | TIOCSTI), b'x'))]


def keyring(name):
    """A key of the session that we come from."""
    numbers = {'x86_64': 249, 'aarch64': 218}
    return called(libc.syscall(
        numbers[os.uname().machine], b'user', name.encode(), None, 0))


# the kernel's own places

KEYS = {'x86_64': (248, 249, 250), 'aarch64': (217, 218, 219)}


def keys(name):
    """A key of the user's, by way of the user's own keyring outside: whoever
    can link that is in possession of what it holds."""
    _, request, control = KEYS[os.uname().machine]
    try:
        with open('/proc/keys', encoding='ascii') as shown:
            rings = [line.split()[0] for line in shown if ' _uid.' in line]
    except OSError:
        rings = []
    linked = [called(libc.syscall(control, 8, int(ring, 16), -3))
              for ring in rings]
    key = libc.syscall(request, b'user', name.encode(), None, 0)
    value = ctypes.create_string_buffer(100)
    got = libc.syscall(control, 11, key, value, 100)
    return {'linked': linked, 'value': value.value.decode() if got > 0 else ''}


def shared_memory(key):
    return called(libc.shmget(int(key, 0), 4096, 0o600))


def queues():
    """Of System V, and those with names."""
    with open('/proc/sysvipc/shm', encoding='ascii') as shm:
        return len(shm.readlines()) - 1


def control_groups():
    """Every file of a control group that could be written."""
    found = []
    for top, directories, names in os.walk('/sys/fs/cgroup'):
        found += [os.path.join(top, name) for name in (*directories, *names)
                  if os.access(os.path.join(top, name), os.W_OK)]
    return found


def here():
    """What can be seen from the working directory, without a name for it."""
    found = {'numbers': len([name for name in os.listdir('.')
                             if name.isdigit()])}
    try:
        with open('../credentials', encoding='utf-8') as secret:
            found['above'] = secret.read()
    except OSError as error:
        found['above'] = errno.errorcode[error.errno]
    return found


if __name__ == '__main__':
    print(json.dumps(globals()[sys.argv[1]](*sys.argv[2:])), flush=True)
