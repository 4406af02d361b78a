# SPDX-License-Identifier: Apache-2.0
from support.identities import Refusal

IDENTITY = 'circleci'
PROGRAM = 'circleci'
HERE = 'CIRCLECI is set, circleci is on PATH: /.*/circleci'


def around(place):
    return {'CIRCLECI': 'true',
            'CIRCLE_INTERNAL_TASK_DATA': '/.circleci-task-data'}


def absent(place):
    return {'no job': {}}


def refusals(place):
    organization = place.rig.token('0f3c')
    yield Refusal('no job', env={})
    yield Refusal('not within a job', env={'CIRCLECI': 'true'})
    yield Refusal('it says no', fault={
        'service': 'identity', 'message': 'OIDC is not enabled'})
    yield Refusal('no command, no token', hidden=True)
    yield Refusal("no command, the organization's token", hidden=True, env={
        'CIRCLECI': 'true', 'CIRCLE_OIDC_TOKEN_V2': organization})
