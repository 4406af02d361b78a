# SPDX-License-Identifier: Apache-2.0
from support import sections
from support.exchanges import Refusal

EXCHANGE = 'aws-ecr-public'
CREDENTIAL = 'public'
SERVICE, OPERATION = 'ecr_public', 'GetAuthorizationToken'


def configure(rig, **more):
    return [sections.web_identity(rig, 'ecr-role', role=rig['role_ecr']),
            sections.credential('public', 'aws-ecr-public', **{
                'from': 'ecr-role', 'endpoint': rig['ecr_public'], **more})]


def refusals(rig):
    yield Refusal('a region', 78, settings={'region': 'eu-west-1'})
    yield Refusal('FIPS', 78, settings={'use_fips': 'yes'})
    yield Refusal('IPv6 at an endpoint', 78, settings={'use_dualstack': 'yes'})
    yield Refusal('a role without ECR Public', sections=[
        sections.web_identity(rig, 'ecr-role'), configure(rig)[1]])
    yield Refusal('a role that may not have a bearer token', state={
        'roles': {rig['role_ecr']: {'permissions': [
            {'Effect': 'Allow', 'Action': 'ecr-public:*', 'Resource': '*'}]}}})
    for code, text in (
            ('UnrecognizedClientException', 'The security token included in '
             'the request is invalid.'),
            ('InvalidSignatureException', 'Signature expired'),
            ('ExpiredTokenException', 'The security token included in the '
             'request is expired'),
            ('InvalidParameterException', 'Invalid parameter'),
            ('UnsupportedCommandException', 'Not here')):
        yield Refusal(code, fault={'code': code, 'message': text})
    for code, status in (('ThrottlingException', 400),
                         ('ServerException', 500)):
        yield Refusal(f'{code}, in vain', 75, fault={
            'status': status, 'code': code, 'message': 'Try again'})
