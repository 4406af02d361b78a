# SPDX-License-Identifier: Apache-2.0
"""daypass-audit, fed by hand."""

import os
import socket
import subprocess

from . import wire
from .place import BUILD

PROGRAM = os.path.join(BUILD, 'daypass-audit')


class Feed:
    def __init__(self, place, *sinks, **hello):
        ours, theirs = socket.socketpair(
            socket.AF_UNIX, socket.SOCK_SEQPACKET)
        directory = os.open(place.make('spools'), os.O_RDONLY)
        self.feed = ours
        self.feed.settimeout(20)
        self.process = subprocess.Popen(
            [PROGRAM, '--feed-fd', str(theirs.fileno()), '--directory-fd',
             str(directory)],
            pass_fds=[theirs.fileno(), directory],
            env=place.environment({}))
        theirs.close()
        os.close(directory)
        self.feed.send(wire.message(
            'hello', *[('sink', sink) for sink in sinks], session='s',
            **hello))

    def record(self, number, sync=True):
        json_text = (f'{{"specversion":"1.0","id":"s-{number}",'
                     f'"type":"dev.daypass.mint","data":{{}}}}')
        self.feed.send(wire.message(
            'record', number=number, json=json_text,
            **({'sync': 1} if sync else {})))

    def taken(self, number):
        """Waits until it has so many."""
        while True:
            word, said = wire.parse(self.feed.recv(65536))
            if word == 'taken' and int(said['taken']) >= number:
                return said

    def kill(self):
        self.process.kill()
        self.end()

    def end(self):
        self.feed.close()
        self.process.wait(20)
