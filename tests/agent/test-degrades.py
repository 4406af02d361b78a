#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A kernel, or a container's filter, that refuses what protects a session:
everything works all the same, doctor says in one line what is missing, and
nothing is shown to whom it was not meant for."""

import json
import os
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import canary, processes, refusal, sections, tap   # noqa: E402
from support.processes import wait_for   # noqa: E402
from support.tap import equal, like, ok   # noqa: E402

# what is refused, the check that says so, what it says
ROWS = [
    (('mlock2', 'mlock'), 'memory', 'does not let us lock memory'),
    (('mlock2:EPERM', 'mlock:EPERM'), 'memory', 'does not let us lock'),
    (('mlock2:ENOMEM', 'mlock:ENOMEM'), 'memory', 'limit of locked memory'),
    ((refusal.WIPE_ON_FORK,), 'fork', 'no MADV_WIPEONFORK'),
    ((refusal.DONT_DUMP,), 'dump', 'no MADV_DONTDUMP'),
    ((refusal.CORE_LIMIT,), 'core', 'RLIMIT_CORE cannot be set'),
    ((refusal.CONCEAL,), 'tracing', 'PR_SET_DUMPABLE is refused'),
    (('landlock_create_ruleset',), 'confinement', 'no Landlock'),
    (('landlock_create_ruleset:EOPNOTSUPP',), 'confinement', 'no Landlock'),
    (('landlock_restrict_self:EPERM',), 'confinement', 'Landlock is refused'),
    ((refusal.NO_NEW_PRIVS,), 'confinement', 'no_new_privs is refused'),
    ((refusal.DEATH_SIGNAL,), 'confinement', 'PR_SET_PDEATHSIG is refused'),
]


def bind(place):
    place.configure(sections.web_identity(place.rig), sections.aws(),
                    sections.octo(place.rig), sections.git(place.rig))


def missing(place):
    """What doctor misses: {(check, cause)}. It has a remedy for each."""
    done = place.daypass('doctor', '--json')
    equal(done.code, 0, 'doctor has no fault to find')
    found = [check for check in json.loads(done.out)['checks']
             if not check['ok'] and not check['name'].endswith('-setup')]
    ok(all(check['cause'] and check['remedy'] for check in found),
       'a sentence and a remedy for each', found)
    return [(check['name'], check['cause']) for check in found]


def mints(place, name):
    done = [place.run('aws-credential-daypass'),
            place.daypass('token', '--audience', name.replace(' ', '-'))]
    ok(all(d.code == 0 and d.err == '' for d in done), f'{name}: it mints',
       *done)
    return canary.needles([json.loads(done[0].out)['SecretAccessKey'],
                           json.loads(done[0].out)['SessionToken']])


def usual(place):
    """What this machine lacks anyway."""
    place.daypass('begin')
    found = missing(place)
    place.daypass('end')
    return found


def test_one_by_one(place):
    bind(place)
    before = usual(place)
    for calls, check, cause in ROWS:
        name = ' and '.join(calls)
        refusal.begin(place, *calls)
        wanted = mints(place, name)
        found = [line for line in missing(place) if line not in before]
        equal([line[0] for line in found], [check], f'{name}: one check')
        like(found[0][1], cause, f'{name}: what it says')
        said = place.daypass('doctor')
        lines = re.findall(rf'^ *FAIL +{check} .*{cause}.*$', said.out, re.M)
        equal((said.code, len(lines)), (0, 1), f'{name}: for people, a line')
        equal(canary.in_files(place.directory, wanted), [], 'no file')
        place.daypass('end')


def test_all_at_once(place):
    bind(place)
    refusal.begin(place, 'mlock2', 'mlock', 'madvise', 'prctl:EPERM',
                  'landlock_create_ruleset', 'close_range', 'pidfd_open',
                  'memfd_create', refusal.CORE_LIMIT)
    mints(place, 'with all of it refused')
    equal(sorted(name for name, _ in missing(place)),
          ['confinement'] * 3 + ['core', 'dump', 'fork', 'memory', 'tracing'],
          'doctor has a line for each')
    done = place.daypass('end')
    ok('expires   dev' in done.out, 'and it ends as it should', done)


def test_older_lock(place):
    """mlock2 is newer than mlock, which is as good."""
    bind(place)
    before = usual(place)
    pid = refusal.begin(place, 'mlock2')
    mints(place, 'no mlock2')
    equal(missing(place), before, 'nothing is missing')
    like(processes.read(pid, 'status').decode(), r'VmLck:\s+[1-9]',
         'what is held is locked')


# what a child has when the kernel does not wipe

def stalled(place, service, *command, said=''):
    """(asker, child): a mint that waits for this service."""
    place.rig.forget()
    place.rig.fault(service, 'stall')
    asker = place.start(*command)
    asker.stdin.write(said.encode())
    asker.stdin.close()
    asker.stdin = None
    wait_for(lambda: any(name.startswith(f'{service}:')
                         for name in place.rig.counts()))
    child, = processes.children(place.agent())
    return asker, child


def memory_of(pid, wanted, name):
    if os.getuid() != 0:
        raise tap.Skip('only root may look into their memory')
    if name:
        equal(canary.in_memory(pid, wanted), 0, name)
    return canary.in_memory(pid, wanted)


def test_child_wipes_for_itself(place):
    bind(place)
    agent = refusal.begin(place, refusal.WIPE_ON_FORK)
    held = mints(place, 'not wiped by the kernel')
    before = set(place.rig.secrets())
    asker, child = stalled(
        place, 'octo', 'git-credential-daypass', 'get',
        said=f'protocol=https\nhost={place.rig.git}\npath=acme/web\n\n')
    own = canary.needles(set(place.rig.secrets()) - before)
    memory_of(child, held, "a child has nothing of others' steps")
    ok(memory_of(child, own, ''), 'it has what its own starts from')
    ok(memory_of(agent, held, '') == len(held), 'and the agent has all')
    processes.kill(child)
    asker.communicate(timeout=60)


def test_minder_wipes_for_itself(place):
    """Who minds an identity's program goes on without an exec."""
    bind(place)
    refusal.begin(place, refusal.WIPE_ON_FORK)
    held = mints(place, 'not wiped by the kernel')
    asker, child = stalled(place, 'identity', 'daypass', 'token',
                           '--audience', 'y')
    minder, = processes.children(child)
    for pid, name in ((child, 'the mint'), (minder, 'the minder')):
        memory_of(pid, held, f'{name} has nothing of other steps')
    processes.kill(child)
    asker.communicate(timeout=60)


