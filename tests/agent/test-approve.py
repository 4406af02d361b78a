#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""daypass approvals, approve and deny: what a person sees and says."""

import json
import os
import re
import select
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import processes, sections, tap   # noqa: E402
from support.child_session import ChildSession   # noqa: E402
from support.people import Approver   # noqa: E402
from support.tap import equal, like, ok, unlike   # noqa: E402

EVIL = 'all is well\033]0;x\007\033[2J\u202egpj.exe'


def configure(place, octo=None, **asks):
    rig = place.rig
    place.configure(
        sections.octo(rig, **(octo or {})), sections.git(rig, path=''),
        sections.web_identity(rig), sections.aws('**'),
        sections.section('policy', 'agent:**', rule=['asks']),
        sections.section('rule', 'asks', verdict='approve', **asks))


def get_git(session, path='acme/web'):
    rig = session.place.rig
    return session.start('git-credential-daypass', 'get', input=(
        f'protocol=https\nhost={rig.git}\npath={path}\n\n'))


def test_table(place):
    configure(place, max_ttl='15m', scope='acme/web')
    with ChildSession(place, 'agent:a', reason=EVIL) as session:
        asking = get_git(session)
        approval = Approver(place).one(waiting=1)
        done = place.daypass('approvals')
        equal((done.code, done.err), (0, ''), 'approvals: 0')
        lines = done.out.split('\n')
        like(lines[0], '^ID +STATE +WHO +CREDENTIAL +LEFT +FOR', 'its heads')
        like(lines[1], rf'^{approval["id"]} +pending +agent:a +github +\d min '
             rf'+git {place.rig["git"]}/acme/web$', 'who, what, for what')
        like(done.out, 'octo-sts .*identity-name=daypass.* scope=acme/web',
             'what it stands for')
        like(done.out, 'lives 15 min at most, taken back when the grant ends',
             'how long it lives')
        like(done.out, r'by \[policy "agent:\*\*"\] rule "asks", asked \d+ s '
             r'ago, until 20.*Z, 1 waiting', 'by which rule, and since when')
        like(done.out, 'reason that the session gave: all is well', 'why')
        unlike(done.out, '[\033\007\u202e]', 'nothing that steers a terminal')
        Approver(place).say('approve', approval)
        session.end(asking)
        like(place.daypass('approvals').out, 'granted +agent:a', 'decided')


def test_targets(place):
    """A long or strange target is shown whole, and cannot pass for two."""
    configure(place)
    long = 'a' * 900 + '-the-end'
    with ChildSession(place, 'agent:a') as session:
        session.start('aws-credential-daypass', '--profile', long)
        Approver(place).one(waiting=1)
        like(place.daypass('approvals').out, f'aws {long}\n', 'to its end')
        session.start('aws-credential-daypass', '--profile', 'x  pending\u2028')
        person = Approver(place)
        processes.wait_for(lambda: len(person.waiting()) == 2, 10)
        like(place.daypass('approvals').out,
             r'aws \n          \| x \?pending\?\?\?\n',
             'no line of its own')
        for approval in person.waiting():
            person.say('deny', approval)


def rows(place, columns=80):
    """Lines as a terminal of this width breaks them."""
    return [line[at:at + columns] for line
            in place.daypass('approvals').out.split('\n')
            for at in range(0, len(line) or 1, columns)]


def test_forged_rows(place):
    """What would look like a row where a terminal breaks a long line."""
    configure(place)
    row = 'k7mq2p9x  pending   self   harmless   4 min   git https://x/y'
    pad = 'x ' * 20     # behind what stands before it: to the 80th column
    with ChildSession(place, 'agent:a', reason=pad + row) as one:
        one.start('aws-credential-daypass', '--profile', 'x x x' + row +
                  ' ' * 200 + 'y')
        approval = Approver(place).one(waiting=1)
        begin = [line for line in rows(place) if line.startswith((
            approval['id'], 'k7mq', 'pending'))]
        equal(len(begin), 1, 'one row is one request')
        like(place.daypass('approvals').out, 'k7mq2p9x', 'nothing is cut')
        Approver(place).say('deny', approval)


