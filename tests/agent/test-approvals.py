#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What a policy wants a person to approve: who is asked, what a grant is good
for, and when it ends."""

import json
import os
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import processes, sections, tap, wire   # noqa: E402
from support.child_session import ChildSession   # noqa: E402
from support.people import Approver   # noqa: E402
from support.tap import equal, like, ok   # noqa: E402


def rule(name, verdict, **more):
    return sections.section('rule', name, verdict=verdict, **more)


def configure(place, *more, actor='self', **asks):
    place.configure(sections.octo(place.rig, scope='acme/web'),
                    sections.octo(place.rig, 'other', scope='acme/web'),
                    sections.web_identity(place.rig),
                    sections.section('policy', actor, rule=['asks', 'rest']),
                    rule('asks', 'approve', **{
                        'credential': 'github', 'max_ttl': '10m', **asks}),
                    rule('rest', 'allow', target='**'), *more)


def start(place, *arguments):
    place.daypass('begin')
    return place.start('daypass', 'token', *arguments)


def end(process):
    out, err = process.communicate(timeout=60)
    return process.returncode, out.decode(), err.decode()


def approved(place, *arguments, **more):
    """Asked for and approved."""
    asking = start(place, *arguments)
    person = Approver(place)
    person.say('approve', person.one(), **{'for': 3600, **more})
    return end(asking)


def test_approved(place):
    configure(place)
    person = Approver(place)
    asking = start(place, 'github')
    approval = person.one()
    equal((approval['actor'], approval['credential'], approval['rule'],
           approval['limits']), ('self', 'github', 'asks', {'max-ttl': 600}),
          'the request says what it is for')
    ok('scope=acme/web' in approval['asks'], 'and what it stands for')
    equal(place.rig.count('octo:exchange'), 0, 'nothing is minted yet')
    word, said = person.say('approve', approval, **{'for': 600})
    equal((word, said['seconds']), ('ok', '600'), 'approved')
    code, out, err = end(asking)
    ok(code == 0 and out.startswith('ghs_'), 'and handed out', err)
    like(err, rf'^daypass: waiting for approval: daypass approve '
         rf'{approval["id"]}', 'who waits is told')
    equal(place.daypass('token', 'github').out, out, 'the grant holds')
    equal(len(person.pending()), 1, 'without another request')


def test_plain(place):
    """What completions read."""
    configure(place)
    done = place.daypass('approvals', '--plain')
    equal((done.code, done.out, done.err), (0, '', ''),
          '--plain without a session')
    equal(place.agent(), None, 'starts none')
    person = Approver(place)
    asking = start(place, 'github')
    approval = person.one()
    equal(place.daypass('approvals', '--plain').out,
          f'{approval["id"]}\tself: github for {approval["tool"] or "-"} '
          f'{approval["target"] or "-"}\n', 'one a line')
    person.say('deny', approval)
    end(asking)
    equal(place.daypass('approvals', '--plain').out, '',
          'what was decided waits no more')
    equal(place.daypass('approvals', '--plain', '--json').code, 64,
          'one form at a time')


def test_denied(place):
    configure(place)
    person = Approver(place)
    asking = start(place, 'github')
    person.say('deny', person.one(), reason='not\033[31m today')
    code, out, err = end(asking)
    equal((code, out), (77, ''), 'denied: exit 77')
    like(err, r'was not approved: not\?\[31m today; asking again will not '
         'help', 'denied: the reason, made printable')
    done = place.daypass('token', 'github')
    like(done.err, 'today', 'a second try is told the same, at once')
    equal(len(person.pending()), 1, 'and makes no second request')
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
    person = Approver(place)
    two = [start(place, 'github'), start(place, 'github')]
    approval = person.one(waiting=2)
    equal(len(person.pending()), 1, 'two askers, one request')
    person.say('approve', approval, once=1)
    codes = [end(process)[0] for process in two]
    equal(codes, [0, 0], 'both are served')
    again = start(place, 'github')
    ok(person.one()['id'] != approval['id'],
       'once: the next must ask again')
    person.say('approve', person.one())
    equal(end(again)[0], 0, 'and may be granted again')


def test_silence(place):
    configure(place, sections.section('approval', None, timeout='1s'))
    person = Approver(place)
    asking = start(place, 'github')
    approval = person.one()
    code, out, err = end(asking)
    equal((code, out), (77, ''), 'silence is a refusal')
    like(err, 'nobody answered in time', 'and says so')
    equal(person.pending(), [], 'nothing is left')
    word, said = person.say('approve', approval)
    equal((word, said['fault']), ('error', 'refused'), 'too late')
    like(said['text'], 'is over: nobody answered in time', 'it is said why')


def test_impatient(place):
    configure(place)
    person = Approver(place)
    place.daypass('begin')
    word, said = wire.ask(place, wire.request(
        place, 'get', tool='token', credential='github'))
    equal(word, 'error', 'who cannot wait')
    like(said['text'], 'daypass approve [a-z0-9]{8} ', 'is told what to do')
    person.say('approve', person.one())
    equal(place.daypass('token', 'github').code, 0, 'and may come again')


def test_command(place):
    seen = place.path('seen')
    command = place.write('bin/tell', f'#!/bin/sh\ncat >{seen}\n', 0o700)
    configure(place, sections.section('approval', None, command=command))
    person = Approver(place)
    asking = start(place, 'github')
    approval = person.one()
    ok(processes.wait_for(lambda: os.path.exists(seen) and
                          os.path.getsize(seen), 10), 'the command is run')
    time.sleep(0.1)
    with open(seen, encoding='utf-8') as got:
        equal(json.load(got)['id'], approval['id'], 'with the request')
    person.say('approve', approval)
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


def asks_again(place, name, command, **more):
    """Is a new approval wanted? Whoever has no patience is told at once."""
    person = Approver(place)
    before = {one['id'] for one in person.pending()}
    word, said = wire.ask(place, wire.request(place, 'get', **command, **more))
    new = {one['id'] for one in person.pending()} - before
    equal((word, len(new)), ('error', 1), name)
    like(said['text'], 'waits for an approval', f'{name}: it says so')


def test_bound(place):
    """To all that the person saw, and to nothing else."""
    rig = place.rig
    more = [sections.octo(rig, 'same', scope='acme/web'),
            sections.git(rig, path=''),
            sections.section('rule', 'also', verdict='allow')]
    configure(place, *more, target='**', credential='*')
    equal(approved(place, 'github')[0], 0, 'approved')
    token = {'tool': 'token', 'credential': 'github'}
    equal(wire.ask(place, wire.request(place, 'get', **token))[0], 'ok',
          'the same again')
    asks_again(place, 'another credential', {**token, 'credential': 'dev'})
    asks_again(place, 'another of the same making',
               {**token, 'credential': 'same'})
    asks_again(place, 'another target', {
        'tool': 'git', 'target': rig['git'] + '/acme/web'})
    asks_again(place, 'another repository', {
        'tool': 'git', 'target': rig['git'] + '/acme/other'})
    person = Approver(place)
    before = len(person.pending())
    wire.ask(place, wire.message(
        'get', ('config', place.config), ('env.HOME', '/nonexistent'),
        **token))
    equal(len(person.pending()), before + 1, 'another principal')
    configure(place, *more, target='**', credential='*', max_ttl='9m')
    asks_again(place, 'narrowed further', token)
    configure(place, *more, target='**', credential='g*')
    asks_again(place, 'another rule', token)
    configure(place, *more, target='**', credential='*')
    equal(wire.ask(place, wire.request(place, 'get', **token))[0], 'ok',
          'the rule that it was')


def test_sessions(place):
    """What one was granted is not another's."""
    configure(place, actor='agent:**')
    person = Approver(place)
    with ChildSession(place, 'agent:a', reason='look\033 at it') as one, \
            ChildSession(place, 'agent:a') as other:
        asking = one.start('daypass', 'token', 'github')
        approval = person.one()
        equal((approval['actor'], approval['session']), ('agent:a', one.id),
              'the session is said')
        for verb in (['approvals'], ['approve', approval['id']],
                     ['deny', approval['id']]):
            done = one.daypass(*verb)
            equal(done.code, 77, f'{verb[0]} from inside')
            like(done.err, 'only for who is outside', f'{verb[0]}: says why')
            equal(other.daypass(*verb).code, 77,
                  f'{verb[0]} from a sibling of the same name')
        equal(len(person.pending()), 1, 'it still waits')
        person.say('approve', approval)
        equal(one.end(asking).code, 0, 'from outside: approved')
        equal(place.daypass('token', 'github').code, 0, 'self needs none')
        waiting = other.start('daypass', 'token', 'github')
        ok(person.one()['id'] != approval['id'],
           'another session, the same name: asks')
        nested = one.start(*sections_nested(place))
        ok(processes.wait_for(lambda: len(person.waiting()) == 2, 20),
           'a session within it: asks')
        for asked in person.waiting():
            person.say('deny', asked)
        equal((other.end(waiting).code, one.end(nested).code), (77, 77),
              'both are told')
        rig = place.rig
        before = rig.count('github:revoke')
    ok(processes.wait_for(lambda: rig.count('github:revoke') > before, 10),
       'at its end it is taken back')


