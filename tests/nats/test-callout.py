#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""daypass-nats-callout and a real NATS server: who is let in, where to, and
until when."""

import hashlib
import os
import signal
import socket
import sys
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, '..'), HERE]

import tokens   # noqa: E402
from natsrig import (MAP, Client, Server, Setting,   # noqa: E402
                     issuer_section, make_key, tries)
from support import tap   # noqa: E402
from support.processes import read, wait_for   # noqa: E402
from support.tap import equal, less, like, ok   # noqa: E402


def test_permissions(place):
    with Setting(place) as it, Client(
            it.server, auth_token=it.token()) as client:
        equal(client.subscribe('web.7f3.>'), [], 'may subscribe to its own')
        equal(client.publish('web.7f3.a', b'hello'), [], 'may publish there')
        equal(client.messages, [('web.7f3.a', b'hello')], 'and hears it')
        equal(client.subscribe('_INBOX.7f3.1', 2), [], 'has its inbox')
        for subject in ('web.8aa.>', '>', '_INBOX.>', 'web.*.a', '$SYS.>',
                        '$SYS.REQ.USER.AUTH'):
            like(client.subscribe(subject, 3)[0], 'Permissions Violation',
                 f'may not subscribe to {subject}')
        for subject in ('web.8aa.a', 'web', '_INBOX.7f3.1',
                        '$SYS.REQ.USER.AUTH'):
            like(client.publish(subject)[0], 'Permissions Violation',
                 f'may not publish to {subject}')


def test_record(place):
    with Setting(place) as it:
        token = it.token(ttl=600)
        with Client(it.server, auth_token=token, name='a client'):
            pass
        record = it.callout.records()[0]
        data = record['data']
        equal((record['specversion'], record['type']),
              ('1.0', 'dev.daypass.nats.decision'), 'a CloudEvent')
        like(record['time'], r'^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$', 'its time')
        equal({name: data.get(name) for name in (
            'verdict', 'reason', 'issuer', 'subject', 'audience', 'map',
            'account', 'client_name', 'client_host')}, {
                'verdict': 'allow', 'reason': 'allowed',
                'issuer': place.rig['issuer'],
                'subject': 'org:acme/prj:web/env:7f3',
                'audience': 'nats.acme.io', 'map': 'web', 'account': 'APP',
                'client_name': 'a client', 'client_host': '127.0.0.1'},
              'who got what')
        equal(data['publish'], ['web.7f3.>'], 'may publish')
        equal(data['subscribe'], ['web.7f3.>', '_INBOX.7f3.>'],
              'may subscribe')
        equal(data['expires'], data['token_expires'], 'until the token does')
        equal(data['token_sha256'], hashlib.sha256(token.encode()).hexdigest(),
              'by which token')
        text = it.callout.said() + it.server.said()
        with open(it.callout.audit_path, encoding='utf-8') as audit:
            text += audit.read()
        ok(place.rig['mark'] not in text and token[-40:] not in text,
           'which stands nowhere')
        equal(oct(os.stat(it.callout.audit_path).st_mode & 0o777), '0o600',
              'the file is for nobody else')


def test_expiry(place):
    with Setting(place) as it:
        before = time.time()
        with Client(it.server, auth_token=it.token(ttl=3)) as client:
            like(client.wait_end(10), 'User Authentication Expired',
                 'with the token the connection ends')
        less(abs(time.time() - before - 3), 1.5, 'then')


def test_max_life(place):
    with Setting(place, maps=MAP + 'max-life = 2s\n') as it:
        before = time.time()
        with Client(it.server, auth_token=it.token(ttl=900)) as client:
            like(client.wait_end(10), 'User Authentication Expired',
                 'max-life ends it')
        less(abs(time.time() - before - 2), 1.5, 'then')


def test_passwords(place):
    """Other ways in there are not, beside the service's own."""
    with Setting(place) as it:
        ok(tries(it.server, user='static', **{'pass': 'static'}),
           'a user of the server\'s file')
        equal(it.callout.last()['reason'], 'malformed', 'is asked about too')
        ok(tries(it.server, user='auth', **{'pass': 'wrong'}),
           'a wrong password')
        equal(tries(it.server, user='x', **{'pass': it.token()}), None,
              'a token as a password')
        ok(tries(it.server, jwt=it.token()), 'but not as a jwt')
        token = it.token()
        ok(tries(it.server, auth_token='x', **{'pass': token}),
           'and not beside another auth_token')


