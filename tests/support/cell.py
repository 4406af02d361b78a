# SPDX-License-Identifier: Apache-2.0
"""A place with an attacker in it: what tries its way out of an isolated
session, and is asked afterwards what came of it."""

import json
import os
import shutil

from . import sections
from .ordinary import Ordinary
from .place import SOURCE

PYTHON = '/usr/bin/python3'
NAME = 'agent:test'


class Cell(Ordinary):
    """Skips where this machine gives no namespaces."""

    def __init__(self, rig):
        super().__init__(rig)
        self.need_spaces()
        self.attacker = self.path('home/attack.py')
        shutil.copy(os.path.join(SOURCE, 'tests/agent/escape/attack.py'),
                    self.attacker)
        os.chmod(self.attacker, 0o755)
        self.configure(sections.octo(rig, scope='acme/web'))

    def attack(self, *words, prefix=(), **more):
        """What came of it, from the attacker's own mouth."""
        done = self.run(*prefix, 'daypass', 'run', '--as', NAME, '--', PYTHON,
                        self.attacker, *words, **more)
        lines = done.out.splitlines()
        if not lines:
            raise AssertionError(f'{words}: {done}')
        return json.loads(lines[-1])

    def started(self, *words, **more):
        return self.start('daypass', 'run', '--as', NAME, '--', *words,
                          **more)
