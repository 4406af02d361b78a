#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""How long a credential is handed out: what it says of its end, what it does
not say, and by whose clock."""

import json
import os
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import sections, tap, wire   # noqa: E402
from support.processes import wait_for   # noqa: E402
from support.tap import equal, like, ok   # noqa: E402

HOST = 'registry.rig.test'
TOKEN = 'identity:token'
WEB = 'sts:AssumeRoleWithWebIdentity'
API = 'token_exchange:token'
HOUR = 3600
YEAR_9999 = 253402300799
SLACK = 120     # seconds by which times may differ on a machine under load


def bind(place):
    rig = place.rig
    place.configure(
        sections.docker(HOST), sections.web_identity(rig),
        sections.assume_role(rig), sections.aws(credential='deploy'),
        sections.octo(rig), sections.git(rig), sections.federation(rig),
        sections.token_exchange(rig))


def docker(place):
    done = place.run('docker-credential-daypass', 'get', input=HOST)
    return (json.loads(done.out) if done.code == 0 else {}).get('Secret'), \
        done.out


def claims(place, **more):
    place.rig.change(identity={'claims': more})


def minted(place, operation=TOKEN):
    return place.rig.count(operation)


def near(got, wanted, name):
    ok(abs(got - wanted) < SLACK, name, f'{got - wanted} s off')


# what an id token says

def test_no_exp(place):
    """Not said: kept for some minutes."""
    bind(place)
    claims(place, exp=None)
    first, said = docker(place)
    ok(first, 'a token without exp is handed out', said)
    equal((docker(place)[0], minted(place)), (first, 1), 'and kept')
    entry, = json.loads(place.daypass('status', '--json').out)['credentials']
    end = time.mktime(time.strptime(entry['expires_at'],
                                    '%Y-%m-%dT%H:%M:%SZ')) - time.timezone
    near(end, time.time() + 300, 'for 5 minutes')


def test_exp_past(place):
    bind(place)
    for exp in (int(time.time()) - HOUR, 1, -5, 0):
        claims(place, exp=exp)
        secret, said = docker(place)
        equal(secret, None, f'exp {exp}: not handed out')
        like(said, r'identity ona: .*expired at \S+Z \(is this machine.s '
             'clock right', 'and why')
        place.daypass('end')


def test_exp_far(place):
    """What is good for ever is kept for ten years at most."""
    bind(place)
    for exp in (YEAR_9999, 2 ** 62, 2 ** 63 - 1, 2 ** 64, 10 ** 30):
        place.rig.forget()
        claims(place, exp=exp)
        first, said = docker(place)
        ok(first, f'exp {exp}: handed out', said)
        equal((docker(place)[0], minted(place)), (first, 1), 'and kept')
        done = place.daypass('status', '--json')
        entry, = json.loads(done.out)['credentials']
        ok(entry['expires_at'] < '2100', 'not for ever', entry)
        place.daypass('end')


def test_exp_strange(place):
    """What is no number says nothing."""
    bind(place)
    for exp in ('soon', True, [], {}, 1.5e9, '1'):
        claims(place, exp=exp, iat='once', nbf=None)
        secret, said = docker(place)
        ok(secret or 'daypass: identity ona' in said,
           f'exp {exp!r}: handed out or refused by name', said)
        equal(place.daypass('status').code, 0, 'and the agent lives')
        place.daypass('end')


def test_short(place):
    """What has less than a minute to live is handed out, and not kept."""
    bind(place)
    place.rig.change(identity={'ttl': 30})
    found = {docker(place)[0] for _ in range(3)}
    equal((len(found), None in found, minted(place)), (3, False, 3),
          'a life of 30 s: each asker has a fresh one')


def test_min_ttl(place):
    """Whoever wants more of a life than is left has a fresh one."""
    bind(place)
    now = int(time.time())
    claims(place, iat=now - 1000, exp=now + 1000)

    def ask(least):
        word, answer = wire.ask(place, wire.token(place, 'x', min_ttl=least))
        return word, answer.get('secret')

    place.daypass('begin')
    first = ask(0)
    equal(first[0], 'ok', 'a token with 1000 s left')
    equal(ask(800), first, 'at least 800 s: the same again')
    claims(place, iat=now, exp=now + HOUR)
    second = ask(1200)
    ok(second[0] == 'ok' and second != first, 'at least 1200 s: another one')
    equal((ask(1200), ask(0)), (second, second), 'which is kept')
    equal(ask(10 ** 9)[0], 'ok', 'more than there is: as much as there is')
    equal(ask('x')[0], 'ok', 'and what is no number asks for nothing')


def test_refresh_fails(place):
    """Refreshed behind the scenes: while that fails, the old one serves."""
    bind(place)
    now = int(time.time())
    claims(place, iat=now - 600, exp=now + 300)
    first, _ = docker(place)
    place.rig.fault('identity', 'fail', count=-1)
    equal(docker(place)[0], first, 'past 60 % of its life: handed out')
    ok(wait_for(lambda: counters(place)['failures']), 'its refresh fails')
    equal([docker(place)[0] for _ in range(5)], [first] * 5,
          'it goes on being handed out')
    ok(minted(place) <= 3, 'and the identity has its rest')
    place.rig.heal()
    claims(place, iat=now, exp=now + HOUR)
    ok(wait_for(lambda: docker(place)[0] != first), 'later it is replaced')


def counters(place):
    return json.loads(place.daypass('status', '--json').out)['counters']


# what an exchange says

def api_says(place, **more):
    """The token endpoint's next answer has these fields as well."""
    place.rig.fault('token_exchange', 'garbage', body=json.dumps({
        'access_token': f'tx_{minted(place, API)}_{"x" * 40}',
        'issued_token_type':
            'urn:ietf:params:oauth:token-type:access_token',
        'token_type': 'Bearer', **more}))


