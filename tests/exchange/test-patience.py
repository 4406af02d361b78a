#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""When an exchange tries again, and when it gives up."""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import tap   # noqa: E402
from support.exchanges import bind, fails, works   # noqa: E402
from support.tap import equal   # noqa: E402


def test_slow(place):
    bind(place)
    works(place, 'slow', 1, seconds=0.5)
    works(place, 'delay', 1, seconds=0.5)


def test_worth_another_try(place):
    bind(place)
    works(place, 'http-503', 2)
    works(place, 'http-429', 2, seconds=1)
    works(place, 'http-500', 2)
    works(place, 'close', 2)
    works(place, 'truncate', 2)


def test_in_vain(place):
    bind(place)
    fails(place, 'http-503', 75, 'localhost', tries=4)
    fails(place, 'close', 75, 'localhost:.* closed the connection', tries=4)


def test_stall(place):
    bind(place, timeout='2s')
    fails(place, 'stall', 75, r'timed out.*localhost')


def test_token_that_would_not_outlive_the_try(place):
    """The identity is asked again inside of the loop of tries."""
    bind(place)
    place.rig.change(identity={'ttl': 8})
    place.rig.fault('sts', 'http-503', seconds=4)
    done = place.daypass('token', 'dev')
    equal((done.code, done.err), (0, ''), 'a wait longer than a token lives')
    equal(place.rig.count('identity:token'), 2, 'the identity is asked again')


if __name__ == '__main__':
    tap.run(globals())
