#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A script that works as a coding agent does, with real clients, in a child
session: what it may have works, what it must ask for waits for a person, and
what it must not have is denied so that it does not try again."""

import os
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..'))

from support import canary, clients, processes, sections, tap   # noqa: E402
from support.child_session import ChildSession   # noqa: E402
from support.people import Approver   # noqa: E402
from support.registry import Registry, image   # noqa: E402
from support.tap import equal, like, ok   # noqa: E402

ERRAND = os.path.join(HERE, 'errand-agent.sh')
PEERS = os.environ.get('DAYPASS_PEERS', '/var/cache/daypass-peers')
MODULES = os.environ.get('DAYPASS_NODE_MODULES',
                         os.path.join(PEERS, 'node_modules'))
GOOGLE = shutil.which('node') and os.path.isdir(
    os.path.join(MODULES, 'google-auth-library'))
HELLO = '/storage/v1/b/demo/o/hello.txt?alt=media'
IMAGES = all(map(shutil.which, ('skopeo', 'umoci', 'docker-registry')))


def rule(name, verdict, **more):
    return sections.section('rule', name, verdict=verdict, **more)


def write_url(rig):
    return rig['git'].replace('https://', 'https://write@') + '/acme'


def configure(place, host):
    """As docs/howto-agents.md has it."""
    rig = place.rig
    policy = dict(rig.cloud.world['octo']['policies']['acme/web']['daypass'])
    rig.change(octo={'policies': {'acme/web': {
        'agent-read': {**policy, 'permissions': {'contents': 'read'}},
        'agent-write': policy}}})
    place.configure(
        sections.octo(rig, 'read', identity_name='agent-read'),
        sections.octo(rig, 'write', identity_name='agent-write'),
        sections.git(rig, '/acme', credential='read'),
        sections.section('git', write_url(rig), credential='write'),
        sections.docker(host), sections.web_identity(rig, 'dev'),
        sections.assume_role(rig, 'prod'), sections.aws(),
        sections.aws('prod', credential='prod'),
        sections.section('policy', 'agent:*', rule=[
            'production', 'pushes', 'code', 'images', 'account', 'google']),
        rule('production', 'deny', credential='prod*',
             text='production is for people; write a change request'),
        rule('pushes', 'approve', credential='write', max_ttl='10m'),
        rule('code', 'allow', credential='read', max_ttl='15m',
             target=f'{rig["git"]}/acme/web'),
        rule('images', 'allow', target=f'id-token:https://{host}'),
        rule('account', 'allow', credential='dev'),
        rule('google', 'allow', target='id-token:https://iam.googleapis.com'
             '/**'))


def environment(place, host):
    pushes = (f'[url "{write_url(place.rig)}/"]\n'
              f'\tpushInsteadOf = {place.rig["git"]}/acme/\n')
    return {**clients.git(place, more=pushes),
            **clients.containers(place, host),
            **clients.aws(place, 'default', 'prod'),
            **clients.external_account(place),
            'NODE_PATH': MODULES, 'NO_GCE_CHECK': 'true',
            'URL': place.rig['gcs'] + HELLO}


def reader(place):
    """Google's library, which the script runs without arguments."""
    source = os.path.join(HERE, '..', 'helpers', 'read-object.js')
    with open(source, encoding='utf-8') as text:
        return place.write('home/read.js', text.read().replace(
            'process.argv[2]', 'process.env.URL'))


def push_image(place, host, env):
    """Somebody has put an image there before."""
    source = image(place)
    done = place.run('skopeo', 'copy', source, f'docker://{host}/acme/web:v1',
                     env=env)
    assert done.code == 0, done


def steps(out):
    """{name: what came of it}."""
    return dict(line.split(': ', 1) for line in out.splitlines())


def start(place, session, host, env):
    rig = place.rig
    return session.start(
        ERRAND, rig['git'] + '/acme/web',
        f'{host}/acme/web:v1' if IMAGES else '', rig['sts'],
        reader(place) if GOOGLE else '', env=env)


def check_work(got):
    for name in ('clone', 'commit', 'fetch', 'account', 'push'):
        equal(got[name], 'done', f'{name} works')
    for name, there in (('image', IMAGES), ('object', GOOGLE)):
        if there:
            equal(got[name], 'done', f'{name} works')
        else:
            tap.skip(name, 'its client is not installed')


def check_denials(got):
    like(got['deploy'], r'policy: \[policy "agent:\*"\] rule "production" '
         'denies this to agent:x: production is for people; write a change '
         'request; asking again will not help',
         'production: denied, with what to do instead')
    like(got['other'], 'no rule of it matches; asking again will not help',
         'a repository that no rule names: denied')
    like(got['raw'], 'no rule of it matches', 'a raw id token: denied')
    like(got['approve'], 'only for who is outside of its session',
         'its own approval: refused')


def pushed(place):
    log = subprocess.run(
        ['git', '-C', os.path.join(place.rig.cloud.services['git'].root,
                                   'acme/web.git'), 'log', '-1', '--format=%s',
         'main'], capture_output=True, text=True, check=True)
    return log.stdout.strip()


def work(place, host, env):
    rig = place.rig
    with ChildSession(place, 'agent:x', reason='the README is thin') as it:
        errand = start(place, it, host, env)
        person = Approver(place)
        asked = person.one(seconds=60)
        equal((asked['actor'], asked['credential'], asked['target'],
               asked['reason'], asked['limits']),
              ('agent:x', 'write', f'{rig["git"]}/acme/web',
               'the README is thin', {'max-ttl': 600}),
              'the push asks, and a person sees what for')
        ok(pushed(place) != 'Say more', 'nothing was pushed yet')
        done = place.daypass('approve', '--for', '10m', asked['id'])
        equal(done.code, 0, 'approved')
        done = it.end(errand, 120)
        equal(done.code, 0, 'the script comes to its end')
        got = steps(done.out)
        check_work(got)
        check_denials(got)
        equal(pushed(place), 'Say more', 'it was pushed')
        equal(rig.count('sts:AssumeRole'), 0, 'nobody was asked for prod')
        equal(rig.count('octo:exchange'), 2, 'one mint to read, one to write')
        revoked = rig.count('github:revoke')
    ok(processes.wait_for(
        lambda: rig.count('github:revoke') == revoked + 2, 10),
       'when the session ends, both are taken back')
    equal(Approver(place).pending(), [], 'and the grant is gone')


def test_errand(place):
    if not os.access('/usr/bin/aws', os.X_OK):
        raise tap.Skip('/usr/bin/aws is not installed')
    if not IMAGES:
        host = place.rig['registry']
        configure(place, host)
        work(place, host, environment(place, host))
        return
    with Registry(place) as registry:
        host = registry.host
        configure(place, host)
        env = environment(place, host)
        push_image(place, host, env)
        work(place, host, env)
    wanted = canary.needles(place.rig.secrets())
    equal(canary.in_files(place.directory, wanted), [],
          'no secret in any file')


if __name__ == '__main__':
    tap.run(globals())
