# SPDX-License-Identifier: Apache-2.0
from support import sections
from support.exchanges import Refusal

EXCHANGE = 'quay'
CREDENTIAL = 'quay'
SERVICE, OPERATION = 'quay', 'robot'


def configure(rig, **more):
    return [sections.quay(rig, **more)]


def refusals(rig):
    yield Refusal('no robot', 78, settings={'robot': []})
    yield Refusal('a robot that is none', 78, settings={'robot': 'web'})
    yield Refusal('no such robot', settings={'robot': 'acme+nobody'})
    yield Refusal('no federation', settings={'robot': 'acme+none'})
    yield Refusal('another issuer', settings={'robot': 'acme+strangers'})
    yield Refusal('another audience', settings={'token_audience': 'x'})
    yield Refusal('a stranger', state={
        'identity': {'sub': 'org:acme/prj:web/env:8'}})
    yield Refusal('a token that is not good', fault={
        'status': 400, 'message': 'Invalid token: Signature has expired.'})
    yield Refusal('a header that it does not take', fault={
        'status': 401, 'code': 'error', 'message': 'missing auth'})
    yield Refusal('an older version', fault={
        'status': 404, 'body': '<html>404</html>'})
    yield Refusal('an error within', 75, fault={
        'status': 500, 'message': 'Internal Server Error'})
