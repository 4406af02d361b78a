#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""docker-credential-daypass: the dialogues of docker-credential-helpers, with
their exact strings."""

import json
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import sections, tap   # noqa: E402
from support.tap import equal, like, ok   # noqa: E402

NOT_FOUND = 'credentials not found in native keychain\n'
NO_URL = 'no credentials server URL\n'
NO_USERNAME = 'no credentials username\n'
REGISTRY = 'registry.rig.test'
ECR = '123456789012.dkr.ecr.us-east-1.amazonaws.com'


def ask(place, *arguments, key='', **more):
    return place.run('docker-credential-daypass', *arguments, input=key,
                     **more)


def get(place, key):
    """What it answers, or {}."""
    done = ask(place, 'get', key=key)
    return json.loads(done.out) if done.code == 0 else {}


def says(done, code, out, name):
    equal((done.code, done.out, done.err), (code, out, ''), name)


def login(host, username='u', secret='p'):
    return json.dumps({'ServerURL': host, 'Username': username,
                       'Secret': secret})


def test_get(place):
    place.configure(sections.docker(REGISTRY))
    done = ask(place, 'get', key=REGISTRY)
    answer = json.loads(done.out)
    equal((done.code, done.err), (0, ''), 'get: exit 0, nothing on stderr')
    equal(list(answer), ['ServerURL', 'Username', 'Secret'], 'get: its keys')
    equal((answer['ServerURL'], answer['Username']), (REGISTRY, 'oauth2'),
          'get: the key as it was asked, and the user name')
    ok(answer['Secret'] in place.rig.secrets(), 'get: a minted secret')
    ok(done.out.endswith('}\n'), 'get: one line')
    equal(get(place, f'  {REGISTRY}\r\n'), answer,
          'space around the key is none of it')
    equal(place.rig.counts(), {'identity:token': 1}, 'one mint for all')


def test_usage(place):
    usage = 'Usage: docker-credential-daypass <store|get|erase|list|version>\n'
    says(ask(place), 1, usage, 'no word: usage')
    says(ask(place, 'get', 'more'), 1, usage, 'two words: usage')
    says(ask(place, 'fetch'), 1,
         'docker-credential-daypass: unknown action: fetch\n',
         'an unknown word')
    for word in ('version', '--version', '-v'):
        done = ask(place, word)
        like(done.out, r'^docker-credential-daypass \(daypass\) [\d.]+\n$',
             word)
        equal(done.code, 0, f'{word}: exit 0')
    for word in ('--help', '-h'):
        done = ask(place, word)
        ok(done.code == 0 and 'get|store|erase|list' in done.out, word, done)


def test_empty_fields(place):
    place.configure(sections.docker(REGISTRY))
    says(ask(place, 'get'), 1, NO_URL, 'get of nothing')
    says(ask(place, 'get', key=' \n'), 1, NO_URL, 'get of white space')
    says(ask(place, 'erase'), 1, NO_URL, 'erase of nothing')
    says(ask(place, 'store', key=login('')), 1, NO_URL, 'store without host')
    says(ask(place, 'store', key=login(REGISTRY, username='')), 1,
         NO_USERNAME, 'store without user name')
    says(ask(place, 'store', key='{"Username":"u","Secret":"s"}'), 1, NO_URL,
         'store without ServerURL')
    for text in ('', '[]', '{"ServerURL":', '{"ServerURL":1}', 'x' * 10000):
        done = ask(place, 'store', key=text)
        ok(done.code == 1 and done.out.count('\n') == 1 and not done.err,
           f'store of {text[:14]!r}: one line that says what is wrong', done)


def test_unbound(place):
    place.configure(sections.docker(REGISTRY))
    for key in ('docker.io', 'https://index.docker.io/v1/', 'ghcr.io',
                'evil-registry.rig.test', f'{REGISTRY}:5000',
                f'{REGISTRY}.evil.example', 'not a host', 'a\x01b',
                'x' * 3000):
        says(ask(place, 'get', key=key), 1, NOT_FOUND,
             f'{key[:30]!r}: not found')
    equal(place.rig.counts(), {}, 'nobody was asked')


def test_key_forms(place):
    place.configure(sections.docker(REGISTRY), sections.docker('docker.io'),
                    sections.docker('localhost:5000', username='robot'))
    for key in (REGISTRY, f'https://{REGISTRY}', f'{REGISTRY}/acme/img',
                f'https://{REGISTRY}/v2/', REGISTRY.upper()):
        equal(get(place, key).get('ServerURL'), key, f'{key}: found')
    for key in ('docker.io', 'https://index.docker.io/v1/', 'index.docker.io',
                'docker.io/library/debian'):
        equal(get(place, key).get('ServerURL'), key, f'{key}: Docker Hub')
    equal(get(place, 'localhost:5000')['Username'], 'robot',
          'the binding names the user')


def test_wildcards(place):
    place.configure(sections.docker('*.example.com'),
                    sections.docker('reg*.rig.test', username='part'),
                    sections.docker('registry.rig.test', username='exact'))
    for key, found in {'a.example.com': True, 'example.com': False,
                       'a.b.example.com': False,
                       'a.example.com.evil.example': False,
                       'reg1.rig.test': True, 'xreg1.rig.test': False}.items():
        equal('Secret' in get(place, key), found, f'{key}: found is {found}')
    equal(get(place, 'registry.rig.test')['Username'], 'exact',
          'an exact binding wins over a wildcard')


def test_path_bindings(place):
    place.configure(sections.docker(f'{REGISTRY}/acme', username='acme'),
                    sections.docker(REGISTRY, username='all'))
    equal(get(place, f'{REGISTRY}/acme/web')['Username'], 'acme',
          'the longest binding wins')
    equal(get(place, f'{REGISTRY}/acme2/web')['Username'], 'all',
          'at the boundaries of a path')


def test_list(place):
    says(ask(place, 'list', key='unused'), 0, '{}\n', 'list: none')
    place.configure(
        sections.docker(REGISTRY), sections.docker('*.example.com'),
        sections.docker('europe-docker.pkg.dev', credential='gcp'),
        sections.federation(place.rig), sections.web_identity(place.rig),
        sections.entra(place.rig), *(
            sections.docker(host, credential=name) for host, name in (
                (ECR, 'dev'), ('public.ecr.aws', 'dev'),
                ('acme.azurecr.io', 'entra'))),
        sections.docker('broken.rig.test', credential='missing'))
    done = ask(place, 'list', key='unused')
    equal((done.code, done.err), (0, ''), 'list: exit 0, silent')
    equal(json.loads(done.out), {
        REGISTRY: 'oauth2', 'europe-docker.pkg.dev': 'oauth2accesstoken',
        'public.ecr.aws': 'AWS', ECR: 'AWS',
        'acme.azurecr.io': '00000000-0000-0000-0000-000000000000'},
        'list: exact bindings that could be served')
    equal(place.rig.counts(), {}, 'list asks nobody')


def test_store_and_erase(place):
    place.configure(sections.docker(REGISTRY))
    says(ask(place, 'store', key=login(REGISTRY)), 0, '',
         'store for a bound host: fine, and kept nowhere')
    ok(get(place, REGISTRY)['Secret'] != 'p', 'what is minted is served')
    done = ask(place, 'store', key=login('ghcr.io'))
    equal((done.code, done.err), (1, ''), 'store for another host fails')
    like(done.out, r'^daypass: config: nothing binds ghcr\.io.*fallback',
         'and says so')
    for n in range(3):
        secret = get(place, REGISTRY)['Secret']
        says(ask(place, 'erase', key=REGISTRY), 0, '', f'erase {n + 1}')
        ok(get(place, REGISTRY).get('Secret') not in (None, secret),
           'the next is fresh, however often')
    says(ask(place, 'erase', key='ghcr.io'), 0, '',
         'erase of what is not there')


FALLBACK = """\
#!/bin/sh
printf '%s ' "$1" >>"$HOME/calls"
cat >>"$HOME/calls"
case $1 in
get) echo '{"ServerURL":"ghcr.io","Username":"me","Secret":"mine"}' ;;
list) echo '{"ghcr.io":"me","registry.rig.test":"shadow"}' ;;
esac
"""


def test_fallback(place):
    place.configure(sections.docker(REGISTRY),
                    sections.section('docker', None, fallback='x'))
    done = ask(place, 'get', key='ghcr.io')
    like(done.out, r'^daypass: config: \[docker\] fallback = x: there is no '
         r'docker-credential-x on PATH', 'a fallback that is missing')
    place.write('bin/docker-credential-x', FALLBACK, 0o700)
    equal(get(place, 'ghcr.io')['Secret'], 'mine', 'get goes on')
    equal(ask(place, 'store', key=login('ghcr.io')).code, 0, 'store goes on')
    equal(ask(place, 'erase', key='ghcr.io').code, 0, 'erase goes on')
    equal(json.loads(ask(place, 'list', key='unused').out),
          {REGISTRY: 'oauth2', 'ghcr.io': 'me'}, 'list joins, ours first')
    with open(place.path('home/calls'), encoding='utf-8') as calls:
        equal(calls.read(), f'get ghcr.iostore {login("ghcr.io")}'
              'erase ghcr.iolist unused', 'it is told what we were told')
    ok(get(place, REGISTRY)['Secret'] != 'mine', 'a bound host is ours')


def test_fallback_to_ourselves(place):
    place.configure(sections.section('docker', None, fallback='daypass'))
    like(ask(place, 'get', key='ghcr.io').out, 'is this very helper',
         'a fallback that leads back to us')


def test_ecr_bridge(place):
    rig = place.rig
    place.configure(
        sections.web_identity(rig, role=rig['role_ecr']),
        sections.section('exchange', 'aws-ecr', endpoint=rig['ecr']),
        sections.docker('*.dkr.ecr.us-east-1.amazonaws.com',
                        credential='dev'))
    answer = get(place, ECR)
    equal(answer.get('Username'), 'AWS', 'ECR: through the aws credential')
    ok(answer.get('Secret') in rig.secrets(), 'ECR: its password')
    equal(rig.counts(), {
        'identity:token': 1, 'sts:AssumeRoleWithWebIdentity': 1,
        'ecr:GetAuthorizationToken': 1}, 'ECR: one mint a step')
    equal(get(place, ECR), answer, 'ECR: and kept')
    place.configure(
        sections.web_identity(rig, role=rig['role_ecr']),
        sections.section('exchange', 'aws-ecr', region='nowhere at all'),
        sections.docker('*.dkr.ecr.us-east-1.amazonaws.com',
                        credential='dev'))
    like(ask(place, 'get', key=ECR).out, r'\[exchange "aws-ecr"\]: region: ',
         'ECR: a mistake is said to be where it is')


def test_google_bridge(place):
    place.configure(sections.federation(place.rig),
                    sections.docker('*-docker.pkg.dev', credential='gcp'))
    answer = get(place, 'europe-docker.pkg.dev')
    equal(answer.get('Username'), 'oauth2accesstoken', 'Google: a bearer')
    ok(answer.get('Secret') in place.rig.secrets(), 'Google: as password')


def test_failures(place):
    place.configure(sections.web_identity(place.rig),
                    sections.docker(REGISTRY, credential='dev'))
    done = ask(place, 'get', key=REGISTRY)
    ok(done.code == 1 and 'aws' in done.out and not done.err,
       'a credential of a kind that this host cannot use', done)
    place.configure(sections.federation(place.rig),
                    sections.docker(REGISTRY, credential='gcp'))
    place.rig.change(identity={'sub': 'org:evil/x', 'claims': {'org': None}})
    place.rig.fault('gcp_sts', 'fail', count=-1)
    done = ask(place, 'get', key=REGISTRY)
    equal((done.code, done.err), (1, ''), 'refused: on stdout')
    like(done.out, r'^daypass: exchange gcp-federation: invalid_grant from '
         r'localhost:\d+: .*\(daypass doctor docker registry\.rig\.test\)\n$',
         'refused: the whole sentence in one line')


def test_no_identity(place):
    place.configure(sections.docker(REGISTRY))
    place.without_identity()
    says(ask(place, 'get', key='ghcr.io'), 1, NOT_FOUND,
         'no identity: an unbound host is not found all the same')
    says(ask(place, 'list', key='unused'), 0, '{}\n', 'no identity: list')
    done = ask(place, 'get', key=REGISTRY)
    equal((done.code, done.err), (1, ''), 'no identity: a bound host fails')
    like(done.out, r'^daypass: .*none of ona, gitpod',
         'and says why')
    says(ask(place, 'erase', key=REGISTRY), 0, '', 'no identity: erase')


if __name__ == '__main__':
    tap.run(globals())
