# SPDX-License-Identifier: Apache-2.0
from support import sections
from support.exchanges import Refusal

EXCHANGE = 'octo-sts'
CREDENTIAL = 'github'
SERVICE, OPERATION = 'octo', 'exchange'


def configure(rig, **more):
    return [sections.octo(rig, **{'scope': 'acme/web', **more})]


# What octo-sts says in whose name: gRPC's code, HTTP's, and the words.
SAID = (
    ('no app', 404, 5, 'no installation found for "acme"'),
    ('a policy that is no file', 404, 5,
     'unable to read trust policy found for "daypass"'),
    ('a policy with a mistake', 404, 5,
     'unable to parse trust policy found for "daypass"'),
    ('a policy with a bad pattern', 404, 5,
     'unable to compile trust policy found for "daypass"'),
    ('a token that is not good', 401, 16, 'unable to verify bearer token'),
    ('a second header', 401, 16, 'expected exactly one authorization header'),
    ('no token', 400, 3, 'invalid bearer token'),
    ('an issuer of another form', 400, 3, 'invalid issuer format'),
    ('an issuer that it cannot reach', 400, 3,
     'unable to fetch or create the provider'),
    ('permissions that the app lacks', 403, 7,
     'token exchange failure (StatusUnprocessableEntity)'),
    ('an issuer that the organization does not trust', 403, 7,
     "issuer 'https://localhost/idp' is not in the trusted token issuers "
     "list for organization 'acme'"),
)
LATER = (
    ('too many', 429, 8, 'GitHub API rate limit exceeded (403) for "daypass"'),
    ('GitHub gave none', 500, 13, 'failed to get token'),
)


def refusals(rig):
    yield Refusal('no name', 78, settings={'identity_name': []})
    yield Refusal('no such policy', settings={'identity_name': 'nobody'})
    yield Refusal('no such policy of the organisation', settings={
        'scope': 'acme', 'identity_name': 'nobody'})
    yield Refusal('another audience', settings={'token_audience': 'x'})
    yield Refusal('a scope that is none', 78, settings={
        'scope': 'acme/web/more'})
    yield Refusal('no scope', 64, settings={'scope': []})
    yield Refusal('a stranger', state={
        'identity': {'sub': 'org:acme/prj:other/env:1'}})
    yield Refusal('another issuer', state={'octo': {'policies': {'acme/web': {
        'daypass': {'issuer': 'https://other.example'}}}}})
    yield Refusal('a claim that is not there', state={'octo': {'policies': {
        'acme/web': {'daypass': {'claim_pattern': {'team': 'x'}}}}}})
    for name, status, code, message in SAID:
        yield Refusal(name, fault={'status': status, 'code': code,
                                   'message': message})
    for name, status, code, message in LATER:
        yield Refusal(name, 75, fault={'status': status, 'code': code,
                                       'message': message})
