# SPDX-License-Identifier: Apache-2.0
from support.identities import Refusal

IDENTITY = 'github-actions'
SERVICE, OPERATION = 'github_token', 'token'
TLS = True
CREDENTIAL = 'ACTIONS_ID_TOKEN_REQUEST_TOKEN'
URL = 'ACTIONS_ID_TOKEN_REQUEST_URL'
SUBJECT = 'repo:acme/web:ref:refs/heads/main'
HERE = 'ACTIONS_ID_TOKEN_REQUEST_URL is set'


def around(place):
    return {'GITHUB_ACTIONS': 'true',
            'ACTIONS_ID_TOKEN_REQUEST_URL': place.rig['github_token_url'],
            'ACTIONS_ID_TOKEN_REQUEST_TOKEN':
                place.rig['github_request_token']}


def absent(place):
    return {'no job': {}, 'without the permission': {'GITHUB_ACTIONS': 'true'}}


def refusals(place):
    job = around(place)
    yield Refusal('no job', env={})
    yield Refusal('without the permission', env={'GITHUB_ACTIONS': 'true'})
    yield Refusal('the job is over', env={
        **job, 'ACTIONS_ID_TOKEN_REQUEST_TOKEN': 'x'})
    yield Refusal('another endpoint', 77, env={
        **job, URL: place.rig['github_token_url'].replace('jobs', 'x')})
    yield Refusal('plain HTTP', 78, env={**job, URL: 'http://a.example/x?y=z'})
    yield Refusal('it breaks', 75, fault={})
