#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A clock that is set, and a machine that sleeps, while a session goes on:
nothing that is old becomes young by it, and nobody is locked out."""

import json
import os
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import processes, sections, tap   # noqa: E402
from support.foreground import Moved   # noqa: E402
from support.processes import wait_for   # noqa: E402
from support.tap import equal, ok   # noqa: E402

HOST = 'registry.rig.test'
WEB = 'sts:AssumeRoleWithWebIdentity'
MINUTE = 60
HOUR = 3600


def bind(place):
    rig = place.rig
    place.configure(
        sections.docker(HOST), sections.web_identity(rig), sections.aws(),
        sections.octo(rig), sections.git(rig))


def aws(place):
    """What the helper prints, or why not."""
    done = place.run('aws-credential-daypass')
    return done.out or done.err


def docker(place):
    return place.run('docker-credential-daypass', 'get', input=HOST).out


def key(said):
    return json.loads(said)['AccessKeyId'] if said[0] == '{' else said


def good(place, said, name):
    """Right by the cloud's word: known to it, and not expired."""
    session = place.rig.cloud.issued.sessions.get(key(said))
    return ok(session and session.expires > time.time(), name, said)


def is_held(place, said, name):
    before = place.rig.count(WEB)
    equal((key(aws(place)), place.rig.count(WEB)), (key(said), before), name)


def test_clock_set(place):
    """By nine hours, either way, there and back."""
    bind(place)
    for hours in (9, -9):
        with Moved(place, slept=False) as agent:
            first = aws(place)
            good(place, first, 'a credential')
            is_held(place, first, 'which is held')
            agent.to(hours * HOUR)
            second = aws(place)
            good(place, second, f'the clock is set by {hours} h: works')
            is_held(place, second, 'and is held again')
            agent.to(0)
            third = aws(place)
            good(place, third, 'it is set back: works')
            is_held(place, third, 'and is held again')


def test_clock_set_id_token(place):
    """Also where nobody is asked whose clock could be compared with."""
    bind(place)
    with Moved(place, slept=False) as agent:
        first = docker(place)
        agent.to(-9 * HOUR)
        equal(docker(place), first, 'set back by 9 h: held')
        agent.to(0)
        equal(docker(place), first, 'set right: held')
        agent.to(9 * HOUR)
        said = docker(place)
        ok('Secret' in said or "is this machine's clock right?" in said,
           'set ahead by 9 h: works, or says why not', said)
        agent.to(0)
        ok('Secret' in docker(place) or wait_for(
            lambda: 'Secret' in docker(place)), 'set right: works')


def test_suspended(place):
    """The machine sleeps; what has expired meanwhile is not handed out."""
    bind(place)
    for minutes, held in ((10, True), (30, True), (50, False),
                          (120, False), (9 * 60, False)):
        with Moved(place, slept=True) as agent:
            first = aws(place)
            good(place, first, 'a credential')
            place.rig.change(clock={'skew': minutes * MINUTE})
            agent.to(minutes * MINUTE)
            again = aws(place)
            equal(key(again) == key(first), held,
                  f'slept for {minutes} min: {"held" if held else "anew"}')
            ok(again[0] == '{', 'and works', again)
            place.rig.change(clock={'skew': 0})


def test_suspended_past_ripeness(place):
    """More than 60 % of its life have gone by while it slept."""
    bind(place)
    with Moved(place, slept=True) as agent:
        first = aws(place)
        place.rig.change(clock={'skew': 40 * MINUTE})
        agent.to(40 * MINUTE)
        is_held(place, first, 'after 40 min: handed out at once')
        ok(wait_for(lambda: key(aws(place)) != key(first)),
           'and replaced behind the scenes')


def test_suspended_ledger(place):
    """What has expired in its sleep needs no revocation."""
    bind(place)
    url = place.rig['git'] + '/acme/web.git'
    with Moved(place, slept=True) as agent:
        equal(place.daypass('token', '--for', url).code, 0, 'a token')
        agent.to(2 * HOUR)
        place.rig.change(clock={'skew': 2 * HOUR})
        equal(place.daypass('token', '--for', url).code, 0, 'two hours later')
        done = place.daypass('end', '--json')
        equal(json.loads(done.out)['revoked'], ['github'],
              'one of two is revoked')
    equal(place.rig.count('github:revoke'), 1, 'and GitHub asked once')


def test_up_for_long(place):
    """A machine that has been up for thirty years, seen from beside it."""
    bind(place)
    ahead = ['unshare', '--time', '--boottime', str(30 * 365 * 24 * HOUR)]
    if os.getuid() != 0 or place.run(*ahead, 'true').code:
        raise tap.Skip('only root can move the clock since boot')
    done = place.run(*ahead, 'aws-credential-daypass')
    good(place, done.out or done.err, 'an agent on it: works')
    pid = place.agent()
    is_held(place, done.out, 'and holds')
    equal(place.run(*ahead, 'aws-credential-daypass').out, done.out,
          'also from beside it')
    ok(processes.status(pid), 'and lives')


if __name__ == '__main__':
    tap.run(globals())
