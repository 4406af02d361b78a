#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What a tool says of a credential that was rejected: it is dropped if it is
the one that the tool means, whoever else asks at that moment."""

import json
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import sections, tap   # noqa: E402
from support.processes import wait_for   # noqa: E402
from support.tap import equal, like, ok   # noqa: E402

EXCHANGE = 'octo:exchange'
TOKEN = 'identity:token'
HOST = 'registry.rig.test'
MANY = 50


def bind(place):
    rig = place.rig
    place.configure(sections.octo(rig), sections.git(rig),
                    sections.docker(HOST))


def request(place, password=None):
    said = f'protocol=https\nhost={place.rig.git}\npath=acme/web\n'
    if password is not None:
        said += f'username=x-access-token\npassword={password}\n'
    return said + '\n'


def password_in(text):
    return dict(line.partition('=')[::2]
                for line in text.splitlines()).get('password')


def get(place):
    done = place.run('git-credential-daypass', 'get', input=request(place))
    return password_in(done.out) or done.err


def erase(place, password):
    done = place.run('git-credential-daypass', 'erase',
                     input=request(place, password))
    return done.code, done.out, done.err


def start(place, verb, password=None):
    return place.start('git-credential-daypass', verb), \
        request(place, password)


def all_at_once(started):
    """Each is told what to ask when all of them run; their outputs."""
    for process, said in started:
        process.stdin.write(said.encode())
        process.stdin.close()
        process.stdin = None
    ended = [process.communicate(timeout=60) for process, _ in started]
    wrong = [err for process, (_, err) in zip((p for p, _ in started), ended)
             if err or process.returncode]
    return [out.decode() for out, _ in ended], wrong


def docker(place, verb):
    return place.run('docker-credential-daypass', verb, input=HOST)


def docker_secret(place):
    return json.loads(docker(place, 'get').out)['Secret']


def test_only_what_is_meant(place):
    bind(place)
    first = get(place)
    for other in ('another', first[:-1], first + 'x', ''):
        equal(erase(place, other), (0, '', ''), 'erase of another password')
    done = place.run('git-credential-daypass', 'erase', input=request(place))
    equal((done.code, done.err), (0, ''), 'erase of none')
    equal(get(place), first, 'it stays')
    equal(erase(place, first), (0, '', ''), 'erase of what it is')
    second = get(place)
    ok(second.startswith('ghs_') and second != first, 'it goes', second)
    equal(erase(place, first), (0, '', ''), 'erase of the older one, late')
    equal((get(place), place.rig.count(EXCHANGE)), (second, 2),
          'the newer one stays')
    counters = json.loads(place.daypass('status', '--json').out)['counters']
    equal(counters['failures'], 0, 'none of this is a failure')


def test_rejected_again(place):
    """A second one within 10 s: no loop."""
    bind(place)
    erase(place, get(place))
    erase(place, get(place))
    place.rig.forget()
    reason = get(place)
    like(reason, rf'^daypass: target .*{place.rig.git}/acme/web rejects what '
         rf'\[git "https://{place.rig.git}/acme"\] hands it: credential '
         r'github, presented as sub=org:acme/prj:web/env:7f3 '
         r'aud=octo-sts.dev iss=https://localhost:\d+/idp, twice within 10 s',
         'the next get names binding, credential and claims')
    equal(place.rig.counts(), {}, 'and asks nobody')
    third = get(place)
    ok(third.startswith('ghs_'), 'the one after it is served', third)
    like(place.daypass('status').out, 'rejects what', 'status tells of it')


def test_parallel_rejections(place):
    """Many processes were handed one credential and all have it rejected:
    that is one rejection."""
    bind(place)
    first = get(place)
    said, wrong = all_at_once([start(place, 'erase', first)
                               for _ in range(MANY)])
    equal((set(said), wrong), ({''}, []), f'{MANY} erases of one credential')
    said, wrong = all_at_once([start(place, 'get') for _ in range(MANY)])
    found = {password_in(text) for text in said}
    equal((len(found), wrong), (1, []), f'{MANY} gets: all have the same')
    ok(found != {first}, 'a new one')
    equal(place.rig.count(EXCHANGE), 2, 'minted once')


def test_erase_beside_get(place):
    """Rejections of the old one arrive while others fetch the new one."""
    bind(place)
    first = get(place)
    started = [start(place, *order) for _ in range(MANY)
               for order in (('erase', first), ('get',))]
    said, wrong = all_at_once(started)
    equal(wrong, [], f'{MANY} erases beside {MANY} gets: no error')
    found = {password_in(text) for text in said[1::2]}
    ok(None not in found and len(found | {first}) == 2,
       'each get has the old one or the new one', found)
    last = get(place)
    ok(last != first and found <= {first, last}, 'the new one has stayed')
    equal(place.rig.count(EXCHANGE), 2, 'minted once')
    place.daypass('end')
    equal(place.rig.count('github:revoke'), 2,
          'what was erased is revoked at the end all the same')


def test_erase_beside_flight(place):
    """What is in the air is nobody's to erase."""
    bind(place)
    first = get(place)
    erase(place, first)
    place.rig.fault('octo', 'delay', seconds=1)
    getters = [start(place, 'get') for _ in range(5)]
    for process, said in getters:
        process.stdin.write(said.encode())
        process.stdin.close()
        process.stdin = None
    wait_for(lambda: place.rig.count(EXCHANGE) == 2)
    _, wrong = all_at_once([start(place, 'erase', first)
                            for _ in range(MANY)])
    equal(wrong, [], 'erases while it is being minted')
    found = {password_in(process.communicate(timeout=60)[0].decode())
             for process, _ in getters}
    equal((len(found), found), (1, {get(place)}), 'it lands, and stays')
    equal(place.rig.count(EXCHANGE), 2, 'minted once')


def test_other_principal(place):
    """The same password from another home means another entry."""
    bind(place)
    first = get(place)
    done = place.run('git-credential-daypass', 'erase',
                     input=request(place, first),
                     env={'HOME': place.make('other'),
                          'DAYPASS_CONFIG': place.config})
    equal((done.code, done.err, get(place)), (0, '', first), 'it stays')


def test_docker(place):
    """Its erase has no password: it drops, and is never a rejection."""
    bind(place)
    seen = set()
    for _ in range(5):
        seen.add(docker_secret(place))
        done = docker(place, 'erase')
        equal((done.code, done.err), (0, ''), "docker's erase")
    equal(len(seen), 5, 'each get is served, with a new one')
    equal(place.rig.count(TOKEN), 5, 'minted for it')


def test_docker_at_once(place):
    bind(place)
    docker_secret(place)
    started = [(place.start('docker-credential-daypass', verb), HOST)
               for _ in range(MANY) for verb in ('erase', 'get')]
    said, wrong = all_at_once(started)
    equal(wrong, [], f'docker: {MANY} erases beside {MANY} gets: no error')
    secrets = {json.loads(text)['Secret'] for text in said[1::2]}
    ok(secrets <= set(place.rig.secrets()), 'each get has a good one')
    ok(place.rig.count(TOKEN) <= MANY + 1, 'no more mints than erases')
    counters = json.loads(place.daypass('status', '--json').out)['counters']
    equal(counters['failures'], 0, 'and no rejection')


if __name__ == '__main__':
    tap.run(globals())
