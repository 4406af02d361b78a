#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`daypass run`: a command in a child session, and what becomes of both."""

import json
import os
import signal
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import processes, sections, tap, terminal   # noqa: E402
from support.ordinary import Ordinary   # noqa: E402
from support.tap import equal, like, ok   # noqa: E402

WAYS = ((), ('--as', 'agent:test'))     # counted, and isolated


def configure(place, *more):
    place.configure(sections.octo(place.rig, scope='acme/web'), *more)


def run(place, *command, options=(), **more):
    return place.daypass('run', *options, '--', *command, **more)


def ways(place):
    """Each way, with a word for it."""
    for way in WAYS:
        if way:
            place.need_spaces()
        yield way, 'isolated' if way else 'counted'


def status(place):
    return json.loads(place.daypass('status', '--json').out)


def sessions(place):
    return [s['name'] for s in status(place)['sessions']]


def start(place, *command, options=(), **more):
    return place.start('daypass', 'run', *options, '--', *command, **more)


def leader(place):
    """Of the one session that there is, when it is there."""
    def look():
        return status(place)['sessions']
    return processes.wait_for(look, 20)[0]['leader']


def gone(place, text):
    """Waits until no process has this in its environment."""
    return processes.wait_for(
        lambda: not processes.with_environment(text), 10)


def test_usage(place):
    for words, pattern in (
            ((), 'name a command'), (('--ttl', 'soon', 'true'), 'no duration'),
            (('--advisory', 'true'), 'goes with --as'),
            (('--as', 'self', 'true'), 'is neither self nor unknown'),
            (('--as', 'a b', 'true'), 'letters, digits')):
        done = place.daypass('run', *words)
        equal(done.code, 64, f'run {" ".join(words)}: usage')
        like(done.err, pattern, 'says what is wrong')


def test_status(place):
    for way, word in ways(place):
        for script, code in (('exit 0', 0), ('exit 7', 7),
                             ('kill -TERM $$', -15), ('kill -9 $$', -9)):
            equal(run(place, 'sh', '-c', script, options=way).code, code,
                  f'{word}: {script}')
        done = run(place, 'nosuch-program', options=way)
        equal(done.code, 127, f'{word}: no such program')
        like(done.err, "cannot run 'nosuch-program'", 'is said')
        equal(run(place, '/etc/passwd', options=way).code, 126,
              f'{word}: no program at all')
        done = run(place, 'cat', input='through\n', options=way)
        equal((done.out, done.err), ('through\n', ''), f'{word}: streams')
        done = place.daypass('run', *way, 'echo', '-n', '--as', 'x')
        equal(done.out, '--as x', f"{word}: the command's own options")


def test_signals(place):
    script = ('trap "echo term; exit 3" TERM; trap "echo usr1" USR1;'
              'trap "echo int" INT; echo up; while :; do sleep 0.05; done')
    for way, word in ways(place):
        process = start(place, 'sh', '-c', script, options=way)
        equal(process.stdout.readline(), b'up\n', f'{word}: it runs')
        pid = leader(place)
        for number, said in ((signal.SIGUSR1, b'usr1\n'),
                             (signal.SIGINT, b'int\n')):
            os.kill(pid, number)
            equal(process.stdout.readline(), said,
                  f'{word}: {number.name} is passed on')
        os.kill(pid, signal.SIGTERM)
        equal(process.communicate(timeout=20)[0], b'term\n',
              f'{word}: SIGTERM too')
        equal(process.returncode, 3, f'{word}: which it answers')


def test_terminal(place):
    """An interactive shell, and what is typed into it."""
    for way, word in ways(place):
        command = ' '.join(('daypass run', *way, '--'))
        with terminal.Shell(place) as shell:
            shell.say(f'{command} tty')
            ok(shell.see('/dev/pts/'), f'{word}: it is the same terminal')
            shell.prompt()
            shell.say(f'{command} sh -c "echo up; exec cat"')
            shell.see('up\r\n')
            shell.say('hello')
            ok(shell.see('hello\r\n'), f'{word}: cat answers')
            shell.type('\x03')
            shell.prompt()
            shell.say('echo code=$?')
            ok(shell.see('code=130'), f'{word}: ^C ends it as it would')
            shell.prompt()
            shell.say(f'{command} sh -c "echo up; cat; echo bye"')
            shell.see('up\r\n')
            shell.say('there')
            shell.see('there\r\n')
            shell.type('\x1a')
            ok(shell.see('Stopped'), f'{word}: ^Z stops it')
            shell.prompt()
            shell.say('echo $((20 + 3))')
            ok(shell.see('23'), f'{word}: the shell has the terminal')
            shell.prompt()
            shell.say('fg')
            shell.see('bye"\r\n')
            shell.say('more')
            ok(shell.see('more\r\n'), f'{word}: fg goes on')
            shell.type('\x04')
            ok(shell.see('bye'), f'{word}: to its end')
            shell.prompt()
            inside(shell, command, word)


