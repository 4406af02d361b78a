#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""daypass curl, attacked: where a token or what its user wrote could still be
read, and what would lead it elsewhere."""

import http.server
import os
import resource
import shutil
import sys
import threading

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import canary, processes, sections, tap   # noqa: E402
from support.tap import equal, like, ok   # noqa: E402

RUN = 'https://hello-abc-ew.a.run.app'


class Echo(http.server.BaseHTTPRequestHandler):
    """Says what it was told, in the challenge of a 401, and all else is
    well."""

    def do_GET(self):
        told = self.headers.get('Authorization', '').removeprefix('Bearer ')
        self.send_response(401 if self.path == '/refuse' else 200)
        self.send_header('WWW-Authenticate', 'Bearer error="invalid_token", '
                         f'error_description="not {told[-200:]}, please"')
        self.send_header('Content-Length', '0')
        self.end_headers()

    def log_message(self, *_):
        pass


def serve():
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, f'http://127.0.0.1:{server.server_address[1]}'


def bind(place, *more):
    if shutil.which('curl') is None:
        raise tap.Skip('curl is not installed')
    rig = place.rig
    place.env['CURL_CA_BUNDLE'] = rig['bundle']
    place.configure(
        sections.federation(rig), sections.invoker(rig),
        sections.function(rig['function']), sections.function(RUN), *more)


def curl(place, *arguments, **more):
    return place.daypass('curl', '--', *arguments, **more)


def stand_in(place, script):
    """This instead of curl."""
    place.write('other/curl', script, 0o755)
    place.env['PATH'] = f'{place.path("other")}:{place.env["PATH"]}'


TALKER = f'''#!{sys.executable}
import os, sys
config = open(sys.argv[3]).read()
header = config[config.index('Authorization'):config.rindex('"')].encode()
lines = b'x\\n' * 1000 + b'> ' + header + b'\\n' + b'y\\n' * 1001
before = lines.index(b'Bearer ') + len('Bearer ') + 8
data = b'z' * (65536 - before) + lines
while data:
    data = data[os.write(2, data):]
'''


def test_told_back(place):
    """What a server says of the token is shown without the token."""
    server, url = serve()
    bind(place, sections.function(url))
    done = curl(place, '-sS', url + '/refuse')
    like(done.err, r'it says: not \*\*\*, please', 'a challenge is shown')
    ok(not canary.found_in(done.err.encode(), canary.needles(
        place.rig.secrets())), 'without the token that it repeats', done.err)
    server.shutdown()
    server.server_close()


def test_slow_reader(place):
    """While one is slow curl's pipe fills, and what is read of it at once
    ends anywhere: here behind eight bytes of the token."""
    bind(place)
    stand_in(place, TALKER)
    done = curl(place, '-v', RUN)
    lines = done.err.splitlines()
    equal((done.code, len(lines)), (0, 2002), 'all is shown')
    equal([line for line in lines if 'Bearer' in line],
          ['> Authorization: Bearer ***'], 'and no piece of the token')


def test_child(place):
    """What curl is given beside the token."""
    bind(place)
    stand_in(place, '#!/bin/sh\nenv\nulimit -c\n')
    if resource.getrlimit(resource.RLIMIT_CORE)[1] == 0:
        tap.note('no core is allowed here anyway')
    done = place.run(
        'sh', '-c', 'ulimit -S -c "$(ulimit -H -c)"; exec "$@"', '-',
        'daypass', 'curl', '--', RUN, env={
            'QLOGDIR': '/x', 'SSLKEYLOGFILE': '/x', 'DAYPASS_KEPT': 'yes'})
    lines = done.out.splitlines()
    ok('DAYPASS_KEPT=yes' in lines, 'the user\'s environment', done)
    equal([line for line in lines if '=/x' in line], [],
          'but for where keys and headers would be written')
    equal(lines[-1:], ['0'], 'and it leaves no core')


def test_own_words(place):
    """curl hides what its user wrote of passwords from ps, so must we."""
    bind(place)
    url = place.rig['function'] + '/x'
    place.rig.fault('identity', 'slow', seconds=2)
    place.rig.fault('function', 'slow', seconds=3)
    with place.start('daypass', 'curl', '--', '-sS', '-u', 'me:hunter2',
                     '--proxy-user', 'me:hunter3', url) as process:
        def hidden(count):
            seen = [processes.read(pid, 'cmdline') for pid in (
                process.pid, *processes.children(process.pid))]
            return len(seen) == count and seen[0].startswith(
                b'daypass\0curl\0') and b'hunter' not in b''.join(seen)
        ok(processes.wait_for(lambda: hidden(1), 1),
           'daypass does not show it while it asks',
           processes.read(process.pid, 'cmdline'))
        ok(processes.wait_for(lambda: hidden(2), 4),
           'nor does it or curl later')
        like(processes.read(process.pid, 'cmdline').decode(), '^daypass\0curl',
             'though what it is')
        process.communicate(timeout=20)
    equal(process.returncode, 0, 'and it is used')
    place.rig.heal()


# What is refused before anything is minted: words, arguments.
REFUSED = (
    ('line break', '-H', 'X-A: b\r\nHost: evil.example', RUN),
    ('line break', '-HX-A: b\nX-B: c', RUN),
    ('line break', '--header', 'X-A: b\rX-B: c', RUN),
    ('line break', '-A', 'me\r\nHost: evil.example', RUN),
    ('line break', '--referer', 'x\r\nHost: evil.example', RUN),
    ('line break', '-b', 'a=b\r\nHost: evil.example', RUN),
    ('line break', '-X', 'GET / HTTP/1.1\r\nHost: evil.example\r\nX:', RUN),
    ('line break', '-r', '0-1\r\nHost: evil.example', RUN),
    ('plain http', '-L', '--proto-redir', '=http,https', RUN),
    ('plain http', '--proto-redir', 'all', '-L', RUN),
    ('plain http', '--proto-redir', '+http', RUN),
    ('somebody else', '--doh-url', 'https://evil.example', 'http://localhost'),
    ('somebody else', '--dns-servers', '192.0.2.1', 'http://localhost'),
)


def test_refused(place):
    bind(place)
    for words, *arguments in REFUSED:
        done = curl(place, '-m', '1', *arguments)
        name = repr(' '.join(arguments))[:60]
        equal((done.code, done.out), (77, ''), f'{name}: refused')
        like(done.err, f'^daypass: .*({words})', 'and says why')
    done = curl(place, RUN, '--knownhosts')
    like(done.err, "--knownhosts wants a value", 'an option of curl 8.17')


def test_not_refused(place):
    """Their like that do no harm."""
    bind(place)
    url = place.rig['function'] + '/x'
    for name, *arguments in (
            ('a hardened script', '--proto', '=https', '--proto-redir',
             '=https', '--tlsv1.2'),
            ('of https alone', '--proto-redir', '-all,https'),
            ('a line break in data', '-d', 'a\r\nHost: b'),
            ('or in what is written', '-w', '\n'),
            ('a header, an agent, a method', '-H', 'X-A: b', '-A', 'me', '-X',
             'PUT')):
        done = curl(place, '-sS', *arguments, url)
        ok(done.code == 0 and '"caller"' in done.out, name, done)


if __name__ == '__main__':
    tap.run(globals())
