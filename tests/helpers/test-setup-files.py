#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""daypass setup over files that are none of the usual: no run leaves half of
anything, and nobody's bytes are lost."""

import json
import os
import random
import shutil
import signal
import struct
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import tap   # noqa: E402
from support.corpus import PATHS, configure, parse_docker, read, setup, tree   # noqa: E402
from support.ordinary import Ordinary   # noqa: E402
from support.tap import equal, like, ok   # noqa: E402


def test_nothing_half_done(place):
    """One file that cannot be written, and nothing is."""
    configure(place)
    place.write(PATHS['git'], '[user]\n')
    place.write(PATHS['docker'], '{"auths": {},}')
    before = tree(place)
    done = setup(place, 'all')
    equal(done.code, 78, 'a file that is broken')
    like(done.err, r'^daypass: setup docker: .*line 1: ',
         'says which, and where')
    equal(tree(place), before, 'and nothing at all is changed')
    place.write(PATHS['docker'], '{}', 0o444)
    before = tree(place)
    done = setup(place, 'all')
    equal(done.code, 78, 'a file that is read-only')
    like(done.err, 'config.json. is read-only', 'says so')
    equal(tree(place), before, 'and nothing is changed')
    os.unlink(place.path(PATHS['docker']))
    os.mkdir(place.path(PATHS['docker']))
    equal(setup(place, 'all').code, 78, 'a directory in its place')
    ok(b'daypass' not in read(place.path(PATHS['git'])), 'git is untouched')


def test_roll_back(place):
    """One file of several cannot be put in its place: those before it are put
    back."""
    configure(place)
    place.write(PATHS['git'], '[user]\n')
    place.write(PATHS['docker'], '{}\n')
    lock = place.write(PATHS['docker'] + '.lock', '')
    before = tree(place)
    done = setup(place, 'all')
    equal(done.code, 71, 'somebody is writing one of the files')
    like(done.err, 'another program is writing', 'is said')
    equal(tree(place), before, 'and all are as they were')
    ok(not os.path.exists(place.path('home/.config/gcloud')),
       'the directories too')
    os.unlink(lock)
    equal(setup(place, 'all').code, 0, 'later it works')
    before = tree(place)
    place.write(PATHS['docker'] + '.lock', '')
    equal(setup(place, 'all', '--undo').code, 71, 'the same at undo')
    os.unlink(lock)
    equal(tree(place), before, 'all are as they were')
    like(setup(place, 'all').out, 'nothing to change', 'and remembered')


def test_strange_files(place):
    configure(place)
    path = place.path(PATHS['git'])
    for make, why in (
            (lambda: os.symlink('/nowhere/file', path), 'leads nowhere'),
            (lambda: os.mkfifo(path), 'no regular file'),
            (lambda: os.link(place.write('home/other', '[user]\n'), path),
             '2 names'),
            (lambda: place.write(path, '[user]\0\n'), 'NUL'),
            (lambda: os.symlink('.gitconfig', path), 'symbolic links'),
            (lambda: os.symlink('/dev/null', path), 'no regular file'),
            (lambda: place.write(path, '#' * (1 << 20) + '\n'), '1 MiB')):
        make()
        done = setup(place, 'git')
        ok(done.code in (71, 78), f'a file: {why}', done)
        like(done.err, why, 'says so')
        os.unlink(path)


def owners(path):
    return {folder: os.stat(folder).st_uid
            for folder, _, _ in os.walk(path)}


def test_others_home(place):
    if os.geteuid() != 0:
        raise tap.Skip('only root can give a home to another')
    configure(place)
    os.chown(place.home, 65534, -1)
    before = owners(place.home)
    for words in (['git'], ['all'], ['all', '--dry-run'], ['all', '--undo']):
        done = setup(place, *words)
        equal(done.code, 77, "another user's home, as sudo leaves it")
        like(done.err, 'belongs to uid 65534', 'says so')
        equal(owners(place.home), before,
              'and root makes nothing in it, which only root could change')
    os.chown(place.home, 0, -1)


