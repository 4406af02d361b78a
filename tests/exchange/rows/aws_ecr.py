# SPDX-License-Identifier: Apache-2.0
from support import sections
from support.exchanges import Refusal

EXCHANGE = 'aws-ecr'
CREDENTIAL = 'registry'
SERVICE, OPERATION = 'ecr', 'GetAuthorizationToken'


def configure(rig, **more):
    return [sections.web_identity(rig, 'ecr-role', role=rig['role_ecr']),
            sections.credential('registry', 'aws-ecr', **{
                'from': 'ecr-role', 'region': 'us-east-1',
                'endpoint': rig['ecr'], **more})]


def refusals(rig):
    yield Refusal('a region that is none', 78, settings={
        'region': 'nowhere at all'})
    yield Refusal('no region', 78, settings={'region': []})
    yield Refusal('FIPS at an endpoint', 78, settings={'use_fips': 'yes'})
    yield Refusal('a role without ECR', sections=[
        sections.web_identity(rig, 'ecr-role'), configure(rig)[1]])
    for code, text in (
            ('UnrecognizedClientException', 'The security token included in '
             'the request is invalid.'),
            ('InvalidSignatureException', 'Signature expired'),
            ('IncompleteSignatureException', 'Credential must have 5 parts'),
            ('MissingAuthenticationTokenException', 'Missing'),
            ('ExpiredTokenException', 'The security token included in the '
             'request is expired'),
            ('InvalidParameterException', 'Invalid parameter'),
            ('UnknownOperationException', '')):
        yield Refusal(code, fault={'code': code, 'message': text})
    for code, status in (('ThrottlingException', 400),
                         ('ServerException', 500)):
        yield Refusal(f'{code}, in vain', 75, fault={
            'status': status, 'code': code, 'message': 'Try again'})
