#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What every identity does when what it asks, a program or a server, goes
wrong: it says what came back, in time, and the next one works."""

import base64
import json
import os
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import tap   # noqa: E402
from support.identities import (   # noqa: E402
    AUDIENCE, ask, fails, gives, program, rows, use)
from support.tap import equal, less   # noqa: E402

PROGRAMS = (
    ('silent', 'exit 0', r"what '/.*' printed is empty"),
    ('failing', 'echo "no luck" >&2; exit 3', 'status 3: no luck'),
    ('killed', 'kill -9 $$', 'signal 9'),
    ('saying two words', 'echo a.b.c d.e.f', 'else than one token'),
    ('saying two lines', 'printf "a\\nb\\n"', 'else than one token'),
    ('saying a NUL', 'printf "a\\0b"', 'else than one token'),
    ('without end', 'exec cat /dev/zero', ''),
    ('saying much', 'head -c 40000 /dev/zero | tr "\\0" x',
     'printed more than 32768 bytes'),
    ('telling secrets', 'echo "eyJhbGciOiJub25lIn0.eyJzdWIiOiJtZSJ9.c2ln" >&2;'
     'exit 1', r'status 1: \*\*\*'),
)
# mode, exit code, what is said, and more of the fault
REPLIES = (
    ('http-400', 77, 'HTTP 400', {}),
    ('http-401', 69, 'HTTP 401', {}),
    ('http-403', 69, 'HTTP 403', {}),
    ('http-404', '(69|77)', 'HTTP 404', {}),
    ('http-429', 75, 'HTTP 429', {}),
    ('http-500', 75, 'HTTP 500', {}),
    ('http-503', 75, 'HTTP 503', {}),
    ('redirect', '(69|77)', '', {'body': 'https://evil.example/x?token=y'}),
    ('oversize', 77, 'sent more than 1024 KiB', {}),
    ('truncate', 75, 'closed the connection', {}),
    ('close', 75, 'closed the connection', {}),
    ('garbage', '(69|77)', '(no token|else than one token)', {}),
)


def asking():
    return [row for row in rows() if row.SERVICE]


def programs(row):
    """Its own name, before the cloud's."""
    return 'mint' if row.name == 'command' else row.PROGRAM


def test_programs(place):
    for row in (row for row in rows() if row.PROGRAM):
        use(place, row)
        env = row.around(place)
        for name, text, pattern in PROGRAMS:
            program(place, programs(row), text)
            fails(place, row, name, 69, pattern, env=env)
        os.unlink(place.path('bin', programs(row)))
        gives(place, row, 'mended')


def unsigned(**claims):
    """A JWT of these, and nobody's signature."""
    return '.'.join(base64.urlsafe_b64encode(json.dumps(part).encode())
                    .rstrip(b'=').decode() for part in (
                        {'alg': 'none'}, {'sub': 'me', **claims}, {}))


# Times that are no times.
LAST = 253402300799     # the last second of the year 9999
OVER = (
    ('expired before 1970', {'exp': -5}),
    ('expired at 0', {'exp': 0}),
    ('issued in the year 9999', {'exp': 4102444800, 'iat': LAST}),
    ('issued at no time at all', {'exp': 4102444800, 'iat': 1e300}),
)


def test_odd_times(place):
    row = next(row for row in rows() if row.name == 'command')
    use(place, row)
    env = row.around(place)
    for name, times in OVER:
        program(place, programs(row), f'echo {unsigned(**times)}')
        fails(place, row, name, 69, 'expired at [0-9]{4}-', env=env)
    for name, times in (('without end', {'exp': 1e300}), ('of no time', {})):
        token = unsigned(**times)
        program(place, programs(row), f'echo {token}')
        done = ask(place, AUDIENCE, env)
        equal((done.code, done.out), (0, token + '\n'), f'{name}: is given')


def test_stalled_programs(place):
    for row in (row for row in rows() if row.PROGRAM):
        use(place, row, timeout='2s')
        env = row.around(place)
        program(place, programs(row), 'sleep 1000 & wait')
        started = time.monotonic()
        fails(place, row, 'stalled', 69, 'did not finish in time', env=env)
        less(time.monotonic() - started, 20, f'{row.name}: at the deadline')
        os.unlink(place.path('bin', programs(row)))


