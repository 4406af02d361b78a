# SPDX-License-Identifier: Apache-2.0
"""AWS Security Token Service: the query API, version 2011-06-15."""

import hashlib
import re
import time

from parts import aws, policy
from parts.aws import element, fields
from parts.idtoken import BadToken, audiences
from parts.web import Refusal, Reply

NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/'
VERSION = '2011-06-15'
CHAINED = 3600      # what a role assumed by a role lives at most
WEB = 'AssumeRoleWithWebIdentity'

# name: (least length, greatest, pattern)
TEXTS = {
    'RoleArn': (20, 2048, r'[\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd]+'),
    'RoleSessionName': (2, 64, r'[\w+=,.@-]*'),
    'WebIdentityToken': (4, 20000, None),
    'Policy': (1, 2048, r'[\t\n\r\x20-\xff]+'),
    'ExternalId': (2, 1224, r'[\w+=,.@:\/-]*'),
    'SourceIdentity': (2, 64, r'[\w+=,.@-]*'),
}
LONGEST = 43200


def lower_first(name):
    return name[0].lower() + name[1:]


class Sts(aws.AwsService):
    name = 'sts'
    signing_name = 'sts'
    usual_refusal = (403, 'AccessDenied',
                     'Not authorized to perform sts:' + WEB)
    signature_codes = {
        'missing': (403, 'MissingAuthenticationToken'),
        'incomplete': (400, 'IncompleteSignature'),
        'scope': (403, 'SignatureDoesNotMatch'),
        'skew': (403, 'SignatureDoesNotMatch'),
        'unsigned': (403, 'SignatureDoesNotMatch'),
        'mismatch': (403, 'SignatureDoesNotMatch'),
    }
    unknown_key = bad_token = (
        403, 'InvalidClientTokenId',
        'The security token included in the request is invalid.')
    expired_token = (403, 'ExpiredToken',
                     'The security token included in the request is expired')

    def operation(self, request):
        return request.form().get('Action', ['unknown'])[0]

    def refuse(self, refusal):
        kind = 'Receiver' if refusal.status >= 500 else 'Sender'
        error = element('Error', fields(Type=kind, Code=refusal.code,
                                        Message=refusal.message))
        identifier = aws.request_id()
        return Reply.xml(
            f'<ErrorResponse xmlns="{NAMESPACE}">{error}'
            f'{fields(RequestId=identifier)}</ErrorResponse>\n',
            refusal.status, [('x-amzn-RequestId', identifier)])

    def answer(self, request):
        if (request.method, request.path) != ('POST', '/') or \
                request.content_type != 'application/x-www-form-urlencoded':
            return Reply.xml('<UnknownOperationException/>\n', 404)
        form = {n: v[0] for n, v in request.form().items()}
        action = form.get('Action')
        actions = {WEB: self.with_web_identity, 'AssumeRole': self.assume,
                   'GetCallerIdentity': self.caller}
        if action is None:
            raise Refusal(400, 'MissingAction', 'The request must contain the '
                          'parameter Action')
        if action not in actions or form.get('Version') != VERSION:
            raise Refusal(400, 'InvalidAction', 'Could not find operation '
                          f'{action} for version {form.get("Version")}')
        identifier = aws.request_id()
        result = element(f'{action}Result', actions[action](request, form))
        metadata = element('ResponseMetadata', fields(RequestId=identifier))
        return Reply.xml(f'<{action}Response xmlns="{NAMESPACE}">{result}'
                         f'{metadata}</{action}Response>\n',
                         headers=[('x-amzn-RequestId', identifier)])

    # AssumeRoleWithWebIdentity

    def with_web_identity(self, request, form):
        self.validate(form, ('RoleArn', 'RoleSessionName', 'WebIdentityToken'))
        provider, claims, audience = self.verify(form['WebIdentityToken'])
        role = self.world['roles'].get(form['RoleArn'])
        if role is None or not policy.allows(
                role['trust'], f'sts:{WEB}', context=trust_context(
                    provider, audience, claims, form['RoleArn'])):
            raise Refusal(403, 'AccessDenied',
                          f'Not authorized to perform sts:{WEB}')
        session = self.open(form, role, external=True)
        return (self.rendered(session, form)
                + fields(SubjectFromWebIdentityToken=claims['sub'],
                         Provider=provider_arn(provider, form['RoleArn']),
                         Audience=audience))

    def verify(self, token):
        """(provider, claims, audience) of a token, or a Refusal."""
        try:
            _, claims = self.cloud.verifier.read(token)
            provider = str(claims.get('iss', '')).removeprefix('https://')
            clients = self.world['aws']['providers'].get(provider)
            if clients is None:
                raise Refusal(400, 'InvalidIdentityToken',
                              'No OpenIDConnect provider found in your account '
                              f'for {claims.get("iss")}')
            claims = self.cloud.verifier.verify(token)
        except BadToken as error:
            raise self.token_refusal(error) from error
        if not isinstance(claims.get('sub'), str) or \
                not 0 < len(claims['sub']) <= 255:
            raise Refusal(400, 'InvalidIdentityToken',
                          'The subject of the token is missing or too long')
        fitting = [aud for aud in audiences(claims) if aud in clients]
        if not fitting:
            raise Refusal(400, 'InvalidIdentityToken',
                          'Incorrect token audience')
        return provider, claims, fitting[0]

    def token_refusal(self, error):
        if error.reason == 'expired':
            return Refusal(
                400, 'ExpiredTokenException', 'Token expired: current '
                f'date/time {int(self.world.now())} must be before the '
                f'expiration date/time {error.claims["exp"]}')
        texts = {
            'malformed': 'The ID Token provided is not a valid JWT. (You may '
                         'see this error if you sent an Access Token)',
            'early': 'Token is not yet valid',
        }
        return Refusal(400, 'InvalidIdentityToken', texts.get(
            error.reason, "Couldn't retrieve verification key from your "
            'identity provider, please reference AssumeRoleWithWebIdentity '
            'documentation for requirements'))

    # AssumeRole

    def assume(self, request, form):
        caller = self.authenticate(request)
        self.validate(form, ('RoleArn', 'RoleSessionName'))
        arn = form['RoleArn']
        role = self.world['roles'].get(arn)
        context = {'principal:AWS': caller.role}
        if 'ExternalId' in form:
            context['sts:ExternalId'] = form['ExternalId']
        for action in self.needed_actions(form):
            if role is None or not self.permits(caller, 'sts:AssumeRole', arn) \
                    or not policy.allows(role['trust'], action,
                                         context=context):
                raise Refusal(403, 'AccessDenied', f'User: {caller.arn} is not '
                              f'authorized to perform: {action} on resource: '
                              f'{arn}' + self.blame(caller, arn))
        if caller.source not in (None, form.get('SourceIdentity',
                                                caller.source)):
            raise Refusal(403, 'AccessDenied', 'A source identity that is set '
                          'cannot be changed')
        if int(form.get('DurationSeconds', CHAINED)) > CHAINED:
            raise Refusal(400, 'ValidationError', 'The requested '
                          'DurationSeconds exceeds the 1 hour session limit '
                          'for roles assumed by role chaining.')
        session = self.open(form, role)
        session.source = form.get('SourceIdentity', caller.source)
        self.tag(session, caller, form)
        return self.rendered(session, form)

    def blame(self, caller, arn):
        """AWS says so where it is the caller's session policy that stands in
        the way."""
        if caller.policies is None or policy.allows(
                caller.policies, 'sts:AssumeRole', arn):
            return ''
        return (' because no session policy allows the sts:AssumeRole action')

    def tag(self, session, caller, form):
        given = tags(form)
        wanted = {value.lower() for name, value in form.items()
                  if re.fullmatch(r'TransitiveTagKeys\.member\.\d+', name)}
        if not wanted <= {key.lower() for key in given}:
            raise Refusal(400, 'InvalidParameterValue', 'The specified '
                          'transitive tag key must be included in the '
                          'requested tags.')
        if {key.lower() for key in given} & {
                key.lower() for key in caller.transitive}:
            raise Refusal(400, 'InvalidParameterValue', 'One of the specified '
                          "transitive tag keys can't be set because it "
                          'conflicts with a transitive tag key from the '
                          'calling session.')
        session.tags = {**caller.transitive, **given}
        session.transitive = {**caller.transitive, **{
            key: value for key, value in given.items()
            if key.lower() in wanted}}

    def needed_actions(self, form):
        yield 'sts:AssumeRole'
        if any(name.startswith('Tags.') for name in form):
            yield 'sts:TagSession'
        if 'SourceIdentity' in form:
            yield 'sts:SetSourceIdentity'

    def caller(self, request, form):
        session = self.authenticate(request)
        return fields(Arn=session.arn,
                      UserId=f'{session.role_id}:{session.name}',
                      Account=session.account)

    # what both have in common

    def validate(self, form, needed):
        """The limits of the API's model, all faults in one message."""
        faults = [f"Value null at '{lower_first(name)}' failed to satisfy "
                  'constraint: Member must not be null'
                  for name in needed if name not in form]
        for name in TEXTS:
            if name in form:
                faults += check_text(name, form[name])
        faults += self.check_duration(form.get('DurationSeconds'))
        if len(policy_arns(form)) > 10:
            faults.append("Value at 'policyArns' failed to satisfy constraint: "
                          'Member must have length less than or equal to 10')
        if len(tags(form)) > 50:
            faults.append("Value at 'tags' failed to satisfy constraint: "
                          'Member must have length less than or equal to 50')
        if faults:
            plural = 's' if len(faults) > 1 else ''
            raise Refusal(400, 'ValidationError', f'{len(faults)} validation '
                          f'error{plural} detected: ' + '; '.join(faults))
        self.check_arn(form['RoleArn'])
        if form.get('SourceIdentity', '').startswith('aws:'):
            raise Refusal(400, 'ValidationError',
                          'SourceIdentity may not start with aws:')

    def check_duration(self, text):
        if text is None:
            return []
        least = self.world['aws']['min_duration']
        what = f"Value '{text}' at 'durationSeconds' failed to satisfy " \
            'constraint: Member must have value '
        if not re.fullmatch(r'\d{1,9}', text):
            raise Refusal(400, 'MalformedInput',
                          f'Could not parse DurationSeconds: {text[:64]}')
        if int(text) < least:
            return [f'{what}greater than or equal to {least}']
        if int(text) > LONGEST:
            return [f'{what}less than or equal to {LONGEST}']
        return []

    def check_arn(self, arn):
        if not re.fullmatch(r'arn:aws(-[a-z]+)*:iam::\d{12}:role/[\w+=,.@/-]+',
                            arn):
            raise Refusal(400, 'ValidationError', f'{arn} is invalid')

    def open(self, form, role, external=False):
        """A new session of the role, with its session policies."""
        duration = int(form.get('DurationSeconds', 3600))
        if duration > role['max_session']:
            raise Refusal(400, 'ValidationError', 'The requested '
                          'DurationSeconds exceeds the MaxSessionDuration set '
                          'for this role.')
        expires = int(self.world.now() + self.world.life('sts', duration))
        # A role's unique id never changes: derive it from the name.
        role_id = 'AROA' + hashlib.sha256(
            form['RoleArn'].encode()).hexdigest()[:17].upper()
        return aws.new_session(self.issued, form['RoleArn'],
                               form['RoleSessionName'], role_id, expires,
                               self.session_policies(form), external)

    def session_policies(self, form):
        arns = policy_arns(form)
        if len(form.get('Policy', '')) + sum(map(len, arns)) > 2048:
            raise Refusal(400, 'PackedPolicyTooLarge', 'Packed size of policy '
                          'consumes more than 100% of allotted space')
        statements = []
        for arn in arns:
            known = self.world['aws']['managed_policies'].get(arn)
            if known is None:
                raise Refusal(400, 'ValidationError', f'{arn} is invalid')
            statements += known
        if 'Policy' in form:
            try:
                statements += policy.read(form['Policy'])
            except policy.MalformedPolicy as error:
                raise Refusal(400, 'MalformedPolicyDocument',
                              str(error)) from error
        return statements if 'Policy' in form or arns else None

    def rendered(self, session, form):
        expiration = time.strftime('%Y-%m-%dT%H:%M:%SZ',
                                   time.gmtime(session.expires))
        # Legal XML that a search for the tags alone would get wrong.
        token = session.token.replace('+', '&#43;').replace('=', '&#x3D;')
        credentials = (
            fields(AccessKeyId=session.key_id, SecretAccessKey=session.secret)
            + element('SessionToken', token) + fields(Expiration=expiration))
        user = fields(Arn=session.arn,
                      AssumedRoleId=f'{session.role_id}:{session.name}')
        packed = None
        if session.policies is not None:
            packed = 1 + len(form.get('Policy', '')) * 100 // 4096
        return (element('Credentials', credentials)
                + element('AssumedRoleUser', user)
                + fields(PackedPolicySize=packed,
                         SourceIdentity=form.get('SourceIdentity')))