def sections_nested(place):
    """A session inside of a session, in which a token is asked for."""
    text = '''
import os, socket, subprocess, sys
to = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
fd = os.open(os.path.dirname(sys.argv[1]), os.O_PATH)
to.connect(f'/proc/self/fd/{fd}/agent.sock')
to.sendall(b'daypass=1 session\\nname=agent:inner\\n\\n')
assert b'=1 ok' in to.recv(999)
sys.exit(subprocess.run(['daypass', 'token', 'github']).returncode)
'''
    return (sys.executable, '-B', '-c', text, place.socket)


def test_ends_with_session(place):
    configure(place, actor='agent:**')
    person = Approver(place)
    with ChildSession(place, 'agent:a', ttl=2) as session:
        asking = session.start('daypass', 'token', 'github')
        approval = person.one()
        done = session.end(asking)
        equal(done.code, 77, 'its time is up while it waits')
        like(done.err, 'the session that asked is over', 'it is told')
        word, said = person.say('approve', approval)
        like(said['text'], 'is over: the session that asked is over',
             'and so is who would approve')
        equal((word, person.pending()), ('error', []), 'nothing is left')


def test_grant_ends(place):
    rig = place.rig
    configure(place)
    code, first, _ = approved(place, 'github', **{'for': 3})
    equal(code, 0, 'granted for 3 s')
    ok(processes.wait_for(lambda: rig.count('github:revoke') == 1, 10),
       'taken back at its end')
    person = Approver(place)
    ok(processes.wait_for(lambda: not person.pending(), 10), 'it is over')
    again = start(place, 'github')
    person.say('approve', person.one())
    code, second, _ = end(again)
    ok(code == 0 and second != first, 'the next grant: another token')
    configure(place, sections.section('rule', 'x', verdict='allow'),
              credential='dev', max_ttl='1h')
    code, out, _ = approved(place, 'dev', **{'for': 1200})
    session = rig.cloud.issued.sessions[json.loads(out)['AccessKeyId']]
    ok(session.expires - time.time() < 1210,
       'what cannot be taken back is not asked for beyond the grant')


