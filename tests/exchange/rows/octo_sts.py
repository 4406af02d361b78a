# SPDX-License-Identifier: Apache-2.0
from support import sections
from support.exchanges import Refusal

EXCHANGE = 'octo-sts'
CREDENTIAL = 'github'
SERVICE, OPERATION = 'octo', 'exchange'


def configure(rig, **more):
    return [sections.octo(rig, **{'scope': 'acme/web', **more})]


def refusals(rig):
    yield Refusal('no such policy', settings={'identity_name': 'nobody'})
    yield Refusal('no such policy of the organisation', settings={
        'scope': 'acme', 'identity_name': 'nobody'})
    yield Refusal('another audience', settings={'token_audience': 'x'})
    yield Refusal('a scope that is none', 78, settings={
        'scope': 'acme/web/more'})
    yield Refusal('a stranger', state={
        'identity': {'sub': 'org:acme/prj:other/env:1'}})
    yield Refusal('a token that is not good', fault={
        'status': 401, 'code': 16, 'message': 'unable to verify bearer token'})
