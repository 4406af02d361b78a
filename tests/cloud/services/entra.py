# SPDX-License-Identifier: Apache-2.0
"""Microsoft Entra ID: its token endpoint for applications that sign in with
somebody else's id token."""

import datetime
import re
import uuid

from parts import world
from parts.idtoken import BadToken, audiences, new_jti
from parts.issued import Grant
from parts.web import Refusal, Reply, Service

PATH = re.compile(r'/([^/]+)/oauth2/v2\.0/token')
ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
CHECK = ('Please check your federated identity credential Subject, Audience '
         'and Issuer against the presented assertion. https://'
         'learn.microsoft.com/entra/workload-id/workload-identity-federation')


def bad(number, text, code='invalid_client', status=401):
    return Refusal(status, code, f'AADSTS{number}: {text}')


def no_record(number, what, value):
    return bad(number, 'No matching federated identity record found for '
               f"presented assertion {what} '{value}'. {CHECK}")


class Entra(Service):
    name = 'entra'
    usual_refusal = (400, 'unauthorized_client', 'AADSTS700016: Application '
                     "with identifier 'x' was not found in the directory 'y'.")
    code_of = {429: 'temporarily_unavailable', 500: 'server_error',
               503: 'temporarily_unavailable'}

    def operation(self, request):
        return 'token' if PATH.fullmatch(request.path) else 'unknown'

    def refuse(self, refusal):
        now = datetime.datetime.utcnow().strftime('%Y-%m-%d %H:%M:%SZ')
        trace, correlation = str(uuid.uuid4()), str(uuid.uuid4())
        found = re.match(r'AADSTS(\d+):', refusal.message)
        return Reply.json({
            'error': refusal.code,
            'error_description': f'{refusal.message} Trace ID: {trace} '
                                 f'Correlation ID: {correlation} '
                                 f'Timestamp: {now}',
            'error_codes': [int(found[1])] if found else [],
            'timestamp': now, 'trace_id': trace,
            'correlation_id': correlation}, refusal.status)

    def settings(self):
        return {'azure_tenant': world.AZURE_TENANT,
                'azure_client': world.AZURE_CLIENT}

    def answer(self, request):
        found = PATH.fullmatch(request.path)
        if request.method != 'POST' or not found:
            raise bad(900561, 'The endpoint only accepts POST requests.',
                      'invalid_request', 404)
        state = self.world['azure']
        form = self.read_form(request)
        self.check_tenant(state, found[1])
        application = self.application(state, form['client_id'])
        resource = self.resource(state, form['scope'])
        self.check_assertion(application, form)
        return self.token(form['client_id'], resource)

    def read_form(self, request):
        form = {n: v[0] for n, v in request.form().items()}
        if request.content_type != 'application/x-www-form-urlencoded' \
                or request.raw_query:
            raise bad(9002313, 'Invalid request. Request is malformed or '
                      'invalid.', 'invalid_request', 400)
        for name in ('grant_type', 'client_id', 'scope'):
            if not form.get(name):
                raise bad(900144, 'The request body must contain the '
                          f"following parameter: '{name}'.",
                          'invalid_request', 400)
        if form['grant_type'] != 'client_credentials':
            raise bad(70003, 'The app requested an unsupported grant type.',
                      'unsupported_grant_type', 400)
        if form.get('client_assertion_type') != ASSERTION \
                or not form.get('client_assertion'):
            raise bad(7000218, "The request body must contain the following "
                      "parameter: 'client_assertion' or 'client_secret'.")
        return form

    def check_tenant(self, state, tenant):
        if tenant not in (state['tenant'], state['domain']):
            raise bad(90002, f"Tenant '{tenant}' not found. Check to make "
                      'sure you have the correct tenant ID and are signing '
                      'into the correct cloud.', 'invalid_request', 400)

    def application(self, state, client):
        application = state['applications'].get(client)
        if application is None:
            raise bad(700016, f"Application with identifier '{client}' was "
                      f"not found in the directory '{state['tenant']}'.",
                      'unauthorized_client', 400)
        if application.get('disabled'):
            raise bad(7000112, f"Application '{client}' is disabled.",
                      'unauthorized_client', 400)
        return application

    def resource(self, state, scope):
        resource = scope.removesuffix('/.default')
        if ' ' in scope or resource == scope:
            raise bad(1002012, f'The provided value for scope {scope} is not '
                      'valid. Client credential flows must have a scope value '
                      'with /.default suffixed to the resource identifier '
                      '(application ID URI).', 'invalid_scope', 400)
        if resource not in state['resources']:
            raise bad(500011, f'The resource principal named {resource} was '
                      f'not found in the tenant named {state["domain"]}.',
                      'invalid_resource', 400)
        return resource

    # the assertion: issuer, subject and audience exactly as one record has
    # them, and all that makes an id token a good one

    def check_assertion(self, application, form):
        try:
            _, claims = self.cloud.verifier.read(form['client_assertion'])
        except BadToken as error:
            raise bad(50027, 'JWT token is invalid or malformed.',
                      'invalid_request', 400) from error
        self.match(application['credentials'], claims)
        try:
            self.cloud.verifier.verify(form['client_assertion'])
        except BadToken as error:
            raise self.not_good(error) from error

    def match(self, records, claims):
        if not records:
            raise bad(70025, "The client 'app' has no configured federated "
                      'identity credentials.')
        issuer, subject = str(claims.get('iss')), str(claims.get('sub'))
        records = [r for r in records if r['issuer'] == issuer]
        if not records:
            raise no_record(700211, 'issuer', issuer)
        near = any(r['subject'].lower() == subject.lower() for r in records)
        records = [r for r in records if r['subject'] == subject]
        if not records:
            raise no_record(7002138 if near else 700213, 'subject', subject)
        if audiences(claims) not in [[r['audience']] for r in records]:
            raise no_record(700212, 'audience',
                            ' '.join(map(str, audiences(claims))))

    def not_good(self, error):
        if error.reason in ('expired', 'early'):
            return bad(700024, 'Client assertion is not within its valid time '
                       'range.')
        if error.reason == 'signature':
            return bad(7000272, 'The certificate used to sign the federated '
                       'credential could not be found in the metadata of '
                       f'identity provider {error.claims.get("iss")}.')
        return bad(50027, 'JWT token is invalid or malformed.',
                   'invalid_request', 400)

    def token(self, client, resource):
        tenant = self.world['azure']['tenant']
        life = self.world.life('entra')
        now = int(self.world.now())
        claims = {'aud': resource, 'iss': f'https://sts.windows.net/{tenant}/',
                  'iat': now, 'nbf': now, 'exp': now + life, 'appid': client,
                  'oid': client[::-1], 'sub': client[::-1], 'tid': tenant,
                  'uti': new_jti(self.issued), 'ver': '1.0'}
        token = self.issued.token(
            self.cloud.signer.sign(claims),
            Grant(self.name, f'app:{client}', now + life, [resource],
                  {'tenant': tenant}))
        return Reply.json({'token_type': 'Bearer', 'expires_in': life,
                           'ext_expires_in': life, 'access_token': token})
