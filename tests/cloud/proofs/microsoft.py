# SPDX-License-Identifier: Apache-2.0
"""Azure: Entra and its container registry."""

from .client import equal, test


def entra(rig, token=None, **more):
    return rig.json(
        f'{rig["entra"]}/{more.pop("tenant", rig["azure_tenant"])}'
        '/oauth2/v2.0/token', {
            'grant_type': 'client_credentials',
            'client_id': rig['azure_client'],
            'scope': 'https://containerregistry.azure.net/.default',
            'client_assertion_type': 'urn:ietf:params:oauth:'
            'client-assertion-type:jwt-bearer',
            'client_assertion': token or rig.token(
                'api://AzureADTokenExchange'), **more})


@test('Entra compares to the letter, and refuses by numbers')
def _(rig):
    status, reply = entra(rig)
    equal((status, reply['token_type'], reply['expires_in']),
          (200, 'Bearer', 3600))
    good = 'api://AzureADTokenExchange'
    for wanted, answer in (
            (700212, entra(rig, rig.token('api://azureadtokenexchange'))),
            (700212, entra(rig, rig.token(good, 'sts'))),
            (700024, entra(rig, ask_token(rig, good, ttl=-60))),
            (700213, entra(rig, ask_token(rig, good, sub='me'))),
            (7002138, entra(rig, ask_token(rig, good,
                                           sub=rig['sub'].upper()))),
            (7000272, entra(rig, rig.token(good)[:-8] + 'AAAAAAAA')),
            (50027, entra(rig, 'x')),
            (90002, entra(rig, tenant='other')),
            (700016, entra(rig, client_id='other')),
            (1002012, entra(rig, scope='User.Read')),
            (500011, entra(rig, scope='https://x/.default')),
            (7000218, entra(rig, client_assertion_type='x')),
            (70003, entra(rig, grant_type='password'))):
        equal(answer[1].get('error_codes'), [wanted])


def ask_token(rig, audience, **more):
    return rig.run(['curl', '-sS', '--unix-socket', rig['identity_socket'],
                    'http://localhost/token', '-d', f'audience={audience}',
                    *(f'-d{name}={value}' for name, value in more.items())]
                   ).stdout.strip()


@test('a registry takes its own kind of Entra token, from who may pull')
def _(rig):
    def log_in(token, **more):
        return rig.json(rig['acr'] + '/oauth2/exchange', {
            'grant_type': 'access_token', 'service': 'acme.azurecr.io',
            'access_token': token, **more})
    token = entra(rig)[1]['access_token']
    status, reply = log_in(token)
    equal((status, reply['refresh_token'].count('.')), (200, 2))
    equal(log_in(token, tenant=rig['azure_tenant'])[0], 200)
    equal(log_in(token, tenant='other')[0], 401)
    equal(log_in(token, service='other.azurecr.io')[0], 400)
    equal(log_in('x')[1]['errors'][0]['code'], 'UNAUTHORIZED')
    other = entra(rig, scope='https://management.azure.com/.default')[1]
    equal(log_in(other['access_token'])[0], 200)
    rig.control('/state', {'azure': {'registry': {'arm': False}}})
    equal(log_in(other['access_token'])[0], 401)
    rig.control('/state', {'azure': {'registry': {'arm': True}}})
