# SPDX-License-Identifier: Apache-2.0
"""A kernel that knows less: programs of daypass under a filter that refuses
some calls (tests/agent/refuse.c)."""

import os

from .place import BUILD
from .tap import Skip

REFUSE = os.path.join(BUILD, 'tests/agent/refuse')
CANNOT = 77

# by name: prctl(2), madvise(2), getrlimit(2)
CONCEAL = 'prctl:EPERM:0=4'
NO_NEW_PRIVS = 'prctl:EPERM:0=38'
DEATH_SIGNAL = 'prctl:EPERM:0=1'
DONT_DUMP = 'madvise:EINVAL:2=16'
WIPE_ON_FORK = 'madvise:EINVAL:2=18'
CORE_LIMIT = 'prlimit64:EPERM:1=4'


def command(*calls):
    return [REFUSE, *calls, '--']


def begin(place, *calls):
    """An agent to which these calls are refused; its pid."""
    if not os.path.exists(REFUSE):
        raise Skip('tests/agent/refuse is not built')
    done = place.run(*command(*calls), 'daypass', 'begin')
    if done.code == CANNOT:
        raise Skip(f'no filter on system calls here: {done.err}')
    assert done.code == 0, done
    return place.agent()
