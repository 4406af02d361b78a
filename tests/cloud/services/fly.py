# SPDX-License-Identifier: Apache-2.0
"""The Machines API as a Fly Machine sees it: on a unix socket, and without a
credential, for who is behind it is known."""

import os

from parts.web import Refusal, Reply

from .workload import Workload

SOCKET = 'fly.sock'


class Fly(Workload):
    name = 'fly'
    usual_refusal = (403, 'Forbidden', 'this machine may not request tokens')

    def operation(self, request):
        return 'token' if request.path == '/v1/tokens/oidc' else 'unknown'

    def refuse(self, refusal):
        return Reply.json({'error': refusal.message}, refusal.status)

    def answer(self, request):
        if request.peer != os.getuid():
            raise Refusal(403, 'Forbidden', 'not your machine')
        if (request.method, request.path) != ('POST', '/v1/tokens/oidc'):
            raise Refusal(404, 'NotFound', '404 page not found')
        audience = self.body(request).get('aud', 'https://fly.io/acme')
        if not isinstance(audience, str):
            raise Refusal(400, 'BadRequest', 'aud: expected a string')
        return Reply.text(self.sign(audience, app_name='web', org_name='acme',
                                    machine_name='quiet-sun', region='ams'))

    def settings(self):
        return {'fly_socket': self.cloud.path(SOCKET)}
