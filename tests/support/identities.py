# SPDX-License-Identifier: Apache-2.0
"""The table of identities, and how to ask one.

A row is a module of tests/identity/rows; README.md there says what is in one.
"""

import base64
import contextlib
import importlib.util
import json
import os
import shutil
from dataclasses import dataclass, field

from . import canary, sections, tap

ROWS = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..',
                    'identity', 'rows')
AUDIENCE = 'a.example'
SUB = 'org:acme/prj:web/env:7f3'    # the workspace's, in tests/cloud
# What is to be told from a command, a URL, JSON and a header.
HOSTILE = ('//iam.example/a b?c&d="e"$(f)', 'x y&z=%41+#', "';`id`|\\",
           'é{}[]', '--audience', '{"aud":"b"}', 'a' * 900)


@dataclass
class Refusal:
    """One way to be refused."""
    name: str
    code: int = 69
    env: dict = None        # instead of the row's
    settings: dict = None   # of [identity], instead of the row's
    audience: str = AUDIENCE
    state: dict = field(default_factory=dict)       # of the cloud's world
    fault: dict = None      # mode `fail` of the row's service, if not said
    programs: dict = field(default_factory=dict)    # name -> shell text
    files: dict = field(default_factory=dict)       # name -> what is in it
    hidden: bool = False    # nothing of the cloud's stand-ins is on PATH


class Row:
    """What a module says, and what it need not say."""
    SERVICE = OPERATION = PROGRAM = None
    STATIC = False          # it gives what was there before
    ANY_AUDIENCE = True     # and it gives it whatever was asked for
    TLS = False
    RAW = False             # the reply is the token, and not JSON
    AUTO = True             # `auto` may take it
    SUBJECT = SUB
    URL = None              # the variable that says whom to ask
    HOLDS = ()
    CREDENTIAL = None       # the variable that the platform knows a job by
    HERE = None             # what `doctor` says when it is here

    def __init__(self, module):
        for name, value in vars(module).items():
            if not name.startswith('_'):
                setattr(self, name, value)
        self.name = self.IDENTITY

    @staticmethod
    def settings(place, **more):
        return more

    @staticmethod
    def audience(place):
        """One that it can give a token for."""
        return AUDIENCE

    @staticmethod
    def untestable():
        """Why this machine cannot show where it is not."""
        return None

    @staticmethod
    def present(place):
        """Where else it is: name -> (environment, doctor's reason)."""
        return {}

    @staticmethod
    def variants(place):
        """Who else it can be: (name, environment, settings, subject)."""
        return ()

    @staticmethod
    def absent(place):
        """What `doctor` says where it is not here: name -> environment."""
        return {}

    @staticmethod
    def refusals(place):
        return ()


def rows():
    found = []
    for name in sorted(os.listdir(ROWS)):
        if name.endswith('.py'):
            spec = importlib.util.spec_from_file_location(
                f'rows.{name.removesuffix(".py")}', os.path.join(ROWS, name))
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            found.append(Row(module))
    return found


def claims(token):
    part = token.split('.')[1]
    return json.loads(base64.urlsafe_b64decode(part + '=' * (-len(part) % 4)))


def audiences(token):
    aud = claims(token)['aud']
    return aud if isinstance(aud, list) else [aud]


def use(place, row, timeout='20s', settings=None, name=None):
    """This identity and no other."""
    if settings is None:
        settings = row.settings(place)
    place.configure(f'[http]\n\ttimeout = {timeout}\n', sections.section(
        'identity', None, source=name or row.name, **settings))


def ask(place, audience=AUDIENCE, env=None, *options):
    return place.daypass('token', *(options or ('--force',)), '--audience',
                         audience, env=env or {})


def gives(place, row, name, audience=None, env=None, *options):
    """A token of this row's subject; returns it."""
    audience = audience or row.audience(place)
    done = ask(place, audience, row.around(place) if env is None else env,
               *options)
    if tap.ok(done.code == 0, f'{row.name}: {name}', done):
        token = done.out.strip()
        tap.equal((claims(token)['sub'], audience in audiences(token)),
                  (row.SUBJECT, True), f'{row.name}: {name}: whose, for whom')
    return done.out.strip()


def fails(place, row, name, code, pattern, env=None, audience=None):
    done = ask(place, audience or row.audience(place),
               row.around(place) if env is None else env)
    tap.like(f'{done.code} {done.out}', f'^{code} $',
             f'{row.name}, {name}: exit {code}')
    tap.like(done.err, rf'^daypass: (identity( {row.name})?|config|agent): '
             rf'.*{pattern}', f'{row.name}, {name}: says why')
    tap.equal(len(done.err.splitlines()), 1, f'{row.name}, {name}: in one line')
    tap.ok(not canary.found_in(done.err.encode(), canary.needles(
        place.rig.secrets())), f'{row.name}, {name}: no secret')
    return done


def program(place, name, text):
    """A program of that name, found before the cloud's."""
    return place.write(f'bin/{name}', f'#!/bin/sh\n{text}\n', 0o700)


@contextlib.contextmanager
def alone(place, row):
    """The program that it runs is on PATH, and none that others run."""
    if row.PROGRAM:
        shutil.copy(os.path.join(place.rig['bin'], row.PROGRAM), place.bin)
    yield
    if row.PROGRAM:
        os.unlink(os.path.join(place.bin, row.PROGRAM))


def probes(place, env):
    """What doctor says of each identity: name -> (here, reason)."""
    done = place.daypass('doctor', '--json', env=env)
    return {one['name']: (one['here'], one['reason'])
            for one in json.loads(done.out)['identities']}


def prepare(place, row, refusal):
    rig = place.rig
    rig.heal()
    rig.cloud.world.reset()
    rig.change(**refusal.state)
    if refusal.fault is not None:
        rig.fault(**{'mode': 'fail', 'count': -1, 'service': row.SERVICE,
                     'operation': row.OPERATION, **refusal.fault})
    for name, text in refusal.programs.items():
        program(place, name, text)
    for name, text in refusal.files.items():
        place.write(f'home/{name}', text)
    use(place, row, settings=refusal.settings)


def refuse(place, row, refusal, command):
    """What `command(env)` gives where that is so."""
    env = row.around(place) if refusal.env is None else refusal.env
    prepare(place, row, refusal)
    before = dict(place.env)
    if refusal.hidden:      # the PATH that counts is the agent's
        place.daypass('end')
        place.without_identity()
    done = command(env)
    if refusal.hidden:
        place.daypass('end')
        place.env = before
    for name in refusal.programs:
        os.unlink(place.path('bin', name))
    for name in refusal.files:
        os.unlink(place.path('home', name))
    return done