def test_replies(place):
    for row in asking():
        use(place, row)
        for mode, code, pattern, more in REPLIES:
            if row.name == 'gcp-metadata' and mode in ('garbage', 'redirect',
                                                       'http-401'):
                continue    # those have no mark: see there
            place.rig.heal()
            place.rig.fault(row.SERVICE, mode, operation=row.OPERATION,
                            count=-1, **more)
            fails(place, row, mode, code, pattern)
        place.rig.heal()
        gives(place, row, 'mended')
        equal([n for n in place.rig.counts() if 'redirected' in n], [],
              f'{row.name}: no redirect is followed')


def test_wrong_types(place):
    for row in asking():
        if not row.RAW:
            use(place, row)
            place.rig.fault(row.SERVICE, 'wrong-type', count=-1)
            fails(place, row, 'wrong types', 77, 'no token in the reply')


def test_terminal(place):
    """What a server says cannot play with the terminal, nor repeat what it
    was sent."""
    for row in asking():
        use(place, row)
        place.rig.heal()
        said = '{"message":"\\u001b[31m ' + row.around(place).get(
            row.CREDENTIAL, '') + '\\u0007"}'
        place.rig.fault(row.SERVICE, 'http-400', body=said, count=-1)
        done = fails(place, row, 'an error that plays', '(69|77)', '')
        tap.unlike(done.err, '[\033\a]', f'{row.name}: nothing plays')


def test_slow(place):
    for row in asking():
        use(place, row)
        place.rig.heal()
        place.rig.fault(row.SERVICE, 'slow', seconds=1)
        gives(place, row, 'slow')
        use(place, row, timeout='2s')
        place.rig.fault(row.SERVICE, 'stall', count=-1)
        started = time.monotonic()
        fails(place, row, 'stalled', 75, 'timed out')
        less(time.monotonic() - started, 20, f'{row.name}: at the deadline')


def test_one_more_try(place):
    for row in asking():
        use(place, row)
        for mode in ('http-500', 'http-503', 'close', 'truncate'):
            place.rig.heal()
            place.rig.fault(row.SERVICE, mode)
            gives(place, row, f'{mode}, once')


def test_handshakes(place):
    for row in (row for row in asking() if row.TLS):
        use(place, row)
        for mode, code, pattern in (
                ('foreign-certificate', 77, 'certificate'),
                ('expired-certificate', 77, 'certificate.*expired'),
                ('plain-http', 75, 'TLS')):
            place.rig.heal()
            place.rig.forget()
            place.rig.fault(row.SERVICE, mode, count=-1)
            fails(place, row, mode, code, pattern)
            equal(place.rig.count(f'{row.SERVICE}:{row.OPERATION}'), 0,
                  f'{row.name}, {mode}: nothing was said')


def test_urls(place):
    """Nothing is asked over plain HTTP but this machine itself."""
    for row in (row for row in asking() if row.URL):
        use(place, row)
        for url in ('http://evil.example/x', 'http://localhost.evil.example/',
                    'http://10.0.0.1/', 'file:///etc/passwd', 'nonsense',
                    'https://u@localhost/', 'https://localhost/#x'):
            # a host, where the address is written out
            url = url if row.TLS else url.partition('//')[2] or 'no/nsense'
            fails(place, row, f'at {url}', 78, row.URL,
                  env={**row.around(place), row.URL: url})


def test_whose_metadata(place):
    """Whoever else answers at that address is not believed, whatever they
    say."""
    row = next(row for row in rows() if row.name == 'gcp-metadata')
    use(place, row)
    for mode, more in (('garbage', {'body': place.rig.token('a.example')}),
                       ('http-401', {'body': 'x'})):
        place.rig.heal()
        place.rig.fault(row.SERVICE, mode, count=-1, **more)
        fails(place, row, f'{mode}, without the mark', 69,
              "is not Google's metadata server")
    place.rig.heal()
    place.rig.fault(row.SERVICE, 'redirect', count=-1)
    fails(place, row, 'redirect', 77, 'not followed')
    for host in ('169.254.169.253', '169.254.169.254.evil.example',
                 '169.254.169.254@evil.example', 'metadata.evil.example'):
        fails(place, row, f'at {host}', 78, 'GCE_METADATA_HOST',
              env={'GCE_METADATA_HOST': host})


if __name__ == '__main__':
    tap.run(globals())
