#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""daypass setup docker: docker's file and podman's, helpers and the store."""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import tap   # noqa: E402
from support.corpus import (   # noqa: E402
    GLOB, HOSTS, PATHS, configure, parse_docker, read, setup, try_corpus)
from support.tap import equal, like, ok, unlike   # noqa: E402


def test_docker_corpus(place):
    try_corpus(place, 'docker')


def test_docker_store_corpus(place):
    """With a glob, which needs credsStore. 78: logins are in the way."""
    try_corpus(place, 'docker', more=GLOB, codes=(0, 78))


def test_docker_fallback(place):
    config = configure(place, GLOB)
    place.write(PATHS['docker'], '{"credsStore": "desktop"}')
    setup(place, 'docker')
    ok(read(config).endswith(b'[docker]\n\tfallback = desktop\n'),
       'the store before is the fallback', read(config))
    equal(parse_docker(place.path(PATHS['docker']))['credsStore'], 'daypass',
          'daypass is the store')
    configure(place, '[docker]\n\tfallback = desktop\n')
    setup(place, 'docker')
    equal(parse_docker(place.path(PATHS['docker']))['credsStore'], 'desktop',
          'no glob any more: the store is given back')


def test_docker_logins(place):
    configure(place, GLOB)
    text = '{"auths": {"x.example": {"auth": "eDp5"}}}'
    place.write(PATHS['docker'], text)
    done = setup(place, 'docker')
    equal(done.code, 78, 'logins in the file, and a glob')
    like(done.out, 'skipped: globs in', 'are told apart')
    config = parse_docker(place.path(PATHS['docker']))
    ok('credsStore' not in config, 'and docker goes on to see them', config)


def test_docker_containers(place):
    """podman's own file, where there is one."""
    configure(place)
    path = place.write('home/.config/containers/auth.json', '{}\n')
    setup(place, 'docker')
    equal(sorted(parse_docker(path)['credHelpers']), sorted(HOSTS),
          "containers' auth.json")
    setup(place, 'docker', '--undo')
    equal(read(path), b'{}\n', 'undo')


def test_docker_runtime_login(place):
    configure(place)
    place.write('run/containers/auth.json',
                '{"auths": {"ghcr.io": {"auth": "canary"}}}')
    done = setup(place, 'docker')
    like(done.out, 'note: podman and skopeo are logged in to ghcr.io',
         "podman's login goes before daypass, and that is said")
    unlike(done.out, 'canary', 'without what it holds')


if __name__ == '__main__':
    tap.run(globals())
