#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""daypass, the command for people: token, status, doctor, end, begin."""

import json
import os
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import clients, sections, tap, wire   # noqa: E402
from support.tap import equal, like, ok, unlike   # noqa: E402

TIME = r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ'


def bind(place):
    rig = place.rig
    place.configure(
        sections.web_identity(rig), sections.aws(), sections.octo(rig),
        sections.git(rig), sections.federation(rig),
        sections.section('function', 'https://hello.example.run.app',
                         credential='gcp'),
        sections.section('exchange', 'aws-ecr', endpoint=rig['ecr']))


def fails(done, code, pattern, name):
    equal((done.code, done.out), (code, ''), f'{name}: exit {code}')
    like(done.err, pattern, f'{name}: says why')


def test_words(place):
    equal(place.daypass().code, 64, 'no word')
    fails(place.daypass('statu'), 64,
          r"unknown verb 'statu'; did you mean 'status'\?",
          'an unknown word')
    fails(place.daypass('xyzzy'), 64, 'daypass --help', 'one like no other')
    fails(place.daypass('status', '--jsn'), 64, '--json',
          'an unknown option')
    fails(place.daypass('status', 'all'), 64, "'all'", 'an argument too many')
    fails(place.daypass('doctor', 'dockr', 'x'), 64,
          r"unknown tool 'dockr'; did you mean 'docker'\?",
          'an unknown tool')
    fails(place.daypass('doctor', 'git'), 64, 'a tool and its target',
          'half of what doctor wants')
    for words in (['--help'], ['help'], ['token', '--help'],
                  ['status', '--help'], ['doctor', '--help'],
                  ['curl', '--help'], ['run', '--help'], ['end', '--help'],
                  ['begin', '--help']):
        done = place.daypass(*words)
        ok(done.code == 0 and done.out.startswith('usage: daypass'),
           ' '.join(words), done)
    like(place.daypass('--version').out, r'^daypass \d+\.\d+', '--version')
    equal(place.agent(), None, 'none of it starts an agent')


def test_token(place):
    bind(place)
    done = place.daypass('token', '--audience', 'https://x.example')
    equal((done.code, done.err), (0, ''), 'token --audience')
    like(done.out, r'^ey[\w-]+\.[\w-]+\.[\w-]+\n$', 'the id token, one line')
    done = place.daypass('token', 'gcp')
    ok(done.out.strip() in place.rig.secrets(), 'token CREDENTIAL: a bearer')
    equal(list(json.loads(place.daypass('token', 'dev').out))[0], 'Version',
          'token CREDENTIAL: aws, as a credential_process prints it')
    url = place.rig['git'] + '/acme/web.git'
    done = place.daypass('token', '--for', url)
    like(done.out, r'^ghs_', 'token --for a git URL')
    done = place.daypass('token', '--for', 'https://hello.example.run.app/x')
    ok(done.out.strip() in place.rig.secrets(), 'token --for a function')
    again = place.daypass('token', 'gcp')
    ok(again.out != place.daypass('token', '--force', 'gcp').out,
       'token --force is a new one')


def test_token_failures(place):
    bind(place)
    for arguments in ([], ['dev', '--audience', 'x'], ['a', 'b'],
                      ['--audience', 'x', '--for', 'https://y']):
        fails(place.daypass('token', *arguments), 64, 'which token',
              f'token {" ".join(arguments)}')
    fails(place.daypass('token', '--for', 'https://unbound.example'), 78,
          'nothing binds', 'token for an unbound URL')
    fails(place.daypass('token', 'nosuch'), 78, 'nosuch', 'token nosuch')
    place.rig.fault('identity', 'fail', message='not logged in', count=-1)
    fails(place.daypass('token', 'dev'), 69, r'^daypass: identity ona: .*not '
          r'logged in', 'no identity')
    place.rig.heal()
    equal(place.daypass('token', '--force', 'dev').code, 0,
          '--force does not wait for a rest to end')
    place.rig.change(identity={'sub': 'org:evil/x'})
    fails(place.daypass('token', '--force', 'github'), 64, 'which repo',
          'a scope that nobody named')
    fails(place.daypass('token', '--force', 'dev'), 77, 'AccessDenied',
          'refused')
    place.rig.fault('gcp_sts', 'close', count=-1)
    fails(place.daypass('token', '--force', 'gcp'), 75, 'closed the '
          'connection', 'network')


