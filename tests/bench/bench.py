#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What a warm get costs, beside an empty static program and git's own
credential cache, all in one run: a table in Markdown.

`make bench`. Times on a machine that others share are noise: what counts are
the ratios, which are taken from programs that ran in turn.
"""

import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(
    os.path.dirname(os.path.abspath(__file__)))))

from support import sections           # noqa: E402
from support.place import BUILD, Place  # noqa: E402
from support.rig import Rig            # noqa: E402

ROUNDS = int(os.environ.get('BENCH_ROUNDS', '1000'))
CACHE = '/usr/lib/git-core/git-credential-cache'
HOST = 'bench.rig.test'


def configure(place, rig):
    place.configure(
        sections.octo(rig), sections.web_identity(rig), sections.aws(),
        sections.git(rig), sections.docker(HOST))


def runners(place, rig):
    """What runs, by name: its input and its command."""
    git = f'protocol=https\nhost={rig.git}\npath=acme/web.git\n\n'
    cached = f'protocol=https\nhost={HOST}\n\n'
    at = place.write
    return {
        'an empty static program': (
            '/dev/null', [os.path.join(BUILD, 'tests/bench/empty')]),
        'git-credential-daypass': (
            at('git.in', git), [f'{BUILD}/git-credential-daypass', 'get']),
        'docker-credential-daypass': (
            at('docker.in', HOST), [f'{BUILD}/docker-credential-daypass',
                                    'get']),
        'docker-credential-daypass, unbound host': (
            at('none.in', 'docker.io'),
            [f'{BUILD}/docker-credential-daypass', 'get']),
        'aws-credential-daypass': (
            '/dev/null', [f'{BUILD}/aws-credential-daypass']),
        'gcloud-credential-daypass': (
            '/dev/null', [f'{BUILD}/gcloud-credential-daypass']),
        'git-credential-cache': (at('cache.in', cached), [CACHE, 'get']),
    }


def fill_cache(place):
    place.make('home/.cache/git/credential')
    place.run(CACHE, 'store', input=f'protocol=https\nhost={HOST}\n'
              'username=u\npassword=p\n\n')


def measure(place, rig):
    place.env.update({
        'GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE': rig['gcp_audience'],
        'GOOGLE_EXTERNAL_ACCOUNT_TOKEN_TYPE':
            'urn:ietf:params:oauth:token-type:id_token'})
    running = runners(place, rig)
    words = []
    for source, command in running.values():
        with open(source, 'rb') as given:
            subprocess.run(command, env=place.env, stdin=given,
                           stdout=subprocess.DEVNULL, check=False)
        words += [source, *command, '--']
    side = os.path.join(BUILD, 'tests/bench/side')
    done = place.run(side, str(ROUNDS), *words[:-1], limit=600)
    return dict(zip(running, map(float, done.out.split())))


def show(times):
    base = times['an empty static program']
    cache = times['git-credential-cache']
    print('| warm get | median, us | of the empty program '
          '| of git-credential-cache |')
    print('| --- | ---: | ---: | ---: |')
    for name, time in times.items():
        print(f'| {name} | {time:.0f} | {time / base:.2f} '
              f'| {time / cache:.2f} |')


def main():
    with Rig() as rig, Place(rig) as place:
        configure(place, rig)
        fill_cache(place)
        show(measure(place, rig))
        place.run(CACHE, 'exit')


if __name__ == '__main__':
    main()
