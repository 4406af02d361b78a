# SPDX-License-Identifier: Apache-2.0
"""People: who approves what a session asks for; and other users, who reach
copies of the programs and no more of ours; root alone can become one."""

import json
import os
import shutil
import subprocess

from . import processes, wire
from .place import BUILD
from .tap import Skip

NOBODY = 65534
PROGRAMS = ('aws-credential-daypass', 'daypass', 'daypass-agent',
            'daypass-audit', 'daypass-config', 'docker-credential-daypass',
            'gcloud-credential-daypass', 'git-credential-daypass')


class Person:
    def __init__(self, place, uid=NOBODY, name='nobody'):
        if os.getuid() != 0:
            raise Skip('only root can become somebody else')
        self.place = place
        self.uid = uid
        place.make('shared')
        for program in PROGRAMS:
            if not os.path.exists(place.path('shared', program)):
                shutil.copy(os.path.join(BUILD, program),
                            place.path('shared'))
        for path in ('', 'shared'):
            os.chmod(place.path(path), 0o711)
        self.home = self.own(name)

    def own(self, name):
        path = self.place.make(name)
        os.chown(path, self.uid, self.uid)
        return path

    def write(self, path, text, mode=0o600):
        path = self.place.write(path, text, mode)
        os.chown(path, self.uid, self.uid)
        return path

    def become(self):
        return ('setpriv', f'--reuid={self.uid}', f'--regid={self.uid}',
                '--clear-groups')

    def command(self, program, *arguments):
        return (*self.become(), self.place.path('shared', program),
                *arguments)

    def run(self, program, *arguments, env=None, **more):
        return self.place.run(
            *self.command(program, *arguments),
            env={'HOME': self.home, **(env or {})}, cwd='/', **more)

    def python(self, text, *arguments):
        """A line of Python as this user; it says when it is ready."""
        process = subprocess.Popen(
            [*self.become(), '/usr/bin/python3', '-c', text, *arguments],
            env=self.place.environment({'HOME': self.home}), cwd='/',
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        process.stdout.readline()
        return process


class Space:
    """A user namespace, as a container has one: the uids inside are others
    outside. A process keeps it; enter() is the way in."""

    def __init__(self, place, outside, inside=0, count=1):
        if os.getuid() != 0:
            raise Skip('only root can give a namespace the uids of others')
        self.process = place.start('unshare', '--user', '--', 'cat')
        if not processes.wait_for(self.is_other, 5):
            self.close()
            raise Skip('this machine gives no user namespaces')
        for kind in ('uid', 'gid'):
            with open(f'/proc/{self.process.pid}/{kind}_map', 'w',
                      encoding='ascii') as out:
                out.write(f'{inside} {outside} {count}')
        self.inside = inside

    def is_other(self):
        if self.process.poll() is not None:
            return None
        return os.readlink(f'/proc/{self.process.pid}/ns/user') != \
            os.readlink('/proc/self/ns/user')

    def enter(self):
        return ('nsenter', f'--user=/proc/{self.process.pid}/ns/user',
                f'--setuid={self.inside}', f'--setgid={self.inside}', '--')

    def close(self):
        self.process.communicate()
        self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Approver:
    """Who is asked, by the wire: the commands have tests of their own."""

    def __init__(self, place):
        self.place = place

    def pending(self):
        """All requests, oldest first, also those that are decided."""
        word, said = wire.ask(self.place, wire.message('approvals'))
        assert word == 'ok', said
        return json.loads(said['json'])

    def waiting(self):
        return [a for a in self.pending() if a['state'] == 'pending']

    def one(self, waiting=0, seconds=20):
        """The one that is not decided; so many tools wait for it."""
        found = []

        def look():
            found[:] = [a for a in self.waiting() if a['waiting'] >= waiting]
            return found

        assert processes.wait_for(look, seconds)
        return found[0]

    def say(self, verb, approval, **more):
        return wire.ask(self.place, wire.message(
            verb, approval=approval['id'], **more))
