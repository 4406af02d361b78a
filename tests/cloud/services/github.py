# SPDX-License-Identifier: Apache-2.0
"""The corner of GitHub's API where a token takes itself back."""

from parts.web import Refusal, Reply, Service

PATHS = ('/installation/token', '/api/v3/installation/token')
DOCUMENTATION = 'https://docs.github.com/rest'


class Github(Service):
    name = 'github'
    usual_refusal = (401, 'Unauthorized', 'Bad credentials')

    def operation(self, request):
        return 'revoke' if request.path in PATHS and \
            request.method == 'DELETE' else 'unknown'

    def refuse(self, refusal):
        return Reply.json({'message': refusal.message,
                           'documentation_url': DOCUMENTATION,
                           'status': str(refusal.status)}, refusal.status,
                          content_type='application/json; charset=utf-8')

    def answer(self, request):
        scheme, token = request.authorization()
        if scheme is None:
            raise Refusal(401, 'Unauthorized', 'Requires authentication')
        grant = self.issued.grant(token, 'octo')
        if scheme not in ('bearer', 'token') or grant is None \
                or grant.expires <= self.world.now():
            raise Refusal(401, 'Unauthorized', 'Bad credentials')
        if self.operation(request) != 'revoke':
            raise Refusal(404, 'NotFound', 'Not Found')
        self.issued.revoke(token)
        return Reply(204)
