# SPDX-License-Identifier: Apache-2.0
"""An agent on a terminal, whose log can be read; and one whose clock can be
moved under it, with libfaketime."""

import glob
import os
import subprocess

from . import processes
from .place import BUILD
from .tap import Skip

LIBRARIES = '/usr/lib/*/faketime/libfaketime.so.1'


class Foreground:
    def __init__(self, place, **env):
        self.place = place
        self.path = place.path('log')
        self.log = open(self.path, 'wb')
        # A session of its own: all that is in it is ended with the place.
        self.process = subprocess.Popen(
            [os.path.join(BUILD, 'daypass-agent'), '--foreground'],
            env=place.environment(env), stdin=subprocess.DEVNULL,
            stdout=self.log, stderr=self.log, start_new_session=True)
        processes.wait_for(place.agent)

    def said(self):
        with open(self.path, encoding='utf-8') as log:
            return log.read()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.place.daypass('end')
        self.process.terminate()
        self.process.wait(20)
        self.log.close()


class Moved(Foreground):
    """`slept`: all its clocks are moved, as when the machine has been
    suspended; else the wall clock is set."""

    def __init__(self, place, slept):
        found = glob.glob(LIBRARIES)
        if not found:
            raise Skip('no libfaketime here')
        # Where certificates may be is what its children may read.
        roots = place.make('roots')
        self.file = os.path.join(roots, 'moved')
        self.to(0)
        super().__init__(
            place, LD_PRELOAD=found[0], FAKETIME_TIMESTAMP_FILE=self.file,
            FAKETIME_NO_CACHE='1', NO_FAKE_STAT='1', SSL_CERT_DIR=roots,
            FAKETIME_DONT_FAKE_MONOTONIC=None if slept else '1')

    def to(self, seconds):
        """So far from the real time."""
        with open(self.file + '.new', 'w', encoding='ascii') as out:
            out.write(f'{seconds:+}s\n')
        os.rename(self.file + '.new', self.file)

    def __exit__(self, *more):
        self.to(0)
        super().__exit__(*more)
