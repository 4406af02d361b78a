#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Many at once: a burst of connections, and two services of which one goes
away while clients come in."""

import os
import resource
import select
import signal
import socket
import sys
import threading
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, '..'), HERE]

import json   # noqa: E402

from natsrig import Setting, tries   # noqa: E402
from support import tap   # noqa: E402
from support.place import is_sanitized   # noqa: E402
from support.tap import equal, less, note, ok   # noqa: E402

BURST = 1000
RATE = 200      # a second
SECONDS = 4


def raise_limit():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class Flock:
    """Many connections at once, from one thread: each sends CONNECT and
    waits for its PONG."""

    def __init__(self, server, token, count):
        self.server, self.count = server, count
        self.hello = b'CONNECT ' + json.dumps({
            'verbose': False, 'lang': 'python', 'version': '0',
            'protocol': 1, 'auth_token': token}).encode() + b'\r\nPING\r\n'
        self.poll = select.epoll()
        self.open = {}
        self.began = {}
        self.times = []
        self.refused = []

    def start_one(self):
        made = socket.create_connection(('127.0.0.1', self.server.port), 30)
        self.open[made.fileno()] = [made, b'', False]
        self.began[made.fileno()] = time.monotonic()
        self.poll.register(made, select.EPOLLIN)

    def ready(self, fd):
        entry = self.open[fd]
        try:
            got = entry[0].recv(65536)
        except ConnectionError:
            got = b''
        entry[1] += got
        if not entry[2] and b'\r\n' in entry[1]:
            entry[2] = True
            entry[0].sendall(self.hello)
        if b'PONG' in entry[1]:
            self.end(fd, None)
        elif b'-ERR' in entry[1] or not got:
            self.end(fd, entry[1][-60:])

    def end(self, fd, error):
        took = time.monotonic() - self.began[fd]
        if error is None:
            self.times.append(took)
        else:
            self.refused.append((error, took))
        self.poll.unregister(fd)
        self.open.pop(fd)[0].close()

    def run(self, seconds):
        for _ in range(self.count):
            self.start_one()
        deadline = time.monotonic() + seconds
        while self.open and time.monotonic() < deadline:
            for fd, _ in self.poll.poll(0.1):
                self.ready(fd)
        for fd in list(self.open):
            self.end(fd, b'no answer')
        return self


def told(times):
    times = sorted(times)
    return (f'median {times[len(times) // 2] * 1000:.0f} ms, 99 % '
            f'{times[len(times) * 99 // 100] * 1000:.0f} ms')


def test_burst(place):
    """The server gives up after 2 s where nothing else is said; here it has
    more patience, for this machine may be busy."""
    raise_limit()
    with Setting(place, server={'timeout': 10}) as it:
        flock = Flock(it.server, it.token(), BURST).run(30)
        equal((len(flock.times), flock.refused[:3]), (BURST, []),
              f'{BURST} at once: all are let in')
        note(told(flock.times))
        if not is_sanitized():
            less(max(flock.times), 5, 'soon enough')
        equal(it.callout.metrics()['daypass_nats_allowed_total'], BURST,
              'each is decided once')


def steadily(it, token, seconds, errors, times):
    """RATE connections a second, each in a thread of its own."""
    def one():
        before = time.monotonic()
        said = tries(it.server, auth_token=token, wait=30)
        times.append(time.monotonic() - before)
        if said:
            errors.append(said)

    threads = []
    begin = time.monotonic()
    for i in range(int(RATE * seconds)):
        left = begin + i / RATE - time.monotonic()
        if left > 0:
            time.sleep(left)
        threads.append(threading.Thread(target=one))
        threads[-1].start()
    for thread in threads:
        thread.join()
    return time.monotonic() - begin


def share(it, end):
    """Clients keep coming while one of two services is ended."""
    errors, times = [], []
    timer = threading.Timer(SECONDS / 2, end)
    timer.start()
    steadily(it, it.token(), SECONDS, errors, times)
    timer.join()
    return errors, times


def test_one_of_two_ends(place):
    with Setting(place) as it, it.another() as other:
        errors, times = share(it, other.stop)
        equal(errors, [], f'SIGTERM at {RATE} a second: nobody is refused')
        note(told(times))
        ok(len(other.records()) > RATE / 4 and
           len(it.callout.records()) > RATE / 4, 'both had their share')
        equal(len(other.records()) + len(it.callout.records()),
              RATE * SECONDS, 'each request was decided once')


def test_one_of_two_ends_in_a_burst(place):
    """With hundreds of requests on their way to it."""
    raise_limit()
    with Setting(place, server={'timeout': 10}) as it, it.another() as other:
        timer = threading.Timer(0.25, other.stop)
        timer.start()
        flock = Flock(it.server, it.token(), BURST).run(30)
        timer.join()
        equal((len(flock.times), flock.refused[:3]), (BURST, []),
              f'SIGTERM with {BURST} waiting: all are let in')
        ok(0 < len(other.records()) < BURST / 2 + 100,
           'it did its part before it went', len(other.records()))


def test_one_of_two_is_killed(place):
    """What it held in its hands is lost, and asked again by the clients; that
    is all."""
    with Setting(place) as it, it.another() as other:
        errors, times = share(it, lambda: other.stop(signal.SIGKILL))
        less(len(errors), 5, 'SIGKILL: what it had in its hands at most')
        ok(not errors or all(float(e.split()[-2]) > 1.9 for e in errors),
           'no answer, not a refusal', errors)
        lost = RATE * SECONDS - len(it.callout.records()) - len(
            other.records())
        note(f'{len(errors)} of {RATE * SECONDS} timed out, '
             f'{lost} without a record')
        ok(not any(r['data']['verdict'] != 'allow'
                   for r in it.callout.records() + other.records()),
           'nobody was refused by mistake')
        for _ in errors:
            equal(tries(it.server, auth_token=it.token()), None,
                  'the second try succeeds')


if __name__ == '__main__':
    tap.run(globals())
