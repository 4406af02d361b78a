# SPDX-License-Identifier: Apache-2.0
"""What AWS's services share: sessions, signatures, permissions."""

import string
import uuid
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from . import policy, sigv4
from .issued import BASE64, DICE
from .web import Refusal, Service


@dataclass
class Session:
    """What stands behind an access key: an assumed role."""
    key_id: str
    secret: str
    token: str
    role: str           # the role's ARN
    name: str           # the session's name
    role_id: str
    expires: float
    policies: list      # session policies' statements, or None
    external: bool = False      # came from a web identity
    source: str = None          # SourceIdentity; goes on to all that follow
    tags: dict = field(default_factory=dict)
    transitive: dict = field(default_factory=dict)  # those that go on

    @property
    def account(self):
        return self.role.split(':')[4]

    @property
    def arn(self):
        name = self.role.partition(':role/')[2].rpartition('/')[2]
        return (f'arn:aws:sts::{self.account}:assumed-role/{name}/{self.name}')


def request_id():
    return str(uuid.uuid4())


def upper(count):
    return ''.join(DICE.choices(string.ascii_uppercase + string.digits,
                                k=count))


def session_token(issued):
    """Long, and with all that base64 has beside letters and digits."""
    return ('IQoJb3JpZ2luX2VjE+/' + issued.random(1500, BASE64) + '/+==')


def new_session(issued, role, name, role_id, expires, policies, external):
    # The mark cannot stand in the key id: there are 16 characters for all.
    session = Session('ASIACNRY' + upper(12),
                      issued.secret(40, BASE64),
                      issued.remember(session_token(issued)),
                      role, name, role_id, expires, policies, external)
    issued.sessions[session.key_id] = session
    return session


class AwsService(Service):
    """A service that verifies signatures."""

    signing_name = None
    # reason of the failure: (status, code); each service has its own.
    signature_codes = {}
    unknown_key = expired_token = bad_token = None

    def signature_refusal(self, error):
        status, code = self.signature_codes[error.reason]
        return Refusal(status, code, str(error))

    def authenticate(self, request, body_hash=None):
        """The session that signed, or a Refusal."""
        try:
            authorization = sigv4.parse(request.header('Authorization'))
            session = self.session_of(request, authorization)
            sigv4.verify(request, authorization, session.secret,
                         self.signing_name, self.world.now(), body_hash)
        except sigv4.BadSignature as error:
            raise self.signature_refusal(error) from error
        if session.expires <= self.world.now():
            raise Refusal(*self.expired_token)
        return session

    def session_of(self, request, authorization):
        session = self.issued.sessions.get(authorization.key_id)
        if session is None:
            raise Refusal(*self.unknown_key)
        if request.header('X-Amz-Security-Token') != session.token:
            raise Refusal(*self.bad_token)
        return session

    def permits(self, session, action, resource='*'):
        """The role's permissions and, if there are any, the session's."""
        return permits(self.world, session, action, resource)

    def not_authorized(self, session, action, resource='*'):
        return (f'User: {session.arn} is not authorized to perform: {action} '
                f'on resource: {resource} because no identity-based policy '
                f'allows the {action} action')


def permits(world, session, action, resource):
    role = world['roles'].get(session.role)
    if role is None or not policy.allows(role['permissions'], action,
                                         resource):
        return False
    return session.policies is None or policy.allows(session.policies, action,
                                                     resource)


def element(name, content):
    return f'<{name}>{content}</{name}>'


def fields(**values):
    return ''.join(element(name, escape(str(value)))
                   for name, value in values.items() if value is not None)