def test_status(place):
    done = place.daypass('status')
    equal(done.code, 0, 'status where no session runs')
    like(done.out, 'no session is running', 'and says so')
    empty = json.loads(place.daypass('status', '--json').out)
    equal(place.agent(), None, 'status starts none')
    bind(place)
    place.daypass('token', 'dev')
    place.daypass('token', '--for', place.rig['git'] + '/acme/web.git')
    place.daypass('token', 'nosuch')
    text = place.daypass('status').out
    for word in ('session', 'ona', 'org:acme/prj:web/env:7f3', 'dev',
                 'github', 'revocable', 'nosuch'):
        ok(word in text, f'status shows {word}', text)
    unlike(text, '\033', 'no colour where there is no terminal')
    check_status(place, json.loads(place.daypass('status', '--json').out),
                 empty)


def check_status(place, shown, empty):
    equal(list(shown), ['session', 'identity', 'credentials', 'sessions',
                        'failures', 'counters', 'audit'],
          'status --json: its parts')
    equal(list(shown), list(empty), 'the same where no session runs')
    equal(list(shown['session']), ['id', 'since', 'agent_pid', 'config'],
          'session')
    equal((shown['session']['agent_pid'], shown['session']['config']),
          (place.agent(), place.config), 'session: its values')
    equal(shown['identity'], {
        'source': 'ona', 'issuer': place.rig['issuer'],
        'subject': 'org:acme/prj:web/env:7f3'}, 'identity')
    one = next(c for c in shown['credentials'] if c['name'] == 'github')
    like(one.pop('expires_at'), f'^{TIME}$', 'a time is RFC 3339')
    equal(one, {'name': 'github', 'kind': 'bearer', 'session': 'self',
                'target': place.rig['git'] + '/acme/web',
                'revocable': True}, 'a credential')
    equal(list(shown['failures'][0]), ['stage', 'fault', 'text', 'at'],
          'a failure')
    equal(shown['failures'][0]['stage'], 'config', 'and its stage')
    counters = shown['counters']
    ok({'hits', 'mints', 'waits', 'refreshes', 'revocations',
        'failures'} <= set(counters), 'counters', counters)
    equal((counters['mints'], counters['failures']), (4, 1), 'are counted')


def test_doctor(place):
    bind(place)
    place.env.update(clients.aws(place))
    done = place.daypass('doctor', 'aws', 'default')
    equal((done.code, done.err), (0, ''), 'doctor of a road that works')
    for pattern in ('ona is on PATH', 'aws-web-identity: id-token -> aws',
                    re.escape(place.rig['sts'])):
        like(done.out, pattern, f'doctor shows {pattern}')
    unlike(done.out, 'ASIA|CANARY', 'doctor shows no secret')
    shown = json.loads(place.daypass('doctor', '--json', 'aws',
                                     'default').out)
    equal(list(shown), ['identities', 'checks', 'road', 'verdict'],
          'doctor --json')
    equal([list(shown[part][0]) for part in list(shown)[:3]], [
        ['name', 'here', 'reason'], ['name', 'ok', 'cause', 'remedy'],
        ['step', 'exchange', 'takes', 'yields', 'endpoint']], 'its parts')
    equal([s['exchange'] for s in shown['road']],
          ['id-token', 'aws-web-identity'], 'the road')
    equal([i['name'] for i in shown['identities']][:2], ['ona', 'gitpod'],
          'the identities, in probing order')
    # what this kernel refuses of confinement is no fault of ours
    ok(all(check['ok'] for check in shown['checks']
           if check['name'] != 'confinement'), 'all is well', shown)


def test_doctor_finds(place):
    bind(place)

    def doctor(code, pattern, name, *arguments):
        done = place.daypass('doctor', *arguments)
        equal(done.code, code, f'doctor, {name}: exit {code}')
        like(done.out, pattern, f'doctor, {name}: the cause')
        unlike(done.out, 'CANARY', f'doctor, {name}: no secret')

    doctor(78, 'FAIL road.*nothing binds', 'unbound', 'aws', 'other')
    place.rig.change(identity={'sub': 'org:evil/x'})
    doctor(77, 'FAIL try .*AccessDenied.*does not trust sub=org:evil/x',
           'refused', 'aws', 'default')
    place.rig.fault('gcp_sts', 'close', count=-1)
    doctor(75, 'FAIL try .*closed the connection', 'network', 'token', 'gcp')
    place.write(place.config, (
        '[credential "a"]\n\texchange = aws-web-identity\n\trol = x\n'))
    doctor(78, r'FAIL config .*line 3.*did you mean `role`', 'a mistake')


