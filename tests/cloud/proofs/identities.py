# SPDX-License-Identifier: Apache-2.0
"""Who we are: what issues id tokens, to whom and for whom."""

import base64
import json
import os
import shutil

from .client import equal, test


@test('settings are for us alone, and the shell reads the same')
def _(rig):
    for name in ('cloud.json', 'cloud.env', 'idp.sock'):
        equal(os.stat(rig.path(name)).st_mode & 0o777, 0o600)
    shown = rig.run(['/bin/sh', '-c', '. "$0"; echo "$CLOUD_STS"',
                     rig.path('cloud.env')]).stdout.strip()
    equal(shown, rig['sts'])


@test('openssl accepts the server by bundle and by hashed directory')
def _(rig):
    certificate = rig.path('ca/server.crt')
    for way in (['-CAfile', rig['bundle']], ['-CApath', rig['hashed']]):
        rig.run(['openssl', 'verify', *way, '-verify_hostname',
                 '1.dkr.ecr.us-east-1.amazonaws.com', certificate])


@test('discovery names its issuer and keys; RSA comes first, with x5c')
def _(rig):
    for issuer in (rig['issuer'], rig['actions_issuer']):
        _, found = rig.json(issuer + '/.well-known/openid-configuration')
        equal(found['issuer'], issuer)
        keys = rig.json(found['jwks_uri'])[1]['keys']
        equal([key['kty'] for key in keys], ['RSA', 'EC'])
        assert keys[0]['x5c'] and all(key['kid'] for key in keys)


@test('ona, gitpod and gp print tokens that PyJWT verifies')
def _(rig):
    import jwt
    keys = rig.json(rig['issuer'] + '/jwks')[1]
    for program in ('ona', 'gitpod', 'gp'):
        token = rig.token('one', program=program)
        header = jwt.get_unverified_header(token)
        key = next(jwt.PyJWK(k).key for k in keys['keys']
                   if k['kid'] == header['kid'])
        claims = jwt.decode(token, key, ['RS256'], audience='one',
                            issuer=rig['issuer'])
        equal((claims['sub'], claims['aud']), (rig['sub'], ['one']))
        assert all(isinstance(claims[n], int) for n in ('iat', 'nbf', 'exp'))


@test('gp takes two audiences, --decode shows claims, ES256 on demand')
def _(rig):
    import jwt
    shown = rig.run([os.path.join(rig['bin'], 'gp'), 'idp', 'token',
                     '--audience', 'a', '--audience=b', '--decode']).stdout
    equal(json.loads(shown)['aud'], ['a', 'b'])
    rig.control('/state', {'identity': {'alg': 'ES256', 'ttl': 7}})
    token = rig.token('a')
    rig.control('/state', method='DELETE')
    equal(jwt.get_unverified_header(token)['alg'], 'ES256')
    claims = jwt.decode(token, options={'verify_signature': False})
    equal(claims['exp'] - claims['iat'], 7)


@test('a failing identity says so on stderr and exits 1')
def _(rig):
    ona = os.path.join(rig['bin'], 'ona')
    rig.fault('identity', 'fail')
    done = rig.run([ona, 'idp', 'token', '--audience', 'a'], check=False)
    equal((done.returncode, done.stdout), (1, ''))
    assert 'failed to get ID token' in done.stderr, done.stderr
    done = rig.run([ona, 'idp', 'token'], check=False)
    assert done.returncode == 1 and 'audience' in done.stderr
    rig.fault('identity', 'garbage', body='no token')
    equal(rig.token('a'), 'no token')


@test('GitHub\'s endpoint gives a token of its issuer, or 401')
def _(rig):
    url = rig['github_token_url'] + '&audience=sts.amazonaws.com'
    status, reply = rig.json(
        url, Authorization='Bearer ' + rig['github_request_token'])
    equal(status, 200)
    claims = json.loads(base64.urlsafe_b64decode(
        reply['value'].split('.')[1] + '=='))
    equal((claims['iss'], claims['aud'], claims['exp'] - claims['iat']),
          (rig['actions_issuer'], 'sts.amazonaws.com', 300))
    equal(rig.json(url, Authorization='Bearer x')[0], 401)
    equal(rig.web_identity(token=reply['value'])[0], 200)


