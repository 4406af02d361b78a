#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Several principals in one session: whoever asks gets what is theirs, out of
the vault, out of a flight, and after a switch; never what is another's."""

import json
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import (   # noqa: E402
    clients, logins, processes, sections, signin, tap)
from support.logins import sub   # noqa: E402
from support.processes import wait_for   # noqa: E402
from support.tap import equal, like, ok   # noqa: E402

NAMES = ('ada', 'bob', 'eve')
MINTS = ('identity:token', 'token_exchange:token')


def bind(place, *more):
    place.configure(sections.token_exchange(place.rig), *more)


def homes(place):
    return logins.homes(place, NAMES)


def principal(place, token):
    """Whose this is, as the cloud knows."""
    grant = place.rig.cloud.issued.grant(token.strip(), 'token_exchange')
    return grant and grant.principal


def api(place, **env):
    done = place.daypass('token', 'api', env=env)
    return principal(place, done.out) or done.err


def is_each_their_own(place, environments, name):
    """Cold, then warm; one mint a step for each."""
    for temperature in ('cold', 'warm'):
        for who, env in environments.items():
            equal(api(place, **env), who, f'{name}, {temperature}: {who}')
    equal([place.rig.count(step) for step in MINTS],
          [len(environments)] * 2, f'{name}: minted once for each')


def test_by_home(place):
    bind(place)
    is_each_their_own(place, {sub(name): env for name, env in
                              homes(place).items()}, 'HOME')


def test_by_configuration_home(place):
    """Where XDG_CONFIG_HOME says where `ona` keeps its login. The agent has
    that of whoever started it, which is nobody else's."""
    bind(place)
    environments = {}
    for name, env in homes(place).items():
        environments[sub(name)] = {**env, 'XDG_CONFIG_HOME': env['HOME'],
                                   'HOME': place.home}
    is_each_their_own(place, environments, 'XDG_CONFIG_HOME')


def test_without_configuration_home(place):
    bind(place)
    environments = homes(place)
    ada = {**environments['ada'],
           'XDG_CONFIG_HOME': environments['ada']['HOME']}
    is_each_their_own(place, {sub('ada'): ada,
                              sub('bob'): environments['bob']},
                      'XDG_CONFIG_HOME of the first asker alone')


def test_home_of_a_child_session(place):
    """It chooses neither the program that runs for it nor whose login."""
    mint = '#!/bin/sh\nexec ona idp token --audience "$1"\n'
    place.make('home/bin')
    place.make('evil/bin')
    place.write(place.path('home/bin/mint'), mint, 0o700)
    place.write(place.path('evil/bin/mint'),
                f'#!/bin/sh\n: >{place.path("evil/ran")}\necho evil\n', 0o700)
    bind(place, '[identity]\n\tcommand = ~/bin/mint {audience}\n')
    mine = api(place)
    done = place.run('/usr/bin/python3', '-c', signin.LEADER, place.socket,
                     'daypass', 'token', '--force', 'api',
                     env={'HOME': place.path('evil'),
                          'DAYPASS_CONFIG': place.config})
    equal(principal(place, done.out), mine, 'the same as outside of it')
    ok(not os.path.exists(place.path('evil/ran')), 'its own is not run')
    theirs = homes(place)['bob']
    bind(place, '[identity]\n\tsource = ona\n')
    for more in ({}, {'XDG_CONFIG_HOME': theirs['HOME']}):
        done = place.run('/usr/bin/python3', '-c', signin.LEADER, place.socket,
                         'daypass', 'token', '--force', 'api',
                         env={**theirs, **more,
                              'DAYPASS_CONFIG': place.config})
        ok(principal(place, done.out) != sub('bob'), "not another home's",
           done)


def test_by_variables(place):
    bind(place, '[identity]\n\tsource = env\n\tvariable = JWT\n')
    token = {name: place.rig.token(place.rig['token_exchange'],
                                   sub=sub(name)) for name in NAMES}
    for _ in range(2):
        for name in NAMES:
            equal(api(place, JWT=token[name]), sub(name),
                  f'a variable: {name}')
    like(api(place, JWT=None), 'JWT is not set', 'none: nothing is given')
    equal(place.rig.count(MINTS[1]), 3, 'one exchange for each')


def test_jobs(place):
    """A workspace's identity, and jobs that bring their own."""
    place.without_identity()
    job = 'repo:acme/web:ref:refs/heads/main'
    bind(place)
    env = {'GITHUB_ACTIONS': 'true',
           'ACTIONS_ID_TOKEN_REQUEST_URL': place.rig['github_token_url'],
           'ACTIONS_ID_TOKEN_REQUEST_TOKEN':
               place.rig['github_request_token']}
    equal(api(place, **env), job, 'a job')
    like(api(place), 'no identity that is known', 'then somebody who is none')
    homes(place)
    place.daypass('end')
    ada = {'HOME': place.path('home-ada'), 'DAYPASS_CONFIG': place.config}
    equal(api(place, **ada), sub('ada'), 'a workspace')
    bind(place, '[identity]\n\tsource = github-actions\n')
    equal(api(place, **env, **ada), job, 'then a job in it')
    bind(place)
    equal(api(place, **env, **ada), sub('ada'), 'then the workspace')


