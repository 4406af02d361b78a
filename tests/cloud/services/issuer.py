# SPDX-License-Identifier: Apache-2.0
"""The OIDC issuers: discovery and keys.

One server, two issuers: /idp, the workspace's, and /github, GitHub Actions'.
Tokens are not minted here but by identity.py and github_token.py.
"""

from parts.web import Refusal, Reply, Service

ISSUERS = ('/idp', '/github')


class Issuer(Service):
    name = 'issuer'
    usual_refusal = (503, 'unavailable', 'The issuer is not available')

    def operation(self, request):
        return {'.well-known/openid-configuration': 'discovery',
                'jwks': 'jwks'}.get(self.split(request.path)[1], 'unknown')

    def split(self, path):
        for issuer in ISSUERS:
            if path.startswith(issuer + '/'):
                return issuer, path[len(issuer) + 1:]
        return None, path

    def answer(self, request):
        if request.method not in ('GET', 'HEAD'):
            raise Refusal(405, 'method_not_allowed', 'GET only')
        issuer, rest = self.split(request.path)
        age = [('Cache-Control', 'public, max-age=60')]
        if issuer and rest == '.well-known/openid-configuration':
            return Reply.json(self.discovery(self.url + issuer), headers=age)
        if issuer and rest == 'jwks':
            return Reply.json(self.cloud.signer.jwks(), headers=age)
        raise Refusal(404, 'not_found', 'no such document')

    def discovery(self, issuer):
        return {
            'issuer': issuer,
            'jwks_uri': f'{issuer}/jwks',
            'response_types_supported': ['id_token'],
            'subject_types_supported': ['public'],
            'id_token_signing_alg_values_supported': ['RS256', 'ES256'],
            'claims_supported': ['sub', 'aud', 'exp', 'iat', 'iss', 'jti'],
            'scopes_supported': ['openid'],
        }
