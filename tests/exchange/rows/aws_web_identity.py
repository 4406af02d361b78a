# SPDX-License-Identifier: Apache-2.0
from support import sections
from support.exchanges import Refusal

EXCHANGE = 'aws-web-identity'
CREDENTIAL = 'dev'
SERVICE, OPERATION = 'sts', 'AssumeRoleWithWebIdentity'
# A read-only role session, as AWS has it.
READ_ONLY = 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess'


def configure(rig, **more):
    return [sections.web_identity(rig, **more)]


def refusals(rig):
    yield Refusal('a role that is not there',
                  settings={'role': rig['role'][:-3] + 'none'})
    yield Refusal('an audience that AWS was not told of',
                  settings={'token_audience': 'https://other.example'})
    yield Refusal('a policy that is none', settings={'session_policy': '{}'})
    yield Refusal('a policy that is too large', 78, settings={
        'session_policy': '{' + ' ' * 2030 + '}', 'policy_arn': READ_ONLY})
    yield Refusal('longer than the role allows', settings={
        'role': rig['role_ecr'], 'ttl': '12h'})
    yield Refusal('shorter than AWS allows', settings={'ttl': '60s'})
    yield Refusal('a stranger', state={
        'identity': {'sub': 'org:evil/prj:web/env:1'}})
    for code, status in (('PackedPolicyTooLarge', 400),
                         ('ExpiredTokenException', 400),
                         ('IDPRejectedClaim', 403),
                         ('RegionDisabledException', 403)):
        yield Refusal(code, fault={'status': status, 'code': code})
    yield Refusal('Throttling, in vain', 75, fault={
        'status': 400, 'code': 'Throttling'})