def inside(shell, command, word):
    """A shell with jobs of its own, in the session."""
    shell.say(f'{command} bash --norc --noprofile -i')
    shell.prompt()
    shell.say('sh -c "echo up; exec cat"')
    shell.see('up\r\n')
    shell.say('there')
    shell.see('there\r\n')
    shell.type('\x1a')
    ok(shell.see('Stopped'), f'{word}: a shell inside has jobs')
    shell.prompt()
    shell.say('fg')
    shell.see('cat"\r\n')
    shell.type('\x04')
    shell.prompt()
    shell.say('exit')
    shell.see('exit\r\n')
    shell.prompt()
    shell.say(f"sh -c '{command} bash --norc --noprofile -i; read x;"
              " echo got $x'")
    shell.prompt()
    shell.say('exit')
    shell.see('exit\r\n')
    time.sleep(0.5)
    shell.say('word')
    ok(shell.see('got word'), f'{word}: a script has it back, too')
    shell.prompt()
    shell.say('echo out=$((40 + 2)) $DAYPASS_SESSION.')
    ok(shell.see('out=42 .'), f'{word}: and gives the terminal back')


def test_orphans(place):
    """What daemonises stays in the session, which lasts as long."""
    configure(place)
    place.daypass('begin')
    for way, word in ways(place):
        begun = time.monotonic()
        done = run(place, 'sh', '-c', (
            '(setsid sh -c "sleep 1; daypass status --json >orphan"'
            ' >/dev/null 2>&1 &) ; echo left'), options=way)
        equal(done.out, 'left\n', f'{word}: the command is done')
        ok(time.monotonic() - begun > 1, f'{word}: run waits for the rest')
        with open(place.path('home/orphan'), encoding='utf-8') as said:
            names = [s['name'] for s in json.load(said)['sessions']]
        equal(names, [way[1] if way else 'run'],
              f'{word}: the orphan is in the session')
        process = start(place, 'sh', '-c', 'sleep 300 >/dev/null & echo up',
                        options=way)
        process.stdout.readline()
        pid = leader(place)
        time.sleep(0.2)
        os.kill(pid, signal.SIGTERM)
        process.communicate(timeout=20)
        equal(process.returncode, 0, f'{word}: SIGTERM reaches the rest')


def test_ledger(place):
    configure(place)
    for way, word in ways(place):
        place.rig.forget()
        done = run(place, 'daypass', 'token', 'github', options=way)
        ok(done.out.startswith('ghs_'), f'{word}: a credential', done)
        ok(processes.wait_for(
            lambda: place.rig.count('github:revoke') == 1, 10),
            f'{word}: is taken back with the session')
        equal(status(place)['credentials'], [], f'{word}: none is held')
        equal(sessions(place), [], f'{word}: and no session')


def test_own_entries(place):
    """What others hold is not shown, not used, not erased."""
    configure(place)
    ours = place.daypass('token', 'github').out
    for way, word in ways(place):
        done = run(place, 'sh', '-c', (
            'daypass status --json; daypass token github'), options=way)
        seen, theirs = done.out.splitlines()
        equal(json.loads(seen)['credentials'], [], f'{word}: sees none')
        ok(theirs != ours.strip(), f'{word}: has its own')
        equal(place.daypass('token', 'github').out, ours,
              f'{word}: ours is as it was')


def test_time_is_up(place):
    configure(place)
    for way, word in ways(place):
        done = run(place, 'sh', '-c', (
            'daypass token github >/dev/null || exit 9; sleep 1.5;'
            'daypass token github; echo code=$?'),
            options=('--ttl', '1s', *way))
        equal((done.code, done.out), (0, 'code=77\n'),
              f'{word}: nothing more is handed out')
        like(done.err, r'daypass: (run|agent:test): its time is up: the '
             'command goes on without credentials\n.*is over', 'says so')
        equal(place.rig.count('github:revoke') > 0, True,
              f'{word}: and it is taken back')


