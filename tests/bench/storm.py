# SPDX-License-Identifier: Apache-2.0
"""A thousand askers at once."""

import table
import warm
from cold import END
from runs import EMPTY, Run, in_turn, rounds, try_once
from support.place import Place

ASKERS = 1000
STEPS = ('identity:token', 'sts:AssumeRoleWithWebIdentity')


def section(rig):
    with Place(rig) as place:
        warm.configure(place, rig)
        asker = next(run for run in warm.helpers(place, rig)
                     if run.name.startswith('aws'))
        cold = Run('askers, no agent running', asker.command)
        hot = Run('askers, warm', asker.command)
        try_once(place, [asker])
        rig.forget()
        times = rounds(0.005)
        found = in_turn(place, [EMPTY, END, cold, hot], times, ASKERS)
        minted = [rig.count(step) / times for step in STEPS]
    base = found[EMPTY.name]
    table.heading(f'A storm: {ASKERS} at once')
    table.show(
        [f'{ASKERS} at once', 'all done after, ms', '× empty'],
        [[name, table.ms(time), table.ratio(time, base)]
         for name, time in found.items()])
    table.say(f'Mints a cold storm: {minted[0]:.3g} of the id token, '
              f'{minted[1]:.3g} of the credential; no asker failed.')