# what is asked for and not a protection

def test_descriptors(place):
    """Without close_range(2) they are closed one by one."""
    if os.getuid() != 0:
        raise tap.Skip("only root may look at its children's descriptors")
    bind(place)
    with open(place.write('home/open', 'x'), 'rb') as left:
        done = place.run(*refusal.command('close_range'), 'daypass', 'begin',
                         pass_fds=[left.fileno()])
    equal(done.code, 0, 'an agent that was handed a descriptor')
    agent = place.agent()
    asker, child = stalled(place, 'sts', 'aws-credential-daypass')
    for pid, name in ((agent, 'the agent'), (child, 'its child')):
        held = [os.readlink(f'/proc/{pid}/fd/{fd}')
                for fd in os.listdir(f'/proc/{pid}/fd')]
        equal([path for path in held if path.startswith(place.home)], [],
              f'{name} has it not')
    sockets = [os.readlink(f'/proc/{child}/fd/{fd}')
               for fd in os.listdir(f'/proc/{child}/fd')]
    agents = [os.readlink(f'/proc/{agent}/fd/{fd}')
              for fd in os.listdir(f'/proc/{agent}/fd')]
    equal({s for s in sockets if s.startswith('socket:')} & set(agents),
          set(), "nor the child the agent's sockets")
    processes.kill(child)
    asker.communicate(timeout=60)


def test_leader(place):
    """Without pidfds the session's leader is looked for."""
    leader = place.start('sleep', '60')
    place.configure(sections.section('session', '', leader=leader.pid))
    agent = refusal.begin(place, 'pidfd_open')
    done = place.daypass('token', '--audience', 'x')
    equal(done.code, 0, 'while it lives')
    found = missing(place)
    ok(any(name == 'leader' and 'no pidfd_open' in cause
           for name, cause in found), 'doctor says so', found)
    ok(not processes.wait_end(agent, 1.5), 'the session goes on')
    leader.kill()
    ok(processes.wait_end(agent, 10), 'as long as it lives, also unreaped')
    leader.communicate()
    done = place.run(*refusal.command('pidfd_open'), 'daypass', 'token',
                     '--audience', 'x')
    equal(done.code, 78, 'one that is gone')
    like(done.err, 'leader names a process that is gone', 'is told')


def test_fallback_of_docker(place):
    """It hands on its input in memory where it can, never in a file."""
    script = '#!/bin/sh\ncat >&2\necho \'{"ServerURL":"h"}\'\n'
    place.write('bin/docker-credential-other', script, 0o700)
    place.configure(sections.section('docker', '', fallback='other'))
    done = place.run(*refusal.command('memfd_create'),
                     'docker-credential-daypass', 'get', input='h.example')
    equal((done.code, done.err), (0, 'h.example'), 'the fallback hears it')


if __name__ == '__main__':
    tap.run(globals())
