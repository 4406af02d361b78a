#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What the pages quote of daypass is what it says: their tables of failures
against the sentences of docs/errors.md and of the programs themselves."""

import glob
import os
import re
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..'))

from support import tap   # noqa: E402
from support.place import SOURCE   # noqa: E402
from support.tap import equal, ok   # noqa: E402

PAGES = ('docs/howto-*.md', 'docs/exchanges/*.md', 'docs/identities/*.md')
HEAD = re.compile(r'^\| it says \|.*\n\| ---.*\n((?:\|.*\n)+)', re.M)
QUOTE = re.compile(r'`` (.*?) ``|`([^`]+)`')
# What stands for a value, or is left out; between them are our own words.
VALUE = re.compile(
    r"…|\.\.\.|'[^']*'|\"[^\"]*\"|\d+|\S*/\S*|\S*acme\S*|\b[A-Z]\w*\b|"
    r'\b[\w.-]+\.(?:com|dev|io)\b|\b\w+_\w+\b|\b\w+=')
SHORTEST = 8    # letters: less is found anywhere
# What somebody else says.
OTHERS = {
    'aws': ('is not authorized to perform: s3:',),
    'docker': ('denied: requested access to the resource is denied',
               'no basic auth credentials', 'error getting credentials',
               'executable file not found'),
    'git': ('could not read', 'returned error'),
    'gcloud': ('need to be explicitly allowed',
               'identity token can be obtained from the current credentials'),
}


def read(path):
    with open(path, encoding='utf-8') as source:
        return source.read()


def literals(text):
    """The strings of a program, those that C joins as one, and a line break
    for what is put in."""
    text = re.sub(r'"\s*(?:PRI\w+\s*)?"', '', text)
    for string in re.findall(r'"((?:[^"\\]|\\.)*)"', text):
        yield re.sub(r'%[-.*\d]*[a-z]*[a-zA-Z]', '\n',
                     string.replace('\\"', '"'))


def said():
    paths = [path for room in ('common', 'helpers') for end in 'ch'
             for path in glob.glob(f'{SOURCE}/{room}/**/*.{end}',
                                   recursive=True)]
    ok(len(paths) > 200, 'the programs are there')
    return '\n'.join([read(f'{SOURCE}/docs/errors.md'), *(
        string for path in paths for string in literals(read(path)))])


def quoted(text):
    """The parts of what is quoted in the tables of a page that have to be
    daypass's own words."""
    for table in HEAD.findall(text):
        for row in table.splitlines():
            cell = re.split(r'(?<!\\) \| ', row)[0]
            for pair in QUOTE.findall(cell):
                for part in VALUE.split(''.join(pair)):
                    part = part.removeprefix('daypass: ').strip(' :,;()[]"\'')
                    if len(part) >= SHORTEST:
                        yield part


def test_quotes(_):
    everything = said()
    others = {words for who in OTHERS.values() for words in who}
    count = 0
    for path in sorted(path for pattern in PAGES
                       for path in glob.glob(os.path.join(SOURCE, pattern))):
        parts = list(quoted(read(path)))
        count += len(parts)
        equal([part for part in parts
               if part not in everything and part not in others], [],
              f'{os.path.relpath(path, SOURCE)}: what it quotes is said')
    ok(count > 300, 'quotes are found', count)


def test_a_wrong_quote(_):
    """It would be seen."""
    parts = list(quoted('| it says | what to do |\n| --- | --- |\n'
                        "| `role 'x' does not trusts sub=…` | |\n"))
    equal(parts, ['does not trusts'], 'a quote is taken to pieces')
    ok(parts[0] not in said(), 'and missed')


if __name__ == '__main__':
    tap.run_alone(globals())
