#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""gcloud-credential-daypass: the executable of an external_account
credential (AIP-4117), as Google's libraries run it."""

import base64
import json
import os
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import sections, tap   # noqa: E402
from support.tap import equal, like, ok   # noqa: E402

PREFIX = 'GOOGLE_EXTERNAL_ACCOUNT_'
JWT = 'urn:ietf:params:oauth:token-type:jwt'
ID_TOKEN = 'urn:ietf:params:oauth:token-type:id_token'


def ask(place, *arguments, **variables):
    """Runs it as a library does: the variables are GOOGLE_EXTERNAL_..."""
    asked = {'AUDIENCE': place.rig['gcp_audience'], 'TOKEN_TYPE': JWT,
             'INTERACTIVE': '0', **variables}
    return place.run('gcloud-credential-daypass', *arguments, env={
        PREFIX + name: value for name, value in asked.items()})


def answer(done):
    return json.loads(done.out)


def claims(token):
    """What is in a token, unverified."""
    part = token.split('.')[1]
    return json.loads(base64.urlsafe_b64decode(part + '=' * (-len(part) % 4)))


def silent(done, name):
    equal((done.code, done.err), (0, ''), f'{name}: exit 0, silent stderr')


def fails(done, code, pattern, name):
    silent(done, name)
    said = answer(done)
    equal(list(said), ['version', 'success', 'code', 'message'],
          f'{name}: the failure JSON')
    equal((said['version'], said['success'], said['code']), (1, False, code),
          f'{name}: its code')
    like(said['message'], pattern, f'{name}: its message')


def test_without_any_configuration(place):
    done = ask(place)
    silent(done, 'no configuration')
    said = answer(done)
    equal(list(said), ['version', 'success', 'token_type', 'id_token',
                       'expiration_time'], 'what is in it')
    equal((said['version'], said['success'], said['token_type']),
          (1, True, JWT), 'its values')
    ok(type(said['expiration_time']) is int, 'the time is an integer', said)
    inside = claims(said['id_token'])
    equal(inside['aud'], ['https:' + place.rig['gcp_audience']],
          'the audience with https:')
    equal(said['expiration_time'], inside['exp'], 'and the time is its exp')
    ok(said['expiration_time'] > time.time() + 60, 'which is ahead')
    equal(answer(ask(place)), said, 'the same to the next who asks')
    equal(place.rig.counts(), {'identity:token': 1}, 'one mint')


def test_token_types(place):
    equal(answer(ask(place, TOKEN_TYPE=ID_TOKEN))['token_type'], ID_TOKEN,
          'id_token is answered as it was asked')
    equal(answer(ask(place, TOKEN_TYPE=None))['token_type'], JWT, 'none: jwt')
    fails(ask(place, TOKEN_TYPE='urn:ietf:params:oauth:token-type:saml2'),
          'CONFIG', 'saml2', 'saml2')


def test_bindings(place):
    place.configure(sections.section('gcloud', None, credential='id-token',
                                     audience='https://other.example'))
    equal(claims(answer(ask(place))['id_token'])['aud'],
          ['https://other.example'], 'the binding names the audience')
    place.configure(sections.section('gcloud', '//iam.googleapis.com/x',
                                     credential='id-token'))
    fails(ask(place), 'CONFIG', r'nothing binds the audience',
          'bindings that are for other audiences')
    place.configure(sections.web_identity(place.rig),
                    sections.section('gcloud', None, credential='dev'))
    fails(ask(place), 'CONFIG', 'aws', 'a credential that is no id token')


def test_failures(place):
    fails(ask(place, AUDIENCE=None), 'USAGE', PREFIX + 'AUDIENCE',
          'no audience')
    fails(ask(place, 'word'), 'USAGE', "'word'", 'an argument')
    fails(ask(place, '--verbose'), 'USAGE', "verbose", 'an option')
    place.rig.fault('identity', 'fail', message='not logged in')
    fails(ask(place), 'IDENTITY', r'identity ona: .*not logged in',
          'an identity that fails')


def test_no_identity(place):
    place.without_identity()
    fails(ask(place), 'IDENTITY', 'none of ona', 'no identity')


def test_token_that_does_not_say_when_it_ends(place):
    place.rig.change(identity={'claims': {'exp': None}})
    fails(ask(place), 'IDENTITY', 'when it expires', 'no exp')


def test_output_file(place):
    path = place.path('home/token.json')
    ask(place, OUTPUT_FILE=path)
    ok(not os.path.exists(path), 'no file where nobody configured it')
    place.configure(sections.section('gcloud', None, output_file='yes'))
    done = ask(place, OUTPUT_FILE=path)
    silent(done, 'output-file = yes')
    with open(path, encoding='utf-8') as written:
        equal(written.read(), done.out, 'the file holds the same')
    equal(os.stat(path).st_mode & 0o777, 0o600, 'and is ours alone')
    equal(os.listdir(os.path.dirname(path)).count('token.json'), 1,
          'nothing is left beside it')
    os.unlink(path)
    os.symlink('/dev/null', path)
    ask(place, OUTPUT_FILE=path)
    ok(not os.path.islink(path), 'a symbolic link is replaced, not followed')
    done = ask(place, OUTPUT_FILE=place.path('nowhere/token.json'))
    ok(answer(done)['success'], 'a file that cannot be written is no failure')


def test_revoke(place):
    said = answer(ask(place))
    done = ask(place, REVOKE='1')
    silent(done, 'revoke')
    equal(answer(done), {'version': 1, 'success': True}, 'revoke: success')
    ok(answer(ask(place))['id_token'] != said['id_token'], 'it is forgotten')
    equal(answer(ask(place, REVOKE='0'))['success'], True, 'REVOKE=0 is a get')


if __name__ == '__main__':
    tap.run(globals())
