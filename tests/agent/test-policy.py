#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Policies at work: what is denied is not minted, and what is narrowed is
narrow where it is used."""

import json
import os
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import processes, sections, tap   # noqa: E402
from support.child_session import ChildSession   # noqa: E402
from support.tap import equal, like, ok   # noqa: E402

READ_ONLY = json.dumps({'Version': '2012-10-17', 'Statement': [
    {'Effect': 'Allow', 'Action': 's3:Get*', 'Resource': '*'}]})


def rule(name, verdict='allow', **more):
    return sections.section('rule', name, verdict=verdict, **more)


def policy(actor, *rules):
    return sections.section('policy', actor, rule=list(rules))


def token(place, *arguments):
    return place.daypass('token', *arguments)


def counted(place, what):
    status = json.loads(place.daypass('status', '--json').out)
    return status['counters'][what]


def test_inner_name(place):
    """Who is inside may call a session within what they like, and so pick a
    policy: it must not give them what the session around has not."""
    rig = place.rig
    place.configure(sections.octo(rig, scope='acme/web'),
                    sections.token_exchange(rig),
                    policy('agent:reader', 'plain', 'bare'),
                    policy('agent:writer', 'write', 'wide'),
                    policy('agent:same', 'same'),
                    rule('plain', credential='github'),
                    rule('bare', credential='api'),
                    rule('same', credential='github',
                         identity_name='daypass'),
                    rule('write', credential='github',
                         identity_name='agent-write'),
                    rule('wide', credential='api', scope='admin'))
    with ChildSession(place, 'agent:reader') as session:
        def within(name, credential):
            return session.daypass('run', '--as', name, '--advisory', '--',
                                   'daypass', 'token', credential)
        like(session.daypass('token', 'github').out, '^ghs_', 'as it is')
        for credential, what in (('github', 'identity-name'),
                                 ('api', 'scope')):
            done = within('agent:writer', credential)
            equal((done.code, done.out), (77, ''), f'{what}: not another one')
            like(done.err, 'the session around it is not given this '
                 f'`{what}`', f'{what}: says why')
        like(within('agent:same', 'github').out, '^ghs_',
             'the same one is no other')


def test_denied(place):
    rig = place.rig
    place.configure(sections.octo(rig), sections.git(rig),
                    sections.web_identity(rig),
                    policy('self', 'code', 'not-aws'),
                    rule('code', tool='git',
                         target=f'https://{rig.git}/acme/**'),
                    rule('not-aws', 'deny', credential='dev',
                         text='use the console'))
    done = place.run('git-credential-daypass', 'get', input=(
        f'protocol=https\nhost={rig.git}\npath=acme/web.git\n'))
    like(done.out, 'password=', 'what is allowed works')
    done = token(place, 'dev')
    equal((done.code, done.out), (77, ''), 'denied: exit 77')
    like(done.err, r'^daypass: policy: \[policy "self"\] rule "not-aws" '
         'denies this to self: use the console; asking again will not help',
         'denied: says which rule, and why')
    done = token(place, '--audience', 'x')
    like(done.err, 'no rule of it matches', 'a raw id token: not by default')
    equal(rig.count('sts:AssumeRoleWithWebIdentity'), 0, 'nobody was asked')


def test_narrowed_role(place):
    rig = place.rig
    place.configure(sections.web_identity(rig),
                    policy('self', 'short'),
                    sections.section('rule', 'short', verdict='allow',
                                     max_ttl='20m').rstrip('\n') +
                    '\n\tsession-policy = "' +
                    READ_ONLY.replace('"', '\\"') + '"\n')
    done = token(place, 'dev')
    got = json.loads(done.out)
    session = rig.cloud.issued.sessions[got['AccessKeyId']]
    ok(session.expires - time.time() < 1210, 'the session is short')
    env = {'AWS_ACCESS_KEY_ID': got['AccessKeyId'],
           'AWS_SECRET_ACCESS_KEY': got['SecretAccessKey'],
           'AWS_SESSION_TOKEN': got['SessionToken'],
           'AWS_CA_BUNDLE': rig['ca'], 'AWS_REGION': 'us-east-1'}
    s3 = ('/usr/bin/aws', '--endpoint-url', rig['s3'], 's3api')
    put = place.run(*s3, 'put-object', '--bucket', 'web-data', '--key', 'x',
                    env=env)
    like(put.err, 'AccessDenied', 'the session policy bites')


def limited(place, policy_text, **more):
    place.configure(sections.web_identity(place.rig, **more),
                    policy('self', 'narrow'),
                    rule('narrow', session_policy=policy_text.replace(
                        '"', '\\"')))
    return token(place, 'dev')


def test_session_policies_that_do_not_narrow(place):
    """Of a session's policies AWS allows what any allows."""
    rig = place.rig
    arn = 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess'
    done = limited(place, READ_ONLY, policy_arn=arn)
    equal((done.code, done.out), (77, ''), 'beside a policy-arn: denied')
    like(done.err, 'has a `policy-arn` of its own', 'and says why')
    done = limited(place, READ_ONLY, policy_arn=arn,
                   session_policy=READ_ONLY.replace('"', '\\"'))
    equal((done.code, done.out), (77, ''), 'also where the policy is the same')
    equal(limited(place, READ_ONLY).code, 0, 'alone: allowed')
    rig.forget()
    done = limited(place, READ_ONLY.replace('s3:Get', 's3:Get' * 350))
    equal((done.code, done.out), (78, ''), 'a policy that is too long')
    like(done.err, r'^daypass: policy: \[policy "self"\] rule "narrow" narrows '
         'this, and session-policy and policy-arn have .* STS takes at most '
         '2048', 'is told of the rule')
    equal(rig.count('sts:AssumeRoleWithWebIdentity'), 0, 'and not sent')


