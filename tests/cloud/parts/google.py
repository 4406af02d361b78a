# SPDX-License-Identifier: Apache-2.0
"""What Google's services share: principals, bearer tokens, error forms."""

from .issued import BASE64URL, Grant
from .web import Refusal, Reply, Service

STATUS = {400: 'INVALID_ARGUMENT', 401: 'UNAUTHENTICATED',
          403: 'PERMISSION_DENIED', 404: 'NOT_FOUND',
          429: 'RESOURCE_EXHAUSTED', 500: 'INTERNAL', 503: 'UNAVAILABLE'}
UNAUTHENTICATED = (
    'Request had invalid authentication credentials. Expected OAuth 2 access '
    'token, login cookie or other valid authentication credential. See '
    'https://developers.google.com/identity/sign-in/web/devconsole-project.')


def access_token(issued, prefix, grant):
    return issued.token(f'ya29.{prefix}.' + issued.random(240, BASE64URL),
                        grant)


def federated(service, pool, attributes, scopes, expires):
    """A grant for somebody from outside: attributes are the mapped ones."""
    subject = attributes['google.subject']
    return Grant(service, f'principal:{pool}/subject/{subject}', expires,
                 scopes, {'pool': pool, 'attributes': attributes})


def is_member(grant, members):
    """Whether IAM's member strings name who holds the grant."""
    names = {grant.principal}
    pool = grant.extra.get('pool')
    if pool:
        names.add(f'principalSet:{pool}/*')
        for name, value in grant.extra['attributes'].items():
            if name.startswith('attribute.'):
                names.add(f'principalSet:{pool}/{name}/{value}')
    return bool(names & set(members))


class GoogleService(Service):
    """An API that takes a bearer token and answers google.rpc errors."""

    code_of = STATUS
    usual_refusal = (403, 'PERMISSION_DENIED', 'The caller does not have '
                     'permission')

    def refuse(self, refusal):
        error = {'code': refusal.status, 'message': refusal.message,
                 'status': refusal.code}
        if refusal.code in ('PERMISSION_DENIED', 'UNAUTHENTICATED'):
            error['details'] = [{
                '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
                'reason': REASONS[refusal.code],
                'domain': 'googleapis.com'}]
        return Reply.json({'error': error}, refusal.status,
                          content_type='application/json; charset=UTF-8')

    def caller(self, request):
        token = request.bearer()
        grant = self.issued.grant(token) if token else None
        if grant is None or grant.expires <= self.world.now() \
                or not grant.service.startswith('gcp'):
            raise Refusal(401, 'UNAUTHENTICATED', UNAUTHENTICATED)
        return grant


REASONS = {'PERMISSION_DENIED': 'IAM_PERMISSION_DENIED',
           'UNAUTHENTICATED': 'ACCESS_TOKEN_INVALID'}
