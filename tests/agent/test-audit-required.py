#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Where records are required nothing goes out without one; and what cannot be
written is told of."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import processes, sections, tap, trail, wire   # noqa: E402
from support.audits import audit, configure, rule   # noqa: E402
from support.tap import equal, like, ok   # noqa: E402
from support.trail import ended, log   # noqa: E402


def test_required_comes_first(place):
    """When an answer is there its record is on the disk."""
    configure(place, required='yes')
    missing = []
    for number in range(10):
        done = place.daypass('token', '--force', 'dev')
        key = json.loads(done.out)['SecretAccessKey']
        with open(log(place), 'rb') as source:
            found = source.read()
        if hashlib.sha256(key.encode()).hexdigest().encode() not in found:
            missing.append(number)
    equal(missing, [], 'none was handed out before it was recorded')
    writer = trail.writer(place)
    os.kill(writer, signal.SIGSTOP)
    asking = place.start('daypass', 'token', '--force', 'dev')
    time.sleep(1)
    equal(asking.poll(), None, 'a writer that hangs: it waits')
    os.kill(writer, signal.SIGCONT)
    out, _ = asking.communicate(timeout=20)
    ok(asking.returncode == 0 and b'SecretAccessKey' in out, 'until it goes '
       'on')
    os.kill(writer, signal.SIGSTOP)
    done = place.daypass('token', '--force', 'dev')
    os.kill(writer, signal.SIGCONT)
    equal((done.code, done.out), (71, ''), 'and not for ever')
    like(done.err, 'no answer in time: nothing is handed out', 'why')


def full_disk(place, size='64k'):
    """A small file system of its own; root alone can make one."""
    path = place.make('disk')
    done = subprocess.run(['mount', '-t', 'tmpfs', '-o', f'size={size}',
                           'none', path], capture_output=True, check=False)
    if done.returncode:
        raise tap.Skip('no tmpfs can be mounted here')
    return path


def fill(path):
    with open(os.path.join(path, 'filler'), 'wb', buffering=0) as out:
        try:
            while True:
                out.write(b'x' * 4096)
        except OSError:
            pass


def unmount(path):
    subprocess.run(['umount', '-l', path], check=False)


def test_required_on_a_full_disk(place):
    path = full_disk(place)
    try:
        check_full(place, path)
    finally:
        place.end()
        unmount(path)


def check_full(place, path):
    records = os.path.join(path, 'records')
    place.configure(sections.octo(place.rig, scope='acme/web'),
                    sections.web_identity(place.rig),
                    audit(place, f'file:{records}', required='yes'))
    equal([place.daypass('token', n).code for n in ('dev', 'github')],
          [0, 0], 'there is room')
    before = place.rig.counts()
    fill(path)
    done = [place.daypass('token', '--force', 'github') for _ in range(12)]
    codes = [one.code for one in done]
    ok(71 in codes, 'a full disk', codes)
    like(done[-1].err, r'^daypass: policy: \[audit\] is required, and '
         rf'file:{records} does not take records: .*No space left on '
         'device: nothing is handed out', 'says which sink, and why')
    equal(done[-1].out, '', 'and nothing is handed out')
    minted = place.rig.count('octo:exchange') - before.get('octo:exchange', 0)
    ok(minted <= codes.count(0) + 1, 'nor minted, once that is known',
       minted, codes)
    state = json.loads(place.daypass('status', '--json').out)['audit']
    equal((state['sinks'][0]['ok'], state['lost']), (False, 0),
          'status says so, and nothing is lost yet')
    os.unlink(os.path.join(path, 'filler'))
    good = processes.wait_for(
        lambda: place.daypass('token', 'github').code == 0, 20)
    ok(good, 'there is room again')
    written = trail.verify(records)
    ids = [int(r['id'].rpartition('-')[2]) for r in written]
    equal(ids, list(range(1, len(ids) + 1)), 'no record is missing')


def test_not_required(place):
    """Without `required` work goes on, and what is lost is counted."""
    place.configure(sections.web_identity(place.rig),
                    audit(place, f'file:{place.path("nowhere/records")}'))
    equal(place.daypass('token', 'dev').code, 0, 'a sink that cannot be')
    state = processes.wait_for(lambda: (s := json.loads(place.daypass(
        'status', '--json').out)['audit']['sinks'][0])['error'] and s)
    like(state['error'], 'No such file or directory', 'is told by status')
    done = place.daypass('doctor')
    like(done.out, r'audit.*nowhere.*No such file', 'and by doctor')
    os.mkdir(place.path('nowhere'))
    path = place.path('nowhere/records')
    ok(trail.wait(path, 'mint', 2), 'and nothing is lost when it can')
    place.end()
    trail.verify(path)


def test_lost_is_told(place):
    """More than the agent can keep: the rest is counted, and told."""
    path = place.path('nowhere/records')
    place.configure(sections.web_identity(place.rig),
                    sections.section('policy', 'self', rule=['no']),
                    rule('no', 'deny', text='x' * 700),
                    audit(place, f'file:{path}'))
    place.daypass('begin')
    for number in range(3000):
        wire.ask(place, wire.request(place, 'get', tool='token',
                                     audience=f'{"y" * 400}{number}'))
    state = json.loads(place.daypass('status', '--json').out)['audit']
    ok(state['lost'] > 0, 'some have no room', state)
    os.mkdir(place.path('nowhere'))
    gap = trail.wait(path, 'gap')
    equal(gap[0]['data']['lost'], state['lost'], 'their number is recorded')
    like(gap[0]['data']['reason'], 'No such file', 'and the reason')
    denials = trail.of_type(trail.verify(path), 'deny')
    equal(len(denials) + state['lost'], 3000, 'which makes all of them')


def test_required_without_a_sink(place):
    place.configure(sections.web_identity(place.rig),
                    sections.section('audit', None, required='yes'))
    done = place.daypass('token', 'dev')
    equal(done.code, 78, 'required, and no sink')
    like(done.err, 'names no sink', 'is a mistake that says so')


def test_killed_agent(place):
    configure(place)
    place.daypass('token', 'dev')
    processes.kill(place.agent())
    end = trail.wait(log(place), 'session.ended')
    ok(end and end[0]['data']['complete'] is False,
       'kill -9 of the agent is recorded', end)
    place.daypass('token', 'dev')
    records = ended(place)
    equal(len(trail.of_type(records, 'session.opened')), 2,
          'and the next session goes on in the same chain')


def test_killed_writer(place):
    configure(place, required='yes')
    place.daypass('begin')
    answers = []
    for number in range(12):
        if number % 3 == 1:
            processes.kill(processes.wait_for(lambda: trail.writer(place)))
        answers.append(place.daypass('token', '--force', 'dev').code)
    equal(answers, [0] * 12, 'kill -9 of daypass-audit: all are served')
    records = ended(place)
    own = [int(r['id'].rpartition('-')[2]) for r in records]
    equal(own, list(range(1, len(own) + 1)),
          'every record is there, and once')
    equal(len(trail.of_type(records, 'mint')), 24, 'two for each')


if __name__ == '__main__':
    tap.run(globals())
