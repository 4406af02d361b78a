# SPDX-License-Identifier: Apache-2.0
from support.identities import AUDIENCE, Refusal

IDENTITY = 'file'
STATIC = True
HOLDS = ()
AUTO = False


def around(place):
    place.write('home/token', place.rig.token(AUDIENCE) + '\n')
    return {}


def settings(place, **more):
    return {'file': '~/token', **more}


def refusals(place):
    own = {'file': '~/own'}
    yield Refusal('no file', settings=own)
    yield Refusal('expired', settings=own, files={
        'own': place.rig.token(AUDIENCE, ttl=-9)})
    for name, text in (('empty', ''), ('two words', 'a b'),
                       ('two lines', 'a\nb'), ('a NUL', 'a\0b'),
                       ('huge', 'x' * 100000)):
        yield Refusal(name, settings=own, files={'own': text})
    yield Refusal('a directory', settings={'file': '~/.config'})
    yield Refusal('a device', settings={'file': '/dev/null'})
    yield Refusal('a relative path', 78, settings={'file': 'own'})
    yield Refusal('no path', 78, settings={})