def test_bridge(place):
    """A rule is about what the configuration calls a credential, also where
    a registry's login is made of it."""
    rig = place.rig

    def login(**more):
        place.configure(
            sections.web_identity(rig, role=rig['role_ecr']),
            sections.section('exchange', 'aws-ecr', endpoint=rig['ecr']),
            sections.docker('*.dkr.ecr.us-east-1.amazonaws.com',
                            credential='dev'),
            policy('self', 'login'), rule('login', **more))
        return place.run(
            'docker-credential-daypass', 'get',
            input='123456789012.dkr.ecr.us-east-1.amazonaws.com')

    equal(login(credential='dev').code, 0, 'what it is made of is allowed')
    done = login(credential='aws-ecr')
    equal(done.code, 1, "everybody's login is not allowed by its name")
    like(done.out, 'no rule of it matches', 'and says why')
    for name in ('dev', 'aws-ecr'):
        done = login(verdict='deny', credential=name)
        like(done.out, 'rule "login" denies', f'{name}: denied')


def test_taken_back(place):
    rig = place.rig
    place.configure(sections.octo(rig, scope='acme/web'),
                    policy('self', 'brief'), rule('brief', max_ttl='2s'))
    equal(token(place, 'github').code, 0, 'handed out for 2 s')
    ok(processes.wait_for(lambda: rig.count('github:revoke') == 1, 10),
       'and taken back then')
    ok(processes.wait_for(lambda: counted(place, 'revocations') == 1, 5),
       'which is counted')
    place.configure(sections.web_identity(rig), policy('self', 'brief'),
                    rule('brief', max_ttl='2s'))
    done = token(place, 'dev')
    equal((done.code, done.out), (77, ''), 'what cannot be: denied')
    like(done.err, r'allows 2 s, .* cannot be taken back', 'and says why')


def test_scopes_behind_an_id_token(place):
    rig = place.rig
    place.configure(
        sections.federation(rig), sections.id_token(rig),
        sections.credential('database', 'vault', **{
            'from': 'invoker', 'endpoint': rig['vault'], 'role': 'web',
            'path': 'database/creds/web'}),
        policy('self', 'scope'), rule('scope', scope=(
            'https://www.googleapis.com/auth/devstorage.read_only')))
    done = token(place, 'database')
    equal((done.code, done.out), (77, ''), 'it does not reach through')
    like(done.err, 'no step takes a `scope`', 'and says so')


def test_scopes_of_google(place):
    auth = 'https://www.googleapis.com/auth/'
    for scope, code in (('devstorage.read_only', 0), ('drive', 77)):
        place.configure(sections.federation(place.rig),
                        policy('self', 'scope'),
                        rule('scope', scope=auth + scope))
        equal(token(place, 'gcp').code, code,
              f'{scope}: {"within" if code == 0 else "not within"} '
              'cloud-platform')


def test_scopes(place):
    rig = place.rig
    place.configure(sections.octo(rig), sections.git(rig, path=''),
                    policy('self', 'web'), rule('web', scope='acme/web'))
    for path, good in (('acme/web', True), ('acme/other', False)):
        done = place.run('git-credential-daypass', 'get', input=(
            f'protocol=https\nhost={rig.git}\npath={path}\n'))
        equal('password=' in done.out, good, f'{path}: {good}')
    like(done.err, 'no scope is left', 'says why')
    place.configure(sections.web_identity(rig), policy('self', 'web'),
                    rule('web', scope='acme/web'))
    like(token(place, 'dev').err, 'no step takes a `scope`',
         'what cannot be narrowed is denied')


def test_erase_of_what_claims_narrow(place):
    rig = place.rig
    place.configure(sections.octo(rig), sections.git(rig),
                    policy('self', 'mine'),
                    rule('mine', claim='sub=org:acme/**', max_ttl='20m'))
    asked = f'protocol=https\nhost={rig.git}\npath=acme/web.git\n'
    done = place.run('git-credential-daypass', 'get', input=asked)
    like(done.out, 'password=', 'a rule that looks at claims')
    place.run('git-credential-daypass', 'erase', input=asked + done.out)
    again = place.run('git-credential-daypass', 'get', input=asked)
    like(again.out, 'password=', 'after an erase there is another one')
    equal(rig.count('octo:exchange'), 2, 'which is minted anew')


if __name__ == '__main__':
    tap.run(globals())
