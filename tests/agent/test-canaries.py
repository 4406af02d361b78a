#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Nothing that daypass mints is in a file, an argument, an environment or a
URL; and a child's memory holds its own step's secrets alone."""

import json
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import canary, clients, processes, sections, tap   # noqa: E402
from support.tap import equal, ok   # noqa: E402


def bind(place):
    rig = place.rig
    place.configure(
        sections.web_identity(rig), sections.assume_role(rig),
        sections.aws(credential='deploy'), sections.octo(rig),
        sections.git(rig), sections.federation(rig),
        sections.service_account(rig), sections.token_exchange(rig),
        sections.docker('registry.rig.test'),
        sections.docker('europe-docker.pkg.dev', credential='gcp-ci'))


def use_everything(place):
    env = clients.git(place)
    url = place.rig['git'] + '/acme/web.git'
    for command in (
            ('git', 'clone', '-q', url, 'web'), ('aws-credential-daypass',),
            ('gcloud-credential-daypass',), ('daypass', 'token', 'api'),
            ('daypass', 'token', '--audience', 'x'), ('daypass', 'status'),
            ('daypass', 'doctor', 'aws', 'default')):
        done = place.run(*command, env={
            **env, 'GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE':
                place.rig['gcp_audience']})
        ok(done.code == 0, f'{" ".join(command[:2])} works', done)
    for host in ('registry.rig.test', 'europe-docker.pkg.dev'):
        done = place.run('docker-credential-daypass', 'get', input=host)
        ok(done.code == 0, f'docker: {host}', done)


def fail_everything(place):
    """Errors tell most: answers that hold secrets and cannot be used."""
    said = ''
    for mode in ('truncate', 'wrong-type', 'oversize', 'redirect'):
        for service in ('sts', 'octo', 'gcp_sts', 'gcp_iam', 'token_exchange'):
            place.rig.fault(service, mode, count=-1)
        for name in ('dev', 'deploy', 'gcp', 'gcp-ci', 'api'):
            done = place.daypass('token', '--force', name)
            said += done.out + done.err
        place.rig.heal()
    return said + place.daypass('status', '--json').out


def test_nothing_is_left(place):
    bind(place)
    with canary.Watch() as watch:
        use_everything(place)
        said = fail_everything(place)
        wanted = canary.needles(place.rig.secrets())
        ok(len(wanted) > 20, 'there are secrets to hunt for', len(wanted))
        equal(canary.in_files(place.directory, wanted), [],
              'no file: home, runtime directory, temporary files')
        place.daypass('end')
    equal(canary.in_files(place.directory, wanted), [], 'nor after the end')
    equal(watch.found(wanted), [], 'no argument, no environment')
    ok(len(watch.seen) > 10, 'which were looked at', len(watch.seen))
    ok(not canary.found_in(said.encode(), wanted), 'no error sentence')
    log = [(e['path'], e['query']) for e in place.rig.log()]
    ok(not canary.found_in(json.dumps(log).encode(), wanted), 'no URL')


def test_agent_is_closed(place):
    bind(place)
    place.run('aws-credential-daypass')
    limits = processes.read(place.agent(), 'limits').decode()
    core = next(line for line in limits.splitlines() if 'core file' in line)
    equal(core.split()[4:6], ['0', '0'], 'no core is written')
    status = processes.read(place.agent(), 'status').decode()
    locked = next(line for line in status.splitlines() if 'VmLck' in line)
    ok(int(locked.split()[1]) > 0, 'its secrets are locked', locked)


def test_child_memory(place):
    """While octo-sts is asked, the child that asks has the id token for it
    and not the AWS credential that the agent holds."""
    if os.getuid() != 0:
        raise tap.Skip('only root may look into their memory')
    bind(place)
    answer = json.loads(place.run('aws-credential-daypass').out)
    held = canary.needles([answer['SecretAccessKey'],
                           answer['SessionToken']])
    before = set(place.rig.secrets())
    place.rig.fault('octo', 'stall')
    with place.start('git-credential-daypass', 'get') as asker:
        asker.stdin.write(f'protocol=https\nhost={place.rig.git}\n'
                          'path=acme/web\n\n'.encode())
        asker.stdin.close()
        processes.wait_for(lambda: place.rig.count('octo:exchange'))
        own = canary.needles(set(place.rig.secrets()) - before)
        agent = place.agent()
        child, = processes.children(agent)
        ok(canary.in_memory(agent, held) > 0, 'the agent holds it')
        equal(canary.in_memory(child, held), 0, 'its child does not')
        ok(canary.in_memory(child, own) > 0, 'the child has its own')
        processes.kill(child)
        asker.wait(60)
    equal(canary.in_memory(agent, own | held) > 0, True, 'the agent lives')


if __name__ == '__main__':
    tap.run(globals())
