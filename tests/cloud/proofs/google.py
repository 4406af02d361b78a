# SPDX-License-Identifier: Apache-2.0
"""Google Cloud: federation, impersonation, functions and storage."""

import json

from .client import EXCHANGE, TYPE, SCOPE, equal, test


@test('Google\'s STS federates, and refuses in its words')
def _(rig):
    form = {'grant_type': EXCHANGE, 'audience': rig['gcp_audience'],
            'scope': SCOPE, 'requested_token_type': TYPE + 'access_token',
            'subject_token_type': TYPE + 'jwt'}
    url = rig['gcp_sts'] + '/v1/token'
    form['subject_token'] = rig.token(rig['gcp_audience'])
    status, reply = rig.json(url, form)
    equal((status, reply['token_type'], reply['expires_in']),
          (200, 'Bearer', 3600))
    wrong = {'audience': '//iam.googleapis.com/x', 'scope': '',
             'grant_type': 'x', 'subject_token': rig.token('x')}
    codes = [rig.json(url, form | {n: v})[1]['error']
             for n, v in wrong.items()]
    equal(codes, ['invalid_request', 'invalid_scope', 'unsupported_grant_type',
                  'invalid_grant'])
    missing = rig['gcp_audience'].removesuffix('/w') + '/none'
    equal(rig.json(url, form | {'audience': missing})[1]['error'],
          'invalid_target')


@test('a service account is impersonated, and its token reads storage')
def _(rig):
    url = (f'{rig["gcp_iam"]}/v1/projects/-/serviceAccounts/'
           f'{rig["service_account"]}:')

    def call(verb, body, bearer=rig.federated()):
        return rig.json(url + verb, json.dumps(body),
                        Content_Type='application/json',
                        Authorization='Bearer ' + bearer)
    status, reply = call('generateAccessToken', {'scope': [SCOPE],
                                                 'lifetime': '600s'})
    equal(status, 200)
    equal(read_object(rig, reply['accessToken']), 200)
    status, found = call('generateIdToken', {'audience': 'https://x.run.app',
                                             'includeEmail': True})
    equal((status, found['token'].count('.')), (200, 2))
    equal(call('generateAccessToken', {'scope': []})[0], 400)
    equal(call('generateAccessToken', {'scope': [SCOPE],
                                       'lifetime': '7200s'})[0], 400)
    status, found = call('generateAccessToken', {'scope': [SCOPE]}, 'ya29.x')
    equal((status, found['error']['status']), (401, 'UNAUTHENTICATED'))
    users = rig.control('/state')['gcp']['service_accounts'][
        rig['service_account']]['workload_identity_users']
    bind(rig, [])
    status, found = call('generateAccessToken', {'scope': [SCOPE]})
    equal((status, found['error']['status']), (403, 'PERMISSION_DENIED'))
    bind(rig, users)


def bind(rig, users):
    rig.control('/state', {'gcp': {'service_accounts': {
        rig['service_account']: {'workload_identity_users': users}}}})


def read_object(rig, token, path='demo/o/team%2Fnotes.txt'):
    return rig.ask(f'{rig["gcs"]}/storage/v1/b/{path}?alt=media',
                   Authorization='Bearer ' + token)[0]


@test('a function takes an id token of Google for it, of whom it knows')
def _(rig):
    url = rig['function']

    def mint(audience, **more):
        return rig.json(
            f'{rig["gcp_iam"]}/v1/projects/-/serviceAccounts/'
            f'{rig["service_account"]}:generateIdToken',
            json.dumps({'audience': audience, 'includeEmail': True, **more}),
            Content_Type='application/json',
            Authorization='Bearer ' + rig.federated())[1]['token']

    def call(bearer, header='Authorization', host=None, **more):
        host = {'Host': host} if host else {}
        return rig.ask(url + '/x', **{header: f'Bearer {bearer}'}, **host,
                       **more)[0]
    good = mint(url)
    equal(call(good), 200)
    equal(call(good, 'X_Serverless_Authorization', Authorization='mine'), 200)
    equal(call('x', 'X_Serverless_Authorization'), 401)
    equal(call(mint('https://hello.acme.example')), 200)
    equal(rig.ask(url + '/x')[0], 403)
    head, claims, signature = good.split('.')
    for wrong in (mint(url + '/'), mint(url, includeEmail=False),
                  rig.token(url), rig.federated(), 'x',
                  f'{head}.{claims}.{signature[::-1]}'):
        equal(call(wrong), 401)
    run = 'hello-abc-ew.a.run.app'
    equal((call(good, host=run), call(mint('https://' + run), host=run)),
          (401, 200))
    # No service's custom audience is IAP's.
    equal((call(good, host='console.rig.test'),
           call(mint('42-x.apps.googleusercontent.com'), 'Proxy_Authorization',
                host='console.rig.test')), (401, 200))
    functions = {'local': {'invokers': []}}
    rig.control('/state', {'gcp': {'functions': functions}})
    equal(call(good), 403)
    functions['local']['invokers'] = [
        f'serviceAccount:{rig["service_account"]}']
    rig.control('/state', {'gcp': {'functions': functions}})


@test('storage refuses strangers, other buckets, and what a boundary bars')
def _(rig):
    token = rig.federated()
    equal(read_object(rig, 'nobody'), 401)
    equal(read_object(rig, token), 200)
    equal(read_object(rig, token, 'demo/o/none'), 404)
    equal(read_object(rig, token, 'secret/o/plan.txt'), 403)
    rule = {'availableResource':
            '//storage.googleapis.com/projects/_/buckets/demo',
            'availablePermissions': ['inRole:roles/storage.objectViewer'],
            'availabilityCondition': {'expression': 'resource.name.startsWith('
                                      "'projects/_/buckets/demo/objects/team')"
                                      }}
    options = json.dumps({'accessBoundary': {'accessBoundaryRules': [rule]}})
    status, reply = rig.json(rig['gcp_sts'] + '/v1/token', {
        'grant_type': EXCHANGE, 'subject_token': token,
        'requested_token_type': TYPE + 'access_token', 'options': options,
        'subject_token_type': TYPE + 'access_token'})
    equal((status, 'expires_in' in reply), (200, False))
    equal(read_object(rig, reply['access_token']), 200)
    equal(read_object(rig, reply['access_token'], 'demo/o/hello.txt'), 403)


@test('a narrowed token is not narrowed again, and impersonates nobody')
def _(rig):
    rule = {'availableResource':
            '//storage.googleapis.com/projects/_/buckets/demo',
            'availablePermissions': ['inRole:roles/storage.objectViewer']}
    form = {'grant_type': EXCHANGE, 'subject_token': rig.federated(),
            'requested_token_type': TYPE + 'access_token',
            'subject_token_type': TYPE + 'access_token', 'options': json.dumps(
                {'accessBoundary': {'accessBoundaryRules': [rule]}})}
    url = rig['gcp_sts'] + '/v1/token'
    form['subject_token'] = rig.json(url, form)[1]['access_token']
    equal(rig.json(url, form)[1]['error'], 'invalid_grant')
    equal(rig.json(
        f'{rig["gcp_iam"]}/v1/projects/-/serviceAccounts/'
        f'{rig["service_account"]}:generateAccessToken',
        json.dumps({'scope': [SCOPE]}), Content_Type='application/json',
        Authorization='Bearer ' + form['subject_token'])[0], 403)