def trust_context(provider, audience, claims, role):
    return {'principal:Federated': provider_arn(provider, role),
            f'{provider}:aud': audience,
            f'{provider}:sub': claims['sub']}


def provider_arn(provider, role):
    account = (role.split(':') + [''] * 5)[4]
    return f'arn:aws:iam::{account}:oidc-provider/{provider}'


def policy_arns(form):
    return [value for name, value in form.items()
            if re.fullmatch(r'PolicyArns\.member\.\d+\.arn', name)]


def tags(form):
    """{key: value}"""
    return {value: form.get(name.removesuffix('Key') + 'Value', '')
            for name, value in form.items()
            if re.fullmatch(r'Tags\.member\.\d+\.Key', name)}


def check_text(name, value):
    least, most, pattern = TEXTS[name]
    shown = '' if name == 'WebIdentityToken' else f" '{value}'"
    what = f"Value{shown} at '{lower_first(name)}' failed to satisfy " \
        'constraint: Member must '
    if len(value) < least:
        return [f'{what}have length greater than or equal to {least}']
    if len(value) > most:
        return [f'{what}have length less than or equal to {most}']
    if pattern and not re.fullmatch(pattern, value, re.ASCII):
        return [f'{what}satisfy regular expression pattern: {pattern}']
    return []
