#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""daypass doctor under every refusal that the rows of identities and
exchanges know: the same sentence as the tool's, and what to do about it."""

import json
import os
import re
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..'))

from support import (   # noqa: E402
    canary, exchanges, golden, identities, signin, tap)
from support.tap import equal, ok   # noqa: E402


def sentences(room, title):
    """Of the golden file: name -> (exit code, the sentence without the command
    that would show more)."""
    found = golden.read(os.path.join(HERE, '..', room, 'golden',
                                     f'{title}.txt'))
    parts = {name: re.fullmatch(
        r'(\d+) daypass: (.*?)( \(daypass doctor [^()]*\))?', text)
        for name, text in found.items()}
    return {name: (int(part[1]), part[2]) for name, part in parts.items()
            if part}


def asked_about(arguments):
    """What doctor is to be asked, who would have asked for a token."""
    if arguments[0] == '--audience':
        return ['id-token', arguments[1]]
    if arguments[0] == '--for':
        return ['token', arguments[1]]
    return ['token', *arguments]


def says(check, sentence):
    """Of what is wrong before anything is tried, the check's own name stands
    for the stage."""
    cause = golden.plain(check['cause'])
    return cause == sentence or \
        sentence in (f'config: {cause}', f'identity: {cause}')


def doctor(place, title, name, wanted, done):
    """A check that fails says it, and what to do about it."""
    code, sentence = wanted
    failed = [check for check in json.loads(done.out)['checks']
              if not check['ok']]
    equal(done.code, code, f'{title}: {name}: exit {code}')
    found = [check for check in failed if says(check, sentence)]
    ok(found, f'{title}: {name}: the sentence', sentence, failed)
    ok(all(check['remedy'] for check in found),
       f'{title}: {name}: what to do', failed)
    ok(not canary.found_in((done.out + done.err).encode(), canary.needles(
        place.rig.secrets())), f'{title}: {name}: no secret')


def test_identities(place):
    for row in identities.rows():
        if row.untestable():
            tap.skip(row.name, row.untestable())
            continue
        place.configure()
        wanted = sentences('identity', row.name)
        for refusal in row.refusals(place):
            place.daypass('end')
            doctor(place, row.name, refusal.name, wanted[refusal.name],
                   identities.refuse(place, row, refusal, lambda env: (
                       place.daypass('doctor', '--json', 'id-token',
                                     refusal.audience, env=env))))


def test_login(place):
    """A person's, when it is to be renewed; and where nobody has logged in."""
    signin.configure(place)
    done = place.daypass('doctor', '--json', 'id-token', signin.CLIENT)
    ok(done.code == 69 and any(check['remedy'] == 'daypass login' for check in
                               json.loads(done.out)['checks']),
       'login: nobody has: daypass login', done)
    wanted = sentences('identity', 'login')
    for name in wanted:
        kind, _, code = name.partition(': ')
        if kind != 'refresh':
            continue
        place.rig.heal()
        ok(signin.log_in(place).code == 0, f'login: {name}: logged in')
        place.rig.fault('login', 'fail', operation='refresh_token', count=-1,
                        code=code, message='as the issuer puts it',
                        status=401 if code == 'invalid_client' else 400)
        doctor(place, 'login', name, wanted[name], place.daypass(
            'doctor', '--json', 'id-token', signin.CLIENT))


def test_exchanges(place):
    for row in exchanges.rows():
        wanted = sentences('exchange', row.title)
        for refusal in row.refusals(place.rig):
            place.daypass('end')
            doctor(place, row.title, refusal.name, wanted[refusal.name],
                   exchanges.refuse(place, row, refusal, lambda *arguments: (
                       place.daypass('doctor', '--json',
                                     *asked_about(arguments)))))


if __name__ == '__main__':
    tap.run(globals())
