# SPDX-License-Identifier: Apache-2.0
"""Child sessions without `daypass run`: a process that leads one, and says
on the wire what it is told to."""

import os
import subprocess
import sys

from . import wire

HERE = os.path.dirname(os.path.abspath(__file__))


class Led:
    """A process below `above`, or below us. Its requests are its own."""

    def __init__(self, place):
        self.place = place
        self.process = subprocess.Popen(
            [sys.executable, '-B', os.path.join(HERE, 'led_main.py'),
             place.socket], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True, env=place.environment({}))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    def say(self, *words):
        self.process.stdin.write(' '.join(words) + '\n')
        self.process.stdin.flush()

    def hear(self):
        return bytes.fromhex(self.process.stdout.readline().strip())

    def start(self, request):
        """Its answer is for hear_answer."""
        self.say('ask', request.hex())

    def hear_answer(self):
        return wire.parse(self.hear())

    def ask(self, request):
        self.start(request)
        return self.hear_answer()

    def open(self, name, **order):
        """A session that it leads; its id."""
        word, answer = self.ask(wire.request(
            self.place, 'session', name=name, **order))
        assert word == 'ok', answer
        return answer['session']

    def fork(self, attended=None):
        """From now on a child of it does what it is told; its pid. With the
        id of a session: the child is said to be what all of that is below."""
        self.say('fork', *([wire.request(
            self.place, 'attend', session=attended).hex()] if attended
            else []))
        return int.from_bytes(self.hear(), 'big')

    def end(self):
        self.process.kill()
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()