def test_rule_changes(place):
    """While a person thinks."""
    configure(place)
    person = Approver(place)
    asking = start(place, 'github')
    approval = person.one()
    place.configure(sections.octo(place.rig, scope='acme/web'),
                    sections.section('policy', 'self', rule=['no']),
                    rule('no', 'deny', text='from now on'))
    equal(person.say('approve', approval)[0], 'ok', 'approved too late')
    code, out, err = end(asking)
    equal((code, out), (77, ''), 'the rules of now decide')
    like(err, 'from now on', 'and say so')
    configure(place, max_ttl='7m')
    asking = start(place, 'github')
    approval = person.one()
    configure(place, max_ttl='5m')
    person.say('approve', approval)
    other = person.one()
    equal(other['limits'], {'max-ttl': 300}, 'narrowed anew: it asks again')
    person.say('approve', other)
    equal(end(asking)[0], 0, 'and is served by that')


def ahead(place, seconds):
    """Hits past 60 % of a life: how often they were refreshed."""
    now = int(time.time())
    place.rig.change(identity={'claims': {'iat': now - 600,
                                          'exp': now + 300}})
    code, _, err = approved(place, '--audience', 'x', **{'for': seconds})
    ok(code == 0, f'granted for {seconds} s', err)
    place.daypass('token', '--audience', 'x')
    time.sleep(0.5)
    status = json.loads(place.daypass('status', '--json').out)
    place.daypass('end')
    return status['counters']['refreshes']


