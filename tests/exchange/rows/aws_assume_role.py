# SPDX-License-Identifier: Apache-2.0
from support import sections
from support.exchanges import Refusal

EXCHANGE = 'aws-assume-role'
CREDENTIAL = 'deploy'
SERVICE, OPERATION = 'sts', 'AssumeRole'
USER = 'User: arn:aws:sts::123456789012:assumed-role/dev/7f3 is not ' \
    'authorized to perform: '
READ_ONLY = 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess'


def configure(rig, **more):
    return [sections.web_identity(rig), sections.assume_role(rig, **more)]


def refusals(rig):
    yield Refusal('a bad tag', 78, settings={'tag': 'no-equals-sign'})
    yield Refusal('tags that are too many', 78, settings={
        'tag': [f'k{n}=v' for n in range(51)]})
    yield Refusal('a transitive tag that is none', 78, settings={
        'tag': 'team=web', 'transitive_tag': 'cost'})
    yield Refusal('a bad external id', 78, settings={'external_id': 'a b'})
    yield Refusal('a source identity of AWS', 78, settings={
        'source_identity': 'aws:ada'})
    yield Refusal('a chain of two hours', 78, settings={'ttl': '2h'})
    yield Refusal('FIPS at an endpoint', 78, settings={'use_fips': 'yes'})
    yield Refusal('without the external id', settings={
        'role': rig['role_partner']})
    yield Refusal('a policy that is none', settings={'session_policy': '{}'})
    yield Refusal('a session policy before it', sections=[
        sections.web_identity(rig, policy_arn=READ_ONLY),
        sections.assume_role(rig)])
    yield Refusal('a policy that AWS does not know', settings={
        'policy_arn': 'arn:aws:iam::aws:policy/Nobody'})
    for action in ('sts:TagSession', 'sts:SetSourceIdentity'):
        yield Refusal(f'without {action}', fault={
            'code': 'AccessDenied',
            'message': f'{USER}{action} on resource: {rig["role_deploy"]}'})
    for code, status, text in (
            ('ExpiredToken', 403, 'The security token included in the request '
             'is expired'),
            ('ExpiredTokenException', 400, 'Expired'),
            ('ExpiredTradeInToken', 400, 'Expired'),
            ('InvalidClientTokenId', 403, 'The security token included in the '
             'request is invalid.'),
            ('SignatureDoesNotMatch', 403, 'Signature expired'),
            ('IncompleteSignature', 400, 'Credential must have 5 parts'),
            ('MissingAuthenticationToken', 403, 'Missing'),
            ('PackedPolicyTooLarge', 400, 'Packed size is 112%'),
            ('RegionDisabledException', 403, 'Not activated'),
            ('InvalidParameterValue', 400, 'The specified transitive tag key '
             'must be included in the requested tags.')):
        yield Refusal(code, fault={
            'status': status, 'code': code, 'message': text})
    yield Refusal('Throttling, in vain', 75, fault={
        'status': 400, 'code': 'Throttling', 'message': 'Rate exceeded'})
    yield Refusal('the step before', state={
        'identity': {'sub': 'org:evil/prj:web/env:1'}})