def test_listed(place):
    place.need_spaces()
    process = start(place, 'sleep', '300', options=(
        '--as', 'agent:test', '--ttl', '1h', '--reason', 'to see'))
    leader(place)
    shown = status(place)['sessions'][0]
    equal((shown['name'], shown['reason'], shown['advisory'], shown['over'],
           shown['leader']),
          ('agent:test', 'to see', False, False, process.pid), 'status')
    ok(shown['until'] > shown['since'], 'until when')
    like(place.daypass('status').out, r'agent:test .*in \d\d min .*to see',
         'as text')
    process.terminate()
    process.communicate(timeout=20)


def test_nested(place):
    """What is inside has no more than what is around it."""
    place.need_spaces()
    configure(place, sections.section('policy', 'agent:outer', rule=['no']),
              sections.section('rule', 'no', verdict='deny',
                               credential='github', text='not for outer'))
    for inner in (('--as', 'agent:inner'), ()):
        done = run(place, 'daypass', 'run', *inner, '--', 'daypass', 'token',
                   'github', options=('--as', 'agent:outer'))
        equal((done.code, done.out), (77, ''), f'nested {inner}: denied')
        like(done.err, 'not for outer', 'by the policy of what is around')
    done = run(place, 'daypass', 'run', '--', 'sh', '-c', (
        'sleep 1.3; daypass token --audience x; echo code=$?'),
        options=('--ttl', '1s'))
    equal(done.out, 'code=77\n', 'nor for longer')
    like(done.err, 'daypass: run: the session around it is over', 'says so')
    deep = ['daypass', 'run'] * 9
    like(run(place, *deep, 'true').err, 'nested 8 deep', 'and not for ever')


def test_run_killed(place):
    """kill -9 of `daypass run`: its tree and its credentials go with it."""
    place.need_spaces()
    configure(place)
    process = start(place, 'sh', '-c', (
        'export MARK=marked-by-test; daypass token github >/dev/null; echo up;'
        '(setsid sleep 300 &); sleep 300'), options=('--as', 'agent:test'))
    process.stdout.readline()
    ok(processes.wait_for(lambda: processes.with_environment(
        'marked-by-test'), 10), 'the tree is there')
    os.kill(leader(place), signal.SIGKILL)
    process.communicate(timeout=20)
    ok(gone(place, 'marked-by-test'), 'nothing of it is left')
    ok(processes.wait_for(lambda: place.rig.count('github:revoke') == 1, 10),
       'the ledger is revoked')
    equal(sessions(place), [], 'and the session is over')


def test_agent_killed(place):
    """Another one is started, from outside, and knows the session."""
    configure(place)
    for way, word in ways(place):
        process = start(place, 'sh', '-c', (
            'while read line; do daypass status --json; done'), options=way)

        def ask():
            process.stdin.write(b'\n')
            process.stdin.flush()
            return json.loads(process.stdout.readline())['sessions']
        before = ask()
        agent = place.agent()
        os.kill(agent, signal.SIGKILL)
        ok(processes.wait_for(lambda: place.agent() not in (None, agent), 10),
           f'{word}: another agent')
        equal(ask(), before, f'{word}: it is the same session')
        process.communicate(timeout=20)
        equal(process.returncode, 0, f'{word}: which ends in peace')
        ok(processes.wait_for(lambda: not sessions(place), 10),
           f'{word}: for all')


def test_no_agent(place):
    """Where none can be started, an isolated command is killed."""
    for way, word in ways(place):
        process = start(place, 'sh', '-c', 'echo up; sleep 2; echo alive',
                        options=way)
        process.stdout.readline()
        agent = place.agent()
        away = place.path('programs/away')
        os.rename(place.path('programs/daypass-agent'), away)
        os.kill(agent, signal.SIGKILL)
        out, err = process.communicate(timeout=20)
        os.rename(away, place.path('programs/daypass-agent'))
        equal((process.returncode, out), (-9, b'') if way else
              (0, b'alive\n'), f'{word}: what becomes of it')
        like(err.decode(), 'the agent has died, and no other can be started',
             f'{word}: says why')


