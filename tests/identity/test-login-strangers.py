#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Issuers, replies and guests that are not ours, while a person logs in: nobody
else's login is taken for theirs, and no secret is told."""

import json
import os
import socket
import sys
import time
from urllib.parse import parse_qsl, urlsplit

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import canary, sections, signin, tap, wire   # noqa: E402
from support.foreground import Foreground   # noqa: E402
from support.signin import CLIENT, WHO, fails, gives, logged_in   # noqa: E402
from support.tap import equal, like, ok   # noqa: E402


def test_issuers_that_are_not_ours(place):
    rig = place.rig
    change = rig.change
    signin.configure(place)
    for metadata, pattern in (
            ({'issuer': 'https://evil.example'},
             "calls itself 'https://evil.example', not 'https://localhost"),
            ({'issuer': rig['login_issuer'] + '/'}, 'calls itself'),
            ({'issuer': None}, 'names no issuer'),
            ({'authorization_endpoint': 'http://login.example/a'},
             'http to login.example is not allowed'),
            ({'authorization_endpoint': None}, 'daypass login --device'),
            ({'code_challenge_methods_supported': ['plain']},
             'does not take PKCE with S256')):
        rig.cloud.world.reset()
        change(login={'metadata': metadata})
        done = signin.log_in(place)
        equal(done.code, 77, f'{metadata}: exit 77')
        like(done.err, pattern, f'{metadata}: says why')
    rig.cloud.world.reset()
    change(login={'metadata': {'token_endpoint': 'http://token.example/'}})
    done = signin.log_in(place)
    like(done.err, 'http to token.example is not allowed', 'a token endpoint')
    for issuer in ('http://login.example', 'nonsense'):
        signin.configure(place, issuer=issuer)
        done = signin.log_in(place)
        equal(done.code, 78, f'{issuer}: exit 78')
        like(done.err, r'\[identity\] issuer', f'{issuer}: whose fault')
    signin.configure(place, issuer=rig['login_issuer'] + '/none')
    like(signin.log_in(place).err, r'HTTP 404 .*is \[identity\] issuer right',
         'no metadata there')


def test_replies_that_are_not_ours(place):
    signin.configure(place)
    change = place.rig.change
    for state, pattern in (
            ({'iss': 'https://evil.example'}, r'another issuer.*\(iss\)'),
            ({'iss': False}, r'another issuer.*\(iss\)'),
            ({'reply': {'code': 'a' * 40}}, 'invalid_grant'),
            ({'claims': {'nonce': 'another'}}, r'another request \(nonce\)'),
            ({'claims': {'nonce': None}}, r'another request \(nonce\)'),
            ({'claims': {'iss': 'https://evil.example'}},
             'of another issuer'),
            ({'claims': {'aud': 'another'}}, 'for another client'),
            ({'claims': {'aud': [CLIENT, 'x'], 'azp': 'x'}},
             'given to another client'),
            ({'ttl': -3600}, 'has expired'),
            ({'claims': {'sub': None}}, 'names nobody'),
            ({'token_reply': {'id_token': None}}, 'no id_token in it'),
            ({'token_reply': {'id_token': 'x'}}, 'id token'),
            ({'token_reply': {'refresh_token': None}},
             'gave no refresh token'),
            ({'token_reply': {'refresh_token': 'a b'}},
             'else than one token')):
        place.rig.cloud.world.reset()
        change(login=state)
        done = signin.log_in(place)
        ok(done.code in (69, 77, 78), f'{state}: refused', done)
        like(done.err, pattern, f'{state}: says why')
        like(signin.page(place), 'The login failed', f'{state}: a page')
    place.rig.cloud.world.reset()
    fails(place, 'nobody is logged in', 'nothing is kept of all that')


def test_strangers_at_the_door(place):
    """Whoever knows the port brings nothing about."""
    signin.configure(place)
    with signin.terminal(place, BROWSER='true') as at:
        url = at.url(r'https://\S+authorize\S+')
        fields = dict(parse_qsl(urlsplit(url).query))
        back = fields['redirect_uri']
        silent = [socket.create_connection(
            ('127.0.0.1', urlsplit(back).port)) for _ in range(12)]
        for query in ('code=x&state=wrong', 'code=x', 'state=%zz', ''):
            like(signin.curl(place, f'{back}?{query}'),
                 'no reply to a login that daypass has begun', query)
        for path in ('/', '/favicon.ico', '/callback', '/callback2?code=x'):
            like(signin.curl(place, urlsplit(back)._replace(
                path=path.split('?')[0]).geturl()), 'nothing here', path)
        like(signin.curl(place, '-H', 'Host: evil.example',
                         f'{back}?code=x&state={fields["state"]}'),
             'nothing here', 'another name for this machine')
        like(signin.curl(place, '-d', 'x=y', f'{back}?code=x'),
             'nothing here', 'a POST')
        like(signin.curl(place, back + '?' + 'x' * 30000), 'too long|^$',
             'without end')
        like(signin.curl(place, '-L', url), 'You are logged in',
             'the right one still comes through')
        code, _, err = at.end()
        for connection in silent:
            connection.close()
    equal(code, 0, 'logged in')
    equal(err.count('was ignored'), 1, 'the others are told of, once')


