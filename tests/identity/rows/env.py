# SPDX-License-Identifier: Apache-2.0
from support.identities import AUDIENCE, Refusal

IDENTITY = 'env'
STATIC = True
HOLDS = ('CI_JOB_JWT',)
AUTO = False


def around(place):
    return {'CI_JOB_JWT': place.rig.token(AUDIENCE)}


def settings(place, **more):
    return {'variable': 'CI_JOB_JWT', **more}


def refusals(place):
    yield Refusal('not set', env={})
    yield Refusal('empty', env={'CI_JOB_JWT': ''})
    yield Refusal('two words', env={'CI_JOB_JWT': 'a b'})
    yield Refusal('expired', env={
        'CI_JOB_JWT': place.rig.token(AUDIENCE, ttl=-9)})
    yield Refusal('a line break', 64, env={'CI_JOB_JWT': 'a\nb'})
    yield Refusal('huge', 64, env={'CI_JOB_JWT': 'x' * 20000})
    yield Refusal('no name', 78, settings={})
    for name, text in (('two names', 'A B'), ('a sum', 'A=B'),
                       ('a number', '1A'), ('a long one', 'A' * 201)):
        yield Refusal(f'a name that is none, {name}', 78, settings={
            'variable': text})
