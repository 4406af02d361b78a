#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The configurations that the manuals and the packages show as examples are
taken as they are."""

import json
import os
import re
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..'))

from support import tap   # noqa: E402
from support.place import BUILD, SOURCE   # noqa: E402
from support.tap import Skip, equal, ok   # noqa: E402

EXAMPLES = os.path.join(SOURCE, 'contrib', 'debian', 'examples')
CALLOUT = os.path.join(BUILD, 'daypass-nats-callout')
# Where the service's files are, in the manual and for the systemd unit.
FILES = r'/etc/daypass-nats|/run/credentials/daypass-nats-callout\.service'


def read(*path):
    with open(os.path.join(*path), encoding='utf-8') as source:
        return source.read()


def literal(page):
    """The blocks of a manual's examples."""
    text = read(SOURCE, 'docs', 'man', page).partition('.Sh EXAMPLES')[2]
    return re.findall(r'^\.Bd -literal[^\n]*\n(.*?)^\.Ed', text, re.M | re.S)


def check(place, name, text):
    place.configure(text)
    done = place.daypass('doctor', '--json')
    said = [check for check in json.loads(done.out)['checks']
            if check['name'] == 'config']
    equal([(c['ok'], c['cause']) for c in said], [(True, None)],
          f'{name}: no mistake in it')


def test_configuration(place):
    examples = literal('daypass.5')
    ok(len(examples) > 1, 'daypass(5) has examples')
    for number, text in enumerate(examples, 1):
        check(place, f'daypass(5), example {number}', text)
    check(place, 'the packages\' example', read(EXAMPLES, 'config'))


def test_callout(place):
    if not os.access(CALLOUT, os.X_OK):
        raise Skip('daypass-nats-callout was not built')
    keys = place.make('keys')
    place.run(CALLOUT, '--new-signing-key', os.path.join(keys, 'signing-key'))
    place.run(CALLOUT, '--new-xkey', os.path.join(keys, 'xkey'))
    place.write(os.path.join(keys, 'password'), 'secret\n')
    for name, text in (
            ('daypass-nats-callout(8)', literal('daypass-nats-callout.8')[0]),
            ('the packages\' example', read(EXAMPLES, 'callout-config'))):
        text = re.sub(FILES, keys, text)
        path = place.write('callout', text.replace('/var/log', keys))
        done = place.run(CALLOUT, '--check', '--config', path)
        ok(done.code == 0 and 'good: 1 issuers' in done.out,
           f'{name}: no mistake in it', done)


def test_feature(place):
    feature = json.loads(read(SOURCE, 'contrib', 'devcontainer',
                              'devcontainer-feature.json'))
    equal(place.daypass('--version').out, f'daypass {feature["version"]}\n',
          'the feature bears daypass\'s version')
    script = read(SOURCE, 'contrib', 'devcontainer', 'install.sh')
    equal([name for name in feature['options']
           if f'${{{name.upper()}:-' not in script], [],
          'its script reads each option')


if __name__ == '__main__':
    tap.run(globals())
