#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Thousands of askers at one moment, cold and warm: each step of the chain is
minted once, and nobody fails."""

import json
import os
import sys
from collections import Counter

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import processes, sections, tap   # noqa: E402
from support.crowd import Crowd   # noqa: E402
from support.processes import wait_for   # noqa: E402
from support.tap import equal, note, ok   # noqa: E402

ASK = 'aws-credential-daypass'
# The same kind of program, which has nothing to do.
NOTHING = ('git-credential-daypass', 'nothing')
WEB = 'sts:AssumeRoleWithWebIdentity'
ONCE_EACH = {'identity:token': 1, WEB: 1, 'sts:AssumeRole': 1}


def bind(place):
    place.configure(
        '[http]\n\ttimeout = 60s\n', sections.web_identity(place.rig),
        sections.assume_role(place.rig), sections.aws(credential='deploy'))


def stall(place):
    for service in ('identity', 'sts'):
        place.rig.fault(service, 'delay', seconds=0.5, count=-1)


def check(crowd, what):
    """They have had the same answer."""
    count = len(crowd.pids)
    codes, outputs, errors, seconds = crowd.wait()
    failed = Counter(code for code in codes if code)
    ok(not failed, f'{count} askers, {what}: none fails', failed, errors[:3])
    equal(errors, [], 'in silence')
    equal((len(outputs), len(set(outputs))), (count, 1), 'all have the same')
    return seconds


def storm(place, count, what, **more):
    crowd = Crowd(place, count, ASK, **more)
    crowd.open()
    seconds = check(crowd, what)
    equal(place.rig.counts(), ONCE_EACH, 'one mint a step')
    return seconds


def cold_and_warm(place, count, **more):
    bind(place)
    stall(place)
    cold = storm(place, count, 'cold', **more)
    warm = storm(place, count, 'warm', **more)
    counters = json.loads(place.daypass('status', '--json').out)['counters']
    equal((counters['mints'], counters['failures'], counters['refreshes']),
          (3, 0, 0), 'as the agent has counted')
    equal(counters['hits'] + counters['waits'], 2 * count,
          'and it has seen them all')
    note(f'{count} at once: cold {cold:.2f} s (1.5 s of them the cloud\'s), '
         f'warm {warm:.2f} s')


def test_1000_askers(place):
    cold_and_warm(place, 1000)
    seconds = Crowd(place, 1000, *NOTHING).go()[3]
    note(f'1000 processes that do nothing: {seconds:.2f} s')


def test_1000_askers_few_descriptors(place):
    """The agent inherits a hard limit that is less than its askers."""
    cold_and_warm(place, 1000, descriptors=1024)


def test_4000_askers(place):
    bind(place)
    stall(place)
    storm(place, 4000, 'cold')


def test_4000_askers_few_descriptors(place):
    cold_and_warm(place, 4000, descriptors=1024)


def test_agent_killed_under_1000(place):
    """They find the next agent, or start it."""
    bind(place)
    stall(place)
    crowd = Crowd(place, 1000, ASK)
    crowd.open()
    wait_for(lambda: place.rig.count(WEB))
    first = place.agent()
    processes.kill(first)
    check(crowd, 'their agent killed')
    ok(place.agent() not in (None, first), 'by another agent')
    equal(place.rig.counts(), {**ONCE_EACH, 'identity:token': 2, WEB: 2},
          'which has minted once as well')


if __name__ == '__main__':
    tap.run(globals())
