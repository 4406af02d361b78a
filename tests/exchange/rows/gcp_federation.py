# SPDX-License-Identifier: Apache-2.0
from support import sections
from support.exchanges import Refusal

EXCHANGE = 'gcp-federation'
CREDENTIAL = 'gcp'
SERVICE, OPERATION = 'gcp_sts', 'token'


def configure(rig, **more):
    return [sections.federation(rig, **more)]


def refusals(rig):
    yield Refusal('a provider that is not there', settings={
        'audience': rig['gcp_audience'] + 'x'})
    yield Refusal('another audience', settings={'token_audience': 'https://x'})
    yield Refusal('two scopes in one', 78, settings={'scope': 'no scope'})
    yield Refusal('a scope that is none', settings={'scope': 'https://x/<y>'})
    yield Refusal('no provider', 78, settings={'audience': 'projects/1'})
    yield Refusal('a token that lives for days', state={
        'identity': {'ttl': 25 * 3600}})