def test_inner_session(place):
    """A name is the word of who opened the session: of somebody inside."""
    configure(place, octo={'scope': 'acme/web'})
    with ChildSession(place, 'agent:outer') as session:
        number = session.start('daypass', 'run', '--as', 'team:release',
                               '--advisory', '--', 'daypass', 'token',
                               'github')
        approval = Approver(place).one(waiting=1)
        equal((approval['actor'], approval['within']),
              ('team:release', ['agent:outer']), 'who, and inside of whom')
        like(place.daypass('approvals').out,
             'pending +team:release .*\n +inside of agent:outer\n',
             'which is shown')
        like(place.daypass('deny', approval['id']).out,
             'inside of agent:outer\n', 'also to who decides')
        session.end(number)


def test_login_of_another(place):
    """A login that was added by itself: whose it is."""
    rig = place.rig
    place.configure(
        sections.web_identity(rig), sections.section(
            'docker', '*.dkr.ecr.*.amazonaws.com', credential='dev'),
        sections.section('policy', 'agent:**', rule=['asks']),
        sections.section('rule', 'asks', verdict='approve'))
    with ChildSession(place, 'agent:a') as session:
        asking = session.start('docker-credential-daypass', 'get', input=(
            '123456789012.dkr.ecr.eu-west-1.amazonaws.com'))
        approval = Approver(place).one(waiting=1)
        equal(approval['credential'], 'aws-ecr', 'a login of ECR')
        like(approval['chain'][0], f'^dev: aws-web-identity.* role='
             f'{rig["role"]}', 'made of a role')
        like(place.daypass('approvals').out,
             f'out of dev: aws-web-identity .*role={rig["role"]}',
             'which is shown')
        Approver(place).say('deny', approval)
        session.end(asking)


def test_json(place):
    configure(place)
    equal(place.daypass('approvals', '--json').out, '[]\n', 'no session')
    with ChildSession(place, 'agent:a', reason='x') as session:
        equal(place.daypass('approvals').out,
              'nothing waits for an approval\n', 'nothing')
        asking = get_git(session)
        approval = Approver(place).one(waiting=1)
        one, = json.loads(place.daypass('approvals', '--json').out)
        equal(one, approval, 'what the agent said')
        equal(list(one), [
            'id', 'state', 'actor', 'session', 'within', 'reason', 'tool',
            'target',
            'credential', 'exchange', 'policy', 'rule', 'limits', 'asks',
            'chain', 'revocable', 'waiting', 'why', 'since', 'expires_at'],
              'its fields')
        Approver(place).say('deny', approval)
        session.end(asking)


def test_approve(place):
    configure(place)
    with ChildSession(place, 'agent:a') as session:
        asking = get_git(session)
        approval = Approver(place).one(waiting=1)
        done = place.daypass('approve', approval['id'][:3])
        equal(done.code, 64, 'three letters are too few')
        done = place.daypass('approve', '--for', '20m', approval['id'][:4])
        equal((done.code, done.err), (0, ''), 'four will do')
        like(done.out, f'^approved {approval["id"]}: agent:a: github for git '
             f'{place.rig["git"]}/acme/web\nuntil 20', 'says what it was')
        like(session.end(asking).out, 'password=', 'and it is handed out')
        for verb in ('approve', 'deny'):
            done = place.daypass(verb, approval['id'])
            equal((done.code, done.out), (77, ''), f'{verb} once more')
            like(done.err, f'request {approval["id"]} was approved already, '
                 'until 20', f'{verb} once more: says so')
        for wrong in (['approve'], ['approve', 'a', 'b'],
                      ['approve', '--for', 'x', 'abcd'],
                      ['approve', '--for', '13h', approval['id']],
                      ['deny', 'abcdefgh'], ['approvals', 'x'],
                      ['approve', '--fro', '1h', 'abcd'],
                      ['deny', '--reason', 'a\nb', 'abcd']):
            done = place.daypass(*wrong)
            equal((done.code, done.out), (64, ''), f'usage: {wrong}')


