#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The configuration as it should not be: missing, broken, hostile. Each
helper says what is wrong in its tool's channel, and none crashes."""

import json
import os
import re
import shutil
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import sections, tap   # noqa: E402
from support.tap import equal, like, ok   # noqa: E402

GIT = 'protocol=https\nhost=git.example\npath=acme/web\n\n'
AUDIENCE = {'GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE': '//iam.example/x'}
BOUND = '''
[git "https://git.example"]
	credential = id-token
[docker "registry.rig.test"]
	credential = id-token
'''


def ask_all(place, **more):
    """What each helper says: (exit code, the channel for its sentence, the
    channel that must hold nothing but that)."""
    env = more.pop('env', {})
    git = place.run('git-credential-daypass', 'get', input=GIT, env=env)
    docker = place.run('docker-credential-daypass', 'get', env=env,
                       input='registry.rig.test')
    aws = place.run('aws-credential-daypass', env=env)
    gcloud = place.run('gcloud-credential-daypass', env={**AUDIENCE, **env})
    people = place.daypass('token', '--audience', 'x', env=env)
    return {'git': git, 'docker': docker, 'aws': aws, 'gcloud': gcloud,
            'daypass': people}


def all_fail(place, pattern, name, **more):
    """A file that cannot be used at all."""
    done = ask_all(place, **more)
    equal((done['git'].code, done['git'].out), (0, 'quit=1\n'),
          f'{name}: git gets quit')
    equal((done['docker'].code, done['docker'].err), (1, ''),
          f'{name}: docker gets it on stdout')
    equal((done['aws'].code, done['aws'].out), (1, ''), f'{name}: aws')
    equal((done['gcloud'].code, done['gcloud'].err), (0, ''),
          f'{name}: gcloud')
    equal((done['daypass'].code, done['daypass'].out), (78, ''),
          f'{name}: daypass')
    said = {'git': done['git'].err, 'docker': done['docker'].out,
            'aws': done['aws'].err, 'daypass': done['daypass'].err,
            'gcloud': json.loads(done['gcloud'].out).get('message', '')}
    for tool, text in said.items():
        like(text, pattern, f'{name}: {tool} says what is wrong')


def all_work(place, name):
    done = ask_all(place)
    codes = {tool: d.code for tool, d in done.items()}
    equal(codes, {'git': 0, 'docker': 0, 'aws': 1, 'gcloud': 0, 'daypass': 0},
          f'{name}: works')
    like(done['git'].out, 'password=', f'{name}: git')
    ok(json.loads(done['gcloud'].out)['success'], f'{name}: gcloud')


def none_bound(place, name):
    done = ask_all(place)
    equal((done['git'].out, done['git'].err), ('', ''), f'{name}: git')
    like(done['docker'].out, '^credentials not found', f'{name}: docker')
    like(done['aws'].err, 'nothing binds', f'{name}: aws')
    ok(json.loads(done['gcloud'].out)['success'], f'{name}: gcloud')
    equal(done['daypass'].code, 0, f'{name}: daypass')


def test_missing_and_empty(place):
    none_bound(place, 'no file')
    place.write(place.config, '')
    none_bound(place, 'an empty file')
    place.write(place.config, BOUND)
    all_work(place, 'once it is written')
    all_fail(place, 'nowhere.*(not exist|No such file|is not there|missing)',
             'a file that was named and is missing', env={
                 'DAYPASS_CONFIG': place.path('nowhere'),
                 'DAYPASS_RUNTIME_DIR': place.path('run/other')})
    place.daypass('end', env={'DAYPASS_RUNTIME_DIR': place.path('run/other')})


def test_not_a_file(place):
    os.makedirs(place.config)
    all_fail(place, r'is a directory', 'a directory')
    os.rmdir(place.config)
    os.mkfifo(place.config, 0o600)
    all_fail(place, r'is a pipe', 'a pipe')
    os.unlink(place.config)
    os.symlink('/dev/zero', place.config)
    all_fail(place, r'is a device', 'a device')
    os.unlink(place.config)
    os.symlink(place.write('home/elsewhere', BOUND), place.config)
    all_work(place, 'a link to a file')


