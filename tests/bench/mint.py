# SPDX-License-Identifier: Apache-2.0
"""A cold mint beside curl making the same requests: an id token from the
workspace's unix socket, and AWS credentials for it, over a network that is
near or far."""

import contextlib
import os
import subprocess
import sys
from urllib.parse import urlsplit

import table
from runs import Run, built, in_turn, rounds, try_once
from support import sections
from support.place import Place

HERE = os.path.dirname(os.path.abspath(__file__))
ROUNDS = {0: 0.04, 20: 0.02, 100: 0.01}     # of BENCH_ROUNDS, by round trip
# Too short a life to be kept: each get mints both steps again.
SHORT = {'identity': {'ttl': 50}, 'lifetimes': {'sts': 50}}


@contextlib.contextmanager
def far(url, trip):
    """The URL of a service, a round trip of so many ms away."""
    if trip == 0:
        yield url
        return
    with subprocess.Popen(
            [sys.executable, '-B', os.path.join(HERE, 'proxy.py'), str(trip),
             str(urlsplit(url).port)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as proxy:
        port = int(proxy.stdout.readline())
        yield f'https://localhost:{port}'
        proxy.stdin.close()


def configure(place, rig, urls):
    """The identity is the very curl that is run by hand; the roots come from
    the environment."""
    command = ("curl -qs --fail --noproxy '*' --unix-socket "
               f'{rig["identity_socket"]} -d audience={{audience}} '
               'http://localhost/token')
    place.write(place.config, '\n'.join([
        sections.section('identity', None, source='command', command=command),
        *(sections.web_identity(rig, f'sts-{trip}', endpoint=url)
          for trip, url in urls.items())]))


class Roots:
    """Where the trusted roots come from: the agents that know it so, and how
    curl is told."""

    def __init__(self, place, name, env, options):
        self.name = name
        self.options = options
        self.running, self.ended = (
            {**env, 'DAYPASS_RUNTIME_DIR': place.make('run', name[0] + state)}
            for state in ('running', 'ended'))

    def runs(self, rig, trip, url):
        aws = [built('aws-credential-daypass'), '--credential', f'sts-{trip}']
        by_hand = [os.path.join(HERE, 'by-hand.sh'), rig['identity_socket'],
                   url, rig['role'], *self.options]
        return [
            Run(f'{self.name}, daypass', aws, env=self.running),
            Run('', [built('daypass'), 'end'], env=self.ended),
            Run(f'{self.name}, daypass, no agent running', aws,
                env=self.ended),
            Run(f'{self.name}, curl', by_hand)]

    def end(self, place):
        for env in (self.running, self.ended):
            place.daypass('end', env=env)


def both_roots(place, rig):
    """With a directory alone curl reads its built-in bundle as well, so it is
    given our one root in place of that."""
    return [
        Roots(place, 'hashed directory', {'SSL_CERT_DIR': rig['hashed']},
              ['--capath', rig['hashed'], '--cacert', rig['ca']]),
        Roots(place, 'bundle', {'SSL_CERT_FILE': rig['bundle']},
              ['--cacert', rig['bundle']])]


def measure(place, rig, roots, trip, url):
    runs = [run for kind in roots for run in kind.runs(rig, trip, url)]
    forced = Run('hashed directory, daypass token --force',
                 [built('daypass'), 'token', '--force', f'sts-{trip}'],
                 env=roots[0].running)
    runs.insert(1, forced)
    try_once(place, [run for run in runs if run.name])
    rig.forget()
    times = rounds(ROUNDS[trip])
    found = in_turn(place, runs, times)
    minted = rig.count('sts:AssumeRoleWithWebIdentity')
    if minted != times * len(found):
        raise RuntimeError(f'{minted} mints in {times} rounds')
    return found


def show(found):
    """Each beside the curl with the same roots."""
    rows = []
    for name in found[0]:
        curl = name.partition(',')[0] + ', curl'
        rows.append([name] + [
            text for times in found.values() for text in (
                table.ms(times[name]),
                table.ratio(times[name], times[curl]))])
    heads = [text for trip in found for text in (
        f'{trip} ms away: ms', '× curl')]
    table.show(['cold mint', *heads], rows)


def section(rig):
    rig.change(**SHORT)
    with contextlib.ExitStack() as stack:
        urls = {trip: stack.enter_context(far(rig['sts'], trip))
                for trip in ROUNDS}
        place = stack.enter_context(Place(rig))
        configure(place, rig, urls)
        roots = both_roots(place, rig)
        found = {trip: measure(place, rig, roots, trip, url)
                 for trip, url in urls.items()}
        for kind in roots:
            kind.end(place)
    rig.reset()
    table.heading('A cold mint beside curl')
    show(found)
