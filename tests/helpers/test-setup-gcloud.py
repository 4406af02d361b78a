#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""daypass setup gcloud: credential files, and gcloud's own configuration."""

import json
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import tap   # noqa: E402
from support.corpus import (   # noqa: E402
    CONFIG, PATHS, configure, read, setup, try_corpus)
from support.tap import equal, like   # noqa: E402


def test_gcloud_corpus(place):
    try_corpus(place, 'gcloud')


def test_gcloud_activator(place):
    """gcloud empties config_default where nothing says that it is active."""
    configure(place)
    path = place.path(PATHS['gcloud'])
    setup(place, 'gcloud')
    active = place.path('home/.config/gcloud/active_config')
    equal(read(active), b'default', 'it is said')
    with open(path, 'a', encoding='utf-8') as file:
        file.write('[core]\nproject = acme\n')
    setup(place, 'gcloud', '--undo')
    equal((read(active), read(path)),
          (b'default', b'[core]\nproject = acme\n'),
          'undo: it stays with what others have put there')


def test_gcloud_strange_home(place):
    """A blank is quoted for the shell; a `%` would break all of gcloud."""
    for name, good in (('a b', True), ('a%b', False)):
        place.env['XDG_CONFIG_HOME'] = place.path(f'home/{name}')
        place.write(f'home/{name}/daypass/config', CONFIG)
        done = setup(place, 'gcloud')
        if good:
            line = done.out[done.out.index('export GOOGLE_APP'):]
            shown = place.run('sh', '-c', line.partition('\n')[0] +
                              '; cat "$GOOGLE_APPLICATION_CREDENTIALS"')
            equal(json.loads(shown.out)['type'], 'external_account',
                  'a blank: the line for the shell holds')
            setup(place, 'gcloud', '--undo')
        else:
            like(done.out, 'skipped: .* has a % or', 'a %: skipped')
            equal(read(place.path(PATHS['gcloud'])), None,
                  "and gcloud's configuration is left alone")


if __name__ == '__main__':
    tap.run(globals())
