#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Other people and other places: what belongs to somebody else is not used,
and where nothing can stay, a request has an agent to itself."""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import sections, tap   # noqa: E402
from support.people import Person   # noqa: E402
from support.tap import equal, like, ok   # noqa: E402


def bind(place):
    place.configure(sections.web_identity(place.rig), sections.aws())


def test_another_user(place):
    nobody = Person(place)
    bind(place)
    place.daypass('begin')
    done = nobody.run('daypass', 'token', '--audience', 'x')
    equal(done.out, '', 'sudo with our XDG_RUNTIME_DIR: nothing is given')
    like(done.err, rf"XDG_RUNTIME_DIR '{place.runtime}' belongs to uid 0, and "
         r'this runs as uid 65534', 'and the message says so')
    done = nobody.run('daypass', 'token', '--audience', 'x', env={
        'DAYPASS_RUNTIME_DIR': place.path('run/daypass')})
    ok(done.code != 0 and not done.out and 'runtime directory' in done.err,
       'with our runtime directory by name', done)
    os.chmod(place.runtime, 0o755)
    os.chmod(place.path('run/daypass'), 0o755)
    done = nobody.run('daypass', 'token', '--audience', 'x', env={
        'DAYPASS_RUNTIME_DIR': place.path('run/daypass')})
    like(done.err, 'belongs to uid 0, not to uid 65534: not used',
         'even where the doors are open')
    os.chmod(place.path('run/daypass'), 0o700)


def test_a_directory_of_their_own(place):
    nobody = Person(place)
    token = place.write('nobody/token', place.rig.token('x'), 0o644)
    config = nobody.write('nobody/config', (
        f'[identity]\n\tsource = file\n\tfile = {token}\n'), 0o644)
    theirs = {'XDG_RUNTIME_DIR': nobody.own('theirs'),
              'DAYPASS_CONFIG': config}
    done = nobody.run('daypass', 'token', '--audience', 'x', env=theirs)
    equal((done.code, done.out), (0, place.rig.secrets()[-1] + '\n'),
          'another user has an agent of their own')
    done = place.daypass('status', env=theirs)
    ok(done.code != 0 and 'uid' in done.err,
       'which root is not given either', done)
    equal(nobody.run('daypass', 'end', env=theirs).code, 0, 'and ends it')


def refused(place, pattern, name):
    done = place.run('aws-credential-daypass')
    equal((done.code, done.out), (1, ''), f'{name}: refused')
    like(done.err, pattern, f'{name}: says why')


def test_runtime_directory(place):
    bind(place)
    runtime = place.make('run/daypass')
    os.chmod(runtime, 0o755)
    refused(place, r'can be entered by others \(mode 755\): not used \(chmod',
            'one that others can enter')
    os.rmdir(runtime)
    os.symlink(place.make('home/elsewhere'), runtime)
    refused(place, 'symbolic link: not used', 'a link')
    os.unlink(runtime)
    place.write('run/daypass', 'x')
    refused(place, 'is not a directory', 'a file')
    os.unlink(runtime)
    done = place.run('aws-credential-daypass', env={
        'DAYPASS_RUNTIME_DIR': 'relative'})
    like(done.err, 'is not an absolute path', 'a relative path')
    equal(place.run('aws-credential-daypass').code, 0, 'none: it is made')
    equal(os.stat(runtime).st_mode & 0o7777, 0o700, 'for us alone')


def test_long_path(place):
    """A socket's own name may be 107 characters long."""
    bind(place)
    place.env['DAYPASS_RUNTIME_DIR'] = place.make('run', 'long' * 60, 'd')
    first = place.run('aws-credential-daypass')
    equal(first.code, 0, 'a directory whose path is long')
    equal(place.run('aws-credential-daypass').out, first.out, 'is used')


def test_nowhere_to_stay(place):
    """No directory for the socket: an agent for this one request."""
    bind(place)
    env = {'DAYPASS_RUNTIME_DIR': '/proc/daypass'}
    done = place.run('aws-credential-daypass', env=env)
    equal(done.code, 0, 'nowhere to stay: it works all the same')
    like(done.err, r'^daypass: no session can stay here .*nothing is kept\n$',
         'and says so, once')
    done = place.run('gcloud-credential-daypass', env={
        **env, 'GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE': '//x'})
    equal((done.err, '"success":true' in done.out), ('', True),
          'but not where it would do harm')
    equal(place.run('aws-credential-daypass', env=env).out != '', True,
          'again')
    equal(place.rig.count('sts:AssumeRoleWithWebIdentity'), 2,
          'nothing is kept')


if __name__ == '__main__':
    tap.run(globals())
