# SPDX-License-Identifier: Apache-2.0
"""A place of an ordinary user: of a uid that runs nothing where root runs the
tests, else our own. What root may do proves nothing about isolation."""

import os
import pwd
import shutil

from .people import PROGRAMS
from .place import BUILD, Place
from .tap import Skip

UID = 61234     # but some programs want a name for theirs


def a_uid():
    try:
        return pwd.getpwnam('games').pw_uid
    except KeyError:
        return UID


class Ordinary(Place):
    def __init__(self, rig):
        super().__init__(rig)
        self.uid = os.getuid() or a_uid()
        self.programs = self.make('programs')
        for program in PROGRAMS:
            shutil.copy(os.path.join(BUILD, program), self.programs)
        self.env['PATH'] = self.env['PATH'].replace(BUILD, self.programs, 1)
        self.env['USER'] = 'tester'
        self.env['SHELL'] = '/bin/sh'
        self.env['TMUX_TMPDIR'] = self.temporary
        if os.getuid() == 0:
            self.open_doors(rig)
            for path in (self.directory, self.home, self.runtime,
                         self.temporary, self.bin):
                os.chown(path, self.uid, self.uid)

    def open_doors(self, rig):
        """To the cloud's certificates and to the identity, which are root's
        alone; the identity's socket becomes the user's own."""
        for path in (rig.directory, rig['bin'], self.programs,
                     os.path.dirname(rig['ca']),
                     *(os.path.join(rig['bin'], name)
                       for name in os.listdir(rig['bin']))):
            os.chmod(path, 0o755)
        os.chmod(rig['ca'], 0o644)
        os.chown(rig['identity_socket'], self.uid, self.uid)
        rig.cloud.services['identity'].tenant = self.uid

    def become(self):
        if os.getuid() != 0:
            return ()
        return ('setpriv', f'--reuid={self.uid}', f'--regid={self.uid}',
                '--clear-groups', '--')

    def start(self, *command, **more):
        return super().start(*self.become(), *command, **more)

    def make(self, *parts):
        path = super().make(*parts)
        self.own(path)
        return path

    def write(self, path, text, mode=0o600):
        path = super().write(path, text, mode)
        self.own(path)
        return path

    def own(self, path):
        """It, and all above it up to our directory."""
        uid = getattr(self, 'uid', None)
        while uid is not None and os.getuid() == 0 and \
                path != self.directory:
            os.chown(path, uid, uid)
            path = os.path.dirname(path)

    def without_identity(self):
        super().without_identity()
        self.env['PATH'] = self.env['PATH'].replace(BUILD, self.programs, 1)

    # sessions

    def session(self, *command, name='agent:test', options=(), **more):
        """A command in an isolated session, to its end."""
        return self.daypass('run', '--as', name, *options, '--', *command,
                            **more)

    def need_spaces(self):
        """Skips where the kernel or a container refuses namespaces."""
        done = self.run('unshare', '-Urpfm', '--mount-proc', 'true')
        if done.code != 0:
            raise Skip('this machine gives no user namespaces')
