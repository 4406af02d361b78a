#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Prints docs/errors.md: every sentence of the golden files, as a set.

    python3 tests/docs/errors.py >docs/errors.md
"""

import glob
import os
import re
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.join(HERE, '..')
sys.path.insert(0, TESTS)

from support import golden   # noqa: E402

ROOMS = (('identity', 'Identities'), ('exchange', 'Exchanges'))
HEAD = '''\
# Errors

What daypass says when something goes wrong, word for word: each sentence is
the one that a test got from the program itself. This page is made from the
tests' files by `tests/docs/errors.py`; do not edit it.

A sentence says the stage (`config`, `identity`, `exchange`, `policy`,
`target`, `agent`), what came back, and what to do about it; at its end stands
the command that shows more. What comes from the other side is in parentheses,
as it was said. `localhost:PORT` is where the tests' cloud answers, in place of
the real service.

| exit | fault | what to do |
| --- | --- | --- |
| 64 | `usage` | call it differently |
| 69 | `identity` | the workspace gives no identity, or not this one |
| 71 | `system` | mend what the machine refused |
| 75 | `network` | try again |
| 77 | `refused` | it is not allowed; asking again does not help |
| 78 | `config` | mend the configuration |
'''


def sentences():
    """Room, its identities or exchanges, what is wrong, exit code, text."""
    for room, _ in ROOMS:
        for path in sorted(glob.glob(os.path.join(TESTS, room, 'golden',
                                                  '*.txt'))):
            title = os.path.basename(path).removesuffix('.txt')
            for name, text in golden.read(path).items():
                code, _, said = text.partition(' ')
                if not code.isdigit():
                    code, said = '', text
                yield room, title, name, code, said


def cell(text):
    text = text.replace('|', '\\|').replace('\n', ' ')
    fence = '``' if '`' in text else '`'
    blank = ' ' if '`' in text else ''
    return f'{fence}{blank}{text}{blank}{fence}'


def shown(said):
    return said.removeprefix('daypass: ')


def page():
    lines = [HEAD]
    last = None
    rooms = dict(ROOMS)
    for room, title, name, code, said in sentences():
        if room != (last and last[0]):
            lines.append(f'## {rooms[room]}\n')
        if (room, title) != last:
            lines += [f'### {title}\n', '| what is wrong | exit | sentence |',
                      '| --- | --- | --- |']
            last = room, title
        lines.append(f'| {name} | {code} | {cell(shown(said))} |')
    text = '\n'.join(lines) + '\n'
    # a blank line before each heading
    return re.sub(r'([^\n])\n(#+ )', r'\1\n\n\2', text)


if __name__ == '__main__':
    sys.stdout.write(page())
