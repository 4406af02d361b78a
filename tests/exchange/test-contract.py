#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What every exchange keeps to, whatever the other side answers."""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import canary, sections, tap   # noqa: E402
from support.exchanges import (   # noqa: E402
    ask, bind, every, every_handshake, fails, rounds, says_why)
from support.tap import equal, like, ok   # noqa: E402


def test_good(place):
    bind(place)
    for rows in rounds(place.rig):
        for row, code, out, err in ask(place, rows, '--force'):
            equal((code, err), (0, ''), f'{row.exchange}: works')
            ok(canary.found_in(out.encode(), canary.needles(
                place.rig.secrets())), f'{row.exchange}: what was minted')
    check_urls(place)


def check_urls(place):
    wanted = canary.needles(place.rig.secrets())
    urls = ''.join(e['path'] + e['query'] for e in place.rig.log())
    ok(not canary.found_in(urls.encode(), wanted), 'no secret in a URL')
    agents = {value for entry in place.rig.log()
              for name, value in entry['headers'].items()
              if name.lower() == 'user-agent'
              and entry['service'] != 'identity'}
    ok(all(agent.startswith('daypass/') for agent in agents),
       'they see who asks', agents)


def test_final(place):
    bind(place)
    fails(place, 'fail', 77, 'localhost', tries=1)
    fails(place, 'http-400', 77, 'localhost', tries=1)
    fails(place, 'http-404', 77, 'localhost', tries=1,
          body='<html>not here</html>')


def test_redirect(place):
    bind(place)
    fails(place, 'redirect', 77, 'redirects to https://localhost:.*not '
          'followed', tries=1)
    equal([n for n in place.rig.counts() if 'redirected' in n], [],
          'nobody follows')
    fails(place, 'redirect', 77, 'redirects to https://evil.example/',
          tries=1, status=302, body='https://evil.example/x?token=y')


def test_bad_replies(place):
    bind(place)
    fails(place, 'garbage', 77, 'localhost', tries=1)
    fails(place, 'wrong-type', 77, 'localhost', tries=1)
    fails(place, 'oversize', 77, 'localhost:.* sent more than 1024 KiB',
          tries=1)
    escapes = ('{"error":"\\u001b[31m",'
               '"error_description":"\\u001b]0;x\\u0007"}')
    for _, _, _, err in every(place, 'http-400', body=escapes):
        ok('\033' not in err and '\a' not in err,
           'what a server says cannot play with the terminal', repr(err))


def test_unknown_ca(place):
    bind(place)
    with open(place.config, encoding='utf-8') as source:
        text = source.read()
    place.write(place.config, text.replace(
        f'ca-file = {place.rig["ca"]}', ''))
    for row, code, out, err in ask(place, rounds(place.rig)[0]):
        ok(code != 0 and not out, f'{row.exchange}, unknown CA: fails', code)
        like(err, rf'^daypass: exchange {row.exchange}: .*certificate',
             f'{row.exchange}, unknown CA: says why')
    equal([n for n in place.rig.counts() if not n.startswith('identity')
           and 'handshake-failed' not in n], [], 'and nothing was said')
    place.daypass('end')
    for variable, value in (('SSL_CERT_FILE', place.rig['bundle']),
                            ('SSL_CERT_DIR', place.rig['hashed'])):
        done = place.daypass('token', 'dev', env={variable: value})
        equal(done.code, 0, f'{variable} is honoured')
        place.daypass('end')


def test_handshakes(place):
    """Nothing is said to who cannot show that it is the one."""
    bind(place)
    for mode, code, pattern in (
            ('foreign-certificate', 77, 'certificate'),
            ('expired-certificate', 77, 'certificate.*expired'),
            ('plain-http', 75, 'TLS')):
        for row, *seen in every_handshake(place, mode):
            says_why(place, row, f'{row.exchange}, {mode}', seen, code,
                     pattern)


def test_unreachable(place):
    for endpoint, pattern in (
            ('https://localhost:1', 'could not connect to localhost:1: '
             'Connection refused'),
            ('https://127.0.0.1:1', r'could not connect to 127\.0\.0\.1:1'),
            ('https://nowhere.invalid', 'could not resolve nowhere.invalid'),
            ('http://localhost:1', 'could not connect to localhost:1'),
            (place.rig['sts'].replace('https', 'http'),
             'localhost:.*(closed|reset|does not answer in HTTP)')):
        place.configure('[http]\n\ttimeout = 20s\n', sections.web_identity(
            place.rig, endpoint=endpoint))
        done = place.daypass('token', '--force', 'dev')
        equal(done.code, 75, f'{endpoint}: exit 75')
        like(done.err, f'exchange aws-web-identity: .*{pattern}',
             f'{endpoint}: says why')


def test_not_allowed(place):
    """Nothing is asked over plain HTTP but this machine itself."""
    for endpoint in ('http://sts.example', 'http://localhost.evil.example',
                     'http://127.0.0.1.evil.example', 'http://10.0.0.1',
                     'ftp://localhost', 'https://u@localhost',
                     'https://localhost/#x'):
        place.configure(sections.web_identity(place.rig, endpoint=endpoint))
        done = place.daypass('token', '--force', 'dev')
        equal((done.code, done.out), (78, ''), f'{endpoint}: refused')
    equal([n for n in place.rig.counts() if n.startswith('sts')], [],
          'nobody was asked')


def test_date(place):
    """The issuer's clock is the one that counts."""
    bind(place)
    for row, code, _, err in every(place, 'date-skew', seconds=-7200):
        equal((code, err), (0, ''), f'{row.exchange}: a clock two hours off')


if __name__ == '__main__':
    tap.run(globals())
