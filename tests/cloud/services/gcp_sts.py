# SPDX-License-Identifier: Apache-2.0
"""Google's Security Token Service: federation and downscoping."""

import json
import re
from urllib.parse import unquote

from parts import google
from parts.idtoken import BadToken, audiences
from parts.issued import Grant
from parts.web import Refusal, Reply, Service

GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange'
TYPE = 'urn:ietf:params:oauth:token-type:'
PROVIDER = re.compile(r'(//iam\.googleapis\.com/projects/\d+/locations/global'
                      r'/workloadIdentityPools/[a-z0-9-]+)/providers/[\w-]+')
SCOPE = re.compile(r'https://[\w./-]+|openid|email|profile')
SUBJECT_MOST = 127      # bytes of google.subject
OLDEST = 24 * 3600      # seconds between iat and exp


def bad(code, text, status=400):
    return Refusal(status, code, text)


class GcpSts(Service):
    name = 'gcp_sts'
    usual_refusal = (400, 'invalid_grant', 'The audience in ID Token does not '
                     'match the expected audience.')
    code_of = {429: 'temporarily_unavailable', 500: 'internal_failure',
               503: 'temporarily_unavailable'}

    def operation(self, request):
        kind = request.form().get('subject_token_type', [''])[0]
        if request.path != '/v1/token':
            return 'unknown'
        return 'downscope' if kind == TYPE + 'access_token' else 'token'

    def refuse(self, refusal):
        return Reply.json({'error': refusal.code,
                           'error_description': refusal.message},
                          refusal.status)

    def answer(self, request):
        if (request.method, request.path) != ('POST', '/v1/token'):
            raise bad('not_found', 'Not Found', 404)
        form = self.read_form(request)
        if form['subject_token_type'] == TYPE + 'access_token':
            return self.downscope(form)
        return self.federate(form)

    def read_form(self, request):
        if request.content_type != 'application/x-www-form-urlencoded':
            raise bad('invalid_request', 'Unsupported content type')
        form = {}
        for name, values in request.form().items():
            if len(values) > 1:
                raise bad('invalid_request', 'OAuth 2 parameters can only have '
                          f'a single value: {name}')
            form[name] = values[0]
        if form.get('grant_type') != GRANT:
            raise bad('unsupported_grant_type', 'Invalid grant_type')
        for name in ('subject_token', 'subject_token_type'):
            if not form.get(name):
                raise bad('invalid_request', f'Missing required field: {name}')
        wanted = form.get('requested_token_type')
        if wanted != TYPE + 'access_token':
            raise bad('invalid_request', 'Invalid requested_token_type')
        return form

    # an id token for a federated token

    def federate(self, form):
        provider, audience = self.provider(form.get('audience', ''))
        if form['subject_token_type'] not in (TYPE + 'jwt', TYPE + 'id_token'):
            raise bad('invalid_request', 'Unsupported subject_token_type for '
                      'an OIDC provider')
        scopes = form.get('scope', '').split()
        if not scopes or not all(SCOPE.fullmatch(s) for s in scopes):
            raise bad('invalid_scope', 'Invalid or missing scope')
        if 'options' in form:
            self.options(form)
        claims = self.verify(form['subject_token'], provider, audience)
        attributes = self.map(provider, claims)
        life = self.world.life('gcp_sts')
        grant = google.federated('gcp_sts', PROVIDER.fullmatch(audience)[1],
                                 attributes, scopes, self.world.now() + life)
        return self.token(grant, expires_in=life)

    def provider(self, audience):
        if not PROVIDER.fullmatch(audience):
            raise bad('invalid_request', 'Invalid value for "audience". This '
                      'value should be the full resource name of the Identity '
                      'Provider.')
        provider = self.world['gcp']['providers'].get(audience)
        if provider is None or provider.get('disabled'):
            raise bad('invalid_target', 'The target service indicated by the '
                      '"audience" parameters is invalid. This might either be '
                      'because the pool or provider is disabled or deleted or '
                      "because it doesn't exist.")
        return provider, audience

    def verify(self, token, provider, audience):
        try:
            claims = self.cloud.verifier.verify(token)
        except BadToken as error:
            raise bad('invalid_grant', BAD_TOKEN[error.reason].format(
                **{'iat': '?', 'exp': '?', **error.claims})) from error
        if claims['iss'] != provider['issuer']:
            raise bad('invalid_grant', 'The issuer in ID Token '
                      f'{claims["iss"]} does not match the expected ones: '
                      f'{provider["issuer"]}')
        allowed = provider['audiences'] or ['https:' + audience, audience]
        if not set(allowed) & set(audiences(claims)):
            raise bad('invalid_grant', f'The audience in ID Token '
                      f'[{", ".join(audiences(claims))}] does not match the '
                      f'expected audience {allowed[0]}.')
        if 'iat' not in claims or claims['exp'] - claims['iat'] > OLDEST:
            raise bad('invalid_grant', 'The ID Token lives longer than 24 '
                      'hours, or does not say when it was issued.')
        return claims

    def map(self, provider, claims):
        attributes = {name: str(claims[claim])
                      for name, claim in provider['mapping'].items()
                      if claim in claims}
        subject = attributes.get('google.subject', '')
        if not subject:
            raise bad('unauthorized_client', 'Could not obtain a value for '
                      'google.subject from the given credential.')
        if any(claims.get(claim) != value
               for claim, value in provider.get('condition', {}).items()):
            raise bad('unauthorized_client', 'The given credential is '
                      'rejected by the attribute condition.')
        if len(subject.encode()) > SUBJECT_MOST:
            raise bad('invalid_request', 'The size of mapped attribute '
                      'google.subject exceeds the 127 bytes limit.')
        return attributes

    # an access token for one with less

    def downscope(self, form):
        if 'audience' in form or 'scope' in form:
            raise bad('invalid_request', 'audience and scope are not allowed '
                      'for downscoping')
        source = self.issued.grant(form['subject_token'])
        if source is None or not source.service.startswith('gcp') \
                or source.expires <= self.world.now():
            raise bad('invalid_grant', 'Invalid subject token')
        if 'boundary' in source.extra:
            raise bad('invalid_grant', 'The subject token is downscoped')
        rules = self.rules(self.options(form))
        extra = {**source.extra, 'boundary': rules}
        grant = Grant('gcp_sts', source.principal, source.expires,
                      source.scopes, extra)
        # No expires_in: it lives as long as its source.
        return self.token(grant)

    def options(self, form):
        """JSON; Google's own library percent-encodes it once more."""
        text = form.get('options', '')
        try:
            options = json.loads(unquote(text) if text.startswith('%')
                                 else text)
        except ValueError as error:
            raise bad('invalid_request', 'Invalid options') from error
        if not isinstance(options, dict):
            raise bad('invalid_request', 'Invalid options')
        return options

    def rules(self, options):
        try:
            rules = options['accessBoundary']['accessBoundaryRules']
            if not 1 <= len(rules) <= 10:
                raise ValueError('count')
            return [read_rule(rule) for rule in rules]
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise bad('invalid_request', 'Invalid access boundary rules: '
                      f'{error}') from error

    def token(self, grant, **more):
        return Reply.json({
            'access_token': google.access_token(self.issued, 'd', grant),
            'issued_token_type': TYPE + 'access_token',
            'token_type': 'Bearer', **more})


BAD_TOKEN = {
    'malformed': 'Unable to parse the ID Token.',
    'issuer': "Error connecting to the given credential's issuer.",
    'signature': 'Unable to verify the ID Token signature.',
    'expired': 'ID Token issued at {iat} is stale to sign-in.',
    'early': 'ID Token issued at {iat} is not valid yet.',
}
BUCKET = '//storage.googleapis.com/projects/_/buckets/'
CONDITION = re.compile(
    r"resource\.name\.startsWith\("
    r"'projects/_/buckets/[^/']+/objects/([^']*)'\)")


def read_rule(rule):
    """(bucket, roles, prefix) of one rule."""
    resource = rule['availableResource']
    if not resource.startswith(BUCKET):
        raise ValueError('availableResource')
    roles = rule['availablePermissions']
    if not roles or not all(r.startswith('inRole:roles/') for r in roles):
        raise ValueError('availablePermissions')
    condition = rule.get('availabilityCondition')
    found = CONDITION.fullmatch(condition['expression']) if condition else None
    if condition and not found:
        raise ValueError('availabilityCondition')
    return resource[len(BUCKET):], roles, found[1] if found else ''
