# SPDX-License-Identifier: Apache-2.0
from support import sections
from support.exchanges import Refusal

EXCHANGE = 'token-exchange'
CREDENTIAL = 'api'
SERVICE, OPERATION = 'token_exchange', 'token'


def configure(rig, **more):
    return [sections.token_exchange(rig, **more)]


def refusals(rig):
    yield Refusal('a target', settings={'audience': 'nobody'})
    yield Refusal('a scope', settings={'scope': 'everything'})
    yield Refusal("the id token's audience", settings={'token_audience': 'x'})
    yield Refusal('a type of token', settings={
        'requested_token_type': 'urn:x'})
    yield Refusal('a resource that is none', 78, settings={'resource': '#x'})
    yield Refusal('a server that wants to know the client', state={
        'token_exchange': {'client': {'id': 'a', 'secret': 'b'}}})
