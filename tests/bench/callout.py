# SPDX-License-Identifier: Apache-2.0
"""What it costs to be let in by daypass-nats-callout, beside the same server
with a user and a password: one connection after the other, in turn."""

import os
import statistics
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'nats'))

import table   # noqa: E402
from natsrig import Client, Server, Setting, why_not   # noqa: E402
from runs import rounds   # noqa: E402
from support.place import Place   # noqa: E402


def connect(server, **options):
    """Microseconds until the server has answered a PING."""
    before = time.perf_counter()
    with Client(server, **options):
        return (time.perf_counter() - before) * 1e6


def measure(place, xkey, times):
    """The times of a password and of a token, by turns."""
    with Setting(place, xkey=xkey) as it, Server(
            place, None, callout=False) as plain:
        token = it.token()
        found = {'password': [], 'token': []}
        for _ in range(times):
            found['password'].append(connect(
                plain, user='static', **{'pass': 'static'}))
            found['token'].append(connect(it.server, auth_token=token))
        metrics = it.callout.metrics()
        spent = metrics['daypass_nats_decision_seconds_sum'] * 1e6 / metrics[
            'daypass_nats_decision_seconds_count']
    return found, spent


def row(name, times, base, spent=None):
    median = statistics.median(times)
    last = sorted(times)[len(times) * 99 // 100]
    return [name, table.us(median), table.us(last),
            table.ratio(median, base), '' if spent is None else
            table.us(spent)]


def section(rig):
    table.heading('Being let in by a NATS server')
    reason = why_not()
    if reason:
        table.say(f'Not measured: {reason}.')
        return
    rows = []
    for name, xkey in (('a token', False), ('a token, requests sealed', True)):
        with Place(rig) as place:
            found, spent = measure(place, xkey, rounds(0.5))
        base = statistics.median(found['password'])
        if not rows:
            rows.append(row('a user and a password', found['password'], base))
        rows.append(row(name, found['token'], base, spent))
    table.show(['one connection', 'median, µs', '99 %, µs', '× password',
                'of it daypass-nats-callout, mean, µs'], rows)
