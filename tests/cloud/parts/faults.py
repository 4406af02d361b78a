# SPDX-License-Identifier: Apache-2.0
"""Faults that a test orders: how a service misbehaves, and how often."""

import json
import re
import threading

from .web import Refusal, Reply

OVERSIZE = 3 * 1024 * 1024
FOREVER = 24 * 3600


class Fault:
    def __init__(self, order):
        self.service = order['service']
        self.operation = order.get('operation')
        self.mode = order['mode']
        self.left = int(order.get('count', 1))      # -1: for ever
        self.seconds = order.get('seconds')
        self.status = order.get('status')
        self.body = order.get('body')
        self.code = order.get('code')
        self.message = order.get('message')
        known = self.mode in MODES or self.mode in HANDSHAKES
        if not known and not self.http_status():
            raise ValueError(f'no such mode: {self.mode}')

    def http_status(self):
        found = re.fullmatch(r'http-([1-5]\d\d)', self.mode)
        return int(found[1]) if found else None

    def play(self, service, request, wait):
        """The reply, or None to hang up without one."""
        status = self.http_status()
        if status:
            return self.fail_http(service, status)
        return MODES[self.mode](self, service, request, wait)

    def fail_http(self, service, status):
        headers = []
        if status in (429, 503) and self.seconds is not None:
            headers.append(('Retry-After', str(int(self.seconds))))
        if self.body is not None:
            return Reply.text(self.body, status, headers)
        code = self.code or service.code_of.get(status, 'Error')
        message = self.message or (
            'Rate exceeded' if status == 429 else 'The service had a problem')
        return service.refused(Refusal(status, code, message, headers))

    def fail(self, service, request, wait):
        usual = service.usual_refusal
        status = self.status or usual[0]
        if self.body is not None:
            return Reply.text(self.body, status)
        return service.refused(Refusal(status, self.code or usual[1],
                                       self.message or usual[2]))

    def stall(self, service, request, wait):
        wait(FOREVER if self.seconds is None else self.seconds)

    def delay(self, service, request, wait):
        wait(1 if self.seconds is None else self.seconds)
        return service.reply(request)

    def close(self, service, request, wait):
        return None

    def truncate(self, service, request, wait):
        """The length of all, half of the bytes."""
        reply = service.reply(request)
        reply.cut = len(reply.body) // 2
        return reply

    def slow(self, service, request, wait):
        reply = service.reply(request)
        reply.pace = 5 if self.seconds is None else self.seconds
        return reply

    def redirect(self, service, request, wait):
        """To a place that counts who comes: nobody may follow."""
        where = self.body or f'{service.url}/redirected'
        return Reply(self.status or 307, b'', [('Location', where)])

    def garbage(self, service, request, wait):
        """The right type of content with the wrong content."""
        body = (self.body or '\x00\x01{"<garbage \x7f not&what you asked'
                ).encode()
        kind = service.reply(request).headers
        return Reply(self.status or 200, body,
                     [h for h in kind if h[0] == 'Content-Type'])

    def oversize(self, service, request, wait):
        """A valid reply in all but size."""
        reply = service.reply(request)
        reply.body += b' ' * (OVERSIZE - len(reply.body))
        return reply

    def wrong_type(self, service, request, wait):
        reply = service.reply(request)
        reply.body = twist(reply.body)
        return reply

    def date_skew(self, service, request, wait):
        reply = service.reply(request)
        reply.skew = 3600 if self.seconds is None else int(self.seconds)
        return reply


MODES = {
    'fail': Fault.fail,
    'stall': Fault.stall,
    'delay': Fault.delay,
    'close': Fault.close,
    'truncate': Fault.truncate,
    'slow': Fault.slow,
    'redirect': Fault.redirect,
    'garbage': Fault.garbage,
    'oversize': Fault.oversize,
    'wrong-type': Fault.wrong_type,
    'date-skew': Fault.date_skew,
}


# Played while TLS is agreed on.
HANDSHAKES = ('foreign-certificate', 'expired-certificate', 'plain-http')


def twist(body):
    """The same document with every value of another type."""
    try:
        return json.dumps(twist_json(json.loads(body))).encode()
    except ValueError:
        return re.sub(rb'>[^<>\s][^<>]*<', b'><unexpected/><', body)


def twist_json(value):
    if isinstance(value, dict):
        return {name: twist_json(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return {'0': value[0]} if value else 'none'
    return len(value) if isinstance(value, str) else [str(value)]


class Faults:
    """The orders, oldest first; the first that fits is played."""

    def __init__(self):
        self.lock = threading.Lock()
        self.orders = []

    def order(self, order):
        fault = Fault(order)
        with self.lock:
            self.orders.append(fault)

    def clear(self):
        with self.lock:
            self.orders.clear()

    def take(self, service, operation):
        return self.first(lambda fault: fault.service == service and
                          fault.mode not in HANDSHAKES and
                          fault.operation in (None, operation))

    def take_handshake(self, service):
        """Before anybody said what they want: `operation` is not known."""
        return self.first(lambda fault: fault.service == service and
                          fault.mode in HANDSHAKES)

    def first(self, fits):
        with self.lock:
            for fault in self.orders:
                if fault.left != 0 and fits(fault):
                    fault.left -= fault.left > 0
                    return fault
        return None
