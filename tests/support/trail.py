# SPDX-License-Identifier: Apache-2.0
"""Audit records, and their chain verified from docs/audit.md alone: none of
daypass's own code has a part in it."""

import glob
import hashlib
import json
import os

from . import processes

ZERO = '0' * 64
PREFIX = 'dev.daypass.'


def log(place):
    return place.path('audit', 'records')


def ended(place):
    """All records, when the session is over."""
    pid = place.agent()
    place.daypass('end')
    processes.wait_end(pid, 20)
    return verify(log(place))


def files(path):
    """From the oldest to the latest."""
    older = sorted(glob.glob(glob.escape(path) + '.[0-9]*'),
                   key=lambda name: -int(name.rpartition('.')[2]))
    return [*older, path]


def lines(path):
    found = []
    for name in files(path):
        with open(name, 'rb') as source:
            found += source.read().splitlines()
    return found


def verify(path, first=True):
    """The records, if all of them are as they were written; else fails.
    `first`: nothing was rotated away."""
    before, sequence, records = ZERO, 0, []
    for line in lines(path):
        record = json.loads(line)
        hashed, tail = line[:-75], line[-75:].decode()
        assert tail == f',"hash":"{record["hash"]}"}}', tail
        assert hashlib.sha256(hashed).hexdigest() == record['hash'], record
        if records or first:
            assert record['prevhash'] == before, record
            assert int(record['sequence']) == sequence + 1, record
        before, sequence = record['hash'], int(record['sequence'])
        records.append(record)
    return records


def append(path, line):
    """Puts a sealed line behind the last one, with a seal that is right."""
    last = json.loads(lines(path)[-1])
    text = line[:line.rindex(b',"sequence"')] + (
        f',"sequence":"{int(last["sequence"]) + 1:016}",'
        f'"prevhash":"{last["hash"]}"').encode()
    digest = hashlib.sha256(text).hexdigest()
    with open(path, 'ab') as out:
        out.write(text + f',"hash":"{digest}"}}\n'.encode())


def of_type(records, *types):
    return [r for r in records
            if r.get('type', '').removeprefix(PREFIX) in types]


def read(path):
    """What is there by now, whole or not."""
    if not os.path.exists(path):
        return []
    return [json.loads(line) for line in lines(path) if line.endswith(b'}')]


def wait(path, kind, count=1, limit=20):
    """So many records of a type, when they are there."""
    return processes.wait_for(
        lambda: (found := of_type(read(path), kind))[count - 1:] and found,
        limit)


def writer(place):
    """The pid of the agent's daypass-audit."""
    agent = place.agent()
    for pid in processes.children(agent) if agent else []:
        if b'daypass-audit' in processes.read(pid, 'cmdline'):
            return pid
    return None
