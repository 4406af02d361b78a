#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Requests that no server made, requests that come twice, and issuers that
are slow, broken or change their keys. Who is honest does not notice."""

import os
import sys
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, '..'), HERE]

import nkeys   # noqa: E402
import tokens   # noqa: E402
from natsrig import (MAP, Client, Setting, issuer_section,   # noqa: E402
                     tries)
from support import tap   # noqa: E402
from support.processes import wait_for   # noqa: E402
from support.tap import equal, less, like, ok   # noqa: E402

SUBJECT = '$SYS.REQ.USER.AUTH'


# A server that asks keeps everybody from publishing where it asks. Through
# one that does not, whoever has got into the callout's account can.
OPEN = {'xkey': False, 'server': {'callout': False}}


class Intruder:
    """Has the service's own password, and so is in its account."""

    def __init__(self, it):
        self.it = it
        self.client = Client(it.server, user='auth', **{'pass': 'secret'})
        self.client.subscribe('answer.>', 9)
        self.server = nkeys.Key('N')

    def ask(self, payload, seconds=0.5):
        """The answer, or None; and what was recorded."""
        self.client.messages.clear()
        before = len(self.it.callout.records())
        self.client.publish(SUBJECT, payload, reply='answer.1')
        wait_for(lambda: len(self.it.callout.records()) > before, seconds)
        self.client.flush()
        records = self.it.callout.records()[before:]
        # What is let in is written down first, and answered then.
        if records and records[0]['data']['verdict'] == 'allow':
            wait_for(lambda: self.client.messages, seconds)
        return (self.client.messages[0][1] if self.client.messages else None,
                records[0]['data'] if records else None)

    def request(self, token=None, **more):
        return nkeys.request(self.server, self.it.public,
                             token or self.it.token(), **more)


def test_requests(place):
    with Setting(place, **OPEN) as it:
        intruder = Intruder(it)
        server = intruder.server
        good = server.sign(intruder.request()).encode()
        answer, record = intruder.ask(good)
        equal(record['verdict'], 'allow', 'a good one is answered')
        claims = nkeys.decode(answer.decode())
        equal(claims['aud'], server.public, 'to the server that asked')
        user = nkeys.decode(claims['nats']['jwt'])
        equal((user['sub'], user['aud']), (claims['sub'], 'APP'),
              'about the user key that it named')
        answer, record = intruder.ask(good)
        equal((answer, record['reason']), (None, 'replay'),
              'the same again: no answer')
        now = int(time.time())
        other = nkeys.Key('N')
        account, user = nkeys.Key('A'), nkeys.Key('U')
        base = intruder.request()
        bad = {
            'another server\'s id': (server.sign(intruder.request(nats={
                'server_id': {'id': other.public}})), 'server'),
            'signed by another': (other.sign(intruder.request()), 'request'),
            'signed by an account': (account.sign(
                {**base, 'iss': account.public}), 'request'),
            'signed by a user': (user.sign(
                {**base, 'iss': user.public}), 'request'),
            'an issuer that is no key': (server.sign(
                {**base, 'iss': 'N' * 56}), 'request'),
            'alg none': (server.sign(intruder.request(), {
                'typ': 'JWT', 'alg': 'none'}), 'request'),
            'an answer': (server.sign({**base, 'nats': {
                **base['nats'], 'type': 'authorization_response'}}),
                'request'),
            'for another audience': (server.sign(
                intruder.request(aud='x')), 'request'),
            'an older version': (server.sign(
                intruder.request(nats={'version': 1})), 'request'),
            'without an end': (server.sign({
                n: v for n, v in base.items() if n != 'exp'}), 'request'),
            'old': (server.sign(intruder.request(exp=now - 60)), 'stale'),
            'from the future': (server.sign(
                intruder.request(exp=now + 3600)), 'stale'),
            'about an account': (server.sign(intruder.request(nats={
                'user_nkey': account.public})), 'request'),
            'about nobody': (server.sign(intruder.request(nats={
                'user_nkey': ''})), 'request'),
            'cut off': (good[:-30], 'request'),
            'no JWT': (b'hello', 'request'),
            'nothing': (b'', 'request'),
            'JSON': (b'{"nats":{}}', 'request'),
            'binary': (bytes(range(256)) * 8, 'request'),
            'as if sealed': (b'xkv1' + bytes(200), 'request'),
            'large': (b'e' * 300000, 'request'),
            'deep': (server.sign({'a': [[[]]] * 3, **base, 'nats': {
                'x': nest(100)}}), 'request'),
        }
        for name, (payload, reason) in bad.items():
            answer, record = intruder.ask(
                payload if isinstance(payload, bytes) else payload.encode())
            ok(record and answer is None and record['reason'] == reason and
               record['verdict'] == 'deny', f'{name}: {reason}, no answer',
               answer, record)
        answer, record = intruder.ask(server.sign(
            {**intruder.request(), 'sub': account.public}).encode())
        equal((answer, record['reason']), (b'', 'account-key'),
              'for another account: refused')
        long = intruder.request(it.token() + 'A' * 20000)
        equal(intruder.ask(server.sign(long).encode())[1]['reason'],
              'too-large', 'with a very long token')
        equal(intruder.ask(server.sign(intruder.request()).encode())[1][
            'verdict'], 'allow', 'and the service still serves')


