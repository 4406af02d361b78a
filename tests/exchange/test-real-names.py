#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Every exchange at the address that it has of itself: no endpoint is
configured, and names like sts.us-east-1.amazonaws.com lead to loopback in a
mount namespace of the agent's own."""

import json
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import sections   # noqa: E402
from support.names import begin, main   # noqa: E402
from support.rig import NamedCloud   # noqa: E402
from support.tap import equal, like, ok   # noqa: E402

CODECOMMIT = 'https://git-codecommit.us-east-1.amazonaws.com'


def aws(place, *arguments, **env):
    done = place.run('aws-credential-daypass', *arguments, env=env)
    return json.loads(done.out) if ok(done.code == 0, ' '.join(
        ['aws', *arguments, *env]), done) else {}


def test_no_configuration_at_all(place):
    role = place.rig['role']
    begin(place)
    first = aws(place, '--role', role)
    equal(aws(place, AWS_ROLE_ARN=role), first,
          'AWS_ROLE_ARN is the same as --role')
    aws(place, '--role', role, '--region', 'us-east-1', '--duration',
        '15m', '--session-name', 'ada@7f3')
    names = [s.name for s in place.rig.cloud.issued.sessions.values()]
    ok('ada@7f3' in names, '--session-name', names)
    aws(place, AWS_ROLE_ARN=role, AWS_ROLE_SESSION_NAME='from-env')
    names = [s.name for s in place.rig.cloud.issued.sessions.values()]
    ok('from-env' in names, 'AWS_ROLE_SESSION_NAME', names)
    equal(aws(place, AWS_ROLE_ARN=role, AWS_ROLE_SESSION_NAME=''), first,
          'set and empty is not set, as the SDKs have it')
    done = place.run('aws-credential-daypass', '--role', role + 'x')
    like(done.err, 'AccessDenied from sts.us-east-1.amazonaws.com: role '
         r'\S+:role/devx does not trust sub=', 'a role that says no')


def test_other_endpoints(place):
    """FIPS and IPv6 are for the asker to want; another host is not."""
    role = place.rig['role']
    begin(place)
    for host, env in (
            ('sts-fips.us-east-1.amazonaws.com',
             {'AWS_USE_FIPS_ENDPOINT': 'true'}),
            ('sts.us-east-1.api.aws', {'AWS_USE_DUALSTACK_ENDPOINT': 'true'}),
            ('sts-fips.us-east-1.api.aws', {
                'AWS_USE_FIPS_ENDPOINT': 'true',
                'AWS_USE_DUALSTACK_ENDPOINT': 'true'}),
            ('sts.amazonaws.com', {'AWS_STS_REGIONAL_ENDPOINTS': 'legacy'}),
            ('sts.us-east-1.amazonaws.com', {
                'AWS_ENDPOINT_URL': place.rig['octo'],
                'AWS_ENDPOINT_URL_STS': place.rig['octo']})):
        place.rig.forget()
        aws(place, '--role', role, **env)
        asked = [entry['headers'].get('Host') for entry in place.rig.log()
                 if entry['service'] == 'sts']
        equal(asked, [host], f'asks {host}')
        equal(place.rig.count('octo:unknown'), 0, 'and nobody else')


def bind(place):
    rig = place.rig
    none = {'endpoint': []}
    place.write(place.config, '\n'.join([
        sections.web_identity(rig, **none), sections.assume_role(rig, **none),
        sections.web_identity(rig, 'ecr', role=rig['role_ecr'], **none),
        sections.octo(rig, scope='acme/web', revoke_endpoint=[], **none),
        sections.federation(rig, **none),
        sections.service_account(rig, **none),
        sections.id_token(rig, **none), sections.downscope(rig, **none),
        sections.entra(rig, **none),
        sections.docker('acme.azurecr.io', credential='entra'),
        sections.quay(rig, token_audience=rig['quay'], **none),
        sections.docker_hub(rig, **none),
        sections.docker('123456789012.dkr.ecr.us-east-1.amazonaws.com',
                        credential='ecr'),
        sections.docker('public.ecr.aws', credential='ecr'),
        sections.section('git', CODECOMMIT, credential='dev')]))


def test_each_exchange(place):
    bind(place)
    begin(place)
    for credential in ('dev', 'deploy', 'github', 'gcp', 'gcp-ci', 'invoker',
                       'team', 'entra', 'quay', 'hub'):
        done = place.daypass('token', credential)
        ok(done.code == 0, f'{credential} at its own address', done)
    done = place.run('docker-credential-daypass', 'get', input=(
        '123456789012.dkr.ecr.us-east-1.amazonaws.com'))
    ok(done.code == 0 and '"AWS"' in done.out, 'ECR by the bridge', done)
    done = place.run('docker-credential-daypass', 'get',
                     input='public.ecr.aws')
    ok(done.code == 0 and '"AWS"' in done.out, 'ECR Public by the bridge',
       done)
    done = place.daypass('token', '--for', CODECOMMIT + '/v1/repos/web')
    like(done.out, r'^\d{8}T\d{6}Z[0-9a-f]{64}\n$',
         'CodeCommit by the bridge')
    done = place.run('docker-credential-daypass', 'get',
                     input='acme.azurecr.io')
    ok(done.code == 0 and '"00000000-' in done.out, 'ACR by the bridge', done)
    done = place.daypass('end', '--json')
    equal(json.loads(done.out)['revoked'], ['github'],
          'and revoked at api.github.com')


if __name__ == '__main__':
    main(globals(), NamedCloud)