def test_contents(place):
    place.write(place.config, '')
    os.truncate(place.config, 100 * 1024 * 1024)
    all_fail(place, 'larger than 1 MiB', '100 MiB')
    place.write(place.config, BOUND + '\0')
    all_fail(place, 'holds a NUL', 'a NUL')
    place.write(place.config, BOUND, 0o660)
    all_fail(place, r'written by others \(mode 660\): chmod go-w',
             'one that the group can write')
    os.chmod(place.config, 0o600)
    all_work(place, 'once its mode is mended, and nothing else')
    os.chmod(place.config, 0o606)
    all_fail(place, r'written by others \(mode 606\)', 'and spoilt again')
    for text in ('[git "https://git.example"\n', '[', 'key = value\n',
                 '[git "x"]\n\tcredential = "open\n', '[a\\b]\n\tc = d\n'):
        place.write(place.config, text)
        all_fail(place, r'config/?.* line \d+: |config: ',
                 f'{text!r}')
    place.write(place.config, b'\xff\xfe\x00[')
    all_fail(place, 'NUL', 'UTF-16')
    place.write(place.config, '; \xff caf\xe9\n'.encode('latin-1')
                + BOUND.encode())
    all_work(place, 'a comment in Latin-1')
    place.write(place.config, '\ufeff' + BOUND.replace('\n', '\r\n'))
    all_work(place, 'a byte order mark, and CR LF')


def test_unreadable(place):
    place.write(place.config, BOUND, 0o000)
    if os.getuid() == 0:    # who would read it all the same
        place.run('setpriv', '--bounding-set',
                  '-dac_override,-dac_read_search', 'daypass', 'begin')
    all_fail(place, 'Permission denied', 'one that cannot be read')


def one_fails(place, pattern, name, *sections_):
    """A mistake in one section: the others work."""
    place.configure(BOUND, *sections_)
    all_work(place, f'{name}: the other sections')
    mistakes = place.daypass('doctor')
    equal(mistakes.code, 78, f'{name}: doctor')
    like(mistakes.out, pattern, f'{name}: what it says')


def test_mistakes(place):
    rig = place.rig
    one_fails(place, r'\[credential "a"\] in \S+ line \d+: unknown key `rol`; '
              r'did you mean `role`\?', 'an unknown key',
              sections.web_identity(rig, 'a', rol='x'))
    one_fails(place, r'unknown section; did you mean \[credential\]\?',
              'an unknown section', '[credentail "x"]\n\texchange = x\n')
    one_fails(place, r'there is no exchange .*did you mean|unknown exchange|'
              r'octo-sts', 'an unknown exchange',
              sections.credential('a', 'octo-st', identity_name='x'))
    one_fails(place, r'`ttl`', 'a duration that is none',
              sections.web_identity(rig, 'a', ttl='soon'))
    one_fails(place, r'needs `role`', 'a key that is missing',
              sections.credential('a', 'aws-web-identity'))
    one_fails(place, r'nowhere', 'a credential that is missing',
              sections.aws('other', credential='nowhere'))
    one_fails(place, r'a -> b|circle|itself|round', 'a chain that is a circle',
              sections.assume_role(rig, 'a', **{'from': 'b'}),
              sections.assume_role(rig, 'b', **{'from': 'a'}))
    one_fails(place, r'takes|aws|bearer', 'a chain that does not fit',
              sections.federation(rig), sections.assume_role(
                  rig, 'a', **{'from': 'gcp'}))
    one_fails(place, r'line \d+: `token-audience` is about the id token.*'
              r'from credential `gcp`', 'a key that would not be heard',
              sections.federation(rig), sections.service_account(
                  rig, 'a', token_audience='x'))
    one_fails(place, r'\[credential "a"\] .*needs `endpoint`',
              'a token-exchange that asks nobody',
              sections.credential('a', 'token-exchange', audience='x'))
    one_fails(place, r'http to evil\.example is not allowed', 'plain http',
              sections.web_identity(rig, 'a', endpoint='http://evil.example'))


