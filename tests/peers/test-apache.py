#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""git with daypass against Apache and mod_auth_openidc: a server that none of
us wrote verifies the workspace's token by its issuer's keys."""

import grp
import os
import pwd
import shutil
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from peers import newer   # noqa: E402
from peers.peer import Peer, answers, free_port, give_to, missing   # noqa: E402
from support import clients, sections, tap   # noqa: E402
from support.processes import wait_for   # noqa: E402
from support.tap import equal, like, ok, unlike   # noqa: E402

AUDIENCE = 'git.example.test'
MODULES = '/usr/lib/apache2/modules'


class Apache(Peer):
    def __init__(self, rig):
        super().__init__(rig, 'apache')
        self.port = free_port()
        # Its workers must not be root; else they are who we are.
        user = 'www-data' if os.getuid() == 0 else \
            pwd.getpwuid(os.getuid()).pw_name
        self.names |= {'PORT': self.port, 'MODULES': MODULES, 'USER': user,
                       'GROUP': grp.getgrgid(pwd.getpwnam(user).pw_gid)[0],
                       'AUDIENCE': AUDIENCE}

    @property
    def url(self):
        return f'https://localhost:{self.port}'

    def up(self):
        self.take_certificates()
        shutil.copytree(self.rig['repos'], self.path('repos'))
        if os.getuid() == 0:
            give_to(self.names['USER'], self.path('repos'))
        daemon = self.start('/usr/sbin/apache2', '-DFOREGROUND', '-f',
                            self.render('apache.conf'))
        assert wait_for(lambda: answers(self.port) or daemon.poll(), 20) \
            is True, self.reason('error.log') + self.reason('apache2.out')

    def log(self):
        return self.reason('access.log', 20000).splitlines()


def need_apache():
    if missing('apache2') or not os.path.exists(
            f'{MODULES}/mod_auth_openidc.so'):
        raise tap.Skip('Apache with mod_auth_openidc is not installed')


def set_up(place, apache, audience=AUDIENCE):
    """daypass and git for this server."""
    place.configure(sections.section(
        'git', apache.url, credential='id-token', audience=audience))
    return clients.git(place, apache.url, use_path=False)


def git(place, env, *arguments):
    return place.run('git', *arguments, env=env)


def served(apache, scheme, path):
    """Who was let in, by this scheme."""
    return {line.rpartition('user=')[2] for line in apache.log()
            if line.startswith('200 ') and f' /{path}/' in line
            and f'scheme={scheme} ' in line}


def no_secret(place, done, name):
    seen = [s for s in place.rig.secrets() if s in done.out + done.err]
    equal(seen, [], f'{name}: nothing secret is shown')


def test_basic(place):
    need_apache()
    with Apache(place.rig) as apache:
        env = set_up(place, apache)
        url = f'{apache.url}/basic/acme/web.git'
        done = git(place, env, 'clone', url, 'web')
        equal(done.code, 0, 'the allowed subject clones')
        no_secret(place, done, 'clone')
        like(place.run('cat', 'web/README').out, 'acme/web',
             'what it cloned is there')
        place.write('home/web/README', 'changed\n')
        git(place, env, '-C', 'web', 'commit', '-qam', 'Change')
        done = git(place, env, '-C', 'web', 'push', 'origin', 'main')
        equal(done.code, 0, 'and pushes') or tap.note(done)
        equal(served(apache, 'Basic', 'basic'), {place.rig['sub']},
              "Apache knows it by the token's subject")
        equal(place.rig.count('identity:token'), 1, 'one token did for all')


def refused(place, apache, env, name):
    """As often as a user would try: the reason must come out by itself."""
    url = f'{apache.url}/basic/acme/web.git'
    for number in range(3):
        done = git(place, env, 'clone', url, f'web{number}')
        ok(done.code != 0, f'{name}: clone {number + 1} is refused', done)
        no_secret(place, done, f'{name}: clone {number + 1}')
    unlike(done.err, 'could not read (Username|Password)',
           f'{name}: nobody is asked for a password')
    equal(served(apache, 'Basic', 'basic'), set(),
          f'{name}: and nothing was served')
    return done.err


def test_other_subject(place):
    need_apache()
    place.rig.change(identity={'sub': 'org:evil/prj:web/env:1'})
    with Apache(place.rig) as apache:
        env = set_up(place, apache)
        said = refused(place, apache, env, 'another subject')
        like(said, 'sub=org:evil/prj:web/env:1',
             'the message says who was refused')
        like(said, 'daypass doctor git', 'and what shows more')


def test_other_audience(place):
    need_apache()
    with Apache(place.rig) as apache:
        env = set_up(place, apache, audience='else.example.test')
        said = refused(place, apache, env, 'another audience')
        like(said, 'aud=else.example.test',
             'the message says what the token was for')


def test_bearer(place):
    need_apache()
    reason = newer.why_not(clients.program('git-credential-daypass'))
    if reason:
        raise tap.Skip(reason)
    with Apache(place.rig) as apache:
        env = set_up(place, apache)
        # The agent has Debian 12's libraries: it must run before.
        place.daypass('token', '--audience', 'start')
        done = place.run(*newer.command(
            'git', 'clone', f'{apache.url}/bearer/acme/web.git', 'web'),
            env=env)
        equal(done.code, 0, 'a newer git clones by Bearer') or tap.note(done)
        equal(served(apache, 'Bearer', 'bearer'), {place.rig['sub']},
              'Apache took the token as such')
        no_secret(place, done, 'Bearer')


if __name__ == '__main__':
    tap.run(globals())
