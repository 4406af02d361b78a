# SPDX-License-Identifier: Apache-2.0
from support import sections
from support.exchanges import Refusal

EXCHANGE = 'jfrog'
CREDENTIAL = 'jfrog'
SERVICE, OPERATION = 'jfrog', 'token'


def configure(rig, **more):
    return [sections.jfrog(rig, **more)]


def refusals(rig):
    yield Refusal('no endpoint', 78, settings={'endpoint': []})
    yield Refusal('an endpoint of Artifactory', 78, settings={
        'endpoint': rig['jfrog'] + '/artifactory/'})
    yield Refusal('no such provider', settings={'provider_name': 'x'})
    yield Refusal('another audience', settings={'token_audience': 'x'})
    yield Refusal('a project without a mapping', settings={'project': 'x'})
    yield Refusal('no such mapping', settings={'identity_mapping': 'x'})
    yield Refusal('a stranger', state={
        'identity': {'sub': 'org:acme/prj:other/env:1'}})
    yield Refusal('a request that it does not take', fault={
        'status': 400, 'code': 'BAD_REQUEST', 'message': 'Bad request'})
    yield Refusal('too many', 75, fault={
        'status': 429, 'code': 'TOO_MANY_REQUESTS', 'message': 'Slow down'})
    yield Refusal('a token that does not say whose it is', fault={
        'mode': 'garbage', 'body': '{"access_token":"opaque"}'})
