#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""daypass-audit itself: one that was killed before anybody knew what it had
done, and what an agent would never say."""

import os
import socket
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import processes, tap, trail, wire   # noqa: E402
from support.collector import Collector, ids   # noqa: E402
from support.feed import PROGRAM, Feed   # noqa: E402
from support.tap import equal, ok   # noqa: E402
from support.trail import log   # noqa: E402


def test_what_was_not_acknowledged(place):
    """A daypass-audit that dies after it has written, and before anybody knew:
    the next one writes nothing twice, and sends what may be missing."""
    place.make('audit')
    with Collector() as collector:
        sinks = [f'file:{log(place)}', collector.url]
        collector.mood = ['drop'] * 100
        feed = Feed(place, *sinks)
        for number in (1, 2, 3):
            feed.record(number)
        feed.taken(3)
        feed.kill()
        os.unlink(os.path.join(place.path('spools'),
                               os.listdir(place.path('spools'))[0]))
        collector.mood = []
        feed = Feed(place, *sinks, taken=1, again=1)
        for number in (2, 3, 4):
            feed.record(number)
        feed.taken(4)
        processes.wait_for(lambda: len(set(ids(collector.got))) >= 3)
        feed.feed.send(wire.message('end'))
        feed.end()
        equal([r['id'] for r in trail.verify(log(place))],
              ['s-1', 's-2', 's-3', 's-4'], 'each is in the file, once')
        equal(sorted(set(ids(collector.got))), ['s-2', 's-3', 's-4'],
              'and the others got what was not acknowledged')


def test_strange_feeds(place):
    """What the agent would never say."""
    place.make('audit')
    for said in (b'', b'nonsense', wire.message('record', number=1, json='x'),
                 wire.message('hello'),
                 wire.message('hello', sink='ftp://x', session='s')):
        ours, theirs = socket.socketpair(
            socket.AF_UNIX, socket.SOCK_SEQPACKET)
        if said:
            ours.send(said)
        else:
            ours.shutdown(socket.SHUT_WR)
        done = subprocess.run(
            [PROGRAM, '--feed-fd',
             str(theirs.fileno())], pass_fds=[theirs.fileno()], timeout=20,
            env=place.environment({}), capture_output=True, check=False)
        ok(done.returncode in (64, 71, 78), f'{said[:20]}: refused',
           done.returncode, done.stderr)
    feed = Feed(place, f'file:{log(place)}')
    for number, text in enumerate(
            ('not json', '{', '{"a":1}{', '{"two":\t1}', 'x' * 16000), 1):
        feed.feed.send(wire.message('record', number=number, json=text))
    feed.record(10)
    feed.record(11)
    feed.feed.send(b'\0' * 100)
    feed.feed.send(wire.message('unknown', key='value'))
    feed.record(12)
    feed.taken(12)
    feed.feed.send(wire.message('end'))
    feed.end()
    records = trail.verify(log(place))
    equal([r['id'] for r in records if r.get('id', 'x')[0] == 's'],
          ['s-10', 's-11', 's-12'], 'what is no record holds up none')
    ok(trail.of_type(records, 'gap'), 'and is told of')


if __name__ == '__main__':
    tap.run(globals())
