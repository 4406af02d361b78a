#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What a policy wants a person to approve."""

import json
import os
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import processes, sections, tap, wire   # noqa: E402
from support.tap import equal, like, ok   # noqa: E402


def rule(name, verdict, **more):
    return sections.section('rule', name, verdict=verdict, **more)


def configure(place, *more):
    place.configure(sections.octo(place.rig, scope='acme/web'),
                    sections.web_identity(place.rig),
                    sections.section('policy', 'self', rule=['asks', 'rest']),
                    rule('asks', 'approve', credential='github',
                         max_ttl='10m'),
                    rule('rest', 'allow'), *more)


def pending(place):
    """What waits, oldest first."""
    word, _ = answer = wire.ask(place, wire.message('approvals'))
    assert word == 'ok', answer
    return json.loads(answer[1]['json'])


def one(place):
    found = []

    def look():
        found[:] = [a for a in pending(place) if a['state'] == 'pending']
        return found

    assert processes.wait_for(look, 20)
    return found[0]


def say(place, verb, approval, **more):
    return wire.ask(place, wire.message(verb, approval=approval['id'],
                                        **more))


def start(place, *arguments):
    place.daypass('begin')
    return place.start('daypass', 'token', *arguments)


def end(process):
    out, err = process.communicate(timeout=60)
    return process.returncode, out.decode(), err.decode()


def test_approved(place):
    configure(place)
    asking = start(place, 'github')
    approval = one(place)
    equal((approval['actor'], approval['credential'], approval['rule'],
           approval['limits']), ('self', 'github', 'asks', {'max-ttl': 600}),
          'the request says what it is for')
    equal(place.rig.count('octo:exchange'), 0, 'nothing is minted yet')
    word, said = say(place, 'approve', approval, **{'for': 60})
    equal((word, said['seconds']), ('ok', '60'), 'approved')
    code, out, err = end(asking)
    ok(code == 0 and out.startswith('ghs_'), 'and handed out', err)
    like(err, rf'^daypass: waiting for approval: daypass approve '
         rf'{approval["id"]}', 'who waits is told')
    equal(place.daypass('token', 'github').out, out, 'the grant holds')
    equal(len(pending(place)), 1, 'without another request')


def test_denied(place):
    configure(place)
    asking = start(place, 'github')
    say(place, 'deny', one(place), reason='not today')
    code, out, err = end(asking)
    equal((code, out), (77, ''), 'denied: exit 77')
    like(err, 'was not approved: not today; asking again will not help',
         'denied: the reason')
    done = place.daypass('token', 'github')
    like(done.err, 'not today', 'a second try is told the same, at once')
    equal(len(pending(place)), 1, 'and makes no second request')
    equal(place.daypass('token', 'dev').code, 0, 'other things go on')


def test_none_of_that_name(place):
    """With sanitizers: who is told so is gone, and not looked at again."""
    place.daypass('begin')
    for verb in ('approve', 'deny'):
        word, answer = wire.ask(place, wire.message(
            verb, approval='none', reason='no'))
        equal((word, answer['fault']), ('error', 'usage'), f'{verb} of none')


def test_once(place):
    configure(place)
    two = [start(place, 'github'), start(place, 'github')]
    processes.wait_for(lambda: len(processes.with_environment(
        place.directory)) >= 3, 10)
    time.sleep(0.3)
    approval = one(place)
    equal(len(pending(place)), 1, 'two askers, one request')
    say(place, 'approve', approval, once=1)
    codes = [end(process)[0] for process in two]
    equal(codes, [0, 0], 'both are served')
    again = start(place, 'github')
    ok(one(place)['id'] != approval['id'], 'once: the next must ask again')
    say(place, 'approve', one(place))
    equal(end(again)[0], 0, 'and may be granted again')


def test_silence(place):
    configure(place, sections.section('approval', None, timeout='1s'))
    code, out, err = end(start(place, 'github'))
    equal((code, out), (77, ''), 'silence is a refusal')
    like(err, 'nobody answered in time', 'and says so')
    equal(pending(place), [], 'nothing is left')


def test_impatient(place):
    configure(place)
    place.daypass('begin')
    word, said = wire.ask(place, wire.request(
        place, 'get', tool='token', credential='github'))
    equal(word, 'error', 'who cannot wait')
    like(said['text'], 'daypass approve [a-z0-9]{8} ', 'is told what to do')
    say(place, 'approve', one(place))
    equal(place.daypass('token', 'github').code, 0, 'and may come again')


def test_command(place):
    seen = place.path('seen')
    command = place.write('bin/tell', f'#!/bin/sh\ncat >{seen}\n', 0o700)
    configure(place, sections.section('approval', None, command=command))
    asking = start(place, 'github')
    approval = one(place)
    ok(processes.wait_for(lambda: os.path.exists(seen) and
                          os.path.getsize(seen), 10), 'the command is run')
    time.sleep(0.1)
    with open(seen, encoding='utf-8') as got:
        equal(json.load(got)['id'], approval['id'], 'with the request')
    say(place, 'approve', approval)
    equal(end(asking)[0], 0, 'and nobody waits for it')


def test_claims(place):
    rules = [sections.section('policy', 'self', rule=['ours']),
             rule('ours', 'allow', claim='sub=org:acme/prj:web/**')]
    place.configure(sections.octo(place.rig, scope='acme/web'), *rules)
    equal(place.daypass('token', 'github').code, 0, 'the claim is there')
    place.configure(sections.octo(place.rig, scope='acme/web'), rules[0],
                    rule('ours', 'allow', claim='sub=org:other/**'))
    done = place.daypass('token', 'github')
    like(done.err, 'no rule of it matches', 'and another is not')
    equal(place.rig.count('octo:exchange'), 1, 'which was not asked for')


if __name__ == '__main__':
    tap.run(globals())
