# SPDX-License-Identifier: Apache-2.0
from support import sections
from support.exchanges import Refusal

EXCHANGE = 'aws-assume-role'
CREDENTIAL = 'deploy'
SERVICE, OPERATION = 'sts', 'AssumeRole'


def configure(rig, **more):
    return [sections.web_identity(rig), sections.assume_role(rig, **more)]


def refusals(rig):
    yield Refusal('without the external id', settings={
        'role': rig['role_partner']})
    yield Refusal('a bad tag', 78, settings={'tag': 'no-equals-sign'})
    yield Refusal('a chain of two hours', 78, settings={'ttl': '2h'})
    for code in ('ExpiredToken', 'InvalidClientTokenId',
                 'SignatureDoesNotMatch'):
        yield Refusal(code, fault={'code': code})
    yield Refusal('the step before', state={
        'identity': {'sub': 'org:evil/prj:web/env:1'}})
