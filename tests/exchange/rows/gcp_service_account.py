# SPDX-License-Identifier: Apache-2.0
from support import sections
from support.exchanges import Refusal

EXCHANGE = 'gcp-service-account'
CREDENTIAL = 'gcp-ci'
SERVICE, OPERATION = 'gcp_iam', 'generateAccessToken'


def configure(rig, **more):
    return [sections.federation(rig), sections.service_account(rig, **more)]


def refusals(rig):
    other = 'other@acme.iam.gserviceaccount.com'
    yield Refusal('another account', settings={'service_account': other})
    yield Refusal('a delegate that may not', settings={'delegate': other})
    yield Refusal('longer than it may be', settings={'ttl': '2h'})
    yield Refusal('shorter than it may be', 78, settings={'ttl': '60s'})
    yield Refusal('no address', 78, settings={'service_account': 'ci'})
