#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What every identity keeps to: it is found where it is, it gives the id
token of whoever asks, for whom it was asked, and never somebody else's."""

import os
import shutil
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import canary, tap   # noqa: E402
from support.foreground import Foreground   # noqa: E402
from support.identities import (   # noqa: E402
    HOSTILE, alone, ask, gives, probes, rows, use)
from support.tap import equal, like, ok, skip   # noqa: E402

# The order in which `auto` asks.
ORDER = ['ona', 'gitpod', 'github-actions', 'buildkite', 'circleci',
         'azure-devops', 'gcp-metadata', 'fly', 'gitlab', 'bitbucket',
         'terraform-cloud', 'spacelift', 'semaphore', 'vercel', 'kubernetes']


def test_table(place):
    names = [row.name for row in rows()]
    equal([n for n in probes(place, {}) if n in ORDER], ORDER,
          'they are asked in this order')
    # A person's login is in nobody's environment: test-login.py has it.
    equal([n for n in probes(place, {}) if n not in [*names, 'login']], [],
          'each has a row')


def test_happy(place):
    for row in rows():
        use(place, row)
        env = row.around(place)
        first = gives(place, row, 'a token', env=env)
        kept = place.daypass('token', '--audience', row.audience(place),
                             env=env).out.strip()
        equal(kept, first, f'{row.name}: out of the vault')
        anew = gives(place, row, 'asked anew', env=env)
        equal(anew == first, row.STATIC, f'{row.name}: minted on demand or not')


def test_audiences(place):
    for row in rows():
        use(place, row)
        for number, audience in enumerate(HOSTILE):
            if row.ANY_AUDIENCE and not row.STATIC:
                gives(place, row, f'hostile audience {number}', audience)
            elif row.HOLDS:
                gives(place, row, f'hostile audience {number}', audience, {
                    **row.around(place),
                    row.HOLDS[0]: place.rig.token(audience)})


def test_variants(place):
    for row in rows():
        for name, env, settings, row.SUBJECT in row.variants(place):
            use(place, row, settings=settings)
            gives(place, row, name, env=env)


def test_older_names(place):
    """Where the command is not there that would be asked first."""
    found = {row.name: row for row in rows()}
    place.without_identity()
    shutil.copy(os.path.join(place.rig['bin'], 'gitpod'), place.bin)
    use(place, found['ona'])
    gives(place, found['ona'], 'as gitpod')
    use(place, found['circleci'])
    for name in ('CIRCLE_OIDC_TOKEN', 'CIRCLE_OIDC_TOKEN_V2'):
        gives(place, found['circleci'], f'by {name}', env={
            'CIRCLECI': 'true', name: place.rig.token('a.example')})


def test_no_shell(place):
    row = next(row for row in rows() if row.name == 'command')
    use(place, row)
    gives(place, row, 'as one word', HOSTILE[0])
    with open(place.path('home/argv'), encoding='utf-8') as argv:
        equal(argv.read(), f'--for\n{HOSTILE[0]}\na b\n', 'as they were said')


def test_here(place):
    """`auto` takes it, and doctor says why; where no other is."""
    place.without_identity()
    place.configure()
    for row in rows():
        if not row.AUTO:
            continue
        if row.untestable():
            skip(f'{row.name}: is here', row.untestable())
            continue
        with alone(place, row):
            env = row.around(place)
            for name, (where, why) in {'a job': (env, row.HERE),
                                       **row.present(place)}.items():
                here, reason = probes(place, {
                    'NO_GCE_CHECK': None, **where})[row.name]
                equal(here, True, f'{row.name}: {name}: is here')
                like(reason, f'^{why}', f'{row.name}: {name}: why')
            gives(place, row, 'by auto', env=env)


def test_nowhere(place):
    place.without_identity()
    place.configure()
    done = ask(place)
    equal((done.code, done.out), (69, ''), 'none is here: exit 69')
    like(done.err, r'\((gcp-metadata: NO_GCE_CHECK is set; )?none of ona, '
         r'gitpod, .*\): name one with \[identity\] source',
         'none is here: names them')
    for row in rows():
        if row.untestable():
            continue
        for name, env in row.absent(place).items():
            if not env:
                continue
            reason = probes(place, env)[row.name][1]
            done = ask(place, env=env)
            equal(done.code, 69, f'{row.name}: {name}: exit 69')
            ok(f'{row.name}: {reason}; ' in done.err,
               f'{row.name}: {name}: auto tells of what is nearly here', done)


def halves(env):
    """All but one."""
    for name in env:
        yield name, {n: v for n, v in env.items() if n != name}


def test_variables_are_not_mixed(place):
    """The agent's environment is as old as the agent; a job's is the asker's,
    and the whole of it or nothing."""
    for row in rows():
        use(place, row)
        env = row.around(place)
        alone_says = {name: ask(place, row.audience(place), half)
                      for name, half in halves(env)}
        place.daypass('end')
        with Foreground(place, **env):
            gives(place, row, "of the agent's, who has none", env={})
            for name, half in halves(env):
                if not half:
                    continue
                done = ask(place, row.audience(place), half)
                equal((done.code, done.err),
                      (alone_says[name].code, alone_says[name].err),
                      f'{row.name}: without {name}: nothing is added')
            gives(place, row, 'of who has all', env=env)


def test_principals_do_not_mix(place):
    """Two jobs in one session: each gets its own, also out of the vault."""
    for row in rows():
        use(place, row)
        audience = row.audience(place)
        env = row.around(place)

        def get(which):
            return place.daypass('token', '--audience', audience,
                                 env=which).out.strip()

        if row.HOLDS:
            own = [{**env, row.HOLDS[0]: place.rig.token(audience, sub=sub)}
                   for sub in ('mine', 'theirs')]
            for which in own + own:
                equal(get(which), which[row.HOLDS[0]],
                      f'{row.name}: each asker has their own')
        elif row.CREDENTIAL:
            ok(get(env), f'{row.name}: a job')
            equal(get({**env, row.CREDENTIAL: 'x'}), '',
                  f'{row.name}: another gets nothing of it')


def test_secrets(place):
    """In no argument, environment, URL or log."""
    asked = [row for row in rows() if row.name not in ('file', 'kubernetes')]
    use(place, asked[0])
    with Foreground(place) as agent, canary.Watch() as watch:
        for row in asked:
            use(place, row)
            env = row.around(place)
            row.given = [gives(place, row, 'watched', env=env)
                         for _ in range(3)]
        said = agent.said().encode()
    secrets = canary.needles(place.rig.secrets())
    for row in asked:
        found = watch.found(canary.needles(row.given))
        if row.STATIC:      # its job's environment is where it is
            found = [where for where in found if where[1] == 'cmdline']
        equal(found, [], f'{row.name}: in no argument and no environment')
    ok(not canary.found_in(said, secrets), 'in no log')
    urls = ''.join(e['path'] + e['query'] for e in place.rig.log())
    ok(urls and not canary.found_in(urls.encode(), secrets), 'in no URL')
    equal(canary.in_files(place.directory, secrets), [], 'in no file')


if __name__ == '__main__':
    tap.run(globals())
