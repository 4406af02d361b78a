#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Ways out of `daypass run --as`, tried from inside by an ordinary user: its
processes, the agent, the identity, and whoever does things for others. Each
is closed, or open as docs/threat-model.md says."""

import json
import os
import shutil
import signal
import socket
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import processes, sections, tap, wire   # noqa: E402
from support.cell import NAME, PYTHON, Cell   # noqa: E402
from support.tap import Skip, equal, like, ok, unlike   # noqa: E402


def test_leaving_the_tree(place):
    for way in ('double', 'setsid', 'daemon', 'nohup'):
        said = place.path('home', f'said-{way}')
        begun = time.monotonic()
        place.attack('forks', said, way)
        ok(os.path.exists(said) and time.monotonic() - begun > 0.3,
           f'{way}: run waits for it')
        with open(said, encoding='utf-8') as answer:
            equal(json.load(answer), [NAME], f'{way}: and it is inside')


def test_killing(place):
    place.daypass('begin')
    agent = place.agent()
    other = place.start('sleep', '300')
    command = (PYTHON, place.attacker, 'kills', str(agent), str(other.pid))
    process = place.started('sh', '-c', f'read pid; {" ".join(command)} $pid')
    # setpriv, where we are root, has become it
    out = process.communicate(f'{process.pid}\n'.encode(), timeout=30)[0]
    equal(set(json.loads(out).values()), {'ESRCH'},
          'daypass run, the agent, another process: not to be seen')
    ok(place.agent() == agent and other.poll() is None, 'and all live')
    equal(place.attack('kills_all')[1:], ['', [NAME]],
          'whom it may signal is inside, and the first one does not die')
    other.kill()
    other.communicate()


def test_run_is_killed(place):
    """By somebody outside, or for lack of memory."""
    process = place.started('sh', '-c', (
        'daypass token github >/dev/null; export MARK=marked-by-escape;'
        'setsid sleep 300 & echo up; wait'))
    process.stdout.readline()
    ok(processes.wait_for(lambda: processes.with_environment(
        'marked-by-escape'), 10), 'a tree with a process that left')
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=20)
    ok(processes.wait_for(lambda: not processes.with_environment(
        'marked-by-escape'), 10), 'kill -9 of run: nothing of it lives on')
    ok(processes.wait_for(lambda: place.rig.count('github:revoke') == 1, 10),
       'and what it had is taken back')


def test_looking(place):
    secret = {'ACTIONS_ID_TOKEN_REQUEST_TOKEN': 'request-token-canary',
              'ACTIONS_ID_TOKEN_REQUEST_URL': 'https://localhost:1/x',
              'GITHUB_TOKEN': 'github-canary', 'OF_THE_COMMAND': 'kept'}
    place.daypass('begin')
    other = place.start('sleep', '300', env=secret)
    agent, pids = place.agent(), str(other.pid)
    seen = place.attack('reads', pids, str(agent), str(os.getpid()),
                        env=secret)
    ok('' not in seen.values(), 'environ and mem of others: not there', seen)
    ok(all(seen[f'{pid}/environ'] == 'ENOENT' for pid in (pids, agent)),
       'nor their directories in /proc', seen)
    ok(seen['1/environ'] in ('EACCES', 'EPERM') and
       seen['1/mem'] in ('EACCES', 'EPERM'),
       'the first process inside, which was run itself: concealed', seen)
    got = place.attack('traces', pids, str(agent))
    equal((got[pids], got[str(agent)], got['1']),
          ('ESRCH', 'ESRCH', 'EPERM'), 'ptrace: of nobody')
    equal(place.attack('environment', *secret, env=secret), {
        **dict.fromkeys(secret), 'OF_THE_COMMAND': 'kept'},
        'request tokens and static credentials: not in its environment')
    ok(max(place.attack('processes')) < 20, 'only its own are in /proc')
    other.kill()
    other.communicate()


def test_namespaces(place):
    place.write('home/.netrc', 'password netrc-canary')
    got = place.attack('namespaces')
    equal(got['who'], [NAME], 'new user and pid namespaces: still inside')
    unlike(str(got['mount']), 'netrc-canary', 'as root there: no umount')
    ok(not os.path.exists(place.path('home/.config/daypass/new')),
       'nor writing what is read-only', got)
    got = place.attack('privileges')
    equal((got['CapPrm'].strip('0'), got['CapEff'].strip('0'),
           got['CapBnd'].strip('0'), got['NoNewPrivs'], got['Seccomp']),
          ('', '', '', '1', '2'), 'no capabilities, and none to gain')


def test_other_agents(place):
    place.daypass('begin')
    place.make('home/mine')
    place.rig.forget()
    got = place.attack('other_directory', place.path('home/mine'))
    equal(got['told']['code'], 71, 'another runtime directory: no agent')
    like(got['told']['err'], 'inside of the session agent:test none is '
         'started', 'says so')
    equal(got['done'][1], '', 'one that it starts all the same: no token')
    said = place.attack('once', place.path('programs/daypass-agent'))
    like(said, '^daypass=1 error\nfault=identity',
         'daypass-agent --once: has no identity')
    equal(place.rig.counts(), {}, 'and nobody was asked')


def test_identity_itself(place):
    rig = place.rig
    token = place.write('home/token', place.rig.token('x'))
    place.configure(sections.section('identity', 'file', source='file',
                                     file='~/token'),
                    sections.section('identity', 'program', source='command',
                                     command='~/issue {audience}'),
                    sections.section('isolation', None,
                                     hide=rig['identity_socket']))
    place.write('home/issue', '#!/bin/sh\necho issue-canary\n', 0o700)
    place.write('bin/ona', '#!/bin/sh\necho copy-canary\n', 0o700)
    names = ('ona', 'gitpod', 'gp', place.path('bin/ona'),
             os.path.join(rig['bin'], 'ona'), place.path('home/issue'))
    equal(set(place.attack('commands', *names).values()), {'EACCES'},
          'its commands cannot be run, nor copies on PATH')
    equal(set(place.attack('files', token, *names[3:]).values()), {''},
          'its token file and its programs cannot be read')
    equal(place.attack('sockets', rig['identity_socket']),
          {rig['identity_socket']: 'ECONNREFUSED'},
          'its socket cannot be reached')
    ok(place.daypass('token', '--audience', 'x').code == 0,
       'outside all is as it was')


def test_identity_settings(place):
    """Whom its command asks, and as whom, is in files of its own."""
    place.write('home/.ona/configuration.yaml', 'token: ona-canary')
    equal(place.attack('files', place.path('home/.ona')),
          {place.path('home/.ona'): []}, 'cannot be read')
    made = [place.path('home', name, 'configuration.yaml')
            for name in ('.ona', '.gitpod')]
    equal(set(place.attack('makes', *made).values()), {'EROFS'},
          'nor made, also where there are none')
    equal(os.listdir(place.path('home/.gitpod')), [], 'outside neither')


def test_variables(place):
    """What the agent runs for the session, with what around it?"""
    rig = place.rig
    seen = place.path('home/seen')
    place.write('bin/ona', f'#!/bin/sh\nenv >{seen}\n'
                f'exec {rig["bin"]}/ona "$@"\n', 0o700)
    evil = {'ONA_HOST': 'evil.example', 'ONA_TOKEN': 'evil', 'HOME': '/evil',
            'DBUS_SESSION_BUS_ADDRESS': 'unix:path=/evil',
            'AWS_WEB_IDENTITY_TOKEN_FILE': '/evil'}
    words = [f'{name}={value}' for name, value in evil.items()]
    for outer in ((), ('daypass', 'run', '--')):
        # HOME says where the configuration is, too: so it is named
        done = place.session(*outer, 'env', *words, 'daypass', 'token',
                             '--force', 'github', env={
                                 'ONA_TOKEN': 'ours',
                                 'XDG_CONFIG_HOME': place.path(
                                     'home/.config')})
        ok(done.out.startswith('ghs_'), 'a command asks with variables of '
           'its own', done)
        with open(seen, encoding='utf-8') as said:
            got = said.read()
        unlike(got, 'evil', 'which the identity does not get')
        like(got, 'ONA_TOKEN=ours', 'but those of who started the session')
    place.without_identity()
    os.unlink(place.path('bin/ona'))
    place.daypass('end')
    github = {'GITHUB_ACTIONS': 'true',
              'ACTIONS_ID_TOKEN_REQUEST_URL': rig['github_token_url'],
              'ACTIONS_ID_TOKEN_REQUEST_TOKEN': rig['github_request_token']}
    place.configure(sections.octo(rig, scope='acme/web'),
                    sections.section('identity', None,
                                     source='github-actions'))
    process = place.started('sh', '-c', (
        'daypass token --audience x; read go; daypass token --audience x'),
        env=github)
    ok(process.stdout.readline().startswith(b'ey'),
       'an identity of variables serves who has them not')
    agent = place.agent()
    os.kill(agent, signal.SIGKILL)
    processes.wait_for(lambda: place.agent() not in (None, agent), 10)
    time.sleep(0.2)
    out, err = process.communicate(b'\n', timeout=30)
    ok(out.startswith(b'ey'), 'also by the next agent', out, err)


def test_named_variables(place):
    """Those that [identity] names are tokens: all of them stay outside."""
    named = {'ONE_JWT': 'x', 'TWO_JWT': 'y'}
    for source in ('gitlab', 'env'):
        place.configure(sections.section('identity', None, source=source,
                                         variable=list(named)))
        equal(place.attack('environment', *named, env=named),
              dict.fromkeys(named), f'{source}: no variable of several')


def test_general_command(place):
    """Open, and so refused: a shell cannot be taken away."""
    place.configure(sections.section('identity', None, source='command',
                                     command='sh -c id-token'))
    done = place.session('true')
    equal(done.code, 71, 'an identity that is a shell: refused')
    like(done.err, 'paths: .*cannot be taken away from the session: put what '
         'it does into a script', 'says what to do')
    place.write('home/issue', '#!/bin/sh\necho issue-canary\n', 0o700)
    place.configure(sections.section(
        'identity', None, source='command',
        command=f'sh {place.path("home/issue")}'))
    equal(place.session('cat', place.path('home/issue')).out, '',
          'one with a script: that is hidden, and the shell is not')


def test_sockets(place):
    """What does things outside for whoever asks."""
    listeners = []
    paths = []
    for name in ('ssh-x/agent.1', 'docker.sock', 'tmux/default'):
        path = place.path('home', name)
        place.make(os.path.dirname(os.path.join('home', name)))
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(path)
        listener.listen()
        os.chmod(path, 0o666)
        if name != 'docker.sock':
            os.chown(path, place.uid, place.uid)
        listeners.append(listener)
        paths.append(path)
    equal(set(place.attack('sockets', *paths).values()), {'ECONNREFUSED'},
          "ours, and others' that are powerful: out of reach")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind('\0daypass-escape')
    listener.listen()
    listeners.append(listener)
    done = place.daypass('doctor', '--as', NAME).out
    if 'sockets without a path' in done:
        equal(place.attack('abstract', 'daypass-escape'), '',
              'without a path: open before Landlock 6')
    else:
        equal(place.attack('abstract', 'daypass-escape'), 'EPERM',
              'without a path: out of reach')
    for listener in listeners:
        listener.close()


def test_relative_name(place):
    """Open: a socket that was bound by a relative name, of which the kernel
    tells no more than that, and that lies deeper than we look."""
    deep = place.make('home/a/b/c')
    path = os.path.join(deep, 'relative')
    with socket.socket(socket.AF_UNIX) as listener:
        here = os.getcwd()
        os.chdir(deep)
        listener.bind('relative')
        os.chdir(here)
        listener.listen()
        os.chown(path, place.uid, place.uid)
        equal(place.attack('sockets', path), {path: ''},
              'a socket of a relative name: open')
        place.configure(sections.section('isolation', None, hide=path))
        equal(place.attack('sockets', path), {path: 'ECONNREFUSED'},
              'unless hide names it')


def test_later_socket(place):
    """Open: a server that starts while the session runs."""
    process = place.started(
        'sh', '-c', f'echo up; read go; {PYTHON} {place.attacker} sockets '
        f'{place.path("home/late")} {place.path("run/late")} '
        f'{place.path("tmp/tmux-%d/late" % place.uid)}')
    process.stdout.readline()
    listeners = []
    for path in (place.path('home/late'), place.path('run/late'),
                 place.path(f'tmp/tmux-{place.uid}/late')):
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(path)
        listener.listen()
        os.chown(path, place.uid, place.uid)
        listeners.append(listener)
    got = json.loads(process.communicate(b'\n', timeout=30)[0])
    equal(list(got.values()), ['', 'ENOENT', 'ENOENT'],
          'a later socket: open, but in $XDG_RUNTIME_DIR and for tmux')
    for listener in listeners:
        listener.close()


def need(*programs):
    for program in programs:
        if not shutil.which(program):
            raise Skip(f'{program} is not installed')


def test_tmux(place):
    need('tmux')
    server = place.path(f'tmp/tmux-{place.uid}/default')
    try:
        done = place.run('tmux', 'new-session', '-d', 'sleep 300')
        ok(done.code == 0, 'a tmux server outside', done)
        mark = place.path('home/by-tmux')
        done = place.session('tmux', '-S', server, 'run-shell',
                             f'touch {mark}')
        ok(done.code != 0 and not os.path.exists(mark),
           'which the inside does not reach', done)
        place.session('tmux', 'new-session', '-d', (
            f'daypass status --json >{mark}'))
        processes.wait_for(lambda: os.path.exists(mark), 5)
        with open(mark, encoding='utf-8') as said:
            like(said.read(), '"name":"agent:test"',
                 'and one of its own is inside')
    finally:
        place.run('tmux', '-S', server, 'kill-server')


def test_session_bus(place):
    need('dbus-daemon', 'dbus-send')
    path = place.path('home/bus')
    bus = place.start('dbus-daemon', '--session', '--nofork',
                      f'--address=unix:path={path}')
    ok(processes.wait_for(lambda: os.path.exists(path), 10), 'a session bus')
    command = ('dbus-send', f'--bus=unix:path={path}', '--print-reply',
               '--dest=org.freedesktop.DBus', '/org/freedesktop/DBus',
               'org.freedesktop.DBus.ListNames')
    equal(place.run(*command).code, 0, 'answers outside')
    ok(place.session(*command).code != 0, 'and not inside')
    bus.terminate()
    bus.communicate()


def test_set_uid(place):
    """What sudo, su, at, crontab and newuidmap live by."""
    if os.getuid() != 0:
        raise Skip('only root makes such a program')
    program = place.path('programs/id')
    shutil.copy('/usr/bin/id', program)
    os.chown(program, 0, 0)
    os.chmod(program, 0o4755)
    equal(place.run(program, '-u').out, '0\n', 'a set-uid program of root')
    equal(place.session(program, '-u').out, f'{place.uid}\n',
          'inside it is none')


def test_schedulers(place):
    tried = 0
    for command in (('crontab', '-l'), ('at', '-l'), ('sudo', '-n', 'id'),
                    ('systemd-run', '--user', 'true'),
                    ('systemd-run', 'true')):
        if shutil.which(command[0]):
            tried += 1
            done = place.session(*command, env={
                'DBUS_SESSION_BUS_ADDRESS': None})
            ok(done.code != 0, f'{" ".join(command)}: refused', done)
    if not tried:
        raise Skip('no scheduler is installed')


def test_handed_in(place):
    """Open: a connection that somebody outside has made for it."""
    place.daypass('begin')
    script = ('import os, socket, sys\n'
              's = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])\n'
              'os.dup2(s.fileno(), 9)\nos.execvp(sys.argv[2], sys.argv[2:])')
    said = place.attack('handed', '9',
                        prefix=(PYTHON, '-c', script, place.socket))
    like(said, '^daypass=1 ok', 'a connection handed in: speaks as who made '
         'it')
    like(said, '"sessions":\\[{', 'and sees what that one sees')


def test_verbs(place):
    place.configure(sections.octo(place.rig, scope='acme/web'),
                    sections.section('policy', NAME, rule=['asks']),
                    sections.section('rule', 'asks', verdict='approve'))
    got = place.attack('verbs', 'abcdefgh')
    for name in ('end', 'approvals', 'approve', 'deny', 'road'):
        like(got[name], '^daypass=1 error\nfault=refused\nstage=policy',
             f'{name}: not from inside')
    like(got['session'], '^daypass=1 error\nfault=usage',
         'a session named self: there is no such thing')
    process = place.started('daypass', 'token', 'github')

    def pending():
        done = place.run(PYTHON, '-c', (
            'import socket, sys; s = socket.socket(socket.AF_UNIX);'
            's.connect(sys.argv[1]); s.sendall(b"daypass=1 approvals\\n\\n");'
            'print(s.makefile().read())'), place.socket)
        found = json.loads(wire.parse(done.out.encode())[1].get('json', '[]'))
        return [a['id'] for a in found if a['state'] == 'pending']
    waiting = processes.wait_for(pending, 20)
    done = place.session('daypass', 'approve', *waiting)
    ok(done.code != 0, 'daypass approve from inside', done)
    equal(pending(), waiting, 'grants nothing')
    process.terminate()
    process.communicate(timeout=20)


def test_network(place):
    """Open: who answers on the network whoever asks."""
    with socket.create_server(('127.0.0.1', 0)) as server:
        port = server.getsockname()[1]
        done = place.session(PYTHON, '-c', (
            'import socket, sys; socket.create_connection('
            '("127.0.0.1", int(sys.argv[1]))); print("there")'), str(port))
    equal(done.out, 'there\n', 'a port on loopback: open')


# One that lets nobody have a user namespace, as containers do.
NO_SPACES = '''
import ctypes, os, struct, sys
CLONE, UNSHARE, FLAG = {'x86_64': (56, 272, 0x10000000),
                        'aarch64': (220, 97, 0x10000000)}[os.uname().machine]
def op(code, jt, jf, k):
    return struct.pack('HBBI', code, jt, jf, k)
code = b''.join((op(0x20, 0, 0, 0), op(0x15, 1, 0, CLONE),
                 op(0x15, 0, 3, UNSHARE), op(0x20, 0, 0, 16),
                 op(0x45, 0, 1, FLAG), op(6, 0, 0, 0x50001),
                 op(6, 0, 0, 0x7fff0000)))
buffer = ctypes.create_string_buffer(code)
program = struct.pack('HxxxxxxQ', 7, ctypes.addressof(buffer))
l = ctypes.CDLL(None)
assert l.prctl(38, 1, 0, 0, 0) == 0
assert l.prctl(22, 2, ctypes.c_char_p(program), 0, 0) == 0
os.execvp(sys.argv[1], sys.argv[1:])
'''


def test_refused(place):
    """Where the kernel refuses, nothing is run, unless that is wanted."""
    if os.uname().machine not in ('x86_64', 'aarch64'):
        raise Skip('the numbers of its calls are not written down here')
    prefix = (PYTHON, '-c', NO_SPACES, 'daypass')
    done = place.run(*prefix, 'run', '--as', NAME, '--', 'echo', 'ran')
    equal((done.code, done.out), (71, ''), 'no namespaces: fails')
    like(done.err, 'this machine refuses user namespaces: .*--advisory',
         'names what is missing, and the way out')
    done = place.run(*prefix, 'doctor', '--as', NAME)
    equal(done.code, 71, 'doctor says so beforehand')
    like(done.out, 'FAIL namespaces .*FAIL mount-namespace', 'part by part')
    done = place.run(*prefix, 'run', '--as', NAME, '--advisory', '--', 'sh',
                     '-c', 'echo ran; grep NoNewPrivs /proc/self/status;'
                     'echo $GITHUB_TOKEN.; daypass status --json',
                     env={'GITHUB_TOKEN': 'x'})
    like(done.out, '^ran\nNoNewPrivs:\t1\n\\.\n.*"advisory":true',
         '--advisory: runs, with what there is, and is marked')
    like(done.err, 'advisory, not isolated: mount-namespace: ',
         'and says what there is not')


if __name__ == '__main__':
    tap.run(globals(), Cell)
