# SPDX-License-Identifier: Apache-2.0
"""Google's IAM Service Account Credentials API."""

import re
import time
import uuid

from parts import google
from parts.issued import Grant
from parts.web import Refusal, Reply

PATH = re.compile(r'/v1/projects/([^/]+)/serviceAccounts/([^/:]+):(\w+)')
DELEGATE = re.compile(r'projects/-/serviceAccounts/([^/:]+@[^/:]+|\d+)')
LIFETIME = re.compile(r'(\d{1,9})(\.\d{1,9})?s')
IAM_SCOPES = {'https://www.googleapis.com/auth/cloud-platform',
              'https://www.googleapis.com/auth/iam'}
ID_TOKEN_LIFE = 3600


def invalid(text):
    return Refusal(400, 'INVALID_ARGUMENT', text)


def may_act_as(account, as_delegate):
    """Both roles hold getAccessToken and getOpenIdToken, only that of token
    creators implicitDelegation."""
    users = [] if as_delegate else account['workload_identity_users']
    return users + account['token_creators']


class GcpIam(google.GoogleService):
    name = 'gcp_iam'
    methods = {
        'generateAccessToken': ('getAccessToken',
                                {'scope', 'delegates', 'lifetime'}),
        'generateIdToken': ('getOpenIdToken',
                            {'audience', 'delegates', 'includeEmail',
                             'useEmailAzp', 'organizationNumberIncluded'}),
    }

    def operation(self, request):
        return request.path.rpartition(':')[2]

    def answer(self, request):
        found = PATH.fullmatch(request.path.replace('%40', '@'))
        if request.method != 'POST' or not found \
                or found[3] not in self.methods:
            raise Refusal(404, 'NOT_FOUND', 'Method not found.')
        caller = self.caller(request)
        self.check_use(request)
        permission, known = self.methods[found[3]]
        body = self.read_body(request, known)
        if found[1] != '-':
            raise invalid('Invalid project: the wildcard "-" is required')
        account = self.check_chain(caller, found[2], permission,
                                   body.get('delegates', []))
        if found[3] == 'generateIdToken':
            return self.id_token(found[2], body)
        return self.access_token(found[2], account, body)

    def check_use(self, request):
        """The API must be enabled, and the quota theirs to use."""
        state = self.world['gcp']
        if 'iamcredentials.googleapis.com' in state['disabled_apis']:
            raise Refusal(403, 'PERMISSION_DENIED', 'IAM Service Account '
                          'Credentials API has not been used in project 1 '
                          'before or it is disabled. Enable it by visiting '
                          'https://console.developers.google.com/apis/api/'
                          'iamcredentials.googleapis.com/overview?project=1 '
                          'then retry.')
        project = request.header('X-Goog-User-Project')
        if project is not None and project not in state['quota_projects']:
            raise Refusal(403, 'PERMISSION_DENIED', 'Caller does not have '
                          f'required permission to use project {project}. '
                          'Grant the caller the roles/serviceusage.'
                          'serviceUsageConsumer role, or a custom role with '
                          'the serviceusage.services.use permission.')

    def read_body(self, request, known):
        body = request.json()
        if request.content_type != 'application/json' or body is None:
            raise invalid('Invalid JSON payload received.')
        for name in body:
            if name not in known:
                raise invalid('Invalid JSON payload received. Unknown name '
                              f'"{name}": Cannot find field.')
        # null is the same as absent; Google's own library sends it.
        return {n: v for n, v in body.items() if v is not None}

    def check_chain(self, caller, email, permission, delegates):
        """Each link must be allowed to act as the next."""
        if 'boundary' in caller.extra or \
                not IAM_SCOPES & set(caller.scopes):
            raise Refusal(403, 'PERMISSION_DENIED',
                          'Request had insufficient authentication scopes.')
        if not isinstance(delegates, list):
            raise invalid('Invalid value at delegates')
        chain = []
        for delegate in delegates:
            found = DELEGATE.fullmatch(str(delegate))
            if not found:
                raise invalid(f'Invalid value at delegates: {delegate}')
            chain.append(found[1])
        account = None
        for name in [*chain, email]:
            account = self.world['gcp']['service_accounts'].get(name)
            if account is None or not google.is_member(
                    caller, may_act_as(account, name != email)):
                raise Refusal(403, 'PERMISSION_DENIED', 'Permission '
                              f"'iam.serviceAccounts.{permission}' denied on "
                              'resource (or it may not exist).')
            caller = Grant(self.name, f'serviceAccount:{name}', caller.expires)
        return account

    def access_token(self, email, account, body):
        scopes = body.get('scope')
        if not isinstance(scopes, list) or not scopes or \
                not all(isinstance(s, str) and s for s in scopes):
            raise invalid('scope: at least one is required')
        lifetime = LIFETIME.fullmatch(str(body.get('lifetime', '3600s')))
        if not lifetime or not int(lifetime[1]):
            raise invalid('Invalid value at lifetime: Illegal duration format')
        if int(lifetime[1]) > account['max_lifetime']:
            raise invalid(
                f'Access tokens for service account {email} can not have '
                'lifetimes of more than 1 hour. Use the Org Policy Constraint '
                'constraints/iam.allowServiceAccountCredentialLifetime'
                'Extension to allow up to 12 hours.')
        life = self.world.life('gcp_iam', int(lifetime[1]))
        expires = int(self.world.now() + life)
        grant = Grant(self.name, f'serviceAccount:{email}', expires, scopes)
        return Reply.json({
            'accessToken': google.access_token(self.issued, 'c', grant),
            'expireTime': time.strftime('%Y-%m-%dT%H:%M:%SZ',
                                        time.gmtime(expires))})

    def id_token(self, email, body):
        audience = body.get('audience')
        if not isinstance(audience, str) or not audience:
            raise invalid('audience is required')
        now = int(self.world.now())
        subject = str(uuid.uuid5(uuid.NAMESPACE_DNS, email).int)[:21]
        claims = {'iss': 'https://accounts.google.com', 'aud': audience,
                  'azp': subject, 'sub': subject, 'iat': now,
                  'exp': now + self.world.life('gcp_iam', ID_TOKEN_LIFE)}
        if body.get('includeEmail'):
            claims |= {'email': email, 'email_verified': True}
        token = self.cloud.signer.sign(claims)
        return Reply.json({'token': self.issued.remember(token)})