MAPS = '''
[map "main"]
	claim = sub=repo:acme/web:ref:refs/heads/main
	claim = repository=acme/{repo}
	account = APP
	publish = deploy.{repo}.>
[map "groups"]
	claim = groups=team-{team}
	claim = nested/level=**
	claim = verified=true
	account = OPS
	subscribe = team.{team}.> workers
	deny-subscribe = team.{team}.secret
	respond = 1
[map "star"]
	claim = sub=user:*.example
	account = OPS
	publish = a
'''


def test_maps(place):
    with tokens.Issuer(place.rig) as issuer, Setting(
            place, issuers=issuer_section(place.rig, issuer.url),
            maps=MAPS) as it:
        main = 'repo:acme/web:ref:refs/heads/main'
        who = {'groups': ['x', 'team-red', 'team-blue'], 'verified': True,
               'nested': {'level': 'a/b:c'}}
        with Client(it.server, auth_token=issuer.mint(
                sub=main, repository='acme/web', **who)) as client:
            equal(it.callout.last()['map'], 'main', 'the first that fits')
            equal(client.publish('deploy.web.a'), [], 'publishes')
            ok(client.subscribe('deploy.web.a'),
               'no `subscribe`: hears nothing')
        with Client(it.server, auth_token=issuer.mint(sub='y', **who)
                    ) as client:
            equal(it.callout.last()['map'], 'groups', 'one of a list will do')
            equal(client.messages, [], 'nothing yet')
            client.send(b'SUB team.red.a workers 1\r\n')
            equal(client.flush(), [], 'a queue')
            client.send(b'SUB team.red.a others 2\r\n')
            ok(client.flush(), 'not another one')
            ok(client.subscribe('team.red.secret', 3), 'what is denied is')
            ok(client.publish('team.red.a'), 'no `publish`: says nothing')
        for name, more in {
                'without a claim': {**who, 'verified': None},
                'with a claim that is not so': {**who, 'verified': False},
                'with a claim of another type': {**who, 'verified': 1},
                'with no group that fits': {**who, 'groups': ['red']}}.items():
            ok(tries(it.server, auth_token=issuer.mint(sub='y', **more)),
               f'{name}: refused')
        equal(tries(it.server, auth_token=issuer.mint(sub='user:a.example')),
              None, 'a star')
        ok(tries(it.server, auth_token=issuer.mint(sub='user:a.b.example')),
           'crosses no dot')


def test_respond(place):
    maps = '''
[map "worker"]
	claim = sub=org:acme/prj:web/env:{env}
	account = APP
	subscribe = work.{env}
	respond = 1
	respond-within = 1m
[map "asker"]
	claim = sub=asker
	account = APP
	publish = work.*
	subscribe = _INBOX.>
'''
    with Setting(place, maps=maps) as it, Client(
            it.server, auth_token=it.token()) as worker, Client(
                it.server, auth_token=it.token(sub='asker')) as asker:
        worker.subscribe('work.7f3')
        asker.subscribe('_INBOX.1')
        ok(worker.publish('_INBOX.1'), 'an answer to nothing: refused')
        asker.publish('work.7f3', b'question', reply='_INBOX.1')
        worker.flush()
        equal(worker.publish('_INBOX.1', b'answer'), [], 'an answer')
        ok(worker.publish('_INBOX.1', b'more'), 'one only')
        asker.flush()
        equal(asker.messages, [('_INBOX.1', b'answer')], 'which arrives')


def test_two_issuers(place):
    """What one issuer says of its subjects counts for it alone."""
    with tokens.Issuer(place.rig) as other:
        issuers = issuer_section(place.rig) + issuer_section(
            place.rig, other.url, algorithm='ES256')
        maps = f'{MAP}issuer = {place.rig["issuer"]}\n' + \
            MAP.replace('"web"', '"other"').replace('APP', 'OPS') + \
            f'issuer = {other.url}\n'
        with Setting(place, issuers=issuers, maps=maps) as it:
            equal(tries(it.server, auth_token=it.token()), None, 'the one')
            equal(it.callout.last()['account'], 'APP', 'by its map')
            equal(tries(it.server, auth_token=other.mint('es')), None,
                  'the other')
            equal(it.callout.last()['account'], 'OPS', 'by its own')
            ok(tries(it.server, auth_token=other.mint('rs')),
               'an algorithm that its section does not allow')
            equal(it.callout.last()['reason'], 'algorithm', 'says so')
            crossed = tokens.token({'alg': 'ES256', 'kid': 'es'},
                                   tokens.claims(place.rig['issuer']),
                                   other.key['es'])
            ok(tries(it.server, auth_token=crossed),
               'the key of one for the name of the other')