def test_refresh_ahead(place):
    place.configure(sections.section('policy', 'self', rule=['asks']),
                    rule('asks', 'approve', target='id-token:**'))
    ok(ahead(place, 3600) > 0, 'what ends before its grant is refreshed')
    equal(ahead(place, 200), 0, 'what lasts to the grant\'s end is not')


def test_doctor(place):
    configure(place)
    done = place.daypass('doctor', 'token', 'github')
    equal(done.code, 77, 'doctor: it would not work by itself')
    like(done.out, 'rule "asks" wants an approval', 'doctor: says why')
    equal(Approver(place).pending(), [], 'and asks nobody')
    approved(place, 'github')
    equal(place.daypass('doctor', 'token', 'github').code, 0,
          'granted: it works')


def test_grant_is_over_first(place):
    """The mint takes longer than the grant lasts."""
    configure(place)
    place.rig.fault('octo', 'slow', seconds=2.5)
    asking = start(place, 'github')
    person = Approver(place)
    person.say('approve', person.one(), **{'for': 1})
    code, out, err = end(asking)
    equal((code, out), (77, ''), 'nothing is handed out')
    like(err, 'the grant has ended before this was minted', 'it is said')
    ok(processes.wait_for(
        lambda: place.rig.count('github:revoke') == 1, 10),
       'what came goes back')


def test_too_many(place):
    """One session's requests do not keep the others from asking."""
    place.configure(sections.section('policy', 'agent:**', rule=['asks']),
                    rule('asks', 'approve', target='id-token:**'))
    person = Approver(place)
    text = '''
import os, socket, sys
fd = os.open(os.path.dirname(sys.argv[1]), os.O_PATH)
for i in range(20):
    to = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    to.connect(f'/proc/self/fd/{fd}/agent.sock')
    to.sendall(f'daypass=1 get\\ntool=token\\naudience=a{i}\\n\\n'.encode())
    print('asks' if b'daypass approve ' in to.recv(9999) else 'too many')
'''
    with ChildSession(place, 'agent:a') as one, \
            ChildSession(place, 'agent:b') as other:
        done = one.run(sys.executable, '-B', '-c', text, place.socket)
        equal(done.out.split('\n').count('asks'), 16, 'so many, and no more')
        asking = other.start('daypass', 'token', '--audience', 'b')
        ok(processes.wait_for(lambda: [
            a for a in person.pending() if a['actor'] == 'agent:b'], 10),
           'another one still asks')
        done = place.daypass('approvals')
        equal(done.out.count('pending'), 17, 'all are shown')
        for approval in person.waiting():
            if approval['actor'] == 'agent:b':
                person.say('approve', approval)
        equal(other.end(asking).code, 0, 'and gets it')


if __name__ == '__main__':
    tap.run(globals())
