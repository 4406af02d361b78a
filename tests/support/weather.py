# SPDX-License-Identifier: Apache-2.0
"""A cloud that fails a third of its calls, each time in another way."""

import threading
from collections import Counter

MODES = ('redirect', 'fail', 'http-500', 'http-503', 'http-429', 'http-401',
         'close', 'delay', 'truncate', 'slow', 'garbage', 'oversize',
         'wrong-type', 'stall')
SECONDS = {'delay': 0.3, 'slow': 0.5, 'stall': 5, 'http-503': 0,
           'http-429': 1}


class Weather:
    def __init__(self, rig, dice):
        self.rig = rig
        self.faults = rig.cloud.faults
        self.dice = dice
        self.lock = threading.Lock()
        self.seen = Counter()

    def take(self, service, operation):
        with self.lock:
            if self.dice.randrange(3):
                self.seen['well'] += 1
                return None
            # no HTTP, and so no redirect, where the identity lives
            mode = self.dice.choice(MODES[service == 'identity':])
            self.seen[mode] += 1
        return self.rig.one_fault(service, mode, operation=operation,
                                  seconds=SECONDS.get(mode))

    def __enter__(self):
        self.faults.take = self.take
        return self

    def __exit__(self, *_):
        del self.faults.take