def test_source_and_connection(place):
    with Setting(place, maps=MAP + 'source = 10.0.0.0/8\n') as it:
        ok(tries(it.server, auth_token=it.token()), 'from elsewhere')
        equal(it.callout.last()['reason'], 'source', 'says so')
    with Setting(place, maps=MAP + 'source = 10.0.0.0/8\n'
                 'source = 127.0.0.0/8\n') as it:
        equal(tries(it.server, auth_token=it.token()), None, 'from there')
    with Setting(place, maps=MAP + 'connection = mqtt\n') as it:
        ok(tries(it.server, auth_token=it.token()), 'another protocol')
        equal(it.callout.last()['reason'], 'connection', 'says so')
    with Setting(place, maps=MAP + 'connection = nats\n') as it:
        equal(tries(it.server, auth_token=it.token()), None, 'that protocol')


def test_xkey(place):
    with Setting(place, xkey=False) as it:
        equal(tries(it.server, auth_token=it.token()), None, 'in clear')
        it.callout.stop()
        _, mine = make_key(place, 'xkey', 'mine')
        with it.another(xkey=mine) as sealed:
            ok(tries(it.server, auth_token=it.token()),
               'in clear, where there is an xkey')
            equal(sealed.last()['reason'], 'encryption', 'refused')
    with Setting(place, xkey=True) as it:
        it.callout.stop()
        with it.another(xkey=mine) as other:
            ok(tries(it.server, auth_token=it.token()), 'another xkey')
            equal(other.last()['reason'], 'encryption', 'says so')
        with it.another(xkey=None) as none:
            ok(tries(it.server, auth_token=it.token()), 'no xkey')
            equal(none.last()['reason'], 'encryption', 'says so')
        with open(mine, encoding='ascii') as one, open(
                it.xkey, encoding='ascii') as two:
            place.write('both', one.read() + two.read())
        with it.another(xkey=place.path('both')):
            equal(tries(it.server, auth_token=it.token()), None,
                  'two xkeys: either will do')


def test_rotation(place):
    """A new signing key: first the service has both, then the server asks
    for the new one, then the old one goes. Nobody is refused."""
    with Setting(place) as it:
        public, path = make_key(place, 'signing-key', 'new')
        with open(it.signing, encoding='ascii') as old, open(
                path, encoding='ascii') as new:
            seeds = [old.read(), new.read()]
        place.write('sign', ''.join(seeds))
        it.callout.process.send_signal(signal.SIGHUP)
        ok(wait_for(lambda: public in it.callout.said(), 5), 'SIGHUP')
        equal(tries(it.server, auth_token=it.token()), None, 'the old key')
        it.server.issuer = public
        it.server.restart()
        it.serves_again()
        equal(tries(it.server, auth_token=it.token()), None, 'the new key')
        place.write('sign', 'rubbish\n')
        it.callout.process.send_signal(signal.SIGHUP)
        ok(wait_for(lambda: 'stay as they were' in it.callout.said(), 5),
           'a file without a seed: the keys stay')
        equal(tries(it.server, auth_token=it.token()), None, 'and serve')
        place.write('sign', seeds[0])
        it.callout.process.send_signal(signal.SIGHUP)
        ok(wait_for(lambda: it.callout.said().count(it.public) > 1, 5),
           'the old key alone')
        ok(tries(it.server, auth_token=it.token()), 'refused')
        equal(it.callout.last()['reason'], 'account-key', 'says so')
        like(it.callout.last()['detail'], public, 'and which key is wanted')


