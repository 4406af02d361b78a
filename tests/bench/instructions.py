# SPDX-License-Identifier: Apache-2.0
"""How many instructions a program takes. Unlike times they are the same in
each run, on whatever machine, but leave out the kernel unless `perf` may
count there. Where there is neither valgrind nor perf there is no number."""

import re
import shutil

from runs import built
from support import processes
from support.place import to_bytes

CALLGRIND = ['valgrind', '--tool=callgrind',
             '--callgrind-out-file=/dev/null']
GETS = 200


def given(run):
    with open(run.input, encoding='utf-8') as source:
        return source.read()


def collected(text, pid=r'\d+'):
    """What callgrind says of a process. Children speak, too."""
    found = re.search(rf'^=={pid}== Collected : (\d+)', text, re.M)
    return int(found[1]) if found else None


def of_program(place, run):
    if not shutil.which('valgrind'):
        return None
    done = place.run(*CALLGRIND, *run.command, input=given(run), env=run.env)
    return collected(done.err)


def in_kernel(place, run):
    """As perf counts them; mostly it may not."""
    if not shutil.which('perf'):
        return None
    done = place.run('perf', 'stat', '-x,', '-r', '20', '-e',
                     'instructions:k', *run.command, input=given(run),
                     env=run.env)
    found = re.search(r'^(\d+),[^,]*,instructions:k', done.err, re.M)
    return int(found[1]) if found else None


def of_agent(place, run, gets):
    """A whole session: its start, one mint, and so many gets."""
    there = {'DAYPASS_RUNTIME_DIR': place.make('run/counted')}
    socket = place.path('run/counted/agent.sock')
    agent = place.start(*CALLGRIND, built('daypass-agent'), '--foreground',
                        env=there)
    if not processes.wait_for(lambda: processes.listener(socket), 60):
        agent.kill()
        return None
    for _ in range(1 + gets):
        place.run(*run.command, input=given(run), env={**run.env, **there})
    place.daypass('end', env=there)
    _, said = agent.communicate(to_bytes(''), 60)
    return collected(said.decode(), agent.pid)


def of_exchange(place, run):
    """The agent's part in one warm get: what more gets add to a session."""
    if not shutil.which('valgrind'):
        return None
    few, many = of_agent(place, run, 0), of_agent(place, run, GETS)
    return None if few is None or many is None else (many - few) // GETS
