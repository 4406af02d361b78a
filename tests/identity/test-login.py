#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A person logs in, stays logged in, and out again; nobody else's login is
taken for theirs, and none is lost that need not be."""

import base64
import json
import os
import signal
import socket
import sys
import threading
import time
from urllib.parse import parse_qsl, urlsplit

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import (   # noqa: E402
    canary, processes, sections, signin, tap, wire)
from support.foreground import Foreground   # noqa: E402
from support.place import is_sanitized   # noqa: E402
from support.processes import wait_for   # noqa: E402
from support.signin import CLIENT, WHO   # noqa: E402
from support.tap import equal, less, like, ok, unlike   # noqa: E402

OVER = r'the login is over, or was taken back: daypass login'


def claims(token):
    part = token.split('.')[1]
    return json.loads(base64.urlsafe_b64decode(part + '=' * (-len(part) % 4)))


def gives(place, name, *arguments, who=WHO):
    done = signin.ask(place, *arguments)
    if ok(done.code == 0, f'{name}: a token', done):
        inside = claims(done.out)
        equal((inside['sub'], inside['aud'], inside['iss']),
              (who, CLIENT, place.rig['login_issuer']),
              f'{name}: whose, for whom, from whom')
    return done.out.strip()


def fails(place, pattern, name, code=69, **more):
    done = signin.ask(place, '--force', **more)
    equal((done.code, done.out), (code, ''), f'{name}: exit {code}')
    like(done.err, pattern, f'{name}: says why')


def logged_in(place, **settings):
    signin.configure(place, **settings)
    done = signin.log_in(place)
    assert done.code == 0, done


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


def test_nobody(place):
    """No helper waits for a person, and none asks the issuer in vain."""
    signin.configure(place, sections.git(
        place.rig, credential='id-token', audience=CLIENT))
    started = time.monotonic()
    fails(place, r'^daypass: identity login: nobody is logged in at localhost:'
          r'\d+ \(no keyring serves: there is no session bus\): daypass login '
          r'\(daypass doctor', 'nobody')
    url = place.rig['git'].removeprefix('https://')
    done = place.run('git-credential-daypass', 'get', input=(
        f'protocol=https\nhost={url}\npath=acme/web.git\n\n'))
    equal(done.out, 'quit=1\n', 'git: no prompt, no other helper')
    like(done.err, 'daypass login', 'git: what to do')
    less(time.monotonic() - started, 5, 'at once')
    equal(place.rig.counts(), {}, 'and nobody is asked')
    done = place.daypass('logout')
    like(done.out, 'Nobody was logged in at https', 'nor logged out')
    equal(place.daypass('doctor', 'id-token', CLIENT, '--json').code, 69,
          'doctor: it would not work')


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


def test_another_person(place):
    logged_in(place)
    gives(place, 'ada')
    place.rig.change(login={'sub': 'bob@acme.example'})
    equal(signin.log_in(place).code, 0, 'bob logs in')
    gives(place, 'at once', who='bob@acme.example')
    place.rig.change(login={'claims': {'sub': 'eve'}})
    fails(place, "is another person's than the login", 'a refresh for eve',
          77)


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


def test_revoked(place):
    logged_in(place)
    gives(place, 'before')
    for family in place.rig.cloud.services['login'].tokens.values():
        family.alive = False
    fails(place, f'invalid_grant from localhost.*{OVER}', 'taken back')
    place.rig.forget()
    fails(place, 'nobody is logged in', 'from then on')
    equal(place.rig.counts(), {}, 'without asking again')
    equal(signin.log_in(place).code, 0, 'a new login')
    gives(place, 'after it')


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


def test_logout(place):
    logged_in(place)
    gives(place, 'before')
    done = place.daypass('logout')
    like(done.out, r'^Logged out; https://localhost:\d+/login has taken the '
         r'login back\.\n$', 'logged out')
    equal(place.rig.count('login:revoke'), 1, 'and revoked')
    families = place.rig.cloud.services['login'].tokens.values()
    fails(place, 'nobody is logged in', 'afterwards')
    equal(signin.ask(place).code, 69, 'not out of the vault either')
    for metadata, mode in (({'revocation_endpoint': None}, None),
                           ({}, 'http-500')):
        logged_in(place)
        place.rig.change(login={'metadata': metadata})
        if mode:
            place.rig.fault('login', mode, operation='revoke', count=-1)
        done = place.daypass('logout')
        equal(done.code, 0, f'{mode}: logged out')
        like(done.out, r'is forgotten here, but https\S+ may still honour it: '
             '.*(no revocation_endpoint|server_error)', f'{mode}: it is said')
        fails(place, 'nobody is logged in', f'{mode}: afterwards')
        place.rig.heal()
        place.rig.cloud.world.reset()
    ok(any(family.alive for family in families), 'those two are alive')


def test_many_at_once(place):
    """One refresh token is used once, however many ask for whatever."""
    logged_in(place)
    rig = place.rig
    done = []

    def one(*arguments):
        done.append(signin.ask(place, *arguments))

    askers = [threading.Thread(target=one) for _ in range(20)]
    for thread in askers:
        thread.start()
    for thread in askers:
        thread.join()
    equal([d.code for d in done], [0] * 20, 'all are served')
    equal(rig.count('login:refresh_token'), 1, 'by one refresh')
    place.write('home/other', '')
    # another bus is another key of the vault, and the same login
    askers = [threading.Thread(target=lambda n=n: done.append(signin.ask(
        place, '--force', env={'DBUS_SESSION_BUS_ADDRESS':
                               f'unix:path=/nonexistent/{n}'})))
              for n in range(8)]
    done.clear()
    for thread in askers:
        thread.start()
    for thread in askers:
        thread.join()
    equal([d.code for d in done], [0] * 8, 'and of several keys, by turns',)
    gives(place, 'nothing was used twice')


def test_given_up(place):
    """Ctrl-C: no process, no port, and nothing that waits."""
    signin.configure(place)
    for arguments, pattern in (
            (('--device',), r'https://\S+user_code=\S+'),
            ((), r'https://\S+authorize\S+')):
        with signin.terminal(place, *arguments, BROWSER='true') as at:
            url = at.url(pattern)
            time.sleep(0.2)
            at.process.send_signal(signal.SIGINT)
            code, out, err = at.end()
        equal((code, err), (-signal.SIGINT, ''), f'{arguments}: given up')
        unlike(out, 'Logged in', f'{arguments}: not logged in')
        ok(url, f'{arguments}: it had begun')
        time.sleep(0.2)
        equal(processes.children(place.agent()), [],
              f'{arguments}: no child is left')
        state = dict(parse_qsl(urlsplit(url).query)).get('state')
        if state and os.getuid() == 0 and not is_sanitized():
            equal(canary.in_memory(place.agent(), {state.encode()}), 0,
                  'and nothing of it in the agent')
    # in the middle of a word
    place.rig.fault('login', 'stall', operation='poll', count=-1)
    with signin.terminal(place, '--device') as at:
        at.url()
        wait_for(lambda: place.rig.count('login:poll'))
        at.process.send_signal(signal.SIGTERM)
        equal(at.end()[0], -signal.SIGTERM, 'while the issuer is asked')
    ok(wait_for(lambda: not processes.children(place.agent()), 5),
       'the child goes with it')


def test_child_sessions(place):
    """Who acts for a person does not log them in or out."""
    logged_in(place)
    for verb in ('logout', 'login'):
        done = place.run('/usr/bin/python3', '-c', signin.LEADER, place.socket,
                         'daypass', verb)
        equal(done.code, 77, f'{verb}: exit 77')
        like(done.err, 'not for robot, only for who is outside',
             f'{verb}: says why')
    gives(place, 'still logged in', '--force')


def test_two_logins(place):
    """The last one counts; and words that come late are told so."""
    signin.configure(place)
    with signin.terminal(place, '--device') as first:
        first.url()
        with signin.terminal(place, '--device') as second:
            url = second.url()
            code, _, err = first.end()
            equal(code, 69, 'the first one is over')
            like(err, 'that login is over', 'and is told')
            signin.curl(place, url)
            equal(second.end()[0], 0, 'the second one comes through')


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


def test_session(place):
    """What rests in the session alone goes with it, and keeps it."""
    signin.configure(place, '[session]\n\tidle = 1s\n')
    signin.log_in(place)
    agent = place.agent()
    time.sleep(3)
    equal(place.agent(), agent, 'a login is no idleness')
    place.daypass('logout')
    ok(processes.wait_end(agent, 20), 'logged out, it is')
    logged_in(place)
    gives(place, 'before the end')
    place.daypass('end')
    fails(place, 'nobody is logged in', 'after the end')


def test_killed_in_the_act(place):
    """The child dies while the new token is on its way. An issuer that
    forgives its old one for some seconds, as most can, is asked again."""
    place.rig.change(login={'leeway': 60})
    logged_in(place)
    place.rig.fault('login', 'slow', operation='refresh_token', seconds=30)
    process = place.start('daypass', 'token', '--audience', CLIENT, '--force')
    ok(wait_for(lambda: place.rig.count('login:refresh_token')), 'it is sent')
    time.sleep(0.3)
    for child in processes.children(place.agent()):
        processes.kill(child)
    equal(process.wait(20), 71, 'the asker is told')
    like(process.stderr.read().decode(), 'signal 9', 'by what')
    for stream in (process.stdin, process.stdout, process.stderr):
        stream.close()
    gives(place, 'the old one is still there')


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
