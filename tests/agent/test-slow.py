#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Clients that are slow, silent or deaf: they are dropped in time, and the
others are served meanwhile."""

import os
import select
import socket
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import processes, sections, tap, wire   # noqa: E402
from support.processes import wait_for   # noqa: E402
from support.tap import equal, less, ok   # noqa: E402

WEB = 'sts:AssumeRoleWithWebIdentity'
ALLOWED = 5         # seconds that a request may take to arrive


def bind(place):
    place.configure(sections.web_identity(place.rig), sections.aws())


def hung_up(connection):
    """Without waiting."""
    return bool(select.select([connection], [], [], 0)[0]) and \
        wire.rest_of(connection) == b''


def served(place, name):
    done = place.run('aws-credential-daypass')
    ok(done.code == 0 and done.err == '', name, done)


def drip(slow, request):
    """Byte by byte, until it is hung up on; how long that took."""
    began = time.monotonic()
    for byte in request[:-1]:
        try:
            slow.send(bytes([byte]))
        except BrokenPipeError:
            break
        if select.select([slow], [], [], 0.1)[0]:
            break
    return time.monotonic() - began


def test_silent_connections(place):
    """The time is for the whole request, not for each byte of it; who waits
    for an answer is not silent."""
    bind(place)
    place.daypass('begin')
    place.rig.fault('sts', 'delay', seconds=ALLOWED + 1)
    silent = [wire.connect(place) for _ in range(200)]
    waiting = [wire.connect(place) for _ in range(100)]
    for one in waiting:
        one.sendall(wire.get(place))
    with wire.connect(place) as slow:
        took = drip(slow, wire.get(place))
        equal(wire.rest_of(slow), b'', 'byte by byte: no answer')
    less(ALLOWED - 1, took, 'it had its time')
    less(took, ALLOWED + 10, 'and no more')
    ok(wait_for(lambda: all(hung_up(one) for one in silent)),
       'nor for 200 that are silent: they are dropped')
    answers = [wire.parse(wire.rest_of(one)) for one in waiting]
    equal({word for word, _ in answers}, {'ok'},
          '100 askers who wait longer than that are all answered')
    equal(len({fields['secret'] for _, fields in answers}), 1,
          'with one credential')
    served(place, 'so is the next one')
    for one in silent + waiting:
        one.close()


def test_silent_connections_few_descriptors(place):
    """More of them than the agent has descriptors for."""
    bind(place)
    place.run('prlimit', '--nofile=128:128', 'daypass', 'begin')
    silent = [wire.connect(place) for _ in range(200)]
    waiting = [place.start('aws-credential-daypass') for _ in range(5)]
    for asker in waiting:
        out, err = asker.communicate(timeout=60)
        ok(asker.returncode == 0 and err == b'',
           '200 silent clients, 128 descriptors: an asker is served', err)
    equal(place.rig.count(WEB), 1, 'one mint')
    for one in silent:
        one.close()


def test_in_pieces(place):
    bind(place)
    place.daypass('begin')
    silent = [wire.connect(place) for _ in range(200)]
    served(place, 'beside 200 that are silent: a cold asker')
    served(place, 'a warm one')
    request = wire.get(place)
    with wire.connect(place) as patient:
        for part in (request[:5], request[5:30], request[30:]):
            patient.sendall(part)
            select.select([patient], [], [], 0.1)
        equal(wire.parse(wire.rest_of(patient))[0], 'ok',
              'one that speaks in pieces, but in time')
    ok(not any(hung_up(one) for one in silent), 'all have their time')
    for one in silent:
        one.close()


def test_never_reads(place):
    """Its answer waits in the socket, not in the agent."""
    bind(place)
    served(place, 'a session')
    deaf = [wire.connect(place) for _ in range(50)]
    for one in deaf:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        one.sendall(wire.get(place))
    deaf.append(wire.connect(place))
    deaf[-1].sendall(wire.message('status'))
    served(place, 'the others are served')
    equal({wire.parse(wire.rest_of(one))[0] for one in deaf}, {'ok'},
          'and they, too, once they read')
    for one in deaf:
        one.close()


def test_too_many_answers_to_read(place):
    """A client sends request after request: one is answered."""
    bind(place)
    served(place, 'a session')
    with wire.connect(place) as greedy:
        greedy.sendall(wire.get(place) * 3)
        said = wire.rest_of(greedy)
    equal(said.count(b'daypass=1 '), 1, 'one connection, one answer')


def test_half_closed(place):
    """Who has nothing more to say may still listen."""
    bind(place)
    place.daypass('begin')
    place.rig.fault('sts', 'delay', seconds=1)
    with wire.connect(place) as half:
        half.sendall(wire.get(place))
        half.shutdown(socket.SHUT_WR)
        equal(wire.parse(wire.rest_of(half))[0], 'ok',
              'half-closed after its request: answered')
    with wire.connect(place) as half:
        half.sendall(wire.get(place)[:-1])
        half.shutdown(socket.SHUT_WR)
        equal(wire.rest_of(half), b'', 'half-closed within it: dropped')
    with wire.connect(place) as deaf:
        deaf.shutdown(socket.SHUT_RD)
        deaf.sendall(wire.get(place))
    served(place, 'a client that will not read: the others are served')


def test_gone(place):
    """Clients that hang up while they wait leave nothing behind."""
    if os.getuid() != 0:
        raise tap.Skip('only root may look at its descriptors')
    bind(place)
    place.daypass('begin')
    agent = place.agent()

    def held():
        return len(os.listdir(f'/proc/{agent}/fd'))

    wait_for(lambda: not processes.children(agent))
    before = held()
    place.rig.fault('sts', 'delay', seconds=2)
    askers = [wire.connect(place) for _ in range(100)]
    for one in askers:
        one.sendall(wire.get(place))
    ok(wait_for(lambda: held() >= before + 100), 'a hundred who wait')
    for one in askers:
        one.close()
    ok(wait_for(lambda: held() < before + 10), 'they hang up: forgotten')
    served(place, 'their flight goes on')
    equal(place.rig.count(WEB), 1, 'and is the one that answers')
    ok(wait_for(lambda: held() <= before), 'no descriptor is left', before,
       held())


def test_too_large(place):
    bind(place)
    served(place, 'a session')
    for name, request in (
            ('a request without end', b'daypass=1 get\n' + b'x=y\n' * 40000),
            ('a line without end', b'daypass=1 get\nx=' + b'y' * 200000),
            ('bytes', bytes(range(256)) * 400)):
        with wire.connect(place) as one:
            try:
                one.sendall(request)
            except (BrokenPipeError, ConnectionResetError):
                pass
            said = wire.rest_of(one)
        ok(said == b'' or said.startswith(b'daypass=1 error'),
           f'{name}: refused', said[:200])
    served(place, 'the others are served')


if __name__ == '__main__':
    tap.run(globals())
