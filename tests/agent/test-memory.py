#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Where secrets are kept: in memory that is locked, left out of cores and
wiped in children, as far as the kernel lets us."""

import json
import os
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import processes, sections, tap, wire   # noqa: E402
from support.place import is_sanitized   # noqa: E402
from support.processes import wait_for   # noqa: E402
from support.tap import equal, less, like, ok   # noqa: E402

KIB = 1024
MIB = 1024 * KIB
TOKEN = 2 * KIB     # bytes of a credential


def needs_root(what):
    if os.getuid() != 0:
        raise tap.Skip(f'only root may {what}')


def limited(limit):
    """The command with this limit of locked memory; without the right to
    pass over it, which root has."""
    command = ['prlimit', f'--memlock={limit}:{limit}']
    if os.getuid() == 0:
        command = ['setpriv', '--bounding-set=-ipc_lock',
                   '--inh-caps=-ipc_lock', *command]
    return command


def begin(place, limit):
    done = place.run(*limited(limit), 'daypass', 'begin')
    if done.code:
        raise tap.Skip(f'no such limit here: {done.err}')
    return place.agent()


def field(pid, name):
    status = processes.read(pid, 'status').decode()
    return re.search(rf'^{name}:\s*(.*)$', status, re.MULTILINE)[1]


def locked(pid):
    return int(field(pid, 'VmLck').split()[0]) * KIB


def file_identity(place):
    """A token that costs nothing to get, and is as large as one may be."""
    token = place.rig.token('x', sub='s' * 800)
    token += 'A' * (TOKEN - len(token))
    place.write('home/token', token)
    place.configure(sections.section('identity', '', source='file',
                                     file=place.path('home/token')))


def hold(place, first, last):
    """The agent gets a credential for each of these audiences."""
    words = {wire.ask(place, wire.token(place, f'a{n}'))[0]
             for n in range(first, last)}
    equal(words, {'ok'}, f'credentials {first + 1} to {last}')


def memory_check(place):
    checks = json.loads(place.daypass('doctor', '--json').out)['checks']
    found = [check for check in checks if check['name'] == 'memory']
    equal(len(found), 1, 'doctor has one line on memory')
    return found[0]


def test_1000_credentials_are_locked(place):
    file_identity(place)
    pid = begin(place, 8 * MIB)
    hold(place, 0, 1000)
    less(1000 * TOKEN, locked(pid), '1000 credentials of 2 KiB are locked')
    less(locked(pid), 8 * MIB + 1, 'within 8 MiB')
    if os.getuid() == 0 and not is_sanitized():
        equal(arena(pid)['lo'], True, 'and so is every page for secrets')
    held = json.loads(place.daypass('status', '--json').out)
    equal(len(held['credentials']) + held.get('credentials_omitted', 0), 1000,
          'the agent holds 1000')
    ok(memory_check(place)['ok'], 'doctor has nothing to say of memory')


def test_beyond_the_limit(place):
    file_identity(place)
    pid = begin(place, MIB)
    hold(place, 0, 500)
    ok(MIB // 2 < locked(pid) <= MIB,
       'more than fits into 1 MiB: what fits is locked', locked(pid))
    first = wire.ask(place, wire.token(place, 'a0'))
    last = wire.ask(place, wire.token(place, 'a499'))
    equal([first[0], last[0]], ['ok', 'ok'], 'the first and the last are held')
    counters = json.loads(place.daypass('status', '--json').out)['counters']
    equal((counters['mints'], counters['hits']), (500, 2), 'in the vault')
    like(memory_check(place)['cause'] or '',
         r'limit of locked memory is reached', 'doctor says so')


def test_little_to_lock(place):
    for limit in (0, 64 * KIB):
        file_identity(place)
        begin(place, limit)
        done = place.daypass('token', '--audience', 'x')
        ok(done.code == 0 and done.err == '',
           f'a limit of {limit} bytes: it works, in silence', done)
        check = memory_check(place)
        equal(check['ok'], False, 'but doctor knows')
        like(check['cause'], 'lock', 'and says why')
        said = place.daypass('doctor').out
        equal(len(re.findall('.*lock.*memory.*|.*memory.*lock.*', said)), 1,
              'in one line')
        equal(place.daypass('doctor').code, 0, 'which is no failure')
        place.daypass('end')


def arena(pid):
    """What the kernel has noted of the mappings that are kept out of cores:
    is each of them locked (lo), and wiped in children (wf)?"""
    smaps = processes.read(pid, 'smaps').decode()
    flags = [set(line.split()[1:]) for line in smaps.splitlines()
             if line.startswith('VmFlags')]
    ours = [found for found in flags if 'dd' in found and 'wr' in found
            and 'io' not in found and 'pf' not in found]
    return {'count': len(ours), **{name: all(name in found for found in ours)
                                   for name in ('lo', 'wf')}}


def test_pages(place):
    needs_root('look at its pages')
    if is_sanitized():
        raise tap.Skip("a sanitizer's pages cannot be told from ours")
    file_identity(place)
    place.daypass('token', '--audience', 'x')
    pages = arena(place.agent())
    ok(pages['count'] >= 1 and pages['wf'], 'secrets are kept out of cores '
       'and wiped in children', pages)
    equal(pages['lo'], True, 'and locked')


# what a mint's process has

def stalled(place, service, *command):
    """(asker, agent, its child) while that service does not answer."""
    place.rig.fault(service, 'stall', seconds=4)
    asker = place.start(*command)
    wait_for(lambda: any(name.startswith(f'{service}:')
                         for name in place.rig.counts()))
    agent = place.agent()
    # who read the configuration may not be quite gone yet
    wait_for(lambda: len(processes.children(agent)) == 1)
    child, = processes.children(agent)
    return asker, agent, child


def descriptors(pid):
    """{number: what it is}"""
    at = f'/proc/{pid}/fd'
    return {int(fd): os.readlink(f'{at}/{fd}') for fd in os.listdir(at)}


def sockets(pid):
    return {what for what in descriptors(pid).values()
            if what.startswith('socket:')}


def test_child_that_speaks_http(place):
    needs_root("look at its children's descriptors")
    place.configure(sections.web_identity(place.rig), sections.aws())
    silent = []
    place.daypass('begin')
    silent.append(wire.connect(place))
    asker, agent, child = stalled(place, 'sts', 'aws-credential-daypass')
    equal(field(child, 'NoNewPrivs'), '1', 'it can gain no rights')
    check_child(agent, child)
    processes.kill(agent)
    ok(processes.wait_end(child, 20), 'and it ends with the agent')
    out, _ = asker.communicate(timeout=60)
    ok(asker.returncode == 0 and out, 'the asker is served by the next')
    silent[0].close()


def check_child(agent, child):
    """Of the agent's it has the pipe that it reports to, and no more."""
    held = descriptors(child)
    equal([held.pop(n) for n in range(3)], ['/dev/null'] * 3,
          '0 to 2 are /dev/null')
    equal(held.pop(4, '').partition(':')[0], 'pipe', '4 is its report')
    ok(len(sockets(agent)) >= 2, 'the agent has sockets', descriptors(agent))
    equal(sockets(child) & sockets(agent), set(), 'none of them is here')
    equal([what for what in held.values() if what.startswith('/')], [],
          'and no file')


