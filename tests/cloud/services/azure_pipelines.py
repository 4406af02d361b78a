# SPDX-License-Identifier: Apache-2.0
"""Azure Pipelines' OIDC token endpoint, as a job sees it."""

from parts.web import Refusal, Reply

from .workload import Workload

JOB = '/acme/7c1e/_apis/distributedtask/hubs/build/plans/9b1d/jobs/4c2e' \
    '/oidctoken'
AUDIENCE = 'api://AzureADTokenExchange'     # the only one there is
CONNECTION = '5f0c2a11-9d3e-4b6f-8a77-1c2d3e4f5a6b'


class AzurePipelines(Workload):
    name = 'azure_pipelines'
    usual_refusal = (400, 'BadRequest', 'VS800075: the job is not running')

    def __init__(self, cloud):
        super().__init__(cloud)
        self.access_token = self.issued.secret(900)

    def operation(self, request):
        return 'token' if request.path == JOB else 'unknown'

    def refuse(self, refusal):
        return Reply.json({'$id': '1', 'innerException': None,
                           'message': refusal.message,
                           'typeKey': refusal.code}, refusal.status,
                          content_type='application/json; charset=utf-8')

    def denied(self, request):
        """A page to sign in at, for who does not say that they are no
        browser."""
        if request.header('X-TFS-FedAuthRedirect') == 'Suppress':
            return Refusal(401, 'Unauthorized',
                           'TF400813: The user is not authorized')
        return Refusal(302, 'Found', 'sign in', [
            ('Location', f'{self.url}/redirected')])

    def answer(self, request):
        if request.path != JOB:
            raise Refusal(404, 'NotFound', 'TF400959: no such plan')
        if request.method != 'POST':
            raise Refusal(405, 'NotAllowed', 'The requested resource does '
                          "not support http method 'GET'.")
        self.check_credential(request, 'bearer', self.access_token,
                              self.denied(request))
        version = request.parameter('api-version')
        if version not in ('7.1', '7.1-preview.1', '7.2-preview.1'):
            raise Refusal(400, 'VssVersionNotSpecifiedException',
                          'No api-version was supplied for the "POST" '
                          'request.')
        connection = request.parameter('serviceConnectionId')
        if connection not in (None, CONNECTION):
            raise Refusal(404, 'ServiceEndpointNotFound',
                          f'Service connection {connection} was not found')
        who = {} if connection is None else {'sub': 'sc://acme/web/azure'}
        return Reply.json({'oidcToken': self.sign(AUDIENCE, **who)})

    def settings(self):
        return {'azure_pipelines': self.url + JOB,
                'azure_pipelines_token': self.access_token,
                'azure_pipelines_audience': AUDIENCE,
                'azure_pipelines_connection': CONNECTION}
