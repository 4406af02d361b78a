#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Nothing that daypass mints or is handed is in a file, a log, a core, an
argument, an environment or a URL; and a child's memory holds its own step's
secrets alone."""

import json
import os
import shutil
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import canary, clients, processes, sections, tap   # noqa: E402
from support.elf import pages   # noqa: E402
from support.foreground import Foreground   # noqa: E402
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


def test_log(place):
    """What an agent on a terminal tells of its work."""
    bind(place)
    with Foreground(place) as agent:
        use_everything(place)
        fail_everything(place)
        wanted = canary.needles(place.rig.secrets())
        pid = place.agent()
    said = agent.said()
    ok(len(said.splitlines()) > 20, 'a log of mints and failures', said)
    ok('minted' in said and 'revoked' in said, 'from the first to the last')
    equal(canary.in_files(place.directory, wanted), [], 'without a secret')
    equal(agent.process.returncode, 0, f'agent {pid} has ended well')


def test_killed(place):
    """Nothing has been put on disk in case of need."""
    bind(place)
    use_everything(place)
    wanted = canary.needles(place.rig.secrets())
    pid = place.agent()
    processes.kill(pid)
    processes.wait_end(pid, 20)
    equal(canary.in_files(place.directory, wanted), [],
          'after kill -9: no file')


def test_agent_is_closed(place):
    bind(place)
    place.run('aws-credential-daypass')
    limits = processes.read(place.agent(), 'limits').decode()
    core = next(line for line in limits.splitlines() if 'core file' in line)
    equal(core.split()[4:6], ['0', '0'], 'no core is written')
    status = processes.read(place.agent(), 'status').decode()
    locked = next(line for line in status.splitlines() if 'VmLck' in line)
    ok(int(locked.split()[1]) > 0, 'its secrets are locked', locked)


def core(place, pid, *options):
    """What a debugger takes down of a process that goes on."""
    if os.getuid() != 0 or not shutil.which('gcore'):
        raise tap.Skip('only root, with gdb, may take their cores')
    path = place.path('core')
    done = place.run('gcore', *options, '-o', path, str(pid))
    path = f'{path}.{pid}'
    if done.code:
        raise tap.Skip(f'no core here: {done.err}')
    with open(path, 'rb') as source:
        data = source.read()
    os.unlink(path)
    return b'\n'.join(pages(data))


def found(data, wanted):
    return sum(needle in data for needle in wanted)


def job(place):
    """The variables of a job, which hold a secret."""
    return {'GITHUB_ACTIONS': 'true',
            'ACTIONS_ID_TOKEN_REQUEST_URL': place.rig['github_token_url'],
            'ACTIONS_ID_TOKEN_REQUEST_TOKEN':
                place.rig['github_request_token']}


def test_core_of_the_agent(place):
    """What it holds is in its memory, and not in its core; nor what it has
    been handed by those who ask."""
    bind(place)
    use_everything(place)
    fail_everything(place)
    done = place.daypass('token', '--audience', 'y', env=job(place))
    equal(done.code, 0, 'a job brings a token of its own')
    secrets = [*place.rig.secrets(), place.rig['github_request_token']]
    wanted = canary.needles(secrets)
    agent = place.agent()
    equal(found(core(place, agent), wanted), 0, 'the pages of a core: none')
    whole = found(core(place, agent, '-a'), wanted)
    ok(whole > 10, 'with what is to be left out: many', whole)


def stalled(place, service, *command, said='', env=None):
    """(asker, child): a mint that waits for this service."""
    place.rig.forget()
    place.rig.fault(service, 'stall')
    asker = place.start(*command, env=env)
    asker.stdin.write(said.encode())
    asker.stdin.close()
    asker.stdin = None
    processes.wait_for(lambda: any(name.startswith(f'{service}:')
                                   for name in place.rig.counts()))
    child, = processes.children(place.agent())
    return asker, child


def check_child(place, child, own, held, name):
    agent = place.agent()
    for options in ((), ('-a',)):
        data = core(place, child, *options)
        equal(found(data, held), 0,
              f'{name}: a core {" ".join(options)}: nothing of others')
    ok(found(data, own) > 0, f'{name}: its own is there')
    equal(canary.in_memory(child, held), 0, f'{name}: nor in all its memory')
    ok(canary.in_memory(agent, held) > 0, f'{name}: the agent holds it')


def test_core_of_a_child(place):
    """While octo-sts is asked, the child that asks has the id token for it
    and not what the agent holds."""
    bind(place)
    answer = json.loads(place.run('aws-credential-daypass').out)
    held = canary.needles([answer['SecretAccessKey'],
                           answer['SessionToken']])
    before = set(place.rig.secrets())
    asker, child = stalled(
        place, 'octo', 'git-credential-daypass', 'get',
        said=f'protocol=https\nhost={place.rig.git}\npath=acme/web\n\n')
    own = canary.needles(set(place.rig.secrets()) - before)
    check_child(place, child, own, held, 'a child for octo-sts')
    processes.kill(child)
    asker.communicate(timeout=60)
    equal(canary.in_memory(place.agent(), own | held) > 0, True,
          'the agent lives')


def test_core_of_a_later_step(place):
    """The third step has what the second one made, and not the token with
    which the chain began; nor has it the asker's variables."""
    bind(place)
    wanted = canary.needles([place.rig['github_request_token']])
    place.rig.change(roles={place.rig['role_deploy']: {'max_session': 3600}})
    before = set(place.rig.secrets())
    place.daypass('token', 'dev', env=job(place))
    tokens = canary.needles(s for s in set(place.rig.secrets()) - before
                            if s.startswith('eyJ'))
    ok(tokens, 'the id token is known')
    own = set(place.rig.secrets()) - before
    place.rig.fault('sts', 'stall', operation='AssumeRole')
    asker, child = stalled(place, 'sts', 'daypass', 'token', 'deploy',
                           env=job(place))
    check_child(place, child, canary.needles(
        s for s in own if not s.startswith('eyJ')), tokens,
        'the second exchange')
    equal(canary.in_memory(child, wanted), 0, 'nor the request token')
    processes.kill(child)
    asker.communicate(timeout=60)


if __name__ == '__main__':
    tap.run(globals())