def test_mistake_where_it_is_used(place):
    place.configure(sections.web_identity(place.rig, rol='x'),
                    sections.aws())
    done = place.run('aws-credential-daypass')
    equal((done.code, done.out), (1, ''), 'a section with a mistake: refused')
    like(done.err, r'\[credential "dev"\] in .*did you mean `role`', 'why')
    place.configure(sections.web_identity(place.rig), sections.aws())
    equal(place.run('aws-credential-daypass').code, 0,
          'mended: it is read again by itself')


def test_empty_policy(place):
    """A policy that allows nothing, for it says nothing."""
    place.configure(BOUND, '[policy "self"]\n')
    done = ask_all(place)
    codes = {tool: d.code for tool, d in done.items()}
    equal(codes, {'git': 0, 'docker': 1, 'aws': 1, 'gcloud': 0,
                  'daypass': 77}, 'nothing is handed out')
    like(done['git'].err, r'policy: \[policy "self"\] denies .*no rule of it matches',
         'and it is said why')
    place.configure(BOUND, '[policy "agent:*"]\n[docker]\n[gcloud]\n')
    all_work(place, 'for others, and sections that say nothing')


def test_includes(place):
    place.write('home/.config/daypass/more', BOUND)
    place.write(place.config, '[include]\n\tpath = more\n')
    all_work(place, 'an include')
    place.write('home/.config/daypass/more', BOUND, 0o666)
    all_fail(place, r'more.*written by others', 'an include that is not safe')
    place.write(place.config, BOUND + '[include]\n\tpath = nowhere\n')
    like(place.daypass('doctor').out, 'nowhere', 'one that is missing: doctor')
    place.write(place.config, '[include]\n\tpath = config\n')
    all_fail(place, r'config', 'one that includes itself')
    place.write(place.config, '[includeIf "gitdir:/"]\n\tpath = more\n')
    all_fail(place, r'\[includeIf\] is not read', 'includeIf')


def test_not_of_the_work_tree(place):
    """A repository that was cloned must not say where credentials go."""
    place.write('home/work/.git/config', BOUND)
    place.write('home/work/.daypass/config', BOUND)
    place.write('home/work/config', BOUND)
    done = place.run('git-credential-daypass', 'get', input=GIT,
                     cwd=place.path('home/work'))
    equal((done.out, done.err), ('', ''), 'nothing is read of a work tree')


def test_another_configuration(place):
    place.write(place.config, BOUND)
    all_work(place, 'a session')
    other = place.write('home/other', BOUND)
    done = place.daypass('token', 'dev', env={'DAYPASS_CONFIG': other})
    equal(done.code, 78, 'a request with another configuration')
    like(done.err, r"started with the configuration '\S+/config'.*"
         r"/home/other'.*daypass end", 'is refused, and says so')


def system_file(place):
    """Where the system's file would be: it is compiled into the agent."""
    agent = shutil.which('daypass-agent', path=place.env['PATH'])
    with open(agent, 'rb') as program:
        found = re.findall(rb'/[\w./-]+/daypass/config\0', program.read())
    return next(f[:-1].decode() for f in found if not f.startswith(b'/.'))


def existing(path):
    while not os.path.isdir(path):
        path = os.path.dirname(path)
    return path


def test_system_file(place):
    """What the system's file defines, the user's cannot redefine."""
    system = system_file(place)
    top = existing(os.path.dirname(system))
    if os.getuid() != 0 or place.env['PATH'].startswith(top):
        raise tap.Skip('a mount over the system\'s directory is needed: root')
    place.write('system/' + os.path.relpath(system, top), (
        '[git "https://git.example"]\n\tcredential = id-token\n'
        '\tusername = of-the-system\n'))
    place.write(place.config, BOUND)
    begin = place.run('unshare', '-m', 'sh', '-c', (
        'mount --bind "$1" "$2" && exec daypass begin'), 'sh',
        place.path('system'), top)
    if begin.code:
        raise tap.Skip(f'no mount namespace: {begin.err.strip()}')
    like(place.run('git-credential-daypass', 'get', input=GIT).out,
         'username=of-the-system', "the system's file wins")
    like(place.daypass('doctor').out, "cannot be redefined", 'and doctor says')


if __name__ == '__main__':
    tap.run(globals())