def test_agent_ended(place):
    """A person has ended it: that is no accident."""
    configure(place)
    for way, word in ways(place):
        process = start(place, 'sh', '-c', (
            'echo up; read line; daypass token github; echo code=$?;'
            'read line; daypass token github'), options=way)
        process.stdout.readline()
        place.daypass('end', '--hold')
        like(process.stderr.readline().decode(), 'the agent has ended',
             f'{word}: it is told')
        process.stdin.write(b'\n')
        process.stdin.flush()
        equal(process.stdout.readline(), b'code=77\n', f'{word}: held')
        place.daypass('begin')
        leader(place)
        process.stdin.write(b'\n')
        out, err = process.communicate(timeout=20)
        ok(out.startswith(b'ghs_'), f'{word}: a new one serves it again', err)


def test_dead_asker(place):
    """Whose chain of parents cannot be followed is nobody we know."""
    configure(place)
    place.daypass('begin')
    process = start(place, 'sleep', '300')
    leader(place)
    script = '''
import os, socket, sys, time
ours = socket.socket(socket.AF_UNIX)
ours.connect(sys.argv[1])
parent = os.getpid()
if os.fork():
    os._exit(0)
while ') S ' in (said := open(f'/proc/{parent}/stat').read()) or \
        ') R ' in said:
    time.sleep(0.01)
ours.sendall(b'daypass=1 status\\n\\n')
print(ours.makefile().read())
'''
    done = place.run('/usr/bin/python3', '-c', script, place.socket)
    like(done.out, 'cannot be told which session this process belongs to',
         'who has connected and is dead: denied')
    process.terminate()
    process.communicate(timeout=20)
    done = place.run('/usr/bin/python3', '-c', script, place.socket)
    like(done.out, '^daypass=1 ok', 'without a child session: as ever')


def check_of(shown, name):
    return [c['ok'] for c in shown['checks'] if c['name'] == name]


def test_doctor(place):
    """What another would be given; nothing is minted for it."""
    git = place.rig['git'] + '/acme/web'
    configure(place, sections.git(place.rig), sections.web_identity(
        place.rig), sections.aws(), sections.section(
            'policy', 'agent:*', rule=['code', 'short']), sections.section(
                'rule', 'code', verdict='allow', tool='git', max_ttl='15m',
                scope='acme/web'), sections.section(
                    'rule', 'short', verdict='approve', credential='dev'))

    def doctor(name, *target):
        done = place.daypass('doctor', '--json', '--as', name, *target)
        return done.code, json.loads(done.out)
    code, shown = doctor('agent:test', 'git', git)
    equal((code, shown['verdict']), (0, {
        'decision': 'allow', 'policy': 'agent:*', 'rule': 'code',
        'max_ttl': 900, 'limits': ['scope=acme/web'], 'scoped': True}),
        'the rule that decides, and what it leaves')
    like(place.daypass('doctor', '--as', 'agent:test', 'git', git).out,
         r'setting +scope=acme/web.*verdict  allow, by \[policy "agent:\*"\] '
         'rule "code"', 'as text, with the request as narrowed')
    code, shown = doctor('agent:test', 'aws', 'default')
    equal((code, shown['verdict']['decision'], shown['verdict']['scoped'],
           check_of(shown, 'scope')), (0, 'approve', False, [False]),
          'a role: a person is asked, and it opens more than its target')
    code, shown = doctor('agent:test', 'id-token', 'x')
    equal((code, shown['verdict']['decision']), (77, 'deny'),
          'what no rule allows')
    code, shown = doctor('other', 'aws', 'default')
    equal((code, shown['verdict']['policy'], check_of(shown, 'policy')),
          (0, None, [False]), 'who has no policy is marked')
    equal(place.rig.counts(), {}, 'and nobody was asked')
    place.need_spaces()
    code, shown = doctor('agent:test')
    parts = ['user', 'user-namespace', 'mount-namespace', 'terminals',
             'pid-namespace', 'capabilities', 'no-new-privs', 'seccomp']
    equal((code, [check_of(shown, part) for part in parts]),
          (0, [[True]] * len(parts)), 'the parts of the isolation')
    done = run(place, 'daypass', 'doctor', options=('--as', 'agent:test'))
    like(done.out, 'ok +session +this is inside of the session agent:test',
         'and from inside, where that is')


def test_nowhere(place):
    done = run(place, 'true', env={'DAYPASS_RUNTIME_DIR': '/proc/daypass'})
    equal(done.code, 71, 'no agent can stay: no session')
    like(done.err, 'no agent can stay here', 'says so')


if __name__ == '__main__':
    tap.run(globals(), Ordinary)