def test_deny(place):
    configure(place)
    with ChildSession(place, 'agent:a') as session:
        asking = get_git(session)
        approval = Approver(place).one(waiting=1)
        done = place.daypass('deny', approval['id'], '--reason', 'not now')
        equal(done.code, 0, 'denied')
        like(done.out, f'^denied {approval["id"]}: agent:a: github for git ',
             'says what')
        done = session.end(asking)
        like(done.err, 'was not approved: not now; asking again will not help',
             'the tool is told why')
        like(place.daypass('approvals').out, 'reason of the denial: not now',
             'and the table')
        done = place.daypass('approve', approval['id'])
        equal(done.code, 77, 'what was denied stays denied')
        like(done.err, 'was denied already', 'which is said')


def test_once(place):
    configure(place)
    with ChildSession(place, 'agent:a') as session:
        asking = get_git(session)
        approval = Approver(place).one(waiting=1)
        done = place.daypass('approve', '--once', approval['id'])
        like(done.out, '\nfor those who wait now; ', 'once')
        session.end(asking)
        done = place.daypass('approve', approval['id'])
        equal(done.code, 77, 'it is over')
        like(done.err, 'is over: it was approved, once', 'and why')


def line_of(process, pattern, seconds=20):
    """Its lines up to one like this; nothing if none comes in time."""
    deadline = time.monotonic() + seconds
    line = b''
    while time.monotonic() < deadline:
        if not select.select([process.stdout], [], [], 1)[0]:
            continue
        line += os.read(process.stdout.fileno(), 1)
        if line.endswith(b'\n'):
            if pattern in line.decode():
                return line.decode()
            line = b''
    return ''


def test_follow(place):
    configure(place)
    following = place.start('daypass', 'approvals', '--follow')
    ok(processes.wait_for(place.agent, 20), 'to follow begins a session')
    with ChildSession(place, 'agent:a') as session:
        asking = get_git(session)
        like(line_of(following, 'pending'), 'agent:a +github', 'it comes')
        approval = Approver(place).one()
        other = get_git(session, 'acme/other')
        like(line_of(following, 'pending'), 'acme/other', 'another comes')
        place.daypass('approve', approval['id'])
        like(line_of(following, 'granted'), approval['id'], 'it is decided')
        session.end(asking)
        for left in Approver(place).waiting():
            place.daypass('deny', left['id'])
        session.end(other)
        like(line_of(following, 'denied'), 'agent:a', 'and so is the other')
    place.daypass('end')
    _, err = following.communicate(timeout=20)
    equal((following.returncode, err.decode()),
          (0, 'daypass: the session has ended\n'), 'and ends with the session')
    equal(place.agent(), None, 'without beginning another')


def ticks(pid):
    """The processor time that it has taken."""
    fields = processes.read(pid, 'stat').rpartition(b') ')[2].split()
    return int(fields[11]) + int(fields[12])


def switches(place):
    """How often the agent has gone to sleep."""
    return int(re.search(rb'^voluntary_ctxt_switches:\s*(\d+)',
                         processes.read(place.agent(), 'status'), re.M)[1])


def test_idle(place):
    """Who follows sleeps, and asks no more."""
    configure(place)
    following = place.start('daypass', 'approvals', '--follow', '--json')
    equal(following.stdout.readline(), b'[]\n', 'nothing yet')
    before = switches(place), ticks(following.pid) + ticks(place.agent())
    time.sleep(1.5)
    after = switches(place), ticks(following.pid) + ticks(place.agent())
    ok(after[0] - before[0] < 10 and after[1] - before[1] <= 3,
       'both sleep', before, after)
    following.terminate()
    following.communicate()


def test_nothing(place):
    configure(place)
    done = place.daypass('approvals')
    equal((done.code, done.out), (0, 'no session is running: nothing waits '
                                  'for an approval\n'), 'no session')
    for verb in ('approve', 'deny'):
        done = place.daypass(verb, 'abcdefgh')
        equal(done.code, 64, f'{verb}: no session')
        like(done.err, 'no session is running', f'{verb}: says so')
    equal(place.agent(), None, 'and none is begun')


if __name__ == '__main__':
    tap.run(globals())
