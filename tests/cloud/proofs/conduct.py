# SPDX-License-Identifier: Apache-2.0
"""The cloud itself: its faults, its clock, its log, its end."""

import json
import os
import socket
import subprocess
import threading
import time

from .client import LIMIT, error_code, equal, test, HERE


@test('faults come as ordered, as often as ordered')
def _(rig):
    def ask():
        return rig.web_identity(token=token)
    token = rig.token('sts.amazonaws.com')
    rig.fault('sts', 'fail', code='IDPCommunicationError', status=400)
    equal(error_code(ask()), (400, 'IDPCommunicationError'))
    equal(ask()[0], 200)
    rig.fault('sts', 'http-429', seconds=3)
    status, body, headers = ask()
    equal((status, headers['Retry-After'], 'Throttling' in body),
          (429, '3', True))
    rig.fault('sts', 'http-503', body='busy', operation='AssumeRole')
    equal(ask()[0], 200)
    rig.control('/fault', method='DELETE')
    rig.fault('sts', 'redirect')
    status, _, headers = ask()
    equal((status, headers['Location']), (307, rig['sts'] + '/redirected'))
    rig.fault('sts', 'oversize')
    assert len(ask()[1]) > 1 << 20
    rig.fault('sts', 'wrong-type')
    assert '<SecretAccessKey><unexpected/></SecretAccessKey>' in ask()[1]
    rig.fault('sts', 'date-skew', seconds=-7200)
    assert abs(time.time() - 7200 - seconds_of(ask()[2]['Date'])) < 5


def seconds_of(date):
    from email.utils import parsedate_to_datetime
    return parsedate_to_datetime(date).timestamp()


@test('faults of the connection: closed, cut off, stalled, slow')
def _(rig):
    url = rig['issuer'] + '/jwks'
    for mode, wanted in (('close', '000 '), ('truncate', '200 '),
                         ('stall', '000 '), ('slow', '200 ')):
        rig.fault('issuer', mode, seconds=0.5)
        start = time.monotonic()
        done = rig.run(['curl', '-qs', '--cacert', rig['ca'], '-m', '3', '-o',
                        '/dev/null', '-w', '%{http_code} ', url], check=False)
        took = time.monotonic() - start
        equal(done.stdout, wanted)
        equal(done.returncode == 0, mode == 'slow')
        equal(took > 0.4, mode in ('stall', 'slow'))


@test('the clock of the whole cloud can be set')
def _(rig):
    token = rig.token('sts.amazonaws.com')
    rig.control('/state', {'clock': {'skew': 7200}})
    equal(error_code(rig.web_identity(token=token)),
          (400, 'ExpiredTokenException'))
    rig.control('/state', {'clock': {'skew': 0}})
    equal(rig.web_identity(token=token)[0], 200)


@test('counts, a log without secrets, and every secret for the hunt')
def _(rig):
    rig.control('/counts', method='DELETE')
    token = rig.token('sts.amazonaws.com')
    rig.web_identity(token=token)
    rig.octo()
    equal(rig.control('/counts'), {'identity:token': 2, 'octo:exchange': 1,
                                   'sts:AssumeRoleWithWebIdentity': 1})
    secrets = rig.control('/seen-secrets')
    log = json.dumps(rig.control('/log'))
    assert token in secrets and not any(s in log for s in secrets)
    assert 'Bearer sha256:' in log


@test('four hundred clients at once are all answered')
def _(rig):
    address = ('127.0.0.1', int(rig['issuer'].split(':')[2].split('/')[0]))
    waiting = [socket.create_connection(address, LIMIT) for _ in range(400)]
    failed = []

    def ask(connection):
        try:
            with rig.tls.wrap_socket(connection,
                                     server_hostname='localhost') as secure:
                secure.sendall(b'GET /idp/jwks HTTP/1.1\r\nHost: localhost\r\n'
                               b'Connection: close\r\n\r\n')
                assert secure.recv(4096).startswith(b'HTTP/1.1 200')
        except Exception as error:
            failed.append(error)
    askers = [threading.Thread(target=ask, args=(c,)) for c in waiting]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert not failed, failed[:3]


@test('a second cloud ends on SIGTERM and leaves no socket')
def _(rig):
    directory = rig.path('second')
    with subprocess.Popen(
            ['/usr/bin/python3', os.path.join(HERE, 'cloud.py'), '--dir',
             directory], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE) as second:
        equal(second.stdout.readline(), b'ready\n')
        second.terminate()
        equal(second.wait(LIMIT), 0)
    assert not os.path.exists(os.path.join(directory, 'idp.sock'))
