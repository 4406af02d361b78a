#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""docs/errors.md is what the golden files say, and the sentences, looked at
as a set, are built alike."""

import os
import re
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..'))
sys.path.insert(0, HERE)

import errors   # noqa: E402
from support import tap   # noqa: E402
from support.place import SOURCE   # noqa: E402
from support.tap import equal, ok   # noqa: E402

STAGES = ('config', 'identity', 'exchange', 'policy', 'target', 'agent')
# Exit codes -> the stages at which they may arise.
CODES = {'64': STAGES, '69': ('identity',), '71': STAGES,
         '75': ('identity', 'exchange', 'agent', 'target'),
         '77': STAGES, '78': ('config', 'identity', 'exchange', 'target')}
LIMIT = 700     # characters that a person will read
# Sentences that end without a way out in parentheses: an error that nobody
# knows has none, and the others say it in the sentence.
BARE = r'x_unheard_of from|has a line break'


def test_page(_):
    with open(os.path.join(SOURCE, 'docs', 'errors.md'),
              encoding='utf-8') as source:
        there = source.read().splitlines()
    wanted = errors.page().splitlines()
    new = [line for line in wanted if line not in there]
    old = [line for line in there if line not in wanted]
    ok(there == wanted, 'docs/errors.md is up to date '
       '(python3 tests/docs/errors.py >docs/errors.md)', *new[:5], *old[:5])


def said_by_daypass():
    return [(f'{title}: {name}', code, text)
            for _, title, name, code, text in errors.sentences() if code]


def test_form(_):
    told = said_by_daypass()
    ok(len(told) > 400, 'there are many sentences')
    wrong = [(name, text) for name, _, text in told
             if not re.match(rf'daypass: ({"|".join(STAGES)})\b[^:]*: ', text)]
    equal(wrong, [], 'each begins with its stage')
    equal([name for name, _, text in told if '\n' in text or '  ' in text],
          [], 'each is one line')
    equal([name for name, _, text in told
           if not text.endswith(')') and not re.search(BARE, text)], [],
          'each ends with what to do or where to look')
    equal([name for name, _, text in told if len(text) > LIMIT], [],
          'none is longer than one reads')
    equal([name for name, _, text in told if re.search(
        r'!|\b(oops|sorry|successfully)\b', text.split(' (')[0], re.I)], [],
        'none shouts')


def test_codes(_):
    wrong = []
    for name, code, text in said_by_daypass():
        stage = re.match(r'daypass: (\w+)', text).group(1)
        if stage not in CODES.get(code, ()):
            wrong.append((name, code, stage))
    equal(wrong, [], 'each exit code fits its stage')


def test_told_apart(_):
    """Two causes of one exchange with one sentence help nobody."""
    seen = {}
    for name, _, text in said_by_daypass():
        title = name.split(':')[0]
        seen.setdefault((title, text), []).append(name)
    ok(sum(len(names) > 1 for names in seen.values()) < 0.15 * len(seen),
       'few causes share a sentence',
       *(names for names in seen.values() if len(names) > 1))


if __name__ == '__main__':
    tap.run_alone(globals())
