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


def mistakes(rig):
    """What is found before anybody is asked."""
    yield Refusal('no role', 78, settings={'role': 'dev'})
    yield Refusal('a role of another partition', 78, settings={
        'role': 'arn:aws-cn:iam::123456789012:role/dev', 'endpoint': []})
    yield Refusal('a policy that is too large', 78, settings={
        'session_policy': '{' + ' ' * 2030 + '}', 'policy_arn': READ_ONLY})
    yield Refusal('a policy that is no JSON', 78, settings={
        'session_policy': 'S3'})
    yield Refusal('policies that are too many', 78, settings={
        'policy_arn': [READ_ONLY] * 11})
    yield Refusal('a life beyond all roles', 78, settings={'ttl': '13h'})
    yield Refusal('a session that cannot be called so', 78, settings={
        'session_name': 'Ada Lovelace'})
    yield Refusal('a region that is none', 78, settings={
        'region': 'nowhere at all'})
    yield Refusal('FIPS at an endpoint', 78, settings={'use_fips': 'yes'})
    yield Refusal('FIPS without a region', 78, settings={
        'use_fips': 'yes', 'region': 'aws-global', 'endpoint': []})
    for key in ('external_id', 'tag', 'transitive_tag', 'source_identity'):
        yield Refusal(key.replace('_', '-'), 78, settings={key: 'a=b'})


def refusals(rig):
    yield from mistakes(rig)
    yield Refusal('a role that is not there',
                  settings={'role': rig['role'][:-3] + 'none'})
    yield Refusal('a stranger', state={
        'identity': {'sub': 'org:evil/prj:web/env:1'}})
    yield Refusal('an audience that AWS was not told of',
                  settings={'token_audience': 'https://other.example'})
    yield Refusal('an issuer that AWS was not told of', state={
        'aws': {'providers': {rig['issuer'].removeprefix('https://'): None}}})
    yield Refusal('a token that is not valid yet', state={
        'identity': {'claims': {'nbf': 4000000000}}})
    yield Refusal('a policy that is none', settings={'session_policy': '{}'})
    yield Refusal('longer than the role allows', settings={
        'role': rig['role_ecr'], 'ttl': '12h'})
    yield Refusal('shorter than AWS allows', settings={'ttl': '60s'})
    for code, status, text in (
            ('PackedPolicyTooLarge', 400, 'Packed policy consumes 112% of '
             'allotted space, please use smaller policy.'),
            ('ExpiredTokenException', 400, 'Token expired'),
            ('IDPRejectedClaim', 403, 'The claim was rejected'),
            ('RegionDisabledException', 403, 'STS is not activated in this '
             'region for account 123456789012.'),
            ('OptInRequired', 403, 'A subscription is needed'),
            ('InvalidAction', 400, 'Could not find operation'),
            ('RequestEntityTooLarge', 413, 'Too large'),
            ('NewCode', 400, 'something new')):
        yield Refusal(code, fault={
            'status': status, 'code': code, 'message': text})
    yield Refusal('a token that is no JWT', fault={
        'status': 400, 'code': 'InvalidIdentityToken',
        'message': 'The ID Token provided is not a valid JWT. (You may see '
                   'this error if you sent an Access Token)'})
    for code, status, text in (
            ('InvalidIdentityToken', 400, "Couldn't retrieve verification key "
             'from your identity provider, please reference '
             'AssumeRoleWithWebIdentity documentation for requirements'),
            ('IDPCommunicationError', 400, 'The provider did not answer'),
            ('Throttling', 400, 'Rate exceeded'),
            ('InternalFailure', 500, 'An internal error occurred'),
            ('ServiceUnavailable', 503, 'Try again')):
        yield Refusal(f'{code}, in vain', 75, fault={
            'status': status, 'code': code, 'message': text})
