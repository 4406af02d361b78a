#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""aws-credential-daypass: what it prints as a credential_process, and how it
fails."""

import calendar
import json
import os
import re
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import sections, tap   # noqa: E402
from support.tap import equal, like, ok   # noqa: E402

KEYS = ['Version', 'AccessKeyId', 'SecretAccessKey', 'SessionToken',
        'Expiration']
WEB = 'sts:AssumeRoleWithWebIdentity'


def ask(place, *arguments, **more):
    return place.run('aws-credential-daypass', *arguments, **more)


def get(place, *arguments, **more):
    """The credentials, or {}."""
    done = ask(place, *arguments, **more)
    return json.loads(done.out) if done.code == 0 else {}


def left(credentials):
    """Seconds until they expire."""
    expires = time.strptime(credentials['Expiration'], '%Y-%m-%dT%H:%M:%SZ')
    return calendar.timegm(expires) - time.time()


def bind(place, **more):
    place.configure(sections.web_identity(place.rig, **more),
                    sections.assume_role(place.rig), sections.aws(),
                    sections.aws('deploy', credential='deploy'))


def fails(done, pattern, name, code=1):
    equal((done.code, done.out), (code, ''),
          f'{name}: exit {code}, nothing on stdout')
    like(done.err, pattern, f'{name}: says why')
    equal(done.err.count('daypass: '), 1, f'{name}: once')


def test_get(place):
    bind(place)
    done = ask(place)
    answer = json.loads(done.out)
    equal((done.code, done.err), (0, ''), 'exit 0, nothing on stderr')
    equal(list(answer), KEYS, 'what is in it')
    ok(answer['Version'] == 1, 'version 1, a number', answer)
    ok(re.fullmatch(r'ASIA[A-Z0-9]{16}', answer['AccessKeyId']),
       'temporary keys', answer)
    ok({answer['SecretAccessKey'], answer['SessionToken']} <= set(
        place.rig.secrets()), 'as they were minted')
    ok(3500 < left(answer) <= 3600, 'Expiration is RFC 3339, an hour ahead')
    equal(get(place), answer, 'the same to the next who asks')
    equal(get(place, '--profile', 'default'), answer, '--profile')
    equal(get(place, '--credential', 'dev'), answer, '--credential')
    equal(get(place, '--credential=dev'), answer, '--credential=NAME')
    equal(place.rig.counts(), {'identity:token': 1, WEB: 1},
          'one mint a step')


def test_chain(place):
    bind(place)
    first, second = get(place), get(place, '--profile', 'deploy')
    ok(second and first['AccessKeyId'] != second['AccessKeyId'],
       'a role assumed by a role')
    equal(place.rig.counts(), {'identity:token': 1, WEB: 1,
                               'sts:AssumeRole': 1},
          'two profiles share the steps that they have in common')
    equal(get(place, env={'AWS_PROFILE': 'deploy'}), second, 'AWS_PROFILE')


def test_two_profiles_share_the_id_token(place):
    rig = place.rig
    place.configure(
        sections.web_identity(rig),
        sections.web_identity(rig, 'ecr', role=rig['role_ecr']),
        sections.aws(), sections.aws('ecr', credential='ecr'))
    get(place)
    get(place, '--profile', 'ecr')
    equal(rig.counts(), {'identity:token': 1, WEB: 2},
          'two roles, one id token')


def test_more_than_15_minutes_left(place):
    """botocore asks again at every request below that."""
    bind(place)
    place.rig.change(lifetimes={'sts': 1900})
    first = get(place)
    ok(left(first) > 900, 'a role that allows more: more')
    place.configure(sections.web_identity(place.rig, ttl='900s'),
                    sections.aws())
    place.rig.change(lifetimes={'sts': None})
    place.rig.forget()
    answer = get(place)
    ok(890 < left(answer) <= 900, 'ttl = 900s is asked for')
    equal(get(place), answer, 'a role that allows no more: kept all the same')
    equal(place.rig.count(WEB), 1, 'and asked once')


def test_session_name(place):
    place.configure(sections.web_identity(place.rig, session_name='ada@7f3'),
                    sections.aws())
    ok(get(place), 'session-name')
    names = [s.name for s in place.rig.cloud.issued.sessions.values()]
    ok('ada@7f3' in names, 'is what STS gets to see', names)


def test_one_session_name(place):
    """Whatever roles a workspace goes through, it goes by one name."""
    bind(place)
    place.rig.change(identity={'claims': {'environment_id': 'ws-4711'}})
    ok(get(place, '--profile', 'deploy'), 'a chain')
    names = {s.role.rpartition('/')[2]: s.name
             for s in place.rig.cloud.issued.sessions.values()}
    equal((names['dev'], names['deploy']), ('ws-4711', 'ws-4711'),
          'both of its sessions have the name of the workspace')


def test_endpoints_of_an_asker(place):
    """Where a token goes is not for whoever asks to say."""
    evil = place.rig['octo']
    bind(place)
    first = get(place, env={'AWS_ENDPOINT_URL': evil,
                            'AWS_ENDPOINT_URL_STS': evil})
    ok(first, 'AWS_ENDPOINT_URL leads nobody away')
    equal(get(place), first, 'and makes no other credential')
    equal([n for n in place.rig.counts() if n.startswith('octo')], [],
          'nobody else was asked')
    fails(ask(place, env={'AWS_USE_FIPS_ENDPOINT': 'true'}),
          'AWS_USE_FIPS_ENDPOINT is set, but endpoint says where to ask.*'
          'use-fips = no', 'FIPS and an endpoint of one\'s own')
    bind(place, use_fips='no')
    ok(get(place, env={'AWS_USE_FIPS_ENDPOINT': 'true'}),
       'unless the configuration says no')


def test_absent_keys(place):
    """What AssumeRoleWithWebIdentity does not have is a mistake there."""
    for key, value, why in (
            ('external_id', 'x7', 'has none'), ('tag', 'a=b', 'aws.*tags'),
            ('transitive_tag', 'a', 'aws.*tags'),
            ('source_identity', 'ada', 'source_identity')):
        bind(place, **{key: value})
        key = key.replace('_', '-')
        fails(ask(place), f'`{key}`: .*AssumeRoleWithWebIdentity.*{why}', key)
        done = place.daypass('doctor')
        like(done.out, f'`{key}`: .*AssumeRoleWithWebIdentity',
             f'{key}: doctor shows it')


def test_usage(place):
    for name, arguments in {
            'a word': ['get'], 'an unknown option': ['--rolle', 'x'],
            'no value': ['--role'],
            'two ways': ['--profile', 'a', '--credential', 'b'],
            'a region alone': ['--region', 'eu-west-1'],
            'a duration that is none':
                ['--role', 'arn:aws:iam::123456789012:role/dev', '--duration',
                 'soon']}.items():
        done = ask(place, *arguments)
        equal((done.code, done.out), (64, ''), f'{name}: usage')
        like(done.err, '^aws-credential-daypass: ', f'{name}: what is wrong')
    like(ask(place, '--rolle', 'x').err, '--role', 'the nearest known one')
    like(ask(place, '--help').out, r'--session-name S', '--help')


def test_unbound(place):
    place.configure()
    fails(ask(place), r"^daypass: config: nothing binds the AWS profile "
          r"'default'.*--role ARN \(daypass doctor aws default\)", 'unbound')
    fails(ask(place, '--profile', 'other'), "profile 'other'", 'unbound')
    fails(ask(place, '--credential', 'dev'), r'\[credential "dev"\]',
          'no such credential')
    fails(ask(place, '--profile', 'other', env={
        'AWS_ROLE_ARN': place.rig['role']}), "profile 'other'",
        'a profile that was asked for by name is not replaced')
    equal(place.rig.counts(), {}, 'nobody was asked')


def test_refused(place):
    bind(place)
    place.rig.change(identity={'sub': 'org:evil/prj:web/env:1'})
    fails(ask(place), r'^daypass: exchange aws-web-identity: AccessDenied '
          r'from localhost:\d+: role arn:aws:iam::123456789012:role/dev does '
          r'not trust sub=org:evil/prj:web/env:1 aud=sts\.amazonaws\.com '
          r'\(daypass doctor aws default\)\n$', 'refused')


def test_no_identity(place):
    bind(place)
    place.without_identity()
    fails(ask(place), r'^daypass: .*none of ona, gitpod',
          'no identity')


def test_id_token_for_aws(place):
    place.configure(sections.aws(credential='id-token'))
    fails(ask(place), r'aws', 'a credential of another kind')


if __name__ == '__main__':
    tap.run(globals())
