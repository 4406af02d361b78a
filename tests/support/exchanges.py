# SPDX-License-Identifier: Apache-2.0
"""The table of exchanges, and how to ask all of them under one fault.

A row is a module of tests/exchange/rows; README.md there says what is in one.
"""

import importlib.util
import os
import re
from dataclasses import dataclass, field

from . import canary, tap

ROWS = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..',
                    'exchange', 'rows')


@dataclass
class Refusal:
    """One way to be refused."""
    name: str
    code: int = 77
    settings: dict = field(default_factory=dict)    # of the credential
    sections: list = None       # the whole configuration instead
    state: dict = field(default_factory=dict)       # of the cloud's world
    fault: dict = field(default_factory=dict)       # mode `fail` if not said
    arguments: tuple = None     # of `daypass token`; else the credential


class Row:
    def __init__(self, module):
        self.module = module
        self.exchange = module.EXCHANGE
        # Of its golden file: an exchange may have a row for each request.
        self.title = getattr(module, 'TITLE', module.EXCHANGE)
        self.credential = module.CREDENTIAL
        self.service = module.SERVICE       # None: it asks nobody
        self.operation = module.OPERATION
        self.configure = module.configure
        self.refusals = module.refusals

    @property
    def counted(self):
        return f'{self.service}:{self.operation}'

    def input(self, rig):
        """The credential that it takes; None: the id token."""
        found = re.search(rf'^\[credential "{re.escape(self.credential)}"\]$'
                          r'[^\[]*?^\tfrom = "(.*)"$',
                          '\n'.join(self.configure(rig)), re.M)
        return found and found[1]


def load(name):
    path = os.path.join(ROWS, name)
    spec = importlib.util.spec_from_file_location(
        f'rows.{name.removesuffix(".py")}', path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return Row(module)


def rows():
    return [load(name) for name in sorted(os.listdir(ROWS))
            if name.endswith('.py')]


def rounds(rig):
    """Those that take the id token, then those that take what another gave:
    while these are asked, the others are well."""
    asking = [row for row in rows() if row.service]
    return [[row for row in asking if bool(row.input(rig)) == chained]
            for chained in (False, True)]


def bind(place, timeout='20s'):
    sections = {}
    for row in rows():
        for section in row.configure(place.rig):
            head = section.split('\n', 1)[0]
            assert sections.setdefault(head, section) == section, \
                f'{row.exchange}: another row has a different {head}'
    place.configure(f'[http]\n\ttimeout = {timeout}\n', *sections.values())


def ask(place, asked, *options):
    """All at once: (row, exit code, stdout, stderr) of each."""
    started = [place.start('daypass', 'token', *options, row.credential)
               for row in asked]
    for row, process in zip(asked, started):
        out, err = process.communicate(timeout=120)
        yield row, process.returncode, out.decode(), err.decode()


def every(place, mode, **more):
    """Every exchange under one fault."""
    for asked in rounds(place.rig):
        place.rig.heal()
        place.rig.forget()
        for row in asked:
            place.rig.fault(row.service, mode, operation=row.operation,
                            **more)
        yield from ask(place, asked, '--force')
    place.rig.heal()


def every_handshake(place, mode):
    """Every exchange where TLS goes wrong; its input is in the vault, for it
    may come from the same service."""
    for asked in rounds(place.rig):
        place.daypass('end')
        place.rig.heal()
        for name in {row.input(place.rig) for row in asked} - {None}:
            tap.equal(place.daypass('token', name).code, 0, f'{name}: ready')
        for service in {row.service for row in asked}:
            place.rig.fault(service, mode, count=-1)
        yield from ask(place, asked)
    place.rig.heal()


def fails(place, mode, code, pattern, tries=None, **more):
    """It fails with this exit code and sentence, after so many tries."""
    for row, got, out, err in every(place, mode, count=-1, **more):
        name = f'{row.exchange}, {mode}'
        says_why(place, row, name, (got, out, err), code, pattern)
        if tries:
            tap.equal(place.rig.count(row.counted), tries,
                      f'{name}: tries {tries}')


def says_why(place, row, name, seen, code, pattern):
    got, out, err = seen
    tap.equal((got, out), (code, ''), f'{name}: exit {code}')
    tap.like(err, rf'^daypass: exchange {row.exchange}: .*{pattern}',
             f'{name}: says why')
    tap.equal(len(err.splitlines()), 1, f'{name}: in one line')
    wanted = canary.needles(place.rig.secrets())
    tap.ok(not canary.found_in(err.encode(), wanted), f'{name}: no secret')


def works(place, mode, tries, **more):
    for row, got, _, err in every(place, mode, **more):
        tap.equal((got, err), (0, ''), f'{row.exchange}, {mode}: works')
        tap.equal(place.rig.count(row.counted), tries,
                  f'{row.exchange}, {mode}: tries {tries}')


def refuse(place, row, refusal, command):
    """What `command(*arguments)`, of `daypass token`, gives where that is so.
    """
    rig = place.rig
    rig.heal()
    rig.cloud.world.reset()
    rig.change(**refusal.state)
    if refusal.fault:
        order = {'mode': 'fail', 'count': -1, 'operation': row.operation,
                 'service': row.service, **refusal.fault}
        rig.fault(**order)
    place.configure('[http]\n\ttimeout = 20s\n', *(
        refusal.sections or row.configure(rig, **refusal.settings)))
    return command(*(refusal.arguments or (row.credential,)))
