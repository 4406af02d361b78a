# SPDX-License-Identifier: Apache-2.0
"""Files of sentences that people read, each checked word for word. With
DAYPASS_GOLDEN=write they are written anew, to be read before they are kept.

    # what is wrong
    77 daypass: exchange ...
"""

import os
import re

from . import tap

# What differs from run to run.
VARIES = (
    (r'localhost:\d+', 'localhost:PORT'),
    (r'127\.0\.0\.1:\d+', '127.0.0.1:PORT'),
    (r'/tmp/[\w.-]*daypass-(place|cloud)-\w+', '/tmp/PLACE'),
    (r'\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ', 'TIME'),
)


def plain(text):
    for pattern, word in VARIES:
        text = re.sub(pattern, word, text)
    return text


def read(path):
    """Name -> text."""
    try:
        with open(path, encoding='utf-8') as source:
            blocks = re.split(r'^# ', source.read(), flags=re.M)[1:]
    except FileNotFoundError:
        return {}
    return {name: text.strip('\n') for name, text in
            (block.split('\n', 1) for block in blocks)}


def write(path, sentences):
    with open(path, 'w', encoding='utf-8') as out:
        out.write('\n'.join(f'# {name}\n{text}\n'
                            for name, text in sentences.items()))


def check(path, sentences):
    """`sentences`: what was said now, name -> text."""
    sentences = {name: plain(text).strip('\n')
                 for name, text in sentences.items()}
    if os.environ.get('DAYPASS_GOLDEN') == 'write':
        write(path, sentences)
    wanted = read(path)
    title = os.path.basename(path).removesuffix('.txt')
    for name, text in sentences.items():
        tap.equal(text, wanted.get(name), f'{title}: {name}')
    tap.equal(sorted(wanted.keys() - sentences.keys()), [],
              f'{title}: nothing else is in the file')
