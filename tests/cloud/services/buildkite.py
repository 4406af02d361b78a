# SPDX-License-Identifier: Apache-2.0
"""Buildkite's agent API, as far as a job asks it for an ID token."""

from parts.web import Refusal, Reply

from .workload import Workload

JOB = '0190d5c8-5a2f-4f8e-9b41-7e3d2c1b0a99'


class Buildkite(Workload):
    name = 'buildkite'
    usual_refusal = (422, 'Unprocessable',
                     'Lifetime must be between 0 and 7200')

    def __init__(self, cloud):
        super().__init__(cloud)
        self.access_token = self.issued.secret(48)

    def operation(self, request):
        return 'token' if request.path.endswith('/oidc/tokens') else 'unknown'

    def refuse(self, refusal):
        return Reply.json({'message': refusal.message}, refusal.status)

    def answer(self, request):
        self.check_credential(request, 'token', self.access_token, Refusal(
            401, 'Unauthorized', 'Authentication required. Please supply a '
            'valid job access token'))
        if (request.method, request.path) != (
                'POST', f'/v3/jobs/{JOB}/oidc/tokens'):
            raise Refusal(404, 'NotFound', 'No job found')
        audience = self.body(request).get(
            'audience', 'https://buildkite.com/acme')
        if not isinstance(audience, str) or not audience:
            raise Refusal(422, 'Unprocessable', 'Audience must be a string')
        return Reply.json({'token': self.sign(
            audience, organization_slug='acme', pipeline_slug='web',
            build_branch='main', job_id=JOB)})

    def settings(self):
        return {'buildkite': f'{self.url}/v3', 'buildkite_job': JOB,
                'buildkite_token': self.access_token}
