# SPDX-License-Identifier: Apache-2.0
from support import sections
from support.exchanges import Refusal

EXCHANGE = 'gcp-downscope'
CREDENTIAL = 'team'
SERVICE, OPERATION = 'gcp_sts', 'downscope'


def configure(rig, **more):
    return [sections.federation(rig), sections.downscope(rig, **more)]


def refusals(rig):
    good = sections.boundary('demo', 'team/')
    yield Refusal('a token that is narrowed already', sections=[
        sections.federation(rig), sections.downscope(rig, 'narrow'),
        sections.downscope(rig, **{'from': 'narrow'})])
    yield Refusal('a boundary that Google does not take', fault={
        'code': 'invalid_request', 'message': 'Invalid access boundary rules: '
        'availabilityCondition'})
    yield Refusal('a token that cannot be narrowed', fault={
        'status': 401, 'code': 'unauthorized_client',
        'message': 'The caller is not supported.'})
    yield Refusal('no boundary', 78, settings={'boundary': '{}'})
    yield Refusal('no JSON', 78, settings={'boundary': good[:-4]})
    yield Refusal('a name that is spelt wrong', 78, settings={
        'boundary': good.replace('Condition', 'Conditon')})
    yield Refusal('a resource that is no bucket', 78, settings={
        'boundary': good.replace('/buckets/', '/bucket/')})
    yield Refusal('a role without inRole', 78, settings={
        'boundary': good.replace('inRole:', '')})
