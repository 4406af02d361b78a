# SPDX-License-Identifier: Apache-2.0
"""Is this what the page shows? Word for word, but for what differs each time:
times, ports, ids, hashes and how much blank there is between columns. An
ellipsis stands for whatever is there, alone on a line for whole lines."""

import re

VARIES = (
    (r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ', r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ'),
    (r'\d\d:\d\d:\d\d', r'\d\d:\d\d:\d\d'),
    (r'\b(localhost|127\.0\.0\.1):\d+', r'(localhost|127\.0\.0\.1):\d+'),
    (r'/tmp/daypass-playground\.\w+', r'/\S+'),
    (r'(?<=agent )\d+', r'\d+'),
    (r'\b\d+ (hits|mints|waits|records)\b', r'\d+ (hits|mints|waits|records)'),
    (r'\brecord \d+', r'record \d+'),
    (r'\b\d+(\.\d+)? (ms|s|min|h)\b', r'\d+(\.\d+)? (ms|s|min|h)'),
    (r'\b[0-9a-f]{7,64}\b', r'[0-9a-f]{7,64}'),
    (r'\b(?=[a-z]*\d)[a-z\d]{8}\b', r'[a-z\d]{8}'),
    (r'…', r'.*'),
    (r'[ \t]+', r'[ \t]+'),
)
ANY = re.compile('|'.join(f'(?P<v{n}>{shown})'
                          for n, (shown, _) in enumerate(VARIES)))


def pattern(line):
    """A regular expression of what this line may be."""
    found, at = '', 0
    for part in ANY.finditer(line):
        found += re.escape(line[at:part.start()])
        kind = next(name for name, value in part.groupdict().items()
                    if value is not None)
        found += VARIES[int(kind[1:])][1]
        at = part.end()
    return found + re.escape(line[at:])


def matches(shown, printed):
    wanted = []
    for line in shown.strip('\n').splitlines():
        wanted.append(r'(.*\n)*?' if line.strip() in ('…', '...')
                      else pattern(line.strip()) + r'[ \t]*\n')
    text = ''.join(line.strip() + '\n'
                   for line in printed.strip('\n').splitlines())
    return re.fullmatch(''.join(wanted), text) is not None
