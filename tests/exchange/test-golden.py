#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What each exchange says when it is refused: every error that its service
documents, and the whole sentence that a person gets to read."""

import os
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..'))

from support import canary, golden, tap   # noqa: E402
from support.exchanges import refuse, rows   # noqa: E402
from support.tap import equal, ok   # noqa: E402


def check(place, row):
    said = {}
    for refusal in row.refusals(place.rig):
        done = refuse(place, row, refusal, lambda *arguments: (
            place.daypass('token', '--force', *arguments)))
        name = f'{row.title}: {refusal.name}'
        equal((done.code, done.out), (refusal.code, ''),
              f'{name}: exit {refusal.code}')
        ok(len(done.err.splitlines()) == 1, f'{name}: in one line', done)
        ok(not canary.found_in(done.err.encode(), canary.needles(
            place.rig.secrets())), f'{name}: no secret')
        assert refusal.name not in said, f'{name}: there twice'
        said[refusal.name] = f'{done.code} {done.err}'
    ok(said, f'{row.title}: has refusals')
    golden.check(os.path.join(HERE, 'golden', f'{row.title}.txt'), said)


def test_sentences(place):
    for row in rows():
        check(place, row)


if __name__ == '__main__':
    tap.run(globals())
