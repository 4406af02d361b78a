#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What git expects of any credential helper, asked through git itself:
`git credential fill`, `approve` and `reject`. The cases are those of git's own
t/lib-credential.sh that make sense for a helper that mints: it keeps nothing
that is stored, and erasing makes it mint anew."""

import os
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import clients, sections, tap   # noqa: E402
from support.tap import equal, like, ok   # noqa: E402

ASKPASS = """\
#!/bin/sh
echo "askpass: $1" >&2
case $1 in
Username*) echo askpass-username ;;
*) echo askpass-password ;;
esac
"""


class Git:
    """git with nothing but daypass as its helper, and somebody to ask."""

    def __init__(self, place, path='/acme', **more):
        self.place = place
        self.env = clients.git(place, **more)
        self.env['GIT_ASKPASS'] = place.write('bin/askpass', ASKPASS, 0o700)
        place.configure(sections.octo(place.rig),
                        sections.git(place.rig, path))

    def credential(self, verb, text='', **changed):
        about = {'protocol': 'https', 'host': self.place.rig.git,
                 'path': 'acme/web.git', **changed}
        lines = [f'{n}={v}' for n, v in about.items() if v is not None]
        return self.place.run('git', 'credential', verb, env=self.env,
                              input='\n'.join(lines) + '\n' + text)

    def fill(self, **changed):
        done = self.credential('fill', **changed)
        return dict(line.split('=', 1) for line in done.out.splitlines())

    def asks_a_person(self, name, **changed):
        done = self.credential('fill', **changed)
        like(done.out, 'password=askpass-password', f'{name}: asks a person')


def test_retrieve(place):
    git = Git(place)
    done = git.credential('fill')
    equal(done.code, 0, 'fill')
    like(done.out, r'username=x-access-token\npassword=ghs_', 'can retrieve')
    equal(done.err, '', 'nobody is asked')
    equal(git.fill(username='x-access-token')['username'], 'x-access-token',
          'can retrieve with the user name')


def test_requires_matching(place):
    git = Git(place)
    git.fill()
    place.rig.forget()
    git.asks_a_person('another protocol', protocol='http')
    git.asks_a_person('another host', host='git.example.com')
    git.asks_a_person('another port', host='localhost')
    git.asks_a_person('another user name', username='somebody-else')
    git.asks_a_person('another path', path='evil/web.git')
    equal(place.rig.counts(), {}, 'and we mint nothing for any of them')


def test_store_keeps_nothing(place):
    git = Git(place)
    mine = {'username': 'x-access-token', 'password': 'typed-by-hand'}
    equal(git.credential('approve', **mine).code, 0, 'approve')
    ok(git.fill()['password'].startswith('ghs_'),
       'what is stored does not replace what is minted')
    equal(git.credential('approve', host='git.example.com', **mine).code, 0,
          'approve for a host that nothing binds')
    git.asks_a_person('what was stored there is not kept',
                      host='git.example.com')


def test_forget(place):
    git = Git(place)
    answer = git.fill()
    git.credential('approve', **answer)
    git.credential('reject', username='x-access-token',
                   password='some-other-password')
    equal(git.fill()['password'], answer['password'],
          'does not erase a password that is not the one given')
    git.credential('reject', username='somebody-else',
                   password=answer['password'])
    equal(git.fill()['password'], answer['password'],
          'does not erase for another user')
    equal(git.credential('reject', **answer).code, 0, 'reject')
    fresh = git.fill()['password']
    ok(fresh.startswith('ghs_') and fresh != answer['password'],
       'what was rejected is forgotten, and the next is fresh')


def test_paths(place):
    git = Git(place)
    first, other = git.fill(), git.fill(path='acme/web')
    equal(first['password'], other['password'],
          'the same repository with and without .git')
    git = Git(place, use_path=False)
    done = git.credential('fill')
    equal(done.code, 128, 'useHttpPath missing for a path binding: git ends')
    like(done.err, r'useHttpPath true.*told us to quit',
         'and says what is missing')


def test_refusal_is_no_prompt(place):
    git = Git(place)
    place.rig.change(identity={'sub': 'org:evil/x'})
    done = git.credential('fill')
    equal(done.code, 128, 'refused: git ends')
    like(done.err, r'daypass: exchange octo-sts: PERMISSION_DENIED.*'
         r'told us to quit', 'it says why')
    ok('askpass:' not in done.err, 'and leaves nobody at a prompt', done)


def test_expiry(place):
    """As a cache's time-out: nothing is handed out that is over."""
    place.rig.change(lifetimes={'token_exchange': 63})
    git = Git(place)
    place.configure(
        sections.token_exchange(place.rig),
        sections.git(place.rig, credential='api'))
    first = git.fill()['password']
    equal(git.fill()['password'], first, 'kept while it lives')
    ok(place.rig.count('token_exchange:token') >= 1, 'minted')
    time.sleep(3.5)     # its last minute is not handed out: that is the point
    ok(git.fill()['password'] != first, 'not handed out in its last minute')


def test_helpers_before_us(place):
    """The reset keeps helpers away that were set for all hosts."""
    git = Git(place, more='[credential]\n\thelper = store\n')
    answer = git.fill()
    git.credential('approve', **answer)
    ok(not os.path.exists(place.path('home/.git-credentials')),
       'credential.helper = store sees nothing of it')


if __name__ == '__main__':
    tap.run(globals())
