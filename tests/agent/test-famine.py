#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Memory that runs out in the agent, in the middle of a session's dialogue:
opened, judged, refused, approved, handed out, ended. Each allocation of the
agent's own code may fail; it never crashes, never gives what would be refused,
and leaves nothing behind that could be taken back. `--all`: not a sample."""

import json
import mmap
import os
import random
import struct
import sys
import threading
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import preload, processes, sections, tap, wire   # noqa: E402
from support.foreground import Foreground   # noqa: E402
from support.tap import equal, note, ok   # noqa: E402

ALL = '--all' in sys.argv and not sys.argv.remove('--all')
ROUNDS = 20     # of a sample, for each way to fail


class Famine:
    """What tests/agent/famine.c looks at."""

    def __init__(self, place):
        self.library = preload.library(place, 'tests/agent/famine.c')
        self.path = place.path('famine')
        with open(self.path, 'wb') as out:
            out.write(bytes(32))
        with open(self.path, 'r+b') as shared:
            self.shared = mmap.mmap(shared.fileno(), 32)

    def env(self):
        return {'LD_PRELOAD': self.library, 'FAMINE': self.path}

    def begin(self, at, lasting=False):
        self.shared[:] = struct.pack('4l', 0, at, lasting, 0)
        self.shared[:8] = struct.pack('l', 1)

    def end(self):
        """How many allocations there were."""
        self.shared[:8] = struct.pack('l', 0)
        return struct.unpack('4l', self.shared)[3]


def configure(place):
    rig = place.rig
    place.configure(
        sections.octo(rig, scope='acme/web'),
        sections.octo(rig, 'write', scope='acme/web'),
        sections.octo(rig, 'prod', scope='acme/web'),
        sections.section('policy', 'agent:*', rule=['no', 'asks', 'yes']),
        sections.section('rule', 'no', verdict='deny', credential='prod'),
        sections.section('rule', 'asks', verdict='approve',
                         credential='write'),
        sections.section('rule', 'yes', verdict='allow',
                         credential='github'))


def attempt(place, request, limit=20):
    """The word of the answer, behind any `wait`; '' where there was none."""
    try:
        with wire.connect(place, limit) as connection:
            connection.sendall(request)
            said = wire.rest_of(connection).rstrip(b'\n').split(b'\n\n')
            return wire.parse(said[-1])[0]
    except OSError:
        return ''


def credential(place, name, **more):
    return wire.request(place, 'get', tool='token', credential=name, **more)


def inside(place, out):
    """The life of a session's leader: it says what it was given."""
    said = {'open': attempt(place, wire.request(
        place, 'session', name='agent:x', ttl='600'))}
    for name in ('github', 'prod', 'write'):
        said[name] = attempt(place, credential(place, name))
    os.write(out, json.dumps(said).encode() + b'\n')
    said['granted'] = attempt(place, credential(place, 'write', patience=4), 6)
    os.write(out, json.dumps(said).encode() + b'\n')
    os._exit(0)


def approve(place, over):
    """Whatever somebody waits for."""
    while not over.wait(0.1):
        try:
            with wire.connect(place, 5) as connection:
                connection.sendall(wire.request(place, 'approvals'))
                said = wire.parse(wire.rest_of(connection))[1]
            for one in json.loads(said.get('json', '[]')):
                if one['state'] == 'pending' and one['waiting']:
                    attempt(place, wire.request(
                        place, 'approve', approval=one['id'], once='1'))
        except (OSError, ValueError, KeyError):
            pass


def dialogue(place):
    """A session, from another process, as each process leads but one."""
    ends = os.pipe()
    if (child := os.fork()) == 0:
        inside(place, ends[1])
    os.close(ends[1])
    with os.fdopen(ends[0]) as pipe:
        said = json.loads(pipe.readline())
        over = threading.Event()
        person = threading.Thread(target=approve, args=(place, over))
        person.start()
        said.update(json.loads(pipe.readline()))
        over.set()
        person.join()
    os.waitpid(child, 0)
    return said


def valid(place):
    return {token for token, grant
            in list(place.rig.cloud.issued.grants.items())
            if grant.service == 'octo'}


def sample(count, dice):
    if ALL:
        return range(1, count + 1)
    return sorted(dice.sample(range(1, count + 1), min(ROUNDS, count)))


def wrong(said):
    """What must not be: what is denied, or was not yet approved, is given;
    or a session that was not opened is somebody else's business here."""
    if said['open'] != 'ok':
        return {}       # then it is self, who may have all
    return {name: word for name, word in said.items()
            if name in ('prod', 'write') and word in ('ok', 'none')}


def starve(place, famine, agent, lasting, issued):
    """Notes in `issued` which round each token is of."""
    famine.begin(0)
    said = dialogue(place)
    time.sleep(0.3)
    count = famine.end()
    equal(said, {'open': 'ok', 'github': 'ok', 'prod': 'error',
                 'write': 'error', 'granted': 'ok'}, 'with memory: as it is')
    found, dead = {}, False
    words = set()
    for at in sample(count, random.Random(count)):
        famine.begin(at, lasting)
        said = dialogue(place)
        time.sleep(0.05)
        famine.end()
        words |= set(said.values())
        for token in valid(place) - set(issued):
            issued[token] = (at, lasting)
        if wrong(said):
            found[at] = said
        if not os.path.exists(f'/proc/{agent}/fd/0'):
            dead = at
            break
    note(f'{count} allocations, answers {words}')
    way = 'and all after it' if lasting else 'alone'
    ok(not dead, f'{way}: the agent lives', dead)
    equal(found, {}, f'{way}: nothing is given that would be refused')


def test_famine(place):
    famine = Famine(place)
    configure(place)
    place.rig.cloud.issued.grants.clear()
    issued = {}
    with Foreground(place, **famine.env()) as agent:
        attempt(place, credential(place, 'id-token', audience='warm'))
        attempt(place, credential(place, 'github'))
        for lasting in (False, True):
            starve(place, famine, agent.process.pid, lasting, issued)
        ok(processes.wait_for(lambda: not json.loads(place.daypass(
            'status', '--json').out)['sessions'], 10),
            'no session is left behind')
        if ALL:     # more than the end has time for
            processes.wait_for(lambda: not valid(place), 60)
        place.daypass('end')
        equal([issued.get(token) for token in valid(place)], [],
              'nor anything that was minted')


if __name__ == '__main__':
    tap.run(globals())
