# SPDX-License-Identifier: Apache-2.0
from support import sections
from support.exchanges import Refusal

EXCHANGE = 'gcp-federation'
CREDENTIAL = 'gcp'
SERVICE, OPERATION = 'gcp_sts', 'token'


def configure(rig, **more):
    return [sections.federation(rig, **more)]


def refusals(rig):
    provider = rig['gcp_audience']

    def changed(**more):
        return {'gcp': {'providers': {provider: more}}}

    yield Refusal('a provider that is not there', settings={
        'audience': provider + 'x'})
    yield Refusal('a provider that is disabled', state=changed(disabled=True))
    yield Refusal('an attribute condition', state=changed(
        condition={'org': 'evil'}))
    yield Refusal('a mapping without a subject', state=changed(
        mapping={'google.subject': 'nobody'}))
    yield Refusal('a subject that is too long', state={
        'identity': {'sub': 'x' * 128}})
    yield Refusal('another audience', settings={'token_audience': 'https://x'})
    yield Refusal('another issuer', state=changed(issuer='https://i.example'))
    yield Refusal('a token that has expired', fault={
        'message': 'ID Token issued at 1730000000 is stale to sign-in.'})
    yield Refusal('an issuer that Google cannot read', fault={
        'message': "Error connecting to the given credential's issuer."})
    yield Refusal('a key that nobody knows', fault={
        'message': 'Unable to verify the ID Token signature.'})
    yield Refusal('two scopes in one', 78, settings={'scope': 'no scope'})
    yield Refusal('a scope that is none', settings={'scope': 'https://x/<y>'})
    yield Refusal('no provider', 78, settings={'audience': 'projects/1'})
    yield Refusal("a project's id", 78, settings={
        'audience': provider.replace('/1/', '/acme/')})
    yield Refusal('a boundary', 78, settings={'boundary': '{}'})
    yield Refusal('a quota project', 78, settings={'quota_project': 'acme'})
    yield Refusal('a universe that is no domain', 78, settings={
        'universe': 'acme'})
    yield Refusal('a token that lives for days', state={
        'identity': {'ttl': 25 * 3600}})
