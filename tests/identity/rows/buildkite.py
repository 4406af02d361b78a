# SPDX-License-Identifier: Apache-2.0
from support.identities import Refusal

IDENTITY = 'buildkite'
SERVICE, OPERATION = 'buildkite', 'token'
TLS = True
CREDENTIAL = 'BUILDKITE_AGENT_ACCESS_TOKEN'
URL = 'BUILDKITE_AGENT_ENDPOINT'
SUBJECT = 'organization:acme:pipeline:web:ref:refs/heads/main:commit:4c2e:' \
    'step:deploy'
HERE = 'BUILDKITE_AGENT_ACCESS_TOKEN is set'


def around(place):
    return {'BUILDKITE': 'true',
            'BUILDKITE_JOB_ID': place.rig['buildkite_job'],
            'BUILDKITE_AGENT_ENDPOINT': place.rig['buildkite'],
            'BUILDKITE_AGENT_ACCESS_TOKEN': place.rig['buildkite_token']}


def variants(place):
    job = around(place)
    yield 'an endpoint with a slash', {**job, URL: job[URL] + '/'}, {}, SUBJECT


def absent(place):
    job = around(place)
    return {'no job': {},
            'no token': {**job, 'BUILDKITE_AGENT_ACCESS_TOKEN': None},
            'no job id': {**job, 'BUILDKITE_JOB_ID': ''}}


def refusals(place):
    job = around(place)
    yield Refusal('no job', env={})
    yield Refusal('no token', env={**job, 'BUILDKITE_AGENT_ACCESS_TOKEN': None})
    yield Refusal('the job is over', env={
        **job, 'BUILDKITE_AGENT_ACCESS_TOKEN': 'x'})
    yield Refusal('another job', env={**job, 'BUILDKITE_JOB_ID': '../../x'})
    yield Refusal('it says no', 77, fault={})
    yield Refusal('plain HTTP', 78, env={**job, URL: 'http://a.example/v3'})
