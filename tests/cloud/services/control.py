# SPDX-License-Identifier: Apache-2.0
"""The control port, plain HTTP: how a test steers and watches the cloud."""

from parts.web import Refusal, Reply, Service


class Control(Service):
    name = 'control'
    counted = False
    plain = True

    @property
    def url(self):
        return f'http://localhost:{self.cloud.port(self.name)}'

    def operation(self, request):
        return request.path.strip('/') or 'index'

    def refuse(self, refusal):
        return Reply.json({'error': refusal.message}, refusal.status)

    def answer(self, request):
        handler = self.handlers().get((request.method, request.path))
        if handler is None:
            raise Refusal(404, 'not_found', 'GET /counts, DELETE /counts, '
                          'POST /fault, DELETE /fault, GET /state, '
                          'POST /state, DELETE /state, GET /log, '
                          'GET /seen-secrets')
        return Reply.json(handler(request))

    def handlers(self):
        cloud = self.cloud
        return {
            ('GET', '/counts'): lambda _: cloud.journal.snapshot(),
            ('DELETE', '/counts'): lambda _: cloud.journal.clear(),
            ('POST', '/fault'): self.fault,
            ('DELETE', '/fault'): lambda _: cloud.faults.clear(),
            ('GET', '/state'): lambda _: cloud.world.snapshot(),
            ('POST', '/state'): self.state,
            ('DELETE', '/state'): lambda _: cloud.world.reset(),
            ('GET', '/log'): lambda _: cloud.journal.last(),
            ('GET', '/seen-secrets'): lambda _: cloud.issued.all_seen(),
        }

    def body(self, request):
        value = request.json()
        if value is None:
            raise Refusal(400, 'bad_request', 'the body must be a JSON object')
        return value

    def fault(self, request):
        order = self.body(request)
        try:
            if order['service'] not in self.cloud.services:
                raise ValueError(f'no such service: {order["service"]}')
            self.cloud.faults.order(order)
        except (KeyError, ValueError, TypeError) as error:
            raise Refusal(400, 'bad_request', str(error)) from error

    def state(self, request):
        self.world.merge(self.body(request))
        return self.world.snapshot()
