#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What each exchange says when it is refused: every error that its service
documents, and the sentence that a person gets to read."""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import sections, tap   # noqa: E402
from support.tap import equal, like, ok   # noqa: E402

WEB = 'AssumeRoleWithWebIdentity'
OTHER_SUB = {'identity': {'sub': 'org:evil/prj:web/env:1'}}
# A read-only role session, as AWS has it.
READ_ONLY = 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess'


def mint(place, credential, *sections_):
    place.configure(*sections_)
    return place.daypass('token', '--force', credential)


def refused(done, pattern, name, code=77):
    equal((done.code, done.out), (code, ''), f'{name}: exit {code}')
    like(done.err, pattern, f'{name}: the sentence')


def test_web_identity(place):
    rig = place.rig

    def case(pattern, name, code=77, **settings):
        refused(mint(place, 'dev', sections.web_identity(rig, **settings)),
                pattern, name, code)

    case(r'AccessDenied from localhost:\d+: role \S+:role/none does not trust '
         r'sub=org:acme/prj:web/env:7f3 aud=sts\.amazonaws\.com',
         'a role that is not there', role=rig['role'][:-3] + 'none')
    case(r'InvalidIdentityToken .*needs an OIDC provider for https://\S+ with '
         'the audience', 'an audience that AWS was not told of',
         token_audience='https://other.example')
    case('MalformedPolicyDocument.*session-policy is no valid policy',
         'a policy that is none', session_policy='{}')
    case('session-policy and policy-arn have .* at most 2048', 'too large', 78,
         session_policy='{' + ' ' * 2030 + '}', policy_arn=READ_ONLY)
    case('DurationSeconds|MaxSessionDuration', 'longer than the role allows',
         role=rig['role_ecr'], ttl='12h')
    case('ValidationError .*durationSeconds', 'shorter than AWS allows',
         ttl='60s')
    rig.change(**OTHER_SUB)
    case('AccessDenied .*does not trust sub=org:evil/prj:web/env:1',
         'a stranger')


def test_web_identity_codes(place):
    section = sections.web_identity(place.rig)
    for code, status, pattern in (
            ('PackedPolicyTooLarge', 400, 'too large together'),
            ('ExpiredTokenException', 400, 'the id token has expired: its '
             r'issuer https://\S+ must issue a fresh one'),
            ('IDPRejectedClaim', 403, r'https://\S+ does not stand by'),
            ('RegionDisabledException', 403, 'not active in us-east-1')):
        place.rig.fault('sts', 'fail', status=status, code=code)
        refused(mint(place, 'dev', section), f'{code} from .*{pattern}', code)
    for code in ('IDPCommunicationError', 'Throttling'):
        place.rig.heal()
        place.rig.fault('sts', 'fail', status=400, code=code)
        equal(mint(place, 'dev', section).code, 0, f'{code}: tried again')
    place.rig.fault('sts', 'fail', status=400, code='Throttling', count=-1)
    refused(mint(place, 'dev', section), 'Throttling from', 'in vain', 75)


def test_assume_role(place):
    rig = place.rig

    def chain(**settings):
        return mint(place, 'deploy', sections.web_identity(rig),
                    sections.assume_role(rig, **settings))

    refused(chain(role=rig['role_partner']), r'exchange aws-assume-role: '
            r'AccessDenied from localhost:\d+: role \S+:role/partner does not '
            'trust', 'without the external id')
    equal(chain(role=rig['role_partner'],
                external_id=rig['external_id']).code, 0, 'with it')
    equal(chain(tag=['Team=web', 'Cost Center=7/3']).code, 0, 'with tags')
    refused(chain(tag='no-equals-sign'), r'tag .*KEY=VALUE', 'a bad tag', 78)
    refused(chain(ttl='2h'), r'ttl|3600', 'a chain of two hours', 78)
    for code in ('ExpiredToken', 'InvalidClientTokenId',
                 'SignatureDoesNotMatch'):
        rig.fault('sts', 'fail', operation='AssumeRole', code=code)
        refused(chain(), f'aws-assume-role: {code} from .*: the', code)
    rig.change(**OTHER_SUB)
    refused(chain(), '^daypass: exchange aws-web-identity: AccessDenied',
            'the step before')


def test_ecr(place):
    rig = place.rig

    def login(role, **settings):
        return mint(place, 'registry', sections.web_identity(rig, role=role),
                    sections.credential('registry', 'aws-ecr', **{
                        'from': 'dev', 'region': 'us-east-1',
                        'endpoint': rig['ecr'], **settings}))

    refused(login(rig['role']), r'AccessDeniedException from localhost:\d+: '
            'the role may not call ecr:GetAuthorizationToken',
            'a role without ECR')
    refused(login(rig['role_ecr'], region='nowhere at all'), 'region',
            'a region that is none', 78)
    for code in ('UnrecognizedClientException', 'InvalidSignatureException',
                 'ExpiredTokenException'):
        rig.fault('ecr', 'fail', code=code)
        refused(login(rig['role_ecr']), f'{code} from .*: the', code)


def test_octo(place):
    rig = place.rig

    def case(pattern, name, code=77, **settings):
        refused(mint(place, 'github', sections.octo(
            rig, **{'scope': 'acme/web', **settings})), pattern, name, code)

    case(r'NOT_FOUND from localhost:\d+: unable to find trust policy for '
         r'"nobody".*\.github/chainguard/nobody\.sts\.yaml in acme/web',
         'no such policy', identity_name='nobody')
    case(r'nobody\.sts\.yaml in acme/\.github', 'nor for the organisation',
         scope='acme', identity_name='nobody')
    case(r'PERMISSION_DENIED from .*audience.*aud=x', 'another audience',
         token_audience='x')
    case(r'scope .*OWNER/REPOSITORY', 'a scope that is none', 78,
         scope='acme/web/more')
    rig.change(identity={'sub': 'org:acme/prj:other/env:1'})
    case(r'PERMISSION_DENIED from localhost:\d+: trust policy: subject '
         r'"org:acme/prj:other/env:1" did not match.*it was shown iss=http\S+ '
         r'sub=org:acme/prj:other/env:1 aud=octo-sts\.dev', 'a stranger')
    rig.fault('octo', 'fail', status=401, code=16,
              message='unable to verify bearer token')
    case('UNAUTHENTICATED from .*unable to verify', 'a token that is not good')


def test_federation(place):
    rig = place.rig

    def case(pattern, name, code=77, **settings):
        refused(mint(place, 'gcp', sections.federation(rig, **settings)),
                pattern, name, code)

    case(r'invalid_target from localhost:\d+: .*pool or provider is disabled',
         'a provider that is not there',
         audience=rig['gcp_audience'] + 'x')
    case(r'invalid_grant from .*audience in ID Token.*aud=https://x',
         'another audience', token_audience='https://x')
    case('is no scope .*repeat the key', 'two scopes in one', 78,
         scope='no scope')
    case('invalid_scope', 'a scope that is none', scope='https://x/<y>')
    case(r'audience .*workloadIdentityPools/POOL', 'no provider', 78,
         audience='projects/1')
    rig.change(identity={'ttl': 25 * 3600})
    case('invalid_grant.*longer than 24', 'a token that lives for days')


def test_service_account(place):
    rig = place.rig

    def case(pattern, name, code=77, **settings):
        refused(mint(place, 'gcp-ci', sections.federation(rig),
                     sections.service_account(rig, **settings)),
                pattern, name, code)

    other = 'other@acme.iam.gserviceaccount.com'
    case(r"PERMISSION_DENIED from localhost:\d+: Permission 'iam\.service"
         r"Accounts\.getAccessToken' denied", 'another account',
         service_account=other)
    like(mint(place, 'gcp-ci', sections.federation(rig),
              sections.service_account(rig, service_account=other)).err,
         rf'gcp-service-account: {other}', 'which is named')
    case('PERMISSION_DENIED', 'a delegate that may not', delegate=other)
    case('INVALID_ARGUMENT.*lifetime', 'longer than it may be', ttl='2h')
    case(r'ttl', 'shorter than it may be', 78, ttl='60s')
    case('delegate|service-account', 'no address', 78, service_account='ci')


def test_token_exchange(place):
    rig = place.rig

    def case(pattern, name, code=77, **settings):
        refused(mint(place, 'api', sections.token_exchange(rig, **settings)),
                pattern, name, code)

    case(r'invalid_target from localhost:\d+: unknown target', 'a target',
         audience='nobody')
    case('invalid_scope.*unknown scope', 'a scope', scope='everything')
    case('invalid_grant.*is for x', "the id token's audience",
         token_audience='x')
    case('unknown requested_token_type', 'a type of token',
         requested_token_type='urn:x')
    case('resource .*absolute URI', 'a resource that is none', 78,
         resource='#x')
    rig.change(token_exchange={'client': {'id': 'a', 'secret': 'b'}})
    case('invalid_client', 'a server that wants to know the client')
    rig.change(token_exchange={'client': None})
    done = mint(place, 'api', sections.token_exchange(
        rig, scope=['read', 'write'], resource='https://api.rig.test',
        requested_token_type='jwt'))
    ok(done.out.startswith('ey'), 'all its parameters', done)


if __name__ == '__main__':
    tap.run(globals())
