# SPDX-License-Identifier: Apache-2.0
"""GitHub Actions' token endpoint, as a job sees it."""

import hmac
import uuid

from parts.idtoken import new_jti
from parts.web import Refusal, Reply, Service

JOB = '/_apis/distributedtask/hubs/Actions/plans/9b1d/jobs/4c2e/idtoken'
OWNER = 'acme'
REPOSITORY = 'acme/web'


class GithubToken(Service):
    name = 'github_token'
    usual_refusal = (500, 'InternalServerError',
                     'An error occurred while processing your request')

    def __init__(self, cloud):
        super().__init__(cloud)
        self.request_token = self.issued.secret(600)

    @property
    def request_url(self):
        return f'{self.url}{JOB}?api-version=2.0'

    def operation(self, request):
        return 'token' if request.path == JOB else 'unknown'

    def answer(self, request):
        if request.method != 'GET' or request.path != JOB:
            raise Refusal(404, 'NotFound', 'no such job')
        bearer = request.bearer() or ''
        if not hmac.compare_digest(bearer, self.request_token):
            raise Refusal(401, 'Unauthorized', 'The token is not valid')
        if request.parameter('api-version') is None:
            raise Refusal(400, 'BadRequest', 'api-version is missing')
        audience = request.parameter('audience',
                                     f'https://github.com/{OWNER}')
        state = self.world['github_token']
        claims = {n: v for n, v in self.claims(audience, state).items()
                  if v is not None}
        token = self.cloud.signer.sign(claims, state['alg'])
        return Reply.json({'value': self.issued.remember(token)},
                          content_type='application/json; charset=utf-8')

    def claims(self, audience, state):
        now = int(self.world.now())
        return {
            'jti': new_jti(self.issued),
            'sub': state['sub'],
            'aud': audience,
            'iss': self.cloud.actions_issuer,
            'nbf': now,
            'iat': now,
            'exp': now + state['ttl'],
            'ref': 'refs/heads/main',
            'ref_type': 'branch',
            'sha': uuid.uuid5(uuid.NAMESPACE_URL, REPOSITORY).hex,
            'repository': REPOSITORY,
            'repository_owner': OWNER,
            'repository_visibility': 'private',
            'run_id': '1001',
            'run_number': '7',
            'run_attempt': '1',
            'actor': 'ada',
            'workflow': 'check',
            'event_name': 'push',
            'job_workflow_ref':
                f'{REPOSITORY}/.github/workflows/check.yml@refs/heads/main',
            'runner_environment': 'github-hosted',
            **state.get('claims', {}),
        }