def nest(depth):
    return [] if depth == 0 else [nest(depth - 1)]


def test_reflection(place):
    """An answer's subject is the asker's word: it makes no loop."""
    with Setting(place, **OPEN) as it:
        intruder = Intruder(it)
        intruder.client.publish(
            SUBJECT, intruder.server.sign({
                **intruder.request(), 'sub': nkeys.Key('A').public}).encode(),
            reply=SUBJECT)
        time.sleep(0.5)
        less(len(it.callout.records()), 4, 'few records')
        equal(intruder.ask(intruder.server.sign(
            intruder.request()).encode())[1]['verdict'], 'allow', 'serves')


def test_closed(place):
    """A server that asks lets nobody else ask."""
    with Setting(place, xkey=False) as it:
        like(str(Intruder(it).client.publish(SUBJECT, b'x')),
             'Permissions Violation', 'with the service\'s own password')


def test_flood(place):
    """Rubbish by the thousand; an honest client in between."""
    with Setting(place, **OPEN) as it:
        intruder = Intruder(it)
        line = b'PUB %s answer.1 5\r\nhello\r\n' % SUBJECT.encode()
        intruder.client.send(line * 5000)
        honest = Intruder(it)
        before = time.monotonic()
        honest.client.publish(SUBJECT, honest.server.sign(
            honest.request()).encode(), reply='answer.2')
        while not any('answer.2' == m[0] for m in honest.client.messages):
            honest.client.take()
        less(time.monotonic() - before, 1.5, 'is answered in time')
        ok(wait_for(lambda: len(it.callout.records()) >= 5001, 20),
           'all of it is recorded')


def both(place, stalling, **more):
    """Sections and maps for the cloud's issuer and one that misbehaves."""
    issuers = issuer_section(place.rig) + issuer_section(
        place.rig, stalling.url, **more)
    maps = f'{MAP}issuer = {place.rig["issuer"]}\n' \
        f'issuer = {stalling.url}\n'
    return {'issuers': issuers, 'maps': maps}


def test_stalled_issuer(place):
    with tokens.Issuer(place.rig) as issuer:
        issuer.fault = issuer.stall
        with Setting(place, **both(place, issuer)) as it:
            for _ in range(3):
                said = tries(it.server, auth_token=issuer.mint())
                ok(said and float(said.split()[-2]) < 1.95,
                   'its tokens are refused before the server gives up', said)
                equal(it.callout.last()['reason'], 'keys', 'says why')
                before = time.monotonic()
                equal(tries(it.server, auth_token=it.token()), None,
                      'the other issuer\'s are taken')
                less(time.monotonic() - before, 0.3, 'at once')


def test_keys_come_late(place):
    """A request that waits for keys is answered when they come."""
    with tokens.Issuer(place.rig) as issuer, Setting(
            place, **both(place, issuer)) as it:
        time.sleep(5.2)     # the least time between two fetches
        issuer.key['rs-new'] = tokens.make_rsa()
        issuer.keys.append(tokens.jwk('rs-new', issuer.key['rs-new']))
        issuer.fault = slowly
        before = time.monotonic()
        equal(tries(it.server, auth_token=issuer.mint('rs-new')), None,
              'a new key is fetched, and its token taken')
        ok(0.4 < time.monotonic() - before < 1.9, 'when it has come')
        equal(it.callout.metrics()['daypass_nats_waited_total'], 1,
              'counted')
        fetches = issuer.fetches
        issuer.fault = None
        for number in range(20):
            issuer.key['rs'] = tokens.make_rsa() if number == 0 else \
                issuer.key['rs']
            ok_once = tries(it.server, auth_token=issuer.mint(
                'rs', header={'kid': f'k{number}'}))
            if not ok_once or '0.' not in ok_once.split()[-2][:2]:
                ok(False, 'unknown keys are refused at once', ok_once)
        equal(it.callout.last()['reason'], 'unknown-key', 'unknown keys')
        less(issuer.fetches - fetches, 2, 'do not make us fetch each time')


