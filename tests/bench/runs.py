# SPDX-License-Identifier: Apache-2.0
"""Programs that are run in turn by side.c, so that whatever else the machine
does falls on all of them alike."""

import os
from dataclasses import dataclass, field

from support.place import BUILD

ROUNDS = int(os.environ.get('BENCH_ROUNDS', '1000'))
LIMIT = 600     # seconds that all rounds together may take


@dataclass
class Run:
    name: str           # '': it prepares the next and is not timed
    command: list
    input: str = '/dev/null'
    env: dict = field(default_factory=dict)     # beside the place's
    fails: bool = False     # as it should: its exit code is not 0

    def words(self):
        source = self.input if self.name else '-'
        settings = [f'{n}={value}' for n, value in self.env.items()]
        return [source, *settings, *self.command]


def built(name):
    return os.path.join(BUILD, name)


EMPTY = Run('an empty static program', [built('tests/bench/empty')])


def rounds(share, least=3):
    """So much of BENCH_ROUNDS."""
    return max(least, round(ROUNDS * share))


def check(run, failed, times):
    if failed != (times if run.fails else 0):
        raise RuntimeError(f'{run.name} failed {failed} times of {times}')


def in_turn(place, runs, times, copies=1, before=()):
    """The median wall time of each in microseconds, by name. `before` are
    words that run the words behind them."""
    words = [str(times), str(copies)]
    for run in runs:
        words += [*run.words(), '--']
    done = place.run(*before, built('tests/bench/side'), *words[:-1],
                     limit=LIMIT)
    if done.code != 0:
        raise RuntimeError(str(done))
    timed = [run for run in runs if run.name]
    found = {}
    for run, line in zip(timed, done.out.splitlines(), strict=True):
        median, failed = line.split()
        check(run, int(failed), times * copies)
        found[run.name] = float(median)
    return found


def try_once(place, runs):
    """What they need is there afterwards: an agent, a credential."""
    for run in runs:
        with open(run.input, encoding='utf-8') as source:
            done = place.run(*run.command, input=source.read(), env=run.env)
        if (done.code != 0) != run.fails:
            raise RuntimeError(f'{run.name}: {done}')
