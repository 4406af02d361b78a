#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The audit in a stream of a real NATS server, killed or not, with and without
TLS."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import jetstream, processes, tap, trail   # noqa: E402
from support.collector import (   # noqa: E402
    check_all_there, configure, drained, mint, state)
from support.place import BUILD   # noqa: E402
from support.tap import equal, like, ok, unlike   # noqa: E402
from support.trail import log   # noqa: E402

SUBJECT = 'acme.audit'


def nats_here():
    if jetstream.program() is None:
        raise tap.Skip('no nats-server here')
    done = subprocess.run(['grep', '-q', 'libnats', os.path.join(
        BUILD, 'daypass-audit')], check=False)
    if done.returncode:
        raise tap.Skip('built without libnats')


def check_stream(place, server, name):
    messages = server.messages()
    check_all_there(place, [data for _, data in messages], name)
    return messages


def test_jetstream(place):
    nats_here()
    with jetstream.Server(place, SUBJECT) as server:
        configure(place, f'nats://127.0.0.1:{server.port}/{SUBJECT}')
        mint(place, 3)
        ok(drained(place), 'everything is acknowledged', state(place))
        messages = check_stream(place, server, 'JetStream')
        equal(len(messages), len(trail.lines(log(place))), 'and each once')
        for headers, data in messages[:2]:
            like(headers, f'Nats-Msg-Id: ?{json.loads(data)["id"]}',
                 'its id is what a second one is known by')
            like(headers, 'Content-Type: ?application/cloudevents\\+json',
                 'a CloudEvent')
        processes.kill(trail.writer(place))
        mint(place)
        ok(drained(place), 'after kill -9 of daypass-audit', state(place))
        check_stream(place, server, 'JetStream again')


def test_jetstream_killed_under_load(place):
    """kill -9 of the server, again and again, while there is work."""
    nats_here()
    with jetstream.Server(place, SUBJECT) as server:
        configure(place, f'nats://127.0.0.1:{server.port}/{SUBJECT}',
                  required='yes')
        place.daypass('begin')
        codes = []
        over = threading.Event()

        def work():
            while not over.is_set():
                codes.extend(mint(place))

        worker = threading.Thread(target=work)
        worker.start()
        for _ in range(4):
            time.sleep(0.4)
            server.stop(signal.SIGKILL)
            time.sleep(0.3)
            server.start()
        over.set()
        worker.join()
        ok(len(codes) > 8 and set(codes) == {0}, 'nobody was let down',
           codes)
        ok(drained(place), 'everything is acknowledged', state(place))
        messages = check_stream(place, server, 'a server that was killed')
        tap.note(f'{len(codes)} mints, {len(trail.lines(log(place)))} records, '
                 f'{len(messages)} messages')


def test_jetstream_without_a_stream(place):
    nats_here()
    with jetstream.Server(place, SUBJECT) as server:
        configure(place, f'nats://127.0.0.1:{server.port}/other')
        mint(place)
        now = processes.wait_for(lambda: (s := state(place))['error'] and s)
        like(now['error'], "stream of 'other'|no acknowledgement",
             'a subject that no stream has')
        ok(now['waiting'] > 0, 'waits', now)


def test_jetstream_tls(place):
    nats_here()
    authority = place.rig.cloud.authority
    conf = (f'tls {{ cert_file: "{authority.path("server-chain.crt")}", '
            f'key_file: "{authority.path("server.key")}" }}\n'
            'authorization { token: "letmein" }\n')
    with jetstream.Server(place, SUBJECT, conf, tls=place.rig['ca'],
                          token='letmein') as server:
        url = f'tls://localhost:{server.port}/{SUBJECT}'
        configure(place, url)
        mint(place)
        now = processes.wait_for(lambda: (s := state(place))['error'] and s)
        like(now['error'], r'localhost: cannot connect: .*\[audit\] '
             'credential', 'without a credential: not let in')
        unlike(now['error'], 'letmein', 'and no word of it')
        configure(place, url.replace('localhost', '127.0.0.2'))
        mint(place)
        now = processes.wait_for(lambda: (
            s := state(place))['error'] and '127.0.0.2' in s['sink'] and s)
        ok(not now['ok'], 'a name that is not in its certificate', now)


def test_jetstream_over_tls(place):
    nats_here()
    authority = place.rig.cloud.authority
    conf = (f'tls {{ cert_file: "{authority.path("server-chain.crt")}", '
            f'key_file: "{authority.path("server.key")}" }}\n')
    with jetstream.Server(place, SUBJECT, conf,
                          tls=place.rig['ca']) as server:
        configure(place, f'tls://localhost:{server.port}/{SUBJECT}')
        mint(place)
        ok(drained(place), 'everything is acknowledged', state(place))
        check_stream(place, server, 'TLS')


def test_built_without(place):
    """What this build cannot is a mistake that says so."""
    if shutil.which('strings') is None:
        raise tap.Skip('no strings here')
    configure(place, 'nats://127.0.0.1:1/x y')
    like(place.daypass('token', 'dev').err, r'nats://HOST\[:PORT\]|libnats',
         'a subject with a space')


if __name__ == '__main__':
    tap.run(globals())
