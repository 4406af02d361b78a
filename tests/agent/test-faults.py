#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Everything goes wrong, at random moments: askers, mints and the agent are
killed under load, and the cloud fails a third of its calls. Every answer is
right, or an error with a name; and nothing is left.

DAYPASS_FAULTS_SECONDS (20) is how long, DAYPASS_FAULTS_SEED (1) what is drawn.
"""

import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import errands, processes, tap   # noqa: E402
from support.errands import Errands, Wrong   # noqa: E402
from support.place import is_sanitized   # noqa: E402
from support.processes import wait_for   # noqa: E402
from support.tap import equal, less, note, ok   # noqa: E402
from support.weather import Weather   # noqa: E402

SECONDS = float(os.environ.get('DAYPASS_FAULTS_SECONDS', '20'))
SEED = int(os.environ.get('DAYPASS_FAULTS_SEED', '1'))
HANDS = 8           # askers at a time
WARM = 3            # seconds of load before the memory is measured
GROWTH = 8 << 10    # KiB by which the agent may have grown


class Load:
    """So many hands, each with one errand after another."""

    def __init__(self, place, seed):
        self.place = place
        self.seen = Counter()
        self.wrong = []
        self.over = threading.Event()
        self.hands = [threading.Thread(target=self.work, args=(Errands(
            place, random.Random(f'{seed}-{n}')),)) for n in range(HANDS)]

    def work(self, every):
        while not self.over.is_set():
            errand = every.any()
            process = self.place.start(*errand.words, env=errand.env)
            if every.dice.randrange(10) == 0:
                self.kill(process, every.dice.random() / 20)
            else:
                self.wait(every, errand, process)

    def kill(self, process, seconds):
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.seen['killed askers'] += 1
        process.kill()
        process.communicate()

    def wait(self, every, errand, process):
        try:
            out, err = process.communicate(errand.said.encode(), 90)
            out, err = out.decode(), err.decode()
            good = every.check(errand, process.returncode, out, err)
            self.seen['right' if good else 'named errors'] += 1
            if self.place.rig['mark'] in err or not good and \
                    self.place.rig['mark'] in out:
                raise Wrong(f'a secret in an error: {out} {err}')
        except (Wrong, subprocess.TimeoutExpired, UnicodeError) as wrong:
            process.kill()
            self.wrong.append(str(wrong))

    def __enter__(self):
        for hand in self.hands:
            hand.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for hand in self.hands:
            hand.join()


def kill_at_random(place, dice, seen, seconds, agent_too):
    """Mints, and now and then the agent."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        time.sleep(dice.uniform(0.01, 0.15))
        agent = place.agent()
        if agent is None:
            continue
        if agent_too and dice.randrange(15) == 0:
            seen['killed agents'] += 1
            processes.kill(agent)
            continue
        for child in processes.children(agent)[:dice.randrange(3)]:
            seen['killed mints'] += 1
            processes.kill(child)


def check_load(load, weather, name):
    for wrong in load.wrong[:5]:
        note(wrong)
    equal(len(load.wrong), 0, f'{name}: every answer is right, or an error '
          'with a name')
    note(dict(load.seen))
    note(dict(weather.seen))
    ok(load.seen['right'] > 50 and load.seen['named errors'] > 10,
       f'{name}: there were both', load.seen)


def measure(place, agent):
    """(descriptors, resident KiB) of the agent, when it rests."""
    wait_for(lambda: not processes.children(agent), 30)
    wait_for(lambda: connections(agent) == 0, 10)
    resident = next(int(line.split()[1]) for line in processes.read(
        agent, 'status').decode().splitlines() if line.startswith('VmRSS'))
    if os.getuid() != 0:
        return None, resident
    return sorted(kind_of(agent, fd)
                  for fd in os.listdir(f'/proc/{agent}/fd')), resident


def kind_of(pid, descriptor):
    what = os.readlink(f'/proc/{pid}/fd/{descriptor}')
    return what.partition('[')[0]


def connections(agent):
    if os.getuid() != 0:
        return 0
    kinds = [kind_of(agent, fd) for fd in os.listdir(f'/proc/{agent}/fd')]
    return kinds.count('socket:') - 1   # where it listens


def works(place, seed):
    """Each kind of errand, once the cloud is well again: when its rest is
    over, it works."""
    every = Errands(place, random.Random(f'{seed}-works'))

    def try_it(kind):
        errand = kind('ada', 1, every.homes['ada'])
        done = place.run(*errand.words, input=errand.said, env=errand.env)
        return every.check(errand, done.code, done.out, done.err)

    for kind in (every.git, every.docker, every.pkg_dev, every.aws,
                 every.gcloud, every.audience, every.api):
        ok(wait_for(lambda kind=kind: try_it(kind), 60),
           f'afterwards {kind.__name__} works')


def test_agent_is_killed(place):
    note(f'seed {SEED}, {SECONDS:g} s')
    errands.configure(place)
    with Weather(place.rig, random.Random(f'{SEED}-a')) as weather:
        with Load(place, f'{SEED}-a') as load:
            kill_at_random(place, random.Random(SEED), load.seen,
                           SECONDS / 2, True)
    check_load(load, weather, 'askers, mints and agents are killed')
    ok(load.seen['killed agents'] > 1, 'agents were killed', load.seen)
    works(place, SEED)


def test_agent_lives(place):
    """Its askers and mints are killed, and it does not grow."""
    errands.configure(place)
    place.daypass('begin')
    agent = place.agent()
    with Weather(place.rig, random.Random(f'{SEED}-b')) as weather:
        with Load(place, f'{SEED}-warm') as load:
            kill_at_random(place, random.Random(SEED), load.seen, WARM,
                           False)
        before, small = measure(place, agent)
        with Load(place, f'{SEED}-b') as load:
            kill_at_random(place, random.Random(SEED), load.seen,
                           SECONDS / 2, False)
    check_load(load, weather, 'askers and mints are killed')
    after, large = measure(place, agent)
    equal(place.agent(), agent, 'the agent lives')
    equal(processes.children(agent), [], 'with no child, and no zombie')
    if before is None:
        tap.skip('its descriptors', 'only root may look at them')
    else:
        equal(after, before, 'no descriptor more than before')
    note(f'resident: {small} KiB, then {large} KiB')
    if not is_sanitized():
        less(large - small, GROWTH, 'and it has not grown much')
    works(place, SEED)


if __name__ == '__main__':
    tap.run(globals())
