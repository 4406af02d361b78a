# SPDX-License-Identifier: Apache-2.0
"""A person at a terminal and a browser, for the identity `login`."""

import base64
import json
import os
import re
import subprocess
import time
from contextlib import contextmanager

from . import sections
from .processes import wait_for
from .tap import equal, like, ok

CLIENT = 'daypass-cli'
WHO = 'ada@acme.example'

# Opens a child session, of which it is the leader, and runs a command there.
LEADER = '''
import socket, subprocess, sys
agent = socket.socket(socket.AF_UNIX)
agent.connect(sys.argv[1])
agent.sendall(b"daypass=1 session\\nname=robot\\n\\n")
assert b"daypass=1 ok" in agent.recv(9999)
sys.exit(subprocess.call(sys.argv[2:]))
'''


def configure(place, *more, timeout='20s', name=None, **settings):
    place.configure(
        f'[http]\n\ttimeout = {timeout}\n',
        sections.section('identity', name, **{
            'source': 'login', 'issuer': place.rig['login_issuer'],
            'client_id': CLIENT, **settings}), *more)


def curl(place, *arguments):
    return subprocess.run(
        ['curl', '-qs', '--noproxy', '*', '--cacert', place.rig['ca'],
         '--max-time', '20', *arguments],
        check=False, capture_output=True, text=True,
        stdin=subprocess.DEVNULL).stdout


def browser(place, more=''):
    """As $BROWSER: what it is shown at last is in the file `page`."""
    return (f'curl -qsL --max-time 20 --cacert {place.rig["ca"]} {more} '
            f'-o {place.path("page")} %s')


def page(place):
    """What the browser shows; it may come a moment later than the end."""
    path = place.path('page')
    wait_for(lambda: os.path.exists(path) and os.path.getsize(path), 10)
    with open(path, encoding='utf-8') as source:
        return source.read()


def log_in(place, *arguments, env=None, **more):
    """With a browser, at once."""
    if os.path.exists(place.path('page')):
        os.unlink(place.path('page'))
    return place.daypass('login', *arguments, env={
        'BROWSER': browser(place), **(env or {})}, **more)


class Terminal:
    """`daypass login`, as it goes on."""

    def __init__(self, place, *arguments, **env):
        self.place = place
        self.said = ''
        self.process = place.start('daypass', 'login', *arguments, env=env)
        os.set_blocking(self.process.stdout.fileno(), False)

    def look(self, pattern):
        self.said += (self.process.stdout.read() or b'').decode()
        return re.search(pattern, self.said)

    def shows(self, pattern, seconds=20):
        return wait_for(lambda: self.look(pattern), seconds)

    def url(self, pattern=r'https://\S+user_code=\S+'):
        found = self.shows(pattern)
        return found[0] if found else None

    def end(self, seconds=40):
        """(exit code, standard output, standard error)."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.look('')
        err = self.process.stderr.read().decode()
        return self.process.wait(), self.said, err


@contextmanager
def terminal(place, *arguments, **env):
    made = Terminal(place, *arguments, **env)
    try:
        yield made
    finally:
        if made.process.poll() is None:
            made.process.kill()
        made.process.wait()
        for stream in (made.process.stdin, made.process.stdout,
                       made.process.stderr):
            stream.close()


def log_in_by_device(place, say='yes', pause=0.0):
    with terminal(place, '--device') as at:
        url = at.url()
        assert url, at.end()
        time.sleep(pause)
        curl(place, f'{url}&say={say}')
        return at.end()


def ask(place, *more, audience=CLIENT, **options):
    return place.daypass('token', '--audience', audience, *more, **options)


def claims(token):
    part = token.split('.')[1]
    return json.loads(base64.urlsafe_b64decode(part + '=' * (-len(part) % 4)))


def gives(place, name, *arguments, who=WHO):
    done = ask(place, *arguments)
    if ok(done.code == 0, f'{name}: a token', done):
        inside = claims(done.out)
        equal((inside['sub'], inside['aud'], inside['iss']),
              (who, CLIENT, place.rig['login_issuer']),
              f'{name}: whose, for whom, from whom')
    return done.out.strip()


def fails(place, pattern, name, code=69, **more):
    done = ask(place, '--force', **more)
    equal((done.code, done.out), (code, ''), f'{name}: exit {code}')
    like(done.err, pattern, f'{name}: says why')


def logged_in(place, **settings):
    configure(place, **settings)
    done = log_in(place)
    assert done.code == 0, done
