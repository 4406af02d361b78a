#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Every relative link of the documentation leads to a file, and to a heading
in it; and every page is found from docs/README.md."""

import os
import re
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, '..'))

from support import tap   # noqa: E402
from support.place import SOURCE   # noqa: E402
from support.tap import equal, ok   # noqa: E402
from commands import pages   # noqa: E402

INDEX = 'docs/README.md'
PAGES = pages.paths()
LINK = re.compile(r'\[[^\]]*\]\(([^)\s]+)\)')


def links(path):
    """Relative ones: (file, anchor), the file relative to the tree."""
    for target in LINK.findall(pages.prose(pages.text_of(path))):
        if re.match(r'[a-z]+:', target):
            continue
        file, _, anchor = target.partition('#')
        here = os.path.dirname(path) if file else path
        yield os.path.normpath(os.path.join(here, file)), anchor, target


def anchors(path):
    """What a heading is called in a link, as Markdown's readers do it."""
    seen = {}
    for title in re.findall(r'^#+ (.*)$', pages.prose(pages.text_of(path)),
                            re.M):
        title = re.sub(r'\[([^\]]*)\]\([^)]*\)', r'\1', title)
        name = re.sub(r'[^\w\- ]', '', title.lower()).strip()
        name = name.replace(' ', '-')
        count = seen[name] = seen.get(name, -1) + 1
        yield f'{name}-{count}' if count else name


def test_links(_):
    count = 0
    for path in PAGES:
        wrong = []
        for file, anchor, target in links(path):
            count += 1
            there = os.path.join(SOURCE, file)
            if not os.path.exists(there) or anchor and (
                    not file.endswith('.md') or
                    anchor not in anchors(file)):
                wrong.append(target)
        equal(wrong, [], f'{path}: each link leads somewhere')
    ok(count > 150, 'links are found')


def reached(start):
    found, left = {start}, [start]
    while left:
        for file, _, _ in links(left.pop()):
            if file.endswith('.md') and file not in found and \
                    os.path.exists(os.path.join(SOURCE, file)):
                found.add(file)
                left.append(file)
    return found


def test_reached(_):
    equal(sorted(set(pages.paths()) - reached('README.md')), [],
          'from README.md every page is found')
    named = {file for file, _, _ in links(INDEX)}
    equal(sorted({path for path in pages.paths() if path.startswith('docs/')}
                 - named - {INDEX}), [],
          f'and {INDEX} itself names every page below docs')


def test_index(_):
    """A line or two for each page, and none twice."""
    text = pages.text_of(INDEX)
    files = [file for file, _, _ in links(INDEX)]
    equal(sorted({file for file in files if files.count(file) > 1}), [],
          'no page is named twice')
    long = [item for item in re.findall(r'^- \[.*?(?=\n(?:-|\n)|\Z)', text,
                                        re.M | re.S)
            if item.count('](') == 1 and len(item) > 160]
    equal(long, [], 'two lines at most for each')


if __name__ == '__main__':
    tap.run_alone(globals())
