# SPDX-License-Identifier: Apache-2.0
"""Amazon ECR and ECR Public: a registry password for a signature."""

import base64
import json
import re

from parts import aws
from parts.issued import BASE64, Grant
from parts.web import Refusal, Reply

JSON = 'application/x-amz-json-1.1'
CORAL = 'com.amazon.coral.service#'
INVALID = (400, 'UnrecognizedClientException',
           'The security token included in the request is invalid.')


def region(request):
    """The one that the host's name has."""
    found = re.match(r'api\.ecr\.([a-z]+-[a-z]+-\d+)\.', request.host)
    return found[1] if found else 'us-east-1'


class Ecr(aws.AwsService):
    name = 'ecr'
    signing_name = 'ecr'
    target = 'AmazonEC2ContainerRegistry_V20150921'
    actions = ('ecr:GetAuthorizationToken',)
    usual_refusal = (400, 'AccessDeniedException', 'User is not authorized to '
                     'perform: ecr:GetAuthorizationToken on resource: *')
    code_of = {429: 'ThrottlingException', 500: 'ServerException',
               503: 'ServiceUnavailableException'}
    signature_codes = {
        'missing': (400, 'MissingAuthenticationTokenException'),
        'incomplete': (400, 'IncompleteSignatureException'),
        'scope': (400, 'InvalidSignatureException'),
        'skew': (400, 'InvalidSignatureException'),
        'unsigned': (400, 'InvalidSignatureException'),
        'mismatch': (400, 'InvalidSignatureException'),
    }
    unknown_key = bad_token = INVALID
    expired_token = (400, 'ExpiredTokenException', 'The security token '
                     'included in the request is expired')

    def operation(self, request):
        return request.header('X-Amz-Target', 'unknown').rpartition('.')[2]

    def refuse(self, refusal):
        return Reply.json({'__type': CORAL + refusal.code,
                           'message': refusal.message}, refusal.status,
                          [('x-amzn-RequestId', aws.request_id())], JSON)

    def answer(self, request):
        target = request.header('X-Amz-Target')
        if (request.method, request.path) != ('POST', '/') or \
                request.content_type != JSON or \
                target != f'{self.target}.GetAuthorizationToken':
            raise Refusal(404, 'UnknownOperationException', '')
        session = self.authenticate(request)
        if request.json() is None:
            raise Refusal(400, 'SerializationException',
                          'Unexpected token in the document')
        for action in self.actions:
            if not self.permits(session, action):
                raise Refusal(400, 'AccessDeniedException',
                              self.not_authorized(session, action))
        return Reply.json({'authorizationData':
                           self.data(session, region(request))},
                          headers=[('x-amzn-RequestId', aws.request_id())],
                          content_type=JSON)

    def data(self, session, place):
        return [self.one(session, f'https://{session.account}.dkr.ecr.'
                         f'{place}.amazonaws.com')]

    def one(self, session, endpoint=None):
        expires = self.world.now() + self.world.life('ecr')
        pair = 'AWS:' + self.password(session, expires)
        found = {'authorizationToken': base64.b64encode(pair.encode()).decode(),
                 'expiresAt': round(expires, 3)}
        if endpoint:
            found['proxyEndpoint'] = endpoint
        self.issued.remember(found['authorizationToken'])
        return found

    def password(self, session, expires):
        """Base64 of a JSON object, as the real one is, and as long."""
        inside = {'payload': self.issued.random(1300, BASE64),
                  'datakey': self.issued.random(240, BASE64),
                  'version': '2', 'type': 'DATA_KEY',
                  'expiration': int(expires)}
        password = base64.b64encode(json.dumps(inside).encode()).decode()
        return self.issued.token(password, Grant(self.name, session.role,
                                                 expires))


class EcrPublic(Ecr):
    name = 'ecr_public'
    signing_name = 'ecr-public'
    target = 'SpencerFrontendService'
    actions = ('ecr-public:GetAuthorizationToken',
               'sts:GetServiceBearerToken')

    def data(self, session, place):
        """One object where ECR answers a list."""
        return self.one(session)
