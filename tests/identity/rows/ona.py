# SPDX-License-Identifier: Apache-2.0
from support.identities import Refusal

IDENTITY = 'ona'
PROGRAM = 'ona'
HERE = 'ona is on PATH: /.*/ona'


def around(place):
    return {}


def refusals(place):
    yield Refusal('the plan has no OIDC', programs={
        'ona': 'echo "Error: OIDC is not enabled" >&2; exit 1'})
    yield Refusal('not available', programs={
        'ona': 'echo "Error: feature not available" >&2; exit 1'})
    yield Refusal('not logged in', fault={
        'service': 'identity', 'message': 'not logged in'})
    yield Refusal('neither command', hidden=True)