def test_no_expires_in(place):
    bind(place)
    for what in ({}, {'expires_in': None}, {'expires_in': 0},
                 {'expires_in': -1}, {'expires_in': 'soon'},
                 {'expires_in': 10 ** 30}, {'expires_in': []}):
        place.rig.forget()
        api_says(place, **what)
        name = str(what or 'no expires_in')
        done = place.daypass('token', 'api')
        ok(done.code == 0 or done.err.startswith('daypass: exchange token-'),
           f'{name}: handed out or refused by name', done)
        if done.code == 0:
            again = place.daypass('token', 'api')
            equal((again.out, minted(place, API)), (done.out, 1),
                  f'{name}: kept for a while')
        place.daypass('end')


# by whose clock

def aws(place):
    done = place.run('aws-credential-daypass')
    if done.code:
        return 0, done.err
    end = time.strptime(json.loads(done.out)['Expiration'],
                        '%Y-%m-%dT%H:%M:%SZ')
    return time.mktime(end) - time.timezone, done.out


def test_skew(place):
    """A machine whose clock is off, seen from a cloud whose clock is right:
    the times that tools are told are by the machine's."""
    bind(place)
    for hours in (1, -1, 9, -9):
        place.rig.forget()
        place.rig.change(clock={'skew': hours * HOUR})
        ends, first = aws(place)
        near(ends, time.time() + HOUR, f'{hours} h off: aws, an hour to live')
        equal((aws(place), minted(place, WEB)), ((ends, first), 1),
              'kept, minted once')
        behind = 'behind' if hours > 0 else 'ahead'
        check_clock(place, abs(hours) * HOUR, behind)
        secret, said = docker(place)
        ok(secret, 'now id tokens are understood, too', said)
        equal((docker(place)[0], minted(place)), (secret, 2), 'and kept')
        place.daypass('end')


def check_clock(place, seconds, behind):
    checks = json.loads(place.daypass('doctor', '--json').out)['checks']
    cause = [check['cause'] for check in checks if check['name'] == 'clock']
    if ok(len(cause) == 1, 'doctor tells of the clock', checks):
        like(cause[0], rf"this machine's clock is \d+ s {behind} of", 'how')
        near(int(cause[0].split(' is ')[1].split()[0]), seconds, 'how much')


def test_skew_mended(place):
    bind(place)
    place.rig.change(clock={'skew': 9 * HOUR})
    aws(place)
    place.rig.change(clock={'skew': 0})
    done = place.daypass('token', '--force', 'api')
    equal(done.code, 0, 'the clock is set right: works')
    near(aws(place)[0], time.time() + HOUR, 'what was held is still right')
    checks = json.loads(place.daypass('doctor', '--json').out)['checks']
    equal([check for check in checks
           if check['name'] == 'clock' and not check['ok']], [],
          'doctor has nothing to tell')


def test_one_wrong_clock(place):
    """One service's clock is wrong: that is no reason to think that ours is,
    when others are asked."""
    bind(place)
    for hours in (9, -9):
        place.rig.heal()
        place.rig.fault('token_exchange', 'date-skew', count=-1,
                        seconds=hours * HOUR)
        equal(place.daypass('token', '--force', 'api').code, 0,
              f'a service whose clock is {hours} h off')
        secret, said = docker(place)
        ok(secret, 'an id token is handed out all the same', said)
        near(aws(place)[0], time.time() + HOUR, 'aws has its hour')
        equal((docker(place)[0], minted(place, WEB)), (secret, 1), 'kept')
        place.rig.forget()
        place.daypass('end')


if __name__ == '__main__':
    tap.run(globals())
