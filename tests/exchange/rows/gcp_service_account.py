# SPDX-License-Identifier: Apache-2.0
from support import sections
from support.exchanges import Refusal

EXCHANGE = 'gcp-service-account'
CREDENTIAL = 'gcp-ci'
SERVICE, OPERATION = 'gcp_iam', 'generateAccessToken'


def configure(rig, **more):
    return [sections.federation(rig), sections.service_account(rig, **more)]


def refusals(rig):
    other = 'other@acme.iam.gserviceaccount.com'
    narrow = 'https://www.googleapis.com/auth/devstorage.read_only'
    yield Refusal('another account', settings={'service_account': other})
    yield Refusal('a delegate that may not', settings={'delegate': other})
    yield Refusal('an API that is not enabled', state={
        'gcp': {'disabled_apis': ['iamcredentials.googleapis.com']}})
    yield Refusal('a quota that is not theirs', settings={
        'quota_project': 'other'})
    yield Refusal('a token with too few scopes', sections=[
        sections.federation(rig, scope=narrow), sections.service_account(rig)])
    yield Refusal('a token that is narrowed', sections=[
        sections.federation(rig), sections.downscope(rig, 'narrow'),
        sections.service_account(rig, **{'from': 'narrow'})])
    yield Refusal('an account that Google does not know', fault={
        'status': 404, 'code': 'NOT_FOUND', 'message':
        'Not found; Gaia id not found for email '
        + rig['service_account']})
    yield Refusal('a token that Google does not take', fault={
        'status': 401, 'code': 'UNAUTHENTICATED', 'message':
        'Request had invalid authentication credentials.'})
    yield Refusal('longer than it may be', settings={'ttl': '2h'})
    yield Refusal('shorter than it may be', 78, settings={'ttl': '60s'})
    yield Refusal('no address', 78, settings={'service_account': 'ci'})
    yield Refusal('a boundary', 78, settings={'boundary': '{}'})