def claims_of(token):
    body = token.split('.')[1]
    return json.loads(base64.urlsafe_b64decode(body + '=' * (-len(body) % 4)))


@test('Buildkite gives a job a token, and no other job')
def _(rig):
    url = f'{rig["buildkite"]}/jobs/{rig["buildkite_job"]}/oidc/tokens'
    more = {'Content-Type': 'application/json',
            'Authorization': 'Token ' + rig['buildkite_token']}
    status, reply = rig.json(url, '{"audience": "a"}', **more)
    equal((status, claims_of(reply['token'])['aud']), (200, 'a'))
    equal(rig.json(url, '{"audience": ""}', **more)[0], 422)
    equal(rig.json(url.replace('jobs/', 'jobs/0'), '{}', **more)[0], 404)
    for wrong in ('Bearer ' + rig['buildkite_token'], 'Token x'):
        more['Authorization'] = wrong
        equal(rig.json(url, '{}', **more)[0], 401)


@test('Azure Pipelines wants a version, and leads who is denied to a page')
def _(rig):
    url = rig['azure_pipelines'] + '?api-version=7.1'
    known = {'Authorization': 'Bearer ' + rig['azure_pipelines_token'],
             'Content-Type': 'application/json'}
    status, reply = rig.json(url, '', 'POST', **known)
    equal((status, claims_of(reply['oidcToken'])['aud']),
          (200, 'api://AzureADTokenExchange'))
    equal(rig.json(url.split('?')[0], '', 'POST', **known)[0], 400)
    equal(rig.json(url + '&serviceConnectionId=x', '', 'POST', **known)[0],
          404)
    equal(rig.json(url, '', 'POST', Authorization='Bearer x', **{
        'X-TFS-FedAuthRedirect': 'Suppress'})[0], 401)


@test('the metadata server and its client know each other by a header')
def _(rig):
    url = f'http://{rig["gcp_metadata"]}/computeMetadata/v1/instance/' \
        'service-accounts/default/identity?format=full&audience=a'
    curl = [shutil.which('curl'), '-qsi', '--noproxy', '*']
    reply = rig.run([*curl, '-H', 'Metadata-Flavor: Google', url]).stdout
    head, _, token = reply.partition('\n\n')
    assert '200 OK' in head and 'Metadata-Flavor: Google' in head, head
    equal(claims_of(token)['google']['compute_engine']['project_id'], 'acme')
    assert '403' in rig.run([*curl, url]).stdout
    assert '400' in rig.run([*curl, '-H', 'Metadata-Flavor: Google',
                             url.split('?')[0]]).stdout


@test('a Fly Machine gets a token on its socket, for whom it wants')
def _(rig):
    curl = [shutil.which('curl'), '-qs', '--unix-socket', rig['fly_socket'],
            'http://localhost/v1/tokens/oidc', '-X', 'POST',
            '-H', 'Content-Type: application/json']
    equal(claims_of(rig.run([*curl, '-d', '{"aud":"a"}']).stdout)['aud'], 'a')
    equal(claims_of(rig.run(curl).stdout)['aud'], 'https://fly.io/acme')


@test('circleci mints within a job, and takes aud alone')
def _(rig):
    command = [os.path.join(rig['bin'], 'circleci'), 'run', 'oidc', 'get',
               '--claims']
    job = {**os.environ, 'CIRCLECI': 'true',
           'CIRCLE_INTERNAL_TASK_DATA': '/task'}
    done = rig.run([*command, '{"aud": "a b"}'], env=job)
    equal(claims_of(done.stdout)['aud'], ['a b'])
    for claims, env in (('{"aud": "a", "sub": "b"}', job), ('a', job),
                        ('{"aud": "a"}', dict(os.environ))):
        equal(rig.run([*command, claims], env=env, check=False).returncode, 1)
