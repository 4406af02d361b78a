#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Tokens that were in a job's variables when it started: which of them is
handed out, and to whom."""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import tap   # noqa: E402
from support.identities import AUDIENCE, ask, fails, gives, rows, use  # noqa
from support.tap import equal   # noqa: E402


def holding():
    return [row for row in rows() if row.STATIC and row.HOLDS]


def test_what_is_none(place):
    for row in holding():
        use(place, row)
        job = row.around(place)
        for name, value, code, pattern in (
                ('empty', '', 69, '(is not|is empty|holds a token)'),
                ('two words', 'a b', 69, 'else than one token'),
                ('huge', 'x' * 20000, 64, 'more than 16384 bytes'),
                ('a line break', 'a\nb', 64, 'a line break'),
                ('expired', place.rig.token(AUDIENCE, ttl=-9), 69,
                 f'{row.HOLDS[0]} holds a token that expired at ')):
            fails(place, row, name, code, pattern,
                  env={**job, row.HOLDS[0]: value})


def test_line_end(place):
    """A variable that was read from a file may have one."""
    for row in holding():
        use(place, row)
        gives(place, row, 'a line end', env={
            **row.around(place),
            row.HOLDS[0]: place.rig.token(AUDIENCE) + '\n'})


def test_audience(place):
    for row in holding():
        if row.name == 'env':       # which the person named: see there
            continue
        use(place, row)
        fails(place, row, 'another audience', 69, 'no token for audience '
              f'{AUDIENCE}: {row.HOLDS[0]} is for x.example, y.example|'
              f'{row.HOLDS[0]} is for x.example', env={
                  **row.around(place),
                  row.HOLDS[0]: place.rig.token('x.example')})


def several():
    return [row for row in holding() if len(row.HOLDS) > 1]


def test_two_tokens(place):
    for row in several():
        use(place, row)
        first, second = row.HOLDS
        token = place.rig.token
        env = {**row.around(place), first: token('x.example'),
               second: token('y.example')}
        for name, audience in ((first, 'x.example'), (second, 'y.example')):
            equal(gives(place, row, audience, audience, env), env[name],
                  f'{row.name}: that of {name}')
        env[second] = token('x.example', ttl=-9)
        equal(gives(place, row, 'x.example', 'x.example', env), env[first],
              f'{row.name}: not the one that has expired')
        env[first], env[second] = env[second], env[first]
        equal(gives(place, row, 'x.example', 'x.example', env), env[second],
              f'{row.name}: wherever it is')
        env[first] = 'opaque'
        equal(gives(place, row, 'x.example', 'x.example', env), env[second],
              f'{row.name}: nor one that is none')


def test_names(place):
    """Names that the job's author chose: these and no others."""
    for row in several():
        token = place.rig.token
        names = [f'{row.OWN}_{n}' for n in range(5)]
        env = {**row.JOB, names[1]: token('x.example'),
               names[4]: token('y.example'), row.HOLDS[0]: token(AUDIENCE)}
        use(place, row, settings={'variable': names})
        for name, audience in ((names[1], 'x.example'),
                               (names[4], 'y.example')):
            equal(gives(place, row, audience, audience, env), env[name],
                  f'{row.name}: that of {name}')
        fails(place, row, 'what is not named', 69, 'no token for audience',
              env=env, audience=AUDIENCE)
        equal(ask(place, 'y.example', row.JOB).code, 69,
              f'{row.name}: another asker has none')


def test_too_many_names(place):
    for row in several():
        use(place, row, settings={
            'variable': [f'{row.OWN}_{"X" * 90}_{n}' for n in range(4)]})
        fails(place, row, 'more names than fit', 78, 'more than fit')


if __name__ == '__main__':
    tap.run(globals())
