# SPDX-License-Identifier: Apache-2.0
from support.identities import AUDIENCE, Refusal

IDENTITY = 'bitbucket'
STATIC = True
HOLDS = ('BITBUCKET_STEP_OIDC_TOKEN',)
HERE = 'BITBUCKET_STEP_OIDC_TOKEN is set'
JOB = {'BITBUCKET_BUILD_NUMBER': '7'}


def around(place):
    return {**JOB, 'BITBUCKET_STEP_OIDC_TOKEN': place.rig.token(AUDIENCE)}


def absent(place):
    return {'no job': {}, 'a job without a token': JOB}


def refusals(place):
    yield Refusal('no job', env={})
    yield Refusal('a job without a token', env=JOB)
    yield Refusal('another audience', env={
        **JOB, 'BITBUCKET_STEP_OIDC_TOKEN': place.rig.token('x.example')})
    yield Refusal('expired', env={
        **JOB, 'BITBUCKET_STEP_OIDC_TOKEN': place.rig.token(AUDIENCE, ttl=-9)})
    yield Refusal('no JWT', env={**JOB, 'BITBUCKET_STEP_OIDC_TOKEN': 'opaque'})
