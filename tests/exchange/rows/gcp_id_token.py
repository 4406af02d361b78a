# SPDX-License-Identifier: Apache-2.0
from support import sections
from support.exchanges import Refusal

EXCHANGE = 'gcp-id-token'
CREDENTIAL = 'invoker'
SERVICE, OPERATION = 'gcp_iam', 'generateIdToken'


def configure(rig, **more):
    return [sections.federation(rig), sections.id_token(rig, **more)]


def refusals(rig):
    other = 'other@acme.iam.gserviceaccount.com'
    yield Refusal('another account', settings={'service_account': other})
    yield Refusal('a delegate that may not', settings={'delegate': other})
    yield Refusal('an API that is not enabled', state={
        'gcp': {'disabled_apis': ['iamcredentials.googleapis.com']}})
    yield Refusal('a quota that is not theirs', settings={
        'quota_project': 'other'})
    yield Refusal('nobody to be for', 64, settings={'audience': []})
    yield Refusal('no address', 78, settings={'service_account': 'ci'})
    yield Refusal('a boundary', 78, settings={'boundary': '{}'})
