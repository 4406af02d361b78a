# SPDX-License-Identifier: Apache-2.0
from support.identities import Refusal

IDENTITY = 'gitpod'
PROGRAM = 'gp'
HERE = 'GITPOD_WORKSPACE_ID is set, gp is on PATH: /.*/gp'
JOB = {'GITPOD_WORKSPACE_ID': 'acme-web-7f3'}


def around(place):
    return JOB


def absent(place):
    return {'no workspace': {}}


def refusals(place):
    yield Refusal('no workspace', env={})
    yield Refusal('not authorized', fault={
        'service': 'identity', 'message': 'not authorized'})
    yield Refusal('no command', hidden=True)
