# SPDX-License-Identifier: Apache-2.0
"""A get that finds no agent: the helper starts one, which reads its
configuration, asks the identity and trades its token."""

import table
import warm
from runs import EMPTY, Run, built, in_turn, rounds
from support.place import Place

END = Run('', [built('daypass'), 'end'])
PARTS = {
    'docker-credential-daypass, unbound host':
        'the agent and its configuration',
    'gcloud-credential-daypass': 'and an id token by `ona`',
    'aws-credential-daypass': 'and AWS credentials for it',
    'git-credential-daypass': 'or a GitHub token for it',
}


def section(rig):
    with Place(rig) as place:
        warm.configure(place, rig)
        runs = {run.name: run for run in warm.helpers(place, rig)}
        ona = Run('`ona idp token` alone', [
            rig['bin'] + '/ona', 'idp', 'token', '--audience', 'bench'])
        words = [EMPTY, ona]
        for name in PARTS:
            words += [END, runs[name]]
        times = in_turn(place, words, rounds(0.05))
    table.heading('A cold get, no agent running')
    table.show(['cold get', 'what it comes to', 'median, ms'], [
        [name, PARTS.get(name, ''), table.ms(time)]
        for name, time in times.items()])
