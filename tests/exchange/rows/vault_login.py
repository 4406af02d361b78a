# SPDX-License-Identifier: Apache-2.0
from support import sections
from support.exchanges import Refusal

EXCHANGE = 'vault'
TITLE = 'vault-login'
CREDENTIAL = 'vault-token'
SERVICE, OPERATION = 'other_vault', 'login'

MFA = '{"auth":{"client_token":"","mfa_requirement":{"mfa_request_id":"1"}}}'
SERVERS = (
    ('a rate limit', 429, 'request path "auth/jwt/login": rate limit quota '
     'exceeded'),
    ('an error within', 500, 'internal error'),
)


# They say nothing.
SILENT = (('a standby', 429), ('a disaster recovery secondary', 472),
          ('a performance standby', 473), ('down for maintenance', 503))


def configure(rig, **more):
    return [sections.vault(rig, 'vault-token', **{
        'endpoint': rig['other_vault'], **more})]


def roles():
    yield Refusal('no such role', settings={'role': 'x'})
    yield Refusal('no role at all', settings={'role': []})
    yield Refusal('a role for people', settings={'role': 'people'})
    yield Refusal('another audience', settings={'token_audience': 'x'})
    yield Refusal('a role without an audience', settings={'role': 'deaf'})
    yield Refusal('another subject', settings={'role': 'narrow'})
    yield Refusal('a claim that is missing', settings={'role': 'project'})
    yield Refusal('a stranger', state={
        'identity': {'sub': 'org:acme/prj:other/env:1'}})
    yield Refusal('another issuer', state={'vault': {'namespaces': {
        '': {'jwt': {'issuer': 'https://other.example'}}}}})
    yield Refusal('a signature that is not good', fault={
        'status': 400, 'message': 'error validating token: error verifying '
        'token signature: failed to verify id token signature'})
    yield Refusal('a token that has expired', fault={
        'status': 400, 'message': 'error validating token: invalid '
        'expiration time (exp) claim: token is expired'})
    yield Refusal('keys that cannot be fetched', fault={
        'status': 400, 'message': 'error fetching jwks keyset: Get: connection '
        'refused'})


def mounts():
    yield Refusal('no such mount', settings={'mount': 'none'})
    yield Refusal('a mount without a configuration', settings={
        'mount': 'new'})
    yield Refusal('no such namespace', settings={'namespace': 'nowhere'})
    yield Refusal('a second factor', fault={
        'mode': 'garbage', 'body': MFA})
    yield Refusal('sealed', 75, state={'vault': {'sealed': True}})


def refusals(rig):
    yield from roles()
    yield from mounts()
    for name, status, message in SERVERS:
        yield Refusal(name, 75, fault={'status': status, 'message': message})
    for name, status in SILENT:
        yield Refusal(name, 75, fault={'mode': f'http-{status}',
                                       'body': '{"errors":[]}'})
