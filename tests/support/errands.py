# SPDX-License-Identifier: Apache-2.0
"""What tools ask for, at random, and whether what they got is right: by the
cloud's own books it is for who asked and for what they asked."""

import json
import re
import time
from dataclasses import dataclass

from . import logins, sections

NAMES = ('ada', 'bob')
MANY = 5    # targets of each kind
NAMED = re.compile(r'^(daypass: |{.*"message":")'
                   r'(config|identity|exchange|target|agent)\b.{10}', re.M)


class Wrong(Exception):
    """An answer that is neither right nor an error with a name."""


@dataclass
class Errand:
    words: tuple
    said: str
    env: dict
    read: object    # (errand, output) -> None where it is right
    who: str
    what: str


def configure(place):
    rig = place.rig
    place.configure(
        '[http]\n\ttimeout = 3s\n', sections.octo(rig), sections.git(rig),
        sections.docker('*.rig.test'), sections.federation(rig),
        sections.service_account(rig), sections.token_exchange(rig),
        sections.docker('europe-docker.pkg.dev', credential='gcp-ci'),
        *[sections.web_identity(rig, f'dev{n}', session_name=f'n{n}')
          for n in range(MANY)],
        *[sections.assume_role(rig, f'deploy{n}', session_name=f'd{n}',
                               **{'from': f'dev{n}'}) for n in range(MANY)],
        *[sections.aws(f'p{n}', credential=f'deploy{n}' if n % 2 else
                       f'dev{n}') for n in range(MANY)])
    policy = rig.cloud.world['octo']['policies']['acme/web']
    rig.change(octo={'policies': {f'acme/r{n}': policy for n in range(MANY)}},
               # most of it does not live long enough to be kept
               identity={'ttl': 100}, lifetimes={
                   'sts': 50, 'token_exchange': 40, 'gcp_sts': 200,
                   'gcp_iam': 50})


class Errands:
    def __init__(self, place, dice):
        self.place = place
        self.rig = place.rig
        self.issued = place.rig.cloud.issued
        self.dice = dice
        self.homes = logins.homes(place, NAMES)

    def any(self):
        kind = self.dice.choice((self.git, self.docker, self.pkg_dev,
                                 self.aws, self.gcloud, self.audience,
                                 self.api))
        who = self.dice.choice(NAMES)
        return kind(who, self.dice.randrange(MANY), self.homes[who])

    def check(self, errand, code, out, err):
        """True: right. False: a named error. Else Wrong."""
        try:
            if errand.read(errand, code, out, err):
                return True
        except (ValueError, KeyError, AttributeError) as reason:
            raise Wrong(f'{errand.words} for {errand.who}: {reason!r}: exit '
                        f'{code} {out} {err}') from reason
        if not NAMED.search(out + err):
            raise Wrong(f'{errand.words}: exit {code} {out} {err}')
        return False

    # the tools

    def git(self, who, number, home):
        path = f'acme/r{number}'
        return Errand(('git-credential-daypass', 'get'),
                      f'protocol=https\nhost={self.rig.git}\npath={path}\n\n',
                      home, self.read_git, who, path)

    def docker(self, who, number, home):
        host = f'r{number}.rig.test'
        return Errand(('docker-credential-daypass', 'get'), host, home,
                      self.read_docker, who, 'https://' + host)

    def pkg_dev(self, who, _, home):
        return Errand(('docker-credential-daypass', 'get'),
                      'europe-docker.pkg.dev', home, self.read_pkg_dev, who,
                      self.rig['service_account'])

    def aws(self, who, number, home):
        name = f'd{number}' if number % 2 else f'n{number}'
        return Errand(('aws-credential-daypass', '--profile', f'p{number}'),
                      '', home, self.read_aws, who, name)

    def gcloud(self, who, number, home):
        env = {**home, 'GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE': f'//x{number}'}
        return Errand(('gcloud-credential-daypass',), '', env,
                      self.read_gcloud, who, f'https://x{number}')

    def audience(self, who, number, home):
        force = ('--force',) * self.dice.randrange(2)
        return Errand(('daypass', 'token', *force, '--audience',
                       f'a{number}'), '', home, self.read_token, who,
                      f'a{number}')

    def api(self, who, _, home):
        force = ('--force',) * self.dice.randrange(2)
        return Errand(('daypass', 'token', *force, 'api'), '', home,
                      self.read_api, who, 'api.rig.test')

    # what they got

    def jwt(self, errand, token):
        claims = self.rig.cloud.verifier.verify(token)
        need(claims['aud'] == [errand.what], 'for another audience')
        need(claims['sub'] == logins.sub(errand.who), "somebody else's")
        return True

    def grant(self, token, service):
        grant = self.issued.grant(token, service)
        need(grant, 'not known to the cloud')
        need(grant.expires > time.time(), 'expired')
        return grant

    def read_git(self, errand, code, out, _):
        fields = dict(line.partition('=')[::2] for line in out.splitlines())
        if fields.get('quit'):
            return need('password' not in fields, 'an error and a password')
        need(code == 0, 'its exit code')
        grant = self.grant(fields['password'], 'octo')
        need(grant.scopes == [errand.what], 'for another repository')
        return True

    def read_docker(self, errand, code, out, _):
        return code == 0 and self.jwt(errand, json.loads(out)['Secret'])

    def read_pkg_dev(self, errand, code, out, _):
        if code:
            return False
        grant = self.grant(json.loads(out)['Secret'], 'gcp_iam')
        need(grant.principal == f'serviceAccount:{errand.what}',
             'of another account')
        return True

    def read_aws(self, errand, code, out, _):
        if code:
            return need(not out, 'an error and a credential')
        answer = json.loads(out)
        session = self.issued.sessions[answer['AccessKeyId']]
        need((session.secret, session.token) == (
            answer['SecretAccessKey'], answer['SessionToken']), 'mixed')
        need(session.name == errand.what, "another profile's")
        need(session.expires > time.time(), 'expired')
        return True

    def read_gcloud(self, errand, code, out, err):
        answer = json.loads(out)
        need((code, err) == (0, ''), 'its exit code, or a word on stderr')
        return answer['success'] and self.jwt(errand, answer['id_token'])

    def read_token(self, errand, code, out, _):
        if code:
            return need(not out, 'an error and a token')
        return self.jwt(errand, out.strip())

    def read_api(self, errand, code, out, _):
        if code:
            return need(not out, 'an error and a token')
        grant = self.grant(out.strip(), 'token_exchange')
        need(grant.principal == logins.sub(errand.who), "somebody else's")
        return True


def need(condition, what):
    """False, for an error's answer that is as it should be."""
    if not condition:
        raise ValueError(what)
    return False
