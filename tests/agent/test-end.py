#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""How a session ends: who may end it, and that what it held is revoked."""

import os
import signal
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import clients, processes, sections, tap   # noqa: E402
from support.tap import equal, like, ok   # noqa: E402


def bind(place, *more):
    rig = place.rig
    place.configure(sections.web_identity(rig), sections.aws(),
                    sections.octo(rig), sections.git(rig), *more)


def test_end_by_signals(place):
    bind(place)
    ask = (f'protocol=https\nhost={place.rig.git}\npath=acme/web\n\n')
    for number in (signal.SIGTERM, signal.SIGHUP):
        place.run('git-credential-daypass', 'get', input=ask)
        pid = place.agent()
        place.rig.forget()
        os.kill(pid, number)
        ok(processes.wait_end(pid, 20), f'{number.name} ends the session')
        equal(place.rig.count('github:revoke'), 1, 'and revokes')
        ok(not os.path.exists(place.socket), 'and the socket is gone')


def test_idle_end(place):
    bind(place, '[session]\n\tidle = 1s\n')
    place.run('aws-credential-daypass')
    pid = place.agent()
    ok(pid and processes.wait_end(pid, 30), 'nothing asked: the agent ends')


def test_leader(place):
    with place.start('cat') as leader:
        bind(place, f'[session]\n\tleader = {leader.pid}\n')
        place.run('aws-credential-daypass')
        pid = place.agent()
        ok(pid, 'a session with a leader')
        leader.stdin.close()
        ok(processes.wait_end(pid, 30), 'ends with it')


def test_runtime_directory_removed(place):
    bind(place)
    place.run('aws-credential-daypass')
    pid = place.agent()
    os.unlink(place.socket)
    for name in os.listdir(place.path('run/daypass')):
        os.unlink(place.path('run/daypass', name))
    os.rmdir(place.path('run/daypass'))
    ok(processes.wait_end(pid, 30), 'its directory goes, the agent goes')
    equal(place.run('aws-credential-daypass').code, 0, 'the next one works')


def test_end_revokes(place):
    bind(place)
    env = clients.git(place)
    url = place.rig['git'] + '/acme/web.git'
    equal(place.run('git', 'clone', '-q', url, 'first', env=env).code, 0,
          'a clone works')
    token = place.daypass('token', '--for', url).out.strip()
    basic = {'GIT_ASKPASS': place.write(
        'bin/askpass', '#!/bin/sh\necho "$OLD"\n', 0o700), 'OLD': token,
        'GIT_CONFIG_GLOBAL': '/dev/null', **{n: v for n, v in env.items()
                                             if n != 'GIT_CONFIG_GLOBAL'}}
    equal(place.run('git', 'clone', '-q', url, 'second', env=basic).code, 0,
          'the credential opens it by itself')
    place.daypass('end')
    done = place.run('git', 'clone', '-q', url, 'third', env=basic)
    equal(done.code, 128, 'after daypass end it does not')
    like(done.err, 'Authentication failed', 'it is refused')


if __name__ == '__main__':
    tap.run(globals())
