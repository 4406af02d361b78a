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
    yield Refusal('a role without ECR', sections=[
        sections.web_identity(rig, 'ecr-role'), configure(rig)[1]])
    yield Refusal('a region that is none', 78, settings={
        'region': 'nowhere at all'})
    for code in ('UnrecognizedClientException', 'InvalidSignatureException',
                 'ExpiredTokenException'):
        yield Refusal(code, fault={'code': code})
