#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A script that works as a coding agent does, with real clients, in a child
session, also in an isolated one: what it may have works, what it must ask for
waits for a person, what it must not have is denied so that it does not try
again, and the audit shows all of it."""

import contextlib
import json
import os
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..'))

from support import canary, clients, processes, sections, tap   # noqa: E402
from support.child_session import ChildSession   # noqa: E402
from support.ordinary import Ordinary   # noqa: E402
from support.place import BUILD, Done   # noqa: E402
from support.registry import Registry, image   # noqa: E402
from support.tap import equal, like, ok   # noqa: E402

ERRAND = os.path.join(HERE, 'errand-agent.sh')
PEERS = os.environ.get('DAYPASS_PEERS', '/var/cache/daypass-peers')
MODULES = os.environ.get('DAYPASS_NODE_MODULES',
                         os.path.join(PEERS, 'node_modules'))
GOOGLE = shutil.which('node') and os.path.isdir(
    os.path.join(MODULES, 'google-auth-library'))
REASON = 'the README is thin'
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
             '/**'),
        sections.section('audit', None, required='yes',
                         sink=f'file:{place.path("home/audit.log")}'),
        # podman's file is hidden for the logins that may be in it
        sections.section('isolation', None, show=place.path('home/auth.json')))


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


def errand(place, host):
    """The script, where whoever works may read it."""
    rig = place.rig
    with open(ERRAND, encoding='utf-8') as text:
        script = place.write('home/errand.sh', text.read(), 0o755)
    return (script, rig['git'] + '/acme/web',
            f'{host}/acme/web:v1' if IMAGES else '', rig['sts'],
            reader(place) if GOOGLE else '')


class Wired:
    """Its session by the wire: nothing is isolated."""

    def __init__(self, place, command, env):
        self.session = ChildSession(place, 'agent:x', reason=REASON)
        self.number = self.session.start(*command, env=env)

    def end(self):
        done = self.session.end(self.number, 120)
        self.session.close()
        return done


class Isolated:
    """Its session by `daypass run --as`."""

    def __init__(self, place, command, env):
        self.process = place.start(
            'daypass', 'run', '--as', 'agent:x', '--reason', REASON, '--',
            *command, env=env)

    def end(self):
        out, err = self.process.communicate(timeout=120)
        return Done(self.process.returncode, out.decode(), err.decode())


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


def pending(place):
    """As a person sees it: a place's user may be another than we are."""
    return json.loads(place.daypass('approvals', '--json').out or '[]')


def pushed(place):
    log = subprocess.run(
        ['git', '-C', os.path.join(place.rig.cloud.services['git'].root,
                                   'acme/web.git'), 'log', '-1', '--format=%H',
         'main'], capture_output=True, text=True, check=True)
    return log.stdout.strip()


def work(place, host, env, opened):
    rig = place.rig
    before = pushed(place)
    running = opened(place, errand(place, host), env)
    asked, = processes.wait_for(lambda: pending(place), 60)
    equal((asked['actor'], asked['credential'], asked['target'],
           asked['reason'], asked['limits']),
          ('agent:x', 'write', f'{rig["git"]}/acme/web', REASON,
           {'max-ttl': 600}), 'the push asks, and a person sees what for')
    equal(pushed(place), before, 'nothing was pushed yet')
    done = place.daypass('approve', '--for', '10m', asked['id'])
    equal(done.code, 0, 'approved')
    done = running.end()
    equal(done.code, 0, 'the script comes to its end')
    got = steps(done.out)
    check_work(got)
    check_denials(got)
    ok(pushed(place) != before, 'it was pushed')
    equal(rig.count('sts:AssumeRole'), 0, 'nobody was asked for prod')
    equal(rig.count('octo:exchange'), 2, 'one mint to read, one to write')
    ok(processes.wait_for(lambda: rig.count('github:revoke') == 2, 10),
       'when the session ends, both are taken back')
    equal(pending(place), [], 'and the grant is gone')
    check_records(place)


def check_records(place):
    """All of it is in the audit, in order, and nothing was changed."""
    done = place.daypass('audit', '--json', '--actor', 'agent:x')
    records = [json.loads(line) for line in done.out.splitlines()]
    told = [(r['type'].removeprefix('dev.daypass.'),
             r['data'].get('credential')) for r in records]
    wanted = [('session.opened', None), ('mint', 'read'), ('mint', 'dev'),
              ('approval.requested', 'write'), ('approval.granted', 'write'),
              ('mint', 'write'), ('deny', 'prod'), ('deny', 'read'),
              ('deny', 'id-token'), ('session.ended', None)]
    equal([one for one in told if one in wanted], wanted,
          'the audit has all of it, in order')
    done = place.daypass('audit', 'verify')
    equal(done.code, 0, f'the chain is intact: {done.out.strip()}')


def whole(place, opened):
    if not os.access('/usr/bin/aws', os.X_OK):
        raise tap.Skip('/usr/bin/aws is not installed')
    with Registry(place) if IMAGES else contextlib.nullcontext():
        host = place.rig['registry']
        configure(place, host)
        env = environment(place, host)
        relocate(place)
        if IMAGES:
            push_image(place, host, env)
        work(place, host, env, opened)
    wanted = canary.needles(place.rig.secrets())
    equal(canary.in_files(place.directory, wanted), [],
          'no secret in any file')


def relocate(place):
    """The clients run the programs where this user may."""
    programs = getattr(place, 'programs', BUILD)
    for name in ('.gitconfig', '.aws/config', 'external_account.json'):
        with open(place.path('home', name), encoding='utf-8') as text:
            there = text.read().replace(BUILD, programs)
        place.write('home/' + name, there)


def test_by_the_wire(place):
    whole(place, Wired)


def test_isolated(place):
    with Ordinary(place.rig) as cell:
        cell.need_spaces()
        whole(cell, Isolated)


if __name__ == '__main__':
    tap.run(globals())
