# SPDX-License-Identifier: Apache-2.0
from support.identities import AUDIENCE, Refusal

IDENTITY = 'terraform-cloud'
STATIC = True
HOLDS = FIRST, SECOND = (
    'TFC_WORKLOAD_IDENTITY_TOKEN', 'TFC_WORKLOAD_IDENTITY_TOKEN_AWS')
OWN = 'TFC_WORKLOAD_IDENTITY_TOKEN_OWN'
HERE = FIRST + ' is set'
JOB = {'TFC_RUN_ID': 'run-7f3'}


def around(place):
    return {**JOB, FIRST: place.rig.token(AUDIENCE)}


def absent(place):
    return {'no job': {}, 'a job without a token': JOB}


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
