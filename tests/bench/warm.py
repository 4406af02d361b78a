# SPDX-License-Identifier: Apache-2.0
"""What a warm get costs: each helper, beside an empty static program and
git's own credential cache."""

import os

import instructions
import table
from runs import EMPTY, Run, built, in_turn, rounds, try_once
from support import sections
from support.place import Place

CACHE = '/usr/lib/git-core/git-credential-cache'
HOST = 'bench.rig.test'
AUDIENCE = 'GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE'
ANCESTORS = 13
NEST = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'nest.sh')


def configure(place, rig):
    place.configure(
        sections.octo(rig), sections.web_identity(rig), sections.aws(),
        sections.git(rig), sections.docker(HOST))


def helpers(place, rig):
    git = f'protocol=https\nhost={rig.git}\npath=acme/web.git\n\n'
    at = place.write
    return [
        Run('git-credential-daypass',
            [built('git-credential-daypass'), 'get'], at('git.in', git)),
        Run('docker-credential-daypass',
            [built('docker-credential-daypass'), 'get'],
            at('docker.in', HOST)),
        Run('docker-credential-daypass, unbound host',
            [built('docker-credential-daypass'), 'get'],
            at('unbound.in', 'docker.io'), fails=True),
        Run('aws-credential-daypass', [built('aws-credential-daypass')]),
        gcloud(rig['gcp_audience'])]


def gcloud(audience, name='gcloud-credential-daypass', **env):
    return Run(name, [built('gcloud-credential-daypass')], env={
        AUDIENCE: audience,
        'GOOGLE_EXTERNAL_ACCOUNT_TOKEN_TYPE':
            'urn:ietf:params:oauth:token-type:id_token', **env})


def cache(place):
    """git's own, with its daemon and a password in it."""
    asked = f'protocol=https\nhost={HOST}\n'
    place.make('home/.cache/git/credential')
    place.run(CACHE, 'store', input=f'{asked}username=u\npassword=p\n\n')
    return Run('git-credential-cache', [CACHE, 'get'],
               place.write('cache.in', asked + '\n'))


def show(times, counts=None):
    """The first is the empty program, the last is git's cache."""
    base, rival = list(times.values())[0], list(times.values())[-1]
    counts = {kind: found for kind, found in (counts or {}).items()
              if any(found.values())}
    table.show(
        ['warm get', 'median, µs', '× empty', '× cache', *counts],
        [[name, table.us(time), table.ratio(time, base),
          table.ratio(time, rival),
          *(table.count(found[name]) for found in counts.values())]
         for name, time in times.items()])


def counted(place, runs):
    return {kind: {run.name: count(place, run) for run in runs}
            for kind, count in (
                ('instructions', instructions.of_program),
                ("the kernel's", instructions.in_kernel))}


def section(rig):
    with Place(rig) as place:
        configure(place, rig)
        runs = helpers(place, rig)
        try_once(place, runs)
        runs = [EMPTY, *runs, cache(place)]
        table.heading('A warm get')
        show(in_turn(place, runs, rounds(1)), counted(place, runs))
        exchange = instructions.of_exchange(place, runs[1])
        if exchange:
            table.say('The agent takes '
                      f'{table.count(exchange)} instructions of its own for '
                      "each of the git helper's gets.")
        table.heading(f'The same with {ANCESTORS} ancestors')
        runs = [runs[0], runs[1], runs[-1]]
        show(in_turn(place, runs, rounds(0.5),
                     before=[NEST, str(ANCESTORS - 1)]))
        place.run(CACHE, 'exit')
