# SPDX-License-Identifier: Apache-2.0
"""A place to work in: a home, a runtime directory, an environment with
nothing of this machine's in it, and daypass as it was built."""

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass

from . import processes

BUILD = os.path.abspath(os.environ.get('DAYPASS_BUILD') or os.getcwd())
SOURCE = os.path.abspath(os.environ.get('DAYPASS_SOURCE') or os.path.join(
    os.path.dirname(os.path.abspath(__file__)), '..', '..'))
LIMIT = 60      # seconds that a command may take, on a machine under load
# The agent's stderr is /dev/null: what a sanitizer finds there goes to files.
KILLED = 'Unable to get registers from thread'  # while it looked for leaks
SANITIZERS = ('ASAN_OPTIONS', 'LSAN_OPTIONS', 'UBSAN_OPTIONS')


@dataclass
class Done:
    """A command that has ended."""
    code: int
    out: str
    err: str

    def __str__(self):
        return f'exit {self.code}\n{self.out}\n{self.err}'


def is_sanitized():
    """A sanitizer has memory of its own, and keeps what was freed."""
    with open(os.path.join(BUILD, 'daypass-agent'), 'rb') as program:
        return b'__asan_init' in program.read()


def to_bytes(text):
    return text.encode() if isinstance(text, str) else text


class Place:
    def __init__(self, rig):
        self.rig = rig
        self.directory = tempfile.mkdtemp(prefix='daypass-place-')
        self.sessions = set()
        self.home = self.make('home')
        self.runtime = self.make('run')
        self.temporary = self.make('tmp')
        self.bin = self.make('bin')
        self.env = {
            'PATH': ':'.join((BUILD, self.bin, rig['bin'], '/usr/bin',
                              '/bin')),
            'HOME': self.home,
            'XDG_RUNTIME_DIR': self.runtime,
            'TMPDIR': self.temporary,
            'LANG': 'C.UTF-8',
            **{n: f'{os.environ.get(n, "")}:log_path={self.path("sanitizer")}'
               for n in SANITIZERS},
        }

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        left = self.end()
        found = self.sanitizers_found()
        shutil.rmtree(self.directory, ignore_errors=True)
        assert not found, found
        assert not left or kind, f'processes that stayed: {left}'

    def sanitizers_found(self):
        found = ''
        for name in os.listdir(self.directory):
            if name.startswith('sanitizer.'):
                with open(self.path(name), encoding='utf-8') as log:
                    found += ''.join(line for line in log
                                     if KILLED not in line)
        return found

    # files

    def path(self, *parts):
        return os.path.join(self.directory, *parts)

    def make(self, *parts):
        os.makedirs(self.path(*parts), 0o700, exist_ok=True)
        return self.path(*parts)

    def write(self, path, text, mode=0o600):
        """A file, whole; its path is taken from our directory."""
        path = self.path(path)
        os.makedirs(os.path.dirname(path), 0o700, exist_ok=True)
        with open(path + '.new', 'wb') as out:
            out.write(to_bytes(text))
        os.chmod(path + '.new', mode)
        os.rename(path + '.new', path)
        return path

    @property
    def config(self):
        return self.path('home/.config/daypass/config')

    def configure(self, *sections):
        """daypass's configuration, with the cloud's CA trusted."""
        trust = f'[http]\n\tca-file = {self.rig["ca"]}\n'
        return self.write(self.config, trust + '\n'.join(sections))

    def without_identity(self):
        """No `ona` on PATH: a workspace that has no identity."""
        self.env['PATH'] = ':'.join((BUILD, self.bin, '/usr/bin', '/bin'))
        self.env['NO_GCE_CHECK'] = 'true'   # should this be such a machine

    # programs

    def environment(self, more):
        """A variable that is None is not set."""
        merged = {**self.env, **more}
        return {n: v for n, v in merged.items() if v is not None}

    def start(self, *command, env=None, **more):
        streams = {n: subprocess.PIPE for n in ('stdin', 'stdout', 'stderr')}
        return subprocess.Popen(
            command, env=self.environment(env or {}),
            **{'cwd': self.home, **streams, **more})

    def run(self, *command, input='', env=None, limit=LIMIT, **more):
        """Runs it to its end, and to the end of what it prints: a process
        that keeps its output open is waited for as well."""
        with self.start(*command, env=env, **more) as process:
            try:
                out, err = process.communicate(to_bytes(input), limit)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
        return Done(process.returncode, out.decode('utf-8', 'replace'),
                    err.decode('utf-8', 'replace'))

    def daypass(self, *arguments, **more):
        return self.run('daypass', *arguments, **more)

    # the agent

    @property
    def socket(self):
        runtime = self.env.get('DAYPASS_RUNTIME_DIR') or \
            os.path.join(self.env['XDG_RUNTIME_DIR'], 'daypass')
        return os.path.join(runtime, 'agent.sock')

    def agent(self):
        """Its pid, or None."""
        pid = processes.listener(self.socket)
        state = processes.status(pid) if pid else None
        if state:
            self.sessions.add(state[2])
        return pid

    def left(self):
        """Our processes, as far as they can be told from others'."""
        found = set(processes.with_environment(self.directory))
        for session in self.sessions:
            found |= set(processes.of_session(session))
        return {pid: processes.read(pid, 'cmdline') for pid in found}

    def end(self):
        """Ends the agent; gives what had to be killed."""
        pid = self.agent()
        if pid:
            self.daypass('end', env={'DAYPASS_CONFIG': None})
            processes.wait_end(pid, 20)
        if processes.wait_for(lambda: not self.left(), 5):
            return {}
        left = self.left()
        for pid in left:
            processes.kill(pid)
        return left
