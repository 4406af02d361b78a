#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Child sessions, as the wire opens them: what ends with them, what is theirs,
and that nobody leaves one by a trick."""

import json
import os
import random
import signal
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import processes, refusal, sections, tap, wire   # noqa: E402
from support.child_session import ChildSession   # noqa: E402
from support.led import Led   # noqa: E402
from support.processes import wait_for   # noqa: E402
from support.tap import Skip, equal, like, ok   # noqa: E402

REVOKE = 'github:revoke'


def begin(place, *more):
    rig = place.rig
    place.configure(sections.web_identity(rig), sections.aws(),
                    sections.octo(rig, scope='acme/web'), sections.git(rig),
                    *more)
    place.daypass('token', '--audience', 'warm')


def credential(place, name='github', **more):
    return wire.request(place, 'get', tool='token', credential=name, **more)


def status(place):
    return json.loads(place.daypass('status', '--json').out)


def theirs(place):
    return [c['name'] for c in status(place)['credentials']
            if c['session'] != 'self']


def still_there(place, pid, name):
    equal(place.agent(), pid, f'{name}: the agent lives')
    equal(place.daypass('status').code, 0, f'{name}: and answers')


def valid(place):
    return sum(grant.service == 'octo'
               for grant in list(place.rig.cloud.issued.grants.values()))


def test_leader_gone_while_asking(place):
    begin(place)
    pid = place.agent()
    place.rig.cloud.issued.grants.clear()
    place.rig.fault('octo', 'delay', seconds=3)
    with Led(place) as led:
        led.open('agent:x')
        child = led.process.pid
        led.fork()
        led.start(credential(place))
        ok(wait_for(lambda: place.rig.count('octo:exchange') == 1),
           'a mint is on its way')
        os.kill(child, signal.SIGKILL)
        word, answer = led.hear_answer()
        equal(word, 'error', 'who waits is refused when the leader dies')
        like(answer['text'], 'session of agent:x is over: its leader',
             'and is told why')
    ok(wait_for(lambda: place.rig.count(REVOKE) == 1, 8),
       'what the other side issued in that moment is taken back')
    still_there(place, pid, 'leader gone')
    equal((theirs(place), valid(place)), ([], 0),
          'what came too late is not kept')


def test_time_is_up_while_asking(place):
    begin(place)
    place.rig.fault('octo', 'delay', seconds=4)
    with Led(place) as led:
        led.open('agent:x', ttl='1')
        word, answer = led.ask(credential(place))
        equal(word, 'error', 'nothing comes after the time is up')
        like(answer['text'], 'its time is up', 'and it is said why')


def test_attend_what_is_over(place):
    begin(place)
    pid = place.agent()
    with Led(place) as led:
        session = led.open('agent:x', ttl='1')
        time.sleep(1.5)
        with wire.connect(place, limit=3) as connection:
            connection.sendall(wire.request(place, 'attend', session=session))
            word, answer = wire.parse(wire.rest_of(connection))
        equal((word, answer.get('ended')), ('ok', 'its time is up'),
              'a session that is over: told at once')
    still_there(place, pid, 'attended')


def test_inner_ends_with_outer(place):
    begin(place)
    with Led(place) as led:
        led.open('agent:outer', ttl='2')
        led.fork()
        led.open('agent:inner')
        equal(led.ask(credential(place))[0], 'ok', 'an inner session')
        time.sleep(2.2)
        word, answer = led.ask(credential(place))
        equal(word, 'error', 'is over when the time of the outer one is')
        like(answer.get('text', ''), 'the session around it is over',
             'and is told so')
        ok(wait_for(lambda: place.rig.count(REVOKE) == 1, 5),
           'what it had is taken back')


def test_inner_ends_while_there_is_no_agent(place):
    begin(place)
    with Led(place) as led:
        led.open('agent:outer', ttl='1')
        led.fork()
        led.open('agent:inner')
        processes.kill(place.agent())
        time.sleep(1.2)
        place.daypass('token', '--audience', 'warm')
        wait_for(place.agent)
        word, answer = led.ask(credential(place))
        equal(word, 'error', 'the next agent knows that it is over')
        like(answer.get('text', ''), 'the session around it is over',
             'and why')


def test_leader_is_killed(place):
    """What it leaves dies with its namespace, but not at once. Who is in there
    must not be taken for somebody outside for that moment."""
    begin(place)
    with Led(place) as led:
        session = led.open('agent:x')
        root = led.fork(attended=session)
        equal(led.ask(credential(place))[0], 'ok', 'it is given a token')
        processes.kill(led.process.pid)
        ok(wait_for(lambda: place.rig.count(REVOKE) == 1, 5),
           'which is taken back when the leader is killed')
        for verb in ('approvals', 'end', 'get'):
            word, answer = led.ask(wire.request(
                place, verb, tool='token', credential='github'))
            equal((word, answer.get('fault')), ('error', 'refused'),
                  f'{verb}: not for what is left below')
        like(answer.get('text', ''), 'session of agent:x is over: its leader',
             'which still is of that session')
        processes.kill(place.agent())
        place.daypass('token', '--audience', 'warm')
        like(led.ask(credential(place))[1].get('text', ''),
             'session of agent:x is over: its leader', 'to the next agent too')
        processes.kill(root)
        ok(wait_for(lambda: not status(place)['sessions'], 5),
           'it is forgotten when nothing is left')
        equal(os.listdir(place.path('run/daypass')).count('sessions'), 0,
              'and no file of it')


def test_whose_root(place):
    begin(place)
    with Led(place) as led, Led(place) as other:
        session = led.open('agent:x')
        with wire.connect(place) as connection:
            connection.sendall(wire.request(
                place, 'attend', session=session, root=os.getpid()))
            time.sleep(0.1)
            equal(wire.ask(place, credential(place))[0], 'ok',
                  'somebody else cannot say that all are below him')
        word, answer = led.ask(wire.request(
            place, 'attend', session=session, root=other.process.pid))
        equal((word, answer.get('fault')), ('error', 'usage'),
              'nor is a stranger the first process of a session')


def opened(place, led, **order):
    return led.ask(wire.request(place, 'session', **order))


def test_refused_to_open(place):
    begin(place)
    with Led(place) as led:
        word, answer = opened(place, led, name='agent:x', reason='y' * 4000)
        equal((word, answer.get('fault')), ('error', 'usage'),
              'a reason that is too long for its file')
        os.makedirs(place.path('run/daypass/sessions/.new'))
        word, answer = opened(place, led, name='agent:x')
        like(answer.get('text', word), 'that a new agent would know',
             'one that cannot be written down')
        os.rmdir(place.path('run/daypass/sessions/.new'))
        equal(opened(place, led, name='agent:x')[0], 'ok', 'then it is opened')
        like(opened(place, led, name='agent:y')[1].get('text', ''),
             'leads a session already', 'a second one of the same process')
        place.agent()


def test_peers_that_are_gone(place):
    begin(place)
    place.daypass('end')
    for error, word in (('EINVAL', 'error'), ('ENOPROTOOPT', 'ok')):
        refusal.begin(place, f'getsockopt:{error}:2=77')
        with Led(place) as led:
            led.open('agent:x')
            got, answer = wire.ask(place, credential(place))
            ok(got == word, f'SO_PEERPIDFD gives {error}: {word}', got, answer)
        place.daypass('end')


MANY = '''
import os, socket, sys
path, count = sys.argv[1], int(sys.argv[2])
os.chdir(os.path.dirname(path))
def open_one(out):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(os.path.basename(path))
        connection.sendall(b"daypass=1 session\\nname=agent:y\\n\\n")
        said = b""
        while more := connection.recv(65536):
            said += more
    os.write(out, b"y" if said.startswith(b"daypass=1 ok") else b"n")
ours, theirs = os.pipe()
stop, wait = os.pipe()
for _ in range(count):
    if os.fork() == 0:
        open_one(theirs)
        os.close(wait)
        os.read(stop, 1)
        os._exit(0)
said = b""
while len(said) < count:
    said += os.read(ours, 1000)
print(said.count(b"y"), flush=True)
sys.stdin.read()
'''


def test_many_inside(place):
    """Who is inside cannot keep others from opening a session."""
    begin(place)
    with ChildSession(place, 'agent:x') as session, Led(place) as other:
        number = session.start(sys.executable, '-c', MANY, place.socket, '80')
        done = session.end(number)
        equal(done.out, '63\n', 'as many as one may have within')
        equal(opened(place, other, name='agent:z')[0], 'ok',
              'and there is room for others')


HALF = '''
import os, socket, sys, time
path, where, request = sys.argv[1:]
connection = socket.socket(socket.AF_UNIX)
os.chdir(os.path.dirname(path))
connection.connect(os.path.basename(path))
request = bytes.fromhex(request)
connection.sendall(request[:9])
if os.fork():
    with open(where + '.pid', 'w') as out:
        out.write(str(os.getpid()))
    os._exit(0)
os.closerange(0, 3)
while not os.path.exists(where + '.go'):
    time.sleep(0.01)
connection.sendall(request[9:])
said = b""
while more := connection.recv(65536):
    said += more
with open(where + '.new', 'wb') as out:
    out.write(said or b'nothing')
os.rename(where + '.new', where)
'''
LAST = '/proc/sys/kernel/ns_last_pid'


def take_number(wanted):
    """A process of ours, outside, with this number."""
    for _ in range(200):
        with open(LAST, 'w', encoding='ascii') as last:
            last.write(str(wanted - 1))
        if (pid := os.fork()) == 0:
            signal.pause()
        if pid == wanted:
            return pid
        processes.kill(pid)
        os.waitpid(pid, 0)
    raise Skip('somebody else has the number')


def test_number_of_another(place):
    """Who connects, lets another have the number, and then asks, on a kernel
    that does not hold who has connected."""
    if not os.access(LAST, os.W_OK) or os.getuid() != 0:
        raise Skip('only root picks numbers')
    begin(place)
    place.daypass('end')
    refusal.begin(place, 'getsockopt:ENOPROTOOPT:2=77')
    where = place.path('said')
    with ChildSession(place, 'agent:x') as session:
        session.run(sys.executable, '-c', HALF, place.socket, where,
                    wire.request(place, 'approvals').hex())
        with open(where + '.pid', encoding='ascii') as said:
            number = int(said.read())
        taken = take_number(number)
        place.write('said.go', '')
        wait_for(lambda: os.path.exists(where))
        processes.kill(taken)
        os.waitpid(taken, 0)
        with open(where, 'rb') as answer:
            word = wire.parse(answer.read())[0]
        ok(word != 'ok', 'is not who has the number by then', word)


def test_status_of_its_own(place):
    begin(place)
    place.rig.fault('sts', 'http-401', operation='AssumeRoleWithWebIdentity')
    place.daypass('token', 'dev')
    with Led(place) as led:
        session = led.open('agent:x')
        equal(led.ask(credential(place))[0], 'ok', 'it is given something')
        answer = led.ask(wire.request(place, 'status'))[1]
        told = json.loads(answer['json'])
        equal({c['session'] for c in told['credentials']}, {session},
              "a child session sees its own credentials, not others'")
        equal(told['failures'], [], 'nor how others failed')
        ok(answer.get('principal'), 'whose its own are, as others\' may be')
        told = status(place)
        equal({c['session'] for c in told['credentials']}, {session, 'self'},
              'who is outside sees all')
        ok(told['failures'], 'all failures too')


def test_end_behind_the_end_of_a_session(place):
    for mode, calls in (('delay', 1), ('stall', 2)):
        begin(place)
        place.rig.forget()
        place.rig.cloud.issued.grants.clear()
        with Led(place) as led:
            led.open('agent:x')
            equal(led.ask(credential(place))[0], 'ok', 'it is given a token')
            place.rig.fault('github', mode,
                            seconds=1 if mode == 'delay' else None)
        ok(wait_for(lambda: place.rig.count(REVOKE) == 1, 5),
           'which begins to be taken back with its session')
        place.daypass('end')
        equal((valid(place), place.rig.count(REVOKE)), (0, calls),
              f'{mode}: and is, though all ends meanwhile')


VERBS = ('get', 'erase', 'list', 'road', 'login', 'logout', 'status',
         'attend', 'approvals', 'approve', 'deny')
KEYS = ('name', 'reason', 'ttl', 'session', 'approval', 'for', 'once', 'tool',
        'target', 'credential', 'flow', 'identity', 'device', 'password',
        'audience', 'username', 'duration', 'force', 'min-ttl', 'probe')
VALUES = ('', '1', '-1', '99999999999', 'self', 'agent:x', 'github', 'token',
          'git', 'docker', 'https://x/y', 'id-token', '*', '../..', '%\x7f',
          'A' * 16000)


def descriptors(pid):
    return len(os.listdir(f'/proc/{pid}/fd'))


def noise(place, dice, *verbs):
    pairs = [(dice.choice(KEYS), dice.choice(VALUES))
             for _ in range(dice.randrange(8))]
    return wire.request(place, dice.choice(verbs), *pairs)


def hurl(place, dice):
    """Half of them hang up before there is an answer."""
    with wire.connect(place, limit=0.05) as connection:
        try:
            connection.sendall(noise(place, dice, *VERBS))
            if dice.randrange(2):
                connection.recv(10)
        except OSError:
            pass


def test_any_words(place):
    """Whatever is asked, from outside and from inside: an answer, and an
    agent as it was."""
    begin(place, sections.section('policy', 'agent:**', rule=['asks', 'rest']),
          sections.section('rule', 'asks', verdict='approve',
                           credential='github'),
          sections.section('rule', 'rest', verdict='allow'))
    pid = place.agent()
    dice = random.Random(4)
    open_before = descriptors(pid)
    for _ in range(400):
        hurl(place, dice)
    with Led(place) as led:
        led.open('agent:x')
        led.fork()
        words = {led.ask(noise(place, dice, 'session', *VERBS[:7]))[0]
                 for _ in range(200)}
        ok(words >= {'ok', 'error'}, 'every one inside is answered', words)
    still_there(place, pid, 'noise')
    ok(wait_for(lambda: descriptors(pid) <= open_before),
       'no descriptor is left', (open_before, descriptors(pid)))


if __name__ == '__main__':
    tap.run(globals())
