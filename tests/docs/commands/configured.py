# SPDX-License-Identifier: Apache-2.0
"""daypass's configuration as a page shows it, block by block, with what its
sections name beside them."""

import re

HEAD = re.compile(r'^\[([\w-]+)(?: "((?:[^"\\]|\\.)*)")?\]\s*$')
# What a key names: its value is the name of a section of this word.
NAMES = {'credential': 'credential', 'from': 'credential',
         'identity': 'identity', 'actor': 'credential', 'rule': 'rule'}
BUILT_IN = ('credential', 'id-token')


def sections(text):
    """(word, name) and lines of each section, in their order."""
    found = []
    for line in text.splitlines():
        head = HEAD.match(line)
        if head:
            found.append(((head[1], head[2]), [line]))
        elif found:
            found[-1][1].append(line)
    return found


def named(head, lines):
    """The sections that this one needs."""
    for line in lines[1:]:
        key, _, value = (part.strip() for part in line.partition('='))
        if key == 'credential' and head[0] == 'rule':
            continue    # a pattern
        if key in NAMES:
            yield NAMES[key], value.strip('"')


def library(pages):
    """The first section of each name in all the pages: what one page defines
    another may use."""
    known = {}
    for page in pages:
        for block in page.of('ini'):
            if file_of(block) == 'daypass':
                for head, lines in sections(block.text):
                    known.setdefault(head, lines)
    return known


def file_of(block):
    """Whose syntax and meaning it has."""
    if block.page.endswith('callout.8'):
        return 'callout'
    name = block.file or ''
    for kind, end in (('git', '.gitconfig'), ('aws', '.aws/config'),
                      ('callout', 'daypass-nats/config'),
                      ('daypass', '.config/daypass/config'), ('daypass', '')):
        if name.endswith(end):
            return kind
    raise AssertionError


def whole(blocks, *libraries):
    """One file of all these blocks, each section once and the first of its
    name, with what they need and do not hold from the libraries."""
    wanted = {}
    for block in blocks:
        here = {}
        for head, lines in sections(block.text):
            if head in here:
                here[head] = here[head] + lines[1:]
            else:
                here[head] = lines
        for head, lines in here.items():
            wanted.setdefault(head, lines)
    complete(wanted, libraries)
    return text_of(wanted)


def text_of(wanted):
    return '\n'.join('\n'.join(lines) for lines in wanted.values()) + '\n'


def complete(wanted, libraries):
    left = list(wanted.items())
    while left:
        head, lines = left.pop()
        for need in named(head, lines):
            if need in wanted or need == BUILT_IN:
                continue
            for known in libraries:
                if need in known:
                    wanted[need] = known[need]
                    left.append((need, known[need]))
                    break
