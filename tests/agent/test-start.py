#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The first reading of the configuration is begun by whoever starts the
agent, before the agent is linked: once, in clean surroundings, and whatever
becomes of it the agent goes on."""

import ctypes
import os
import shutil
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import processes, sections, tap   # noqa: E402
from support.people import PROGRAMS   # noqa: E402
from support.place import BUILD, is_sanitized   # noqa: E402
from support.processes import wait_for   # noqa: E402
from support.tap import equal, like, ok, unlike   # noqa: E402

HOST = 'registry.rig.test'
CANARY = 'STARTCANARY'


class Wrapped:
    """A copy of the programs, daypass-config behind a script. What the script
    does before and after is said by files beside it."""

    def __init__(self, place):
        self.place = place
        self.directory = place.make('programs')
        for program in PROGRAMS:
            shutil.copy(os.path.join(BUILD, program), self.directory)
        self.real = os.path.join(self.directory, 'daypass-config.real')
        os.rename(os.path.join(self.directory, 'daypass-config'), self.real)
        self.log = place.path('runs')
        self.behave(f'"{self.real}" "$@"')

    def behave(self, script):
        self.place.write('programs/daypass-config', '\n'.join([
            '#!/bin/sh', f'echo "run $*" >>{self.log}',
            f'env >{self.log}.env',
            f'ls -l /proc/self/fd 9>&1 >{self.log}.fds',
            f'cut -d" " -f4,6 /proc/$$/stat >{self.log}.stat',
            f'pwd >{self.log}.pwd', script, '']), 0o700)

    def docker(self, **env):
        return self.place.run(
            os.path.join(self.directory, 'docker-credential-daypass'), 'get',
            input=HOST, env={CANARY: 'x', **env})

    def runs(self):
        try:
            with open(self.log, encoding='utf-8') as log:
                return log.read().splitlines()
        except FileNotFoundError:
            return []

    def said(self, what):
        with open(f'{self.log}.{what}', encoding='utf-8') as log:
            return log.read()


def wrapped(place):
    place.configure(sections.web_identity(place.rig), sections.octo(place.rig),
                    sections.docker(HOST))
    return Wrapped(place)


def test_once_and_clean(place):
    programs = wrapped(place)
    done = programs.docker()
    ok(done.code == 0 and 'Secret' in done.out, 'a cold get works', done)
    equal(len(programs.runs()), 1, 'the configuration was read once')
    like(programs.runs()[0], rf'--user {place.config}$', 'the right one')
    agent = place.agent()
    like(processes.read(agent, 'cmdline').decode(),
         r'--config-fd\0\d+\0--config-pid\0\d+', 'the agent was told')
    parent, session = programs.said('stat').split()
    equal(int(parent), agent, 'its reader was the child of the agent')
    equal(int(session), os.getsid(agent), 'and in its session')
    unlike(programs.said('env'), CANARY, 'with the environment of the agent')
    equal(programs.said('pwd'), '/\n', 'and its working directory')
    fds = {line.split()[8]: line.split()[-1]
           for line in programs.said('fds').splitlines()[1:]}
    equal(sorted(fds), ['0', '1', '2', '3', '9'], 'with no other descriptor')
    equal((fds['0'], fds['2']), ('/dev/null', '/dev/null'),
          'but the null device')
    like(fds['9'], '^pipe:', 'and the pipe for its rows')
    ok(wait_for(lambda: not processes.children(agent)),
       'nothing of it stays, not even a zombie')
    place.configure(sections.docker('other.rig.test'))
    programs.docker()
    equal(len(programs.runs()), 2, 'a change is read by the agent itself')


def test_waits_for_no_end(place):
    """What it has said is enough."""
    programs = wrapped(place)
    programs.behave(f'"{programs.real}" "$@"\nexec >&-\n'
                    'read x <"$0.never" || sleep 30')
    os.mkfifo(os.path.join(programs.directory, 'daypass-config.never'))
    done = programs.docker()
    ok(done.code == 0 and 'Secret' in done.out,
       'rows that are all are enough', done)
    agent = place.agent()
    ok(processes.children(agent), 'the reader is not done')
    place.daypass('end')
    ok(wait_for(lambda: not place.left()), 'it ends with the agent')


def test_failures(place):
    programs = wrapped(place)
    for name, script, text in (
            ('one that fails', 'exit 3', r'daypass-config failed'),
            ('one that says nothing', 'exit 0', 'cut off'),
            ('one that is cut off', f'"{programs.real}" "$@" | head -n 1',
             'cut off'),
            ('one that is killed', 'kill -9 $$', 'daypass-config failed')):
        programs.behave(script)
        done = programs.docker()
        equal(done.code, 1, f'{name}: an error')
        like(done.out, text, f'{name}: which says so')
        programs.behave(f'"{programs.real}" "$@"')
        done = programs.docker()
        equal(done.code, 0, f'{name}: the next request reads it again')
        place.daypass('end')


def test_none_beside(place):
    """The agent looks for it elsewhere, and then says that it is missing."""
    programs = wrapped(place)
    os.unlink(os.path.join(programs.directory, 'daypass-config'))
    done = programs.docker()
    ok(done.code == 1 and 'daypass-config' in done.out,
       'no daypass-config: an error that names it', done)


def test_not_ours(place):
    """Who starts an agent by hand may be wrong about its children."""
    wrapped(place)
    for fd, pid in (('0', '1'), ('99', str(os.getpid())), ('x', 'y'),
                    ('0', '')):
        agent = place.start('daypass-agent', '--foreground', '--config-fd',
                            fd, '--config-pid', pid)
        ok(wait_for(lambda: processes.listener(place.socket)),
           f'child {pid!r} at {fd!r}: it starts')
        done = place.run('docker-credential-daypass', 'get', input=HOST)
        ok(done.code == 0, 'and reads its configuration itself', done)
        place.daypass('end')
        agent.communicate(timeout=20)


def landlock():
    """The kernel's ABI: landlock_create_ruleset(NULL, 0, VERSION)."""
    return ctypes.CDLL(None).syscall(444, None, 0, 1)


def test_confined(place):
    """libgit2 gets at the configuration's files alone. While nobody reads its
    rows the program can be looked at."""
    if is_sanitized():
        return      # a leak checker wants /proc
    if landlock() < 1:
        raise tap.Skip('this kernel has no Landlock')
    path = place.write('many', '[a]\n' + 'key = what takes room\n' * 9000)
    reader = place.start('daypass-config', '--user', path)
    ok(wait_for(lambda: b'NoNewPrivs:\t1' in processes.read(
        reader.pid, 'status')), 'daypass-config confines itself')
    out, _ = reader.communicate(timeout=20)
    ok(out.endswith(b'\nend\n') and out.count(b'entry') == 9000,
       'and reads on')


def test_written_while_it_is_read(place):
    """Who asks after a file was written gets what it says, also when the
    agent is just reading what it said before."""
    rig = place.rig
    older = 0
    for i in range(20):
        place.configure(sections.web_identity(rig))
        with place.start('daypass', 'begin') as starting:
            time.sleep(0.002 + i % 10 * 0.0007)
            place.configure(sections.web_identity(rig),
                            sections.web_identity(rig, 'late'))
            older += place.daypass('token', 'late').code != 0
            starting.communicate()
        place.daypass('end')
    equal(older, 0, 'never an older configuration')


if __name__ == '__main__':
    tap.run(globals())
