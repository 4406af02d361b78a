# SPDX-License-Identifier: Apache-2.0
from support.identities import Refusal

IDENTITY = 'command'
PROGRAM = 'mint'
AUTO = False


def around(place):
    """A program of its own, which asks as `ona` does and keeps what it was
    given."""
    place.write('bin/mint', '#!/bin/sh\nprintf "%s\\n" "$@" >"$HOME/argv"\n'
                'exec ona idp token --audience "$2"\n', 0o700)
    return {}


def settings(place, **more):
    return {'command': "mint --for {audience} 'a b'", **more}


def refusals(place):
    yield Refusal('it fails', settings={'command': 'mine'}, programs={
        'mine': 'echo "out of order" >&2; exit 3'})
    yield Refusal('it says a token', settings={'command': 'mine'}, programs={
        'mine': f'echo "bad token {place.rig.token("x")}" >&2; exit 3'})
    yield Refusal('no such program', settings={'command': 'nosuchprogram'})
    yield Refusal('a quote that is not closed', 78, settings={
        'command': "mint 'open"})
    yield Refusal('nothing but blanks', 78, settings={'command': '  '})
    yield Refusal('no command', 78, settings={})
