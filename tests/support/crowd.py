# SPDX-License-Identifier: Apache-2.0
"""A crowd: thousands of real processes that all set off at one moment."""

import os
import resource
import time

from .tap import Skip

# Waits at the gate, a pipe that nobody writes to, and becomes the program.
STARTER = '[ -z "$1" ] || ulimit -n "$1"; shift; read -r _; exec "$@"'
EACH = 3 << 20      # bytes of memory that one asker may want


class Crowd:
    def __init__(self, place, count, *command, descriptors='', env=None):
        check_room(count)
        self.out, self.err = (place.path(name) for name in ('out', 'err'))
        self.pids = []
        held, self.gate = os.pipe()
        files = [(os.POSIX_SPAWN_DUP2, held, 0)] + [
            (os.POSIX_SPAWN_OPEN, fd, path,
             os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_TRUNC, 0o600)
            for fd, path in ((1, self.out), (2, self.err))]
        words = ['/bin/sh', '-c', STARTER, 'sh', str(descriptors), *command]
        environment = place.environment(env or {})
        try:
            for _ in range(count):
                self.pids.append(os.posix_spawn(
                    '/bin/sh', words, environment, file_actions=files))
        finally:
            os.close(held)

    def open(self):
        """Lets them go."""
        self.began = time.monotonic()
        os.close(self.gate)

    def wait(self):
        """(exit codes, outputs, errors, seconds): what they said, line by
        line, when all have ended."""
        codes = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
                 for pid in self.pids]
        took = time.monotonic() - self.began
        return codes, lines(self.out), lines(self.err), took

    def go(self):
        self.open()
        return self.wait()


def lines(path):
    with open(path, encoding='utf-8') as source:
        return source.read().splitlines()


def check_room(count):
    with open('/proc/meminfo', encoding='ascii') as source:
        free = next(int(line.split()[1]) * 1024 for line in source
                    if line.startswith('MemAvailable'))
    if free < count * EACH:
        raise Skip(f'{count} processes want {count * EACH >> 20} MiB')
    with open('/proc/sys/kernel/pid_max', encoding='ascii') as source:
        if int(source.read()) < 3 * count:
            raise Skip(f'{count} processes want more pids than there are')
    for path in pid_limits():
        with open(path, encoding='ascii') as source:
            limit = source.read().strip()
        if limit != 'max' and int(limit) < 2 * count:
            raise Skip(f'{count} processes: this cgroup may have {limit}')
    check_user(count)


def pid_limits():
    """Of the cgroup that this is in, in either version."""
    with open('/proc/self/cgroup', encoding='ascii') as source:
        groups = [line.strip().split(':', 2) for line in source]
    paths = [f'/sys/fs/cgroup/{name}{path}/pids.max'
             for _, name, path in groups if name in ('', 'pids')]
    return [path for path in paths + ['/sys/fs/cgroup/pids.max']
            if os.path.exists(path)]


def check_user(count):
    soft, _ = resource.getrlimit(resource.RLIMIT_NPROC)
    if os.getuid() != 0 and soft != -1 and soft < 2 * count:
        raise Skip(f'{count} processes: ulimit -u is {soft}')
