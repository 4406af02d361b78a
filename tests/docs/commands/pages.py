# SPDX-License-Identifier: Apache-2.0
"""The pages of the documentation, and the blocks of code in them."""

import glob
import os
import re
import subprocess
from dataclasses import dataclass, field

from support.place import SOURCE

KINDS = ('sh', 'console', 'ini', 'json', 'yaml', 'hcl', 'python', 'c', 'go',
         'js', 'text')
ELSEWHERE = ('README.md', 'CONTRIBUTING.md', 'SECURITY.md',
             'tests/cloud/README.md')
FENCE = '```'
# A file of the reader's or of the machine's, as prose names it.
NAMED = re.compile(r'`((?:~/|/etc/)[^` ]+)`')


@dataclass
class Command:
    """One command, and what the page shows of its output."""
    text: str
    output: str = None

    @property
    def word(self):
        """The program: variables before it are not it."""
        words = [word for word in self.text.split()
                 if not re.match(r'\w+=', word)]
        return words[0].lstrip('(') if words else ''


@dataclass
class Block:
    page: str       # relative to the tree
    line: int       # of the fence
    kind: str
    text: str
    lead: str       # the paragraph above it
    heading: str

    @property
    def name(self):
        return f'{self.page}:{self.line}'

    @property
    def file(self):
        """The file that the sentence above names, if it names one."""
        sentence = re.split(r'(?<=[.;]) ', self.lead)[-1]
        found = NAMED.findall(sentence)
        return found[-1] if found else None

    def commands(self):
        if self.kind == 'console':
            return list(dialogue(self.text))
        return [Command(text) for text in split(self.text)]


@dataclass
class Page:
    path: str
    blocks: list = field(default_factory=list)

    def of(self, *kinds):
        return [block for block in self.blocks if block.kind in kinds]


def paths():
    """All below docs, and those that stand elsewhere."""
    found = glob.glob('docs/**/*.md', root_dir=SOURCE, recursive=True)
    return [*ELSEWHERE, *sorted(found)]


def read(path):
    return parse(path, text_of(path))


class Reader:
    """Goes through a page line by line."""

    def __init__(self, path):
        self.page = Page(path)
        self.heading = ''
        self.lead = ''      # the paragraph above what comes
        self.ended = False  # by a blank line
        self.block = None   # the one that is open

    def take(self, number, line):
        if self.block:
            self.inside(line)
        elif line.startswith(FENCE):
            self.block = Block(self.page.path, number, line[len(FENCE):], '',
                               self.lead, self.heading)
        elif line.startswith('#'):
            self.heading, self.lead = line.lstrip('# '), ''
        elif not line.strip():
            self.ended = True
        else:
            before = '' if self.ended or not self.lead else self.lead + ' '
            self.lead, self.ended = before + line.strip(), False

    def inside(self, line):
        if line == FENCE:
            self.page.blocks.append(self.block)
            self.block, self.lead = None, ''
        else:
            self.block.text += line + '\n'


def prose(text):
    """A page without its blocks."""
    return re.sub(r'^```.*?^```$', '', text, flags=re.M | re.S)


def spoken(text):
    """What stands between backticks in the prose of a page: code that is
    mentioned."""
    return [' '.join(span.split())
            for span in re.findall(r'(?<!`)`([^`]+)`(?!`)', prose(text))]


def text_of(path):
    with open(os.path.join(SOURCE, path), encoding='utf-8') as source:
        return source.read()


def parse(path, text):
    reader = Reader(path)
    for number, line in enumerate(text.splitlines(), 1):
        reader.take(number, line)
    if reader.block:
        raise ValueError(f'{reader.block.name}: a block is not closed')
    return reader.page


def is_whole(text):
    """Would a shell run it as it is, rather than ask for more?"""
    if re.search(r'(\\|\||&&)$', text):
        return False
    done = subprocess.run(['bash', '-n'], input=text, capture_output=True,
                          text=True, check=False)
    return done.returncode == 0 and 'here-document' not in done.stderr


def split(text):
    """The commands of a block, without what is comment alone."""
    found = []
    for line in text.splitlines():
        if found and not is_whole(found[-1]):
            found[-1] += '\n' + line
        elif line.strip() and not line.lstrip().startswith('#'):
            found.append(line)
    return found


def dialogue(text):
    """`$ command`, and what is printed up to the next."""
    for part in re.split(r'^\$ ', text, flags=re.M)[1:]:
        command, lines = '', part.splitlines()
        while lines:
            command += ('\n' if command else '') + lines.pop(0)
            if is_whole(command):
                break
        yield Command(command.replace('\n> ', '\n'), '\n'.join(lines))
