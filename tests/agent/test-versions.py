#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Helpers of one version beside an agent of another: no request fails, the
newer agent takes over, and not while anything would be lost by it."""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import processes, sections, tap, wire   # noqa: E402
from support.newer import Newer   # noqa: E402
from support.processes import wait_for   # noqa: E402
from support.tap import equal, like, ok   # noqa: E402

WEB = 'sts:AssumeRoleWithWebIdentity'
HOST = 'registry.rig.test'


def bind(place):
    rig = place.rig
    place.configure(sections.web_identity(rig), sections.aws(),
                    sections.docker(HOST), sections.octo(rig),
                    sections.git(rig))


def aws(where):
    done = where.run('aws-credential-daypass')
    return done.out or done.err


def docker(where):
    done = where.run('docker-credential-daypass', 'get', input=HOST)
    return done.out or done.err


def git(where):
    done = where.run('git-credential-daypass', 'get', input=(
        f'protocol=https\nhost={where.rig.git}\npath=acme/web\n\n'))
    return done.out


def test_newer_helper(place):
    newer = Newer(place)
    bind(place)
    first = aws(place)
    old = place.agent()
    equal(aws(newer), first, 'a newer helper: answered by the older agent')
    ok(processes.wait_end(old, 20), 'which then makes room')
    second = aws(newer)
    ok(second.startswith('{') and second != first, 'the next request works',
       second)
    agent = place.agent()
    ok(agent not in (None, old) and newer.is_agent(agent) is not False,
       'with a newer agent')
    equal((aws(newer), place.agent()), (second, agent), 'which stays')
    equal(place.rig.count(WEB), 2, 'two mints in all')


def test_older_helper(place):
    newer = Newer(place)
    bind(place)
    first = aws(newer)
    agent = place.agent()
    equal([aws(place) for _ in range(3)], [first] * 3,
          'an older helper: served by the newer agent')
    equal(place.agent(), agent, 'which stays')


def test_nothing_is_revoked(place):
    """A token that can be taken back would be, with its agent."""
    newer = Newer(place)
    bind(place)
    place.rig.cloud.issued.grants.clear()
    done = place.daypass('token', '--for', place.rig['git'] + '/acme/web.git')
    equal(done.code, 0, 'a token that can be revoked')
    agent = place.agent()
    for _ in range(5):
        ok(aws(newer).startswith('{'), 'newer helpers are served')
        equal(newer.run('daypass', 'status').code, 0, 'all of them')
    equal((place.agent(), place.rig.count('github:revoke')), (agent, 0),
          'by the older agent, which stays: nothing is revoked')
    ok(place.rig.cloud.issued.grant(done.out.strip(), 'octo'),
       'the token is good')
    done = newer.run('daypass', 'end')
    like(done.out, 'revoked +github', 'the newer end ends the older agent')


def test_nobody_waits_in_vain(place):
    """An asker of the older kind waits for a mint."""
    newer = Newer(place)
    bind(place)
    place.rig.fault('sts', 'delay', seconds=2)
    with place.start('aws-credential-daypass') as asker:
        wait_for(lambda: place.rig.count(WEB))
        agent = place.agent()
        ok('Secret' in docker(newer), 'meanwhile a newer one is served')
        equal(place.agent(), agent, 'by the agent that is waited for')
        out, err = asker.communicate(timeout=60)
    equal((asker.returncode, err), (0, b''), 'who waited is served')
    equal(aws(newer), out.decode(), 'and so is the newer one')
    ok(processes.wait_end(agent, 20), 'then the older agent makes room')
    equal(place.rig.count(WEB), 1, 'one mint')


def test_both_at_once(place):
    """Two installations in one session, at odds over the agent."""
    newer = Newer(place)
    bind(place)
    started = []
    for _ in range(10):
        group = [where.start('docker-credential-daypass', 'get')
                 for where in (place, newer) for _ in range(8)]
        for process in group:
            process.stdin.write(HOST.encode())
            process.stdin.close()
            process.stdin = None
        group[0].wait(60)
        started += group
    ended = [process.communicate(timeout=60) for process in started]
    failed = [(out, err) for process, (out, err) in zip(started, ended)
              if process.returncode or b'Secret' not in out or err]
    equal((len(started), failed), (160, []), '160 of both kinds: none fails')


# the wire

def test_words(place):
    bind(place)
    place.daypass('begin')
    agent = place.agent()
    get = wire.token(place, 'x')
    for name, request, word, pattern in (
            ('an unknown verb', wire.message('dance'), 'error',
             r"does not know 'dance': is the helper newer than the agent\?"),
            ('another protocol', get.replace(b'daypass=1', b'daypass=2'),
             'error', 'another version than 1'),
            ('an unknown key', wire.token(place, 'x', colour='red'), 'ok',
             ''),
            ('one that must not be overlooked',
             wire.request(place, 'get', ('!colour', 'red'), tool='token',
                          audience='x'), 'error', 'colour'),
            ('a version that is none', wire.token(place, 'x', version='new'),
             'ok', ''),
            ('an older version', wire.token(place, 'x', version='0.0.1'),
             'ok', ''),
            ('no version', get, 'ok', '')):
        found, fields = wire.ask(place, request)
        equal(found, word, f'{name}: {word}')
        like(fields.get('text', ''), pattern, f'{name}: and why')
    equal(place.agent(), agent, 'none of it ends the agent')


if __name__ == '__main__':
    tap.run(globals())