def test_child_that_runs_a_program(place):
    needs_root("look at its children's descriptors")
    place.configure(sections.docker('registry.rig.test'))
    place.daypass('begin')
    asker, agent, child = stalled(place, 'identity', 'daypass', 'token',
                                  '--audience', 'x')
    check_child(agent, child)
    minder, = processes.children(child)
    equal(descriptors(minder), {}, 'who minds its program has nothing open')
    program, = processes.children(minder)
    held = descriptors(program)
    equal(held.pop(0), '/dev/null', 'nothing to read for the program')
    equal({what.partition(':')[0] for what in list(held.values())[:2]},
          {'pipe'}, 'which writes to pipes')
    equal(sockets(program) & (sockets(agent) | sockets(child)), set(),
          'and has no socket of ours')
    processes.kill(child)
    out, _ = asker.communicate(timeout=60)
    equal((asker.returncode, out), (71, b''), 'killed: its asker hears of it')


def family(pid):
    """A process and all that it has started."""
    found = [pid]
    for child in processes.children(pid):
        found += family(child)
    return found


def test_end_of_a_program(place):
    """What an identity's program has started in its turn ends with it."""
    place.configure(sections.docker('registry.rig.test'))
    place.daypass('begin')
    for name, end in (
            ('a mint is killed', lambda agent, child: processes.kill(child)),
            ('the session ends', lambda agent, child: place.daypass('end')),
            ('the agent is killed', lambda agent, child:
             processes.kill(agent))):
        asker, agent, child = stalled(place, 'identity', 'daypass', 'token',
                                      '--audience', name)
        wait_for(lambda child=child: len(family(child)) >= 4)
        all_of_it = family(child)
        end(agent, child)
        ok(wait_for(lambda those=all_of_it: not set(those) & set(
            processes.all_pids()), 2), f'{name}: nothing of it stays',
           [processes.read(pid, 'cmdline') for pid in all_of_it])
        asker.communicate(timeout=60)
        place.rig.forget()


if __name__ == '__main__':
    tap.run(globals())
