#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What each tool does while a person is waited for, and what it is told."""

import json
import os
import signal
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import clients, processes, sections, tap, wire   # noqa: E402
from support.crowd import Crowd   # noqa: E402
from support.people import Approver   # noqa: E402
from support.registry import Registry, image, need   # noqa: E402
from support.tap import equal, less, like, ok   # noqa: E402

WAITS = r'^daypass: waiting for approval: daypass approve [a-z0-9]{8} '


def configure(place, *more, **asks):
    """Everything wants an approval."""
    rig = place.rig
    place.configure(
        sections.octo(rig, scope='acme/web'), sections.git(rig),
        sections.web_identity(rig), sections.aws(), *more,
        sections.section('policy', 'self', rule=['id', 'all']),
        sections.section('rule', 'id', verdict='approve',
                         target='id-token:**', **asks),
        sections.section('rule', 'all', verdict='approve', **asks))
    place.daypass('begin')


def end(process, limit=60):
    out, err = process.communicate(timeout=limit)
    return process.returncode, out.decode(), err.decode()


def approve(place, count=1, **more):
    """Every request, when there are so many."""
    person = Approver(place)
    assert processes.wait_for(lambda: len(person.waiting()) >= count, 20)
    for approval in person.waiting():
        person.say('approve', approval, **more)


def test_git(place):
    configure(place)
    env = clients.git(place)
    url = place.rig['git'] + '/acme/web'
    clone = place.start('git', 'clone', '-q', url, 'work', env=env)
    approve(place)
    code, _, err = end(clone)
    equal(code, 0, 'git waits, and works')
    like(err, WAITS, 'and shows for what')
    done = place.run('git', '-C', 'work', 'fetch', env=env)
    equal((done.code, done.err), (0, ''), 'the grant holds, in silence')


def test_git_denied(place):
    configure(place)
    env = clients.git(place)
    clone = place.start('git', 'clone', '-q', place.rig['git'] + '/acme/web',
                        'work', env=env)
    person = Approver(place)
    person.say('deny', person.one(), reason='read the wiki first')
    code, _, err = end(clone)
    equal(code, 128, 'git: denied')
    like(err, 'was not approved: read the wiki first; asking again will not '
         'help', 'git shows the reason')


def aws(place):
    env = clients.aws(place)
    if not os.access('/usr/bin/aws', os.X_OK):
        raise tap.Skip('/usr/bin/aws is not installed')
    return env, ('/usr/bin/aws', '--endpoint-url', place.rig['sts'], 'sts',
                 'get-caller-identity')


def test_aws(place):
    configure(place)
    env, command = aws(place)
    calling = place.start(*command, env=env)
    approve(place)
    code, out, _ = end(calling)
    ok(code == 0 and ':assumed-role/dev/' in out, 'aws waits, and works')
    helper = place.start('aws-credential-daypass', '--credential', 'dev')
    approve(place)
    code, out, err = end(helper)
    ok(code == 0 and 'SecretAccessKey' in out, 'its helper')
    like(err, WAITS, 'says on stderr for what')


def test_docker(place):
    """skopeo, in both ways: what its helper prints on stdout is the answer."""
    skopeo, = need('skopeo')
    source = image(place)
    with Registry(place) as registry:
        configure(place, sections.docker(registry.host))
        env = clients.containers(place, registry.host)
        there = f'docker://{registry.host}/acme/web:v1'
        push = place.start(skopeo, 'copy', source, there, env=env)
        approve(place)
        code, _, err = end(push)
        ok(code == 0, 'skopeo waits, and works', err)
        like(err, WAITS.lstrip('^'), 'and shows for what')


def test_docker_helper(place):
    configure(place, sections.docker('registry.rig.test'))
    asking = place.start('docker-credential-daypass', 'get')
    asking.stdin.write(b'registry.rig.test\n')
    asking.stdin.close()
    asking.stdin = None
    person = Approver(place)
    person.say('deny', person.one(), reason='no images today')
    code, out, err = end(asking)
    equal(code, 1, 'docker: denied')
    like(out, '^daypass: policy: .* not approved: no images today',
         'docker: the sentence is the answer')
    like(err, WAITS, 'docker: the wait is not')


def gcloud(place):
    return {'GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE': place.rig['gcp_audience'],
            'GOOGLE_EXTERNAL_ACCOUNT_TOKEN_TYPE':
                'urn:ietf:params:oauth:token-type:jwt'}


