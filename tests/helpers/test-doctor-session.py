#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""daypass doctor where the session itself is out of order: the directory, the
socket, the agent, the modes of files."""

import os
import shutil
import socket
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import hosts, sections, tap   # noqa: E402
from support.doctoring import doctor   # noqa: E402
from support.newer import Newer   # noqa: E402
from support.place import BUILD   # noqa: E402
from support.tap import equal, like, ok, unlike   # noqa: E402


def bind(place, *more):
    place.configure(sections.web_identity(place.rig), sections.aws(),
                    sections.octo(place.rig, scope='acme/web'), *more)


def broken(place, name, code, pattern, directory, remedy=None, **more):
    doctor(place, name, code, f'agent: .*{pattern}', remedy=remedy,
           env={'DAYPASS_RUNTIME_DIR': directory, **more})


def works(place, name, directory):
    env = {'DAYPASS_RUNTIME_DIR': directory}
    done = place.daypass('doctor', env=env)
    ok(done.code == 0 and 'ok   agent' in done.out, name, done)
    place.daypass('end', env=env)


def test_directory(place):
    bind(place)
    made = place.make('open')
    os.chmod(made, 0o711)
    broken(place, 'that others enter', 77, 'can be entered by others .mode 711',
           made, remedy=f"^chmod 700 '{made}'$")
    broken(place, 'a relative one', 78, 'is not an absolute path', 'run',
           remedy='export DAYPASS_RUNTIME_DIR=/')
    broken(place, 'a file', 77, 'is not a directory', place.write('file', ''),
           remedy='remove it, or: export')
    os.symlink(place.make('real'), place.path('link'))
    broken(place, 'a link', 77, 'behind a symbolic link', place.path('link'),
           remedy='remove it, or: export')
    broken(place, 'that cannot be made', 0, 'no session can stay here',
           '/proc/nowhere', remedy='export DAYPASS_RUNTIME_DIR=/')
    broken(place, 'a path without end', 78, 'too long', '/' + 'x' * 5000)
    works(place, 'one that is not there is made', place.path('new'))
    if os.getuid() != 0:
        tap.skip('of another user', 'only root can make one')
        return
    other = place.make('other')
    os.chown(other, 65534, 65534)
    broken(place, 'of another user', 77, 'belongs to uid 65534', other,
           remedy='^set DAYPASS_RUNTIME_DIR to')
    broken(place, "another user's session", 77, 'belongs to uid 65534', None,
           remedy='^unset XDG_RUNTIME_DIR', XDG_RUNTIME_DIR=other)


def test_socket(place):
    bind(place)
    place.write('stale/agent.sock', '')
    os.unlink(place.path('stale/agent.sock'))
    with socket.socket(socket.AF_UNIX) as gone:
        gone.bind(place.path('stale/agent.sock'))
    works(place, 'a socket that nobody listens at', place.path('stale'))
    place.write('file/agent.sock', '')
    works(place, 'a file in its place', place.path('file'))
    place.make('directory')
    place.make('directory/agent.sock')
    broken(place, 'a directory in its place', 71, 'cannot bind',
           place.path('directory'), remedy='remove the agent.sock')
    place.make('junk')
    with hosts.at_socket(place.path('junk/agent.sock'), b'hello\n\n'):
        broken(place, 'somebody else listens', 71, 'a message',
               place.path('junk'), remedy='end who does')
    place.make('older')
    with hosts.at_socket(place.path('older/agent.sock'), (
            b'daypass=1 error\nfault=usage\nstage=agent\ntext=agent: this '
            b"agent does not know 'road' (daypass end, then try again)\n\n")):
        broken(place, 'an agent that knows less', 64, "does not know 'road'",
               place.path('older'), remedy='^daypass end')


def test_agent(place):
    bind(place)
    place.daypass('end', '--hold')
    doctor(place, 'a session that was ended', 77, 'agent: .*was ended',
           remedy='^daypass begin')
    place.daypass('begin')
    place.daypass('end')
    alone = place.make('alone')
    shutil.copy(os.path.join(BUILD, 'daypass'), alone)
    with open(os.path.join(BUILD, 'daypass-agent'), 'rb') as program:
        where = next(part for part in program.read().split(b'\0')
                     if part.endswith(b'libexec/daypass'))
    if os.path.exists(os.path.join(where.decode(), 'daypass-agent')):
        tap.skip('no agent', 'one is installed')
    else:
        doctor(place, 'no agent', 71, "daypass-agent' is not installed",
               program=os.path.join(alone, 'daypass'),
               remedy='install all of daypass')


def test_versions(place):
    """One that would lose a credential that can be revoked stays."""
    bind(place)
    equal(place.daypass('token', 'github').code, 0, 'something to lose')
    newer = Newer(place)
    doctor(place, 'an older agent', 0, r'version: the session.s agent is of '
           r'version \S+, and this is \d', remedy='^daypass end;',
           program=newer.path('daypass'))
    unlike(place.daypass('doctor').out, 'version', 'and none for its own')


def test_codes(place):
    """One for each fault, as docs/commands.md has them; the first counts."""
    good = [sections.web_identity(place.rig), sections.aws()]
    far = sections.web_identity(place.rig, 'far', endpoint='https://127.0.0.1:1')
    other = sections.web_identity(place.rig, 'other', role='arn:aws:iam::'
                                  '999999999999:role/not-ours')
    for code, arguments, sections_, env in (
            (0, (), good, {}),
            (0, ('aws', 'default'), [*good, '[a]\nb = c\n'], {}),
            (64, ('awss', 'default'), good, {}),
            (64, ('aws',), good, {}),
            (64, ('--nosuch',), good, {}),
            (69, (), ['[identity]\nvariable = NOT_SET\n', *good], {}),
            (69, ('aws', 'default'),
             ['[identity]\nvariable = NOT_SET\n', *good], {}),
            (71, (), good, {'DAYPASS_RUNTIME_DIR': place.path('taken')}),
            (75, (), [*good, far], {}),
            (75, ('token', 'far'), [*good, far], {}),
            (77, ('token', 'other'), [*good, other], {}),
            (77, (), good, {'DAYPASS_RUNTIME_DIR': place.path('open')}),
            (78, (), [*good, '[a]\nb = c\n'], {}),
            (78, ('aws', 'unbound'), good, {}),
            (78, (), [*good, far, '[a]\nb = c\n'], {})):
        place.make('taken')
        place.make('taken/agent.sock')
        os.chmod(place.make('open'), 0o755)
        place.configure(*sections_)
        plain = place.daypass('doctor', *arguments, env=env)
        script = place.daypass('doctor', '--json', *arguments, env=env)
        equal((plain.code, script.code), (code, code),
              f'exit {code}: {" ".join(arguments) or "all"}')


def test_variables(place):
    """What an asker cannot even be asked with."""
    bind(place, sections.section('identity', None, variable='MINE'))
    doctor(place, 'a line break', 64, 'MINE has a line break', 'aws',
           'default', env={'MINE': 'a\nb'}, remedy='unset that variable')
    env = {'DAYPASS_RUNTIME_DIR': place.path('run/home')}
    doctor(place, 'no HOME', 69, 'variable MINE is not set', 'aws', 'default',
           env={**env, 'HOME': None, 'DAYPASS_CONFIG': place.config})
    place.daypass('end', env=env)


def test_token_file(place):
    bind(place)
    path = place.write('token', place.rig.token('sts.amazonaws.com'), 0o644)
    bind(place, sections.section('identity', None, file=path))
    doctor(place, 'a token that others read', 0, 'token-file: .*token. can be '
           'read by others .mode 644', 'aws', 'default',
           remedy=f"chmod 600 '{path}'")
    os.chmod(path, 0o600)
    done = place.daypass('doctor', 'aws', 'default')
    ok(done.code == 0 and 'token-file' not in done.out, 'mended', done)
    like(place.daypass('doctor').out, r'ok +token +sub=org:acme/\S+ iss=\S+ '
         'aud=sts', 'without a target it is looked at')
    os.rename(path, path + '.gone')
    doctor(place, 'no token', 69, 'token: identity file: .*does not exist',
           remedy=r'\[identity\] file = PATH')
    os.rename(path + '.gone', path)
    bind(place, sections.section('identity', None, variable='NOT_SET'))
    doctor(place, 'no variable', 69, 'token: identity env: .*is not set',
           remedy=r'\[identity\] variable = NAME')
    bind(place, sections.section('identity', None, file=path))
    place.daypass('end')
    os.chmod(path, 0)
    if os.getuid() == 0:    # who would read it all the same
        place.run('setpriv', '--bounding-set',
                  '-dac_override,-dac_read_search', 'daypass', 'begin')
    doctor(place, 'a token that we cannot read', 69, 'cannot be opened: Perm',
           'aws', 'default', remedy=f"chmod u\\+r '{path}'")


def test_full_disk(place):
    """What cannot be written is no success."""
    bind(place)
    for option in ('', ' --json'):
        done = place.run('sh', '-c', f'daypass doctor{option} >/dev/full')
        equal(done.code, 71, f'doctor{option}: exit 71')
        like(done.err, 'standard output: No space', f'doctor{option}: why')


def test_no_token_for_us(place):
    """Whoever only looks is no denial in the audit, and no failure."""
    token = sections.section('identity', None, file=place.write(
        'token', place.rig.token('sts.amazonaws.com'), 0o600))
    for verdict in ('deny', 'approve'):
        place.configure(
            token, sections.section('policy', 'self', rule=['r']),
            sections.section('rule', 'r', verdict=verdict,
                             target='id-token:**'),
            sections.section('audit', None,
                             sink=f'file:{place.path("journal")}'))
        done = place.daypass('doctor')
        ok(done.code == 0 and ' token ' not in done.out,
           f'{verdict}: it is not looked at', done)
        like(place.daypass('status').out, ' 0 failures',
             f'{verdict}: and nothing has failed')
        unlike(place.daypass('audit').out, 'deny|approve', f'{verdict}: no record')
        place.daypass('end')
    place.configure(token, '[audit]\nnosuch = 1\n')
    done = place.daypass('doctor')
    ok(done.code == 78 and ' token ' not in done.out,
       'a mistake of the configuration is no fault of the token', done)


if __name__ == '__main__':
    tap.run(globals())