def test_doctor_without_identity(place):
    bind(place)
    place.without_identity()
    done = place.daypass('doctor', 'aws', 'default')
    equal(done.code, 69, 'doctor without identity: exit 69')
    like(done.out, 'no +ona +neither ona nor gitpod is on PATH', 'each probe')
    like(done.out, r'FAIL identity.*\n +run this where', 'and the remedy')


def test_end_of_many(place):
    """More than are told."""
    place.write('home/token', place.rig.token('x'))
    place.configure(sections.section('identity', '', source='file',
                                     file=place.path('home/token')))
    place.daypass('begin')
    for n in range(200):
        wire.ask(place, wire.token(place, f'a{n}'))
    shown = json.loads(place.daypass('end', '--json').out)
    ok(shown['omitted'] > 0, 'some are omitted', shown['omitted'])
    equal(len(shown['expiring']) + shown['omitted'], 200, 'and counted')


def test_named_identities(place):
    """Those that nobody finds by looking are listed as well."""
    def named():
        found = json.loads(place.daypass('doctor', '--json').out)
        return {i['name']: (i['here'], i['reason'])
                for i in found['identities']}
    nobody = named()
    for name, key in (('file', 'file'), ('env', 'variable'),
                      ('command', 'command')):
        equal(nobody[name], (False, f'[identity] has no `{key}`, nor '
                             f'source = {name}'), f'{name}: not named')
    place.configure(sections.section('identity', '', variable='TOKEN'))
    equal(named()['env'], (True, '[identity] names it'), 'one that is')
    equal([name for name, (here, _) in named().items()
           if here and name in ('file', 'command')], [], 'and no other')


def test_end(place):
    bind(place)
    place.daypass('token', '--for', place.rig['git'] + '/acme/web.git')
    place.daypass('token', 'dev')
    shown = json.loads(place.daypass('end', '--json').out)
    equal(shown['revoked'], ['github'], 'end --json: what was revoked')
    equal(sorted(e['name'] for e in shown['expiring']),
          ['dev', 'id-token', 'id-token'], 'and what can only expire')
    ok(all(re.fullmatch(TIME, e['expires_at']) for e in shown['expiring']),
       'and when', shown)
    equal(sorted((e['name'], e['audience'] or '')
                 for e in shown['expiring']),
          [('dev', ''), ('id-token', 'octo-sts.dev'),
           ('id-token', 'sts.amazonaws.com')], 'and for whom')
    equal(shown['omitted'], 0, 'and that it is all')
    equal(place.rig.count('github:revoke'), 1, 'it is revoked at GitHub')
    ok(not os.path.exists(place.socket), 'the socket is gone')
    equal(place.agent(), None, 'and the agent')
    done = place.daypass('end')
    equal(done.code, 0, 'end again')
    like(done.out, '^(no session is running|the session has ended)$',
         'end again, perhaps in its last moment')
    place.daypass('token', 'dev')
    like(place.daypass('end').out, r'expires +dev, .*the session has ended',
         'end, for people')


def test_hold(place):
    bind(place)
    place.daypass('token', 'dev')
    equal(place.daypass('end', '--hold').code, 0, 'end --hold')
    done = place.daypass('token', 'dev')
    equal((done.code, done.out), (77, ''), 'no helper starts a new one')
    like(done.err, r'the session was ended \(daypass begin', 'and says so')
    equal(place.agent(), None, 'none is there')
    equal(place.daypass('begin').code, 0, 'begin')
    equal(place.daypass('token', 'dev').code, 0, 'works again')
    place.daypass('end')
    equal(place.daypass('end', '--hold').code, 0, '--hold without a session')
    equal(place.daypass('token', 'dev').code, 77, 'holds too')
    equal(place.daypass('begin').code, 0, 'until begin')


if __name__ == '__main__':
    tap.run(globals())