def test_issuer_in_trouble(place):
    logged_in(place, timeout='3s')
    fault = place.rig.fault
    for mode, operation, code, pattern in (
            ('http-500', 'refresh_token', 75, 'server_error from localhost'),
            ('http-503', 'refresh_token', 75, 'temporarily_unavailable'),
            ('http-429', 'refresh_token', 75, 'slow_down|HTTP 429'),
            ('stall', 'refresh_token', 75, 'timed out'),
            ('close', 'discovery', 75, 'closed the connection'),
            ('http-500', 'discovery', 75, 'HTTP 500'),
            ('garbage', 'discovery', 77, 'no JSON document'),
            ('redirect', 'discovery', 77, 'redirects are not followed'),
            ('oversize', 'discovery', 77, 'more than 1024 KiB'),
            ('redirect', 'refresh_token', 77, 'redirects are not followed')):
        place.rig.heal()
        fault('login', mode, operation=operation, count=-1)
        fails(place, pattern, f'{operation}: {mode}', code)
        place.rig.heal()
    gives(place, 'afterwards all is as it was', '--force')
    fault('login', 'http-503', operation='refresh_token', count=2)
    done = signin.ask(place, '--force')
    ok(done.code == 0, 'a fault that passes is not even seen', done)


def test_words_that_cross(place):
    """What one login's issuer says is not put into another one."""
    signin.configure(place)
    fails(place, 'nobody is logged in', 'an agent is there')
    begin = b'daypass=1 login\ndevice=1\n\n'
    word, first = wire.ask(place, begin)
    equal(word, 'ok', 'the first one has begun')
    place.rig.fault('login', 'delay', operation='device', seconds=2)
    with wire.connect(place) as slow, wire.connect(place) as late:
        slow.sendall(begin)
        time.sleep(0.5)
        late.sendall(f'daypass=1 login\nflow={first["flow"]}\n\n'.encode())
        word, second = wire.parse(wire.rest_of(slow))
        equal(word, 'ok', 'the second one has begun')
        word, told = wire.parse(wire.rest_of(late))
        equal((word, told.get('text')), ('error', 'agent: that login is over'),
              'a word of the first one comes too late')
    signin.curl(place, f'{second["complete"]}&say=yes')
    word, told = wire.ask(
        place, f'daypass=1 login\nflow={second["flow"]}\n\n'.encode())
    equal((word, told.get('state'), told.get('subject')),
          ('ok', 'done', WHO), 'and the second one comes through')


def test_no_secret_is_told(place):
    signin.configure(place, sections.git(
        place.rig, credential='id-token', audience=CLIENT))
    rig = place.rig
    with Foreground(place) as agent, canary.Watch() as watch:
        said = ''.join(str(d) for d in (
            signin.log_in(place), place.daypass('status', '--json'),
            place.daypass('doctor', 'id-token', CLIENT)))
        said += str(signin.log_in_by_device(place))
        for mode in ('truncate', 'wrong-type', 'garbage', 'fail'):
            rig.fault('login', mode, operation='refresh_token', count=1)
            said += signin.ask(place, '--force').err
            signin.log_in(place)
        echo = 'the token {} is not good'.format(
            list(rig.cloud.services['login'].tokens)[-1])
        rig.fault('login', 'fail', operation='refresh_token', code='x_y',
                  message=echo)
        done = signin.ask(place, '--force')
        like(done.err, r'x_y from localhost:\d+: the token \*\*\* is not',
             'an issuer that repeats what it was sent')
        gives(place, 'a token', '--force')
        said += place.daypass('logout').out
        wanted = canary.needles(rig.secrets())
        ok(len(wanted) > 20, 'there are secrets to hunt for')
        equal(canary.in_files(place.directory, wanted), [], 'no file')
    equal(canary.in_files(place.directory, wanted), [], 'nor after the end')
    equal(watch.found(wanted), [], 'no argument, no environment')
    ok(not canary.found_in(said.encode(), wanted), 'no word')
    ok(not canary.found_in(agent.said().encode(), wanted), 'no log')
    like(agent.said(), f'the login at https\\S+ is {WHO} now', 'but whose')
    log = [(e['path'], e['query']) for e in rig.log()]
    ok(not canary.found_in(json.dumps(log).encode(), wanted), 'no URL')


if __name__ == '__main__':
    tap.run(globals())