def test_by_file(place):
    path = place.path('home/token')
    bind(place, f'[identity]\n\tsource = file\n\tfile = {path}\n')
    for name in (*NAMES, *NAMES):
        place.write('home/token', place.rig.token(
            place.rig['token_exchange'], sub=sub(name)))
        equal(api(place), sub(name), f'a file, replaced: {name}')
    for name in NAMES:
        token = place.rig.token(place.rig['token_exchange'], sub=sub(name))
        with open(path, 'w', encoding='ascii') as out:
            out.write(token)
        equal(api(place), sub(name), f'a file, written over: {name}')


def test_by_program(place):
    """The identity's command is replaced by another of that name."""
    bind(place)
    place.env['PATH'] = ':'.join((place.bin, place.env['PATH']))
    for name in (*NAMES, *NAMES):
        logins.program(place, sub(name))
        equal(api(place), sub(name), f'a command, replaced: {name}')


def outputs(started):
    return {name: [process.communicate(timeout=60)[0].decode()
                   for process in group] for name, group in started.items()}


def all_together(place, environments, count):
    started = {name: [] for name in environments}
    for _ in range(count):
        for name, env in environments.items():
            started[name].append(place.start('daypass', 'token', 'api',
                                             env=env))
    return {name: {principal(place, text) for text in group}
            for name, group in outputs(started).items()}


def test_at_once(place):
    """Flights of one credential for several principals, at one moment."""
    bind(place)
    environments = homes(place)
    wanted = {name: {sub(name)} for name in NAMES}
    place.rig.fault('token_exchange', 'delay', seconds=1, count=3)
    for name in ('cold', 'warm'):
        equal(all_together(place, environments, 30), wanted,
              f'90 askers of three principals, {name}: each has their own')
    equal([place.rig.count(step) for step in MINTS], [3, 3],
          'minted once for each')


def test_switch_in_flight(place):
    """Who asked as one, waits, and is not given what came after."""
    bind(place)
    place.write('home/who', sub('ada') + '\n')
    homes(place)
    place.rig.fault('token_exchange', 'delay', seconds=1)
    with place.start('daypass', 'token', 'api') as early:
        wait_for(lambda: place.rig.count(MINTS[1]))
        place.write('home/who', sub('bob') + '\n')
        logins.program(place)
        equal(api(place), sub('bob'), 'switched in flight: the later one')
        out, _ = early.communicate(timeout=60)
    equal(principal(place, out.decode()), sub('ada'), 'and the earlier one')
    equal(api(place), sub('bob'), 'afterwards')


def test_every_tool(place):
    rig = place.rig
    bind(place, sections.octo(rig), sections.git(rig),
         sections.web_identity(rig), sections.aws(),
         sections.docker('registry.rig.test'))
    environments = homes(place)
    ask = f'protocol=https\nhost={rig.git}\npath=acme/web\n\n'
    for command, said in ((('git-credential-daypass', 'get'), ask),
                          (('docker-credential-daypass', 'get'),
                           'registry.rig.test'),
                          (('aws-credential-daypass',), ''),
                          (('gcloud-credential-daypass',), '')):
        done = {}
        for _ in range(2):
            for name, env in environments.items():
                done.setdefault(name, set()).add(place.run(
                    *command, input=said, env={
                        **clients.git(place), **env,
                        'GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE': '//x'}).out)
        equal([len(texts) for texts in done.values()], [1] * 3,
              f'{command[0]}: each has the same again')
        equal(len(set.union(*done.values())), 3, 'and nobody another\'s')


def test_status_shows_them(place):
    bind(place)
    environments = homes(place)
    for env in environments.values():
        api(place, **env)
    done = place.daypass('status', env=environments['ada'])
    for name in NAMES:
        like(done.out, sub(name), f'daypass status shows {name}')
    document = json.loads(place.daypass('status', '--json',
                                        env=environments['ada']).out)
    equal(document['identity']['subject'], sub('eve'),
          'as JSON: the latest is the identity')


def test_session_of_one(place):
    """Nothing of this starts another agent."""
    bind(place)
    pids = set()
    for env in homes(place).values():
        api(place, **env)
        pids.add(place.agent())
    equal(len(pids), 1, 'three principals, one session')
    ok(processes.status(pids.pop()), 'which lives')


if __name__ == '__main__':
    tap.run(globals())
