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
    GLOB, HOSTS, PATHS, configure, parse_docker, read, setup, stamps, tree,
    try_corpus)
from support.place import BUILD   # noqa: E402
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


def test_docker_null(place):
    """JSON, and no mistake of its syntax."""
    configure(place)
    path = place.write(PATHS['docker'], '{"auths": {},\n"credHelpers": null}')
    done = setup(place, 'docker')
    equal(done.code, 78, 'credHelpers is null')
    like(done.err, 'config.json.: line 2: no object', 'says where')
    unlike(done.err, 'no JSON', 'and nothing that is not so')
    equal(read(path), b'{"auths": {},\n"credHelpers": null}', 'it stays')


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


OURS = 'home/.config/containers/registries.conf.d/zz-daypass.conf'
LINE = 'credential-helpers = ["containers-auth.json", "daypass"]'


def program(place, name):
    path = place.write(f'bin/{name}', '#!/bin/sh\n', 0o755)
    os.chmod(path, 0o755)


def alone(place, *words, **more):
    """With no program on PATH but ours and those of the test."""
    path = more.pop('path', f'{BUILD}:{place.bin}')
    return place.run(os.path.join(BUILD, 'daypass'), 'setup', 'docker',
                     *words, env={'PATH': path, **more})


def test_registries(place):
    """podman knows no credsStore: for globs it gets credential-helpers."""
    configure(place, GLOB)
    before = tree(place)
    equal(alone(place).code, 0, 'without podman, skopeo and buildah')
    equal(read(place.path(OURS)), None, 'nothing is written for them')
    program(place, 'skopeo')
    done = alone(place)
    equal(done.code, 0, 'with one of them')
    like(done.out, 'put in credential-helpers', 'it is said')
    ok(LINE in read(place.path(OURS)).decode(), 'a file of ours',
       read(place.path(OURS)))
    written = stamps(place)
    like(alone(place).out, 'nothing to change', 'once more')
    equal(stamps(place), written, 'is not written again')
    equal(alone(place, '--undo').code, 0, 'undo')
    equal(tree(place), before, 'it is gone')
    ok(not os.path.exists(place.path('home/.config/containers')),
       'with its directories')
    alone(place)
    configure(place)
    like(alone(place).out, 'nothing to change|took out', 'no glob any more')
    equal(read(place.path(OURS)), None, 'it is gone')


def test_registries_others(place):
    """What others set there would be gone: the person decides."""
    configure(place, GLOB)
    program(place, 'podman')
    main = 'home/.config/containers/registries.conf'
    drop = 'home/.config/containers/registries.conf.d/50-mine.conf'
    for path, line, code in (
            (main, 'credential-helpers = ["secretservice"]', 78),
            (drop, '  "credential-helpers"=[ \'ecr-login\', ]', 78),
            (drop, 'credential-helpers = [ # all of them', 78),
            (drop, 'credential-helpers = ["containers-auth.json", "x", '
             '"daypass"]', 0),
            (main, '# credential-helpers = ["x"]', 1),
            (main, 'credential-helpers = ["containers-auth.json"]', 1),
            (main, 'credential-helpers = []', 1),
            (main, 'credential-helpers-x = ["x"]', 1),
            (main + '.bak', 'credential-helpers = ["x"]', 1)):
        place.write(path, f'unqualified-search-registries = ["x"]\n{line}\n')
        done = alone(place)
        equal(done.code, 78 if code == 78 else 0, line)
        equal(read(place.path(OURS)) is not None, code == 1,
              'ours is there only where nothing is lost')
        if code == 78:
            like(done.out, f'{path}: skipped: it sets credential-helpers.*put '
                 '"daypass" behind them', 'says where, and what to do')
        alone(place, '--undo')
        os.unlink(place.path(path))
    place.write(OURS, 'unqualified-search-registries = ["x"]\n')
    equal(alone(place).code, 78, "somebody's file by our name")
    equal(read(place.path(OURS)), b'unqualified-search-registries = ["x"]\n',
          'stays')


def test_registries_without_helper(place):
    """With a helper that is not on PATH podman would pull nothing at all."""
    configure(place, GLOB)
    program(place, 'buildah')
    alone(place)
    ok(read(place.path(OURS)), 'with the helper on PATH')
    done = alone(place, path=place.bin)
    like(done.out, 'credential-helpers for podman: docker-credential-daypass '
         'is not on PATH', 'without')
    equal(read(place.path(OURS)), None, 'it is taken back')


if __name__ == '__main__':
    tap.run(globals())