def slowly(path, status, body):
    if path == '/keys':
        time.sleep(0.5)
    return status, body


def test_stale_keys(place):
    """What is known serves while the issuer is down, for as long as it is
    said; then it does not."""
    with tokens.Issuer(place.rig) as issuer, Setting(
            place, **both(place, issuer, refresh='1s', keep='3s')) as it:
        issuer.fault = issuer.refuse
        time.sleep(1.5)
        equal(tries(it.server, auth_token=issuer.mint()), None,
              'while it is down')
        ok(wait_for(lambda: 'HTTP 503' in it.callout.said(), 10),
           'which is told')
        time.sleep(3)
        ok(tries(it.server, auth_token=issuer.mint()), 'too long')
        equal(it.callout.last()['reason'], 'keys', 'says why')
        issuer.fault = None
        ok(wait_for(lambda: tries(
            it.server, auth_token=issuer.mint()) is None, 30),
           'when it is back it counts again')


def test_revoked_key(place):
    """A key that the issuer has taken back."""
    with tokens.Issuer(place.rig) as issuer, Setting(
            place, **both(place, issuer, refresh='1s')) as it:
        old = issuer.mint()
        equal(tries(it.server, auth_token=old), None, 'taken')
        issuer.keys = issuer.keys[1:]
        ok(wait_for(lambda: tries(it.server, auth_token=old), 5),
           'after the next fetch refused')


def test_bad_issuers(place):
    """Documents that prove nothing."""
    def wrong_issuer(path, status, body):
        return status, body.replace(b'"issuer":"https://localhost',
                                    b'"issuer":"https://127.0.0.1')

    def plain_keys(path, status, body):
        return status, body.replace(b'"jwks_uri":"https://localhost',
                                    b'"jwks_uri":"http://example.com')

    def not_json(path, status, body):
        return status, b'<html>'

    def no_keys(path, status, body):
        return status, b'{"keys":[]}' if path == '/keys' else body

    def too_large(path, status, body):
        return status, body + b' ' * (2 << 20)

    def elsewhere(path, status, body):
        return 302, b''

    for fault, pattern in ((wrong_issuer, 'speaks for another issuer'),
                           (plain_keys, 'no jwks_uri that may be asked'),
                           (not_json, 'invalid JSON'),
                           (no_keys, 'none of its 0 keys'),
                           (too_large, 'more than 1024 KiB'),
                           (elsewhere, 'HTTP 302|redirect')):
        with tokens.Issuer(place.rig) as issuer:
            issuer.fault = fault
            with Setting(place, **both(place, issuer)) as it:
                ok(wait_for(lambda: 'no keys from' in it.callout.said(), 10),
                   fault.__name__)
                like(it.callout.said(), pattern, 'says so')
                ok(tries(it.server, auth_token=issuer.mint()),
                   'nobody gets in')


def test_weak_keys(place):
    """Keys that are published, and too weak or meant for something else."""
    with tokens.Issuer(place.rig) as issuer:
        weak = tokens.make_rsa(1024)
        issuer.key.update({'rs-weak': weak, 'rs-enc': tokens.make_rsa(),
                           'rs-private': tokens.make_rsa(),
                           'rs-ops': tokens.make_rsa(),
                           'rs-512': tokens.make_rsa()})
        issuer.keys += [
            tokens.jwk('rs-weak', weak),
            tokens.jwk('rs-enc', issuer.key['rs-enc'], use='enc'),
            tokens.jwk('rs-private', issuer.key['rs-private'], d='AQAB'),
            tokens.jwk('rs-ops', issuer.key['rs-ops'], use=None,
                       key_ops=['encrypt']),
            tokens.jwk('rs-512', issuer.key['rs-512'], alg='RS512'),
            {'kty': 'oct', 'kid': 'oct', 'k': 'AAAA'}, {'kty': 'RSA'},
            {'kty': 'EC', 'kid': 'ec', 'crv': 'P-256', 'x': 'AA', 'y': 'AA'}]
        with Setting(place, issuers=issuer_section(
                place.rig, issuer.url)) as it:
            equal(tries(it.server, auth_token=issuer.mint()), None,
                  'the good one beside them')
            for kid in issuer.key:
                if kid.startswith('rs-'):
                    ok(tries(it.server, auth_token=issuer.mint(kid)),
                       f'{kid}: refused')
                    equal(it.callout.last()['reason'], 'unknown-key',
                          'as if it were not there')


if __name__ == '__main__':
    tap.run(globals())
