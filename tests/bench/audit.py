# SPDX-License-Identifier: Apache-2.0
"""What the audit costs: a warm get with it and without, and a mint whose
record has to be on the disk first."""

import os

import table
from runs import EMPTY, Run, built, in_turn, rounds, try_once
from support import sections
from support.place import Place


def configure(place, rig, *more):
    place.configure(sections.octo(rig), sections.git(rig),
                    sections.web_identity(rig), *more)


def home(place):
    return {name: place.env[name] for name in ('HOME', 'XDG_RUNTIME_DIR')}


def get(name, place, rig):
    asked = f'protocol=https\nhost={rig.git}\npath=acme/web.git\n\n'
    return Run(name, [built('git-credential-daypass'), 'get'],
               place.write('git.in', asked), env=home(place))


def mint(name, place):
    return Run(name, [built('daypass'), 'token', '--force', '--audience',
                      'bench'], env=home(place))


def audit(place, **more):
    return sections.section('audit', None, sink='file:' + os.path.join(
        place.make('audit'), 'records'), **more)


def show(what, times):
    base = times['without']
    table.show([what, 'median, µs', '× without'],
               [[name, table.us(time), table.ratio(time, base)]
                for name, time in times.items()])


def section(rig):
    with Place(rig) as bare, Place(rig) as written, Place(rig) as required:
        configure(bare, rig)
        configure(written, rig, audit(written))
        configure(required, rig, audit(required, required='yes'))
        places = {'without': bare, 'a file': written,
                  'a file, required': required}
        table.heading('A warm get, with the audit and without')
        runs = [get(name, place, rig) for name, place in places.items()]
        try_once(bare, runs)
        times = in_turn(bare, [EMPTY, *runs], rounds(2))
        del times[EMPTY.name]
        show('warm get', times)
        table.heading('A mint, with the audit and without')
        runs = [mint(name, place) for name, place in places.items()]
        show('mint of an id token', in_turn(bare, runs, rounds(0.2)))