def test_metrics(place):
    with Setting(place) as it:
        for _ in range(3):
            tries(it.server, auth_token=it.token())
        tries(it.server, auth_token='x')
        seen = it.callout.metrics()
        equal((seen['daypass_nats_allowed_total'],
               seen['daypass_nats_refused_total{reason="malformed"}'],
               seen['daypass_nats_decision_seconds_count'],
               seen['daypass_nats_connected']), (3, 1, 4, 1), 'counted')
        less(seen['daypass_nats_decision_seconds_sum'], 1, 'measured')
        ok(seen[f'daypass_nats_keys{{issuer="{place.rig["issuer"]}"}}'] == 2,
           'the issuer\'s keys')
        port = it.callout.metrics_port
        for request, status in {
                'GET / HTTP/1.0\r\n\r\n': '404',
                'POST /metrics HTTP/1.0\r\n\r\n': '405',
                'GET ' + 'x' * 9000: '431'}.items():
            with socket.create_connection(('127.0.0.1', port), 5) as guest:
                guest.sendall(request.encode())
                like(guest.recv(100).decode(), f'^HTTP/1.1 {status}',
                     request[:20])


def test_hidden(place):
    with Setting(place) as it:
        pid = it.callout.process.pid
        status = read(pid, 'status').decode()
        like(status, r'NoNewPrivs:\s+1', 'no new privileges')
        like(read(pid, 'limits').decode(), r'Max core file size\s+0\s+0',
             'no core')
        with open(it.signing, encoding='ascii') as file:
            seed = file.read().strip()
        ok(seed not in it.callout.said() and seed not in
           read(pid, 'cmdline').decode() + read(pid, 'environ').decode(),
           'no seed in log, arguments, environment')


def test_environment(place):
    """Keys may come from the service's own environment."""
    with Setting(place) as it:
        it.callout.stop()
        with open(it.signing, encoding='ascii') as file:
            seed = file.read().strip()
        with it.another(signing='env:SIGNING', env={'SIGNING': seed}):
            equal(tries(it.server, auth_token=it.token()), None, 'env:')


def test_refused_by_the_server(place):
    with Setting(place) as it:
        it.callout.stop()
        service = it.another()
        place.write('password', 'wrong\n')
        with service.start(wait=False):
            ok(wait_for(lambda: 'does not want us' in service.said(), 15),
               'a wrong password is told', service.said())
            place.write('password', 'secret\n')
            ok(wait_for(service.serves, 15), 'and a new one is taken')
            equal(tries(it.server, auth_token=it.token()), None, 'serves')


def test_server_comes_back(place):
    with Setting(place) as it:
        it.server.stop(signal.SIGKILL)
        ok(wait_for(lambda: 'trying again' in it.callout.said(), 10),
           'the server is gone')
        it.server.start()
        it.serves_again()
        equal(tries(it.server, auth_token=it.token()), None, 'serves')


def test_starts_before_the_server(place):
    with Setting(place) as it:
        it.server.stop()
        it.callout.stop()
        with it.another().start(wait=False) as service:
            time.sleep(1)
            it.server.start()
            ok(wait_for(service.serves, 15), 'serves when it is there')


def test_tls(place):
    ca = place.rig.cloud.path
    good = (ca('ca', 'server-chain.crt'), ca('ca', 'server.key'))
    with Setting(place, server={'tls': good, 'timeout': 3}) as it:
        equal(tries(it.server, auth_token=it.token(), tls=place.rig['ca']),
              None, 'TLS')
        it.server.restart()
        it.serves_again()
        equal(it.callout.stop(), 0, 'and ends as it should')
    foreign = (ca('ca', 'foreign-certificate-chain.crt'),
               ca('ca', 'foreign-certificate.key'))
    with Setting(place) as it:
        it.callout.stop()
        it.server.stop()
        bad = Server(place, it.public, it.xpublic, tls=foreign)
        it.server = bad
        with bad:
            service = it.another()
            service.start(wait=False)
            time.sleep(2)
            ok('serving' not in service.said(),
               'not to a server with another\'s certificate')
            service.stop()


def test_end(place):
    with Setting(place) as it:
        with Client(it.server, auth_token=it.token()) as client:
            equal(it.callout.stop(), 0, 'SIGTERM: exit 0')
            equal(client.publish('web.7f3.a'), [], 'who is in stays in')
        equal(it.callout.said().count('ends'), 1, 'says so')


if __name__ == '__main__':
    tap.run(globals())
