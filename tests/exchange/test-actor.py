#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Delegation as RFC 8693 has it: one token is traded in, another one acts for
it, and neither passes for the other."""

import base64
import json
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import canary, sections, tap   # noqa: E402
from support.tap import equal, like, ok   # noqa: E402

EXCHANGE = 'token_exchange:token'
ROBOT = 'org:acme/prj:robots/env:9'


def robot(place, **more):
    """Who acts: a token in a file, of another subject."""
    token = place.rig.token(place.rig['token_exchange'], sub=ROBOT, **more)
    return place.write('robot.jwt', token)


def bind(place, *more, **settings):
    rig = place.rig
    place.configure(
        sections.token_exchange(rig, **{
            'actor': 'robot', 'requested_token_type': 'jwt', **settings}),
        sections.section('identity', 'robot', file=robot(place)),
        sections.token_exchange(rig, 'robot', identity='robot'), *more)


def claims(done):
    body = done.out.split('.')[1] if done.out.count('.') == 2 else 'e30'
    return json.loads(base64.urlsafe_b64decode(body + '=='))


def test_delegation(place):
    bind(place)
    done = place.daypass('token', 'api')
    ok(done.code == 0, 'a token that somebody acts for', done)
    equal((claims(done).get('sub'), claims(done).get('act')),
          (place.rig['sub'], {'sub': ROBOT}), 'whose it is, and who acts')
    equal(place.daypass('token', 'api').out, done.out, 'kept')
    equal((place.rig.count('identity:token'), place.rig.count(EXCHANGE)),
          (1, 2), 'each step minted once')


def test_id_token(place):
    bind(place, actor='id-token')
    done = place.daypass('token', 'api')
    equal(claims(done).get('act'), {'sub': place.rig['sub']},
          'an id token acts')
    equal(place.rig.count('identity:token'), 1, 'one for both')


def test_another_actor(place):
    """The principal changes: the other one's token is nobody's now."""
    bind(place)
    first = place.daypass('token', 'api')
    place.write('robot.jwt', place.rig.token(
        place.rig['token_exchange'], sub='org:acme/prj:robots/env:10'))
    done = place.daypass('token', 'api')
    equal(claims(done).get('act'), {'sub': 'org:acme/prj:robots/env:10'},
          'another one acts')
    ok(done.out != first.out, 'by another token')
    place.rig.change(identity={'sub': 'org:acme/prj:web/env:8'})
    place.daypass('token', '--force', 'api')
    equal(claims(place.daypass('token', 'api')).get('sub'),
          'org:acme/prj:web/env:8', 'and for another')


def test_many(place):
    bind(place)
    started = [place.start('daypass', 'token', 'api') for _ in range(40)]
    said = {process.communicate(timeout=120)[0] for process in started}
    equal(({p.returncode for p in started}, len(said)), ({0}, 1),
          '40 at once have the same')
    equal(place.rig.count(EXCHANGE), 2, 'one mint a step')


def test_refused(place):
    bind(place)
    place.write('robot.jwt', place.rig.token('somebody-else', sub=ROBOT))
    done = place.daypass('token', 'api')
    equal(done.code, 77, 'an actor who is refused')
    like(done.err, 'the subject token is for somebody-else',
         'fails with its own reason')
    equal(place.rig.count(EXCHANGE), 1, 'and nothing else is tried')
    bind(place, actor='id-token', token_audience='token-exchange')
    place.rig.change(token_exchange={'accepts': ['token-exchange']})
    place.rig.fault('token_exchange', 'fail', message='actor token: not good')
    done = place.daypass('token', 'api')
    like(done.err, 'invalid_grant from .*: actor token: not good',
         'refused by the server')
    ok(not canary.found_in(done.err.encode(), canary.needles(
        place.rig.secrets())), 'no secret in it')


def test_kinds(place):
    bind(place, sections.web_identity(place.rig), actor='dev')
    like(place.daypass('token', 'api').err, r'actor: \[credential "dev"\] '
         'yields aws, which is no token', 'what is no token cannot act')
    bind(place, actor='api')
    like(place.daypass('token', 'api').err, 'its `actor` goes in a circle',
         'nor can it itself')


def test_refresh(place):
    """What acts is minted anew where the subject is."""
    bind(place, actor='id-token')
    place.daypass('token', 'api')
    place.rig.forget()
    equal(place.daypass('token', '--force', 'api').code, 0, 'anew')
    ok(place.rig.count('identity:token') >= 1, 'the identity is asked again')


def test_policy(place):
    """A rule about who acts is a rule about what it acts for."""
    rules = (sections.section('policy', 'self', rule=['no', 'yes']),
             sections.section('rule', 'no', verdict='deny',
                              credential='robot'),
             sections.section('rule', 'yes', verdict='allow'))
    bind(place, *rules)
    done = place.daypass('token', 'api')
    equal(done.code, 77, 'denied to who acts: denied')
    like(done.err, 'policy', 'and by what')
    equal(place.rig.count(EXCHANGE), 0, 'nothing was asked')
    bind(place, *rules, actor='id-token')
    equal(place.daypass('token', 'api').code, 0, 'another one may')


if __name__ == '__main__':
    tap.run(globals())