def test_others_folders(place):
    """As sudo -E leaves them: HOME is root's, what is named is another's."""
    if os.geteuid() != 0:
        raise tap.Skip('only root can give a directory to another')
    configure(place)
    theirs = place.make('theirs')
    os.chown(theirs, 65534, -1)
    for name, value in (('DOCKER_CONFIG', 'docker'),
                        ('XDG_STATE_HOME', 'state'),
                        ('AWS_CONFIG_FILE', 'aws/config'),
                        ('GIT_CONFIG_GLOBAL', 'gitconfig'),
                        ('CLOUDSDK_CONFIG', 'gcloud')):
        done = setup(place, 'all', env={name: f'{theirs}/{value}'})
        equal(done.code, 77, f"{name}: another user's directory")
        like(done.err, 'belongs to uid 65534', 'says so')
        equal(os.listdir(theirs), [], 'and nothing is made in it')


def test_no_home(place):
    """Debian's users of services have HOME=/nonexistent."""
    config = configure(place)
    nowhere = place.path('nowhere/home')
    for home, why in ((nowhere, 'is not there'), ('', 'is not set'),
                      ('relative', 'is not set'), (None, 'is not set')):
        done = setup(place, 'git', env={'HOME': home,
                                        'DAYPASS_CONFIG': config})
        equal(done.code, 78, f'HOME={home}')
        like(done.err, f'HOME.* {why}', 'says so')
    ok(not os.path.exists(place.path('nowhere')), 'it is not made')
    done = setup(place, 'git', env={'HOME': place.home + '//'})
    like(done.out, f' {place.home}/.gitconfig: ', 'slashes at its end')


def test_link_to_no_folder(place):
    configure(place)
    os.symlink('/nowhere/docker', place.path('home/.docker'))
    for words in (['--dry-run'], []):
        done = setup(place, 'docker', *words)
        equal(done.code, 78, f'a directory is a link {words}')
        like(done.err, r"\.docker' is a link that leads nowhere", 'says so')


def test_one_file_twice(place):
    """docker's file, and a link to it where podman looks for its own."""
    configure(place)
    path = place.write(PATHS['docker'], '{}\n')
    place.make('home/.config/containers')
    link = place.path('home/.config/containers/auth.json')
    os.symlink('../../.docker/config.json', link)
    equal(setup(place, 'docker').code, 0, 'one file by two names')
    like(setup(place, 'docker').out, 'nothing to change', 'once more')
    equal(sorted(parse_docker(link)['credHelpers']),
          ['ghcr.io', 'registry.example.com:5000'], 'both names lead to it')
    equal(setup(place, 'docker', '--undo').code, 0, 'undo')
    equal(read(path), b'{}\n', 'as it was')
    ok(os.path.islink(link), 'and the link is one')


def test_umask(place):
    """Whatever it is, what is made is private, and what was there is as
    open as before."""
    configure(place)
    place.write(PATHS['git'], '[user]\n', 0o664)
    for mask in (0, 0o777):
        before = tree(place)
        equal(setup(place, 'all', umask=mask).code, 0, f'umask {mask:o}')
        found = {m & 0o7777 for path, (m, *_) in tree(place).items()
                 if path not in before}
        equal(found, {0o600}, 'new files are private')
        equal(os.stat(place.path(PATHS['git'])).st_mode & 0o777, 0o664,
              'one that was there keeps its mode')
        equal(os.stat(place.path('home/.docker')).st_mode & 0o777, 0o700,
              'new directories are private')
        setup(place, 'all', '--undo', umask=mask)
        equal(tree(place), before, 'undo')


def test_attributes(place):
    """An access control list lets in and keeps out as before: without it, its
    mask would be what the group may."""
    configure(place)
    path = place.write(PATHS['git'], '[user]\n', 0o640)
    entries = ((1, 6, 0xffffffff), (2, 4, 65534), (4, 0, 0xffffffff),
               (16, 4, 0xffffffff), (32, 0, 0xffffffff))
    acl = struct.pack('<I', 2) + b''.join(
        struct.pack('<HHI', *entry) for entry in entries)
    try:
        os.setxattr(path, 'user.note', b'mine')
        os.setxattr(path, 'system.posix_acl_access', acl)
    except OSError as error:
        raise tap.Skip(f'no attributes here: {error}') from error
    for words in ([], ['--undo']):
        equal(setup(place, 'git', *words).code, 0, f'setup git {words}')
        equal(os.getxattr(path, 'user.note'), b'mine', 'an attribute')
        equal(os.getxattr(path, 'system.posix_acl_access'), acl,
              'an access control list')


