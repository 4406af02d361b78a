# SPDX-License-Identifier: Apache-2.0
"""The examples of the manuals, as pages: mdoc's displays are blocks, of a kind
that their first sign tells."""

import glob
import os
import re

from . import pages

ESCAPES = (('\\(dq', '"'), ('\\-', '-'), ('\\&', ''), ('\\e', '\\'))


def plain(line):
    for escape, meant in ESCAPES:
        line = line.replace(escape, meant)
    return line


def kind(text):
    return {'[': 'ini', '{': 'json', '"': 'json'}.get(text[0], 'sh')


def fenced(lines):
    text = '\n'.join(lines)
    return ['', pages.FENCE + kind(text), *lines, pages.FENCE, '']


def markdown(text):
    """Of the section EXAMPLES."""
    examples = re.search(r'^\.Sh EXAMPLES\n(.*?)(?=^\.Sh|\Z)', text,
                         re.M | re.S)
    found, display = [], None
    for line in (examples[1] if examples else '').splitlines():
        if line.startswith('.Bd'):
            display = []
        elif line.startswith('.Ed'):
            found += fenced(display)
            display = None
        elif display is not None:
            display.append(plain(line))
        elif line.startswith('.Dl '):
            found += fenced([plain(line[4:])])
        elif line == '.Pp':
            found.append('')
        else:
            found.append(re.sub(r'^\.Pa (\S+)( :)?', r'`\1`:', line))
    return '\n'.join(found)


def read():
    """All that have some."""
    found = []
    for path in sorted(glob.glob(os.path.join(pages.SOURCE, 'docs', 'man',
                                              '*.[1-8]'))):
        name = os.path.relpath(path, pages.SOURCE)
        page = pages.parse(name, markdown(pages.text_of(name)))
        if page.blocks:
            found.append(page)
    return found
