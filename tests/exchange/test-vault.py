#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What Vault's secrets become, how long they are used, and that they are
taken back: a lease by the token of the login that it was made with."""

import base64
import calendar
import json
import os
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import sections, tap, wire   # noqa: E402
from support.rig import ask_url   # noqa: E402
from support.tap import equal, less, like, ok   # noqa: E402

DATABASE = {'path': 'database/creds/web', 'yields': 'basic'}
REVOKE = 'vault:revoke'
GIT = 'git.rig.test'


def begin(place):
    """No login of a test before is left."""
    place.rig.cloud.services['vault'].logins.clear()


def bind(place, *more, **settings):
    place.configure(
        sections.vault(place.rig, **{**DATABASE, **settings}),
        sections.section('git', f'https://{GIT}', credential='database'),
        *more)


def pair(place, *options):
    """What git gets: user and password."""
    done = place.run('git-credential-daypass', 'get', *options, input=(
        f'protocol=https\nhost={GIT}\n\n'))
    fields = dict(line.partition('=')[::2] for line in done.out.splitlines())
    return fields.get('username'), fields.get('password')


def opens(place, login):
    """Does the database let them in?"""
    text = base64.b64encode(':'.join(login).encode()).decode()
    return ask_url(place.rig, place.rig['vault'] + '/database',
                   Authorization=f'Basic {text}') == 200


def logins(place):
    return place.rig.cloud.services['vault'].logins


def end(place):
    return json.loads(place.daypass('end', '--json').out)


def test_lease(place):
    begin(place)
    bind(place)
    login = pair(place)
    like(login[0], '^v-jwt-web-', 'git: the user that was made')
    ok(opens(place, login), 'whom the database lets in')
    equal(pair(place), login, 'the same, as long as it lives')
    equal((place.rig.count('vault:login'), place.rig.count('vault:read')),
          (1, 1), 'one login, one lease')
    equal(end(place)['revoked'], ['database'], 'the session ends')
    ok(not opens(place, login), 'and the database knows nobody')
    equal((place.rig.count(REVOKE), logins(place)), (1, {}),
          'nor Vault its token')


def test_every_lease(place):
    """Superseded ones too, each by the token of its own login."""
    begin(place)
    bind(place)
    for _ in range(3):
        place.daypass('token', '--force', 'database')
    equal(len(logins(place)), 3, 'three mints, three logins')
    equal(end(place)['revoked'], ['database'] * 3, 'all are revoked')
    equal(logins(place), {}, 'and gone')


def test_token(place):
    """Without a path it is the token itself."""
    begin(place)
    place.configure(sections.vault(place.rig, 'login'))
    token = place.daypass('token', 'login').out.strip()
    ok(token in logins(place), 'a token of Vault')
    equal(ask_url(place.rig, place.rig['vault'] + '/v1/kv/web',
                  X_Vault_Token=token, X_Vault_Request='true'), 200,
          'that reads')
    equal(end(place)['revoked'], ['login'], 'is revoked')
    equal(logins(place), {}, 'and gone')


def test_kept(place):
    """`revoke = no`, and what cannot be revoked, expires."""
    for settings in ({'revoke': 'no'}, {'role': 'batch'}):
        begin(place)
        bind(place, **settings)
        login = pair(place)
        shown = end(place)
        equal((shown['revoked'], sorted(
            e['name'] for e in shown['expiring'])),
              ([], ['database', 'id-token']), f'{settings}: expires')
        ok(opens(place, login), 'later')


def test_revocation_fails(place):
    begin(place)
    bind(place)
    pair(place)
    place.rig.fault('vault', 'fail', operation='revoke', count=-1)
    shown = end(place)
    equal((shown['revoked'], sorted(e['name'] for e in shown['expiring'])),
          ([], ['database', 'id-token']), 'a token that may not end itself')


def test_gone_already(place):
    begin(place)
    bind(place)
    pair(place)
    logins(place).clear()
    equal(end(place)['revoked'], ['database'], 'revoked by somebody else')


def test_nothing_for_nothing(place):
    """A login whose secret cannot be read is of no use to anybody."""
    begin(place)
    bind(place, role='nobody')
    equal(place.daypass('token', 'database').code, 77, 'it may not read')
    equal((place.rig.count(REVOKE), logins(place)), (1, {}),
          'so its login is taken back at once')


def test_handle(place):
    """What takes a lease back is nobody's but the agent's."""
    begin(place)
    bind(place)
    login = pair(place)
    said = b''
    for request in (
            wire.request(place, 'get', tool='token', credential='database'),
            wire.request(place, 'get', tool='git', target=f'https://{GIT}'),
            wire.request(place, 'status')):
        with wire.connect(place) as connection:
            connection.sendall(request)
            said += wire.rest_of(connection)
    token, = logins(place)
    ok(login[1].encode() in said, 'the lease goes out on the wire')
    ok(token.encode() not in said and b'hvs.' not in said,
       'the token that made it does not')


def expires(place, name='database'):
    """Seconds until then."""
    shown = json.loads(place.daypass('status', '--json').out)
    text, = [c['expires_at'] for c in shown['credentials']
             if c['name'] == name]
    when = calendar.timegm(time.strptime(text, '%Y-%m-%dT%H:%M:%SZ'))
    return when - time.time()


def test_expiry(place):
    for seconds, name, settings, state in (
            (1800, "the lease's", {}, {}),
            (600, "its login's", {}, {'namespaces': {'': {'jwt': {'roles': {
                'web': {'token_ttl': 600}}}}}}),
            (1200, 'until the password is rotated',
             {'path': 'database/static-creds/web'}, {}),
            (3600, 'of what has none, until it is read again',
             {'path': 'secret/data/web', 'field': [
                 'username=user', 'password=secret']}, {})):
        place.daypass('end')
        place.rig.reset()
        place.rig.change(vault=state)
        bind(place, **settings)
        place.daypass('token', 'database')
        left = expires(place)
        ok(seconds - 60 < left <= seconds, f'its life: {name}', left)


def test_kinds(place):
    rig = place.rig
    place.configure(
        sections.vault(rig, 'cloud', path='aws/sts/web', yields='aws'),
        sections.aws(credential='cloud'),
        sections.vault(rig, 'api', path='kv/web'),
        sections.vault(rig, 'kv2', path='secret/data/web', field='token=api'),
        sections.vault(rig, 'kube', path='kubernetes/creds/web', parameter=[
            'kubernetes_namespace=web', 'ttl=15m'],
            field='token=service_account_token'))
    done = place.run('aws-credential-daypass')
    key = json.loads(done.out or '{}')
    session = rig.cloud.issued.sessions.get(key.get('AccessKeyId'))
    ok(session and key['SecretAccessKey'] == session.secret and
       key['SessionToken'] == session.token, 'aws: a session of AWS', done)
    equal(place.daypass('token', 'api').out, 'kv1-token\n', 'bearer: kv')
    equal(place.daypass('token', 'kv2').out, 'kv2-token\n', 'its version 2')
    like(place.daypass('token', 'kube').out, r'^eyJ[\w.-]+$',
         'bearer: written to, with parameters')
    less(expires(place, 'kube'), 901, 'which live as long as was asked')


def test_chain(place):
    """Its AWS credentials lead on, and a kind that does not fit is told."""
    rig = place.rig
    cloud = sections.vault(rig, 'dev', path='aws/sts/web', yields='aws')
    place.configure(cloud, sections.assume_role(rig), sections.aws(
        credential='deploy'))
    done = place.run('aws-credential-daypass')
    equal(done.code, 0, f'aws-assume-role from vault: {done.err}')
    session = rig.cloud.issued.sessions[json.loads(done.out)['AccessKeyId']]
    equal(session.name, '7f3', 'the session is called as the workspace is')
    place.configure(sections.vault(rig, 'dev', **DATABASE),
                    sections.assume_role(rig))
    like(place.daypass('token', 'deploy').err,
         'exchange `aws-assume-role` takes aws, and credential `dev` is basic',
         'a kind that does not fit')


def test_namespace(place):
    begin(place)
    bind(place, namespace='team', mount='ci', role=[])
    ok(opens(place, pair(place)), 'another namespace, mount, default role')
    equal(end(place)['revoked'], ['database'], 'and revoked there')
    equal(logins(place), {}, 'and gone')


def test_behind(place):
    """A standby that has not heard of the login yet is asked again."""
    bind(place)
    place.rig.fault('vault', 'fail', operation='read', status=412, count=2)
    equal(place.daypass('token', 'database').code, 0, '412: tried again')
    equal(place.rig.count('vault:read'), 3, 'until it works')


def test_short_id_token(place):
    """Once logged in, it is Vault's token that has to outlive the tries."""
    bind(place)
    place.rig.change(identity={'ttl': 8})
    place.rig.fault('vault', 'http-503', operation='read', seconds=4)
    equal(place.daypass('token', 'database').code, 0, 'a wait longer than '
          'the id token lives')
    equal((place.rig.count('vault:login'), place.rig.count('identity:token')),
          (1, 1), 'and no second login')


def test_doctor(place):
    bind(place)
    done = place.daypass('doctor', 'git', f'https://{GIT}')
    like(done.out, r'vault: id-token -> basic\n.*/v1/auth/jwt/login',
         'doctor shows the kind and where it asks')


if __name__ == '__main__':
    tap.run(globals())
