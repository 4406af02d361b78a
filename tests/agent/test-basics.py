#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The session agent under load, fault and signals: what its askers see."""

import json
import os
import signal
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import processes, sections, tap   # noqa: E402
from support.processes import wait_for   # noqa: E402
from support.tap import equal, less, like, ok   # noqa: E402

WEB = 'sts:AssumeRoleWithWebIdentity'


def bind(place, *more):
    rig = place.rig
    place.configure(
        sections.web_identity(rig), sections.assume_role(rig),
        sections.aws(credential='deploy'), sections.aws('dev'),
        sections.octo(rig), sections.git(rig), *more)


def everybody(place, count, *command):
    """All at once; what each of them said."""
    started = [place.start(*command) for _ in range(count)]
    ended = [process.communicate(timeout=120) for process in started]
    return [(process.returncode, out.decode(), err.decode())
            for process, (out, err) in zip(started, ended)]


def test_100_askers_cold(place):
    bind(place)
    answers = everybody(place, 100, 'aws-credential-daypass')
    equal({code for code, _, _ in answers}, {0}, '100 askers: none fails')
    equal(len({out for _, out, _ in answers}), 1, 'all have the same')
    equal({err for _, _, err in answers}, {''}, 'in silence')
    equal(place.rig.counts(), {'identity:token': 1, WEB: 1,
                               'sts:AssumeRole': 1}, 'one mint a step')


def test_unreachable_exchange(place):
    bind(place, '[http]\n\ttimeout = 3s\n')
    place.rig.fault('sts', 'stall', count=-1)
    started = time.monotonic()
    answers = everybody(place, 20, 'aws-credential-daypass')
    # The limit is the chain's; the rest is what a machine under load takes.
    less(time.monotonic() - started, 3 + 15, 'all within the deadline')
    equal({(code, out) for code, out, _ in answers}, {(1, '')}, 'all fail')
    reasons = {err for _, _, err in answers}
    equal(len(reasons), 1, 'with one reason')
    like(reasons.pop(), r'^daypass: exchange aws-web-identity: timed out '
         r'.*localhost:\d+', 'that names who did not answer')


def test_rest(place):
    """After a failure its reason is told for a while, longer each time."""
    bind(place)
    place.rig.fault('sts', 'fail', count=-1)
    for _ in range(3):      # now it rests for 4 s
        reason = place.daypass('token', '--force', 'dev').err
    like(reason, 'AccessDenied', 'refused')
    place.rig.heal()
    place.rig.forget()
    done = place.daypass('token', 'dev')
    equal((done.code, done.err), (77, reason),
          'within the rest period: the same reason')
    equal(place.rig.counts(), {}, 'and nobody is asked')
    done = place.run('aws-credential-daypass')
    like(done.err, 'exchange aws-web-identity: AccessDenied',
         'nor for what stands on it')
    ok(wait_for(lambda: place.daypass('token', 'dev').code == 0),
       'after it, it is tried again')


def test_kill_agent(place):
    bind(place)
    first = place.run('aws-credential-daypass')
    pid = place.agent()
    processes.kill(pid)
    processes.wait_end(pid, 10)
    again = place.run('aws-credential-daypass')
    equal(again.code, 0, 'kill -9 of the agent: the next command works')
    ok(place.agent() not in (None, pid), 'with a new agent')
    ok(again.out != first.out, 'and a new credential')


def minting(place):
    """The agent's child, once the cloud has been asked."""
    wait_for(lambda: place.rig.count(WEB) > 0)
    return wait_for(lambda: processes.children(place.agent()))


def test_kill_agent_in_flight(place):
    bind(place)
    place.rig.fault('sts', 'stall')
    with place.start('aws-credential-daypass') as asker:
        child = minting(place)
        pid = place.agent()
        processes.kill(pid)
        out, err = asker.communicate(timeout=60)
    ok(asker.returncode == 0 and b'AccessKeyId' in out,
       'kill -9 of the agent in flight: the asker is served by the next',
       out, err)
    ok(wait_for(lambda: not set(child) & set(processes.all_pids())),
       'its child goes with it')


