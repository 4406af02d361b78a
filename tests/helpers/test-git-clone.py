#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The real git at work on private repositories over HTTPS: this system's,
and where there is one, a newer git that knows Bearer."""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from peers import newer   # noqa: E402
from support import canary, clients, sections, tap   # noqa: E402
from support.tap import equal, like, ok, unlike   # noqa: E402


class Git:
    def __init__(self, place, prefix=(), **more):
        self.place = place
        self.prefix = prefix
        self.env = clients.git(place, **more)
        self.url = place.rig['git'] + '/acme'

    def __call__(self, *arguments, **more):
        return self.place.run(*self.prefix, 'git', *arguments, env=self.env,
                              **more)

    def works(self, name, *arguments, **more):
        done = self(*arguments, **more)
        ok(done.code == 0, name, done)
        return done

    def commit(self, work, text):
        """A commit in this work tree."""
        self.place.write(os.path.join('home', work, 'file'), text)
        self('-C', work, 'add', 'file')
        self('-C', work, 'commit', '-q', '-m', text)


def use_octo(place, **more):
    place.configure(sections.octo(place.rig, **more),
                    sections.git(place.rig, '/acme'))


def use_id_token(place):
    place.configure(sections.git(place.rig, '', credential='id-token'))


def no_secret(place, name):
    wanted = canary.needles(place.rig.secrets())
    equal(canary.in_files(place.directory, wanted), [],
          f'{name}: no secret in any file')


def clone_push_fetch(git, name):
    git.works(f'{name}: clone', 'clone', '-q', git.url + '/web.git', 'first')
    git.works(f'{name}: a second clone', 'clone', '-q', git.url + '/web',
              'second')
    git.commit('first', f'by {name}')
    git.works(f'{name}: push', '-C', 'first', 'push', '-q', 'origin', 'main')
    git.works(f'{name}: fetch', '-C', 'second', 'pull', '-q')
    done = git('-C', 'second', 'log', '-1', '--format=%s')
    equal(done.out, f'by {name}\n', f'{name}: what was pushed arrives')


def test_octo_sts(place):
    use_octo(place)
    git = Git(place, more='[credential]\n\thelper = store\n')
    clone_push_fetch(git, 'octo-sts')
    equal((place.rig.count('identity:token'),
           place.rig.count('octo:exchange')), (1, 1), 'one mint a step')
    no_secret(place, 'octo-sts')


def test_id_token(place):
    use_id_token(place)
    clone_push_fetch(Git(place, use_path=False), 'id-token')
    equal(place.rig.count('identity:token'), 1, 'one mint')
    no_secret(place, 'id-token')


def test_submodule(place):
    use_octo(place, scope='acme')
    git = Git(place)
    git('clone', '-q', git.url + '/web.git', 'web')
    git.works('submodule add', '-C', 'web', 'submodule', '--quiet', 'add',
              git.url + '/other.git', 'other')
    git('-C', 'web', 'commit', '-q', '-m', 'with a submodule')
    git('-C', 'web', 'push', '-q', 'origin', 'main:with-submodule')
    git.works('clone --recurse-submodules', 'clone', '-q', '-b',
              'with-submodule', '--recurse-submodules', git.url + '/web.git',
              'again')
    ok(os.path.exists(place.path('home/again/other/README')),
       'the submodule is there')
    equal(place.rig.count('identity:token'), 1, 'one id token for all')


def test_refused(place):
    use_octo(place)
    place.rig.change(identity={'sub': 'org:evil/prj:web/env:1'})
    git = Git(place)
    done = git('clone', '-q', git.url + '/web.git', 'web')
    equal(done.code, 128, 'refused: git ends')
    equal(done.err.count('daypass: exchange octo-sts: PERMISSION_DENIED'), 1,
          'it says why, once')
    unlike(done.err, 'could not read Username', 'nobody is asked for a name')


def test_rejected(place):
    """The server does not take what we mint: git erases it, and after the
    second time a person is told who was presented."""
    use_id_token(place)
    place.rig.change(git={'subjects': None})
    place.rig.change(git={'subjects': {}})
    git = Git(place, use_path=False)
    for _ in range(2):
        done = git('ls-remote', git.url + '/web.git')
        equal(done.code, 128, 'a server that does not want it')
        like(done.err, 'Authentication failed', 'is git\'s to tell')
    done = git('ls-remote', git.url + '/web.git')
    like(done.err, r'\[git "https://localhost:\d+"\].*sub=org:acme/prj:web/'
         'env:7f3', 'the third time: the binding and the claims')


def test_read_only(place):
    use_id_token(place)
    git = Git(place, use_path=False)
    git.works('clone of what may be read', 'clone', '-q',
              git.url + '/other.git', 'other')
    git.commit('other', 'x')
    place.rig.forget()
    done = git('-C', 'other', 'push', '-q', 'origin', 'main')
    ok(done.code != 0 and '403' in done.err, 'push to it is forbidden', done)
    git.works('which is no reason to forget', '-C', 'other', 'fetch', '-q')
    equal(place.rig.count('identity:token'), 0, 'the credential')


def test_foreign_host(place):
    """insteadOf leads elsewhere: who is asked for is what counts."""
    use_octo(place)
    git = Git(place)
    elsewhere = place.rig['git'].replace('localhost', '127.0.0.1')
    done = git('-c', f'url.{elsewhere}/.insteadOf={place.rig["git"]}/',
               'clone', '-q', git.url + '/web.git', 'web')
    equal(done.code, 128, 'insteadOf to a foreign host')
    like(done.err, 'could not read Username', 'it gets nothing')
    equal(place.rig.count('identity:token'), 0, 'and nobody is asked')
    done = git('-c', f'credential.helper={clients.GIT}', 'ls-remote',
               elsewhere + '/acme/web.git')
    like(done.err, 'could not read Username', 'not even if it asks us')
    equal(place.rig.count('identity:token'), 0, 'nobody is asked')


def test_url_with_a_user(place):
    use_octo(place)
    git = Git(place)
    url = git.url.replace('https://', 'https://alice@')
    like(git('ls-remote', url + '/web.git').err, 'could not read Password',
         'a user name in the URL that is not ours')
    url = git.url.replace('https://', 'https://x-access-token@')
    git.works('one that is', 'ls-remote', url + '/web.git')


def test_another_credential_for_pushes(place):
    """git asks for the same in a fetch and in a push: a user name in the
    push's URL tells them apart."""
    rig = place.rig
    policy = dict(rig.cloud.world['octo']['policies']['acme/web']['daypass'])
    rig.change(octo={'policies': {'acme/web': {
        'reader': {**policy, 'permissions': {'contents': 'read'}}}}})
    place.configure(
        sections.octo(rig, identity_name='reader'),
        sections.octo(rig, 'writer'), sections.git(rig, '/acme'),
        sections.section('git', git_url(rig, 'write'), credential='writer'))
    git = Git(place)
    git.works('the credential for reading: clone', 'clone', '-q',
              git.url + '/web', 'work')
    git.commit('work', 'one more')
    done = git('-C', 'work', 'push', '-q', 'origin', 'main')
    like(done.err, '403', 'and no push')
    git('-C', 'work', 'remote', 'set-url', '--push', 'origin',
        git_url(rig, 'write') + '/web')
    git.works('that for writing: push', '-C', 'work', 'push', '-q', 'origin',
              'main')
    git.works('and fetch by the other', '-C', 'work', 'fetch', '-q')
    equal(rig.count('octo:exchange'), 2, 'one mint of each')
    no_secret(place, 'two credentials')


def git_url(rig, user):
    return rig['git'].replace('https://', f'https://{user}@') + '/acme'


def test_newer_git(place):
    reason = newer.why_not(clients.GIT)
    if reason:
        raise tap.Skip(reason)
    place.rig.change(git={'challenges': ['Bearer']})
    use_octo(place)
    git = Git(place, prefix=newer.command())
    place.daypass('begin')      # the agent wants this system's libraries
    clone_push_fetch(git, 'Bearer')
    schemes = {value.split()[0] for entry in place.rig.log()
               for name, value in entry['headers'].items()
               if entry['service'] == 'git' and name == 'Authorization'}
    equal(schemes, {'Bearer'}, 'Bearer is what git sends')
    no_secret(place, 'Bearer')


def test_newer_git_with_basic(place):
    reason = newer.why_not(clients.GIT)
    if reason:
        raise tap.Skip(reason)
    use_octo(place)
    place.daypass('begin')
    clone_push_fetch(Git(place, prefix=newer.command()), 'newer, Basic')


if __name__ == '__main__':
    tap.run(globals())
