# SPDX-License-Identifier: Apache-2.0
"""Platforms whose jobs and machines get ID tokens from an endpoint: what the
services of these have in common. The world has a state of each by its name:
`sub`, `ttl`, `alg` and `claims`, which are laid over the token's own."""

import hmac

from parts.idtoken import new_jti
from parts.web import Refusal, Service


class Workload(Service):
    def sign(self, audience, **claims):
        state = self.world[self.name]
        now = int(self.world.now())
        claims = {'iss': self.cloud.issuer, 'sub': state['sub'],
                  'aud': audience, 'iat': now, 'nbf': now,
                  'exp': now + state['ttl'], 'jti': new_jti(self.issued),
                  **claims, **state.get('claims', {})}
        token = self.cloud.signer.sign(
            {n: v for n, v in claims.items() if v is not None}, state['alg'])
        return self.issued.remember(token)

    def check_credential(self, request, scheme, credential, refusal):
        """The job's own, with the scheme that this platform uses."""
        given, rest = request.authorization()
        if given != scheme or not hmac.compare_digest(rest, credential):
            raise refusal

    def body(self, request):
        """A JSON object; an empty body is an empty one."""
        if not request.body:
            return {}
        if request.content_type != 'application/json':
            raise Refusal(400, 'BadRequest', 'the body is not declared JSON')
        value = request.json()
        if value is None:
            raise Refusal(400, 'BadRequest', 'the body is not a JSON object')
        return value