def test_kill_mint(place):
    bind(place)
    place.rig.fault('sts', 'stall')
    with place.start('aws-credential-daypass') as asker:
        for child in minting(place):
            processes.kill(child)
        out, err = asker.communicate(timeout=60)
    equal((asker.returncode, out), (1, b''), 'kill -9 of a mint: it fails')
    like(err.decode(), r'exchange aws-web-identity: its process was ended by '
         r'signal 9 .*localhost', 'with a name for it')
    ok(wait_for(lambda: place.run('aws-credential-daypass').code == 0, 10),
       'and the next one works')


def test_interrupted_asker(place):
    bind(place)
    place.rig.fault('sts', 'delay', seconds=1)
    with place.start('aws-credential-daypass',
                     start_new_session=True) as asker:
        minting(place)
        os.killpg(asker.pid, signal.SIGINT)
        asker.communicate(timeout=60)
    equal(asker.returncode, -signal.SIGINT, 'Ctrl-C of the tool')
    equal(place.run('aws-credential-daypass').code, 0, 'the next one works')
    equal(place.rig.count(WEB), 1, 'from the flight that was in the air')


def test_refresh_ahead(place):
    """Past 60 % of its life: answered at once, replaced behind the scenes."""
    rig = place.rig
    now = int(time.time())
    rig.change(identity={'claims': {'iat': now - 600, 'exp': now + 300}})
    place.configure(sections.docker('registry.rig.test'))

    def get():
        return place.run('docker-credential-daypass', 'get',
                         input='registry.rig.test').out

    first = get()
    rig.change(identity={'claims': {'iat': now, 'exp': now + 3600}})
    rig.fault('identity', 'delay', seconds=4)
    started = time.monotonic()
    equal(get(), first, 'past 60 % of its life: the same again')
    less(time.monotonic() - started, 4, 'at once')
    ok(wait_for(lambda: get() != first), 'replaced behind the scenes')
    equal(rig.count('identity:token'), 2, 'once')
    counters = json.loads(place.daypass('status', '--json').out)['counters']
    equal(counters['refreshes'], 1, 'and counted')


def test_no_caller_hangs(place):
    """run() waits for the end of both pipes: an agent that kept one open
    would hold it for an hour."""
    bind(place)
    started = time.monotonic()
    done = place.run('git-credential-daypass', 'get', input=(
        f'protocol=https\nhost={place.rig.git}\npath=acme/web\n\n'), limit=40)
    ok(done.out and place.agent(), 'a cold start', done)
    less(time.monotonic() - started, 20, 'the pipes end with the helper')


def descriptors(pid):
    at = f'/proc/{pid}/fd'
    return {int(fd): os.readlink(f'{at}/{fd}') for fd in os.listdir(at)}


def test_surroundings(place):
    """What the agent has taken along of the helper that started it."""
    bind(place)
    read, write = os.pipe()
    os.set_inheritable(write, True)
    place.run('aws-credential-daypass', pass_fds=[write],
              env={'SECRET_THING': 'x', 'AWS_ROLE_ARN': 'y'})
    os.close(write)
    pid = place.agent()
    equal(os.read(read, 1), b'', 'no descriptor of its starter')
    os.close(read)
    status = processes.status(pid)
    equal(status[2] == pid or status[2] != os.getsid(0), True,
          'a session of its own')
    if os.getuid() == 0:
        check_process(pid)


def check_process(pid):
    seen = descriptors(pid)
    equal([seen.get(n) for n in range(3)], ['/dev/null'] * 3,
          '0 to 2 are /dev/null')
    equal(os.readlink(f'/proc/{pid}/cwd'), '/', 'its directory is /')
    environment = processes.read(pid, 'environ')
    ok(b'SECRET_THING' not in environment and b'AWS_' not in environment,
       'its environment is the allowed one', environment)


def test_status_tells(place):
    bind(place)
    place.run('aws-credential-daypass')
    place.run('aws-credential-daypass')
    counters = json.loads(place.daypass('status', '--json').out)['counters']
    equal((counters['mints'], counters['hits']), (3, 1), 'counters')


if __name__ == '__main__':
    tap.run(globals())
