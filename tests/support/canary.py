# SPDX-License-Identifier: Apache-2.0
"""The hunt for secrets: every place where something minted could have been
left."""

import os
import stat
import threading

from . import processes

LARGEST = 1 << 28
PART = 24       # bytes of a secret that are as good as the whole


def telling(secret):
    """The part that no other secret shares: of a JWT the signature, for its
    claims are those of every other token of that subject, also in the tests
    that run beside this one."""
    return secret.rsplit('.', 1)[1] if secret.count('.') >= 2 else secret


def needles(secrets):
    """What to look for: the end of each, and something out of its middle."""
    found = set()
    for secret in map(telling, secrets):
        if len(secret) >= PART:
            found |= {secret[-PART:].encode(),
                      secret[len(secret) // 2:][:PART].encode()}
    return found


def found_in(data, wanted):
    return any(needle in data for needle in wanted)


def files(directory):
    for folder, _, names in os.walk(directory):
        for name in names:
            path = os.path.join(folder, name)
            if stat.S_ISREG(os.lstat(path).st_mode):
                yield path


def in_files(directory, wanted):
    """The files that hold one of them."""
    found = []
    for path in files(directory):
        with open(path, 'rb') as source:
            if found_in(source.read(), wanted):
                found.append(path)
    return found


def regions(pid):
    """(start, end) of what is worth reading; a sanitizer's shadow is not."""
    with open(f'/proc/{pid}/maps', encoding='ascii') as maps:
        for line in maps:
            limits, rights = line.split()[:2]
            start, end = (int(part, 16) for part in limits.split('-'))
            if 'r' in rights and '[v' not in line and end - start < LARGEST:
                yield start, end


def in_memory(pid, wanted):
    """How many of them are in a process's memory; needs to be root."""
    left = set(wanted)
    with open(f'/proc/{pid}/mem', 'rb', buffering=0) as memory:
        for start, end in regions(pid):
            data = read_at(memory, start, end)
            left = {needle for needle in left if needle not in data}
    return len(set(wanted)) - len(left)


def read_at(memory, start, end):
    try:
        memory.seek(start)
        return memory.read(end - start)
    except (OSError, OverflowError, ValueError):
        return b''


class Watch:
    """Reads the arguments and the environment of every process, over and
    over, while something goes on."""

    def __init__(self):
        self.seen = {}
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.look, daemon=True)

    def look(self):
        while not self.over.wait(0.005):
            for pid in processes.all_pids():
                for what in ('cmdline', 'environ'):
                    data = processes.read(pid, what)
                    if data:
                        self.seen.setdefault((pid, what), set()).add(data)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()

    def found(self, wanted):
        return [where for where, pieces in self.seen.items()
                if any(found_in(data, wanted) for data in pieces)]
