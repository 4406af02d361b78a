# SPDX-License-Identifier: Apache-2.0
from support import sections
from support.exchanges import Refusal

EXCHANGE = 'token-exchange'
CREDENTIAL = 'api'
SERVICE, OPERATION = 'token_exchange', 'token'


def configure(rig, **more):
    return [sections.token_exchange(rig, **more)]


# RFC 6749 5.2, RFC 8693 2.2.2, and what is said beyond them.
SAID = (
    ('unauthorized_client', 400, 'not allowed to exchange tokens'),
    ('unsupported_grant_type', 400, ''),
    ('unsupported_token_type', 400, 'id_token'),
    ('access_denied', 403, 'by policy'),
)


def refusals(rig):
    yield Refusal('a target', settings={'audience': 'nobody'})
    yield Refusal('a scope', settings={'scope': 'everything'})
    yield Refusal("the id token's audience", settings={'token_audience': 'x'})
    yield Refusal('a type of token', settings={
        'requested_token_type': 'urn:x'})
    yield Refusal('a resource that is none', 78, settings={'resource': '#x'})
    yield Refusal('a parameter that is none', 78, settings={'parameter': 'x'})
    yield Refusal('a parameter with a key of its own', 78, settings={
        'parameter': 'audience=x'})
    yield Refusal('a secret in a parameter', 78, settings={
        'parameter': 'client_secret=x'})
    yield Refusal('a server that wants to know the client', state={
        'token_exchange': {'client': {'id': 'a', 'secret': 'b'}}})
    yield Refusal('another path', settings={
        'endpoint': rig['token_exchange'] + '/more'})
    for code, status, message in SAID:
        yield Refusal(code, fault={'status': status, 'code': code,
                                   'message': message})
    yield Refusal('a refresh token', fault={'mode': 'garbage', 'body': (
        '{"access_token":"x","issued_token_type":"urn:ietf:params:oauth:'
        'token-type:refresh_token","token_type":"N_A"}')})
    yield Refusal('a token that is bound to a key', fault={
        'mode': 'garbage',
        'body': '{"access_token":"x","token_type":"DPoP"}'})
