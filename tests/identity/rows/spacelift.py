# SPDX-License-Identifier: Apache-2.0
from support.identities import AUDIENCE, Refusal

IDENTITY = 'spacelift'
STATIC = True
HOLDS = ('SPACELIFT_OIDC_TOKEN',)
HERE = 'SPACELIFT_OIDC_TOKEN is set'
JOB = {'TF_VAR_spacelift_run_id': '01JX'}


def around(place):
    return {**JOB, 'SPACELIFT_OIDC_TOKEN': place.rig.token(AUDIENCE)}


def absent(place):
    return {'no job': {}, 'a job without a token': JOB}


def refusals(place):
    yield Refusal('no job', env={})
    yield Refusal('a job without a token', env=JOB)
    yield Refusal('another audience', env={
        **JOB, 'SPACELIFT_OIDC_TOKEN': place.rig.token('x.example')})
    yield Refusal('expired', env={
        **JOB, 'SPACELIFT_OIDC_TOKEN': place.rig.token(AUDIENCE, ttl=-9)})
    yield Refusal('no JWT', env={**JOB, 'SPACELIFT_OIDC_TOKEN': 'opaque'})
