#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""nats-credential-daypass in the token handler of two clients that other
people wrote: they are cut off when their token ends, ask again, reconnect, and
lose no subscription."""

import os
import queue
import shutil
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, '..'), HERE]

from natsrig import (AUDIENCE, Setting, node_modules,   # noqa: E402
                     program)
from support import canary, tap   # noqa: E402
from support.place import BUILD   # noqa: E402
from support.tap import equal, less, like, ok   # noqa: E402

HELPER = os.path.join(BUILD, 'nats-credential-daypass')
TTL = 4


class Client:
    """Its lines, as they come."""

    def __init__(self, place, words, env=None):
        self.process = place.start(*words, env=env or {},
                                   stderr=subprocess.STDOUT)
        self.lines = queue.Queue()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.lines.put(line.decode().strip())

    def next(self, seconds=15):
        try:
            return self.lines.get(timeout=seconds)
        except queue.Empty:
            return None

    def until(self, word, seconds=15):
        """The first line that begins with it; others are passed over."""
        deadline = time.monotonic() + seconds
        while (line := self.next(max(0, deadline - time.monotonic()))):
            if line.startswith(word):
                return line
        return None

    def say(self, text):
        self.process.stdin.write(text.encode() + b'\n')
        self.process.stdin.flush()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


def bind(place, it, **more):
    url = f'nats://127.0.0.1:{it.server.port}'
    keys = {'credential': 'id-token', 'audience': AUDIENCE, **more}
    place.configure(f'[nats "{url}"]\n' + ''.join(
        f'\t{name} = {value}\n' for name, value in keys.items()))
    return url


def in_c(place):
    return [program('client')], {}


def in_node(place):
    return [shutil.which('node'), os.path.join(HERE, 'client.js')], {
        'NODE_PATH': node_modules()}


def goes_on(place, words, env):
    place.rig.change(identity={'ttl': TTL})
    with Setting(place) as it:
        url = bind(place, it)
        words += [HELPER, url, 'web.7f3.>', 'web.7f3.hello']
        with Client(place, words, env) as client:
            equal(client.until('connect'), 'connected', 'connects')
            client.say('one')
            equal(client.next(), 'heard one', 'hears what it says')
            for number in ('two', 'three'):
                ok(client.until('disconnected', TTL + 5),
                   'is cut off when the token ends')
                before = time.monotonic()
                ok(client.until('reconnected'), 'reconnects by itself')
                less(time.monotonic() - before, 3, 'soon')
                client.say(number)
                equal(client.next(), f'heard {number}',
                      'and has its subscription')
        equal({r['data']['verdict'] for r in it.callout.records()},
              {'allow'}, 'with no refusal on the way')
        ok(len({r['data']['token_sha256'] for r in it.callout.records()}) >= 3,
           'each time with another token')
        wanted = canary.needles(place.rig.secrets())
        equal(canary.in_files(place.directory, wanted), [],
              'no token in any file')


def test_libnats(place):
    goes_on(place, *in_c(place))


def test_npm(place):
    goes_on(place, *in_node(place))


def is_bound_to_its_own(place, words, env):
    with Setting(place) as it:
        url = bind(place, it)
        for subject in ('web.other.>', 'web.7f3.>'):
            with Client(place, words + [HELPER, url, subject, 'web.other.x'],
                        env) as client:
                client.until('connect')
                client.say('intruding')
                time.sleep(0.3)
        like(it.server.said(), r'Subscription Violation.*"web\.other\.>"',
             'another\'s subject is refused')
        like(it.server.said(), r'Publish Violation.*"web\.other\.x"',
             'to say and to hear')


def test_permissions_libnats(place):
    is_bound_to_its_own(place, *in_c(place))


def test_permissions_npm(place):
    is_bound_to_its_own(place, *in_node(place))


def test_wrong_audience(place):
    for words, env in (in_c(place), in_node(place)):
        with Setting(place) as it:
            url = bind(place, it, audience='elsewhere')
            with Client(place, words + [HELPER, url, 'a', 'b'], env) as client:
                like(client.until('connect') or '', r'Violation',
                     'a token for elsewhere: refused')
            equal(it.callout.last()['reason'], 'audience', 'says why')


def test_the_command(place):
    """The nats command, where there is one."""
    command = shutil.which('nats')
    if command is None:
        raise tap.Skip('nats is not installed')
    with Setting(place) as it:
        url = bind(place, it)
        token = place.run(HELPER, url).out.strip()
        done = place.run(command, '--server', url, '--user', token, 'pub',
                         'web.7f3.x', 'hello')
        equal(done.code, 0, 'publishes')


if __name__ == '__main__':
    tap.run(globals())