def test_group(place):
    """A group that cannot be kept: what is in the file is for that group
    alone, and not for another."""
    if os.geteuid() != 0:
        raise tap.Skip('only root can become another')
    with Ordinary(place.rig) as there:
        configure(there)
        path = there.write(PATHS['git'], '[user]\n', 0o640)
        os.chown(path, there.uid, 12345)
        done = setup(there, 'git')
        equal(done.code, 71, 'a group that cannot be kept, and may read')
        like(done.err, 'its group cannot be kept', 'says so')
        equal(read(path), b'[user]\n', 'nothing is changed')
        os.chmod(path, 0o644)
        equal(setup(there, 'git').code, 0, 'a group of no meaning')
        equal(os.stat(path).st_mode & 0o777, 0o644, 'the mode is kept')


MOUNTED = '''
mount -t tmpfs -o size="$2" tmpfs "$1" && cp -a "$3/." "$1" && cd "$1" || exit 9
[ -z "$4" ] || head -c "$4" /dev/zero >filler
[ -z "$5" ] || mount -o "remount,$5" "$1" || exit 9
daypass setup all; code=$?
cd / && rm -f "$1/filler" && cp -a "$1/." "$3.after"
exit $code
'''


def mounted(place, size, fill='', options=''):
    """setup where home is a file system of its own; what is there then."""
    shutil.copytree(place.home, place.path('was'), symlinks=True)
    done = place.run('unshare', '--mount', 'sh', '-c', MOUNTED, 'sh',
                     place.home, size, place.path('was'), fill, options)
    if done.code in (1, 9):
        raise tap.Skip(f'nothing can be mounted here: {done.err}')
    return done


def test_no_room(place):
    """The disk is full, a little more so each time."""
    configure(place)
    place.write(PATHS['git'], '[user]\n\tname = Ada\n' + '# x\n' * 3000)
    place.write(PATHS['docker'], '{"auths": {}}' + ' ' * 9000)
    before = tree(place)
    codes = set()
    for filled in range(44, 100, 4):
        done = mounted(place, '128k', f'{filled}k')
        codes.add(done.code)
        home, place.home = place.home, place.path('was.after')
        after = {path.replace('was.after', 'home'): what
                 for path, what in tree(place).items()}
        place.home = home
        if done.code and after != before:
            ok(False, f'a full disk: {done}', after.keys() ^ before.keys())
        for name in ('was', 'was.after'):
            shutil.rmtree(place.path(name))
    ok(codes == {0, 71}, f'some had room, some had none: {codes}')
    ok(True, 'with no room, nothing is changed')


def test_read_only(place):
    configure(place)
    place.write(PATHS['git'], '[user]\n')
    done = mounted(place, '256k', '', 'ro')
    equal(done.code, 71, 'a file system that is read-only')
    like(done.err, 'Read-only file system', 'says so')


def test_kill(place):
    """kill -9 at any moment: each file is old or new, and undo goes back."""
    configure(place)
    texts = {'git': '[user]\n\tname = Ada', 'docker': '{"auths": {}}',
             'aws': '[default]\nregion = x\n'}
    for tool, text in texts.items():
        place.write(PATHS[tool], text)
    before = tree(place)
    setup(place, 'all')
    new = {tool: read(place.path(PATHS[tool])) for tool in texts}
    setup(place, 'all', '--undo')
    equal(tree(place), before, 'there and back')
    seen, dice = set(), random.Random(1)
    for i in range(60):
        process = place.start('daypass', 'setup', 'all')
        time.sleep(dice.random() * 0.03)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=20)
        seen.add(process.returncode)
        for tool, text in texts.items():
            if read(place.path(PATHS[tool])) not in (text.encode(),
                                                     new[tool]):
                ok(False, f'{tool}: old or new', read(place.path(
                    PATHS[tool])))
        if i % 3 == 0:
            setup(place, 'all')
        setup(place, 'all', '--undo')
        if tree(place) != before:
            ok(False, 'undo after a kill', tree(place).keys())
            return
    ok(-signal.SIGKILL in seen, f'was killed on the way: {seen}')
    ok(True, 'each file was old or new, and undo went back')


def test_at_once(place):
    configure(place)
    place.write(PATHS['git'], '[user]\n')
    started = [place.start('daypass', 'setup', 'all') for _ in range(8)]
    for process in started:
        process.communicate(timeout=60)
    equal({p.returncode for p in started}, {0}, 'eight at once')
    equal(read(place.path(PATHS['git'])).count(b'github.com'), 1,
          'are as one')
    setup(place, 'all', '--undo')
    equal(read(place.path(PATHS['git'])), b'[user]\n', 'undo')


if __name__ == '__main__':
    tap.run(globals())
