#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A login that rests in a desktop's keyring: shared by all sessions of the
person, used by one at a time, and never lost on the way there."""

import os
import signal
import sys
import threading

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import canary, processes, signin, tap, wire   # noqa: E402
from support.desktop import Desktop   # noqa: E402
from support.place import BUILD   # noqa: E402
from support.processes import wait_for   # noqa: E402
from support.signin import WHO   # noqa: E402
from support.tap import equal, like, ok   # noqa: E402


def sit_down(place, desktop, **settings):
    for name in ('DBUS_SESSION_BUS_ADDRESS',):
        place.env[name] = desktop.env[name]
    signin.configure(place, **settings)


def gives(place, name, **more):
    done = signin.ask(place, '--force', **more)
    ok(done.code == 0, f'{name}: a token', done)
    return done


def families(place):
    return set(map(id, place.rig.cloud.services['login'].tokens.values())), \
        [f.alive for f in place.rig.cloud.services['login'].tokens.values()]


def forget_families(place):
    place.rig.cloud.services['login'].tokens.clear()


def test_rests_there(place):
    forget_families(place)
    with Desktop(BUILD) as desktop:
        sit_down(place, desktop)
        done = signin.log_in(place)
        like(done.out, f'Logged in as {WHO} .*\nThe login rests in the '
             r"desktop's keyring until daypass logout\.\n$", 'in the keyring')
        gives(place, 'this session')
        like(place.daypass('doctor', 'id-token', 'daypass-cli').out,
             "rests in the desktop's keyring", 'doctor says so')
        seen = desktop.attributes()
        like(seen.decode(), 'daypass: the login at https://localhost',
             'under a name that a person knows')
        tokens = canary.needles(place.rig.cloud.services['login'].tokens)
        ok(not canary.found_in(seen, tokens), 'no secret in its attributes')
        equal(canary.in_memory(place.agent(), tokens), 0,
              'nor in the agent') if os.getuid() == 0 else tap.skip(
                  'the agent', 'only root may look')
        place.daypass('end')
        gives(place, 'the next session')
        equal(all(families(place)[1]), True, 'nothing was used twice')
        like(place.daypass('logout').out, 'Logged out; ', 'logged out')
        done = signin.ask(place)
        like(done.err, r'nobody is logged in at localhost:\d+: daypass login',
             'and out of the keyring')
        equal(canary.in_files(place.directory, tokens), [], 'no file')


def test_two_sessions(place):
    forget_families(place)
    with Desktop(BUILD) as desktop:
        sit_down(place, desktop)
        signin.log_in(place)
        other = {'DAYPASS_RUNTIME_DIR': place.make('other')}
        place.rig.fault('login', 'delay', operation='refresh_token',
                        seconds=0.5, count=-1)
        done = []

        def one(env):
            done.append(signin.ask(place, '--force', env=env))

        askers = [threading.Thread(target=one, args=(env,))
                  for env in (None, other) * 5]
        for thread in askers:
            thread.start()
        for thread in askers:
            thread.join()
        ok(all(d.code == 0 for d in done), 'ten of two sessions at once',
           *[d for d in done if d.code])
        equal(all(families(place)[1]), True, 'no token was used twice')
        place.rig.heal()
        place.daypass('end', env=other)


def test_no_way_around_the_lock(place):
    """Whoever was told that somebody else has the login is told so again."""
    whose = {'issuer': 'https://localhost:1', 'client-id': 'x'}
    with Desktop(BUILD) as desktop:
        first = desktop.holds(wire.message('get', *whose.items()))
        equal(first, 'daypass=1 none\n', 'one has it')
        said = desktop.ask(
            wire.message('get', *whose.items()),
            wire.message('set', *whose.items(), secret='stolen'),
            wire.message('get', *whose.items()))
        equal(said.count('daypass=1 error\n'), 3, 'another has not')
        equal(said.count('another session is using the login'), 3, 'ever')
        equal(desktop.attributes(), b'', 'and left nothing there')


def test_a_bus_of_their_own(place):
    """A child session may not have the login brought to its own keyring."""
    signin.configure(place)
    signin.log_in(place)
    with Desktop(BUILD) as theirs:
        done = place.run(
            '/usr/bin/python3', '-c', signin.LEADER, place.socket,
            'daypass', 'token', '--audience', 'daypass-cli', '--force',
            env={'DBUS_SESSION_BUS_ADDRESS':
                 theirs.env['DBUS_SESSION_BUS_ADDRESS']})
        ok(done.code == 0, 'a token for a child session', done)
        equal(theirs.attributes(), b'', 'and nothing in its keyring')


def test_no_session(place):
    """Where no agent can stay, each request has the login from there."""
    forget_families(place)
    with Desktop(BUILD) as desktop:
        sit_down(place, desktop)
        signin.log_in(place)
        nowhere = {'DAYPASS_RUNTIME_DIR': '/proc/none'}
        for turn in range(3):
            gives(place, f'request {turn}', env=nowhere)
        equal(all(families(place)[1]), True, 'each with the last token')
        done = place.daypass('login', env={**nowhere, 'BROWSER': 'true'})
        equal(done.code, 71, 'a login takes a session: exit 71')
        like(done.err, 'a login takes a session, and none can stay here',
             'and says so')


def keyrings(place):
    return [pid for pid in processes.children(place.agent())
            if b'daypass-keyring' in processes.read(pid, 'cmdline')]


def stop_before_storing(place):
    """A mint whose keyring stands still while the reply is on its way."""
    place.rig.fault('login', 'delay', operation='refresh_token', seconds=1)
    process = place.start('daypass', 'token', '--audience', 'daypass-cli',
                          '--force')
    for stream in (process.stdin, process.stdout, process.stderr):
        stream.close()
    ok(wait_for(lambda: place.rig.count('login:refresh_token')), 'it is sent')
    keyring = keyrings(place)[0]
    os.kill(keyring, signal.SIGSTOP)
    mint = [pid for pid in processes.children(place.agent())
            if pid != keyring][0]
    ok(wait_for(lambda: len(
        place.rig.cloud.services['login'].tokens) == 2), 'a new token')
    wait_for(lambda: False, 0.5)
    return process, keyring, mint


def test_killed_before_it_rests(place):
    """The issuer has given a new token and forgives nothing: whoever dies
    between its reply and the keyring does not take it along."""
    for victim in ('the child', 'the agent'):
        forget_families(place)
        with Desktop(BUILD) as desktop:
            sit_down(place, desktop)
            signin.log_in(place)
            place.rig.forget()
            process, keyring, mint = stop_before_storing(place)
            pid = mint if victim == 'the child' else place.agent()
            processes.kill(pid)
            processes.wait_end(pid, 20)
            os.kill(keyring, signal.SIGCONT)
            processes.wait_end(keyring, 20)
            process.wait(30)
            gives(place, f'{victim} was killed')
            equal(all(families(place)[1]), True,
                  f'{victim}: by the new token')
            place.daypass('end')


def test_locked(place):
    with Desktop(BUILD) as desktop:
        sit_down(place, desktop)
        signin.log_in(place)
        desktop.lock()
        done = signin.ask(place, '--force')
        equal(done.code, 69, 'locked: exit 69')
        like(done.err, 'the keyring: it is locked: log in to the desktop, or '
             'unlock it, then try again', 'locked: says what to do')
        done = signin.log_in(place)
        like(done.out, r"in this session's memory alone \(.*locked.*\) and is "
             'gone', 'a login while it is locked')
        gives(place, 'from there')
        equal(place.daypass('logout').code, 69, 'a logout needs it open')
        start = (('issuer', 'https://i.example'), ('client-id', 'c'))
        like(desktop.ask(wire.message('set', *start, secret='a b')),
             'text=it is locked: log in', 'nobody is asked to unlock it')
        like(desktop.ask(wire.message('set', *start, secret='a b',
                                      prompt='1')),
             'text=it does not take the login', 'but who waits for that')


def test_comes_later(place):
    """What rests in the session moves when a keyring appears."""
    forget_families(place)
    signin.configure(place)
    signin.log_in(place)
    with Desktop(BUILD) as desktop:
        sit_down(place, desktop)
        gives(place, 'with a bus')
        place.daypass('end')
        gives(place, 'it has moved there')
        equal(all(families(place)[1]), True, 'nothing was used twice')


def test_no_service(place):
    with Desktop(BUILD, service=False) as desktop:
        sit_down(place, desktop)
        done = signin.log_in(place)
        like(done.out, r'memory alone \(there is no Secret Service: .*\) and',
             'a bus without one')
        gives(place, 'all the same')
    done = signin.log_in(place)
    like(done.out, r'memory alone \(there is no session bus: .*\) and',
         'an address where no bus is')


def test_by_hand(place):
    with Desktop(BUILD) as desktop:
        ask, message = desktop.ask, wire.message
        get = message('get', *(('issuer', 'https://i.example'),
                               ('client-id', 'c')))
        start = (('issuer', 'https://i.example'), ('client-id', 'c'))
        equal(ask(get), 'daypass=1 none\n\n', 'nothing')
        equal(ask(message('set', *start, secret='a b'), get),
              'daypass=1 ok\n\ndaypass=1 ok\nsecret=a b\n\n', 'set, get')
        equal(ask(message('set', *start, secret='c d'), get),
              'daypass=1 ok\n\ndaypass=1 ok\nsecret=c d\n\n',
              'another in its place')
        equal(ask(message('get', ('issuer', 'https://i.example'),
                          ('client-id', 'd'))), 'daypass=1 none\n\n',
              'another client has none')
        equal(ask(message('clear', *start), message('clear', *start), get),
              'daypass=1 ok\n\ndaypass=1 ok\n\ndaypass=1 none\n\n', 'clear')
        for wrong in (message('get'), message('set', *start),
                      message('what', *start)):
            like(ask(wrong), '^daypass=1 error\nfault=system\n', str(wrong))
        for junk in (b'', b'junk\n\n', b'x' * 70000, b'daypass=1 get\n'):
            equal(ask(junk), '', f'{junk[:9]}: no answer')


if __name__ == '__main__':
    tap.run(globals())
