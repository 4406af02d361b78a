# SPDX-License-Identifier: Apache-2.0
"""The table of exchanges, and how to ask all of them under one fault."""

from dataclasses import dataclass

from . import canary, sections, tap


@dataclass
class Row:
    exchange: str
    credential: str     # its name in the configuration
    service: str        # of the cloud
    operation: str

    @property
    def counted(self):
        return f'{self.service}:{self.operation}'


# In two rounds: those that take the id token, those that take what they gave.
ROUNDS = (
    [Row('aws-web-identity', 'dev', 'sts', 'AssumeRoleWithWebIdentity'),
     Row('octo-sts', 'github', 'octo', 'exchange'),
     Row('gcp-federation', 'gcp', 'gcp_sts', 'token'),
     Row('token-exchange', 'api', 'token_exchange', 'token')],
    [Row('aws-assume-role', 'deploy', 'sts', 'AssumeRole'),
     Row('aws-ecr', 'registry', 'ecr', 'GetAuthorizationToken'),
     Row('gcp-service-account', 'gcp-ci', 'gcp_iam', 'generateAccessToken')])


def bind(place, timeout='20s'):
    rig = place.rig
    place.configure(
        f'[http]\n\ttimeout = {timeout}\n',
        sections.web_identity(rig), sections.assume_role(rig),
        sections.octo(rig, scope='acme/web'), sections.federation(rig),
        sections.service_account(rig), sections.token_exchange(rig),
        sections.web_identity(rig, 'ecr-role', role=rig['role_ecr']),
        sections.credential('registry', 'aws-ecr', **{
            'from': 'ecr-role', 'region': 'us-east-1',
            'endpoint': rig['ecr']}))


def ask(place, rows):
    """All at once: (row, exit code, stdout, stderr) of each."""
    started = [place.start('daypass', 'token', '--force', row.credential)
               for row in rows]
    for row, process in zip(rows, started):
        out, err = process.communicate(timeout=120)
        yield row, process.returncode, out.decode(), err.decode()


def every(place, mode, **more):
    """Every exchange under one fault."""
    for rows in ROUNDS:
        place.rig.heal()
        place.rig.forget()
        for row in rows:
            place.rig.fault(row.service, mode, operation=row.operation,
                            **more)
        yield from ask(place, rows)
    place.rig.heal()


def fails(place, mode, code, pattern, tries=None, **more):
    """It fails with this exit code and sentence, after so many tries."""
    for row, got, out, err in every(place, mode, count=-1, **more):
        name = f'{row.exchange}, {mode}'
        tap.equal((got, out), (code, ''), f'{name}: exit {code}')
        tap.like(err, rf'^daypass: exchange {row.exchange}: .*{pattern}',
                 f'{name}: says why')
        tap.equal(len(err.splitlines()), 1, f'{name}: in one line')
        if tries:
            tap.equal(place.rig.count(row.counted), tries,
                      f'{name}: tries {tries}')
        wanted = canary.needles(place.rig.secrets())
        tap.ok(not canary.found_in(err.encode(), wanted), f'{name}: no secret')


def works(place, mode, tries, **more):
    for row, got, _, err in every(place, mode, **more):
        tap.equal((got, err), (0, ''), f'{row.exchange}, {mode}: works')
        tap.equal(place.rig.count(row.counted), tries,
                  f'{row.exchange}, {mode}: tries {tries}')
