#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""How a login lasts: beside others, in child sessions, through kills, until it
is over or taken back; none is lost that need not be."""

import os
import signal
import sys
import threading
import time
from urllib.parse import parse_qsl, urlsplit

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import canary, processes, sections, signin, tap   # noqa: E402
from support.place import is_sanitized   # noqa: E402
from support.processes import wait_for   # noqa: E402
from support.signin import CLIENT, fails, gives, logged_in   # noqa: E402
from support.tap import equal, less, like, ok, unlike   # noqa: E402

OVER = r'the login is over, or was taken back: daypass login'


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


def test_another_person(place):
    logged_in(place)
    gives(place, 'ada')
    place.rig.change(login={'sub': 'bob@acme.example'})
    equal(signin.log_in(place).code, 0, 'bob logs in')
    gives(place, 'at once', who='bob@acme.example')
    place.rig.change(login={'claims': {'sub': 'eve'}})
    fails(place, "is another person's than the login", 'a refresh for eve',
          77)


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


if __name__ == '__main__':
    tap.run(globals())
