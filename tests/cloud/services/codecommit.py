# SPDX-License-Identifier: Apache-2.0
"""AWS CodeCommit: git with a signature for a password.

https://HOST/v1/repos/web is the repository acme/web of git.py. The user is
the key id, "%" and the session token; the password a time and a signature.
"""

import hmac
import re

from parts import sigv4
from parts.aws import permits
from parts.web import Refusal

from .git import Git

PATH = re.compile(r'/v1/repos/([\w.-]+?)(?:\.git)?(?:/(.*))?')
PASSWORD = re.compile(r'(\d{8}T\d{6})Z([0-9a-f]{64})')
HOST = re.compile(r'(?:vpce-.+\.)?git-codecommit(?:-fips)?\.([^.]+)\.'
                  r'(?:vpce\.)?amazonaws\.com')
REGION = 'us-east-1'    # where the host does not name one


class CodeCommit(Git):
    name = 'codecommit'

    def locate(self, path):
        found = PATH.fullmatch(path)
        return (f'acme/{found[1]}', found[2] or '') if found else ('', '')

    def authenticate(self, request):
        """{repository: access}; a wrong signature is a 403 here."""
        pair = request.basic()
        if pair is None:
            raise Refusal(401, 'Unauthorized', 'Authentication required',
                          [('WWW-Authenticate', 'Basic realm="codecommit"')])
        session = self.session(pair[0])
        host = request.host.partition(':')[0]
        path = PATH.fullmatch(request.path)
        name = path[1] if path else ''
        self.verify(session, pair[1], host,
                    request.path[:path.end(1)] if path else '')
        return {f'acme/{name}': self.level(session, name, host)}

    def session(self, user):
        key_id, _, token = user.partition('%')
        session = self.issued.sessions.get(key_id)
        if session is None or session.token != token \
                or session.expires <= self.world.now():
            raise Refusal(403, 'Forbidden', 'The security token is not valid')
        return session

    def verify(self, session, password, host, path):
        found = PASSWORD.fullmatch(password)
        if not found:
            raise Refusal(403, 'Forbidden', 'The password is no signature')
        stamp = found[1]
        if abs(sigv4.seconds_of(stamp + 'Z') - self.world.now()) > sigv4.WINDOW:
            raise Refusal(403, 'Forbidden', 'The signature has expired')
        # git adds .git or not as its user wrote it, and so was it signed.
        signatures = {signature(session.secret, stamp, host, written)
                      for written in (path, path + '.git')}
        if not any(hmac.compare_digest(found[2], s) for s in signatures):
            raise Refusal(403, 'Forbidden', sigv4.MISMATCH)

    def level(self, session, name, host):
        resource = f'arn:aws:codecommit:{region(host)}:{session.account}:{name}'
        for action, level in (('GitPush', 'write'), ('GitPull', 'read')):
            if permits(self.world, session, f'codecommit:{action}', resource):
                return level
        return 'none'


def region(host):
    named = HOST.fullmatch(host)
    return named[1] if named else REGION


def signature(secret, stamp, host, path):
    """No payload hash, and no Z in the time that is signed."""
    canonical = f'GIT\n{path}\n\nhost:{host}\n\nhost\n'
    scope = sigv4.Authorization('', stamp[:8], region(host), 'codecommit', [],
                                '')
    return sigv4.sign(sigv4.signing_key(secret, scope), stamp, scope.scope,
                      canonical)
