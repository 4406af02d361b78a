#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The audit: every kind of decision has its record, with the right fields and
no secret."""

import hashlib
import json
import os
import socket
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import (   # noqa: E402
    canary, processes, sections, tap, trail, wire)
from support.audits import audit, configure, rule   # noqa: E402
from support.foreground import Moved   # noqa: E402
from support.tap import equal, like, ok   # noqa: E402
from support.trail import ended, log   # noqa: E402

COMMON = {'specversion', 'id', 'source', 'type', 'time', 'datacontenttype',
          'data', 'sequence', 'prevhash', 'hash'}


def test_mint(place):
    configure(place)
    said = place.daypass('token', 'github')
    records = ended(place)
    equal([r['type'].removeprefix(trail.PREFIX) for r in records],
          ['session.opened', 'mint', 'mint', 'revoke', 'session.ended'],
          'a session, its mints, what was taken back')
    for record in records:
        ok(COMMON <= set(record) and record['specversion'] == '1.0' and
           len({k for k in record if not k.islower()}) == 0,
           'a CloudEvent 1.0', record)
    equal(len({r['id'] for r in records}), len(records), 'each has its id')
    first, second = trail.of_type(records, 'mint')
    data = second['data']
    equal(data['actor'], {'session': 'self', 'names': ['self']}, 'the actor')
    equal([data.get(n) for n in ('verdict', 'tool', 'credential', 'exchange',
                                 'identity', 'kind', 'revocable')],
          ['allow', 'token', 'github', 'octo-sts', 'ona', 'bearer', True],
          'what was decided')
    equal(data['sha256'],
          hashlib.sha256(said.out.strip().encode()).hexdigest(),
          'the digest of what was handed out')
    equal(data['process'][0]['comm'], 'daypass', 'the process that asked')
    ok(any(p['pid'] == os.getpid() for p in data['process']),
       'and those above it', data['process'])
    equal(first['data']['credential'], 'id-token', 'each step for itself')
    like(data['expires'], r'^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$', 'the expiry')
    revoked, = trail.of_type(records, 'revoke')
    equal((revoked['data']['revoked'], revoked['data']['sha256']),
          (True, data['sha256']), 'the same was revoked')
    equal(os.stat(log(place)).st_mode & 0o777, 0o600, 'nobody else reads it')


def test_hits(place):
    configure(place)
    for _ in range(5):
        place.run('aws-credential-daypass')
    records = ended(place)
    hit, = trail.of_type(records, 'hit')
    mint = trail.of_type(records, 'mint')[-1]
    equal((hit['data']['count'], hit['data']['credential'],
           hit['data']['target'], hit['data']['tool']),
          (4, 'dev', 'default', 'aws'), 'hits are counted, in one record')
    equal(hit['data']['sha256'], mint['data']['sha256'],
          'and are of what was minted')


def test_deny(place):
    configure(place, sections.section('policy', 'self', rule=['no', 'rest']),
              rule('no', 'deny', credential='github', text='not here'),
              rule('rest', 'allow', max_ttl='30m'))
    for _ in range(3):
        place.daypass('token', 'github')
    place.daypass('token', 'dev')
    records = ended(place)
    first, again = trail.of_type(records, 'deny')
    data = first['data']
    equal([data.get(n) for n in ('verdict', 'policy', 'rule', 'credential',
                                 'fault')],
          ['deny', 'self', 'no', 'github', 'refused'], 'a denial')
    like(data['error'], 'not here', 'with its reason')
    equal(data['process'][0]['comm'], 'daypass', 'and the process')
    equal(again['data']['count'], 2, 'the same again is counted')
    mint = trail.of_type(records, 'mint')[-1]['data']
    equal((mint['rule'], mint['max_ttl']), ('rest', 1800),
          'a mint names the rule that let it')


def pending(place):
    return processes.wait_for(lambda: [
        a for a in json.loads(wire.ask(
            place, wire.message('approvals'))[1]['json'])
        if a['state'] == 'pending'])[0]


def approval_rules():
    return [sections.section('policy', 'self', rule=['asks']),
            rule('asks', 'approve')]


def test_approval(place):
    configure(place, *approval_rules())
    place.daypass('begin')
    asking = place.start('daypass', 'token', 'github')
    approval = pending(place)
    wire.ask(place, wire.message('approve', approval=approval['id']))
    asking.communicate(timeout=60)
    asking = place.start('daypass', 'token', 'dev')
    other = pending(place)
    wire.ask(place, wire.message('deny', approval=other['id'],
                                 reason='no reason'))
    asking.communicate(timeout=60)
    place.daypass('token', 'github')
    records = ended(place)
    requested, granted, denied = [trail.of_type(records, f'approval.{what}')
                                  for what in ('requested', 'granted',
                                               'denied')]
    equal([r['data']['approval'] for r in requested],
          [approval['id'], other['id']], 'both requests')
    equal(requested[0]['data']['process'][0]['comm'], 'daypass',
          'the process that waits')
    equal((granted[0]['data']['verdict'], denied[0]['data']['verdict'],
           denied[0]['data']['why']), ('approve', 'deny', 'no reason'),
          'what a person said')
    like(granted[0]['data']['approver'], r'^self \(uid \d+, pid \d+\)$',
         'the approver')
    ok(granted[0]['data']['approver_process'][0]['pid'] == os.getpid(),
       'and their process', granted)
    mint = trail.of_type(records, 'mint')[-1]['data']
    equal((mint['verdict'], mint['approval'], mint['approver']),
          ('approve', approval['id'], granted[0]['data']['approver']),
          'the mint names both')
    equal(trail.of_type(records, 'deny')[0]['data']['rule'], 'asks',
          'and who waited in vain is denied')


def test_failed_mint(place):
    configure(place)
    place.rig.fault('octo', 'redirect', count=-1)
    place.daypass('token', 'github')
    records = ended(place)
    failed = trail.of_type(records, 'mint.failed')
    ok(failed, 'a mint that failed', records)
    equal(failed[0]['data']['credential'], 'github', 'of what')
    like(failed[0]['data']['error'], 'octo-sts', 'and why')


def test_child_session(place):
    """A session that a process opens for itself: what it does is told under
    its name, and it may not read the records."""
    configure(place)
    place.daypass('begin')
    code = subprocess.run(
        [sys.executable, '-B', '-c', CHILD, place.socket, place.config],
        env=place.environment({}), capture_output=True, timeout=60)
    equal(code.stdout.decode().split(), ['ok', 'ok', 'error', 'refused'],
          'opened, served, and told nothing of the audit')
    ok(trail.wait(log(place), 'session.ended'), 'its end is recorded')
    records = ended(place)
    opened = trail.of_type(records, 'session.opened')[1]
    equal(opened['data']['actor']['names'], ['agent:test', 'self'], 'opened')
    equal(opened['data']['actor']['reason'], 'why not', 'with its reason')
    ok(opened['data']['actor']['advisory'], 'every record says: advisory')
    mint = trail.of_type(records, 'mint')[-1]
    equal(mint['data']['actor']['names'][0], 'agent:test', 'its mint')
    ok(mint['data']['actor']['advisory'], 'advisory')
    denied = trail.of_type(records, 'deny')[0]
    equal((denied['data']['verb'], denied['data']['actor']['names'][0]),
          ('audit', 'agent:test'), 'what it may not do')
    ends = trail.of_type(records, 'session.ended')
    equal(ends[0]['data']['why'], 'its leader has ended', 'why it ended')


CHILD = '''
import socket, sys
def ask(text):
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(sys.argv[1])
        s.sendall(("daypass=1 " + text + "\\n\\n").encode())
        said = b""
        while more := s.recv(65536):
            said += more
    return said.decode()
def word(text):
    return ask(text).split("\\n")[0].split()[1]
print(word("session\\nname=agent:test\\nreason=why not\\nadvisory=1"))
print(word("get\\nconfig=%s\\ntool=token\\ncredential=dev" % sys.argv[2]))
said = ask("audit\\nconfig=%s" % sys.argv[2])
print(said.split("\\n")[0].split()[1])
print(dict(l.split("=", 1) for l in said.split("\\n") if l)["fault"])
'''


def test_unknown(place):
    """Somebody of whom it cannot be told who it is: a process that has died,
    whose connection another one has."""
    configure(place)
    place.daypass('begin')
    with subprocess.Popen(
            [sys.executable, '-B', '-c', CHILD + '\ninput()', place.socket,
             place.config], env=place.environment({}),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        child.stdout.readline()
        ours, theirs = socket.socketpair()
        pid = os.fork()
        if pid == 0:
            connection = wire.connect(place)
            socket.send_fds(theirs, [b'x'], [connection.fileno()])
            os._exit(0)
        _, fds, _, _ = socket.recv_fds(ours, 1, 1)
        os.waitpid(pid, 0)
        with socket.socket(fileno=fds[0]) as connection:
            connection.settimeout(20)
            connection.sendall(wire.request(
                place, 'get', tool='token', credential='dev'))
            word, said = wire.parse(wire.rest_of(connection))
        ours.close()
        theirs.close()
        child.communicate(b'\n')
    equal((word, said['fault']), ('error', 'refused'), 'it is refused')
    records = ended(place)
    names = [r['data']['actor']['names']
             for r in trail.of_type(records, 'deny')]
    ok(['unknown'] in names, 'and recorded as unknown', names)


def test_no_secret(place):
    """Nothing that was ever minted is in a record, nor in what waits."""
    configure(place, sections.federation(place.rig),
              sections.service_account(place.rig),
              sections.token_exchange(place.rig))
    for name in ('github', 'dev', 'gcp', 'gcp-ci', 'api', 'id-token'):
        place.daypass('token', name)
    for mode in ('truncate', 'wrong-type', 'redirect'):
        for service in ('sts', 'octo', 'gcp_sts', 'token_exchange'):
            place.rig.fault(service, mode, count=-1)
        for name in ('dev', 'gcp', 'api', 'github'):
            place.daypass('token', '--force', name)
        place.rig.heal()
    records = ended(place)
    ok(len(records) > 15, 'there are records', len(records))
    wanted = canary.needles(place.rig.secrets())
    ok(len(wanted) > 10, 'and secrets to look for')
    equal(canary.in_files(place.directory, wanted), [], 'in no file')


def test_what_an_asker_writes(place):
    """It cannot break out of its line, nor make a record of its own."""
    configure(place)
    evil = 'a"},"x":"\\\n\x1b[31m\u2028 \xff'
    place.daypass('begin')
    subprocess.run(
        ['/bin/sh', '-c', 'exec "$0" token --audience "$1"',
         'daypass', evil.replace('\n', '')],
        env=place.environment({}), capture_output=True, timeout=60)
    records = ended(place)
    ok(all(set(r) <= COMMON | {'subject'} for r in records), 'no member more')
    ok(b'\x1b' not in b''.join(trail.lines(log(place))), 'no escape')


def test_clock(place):
    configure(place)
    with Moved(place, slept=False) as agent:
        place.daypass('token', 'dev')
        agent.to(-7200)
        place.daypass('token', '--audience', 'x')
        agent.to(0)
        place.daypass('token', '--audience', 'y')
    records = trail.verify(log(place))
    steps = [r['data']['step_seconds']
             for r in trail.of_type(records, 'clock')]
    ok(len(steps) == 2 and abs(steps[0] + 7200) < 60 and
       abs(steps[1] - 7200) < 60, 'a clock that is set is told of', steps)
    times = [r['data']['uptime_ms'] for r in records]
    equal(times, sorted(times), 'and the order stays provable')


def test_change(place):
    """Another file from now on: both say so."""
    configure(place)
    place.daypass('token', 'dev')
    other = place.path('audit', 'other')
    place.configure(sections.web_identity(place.rig),
                    audit(place, f'file:{other}'))
    place.daypass('token', '--force', 'dev')
    place.end()
    ok(trail.of_type(trail.verify(log(place)), 'audit.changed'),
       'the old one says that it changed')
    records = trail.verify(other)
    ok(trail.of_type(records, 'audit.changed') and
       trail.of_type(records, 'mint'), 'the new one goes on', records)


def test_once(place):
    """Where no agent can stay."""
    configure(place)
    place.env['XDG_RUNTIME_DIR'] = place.path('nowhere')
    place.env['DAYPASS_RUNTIME_DIR'] = '/proc/daypass'
    done = place.daypass('token', 'dev')
    equal(done.code, 0, 'served')
    ok(trail.wait(log(place), 'session.ended'), 'recorded')
    time.sleep(0.1)
    equal([r['type'].removeprefix(trail.PREFIX)
           for r in trail.verify(log(place))],
          ['session.opened', 'mint', 'mint', 'session.ended'], 'all of it')


def test_mistakes(place):
    for sink, why in (('file:here', 'is no sink'),
                      ('nats://user@host/x', 'nats://HOST|libnats'),
                      ('nats://nats.acme.io/x', 'in clear: use tls|libnats'),
                      ('nats://127.acme.io/x', 'in clear: use tls|libnats'),
                      ('nats://localhost.acme.io', 'use tls|libnats'),
                      ('http://example.com/', 'loopback|https')):
        place.configure(sections.web_identity(place.rig),
                        sections.section('audit', None, sink=sink))
        done = place.daypass('token', 'dev')
        like(done.err, why, f'{sink}: denied, with the reason')
        equal(done.code, 78, f'{sink}: a mistake in the configuration')
    for key, value in (('rotate', '12'), ('keep', 'x'), ('keep', '100')):
        configure(place, **{key: value})
        equal(place.daypass('token', 'dev').code, 78, f'{key} = {value}')


if __name__ == '__main__':
    tap.run(globals())
