#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A person logs in, with a browser or a code, and stays logged in: what tools
get then, and what [identity] may say of it."""

import json
import os
import socket
import sys
import time
from urllib.parse import parse_qsl

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import sections, signin, tap   # noqa: E402
from support.signin import CLIENT, WHO, gives, logged_in   # noqa: E402
from support.tap import equal, like, ok   # noqa: E402


def test_browser(place):
    signin.configure(place)
    done = signin.log_in(place)
    equal((done.code, done.err), (0, ''), 'logged in')
    like(done.out, r'\n    https://localhost:\d+/login/authorize\?\S+\n',
         'the page is shown as well')
    like(done.out, rf'Logged in as {WHO} at https://localhost:\d+/login\.\n'
         r"The login rests in this session's memory alone \(there is no "
         r'session bus\) and is gone when the session ends\.\n$',
         'who, where, and where it rests')
    equal(signin.page(place), 'You are logged in. This page may be closed.\n',
          'the browser says so')
    asked = next(e for e in place.rig.log() if e['operation'] == 'authorize')
    fields = dict(parse_qsl(asked['query']))
    equal((fields['scope'], fields['prompt'], fields['response_type'],
           fields['code_challenge_method']),
          ('openid offline_access', 'consent', 'code', 'S256'),
          'what was asked for')
    like(fields['redirect_uri'], r'^http://127\.0\.0\.1:\d+/callback$',
         'where to come back to')
    gives(place, 'after a login')


def test_refresh(place):
    logged_in(place)
    first = gives(place, 'the first')
    equal(gives(place, 'again'), first, 'out of the vault')
    equal(place.rig.count('login:refresh_token'), 1, 'one refresh')
    for turn in range(3):
        done = signin.ask(place, '--force')
        ok(done.code == 0, f'the refresh token is rotated, {turn}', done)
    equal(place.rig.count('login:refresh_token'), 4, 'each with the last one')
    place.rig.change(login={'rotate': False})
    for turn in range(2):
        done = signin.ask(place, '--force')
        ok(done.code == 0, f'or stays as it is, {turn}', done)


def test_device(place):
    signin.configure(place)
    with signin.terminal(place, SSH_CONNECTION='a b c d', DISPLAY=':0') as at:
        url = at.url()
        time.sleep(1.5)
        signin.curl(place, url)
        code, out, err = at.end()
    equal((code, err), (0, ''), 'logged in; over SSH there is no browser')
    like(out, r'open\n\n    https://localhost:\d+/login/page\n\nand enter the '
         r'code\n\n    [A-Z2-9]{4}-[A-Z2-9]{4}\n\nor open\n', 'page and code')
    like(out, 'the code is good for 10 min', 'for how long')
    gives(place, 'after a login by device')
    place.rig.change(login={'device_reply': {
        'verification_uri_complete': None, 'verification_uri': None,
        'verification_url': place.rig['login_issuer'] + '/page',
        'interval': None}})
    with signin.terminal(place, '--device') as at:
        ok(at.shows(r'enter the code\n\n    \S+\n\nWaiting'),
           'without a complete page; verification_url', at.said)


def test_device_polls(place):
    signin.configure(place)
    place.rig.change(login={'polls': [
        'authorization_pending', 'slow_down', 'authorization_pending']})
    started = time.monotonic()
    code, _, err = signin.log_in_by_device(place)
    took = time.monotonic() - started
    equal((code, err), (0, ''), 'pending and slow_down are waited for')
    ok(took > 1 + 1 + 6 + 6, 'slow_down counts for all that follow', took)
    equal(place.rig.count('login:poll'), 4, 'as often as it takes')


def test_device_faults(place):
    """RFC 8628 3.5: whoever gets no answer asks less often, and goes on."""
    signin.configure(place)
    place.rig.fault('login', 'close', operation='poll')
    place.rig.fault('login', 'http-503', operation='poll')
    place.rig.fault('login', 'http-500', operation='discovery', count=0)
    code, out, err = signin.log_in_by_device(place)
    equal(code, 0, 'the login comes through', )
    like(err, r'closed the connection.*; still waiting\n.*'
         r'temporarily_unavailable.*; still waiting\n', 'each fault is said')
    like(out, f'Logged in as {WHO}', 'logged in')


def test_device_says_no(place):
    signin.configure(place)
    code, _, err = signin.log_in_by_device(place, say='access_denied')
    equal(code, 77, 'denied: exit 77')
    like(err, r'access_denied.*daypass login asks again', 'denied: says so')
    place.rig.change(login={'device_life': 2})
    with signin.terminal(place, '--device') as at:
        code, _, err = at.end()
    equal(code, 69, 'nobody comes: exit 69')
    like(err, 'nobody logged in in time: daypass login', 'nobody comes')
    place.rig.change(login={'metadata': {
        'device_authorization_endpoint': None}})
    done = place.daypass('login', '--device')
    equal(done.code, 77, 'no device flow: exit 77')
    like(done.err, 'no device_authorization_endpoint: log in where there is '
         'a browser', 'no device flow')
    place.rig.change(login={'metadata': {
        'device_authorization_endpoint': 'http://login.example/device'}})
    done = place.daypass('login', '--device')
    like(done.err, 'http to login.example is not allowed',
         'a device endpoint over http')


def test_audience(place):
    rig = place.rig
    signin.configure(
        place, sections.token_exchange(rig, token_audience=CLIENT),
        sections.token_exchange(rig, name='other'))
    signin.log_in(place)
    rig.change(token_exchange={'accepts': [CLIENT]})
    rig.cloud.verifier.issuers.add(rig['login_issuer'])
    done = place.daypass('token', 'api')
    ok(done.code == 0, 'an exchange that takes the client for an audience',
       done)
    done = place.daypass('token', 'other')
    equal(done.code, 69, 'one that does not: exit 69')
    like(done.err, f'is for aud={CLIENT} \\(client-id\\) and no other, and '
         f'https://localhost:\\d+ was asked for: .*token-audience = {CLIENT} '
         'in the credential', 'one that does not: says what to do')


def test_redirect(place):
    """Issuers that know one address alone."""
    signin.configure(place, redirect='http://localhost:47631/')
    place.rig.change(login={'redirects': ['http://localhost:47631/']})
    done = signin.log_in(place)
    ok(done.code == 0, 'a port, a path and a name of its own', done)
    with socket.create_server(('127.0.0.1', 47631)):
        done = signin.log_in(place)
    equal(done.code, 71, 'the port is taken: exit 71')
    like(done.err, r'\[identity\] redirect: cannot listen on 127.0.0.1 port '
         '47631', 'the port is taken')
    for wrong in ('https://127.0.0.1/x', 'http://evil.example/',
                  'http://127.0.0.1.evil.example/', 'http://127.0.0.1:x/',
                  'http://127.0.0.1/?a=b', 'http://127.0.0.1:99999/'):
        signin.configure(place, redirect=wrong)
        done = signin.log_in(place)
        equal(done.code, 78, f'{wrong}: exit 78')
        like(done.err, r'\[identity\] redirect', f'{wrong}: says so')


def test_client_secret(place):
    """Google gives its installed apps one, which is none."""
    place.rig.change(login={'secret': 'not-a-secret-0123456789'})
    signin.configure(place)
    like(signin.log_in(place).err, 'invalid_client.*needs client-secret',
         'without it')
    signin.configure(place, client_secret='not-a-secret-0123456789')
    equal(signin.log_in(place).code, 0, 'with it')
    gives(place, 'a refresh has it too')
    code, _, err = signin.log_in_by_device(place)
    equal((code, err), (0, ''), 'and the device flow')


def test_scope(place):
    place.rig.change(login={'always_refresh': True})
    logged_in(place, scope='openid email')
    asked = next(e for e in place.rig.log() if e['operation'] == 'authorize')
    fields = dict(parse_qsl(asked['query']))
    equal((fields['scope'], fields.get('prompt')), ('openid email', None),
          'the scope that was set')
    place.rig.change(login={'metadata': {'scopes_supported': ['openid']}})
    logged_in(place)
    asked = [e for e in place.rig.log() if e['operation'] == 'authorize'][-1]
    equal(dict(parse_qsl(asked['query']))['scope'], 'openid',
          'offline_access only where it is offered')


def test_which_identity(place):
    signin.configure(place, name='me')
    place.rig.forget()
    done = signin.log_in(place)
    ok(done.code == 0, 'the only one of its kind needs no name', done)
    signin.configure(place, sections.section(
        'identity', 'you', source='login', issuer=place.rig['login_issuer'],
        client_id='other'), name='me')
    done = signin.log_in(place)
    equal(done.code, 64, 'of two, one has to be named: exit 64')
    like(done.err, 'name one, as in daypass login NAME', 'of two')
    equal(signin.log_in(place, 'me').code, 0, 'by its name')
    done = signin.log_in(place, 'none')
    equal(done.code, 78, 'a name that is none: exit 78')
    place.configure()
    done = signin.log_in(place)
    like(done.err, r'no identity to log in to: \[identity\] source = login',
         'none at all')
    place.configure(sections.section(
        'identity', None, issuer=place.rig['login_issuer'], client_id=CLIENT))
    done = signin.log_in(place)
    ok(done.code == 0, 'an issuer alone says which source', done)
    for missing in ('issuer', 'client_id'):
        settings = {'issuer': place.rig['login_issuer'], 'client_id': CLIENT}
        del settings[missing]
        place.configure(sections.section('identity', None, source='login',
                                         **settings))
        like(signin.log_in(place).err, missing.replace('_', '-'),
             f'without {missing}')


def test_doctor(place):
    signin.configure(place)

    def check():
        done = place.daypass('doctor', 'id-token', CLIENT, '--json')
        found = [c for c in json.loads(done.out)['checks']
                 if c['name'] == 'login']
        return found[0]['ok'], found[0]['cause']

    good, cause = check()
    ok(not good, 'nobody')
    like(cause, 'no keyring serves: there is no session bus', 'and why')
    signin.log_in(place)
    equal(check(), (True, "rests in this session's memory, and is gone when "
                    'it ends'), 'where it rests')


if __name__ == '__main__':
    tap.run(globals())
