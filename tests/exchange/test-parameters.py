#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Keys of an exchange that change what is asked for, and codes that are worth
another try although the status says that they are final."""

import base64
import json
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import sections, tap   # noqa: E402
from support.tap import equal, like, ok   # noqa: E402


def mint(place, credential, *sections_):
    place.configure(*sections_)
    return place.daypass('token', '--force', credential)


def test_web_identity_tries_again(place):
    section = sections.web_identity(place.rig)
    for code in ('IDPCommunicationError', 'Throttling'):
        place.rig.heal()
        place.rig.fault('sts', 'fail', status=400, code=code)
        equal(mint(place, 'dev', section).code, 0, f'{code}: tried again')


def test_assume_role(place):
    rig = place.rig

    def chain(**settings):
        return mint(place, 'deploy', sections.web_identity(rig),
                    sections.assume_role(rig, **settings))

    equal(chain(role=rig['role_partner'],
                external_id=rig['external_id']).code, 0, 'the external id')
    equal(chain(tag=['Team=web', 'Cost Center=7/3']).code, 0, 'tags')


def test_token_exchange(place):
    done = mint(place, 'api', sections.token_exchange(
        place.rig, scope=['read', 'write'], resource='https://api.rig.test',
        requested_token_type='jwt'))
    ok(done.out.startswith('ey'), 'all its parameters', done)


def claims(token):
    part = token.split('.')[1]
    return json.loads(base64.urlsafe_b64decode(part + '=' * (-len(part) % 4)))


RELAY = 'relay@acme.iam.gserviceaccount.com'


def test_service_account(place):
    rig = place.rig
    done = mint(place, 'gcp-ci', sections.federation(rig),
                sections.service_account(rig, delegate=RELAY,
                                         quota_project='acme'))
    equal(done.code, 0, 'a delegate and a quota that may be used')


def test_id_token(place):
    rig = place.rig

    def bind(url, **more):
        place.configure(
            sections.federation(rig), sections.id_token(
                rig, audience=[], delegate=RELAY),
            sections.section('function', url, credential='invoker', **more))

    bind('https://hello-abc-ew.a.run.app')
    done = place.daypass('token', '--for', 'https://hello-abc-ew.a.run.app/x')
    ok(done.code == 0, 'an id token for a URL', done)
    said = claims(done.out)
    equal((said['aud'], said['iss'], said['email']),
          ('https://hello-abc-ew.a.run.app', 'https://accounts.google.com',
           rig['service_account']), 'its origin is what it is for')
    bind('https://eu-p.cloudfunctions.net')
    done = place.daypass('token', '--for',
                         'https://eu-p.cloudfunctions.net/hello')
    equal(claims(done.out)['aud'], 'https://eu-p.cloudfunctions.net/hello',
          'the whole URL of an older function')
    bind('https://hello.acme.io', audience='https://hello-abc-ew.a.run.app')
    done = place.daypass('token', '--for', 'https://hello.acme.io/x')
    equal(claims(done.out)['aud'], 'https://hello-abc-ew.a.run.app',
          "the binding's audience, behind another name")
    done = place.daypass('doctor', 'token', 'https://hello.acme.io/x')
    equal(done.code, 0, 'doctor finds the road')
    like(done.out, 'gcp-id-token', 'and shows it')


def test_downscope(place):
    """What a boundary bars is barred, whoever has the token."""
    rig = place.rig
    token = mint(place, 'team', sections.federation(rig),
                 sections.downscope(rig)).out.strip()

    def read(path):
        return rig.get(rig['gcs'] + path, token)

    equal(read('/storage/v1/b/demo/o/team%2Fnotes.txt?alt=media'), 200,
          'below the prefix')
    equal(read('/storage/v1/b/demo/o/hello.txt?alt=media'), 403, 'beside it')
    place.rig.change(lifetimes={'gcp_sts': 900})
    done = mint(place, 'team', sections.federation(rig),
                sections.downscope(rig))
    ok(done.code == 0, 'again', done)
    status = json.loads(place.daypass('status', '--json').out)
    ends = {c['name']: c['expires_at'] for c in status['credentials']}
    equal(ends.get('team'), ends.get('gcp'), 'it ends with its source')


def test_boundary_of_a_policy(place):
    """A rule's boundary narrows what the configuration leaves wide."""
    rig = place.rig

    def minted(boundary, **more):
        return mint(place, 'gcp-ci', sections.federation(rig),
                    sections.service_account(rig),
                    sections.section('exchange', 'gcp-downscope', **more),
                    sections.section('policy', 'self', rule='team'),
                    sections.section('rule', 'team', verdict='allow',
                                     boundary=boundary))

    done = minted(sections.boundary('demo', 'team/'))
    ok(done.code == 0, 'a token by a rule with a boundary', done)
    token = done.out.strip()
    equal([rig.get(f'{rig["gcs"]}/storage/v1/b/demo/o/{name}', token)
           for name in ('team%2Fnotes.txt', 'hello.txt')], [200, 403],
          'it opens what the boundary leaves')
    equal(rig.count('gcp_sts:downscope'), 1, 'asked where the chain asks')
    done = minted(sections.boundary('demo', 'team/'),
                  endpoint=rig['gcp_iam'])
    ok(done.code != 0 and rig.count('gcp_sts:downscope') == 1,
       'but [exchange] has the word', done)
    rig.forget()
    done = minted(sections.boundary('demo', 'x').replace('Cond', 'Kond'))
    equal((done.code, done.out), (78, ''), 'a boundary that is spelt wrong')
    like(done.err, r'^daypass: policy: \[policy "self"\] rule "team" narrows '
         'this, and boundary: rule 1: it may hold', 'is told of the rule')
    equal(rig.count('gcp_sts:downscope'), 0, 'and not sent')


def test_azure_tries_again(place):
    section = sections.entra(place.rig)
    for number in (70021, 700213, 70025):
        place.rig.heal()
        place.rig.fault('entra', 'fail', status=401, code='invalid_client',
                        message=f'AADSTS{number}: No matching federated '
                        'identity record found.')
        equal(mint(place, 'entra', section).code, 0,
              f'AADSTS{number}, a moment after it was made: tried again')


def test_azure_variables(place):
    rig = place.rig
    place.env.update(AZURE_TENANT_ID=rig['azure_tenant'],
                     AZURE_CLIENT_ID=rig['azure_client'])
    done = mint(place, 'entra', sections.entra(rig, tenant=[], client_id=[]))
    said = claims(done.out) if done.code == 0 else {}
    equal((said.get('aud'), said.get('appid')),
          ('https://management.azure.com', rig['azure_client']),
          "AZURE_TENANT_ID and AZURE_CLIENT_ID are the asker's")


def test_azure_bridge(place):
    """Entra's token is of no use to a registry, though docker could."""
    rig = place.rig
    place.configure(
        sections.entra(rig), sections.docker('acme.azurecr.io',
                                             credential='entra'),
        sections.section('exchange', 'azure-acr', endpoint=rig['acr']))
    done = place.run('docker-credential-daypass', 'get',
                     input='acme.azurecr.io')
    said = json.loads(done.out) if done.code == 0 else {}
    equal(said.get('Username'), '00000000-0000-0000-0000-000000000000',
          'the user name of the registry')
    equal(claims(said.get('Secret', 'x.e30.x')).get('iss'),
          'Azure Container Registry', 'and its own token')
    scopes = [grant.scopes for grant in rig.cloud.issued.grants.values()
              if grant.service == 'entra']
    equal(scopes[-1], ['https://containerregistry.azure.net'],
          'for which Entra was asked with its scope')


if __name__ == '__main__':
    tap.run(globals())
