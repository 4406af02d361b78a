# SPDX-License-Identifier: Apache-2.0
"""Token endpoints and registries, and others that log in by a token."""

import base64
import json
import socket
import subprocess
import time

from .client import EXCHANGE, TYPE, boto, needs, equal, test


@test('a token endpoint checks what RFC 8693 says')
def _(rig):
    form = {'grant_type': EXCHANGE, 'subject_token_type': TYPE + 'id_token',
            'subject_token': rig.token('token-exchange')}
    actor = {'actor_token': rig.token('token-exchange'),
             'actor_token_type': TYPE + 'jwt'}
    wanted = {'audience': ['api.rig.test', 'https://api.rig.test'],
              'scope': 'read write', 'requested_token_type': TYPE + 'jwt'}
    status, reply = rig.json(rig['token_exchange'], form | actor | wanted)
    equal((status, reply['issued_token_type']), (200, TYPE + 'jwt'))
    del actor['actor_token_type']
    for more, code in ((actor, 'invalid_request'),
                       ({'audience': 'x'}, 'invalid_target'),
                       ({'resource': 'https://api.rig.test#x'},
                        'invalid_target'),
                       ({'scope': 'admin'}, 'invalid_scope'),
                       ({'subject_token': 'x'}, 'invalid_grant'),
                       ({'grant_type': 'x'}, 'unsupported_grant_type')):
        status, reply = rig.json(rig['token_exchange'], form | more)
        equal((status, reply['error']), (400, code))


@test('docker-registry takes the token server\'s word: push and pull')
def _(rig):
    needs('docker-registry', 'skopeo', 'umoci')
    image = rig.path('image')
    rig.run(['umoci', 'init', '--layout', image])
    rig.run(['umoci', 'new', '--image', image + ':v1'])
    where = f'docker://{rig["registry"]}/acme/app:v1'
    registry = subprocess.Popen(
        ['docker-registry', 'serve', rig['registry_config']],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL)
    try:
        wait_for_port(rig['registry'])
        token = rig.token(f'https://{rig["registry"]}')
        copy(rig, f'oci:{image}:v1', where, f'x:{token}')
        assert 'denied' in copy(rig, f'oci:{image}:v1', where.replace(
            'acme', 'evil'), f'x:{token}', check=False).stderr
        assert 'the audience' in copy(rig, f'oci:{image}:v1', where, 'x:'
                                      + rig.token('else'), check=False).stderr
        pair = boto(rig, 'ecr', rig.aws(rig['role_ecr']))
        pair = pair.get_authorization_token()['authorizationData'][0]
        pair = base64.b64decode(pair['authorizationToken']).decode()
        rig.run(['skopeo', 'inspect', '--creds', pair, where])
    finally:
        registry.terminate()
        registry.wait()


def copy(rig, source, target, pair, check=True):
    return rig.run(['skopeo', '--insecure-policy', 'copy', '-q',
                    '--dest-creds', pair, source, target], check=check)


def wait_for_port(address):
    host, port = address.split(':')
    for _ in range(100):
        try:
            return socket.create_connection((host, int(port)), 1).close()
        except OSError:
            time.sleep(0.05)
    raise AssertionError('nobody listens on ' + address)


@test('the token server takes a password and a refresh token by OAuth2')
def _(rig):
    form = {'service': rig['registry_service'], 'client_id': 'test',
            'scope': 'repository:acme/app:pull,push', 'access_type': 'offline'}
    secret = rig.token(rig['registry_service'])
    status, reply = rig.json(rig['token'], form | {
        'grant_type': 'password', 'username': 'x', 'password': secret})
    equal((status, 'access_token' in reply), (200, True))
    for refresh in (secret, reply['refresh_token']):
        status, _ = rig.json(rig['token'], form | {
            'grant_type': 'refresh_token', 'refresh_token': refresh})
        equal(status, 200)
    status, reply = rig.json(rig['token'], form | {
        'grant_type': 'refresh_token', 'refresh_token': 'x'})
    equal((status, reply['errors'][0]['code']), (401, 'UNAUTHORIZED'))


def trades(rig, audience):
    """How each of the newer services is asked, and for whom its token is."""
    form = {'grant_type': EXCHANGE, 'subject_token_type': TYPE + 'id_token',
            'expires_in': '300',
            'connection_id': '0b5b3c1e-6c3f-4e0a-9f8e-1d2c3b4a5f60'}
    posted = {'Content_Type': 'application/json'}

    def vault(token):
        return rig.json(rig['vault'] + '/v1/auth/jwt/login', json.dumps(
            {'role': 'web', 'jwt': token}), X_Vault_Request='true', **posted)

    def quay(token):
        pair = base64.b64encode(f'acme+web:{token}'.encode()).decode()
        return rig.json(rig['quay'] + '/oauth2/federation/robot/token',
                        Authorization=f'Basic {pair}')

    def jfrog(token):
        return rig.json(rig['jfrog'] + '/access/api/v1/oidc/token',
                        json.dumps({
                            'grant_type': EXCHANGE, 'subject_token': token,
                            'subject_token_type': TYPE + 'id_token',
                            'provider_name': 'workspaces'}), **posted)

    def docker_hub(token):
        return rig.json(rig['docker_hub'] + '/oauth/token',
                        form | {'subject_token': token})

    for ask in (vault, quay, jfrog, docker_hub):
        yield ask, audience.get(ask.__name__) or rig[ask.__name__]


@test('Vault, Quay, JFrog, Docker Hub: what each verifies of a token')
def _(rig):
    hub = {'docker_hub': 'https://identity.docker.com'}
    for ask, audience in trades(rig, hub):
        good = rig.token(audience)
        equal((ask.__name__, ask(good)[0]), (ask.__name__, 200))
        head, body, signature = good.split('.')
        flipped = ('A' if signature[9] != 'A' else 'B').join(
            (signature[:9], signature[10:]))
        rig.control('/state', {'identity': {'sub': 'org:evil/prj:web/env:1'}})
        stranger = rig.token(audience)
        rig.control('/state', {'identity': {'sub': rig['sub'], 'ttl': -60}})
        expired = rig.token(audience)
        rig.control('/state', method='DELETE')
        for name, bad in (
                ('audience', rig.token('https://other.example')),
                ('signature', f'{head}.{body}.{flipped}'),
                ('nothing signed', f'{head}.{body}.'),
                ('subject', stranger), ('expiry', expired), ('none', 'x')):
            status, _ = ask(bad)
            assert 400 <= status < 404, (ask.__name__, name, status)
