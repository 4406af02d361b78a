# SPDX-License-Identifier: Apache-2.0
"""Servers that other people wrote: a folder, free ports, and processes that
end with the test."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
PATH = '/usr/sbin:/usr/bin:/sbin:/bin'
PATIENCE = 20   # seconds for a daemon to end before it is killed


def free_port():
    with socket.create_server(('127.0.0.1', 0)) as listener:
        return listener.getsockname()[1]


def answers(port):
    try:
        socket.create_connection(('127.0.0.1', port), 1).close()
    except OSError:
        return False
    return True


def missing(*programs):
    """The first that is not installed, or None."""
    return next((p for p in programs if not shutil.which(p, path=PATH)), None)


def own_mounts(script, *arguments):
    """A command that runs a shell's script in a mount namespace of its own;
    who is not root is it there."""
    become = [] if os.getuid() == 0 else ['--map-root-user']
    return ['unshare', '--mount', *become, 'sh', '-c', script, *arguments]


def why_no_mounts():
    """Why own_mounts() does not work here, or None."""
    done = subprocess.run(own_mounts('mount --bind /etc/ssl /etc/ssl'),
                          check=False, capture_output=True, text=True,
                          stdin=subprocess.DEVNULL)
    return done.stderr.partition('\n')[0] if done.returncode else None


class Peer:
    """Each of its daemons is ours alone, and gone with it."""

    def __init__(self, rig, prefix):
        self.rig = rig
        # Short, for sockets lie in it; open, for workers have other uids.
        self.directory = tempfile.mkdtemp(prefix=prefix + '-', dir='/tmp')
        os.chmod(self.directory, 0o755)
        self.daemons = []
        self.names = {'DIRECTORY': self.directory, 'ISSUER': rig['issuer']}

    def path(self, *parts):
        return os.path.join(self.directory, *parts)

    def take_certificates(self):
        """The rig's own folder is closed to workers with another uid."""
        for name in ('bundle.crt', 'server-chain.crt', 'server.key'):
            shutil.copy(self.rig.cloud.path('ca', name), self.path(name))
        os.chmod(self.path('server.key'), 0o600)

    def render(self, name):
        """NAME.in beside this file, with its @WORDS@ filled in."""
        with open(os.path.join(HERE, name + '.in'), encoding='utf-8') as file:
            text = file.read()
        for word, value in self.names.items():
            text = text.replace(f'@{word}@', str(value))
        with open(self.path(name), 'w', encoding='utf-8') as file:
            file.write(text)
        return self.path(name)

    def environment(self):
        return {'PATH': PATH, 'HOME': self.directory, 'LANG': 'C.UTF-8'}

    def run(self, *command, limit=60, **more):
        done = subprocess.run(
            command, env=self.environment() | more, timeout=limit, check=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True)
        assert done.returncode == 0, f'{command}: {done.stdout}'
        return done.stdout

    def start(self, *command):
        """Its output goes to a file, for reason() to show."""
        name = os.path.basename(command[0])
        with open(self.path(name + '.out'), 'ab') as out:
            self.daemons.append(subprocess.Popen(
                command, env=self.environment(), start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=out, stderr=out))
        return self.daemons[-1]

    def reason(self, name, most=2000):
        """The end of what a log says."""
        try:
            with open(self.path(name), encoding='utf-8',
                      errors='replace') as log:
                return log.read()[-most:]
        except OSError as error:
            return str(error)

    def stop(self):
        """The last one first: each needs those before it."""
        for daemon in reversed(self.daemons):
            daemon.terminate()
            try:
                daemon.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                os.killpg(daemon.pid, signal.SIGKILL)
                daemon.wait()
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        try:
            self.up()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()


def give_to(user, path):
    """For a worker; only root can."""
    entry = pwd.getpwnam(user)
    for folder, _, files in os.walk(path):
        for name in ['.', *files]:
            os.chown(os.path.join(folder, name), entry.pw_uid, entry.pw_gid)
