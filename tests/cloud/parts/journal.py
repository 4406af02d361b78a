# SPDX-License-Identifier: Apache-2.0
"""What was asked of the cloud: counts, and the last requests."""

import threading
from collections import Counter, deque
from hashlib import sha256

KEPT = 1000
# Headers whose value must not be repeated to whoever reads the log.
SECRET = ('x-amz-security-token', 'x-vault-token',
          'x-serverless-authorization', 'proxy-authorization', 'cookie')


def redact(name, value):
    name = name.lower()
    if name == 'authorization':
        scheme, _, rest = value.partition(' ')
        return f'{scheme} sha256:{sha256(rest.encode()).hexdigest()}'
    if name in SECRET:
        return f'sha256:{sha256(value.encode()).hexdigest()}'
    return value


class Journal:
    def __init__(self):
        self.lock = threading.Lock()
        self.counts = Counter()
        self.requests = deque(maxlen=KEPT)

    def count(self, service, operation):
        with self.lock:
            self.counts[f'{service}:{operation}'] += 1

    def log(self, service, operation, request, reply):
        entry = {
            'service': service,
            'operation': operation,
            'method': request.method,
            'path': request.path,
            'query': request.raw_query,
            'headers': {n: redact(n, v) for n, v in request.headers},
            'status': reply.status if reply else None,
            'error': reply.error if reply else 'closed without an answer',
        }
        with self.lock:
            self.requests.append(entry)

    def clear(self):
        with self.lock:
            self.counts.clear()

    def snapshot(self):
        with self.lock:
            return dict(self.counts)

    def last(self):
        with self.lock:
            return list(self.requests)