def test_gcloud(place):
    configure(place)
    begun = time.monotonic()
    done = place.run('gcloud-credential-daypass', env=gcloud(place))
    took = time.monotonic() - begun
    said = json.loads(done.out)
    equal((done.code, done.err), (0, ''), 'gcloud: not a word on stderr')
    equal((said['success'], said['code']), (False, 'REFUSED'),
          'gcloud: the failure in its own form')
    like(said['message'], 'daypass approve [a-z0-9]{8} .*then try again',
         'gcloud: says what to do')
    ok(19 < took < 25, 'gcloud: within its libraries\' 30 s', took)
    approve(place)
    done = place.run('gcloud-credential-daypass', env=gcloud(place))
    ok(json.loads(done.out)['success'], 'gcloud: a retry works')


def test_nats(place):
    configure(place, sections.section(
        'nats', 'nats://127.0.0.1:4222', credential='id-token'))
    asking = place.start('nats-credential-daypass', 'nats://127.0.0.1:4222')
    approve(place)
    code, out, err = end(asking)
    ok(code == 0 and out.startswith('eyJ'), 'nats waits, and works', err)
    like(err, WAITS, 'and shows for what')


def test_patience(place):
    """Who waits for less than the request does comes again; who would wait
    for longer is told when it is over."""
    configure(place, sections.section('approval', None, timeout='3s'))
    ask = {'tool': 'aws', 'target': 'default'}
    word, said = wire.ask(place, wire.request(
        place, 'get', **ask, patience=1))
    # the first message tells of the wait, the second is the answer
    equal(word, 'wait', 'a wait is told of')
    like(said['text'], 'then try again', 'patience over, the request stays')
    person = Approver(place)
    approval = person.one()
    _, said = wire.ask(place, wire.request(place, 'get', **ask, patience=60))
    like(said['text'], 'nobody answered in time', 'the request is over')
    ok(not person.pending(), 'and gone')
    asking = place.start('aws-credential-daypass')
    ok(person.one()['id'] != approval['id'], 'the next one is new')
    approve(place)
    equal(end(asking)[0], 0, 'and can be approved')


def test_killed(place):
    configure(place)
    asking = place.start('aws-credential-daypass')
    person = Approver(place)
    person.one(waiting=1)
    asking.kill()
    asking.communicate()
    ok(processes.wait_for(lambda: person.one()['waiting'] == 0, 10),
       'a killed tool leaves no waiter')
    equal(place.rig.count('sts:AssumeRoleWithWebIdentity'), 0,
          'nothing is minted for it')
    approve(place)
    equal(place.run('aws-credential-daypass').code, 0,
          'what it asked for can be approved all the same')


def test_hundred(place):
    configure(place)
    crowd = Crowd(place, 100, 'aws-credential-daypass')
    crowd.open()
    person = Approver(place)
    person.one(waiting=100, seconds=60)
    equal(len(person.pending()), 1, 'a hundred tools, one request')
    begun = time.monotonic()
    person.say('approve', person.one(), once=1)
    codes, outputs, _, _ = crowd.wait()
    equal(set(codes), {0}, 'all are served')
    equal(len(outputs), 100, 'with a credential each')
    less(time.monotonic() - begun, 20, 'soon')
    equal(place.rig.count('sts:AssumeRoleWithWebIdentity'), 1, 'by one mint')
    equal(person.pending(), [], 'once: nothing is left')


def test_agent_ends(place):
    configure(place)
    asking = place.start('aws-credential-daypass')
    Approver(place).one(waiting=1)
    place.daypass('end')
    code, out, err = end(asking)
    equal((code, out), (1, ''), 'the session ends meanwhile: a failure')
    like(err, 'the agent has ended while this waited for an approval',
         'that says so')


def test_agent_killed(place):
    configure(place)
    asking = place.start('aws-credential-daypass')
    person = Approver(place)
    first = person.one(waiting=1)
    pid = place.agent()
    processes.kill(pid, signal.SIGKILL)
    processes.wait_end(pid, 20)
    ok(processes.wait_for(place.agent, 20), 'killed: another agent is there')
    other = person.one(waiting=1)
    ok(other['id'] != first['id'], 'which asks anew')
    word, said = person.say('approve', first)
    equal((word, said['fault']), ('error', 'usage'), 'the old one is unknown')
    approve(place)
    code, _, err = end(asking)
    equal(code, 0, 'the tool is served')
    equal(len(err.strip().split('\n')), 2, 'and was told of both')


if __name__ == '__main__':
    tap.run(globals())
