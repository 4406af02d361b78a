# SPDX-License-Identifier: Apache-2.0
"""Google Cloud's metadata server, as far as it gives ID tokens: plain HTTP,
and known by a header in both directions."""

from parts.web import Refusal, Reply

from .workload import Workload

IDENTITY = '/computeMetadata/v1/instance/service-accounts/default/identity'
FLAVOR = ('Metadata-Flavor', 'Google')


class GcpMetadata(Workload):
    name = 'gcp_metadata'
    plain = True
    usual_refusal = (403, 'Forbidden', 'Unable to generate an identity token: '
                     'iam.serviceAccounts.getOpenIdToken denied')

    @property
    def url(self):
        return f'127.0.0.1:{self.cloud.port(self.name)}'

    def operation(self, request):
        return 'identity' if request.path == IDENTITY else 'unknown'

    def refuse(self, refusal):
        return Reply.text(refusal.message + '\n', refusal.status, [FLAVOR])

    def answer(self, request):
        if request.header('Metadata-Flavor') != 'Google':
            raise Refusal(403, 'Forbidden', 'Missing Metadata-Flavor:Google '
                          'header.')
        if request.header('X-Forwarded-For') is not None:
            raise Refusal(403, 'Forbidden', 'Requests with X-Forwarded-For '
                          'are not served.')
        if request.method != 'GET' or request.path != IDENTITY:
            raise Refusal(404, 'NotFound', 'The requested URL was not found '
                          'on this server.')
        audience = request.parameter('audience')
        if not audience:
            raise Refusal(400, 'BadRequest',
                          'non-empty audience parameter required')
        more = {}
        if request.parameter('format') == 'full':
            more = {'google': {'compute_engine': {
                'instance_name': 'web-1', 'project_id': 'acme'}}}
        return Reply.text(self.sign(audience, azp='108', **more),
                          headers=[FLAVOR], content_type='text/html')

    def settings(self):
        return {'gcp_metadata': self.url}
