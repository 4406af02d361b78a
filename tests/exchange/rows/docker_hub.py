# SPDX-License-Identifier: Apache-2.0
from support import sections
from support.exchanges import Refusal

EXCHANGE = 'docker-hub'
CREDENTIAL = 'hub'
SERVICE, OPERATION = 'docker_hub', 'token'
OTHER = '00000000-0000-4000-8000-000000000000'

CODES = (
    ('invalid_request', 400, 'expires_in must be between 300 and 3600'),
    ('invalid_target', 400, ''),
    ('unauthorized_client', 400, ''),
    ('access_denied', 403, ''),
)


def configure(rig, **more):
    return [sections.docker_hub(rig, **more)]


def refusals(rig):
    yield Refusal('a connection that is no UUID', 78, settings={
        'connection_id': '17'})
    yield Refusal('an organization that is none', 78, settings={
        'organization': 'a:b'})
    yield Refusal('a life that is too long', 78, settings={'ttl': '2h'})
    yield Refusal('no such connection', settings={'connection_id': OTHER})
    yield Refusal('another audience', settings={'token_audience': 'x'})
    yield Refusal('a stranger', state={
        'identity': {'sub': 'org:acme/prj:other/env:1'}})
    for code, status, message in CODES:
        yield Refusal(code, fault={'status': status, 'code': code,
                                   'message': message})
    yield Refusal('not permitted, without a word', fault={
        'status': 401, 'body': '{}'})
    yield Refusal('too many', 75, fault={
        'status': 429, 'code': 'slow_down', 'message': 'Slow down'})
