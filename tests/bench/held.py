# SPDX-License-Identifier: Apache-2.0
"""Does it matter how much the agent holds? One credential of 2 KiB, or a
thousand, or a thousand with as many bindings in its configuration."""

import contextlib
import re

import table
from runs import EMPTY, Run, in_turn, rounds, try_once
from support import processes, sections
from support.place import Place
from warm import gcloud

SIZE = 2048
MANY = 1000
CASES = (('1 held', 1, 0), (f'{MANY} held', MANY, 0),
         (f'{MANY} held, {MANY} bindings', MANY, MANY))


def token(rig):
    """An id token of that size."""
    pad = (SIZE - len(rig.token('bench'))) * 3 // 4
    rig.change(identity={'claims': {'pad': 'x' * pad}})
    made = rig.token('bench')
    rig.change(identity={'claims': None})
    return made


def configure(place, rig, bindings):
    """An identity that costs nothing: it is the keeping that is looked at."""
    path = place.write('token', token(rig))
    place.configure(
        sections.section('identity', None, source='file', file=path),
        sections.section('gcloud', None, credential='id-token'),
        *(sections.docker(f'host{i}.rig.test') for i in range(bindings)))


def fill(place, held):
    """So many audiences; one of them is asked for."""
    runs = [gcloud(f'audience-{i}') for i in range(held)]
    try_once(place, runs)
    return runs[held // 2]


def memory(place):
    """What of the agent is resident, and what is locked, in KiB."""
    text = processes.read(place.agent(), 'status').decode()
    return [int(re.search(rf'^{name}:\s*(\d+) kB', text, re.M)[1])
            for name in ('VmRSS', 'VmLck')]


def section(rig):
    with contextlib.ExitStack() as stack:
        runs, kept = [EMPTY], {}
        for name, held, bindings in CASES:
            place = stack.enter_context(Place(rig))
            configure(place, rig, bindings)
            run = fill(place, held)
            runs.append(Run(name, run.command,
                            env={**place.env, **run.env}))
            kept[name] = memory(place)
        times = in_turn(place, runs, rounds(0.5))
    table.heading(f'Holding credentials of {SIZE // 1024} KiB')
    table.show(
        ['gcloud-credential-daypass', 'median, µs', '× empty',
         'agent resident, KiB', 'agent locked, KiB'],
        [[name, table.us(times[name]),
          table.ratio(times[name], times[EMPTY.name]),
          *(table.count(size) for size in sizes)]
         for name, sizes in kept.items()])
