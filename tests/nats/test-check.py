#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""daypass-nats-callout --check: a configuration that is a gate is taken whole
or not at all, and says what is wrong with it."""

import os
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, '..'), HERE]

from natsrig import CALLOUT, make_key, why_not   # noqa: E402
from support import tap   # noqa: E402
from support.tap import Skip, equal, like, ok   # noqa: E402

WHOLE = '''[nats]
	url = tls://nats.acme.io:4222
	user = auth
	password-file = {place}/password
	signing-key = {place}/sign
	xkey = {place}/xkey
	ca-file = {place}/ca
[issuer "https://app.gitpod.io"]
	audience = nats.acme.io
[map "web"]
	claim = sub=org:acme/prj:web/env:{{env}}
	account = APP
	publish = web.{{env}}.>
	subscribe = web.{{env}}.>
	max-life = 1h
'''

# What is put in the place of what, and what is said of it.
MISTAKES = [
    ('max-life', 'max-lief', r'unknown key `max-lief`; did you mean '
     r'`max-life`\?'),
    ('max-life = 1h', 'max-life = soon', r'`max-life`: `soon` is no duration'),
    ('\taccount = APP\n', '', r'needs `account`'),
    ('account = APP', 'account = {{env}}', r'`account`: .* is no name'),
    ('\tclaim = sub=org:acme/prj:web/env:{{env}}\n', '', r'needs `claim`'),
    ('[map "web"]', '[mapp "web"]', r'unknown section; did you mean \[map\]'),
    ('[map "web"]', '[map]', r'needs a name'),
    ('[nats]', '[nats "x"]', r'takes no name'),
    ('publish = web.{{env}}', 'publish = web.{{evn}}',
     r'`publish`: `web.{evn}.>` has {evn}, which no claim'),
    ('publish = web.{{env}}', 'publish = {{env}}', r'a client may choose'),
    ('publish = web.{{env}}.>', 'publish = web.>.x', r'a > before its end'),
    ('publish = web.{{env}}.>', 'publish = web..x', r'between two dots'),
    ('publish = web.{{env}}.>', 'publish = web.a*', r'not a whole token'),
    ('publish = web.{{env}}.>', 'publish = "web.a q"', r'a space'),
    ('env:{{env}}', 'env:{{env}}{{x}}', r'two wildcards side by side'),
    ('env:{{env}}', 'env:{{env', r'a brace that is no'),
    ('env:{{env}}', '**/env:{{env}}', r'\*\* before its end'),
    ('web/env:{{env}}', '{{env}}/env:{{env}}', r'captures one name twice'),
    ('prj:web', 'prj:{{prj}}', r'{prj} is captured, but in no subject'),
    ('sub=org', '=org', r'is not NAME=SHAPE'),
    ('tls://nats.acme.io', 'nats://nats.acme.io', r'in clear: use tls'),
    ('tls://nats.acme.io', 'nats://127.acme.io', r'in clear: use tls'),
    ('tls://nats.acme.io', 'http://nats.acme.io', r'no URL of NATS'),
    ('tls://nats', 'tls://a:b@nats', r'without a user'),
    ('\tuser = auth\n', '', r'`user` and `password-file` go together'),
    ('\tuser = auth\n\tpassword-file = {place}/password\n', '',
     r'either `user` and `password-file`, or `creds`'),
    ('signing-key = {place}/sign', 'signing-key = sign', r'no absolute path'),
    ('\tsigning-key = {place}/sign\n', '', r'needs `signing-key`'),
    ('https://app', 'http://app', r'http'),
    ('audience = nats.acme.io', 'leeway = 5s', r'needs `audience`'),
    ('audience = nats.acme.io', 'algorithm = HS256', r'none of RS256, ES256'),
    ('audience = nats.acme.io', 'leeway = 1h', r'0s to 5m'),
    ('max-life = 1h', 'source = 10.1.2.3/8', r'no network'),
    ('max-life = 1h', 'connection = smoke', r'none of nats, websocket'),
    ('max-life = 1h', 'respond = 0', r'no number'),
    ('max-life = 1h', 'issuer = https://other', r'no \[issuer "https://other'),
    ('max-life = 1h', 'max-life = 1h\n\tmax-life = 2h', r'once only'),
    ('[map "web"]', '[issuer "https://b.example"]\n\taudience = x\n'
     '[map "web"]', r'needs `issuer`: there are several'),
    ('[map "web"]', '[metrics]\n\tlisten = 0.0.0.0:80\n[map "web"]',
     r'127.0.0.1:PORT'),
    ('[map "web"]', '[audit]\n\tsink = https://x\n[map "web"]', r'no sink'),
]


def prepare(place):
    if why_not() and 'built' in why_not():
        raise Skip(why_not())
    make_key(place, 'signing-key', 'sign')
    make_key(place, 'xkey', 'xkey')


def check(place, text):
    path = place.write('callout', text.format(place=place.directory))
    return place.run(CALLOUT, '--check', '--config', path)


def test_whole(place):
    prepare(place)
    done = check(place, WHOLE)
    equal((done.code, done.err), (0, ''), 'a good one')
    like(done.out, r'^issuer: A\w{55}\nxkey: X\w{55}\ngood: 1 issuers, 1 maps',
         'and what the server must say')


def test_mistakes(place):
    prepare(place)
    for old, new, pattern in MISTAKES:
        assert old in WHOLE, old
        done = check(place, WHOLE.replace(old, new, 1))
        equal((done.code, done.out), (78, ''), f'{new!r}: exit 78')
        like(done.err, pattern, 'says why')
        like(done.err, r'in /.*/callout line \d+: |there is no \[',
             'and where')


def test_several(place):
    prepare(place)
    done = check(place, WHOLE.replace('account', 'acount').replace(
        'audience', 'audiance'))
    ok('acount' in done.err and 'audiance' in done.err,
       'all mistakes at once', done)
    done = check(place, '')
    equal(done.err.count('there is no ['), 3, 'an empty file lacks three')


def test_files(place):
    prepare(place)
    for name, mode, pattern in (('sign', 0o644, 'open to others'),
                                ('xkey', 0o660, 'open to others')):
        os.chmod(place.path(name), mode)
        done = check(place, WHOLE)
        equal(done.code, 78, f'{name}: mode {mode:o}')
        like(done.err, pattern, 'says so')
        os.chmod(place.path(name), 0o600)
    for text, pattern in (('SUAP277QP7U4JMFFPVZHLJYEQJ2UHOTYVEIZJYAWRJXQLP4F'
                           'RSEHYZJJOU\n', 'no seed of an account'),
                          ('', 'is empty'), ('x' * 5000, 'larger than'),
                          ('SAANDLKMXL6CUS3CP52WIXBEDN6YJ545GDKC65U5JZPPV6WH6'
                           'ESWUA6YAJ', 'no seed')):
        place.write('sign', text)
        done = check(place, WHOLE)
        equal(done.code, 78, f'{text[:10]!r}: exit 78')
        like(done.err, rf"\[nats\] signing-key: .*{pattern}", 'says so')
    place.write('sign', 'SAANDLKMXL6CUS3CP52WIXBEDN6YJ545GDKC65U5JZPPV6WH6ESW'
                'UA6YAI\n')
    like(check(place, WHOLE).out, 'issuer: ABJHLOVMPA4CI6R5KLNGOB4GSLNIY7IOU'
         'PAJC4YFNDLQVIOBYQGUWVLA', 'a published seed and its public key')
    path = place.write('callout', WHOLE.format(place=place.directory), 0o666)
    like(place.run(CALLOUT, '--check', '--config', path).err,
         'can be written by others', 'a configuration that others can write')
    done = place.run(CALLOUT, '--check', '--config', place.path('none'))
    equal(done.code, 78, 'no such file')
    like(done.err, 'No such file', 'says so')


def test_usage(place):
    prepare(place)
    for arguments in ((), ('--chek',), ('--check',), ('x',), (
            '--config', 'a', '--new-xkey', 'b')):
        equal(place.run(CALLOUT, *arguments).code, 64,
              f'{arguments}: exit 64')
    done = place.run(CALLOUT, '--new-xkey', place.path('xkey'))
    ok(done.code != 0 and 'exists' in done.err, 'no key is written over')
    equal(oct(os.stat(place.path('xkey')).st_mode & 0o777), '0o600',
          'a new one is for nobody else')
    like(place.run(CALLOUT, '--help').out, '--new-signing-key FILE', '--help')


if __name__ == '__main__':
    tap.run(globals())
