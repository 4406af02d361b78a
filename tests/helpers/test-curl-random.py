#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""daypass curl and curl read one command line: whatever it is, either daypass
refuses it, or curl asks nobody but the host whose token it is given. A proxy
that says no to all sees whom."""

import os
import random
import re
import shutil
import socket
import sys
import threading

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import sections, tap   # noqa: E402
from support.tap import equal, ok   # noqa: E402

COUNT = int(os.environ.get('DAYPASS_RANDOM', '400'))
SEED = int(os.environ.get('DAYPASS_SEED', '0')) or random.randrange(1, 10**9)
GOOD = 'https://good.example'
EVIL = 'https://evil.example/'
WORDS = (GOOD + '/a', GOOD + '/{a,b}', EVIL, EVIL, 'evil.example', '-', '--',
         'HTTPS://evil.example', '//evil.example', 'https:/evil.example',
         'https://good.example@evil.example/', '-H', '@x', 'x', '5')
OPTION = re.compile(r'^ (?:-(\S), |    )--(\S+)(?: ([<\[]))?')
# What ends the proxy's part, or the test's patience.
LEFT_OUT = re.compile(
    'help|manual|version|noproxy|proxy|preproxy|proxy1.0|socks[45].*|'
    '.*unix-socket|dns-.*|interface|local-port|limit-rate|rate|retry.*|'
    'max-.*|engine')
LETTERS_OUT = 'hMVxmY'


class Proxy:
    """Whom it was asked to connect to; it connects to nobody."""

    def __init__(self):
        self.asked = []
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.url = 'http://%s:%d' % self.listener.getsockname()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                client, _ = self.listener.accept()
                with client:
                    client.settimeout(5)
                    head = client.recv(4096).split(b'\r\n')[0]
                    if head:
                        self.asked.append(head.decode('latin-1'))
                    client.sendall(b'HTTP/1.1 403 Forbidden\r\n'
                                   b'Content-Length: 0\r\n\r\n')
            except OSError:
                if self.listener.fileno() == -1:
                    return

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


class Author:
    """Command lines, of this curl's options and of words that get in the
    way."""

    def __init__(self, place):
        found = [OPTION.match(line).groups() for line in place.run(
            'curl', '--help', 'all').out.splitlines()[1:]]
        self.options = [option for option in found
                        if not LEFT_OUT.fullmatch(option[1])]
        self.letters = [letter for letter, *_ in found
                        if letter and letter not in LETTERS_OUT]
        self.dice = random.Random(SEED)

    def one_in(self, count):
        return self.dice.randrange(count) == 0

    def long(self):
        _, name, takes = self.dice.choice(self.options)
        written = '--' + ('no-' if self.one_in(8) else '') + name
        if self.one_in(16):
            written = written[:-1] if self.one_in(2) else written + '=' + EVIL
        yield written
        if takes and not self.one_in(8):
            yield self.dice.choice(WORDS)

    def short(self):
        letters = self.dice.choices(self.letters, k=self.dice.randint(1, 2))
        tail = self.dice.choice(WORDS) if self.one_in(3) else ''
        yield '-' + ''.join(letters) + tail
        if self.one_in(2):
            yield self.dice.choice(WORDS)

    def word(self):
        yield self.dice.choice(WORDS)

    def line(self):
        words = []
        for _ in range(self.dice.randint(1, 3)):
            words += self.dice.choice((self.long, self.short, self.word))()
        if not self.one_in(4):
            words.insert(self.dice.randint(0, len(words)), GOOD + '/a')
        return ['-m', '5', *words]


def test_random(place):
    if shutil.which('curl') is None:
        raise tap.Skip('curl is not installed')
    rig = place.rig
    place.configure(sections.federation(rig), sections.invoker(rig),
                    sections.function(GOOD))
    proxy, author = Proxy(), Author(place)
    env = {name: proxy.url for name in ('https_proxy', 'http_proxy',
                                        'ALL_PROXY')}
    reached, wrong = 0, []
    for _ in range(COUNT):
        line = author.line()
        proxy.asked.clear()
        place.daypass('curl', '--', *line, env=env)
        reached += bool(proxy.asked)
        if any(not asked.startswith('CONNECT good.example:443 ')
               for asked in proxy.asked):
            wrong.append((line, list(proxy.asked)))
    proxy.close()
    tap.note(f'DAYPASS_SEED={SEED}: {reached} of {COUNT} lines were curl\'s')
    ok(reached > COUNT // 40, 'some lines are run')
    equal(wrong, [], 'and none of them leads elsewhere')


if __name__ == '__main__':
    tap.run(globals())
