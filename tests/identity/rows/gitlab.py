# SPDX-License-Identifier: Apache-2.0
from support.identities import AUDIENCE, Refusal

IDENTITY = 'gitlab'
STATIC = True
HOLDS = FIRST, SECOND = (
    'GITLAB_OIDC_TOKEN', 'ID_TOKEN_2')
OWN = 'OWN_TOKEN'
HERE = FIRST + ' is set'
JOB = {'GITLAB_CI': 'true'}


def around(place):
    return {**JOB, FIRST: place.rig.token(AUDIENCE)}


def absent(place):
    return {'no job': {}, 'a job without a token': JOB,
            "somebody else's token": {SECOND: 'x'}}


def refusals(place):
    token = place.rig.token
    other, another = token('x.example'), token('y.example')
    yield Refusal('no job', env={})
    yield Refusal('a job without a token', env=JOB)
    yield Refusal('another audience', env={**JOB, FIRST: other})
    yield Refusal('two other audiences', env={
        **JOB, FIRST: other, SECOND: another})
    yield Refusal('expired', env={**JOB, FIRST: token(AUDIENCE, ttl=-9)})
    yield Refusal('no JWT', env={**JOB, FIRST: 'opaque'})
    yield Refusal('names of its own, not set', env=JOB, settings={
        'variable': [OWN + '_1', OWN + '_2']})
    yield Refusal('a name of its own, another audience', settings={
        'variable': OWN}, env={**around(place), OWN: other})
