#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Who wants that the audit does not tell what they did: by records that are
too long, by lines that pass for records, by what they leave in a spool."""

import os
import shutil
import signal
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import (   # noqa: E402
    processes, sections, tap, trail, wire)
from support.feed import Feed   # noqa: E402
from support.tap import equal, ok   # noqa: E402
from support.trail import ended, log   # noqa: E402


# Each is the child of one like it; the last one asks.
NEST = '''
if [ "$1" -gt 0 ]; then
	"$0" -c "$2" "$0" $(($1 - 1)) "$2"
else
	daypass run --as agent:long --advisory --reason "$REASON" \
		-- daypass token --audience "$AUDIENCE" >&2
fi
exit $?
'''


def test_long_names(place):
    """Nobody makes a record too long to be written, nor without who asked."""
    place.make('audit')
    place.configure(sections.web_identity(place.rig),
                    sections.section('audit', None,
                                     sink=f'file:{log(place)}'))
    directory = place.make(*['"' * 250] * 6)
    shell = os.path.join(directory, 'sh')
    shutil.copy('/bin/sh', shell)
    done = place.run(shell, '-c', NEST, shell, '9', NEST, env={
        'REASON': '"' * 1000, 'AUDIENCE': 'x' * 9 + '"' * 480})
    records = ended(place)
    equal(trail.of_type(records, 'gap'), [], 'none is lost')
    mint = [r for r in trail.of_type(records, 'mint')
            if r['data']['target'].startswith('xxxxxxxxx')]
    ok(mint, 'the mint is there', done, records)
    data = mint[0]['data']
    equal((data['process'][0]['comm'], len(data['process'])),
          ('daypass', 8), 'with the process that asked, and those above')
    ok(data['actor']['reason'].startswith('""""'), 'its reason')
    equal(len(data['sha256']), 64, 'and what it got')


def test_a_number_to_come(place):
    """A line with the number of a record that is not made yet must not pass
    for that record when it comes."""
    place.make('audit')
    feed = Feed(place, f'file:{log(place)}')
    for number in (1, 2):
        feed.record(number)
    feed.taken(2)
    feed.kill()
    lines = trail.lines(log(place))
    trail.append(log(place), lines[1].replace(b'"s-2"', b'"s-999"'))
    with open(log(place), 'ab') as out:
        out.write(lines[1].replace(b'"s-2"', b'"s-888"') + b'\n')
    feed = Feed(place, f'file:{log(place)}', taken=1, newest=2, again=1)
    for number in (2, 3, 4):
        feed.record(number)
    said = feed.taken(4)
    equal(said['taken'], '4', 'no more is taken than there was')
    feed.feed.send(wire.message('end'))
    feed.end()
    equal([r['id'] for r in trail.read(log(place)) if r['id'][0] == 's'],
          ['s-1', 's-2', 's-999', 's-888', 's-3', 's-4'],
          'every record is there')


def test_cut_with_a_change(place):
    """Another setup of the same file does not make it forget what was in it."""
    place.make('audit')
    sink = f'file:{log(place)}'
    place.configure(sections.web_identity(place.rig),
                    sections.section('audit', None, sink=sink))
    place.daypass('token', 'dev')
    writer = trail.writer(place)
    processes.wait_for(lambda: len(trail.lines(log(place))) > 2)
    time.sleep(0.3)     # until the agent has heard of it
    os.kill(writer, signal.SIGSTOP)
    os.truncate(log(place), len(trail.lines(log(place))[0]) + 1)
    place.configure(sections.web_identity(place.rig),
                    sections.section('audit', None, sink=sink, keep='9'))
    place.daypass('status')
    place.daypass('token', '--audience', 'x')
    os.kill(writer, signal.SIGKILL)
    found = trail.wait(log(place), 'tampered')
    ok(found, 'a cut is told of', trail.read(log(place)))


def test_a_flood(place):
    """Who is refused as often as they can be drowns nothing that is minted."""
    path = place.path('nowhere', 'records')
    place.configure(
        sections.web_identity(place.rig),
        sections.section('policy', 'self', rule=['no', 'yes']),
        sections.section('rule', 'no', verdict='deny', text='x' * 700,
                         target='id-token:y**'),
        sections.section('rule', 'yes', verdict='allow',
                         target='id-token:minted'),
        sections.section('audit', None, sink=f'file:{path}'))
    place.daypass('begin')
    for number in range(3000):
        wire.ask(place, wire.token(place, f'{"y" * 400}{number}'))
    equal(place.daypass('token', '--audience', 'minted').code, 0, 'a mint')
    place.make('nowhere')
    gap = trail.wait(path, 'gap')
    mints = [r['data']['target'] for r in trail.of_type(
        trail.read(path), 'mint')]
    ok(gap and gap[0]['data']['lost'] > 0, 'denials were lost', gap)
    ok('minted' in mints, 'the mint was not', mints)


def test_a_book_that_is_gone(place):
    """Who keeps the first file from being written keeps nothing from the other
    sinks: at the end they get it."""
    place.make('audit')
    book, other = log(place), place.path('audit', 'other')
    feed = Feed(place, f'file:{book}', f'file:{other}')
    feed.record(1)
    feed.taken(1)
    os.rename(book, book + '-away')
    os.mkdir(book)
    feed.record(2)
    feed.record(3)
    feed.feed.send(wire.message('end'))
    feed.end()
    records = trail.verify(other)
    equal([r['id'] for r in records], ['s-1', 's-2', 's-3'], 'all are there')
    first = trail.read(book + '-away')[-1]['hash']
    equal(records[0]['first'], first, 'the first as the book has it')


def test_spoiled_spool(place):
    """What is no record in a spool holds up none that is."""
    place.make('audit')
    other = place.path('later', 'other')
    feed = Feed(place, f'file:{log(place)}', f'file:{other}')
    for number in (1, 2):
        feed.record(number)
    feed.taken(2)
    feed.kill()
    spool, = [place.path('spools', n) for n in os.listdir(
        place.path('spools'))]
    with open(spool, 'ab') as out:
        out.write(b'":{}}\n{"specversion":"1.0"}\n')
    place.make('later')
    feed = Feed(place, f'file:{log(place)}', f'file:{other}', taken=2,
                newest=2, again=1)
    feed.record(3)
    feed.taken(3)
    there = processes.wait_for(
        lambda: len(trail.read(other)) > 2 and trail.read(other), 15)
    feed.feed.send(wire.message('end'))
    feed.end()
    equal([r['id'] for r in there or []], ['s-1', 's-2', 's-3'],
          'the other file has them all')


if __name__ == '__main__':
    tap.run(globals())
