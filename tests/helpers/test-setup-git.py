#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""daypass setup git, over real-looking files and where git would write."""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import tap   # noqa: E402
from support.corpus import (   # noqa: E402
    GIT, PATHS, configure, parse_git, read, setup, try_corpus)
from support.tap import equal, like, ok   # noqa: E402


def test_git_corpus(place):
    try_corpus(place, 'git')


def test_git_helper_behind(place):
    """A helper that comes to stand behind ours would be told of what we
    mint: the next run moves ours to the end."""
    configure(place)
    path = place.path(PATHS['git'])
    for theirs in ('[credential]\n\thelper = store\n',
                   '[credential "https://git.example.com"]\n'
                   '\thelper = cache\n',
                   '[include]\n\tpath = ~/other\n'):
        setup(place, 'git')
        with open(path, 'a', encoding='utf-8') as file:
            file.write(theirs)
        equal(setup(place, 'git').code, 0, f'setup again: {theirs!r}')
        text = read(path).decode()
        ok(text.index(theirs) < text.index('"https://git.example.com"]\n'
                                           '\thelper =\n'),
           'ours come behind it', text)
        like(setup(place, 'git').out, 'nothing to change', 'and stay there')
        setup(place, 'git', '--undo')
        equal(read(path).decode(), theirs, 'undo')
        os.unlink(path)


def test_git_repository(place):
    """A path that may be a repository's is one with .git as well."""
    place.write(place.config, '[git "https://git.example.com/a/web"]\n'
                              '\tcredential = id-token\n'
                              '[git "https://*.b.example"]\n'
                              '\tcredential = id-token\n'
                              '[git "https://git-*.b.example"]\n'
                              '\tcredential = id-token\n')
    done = setup(place, 'git')
    entries = parse_git(place.path(PATHS['git']))
    for url in ('git.example.com/a/web', 'git.example.com/a/web.git',
                '*.b.example'):
        ok(f'credential.https://{url}.helper\n{GIT}' in entries, url, entries)
    like(done.out, r'skipped: \[git "https://git-\*.b.example"\]',
         'a glob that git does not know')


def test_git_place(place):
    """Where git itself would write."""
    configure(place)
    path = place.write('home/.config/git/config', '[user]\n\tname = Ada\n')
    setup(place, 'git')
    ok(b'daypass' in read(path), 'XDG, if that is there and the other is not')
    setup(place, 'git', '--undo')
    named = place.write('home/named', '[user]\n')
    setup(place, 'git', env={'GIT_CONFIG_GLOBAL': named})
    ok(b'daypass' in read(named) and b'daypass' not in read(path),
       'GIT_CONFIG_GLOBAL')
    setup(place, 'git', '--undo')
    equal(read(named), b'[user]\n', 'undo finds it without the variable')


def test_git_lock(place):
    configure(place)
    path = place.write(PATHS['git'], '[user]\n')
    lock = place.write(PATHS['git'] + '.lock', '')
    done = setup(place, 'git')
    equal(done.code, 71, 'git holds its lock')
    like(done.err, r"gitconfig\.lock' is there", 'and it is said')
    equal(read(path), b'[user]\n', 'nothing is changed')
    os.unlink(lock)
    equal(setup(place, 'git').code, 0, 'without it')


if __name__ == '__main__':
    tap.run(globals())
