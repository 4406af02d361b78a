# SPDX-License-Identifier: Apache-2.0
"""GitHub, octo-sts and CodeCommit, with git."""

import hashlib
import hmac
import os
import shutil
import time

from .client import equal, test


@test('octo-sts trades for a long token, and refuses in its words')
def _(rig):
    status, reply = rig.octo()
    token = reply['token']
    equal((status, token[:4], 480 < len(token) < 560), (200, 'ghs_', True))
    status, reply = rig.octo(identity='none')
    equal((status, reply['code'], reply['message']),
          (404, 5, 'unable to find trust policy for "none"'))
    status, reply = rig.octo(audience='else')
    equal((status, reply['code'], reply['message']), (
        403, 7, 'trust policy: audience "octo-sts.dev" did not match any of '
        '["else"]'))
    status, reply = rig.json(
        rig['octo'] + '/sts/exchange?scope=acme/web&identity=daypass')
    equal((status, reply['message']),
          (401, 'expected exactly one authorization header'))


@test('an installation token takes itself back, once')
def _(rig):
    token = rig.octo()[1]['token']
    headers = {'Authorization': 'Bearer ' + token}
    equal(rig.ask(rig['github'] + '/installation/token', method='DELETE',
                  **headers)[0], 204)
    status, reply = rig.json(rig['github'] + '/api/v3/installation/token',
                             method='DELETE', **headers)
    equal((status, reply['message']), (401, 'Bad credentials'))


def git(rig, token, *arguments, check=True):
    """git with a helper that prints what the environment holds."""
    helper = '!f() { echo username=x; echo "password=$TOKEN"; }; f'
    return rig.run(['git', '-c', 'credential.helper=', '-c',
                    f'credential.helper={helper}', *arguments],
                   env={'TOKEN': token}, check=check)


@test('git clones with the id token and pushes with octo-sts\'s')
def _(rig):
    work = rig.path('clone')
    url = rig['git'] + '/acme/web'
    git(rig, rig.token(rig['git']), 'clone', '-q', url, work)
    with open(os.path.join(work, 'big'), 'wb') as out:
        out.write(os.urandom(3 << 20))      # git sends this in chunks
    rig.run(['git', '-C', work, 'add', 'big'])
    rig.run(['git', '-C', work, 'commit', '-qm', 'Big'])
    git(rig, rig.octo()[1]['token'], '-C', work, 'push', '-q', 'origin',
        'main')
    shutil.rmtree(work)
    git(rig, rig.octo('acme')[1]['token'], 'clone', '-q', url + '.git', work)
    assert os.path.exists(os.path.join(work, 'big'))
    shutil.rmtree(work)


@test('git is refused: no token, a stranger\'s, out of scope, revoked')
def _(rig):
    url = rig['git'] + '/acme/web'
    token = rig.octo()[1]['token']

    def said(given, where=url):
        return git(rig, given, 'ls-remote', where, check=False).stderr
    assert 'Authentication failed' in said('nothing')
    assert 'Authentication failed' in said(rig.token('https://else'))
    assert 'not found' in said(token, rig['git'] + '/acme/other')
    rig.ask(rig['github'] + '/installation/token', method='DELETE',
            Authorization='Bearer ' + token)
    assert 'Authentication failed' in said(token)
    status, _, headers = rig.ask(url + '/info/refs?service=git-upload-pack')
    equal((status, headers['WWW-Authenticate']), (401, 'Basic realm="git"'))
    rig.control('/state', {'git': {'challenges': ['Bearer', 'Basic']}})
    _, _, headers = rig.ask(url + '/info/refs?service=git-upload-pack')
    equal(len(headers.get_all('WWW-Authenticate')), 2)
    rig.control('/state', {'git': {'challenges': ['Basic']}})
    equal(rig.ask(url + '/info/refs?service=git-upload-pack',
                  Authorization='Bearer ' + rig.token(rig['git']))[0], 200)


@test('git clones from CodeCommit with a signature')
def _(rig):
    session = rig.aws()
    stamp = time.strftime('%Y%m%dT%H%M%S', time.gmtime())
    key = ('AWS4' + session['aws_secret_access_key']).encode()
    for part in (stamp[:8], 'us-east-1', 'codecommit', 'aws4_request'):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    canonical = 'GIT\n/v1/repos/web\n\nhost:localhost\n\nhost\n'
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = (f'AWS4-HMAC-SHA256\n{stamp}\n{stamp[:8]}/us-east-1/codecommit/'
            f'aws4_request\n{digest}')
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    user = f'{session["aws_access_key_id"]}%{session["aws_session_token"]}'
    helper = '!f() { echo "username=$WHO"; echo "password=$TOKEN"; }; f'
    command = ['git', '-c', f'credential.helper={helper}', 'ls-remote',
               rig['codecommit'] + '/v1/repos/web']
    right = {'WHO': user, 'TOKEN': f'{stamp}Z{signature}'}
    assert 'refs/heads/main' in rig.run(command, env=right).stdout
    wrong = right | {'TOKEN': f'{stamp}Z{signature[::-1]}'}
    assert '403' in rig.run(command, env=wrong, check=False).stderr
