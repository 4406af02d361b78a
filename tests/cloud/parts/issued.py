# SPDX-License-Identifier: Apache-2.0
"""Everything this run handed out: what it is for, and until when.

Each random secret carries the run's mark, so that a test can hunt for it on
disk, in logs and in memory.
"""

import random
import string
import threading
from dataclasses import dataclass, field

ALNUM = string.ascii_letters + string.digits
DICE = random.SystemRandom()
BASE64 = ALNUM + '+/'
BASE64URL = ALNUM + '-_'


@dataclass
class Grant:
    """What a bearer token stands for."""
    service: str        # who issued it
    principal: str
    expires: float
    scopes: list = field(default_factory=list)
    extra: dict = field(default_factory=dict)


class Issued:
    def __init__(self):
        self.mark = 'CANARY' + ''.join(
            DICE.choices(string.ascii_uppercase, k=6))
        self.lock = threading.Lock()
        self.seen = []
        self.grants = {}    # token: Grant
        self.sessions = {}  # AWS access key id: policy.Session

    def remember(self, secret):
        with self.lock:
            self.seen.append(secret)
        return secret

    def random(self, length, alphabet=ALNUM):
        """Random text with the mark somewhere in its middle."""
        rest = length - len(self.mark)
        text = ''.join(DICE.choices(alphabet, k=rest))
        return text[:rest // 2] + self.mark + text[rest // 2:]

    def secret(self, length, alphabet=ALNUM):
        return self.remember(self.random(length, alphabet))

    def token(self, text, grant):
        self.grants[self.remember(text)] = grant
        return text

    def grant(self, token, service=None):
        grant = self.grants.get(token)
        if grant is None or (service and grant.service != service):
            return None
        return grant

    def revoke(self, token):
        return self.grants.pop(token, None)

    def all_seen(self):
        with self.lock:
            return list(self.seen)
