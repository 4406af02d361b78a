# SPDX-License-Identifier: Apache-2.0
from support import sections
from support.exchanges import Refusal

EXCHANGE = 'quay'
TITLE = 'quay-sts'
CREDENTIAL = 'quay-api'
SERVICE, OPERATION = 'quay', 'sts'


def configure(rig, **more):
    rig.change(quay={'token_exchange': True})
    return [sections.quay(rig, 'quay-api', **{'api_scope': 'repo:read', **more})]


def refusals(rig):
    yield Refusal('no such robot', settings={'robot': 'acme+nobody'})
    yield Refusal('another audience', settings={'token_audience': 'x'})
    yield Refusal('a scope that it does not have', settings={
        'api_scope': ['repo:read', 'org:admin']})
    yield Refusal('a request that it does not take', fault={
        'status': 400, 'code': 'invalid_request'})
    yield Refusal('a version without it', fault={
        'status': 404, 'body': '<html>404</html>'})
    yield Refusal('too many', 75, fault={'status': 429, 'code': 'slow_down'})
    yield Refusal('its limiter is down', 75, fault={
        'status': 503, 'code': 'temporarily_unavailable'})
