#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What a login says when it is refused: every code of RFC 6749 (4.1.2.1, 5.2),
RFC 8628 (3.5) and OpenID Connect Core (3.1.2.6), at each place where it can be
met, and the whole sentence that a person gets to read."""

import os
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..'))

from support import canary, golden, signin, tap   # noqa: E402
from support.tap import ok   # noqa: E402

TOKEN = ('invalid_request', 'invalid_client', 'invalid_grant',
         'unauthorized_client', 'unsupported_grant_type', 'invalid_scope',
         'server_error', 'temporarily_unavailable', 'x_unheard_of')
REFRESH = (*TOKEN, 'invalid_target', 'interaction_required')
DEVICE = ('invalid_request', 'invalid_client', 'invalid_scope',
          'unauthorized_client', 'unsupported_grant_type', 'server_error')
POLL = ('access_denied', 'expired_token', 'invalid_grant', 'invalid_client',
        'invalid_request', 'unauthorized_client', 'unsupported_grant_type')
BROWSER = ('invalid_request', 'unauthorized_client', 'access_denied',
           'unsupported_response_type', 'invalid_scope', 'server_error',
           'temporarily_unavailable', 'interaction_required',
           'login_required', 'account_selection_required',
           'consent_required', 'x_unheard_of')
SAID = 'as the issuer puts it'


def order(place, operation, code):
    place.rig.heal()
    place.rig.fault('login', 'fail', operation=operation, count=-1, code=code,
                    status=401 if code == 'invalid_client' else 400,
                    message=SAID)


class Sentences:
    def __init__(self, place):
        self.place = place
        self.said = {}

    def hear(self, name, done):
        ok(done.code != 0 and len(done.err.splitlines()) == 1,
           f'{name}: refused, in one line', done)
        ok(not canary.found_in(done.err.encode(), canary.needles(
            self.place.rig.secrets())), f'{name}: no secret')
        self.said[name] = f'{done.code} {done.err}'


def test_sentences(place):
    sentences = Sentences(place)
    signin.configure(place)
    for code in REFRESH:
        place.rig.heal()
        assert signin.log_in(place).code == 0
        order(place, 'refresh_token', code)
        sentences.hear(f'refresh: {code}', signin.ask(place, '--force'))
    for code in TOKEN:
        order(place, 'authorization_code', code)
        sentences.hear(f'code: {code}', signin.log_in(place))
    place.rig.heal()
    for code in BROWSER:
        place.rig.change(login={'deny': code})
        sentences.hear(f'browser: {code}', signin.log_in(place))
    for code in DEVICE:
        order(place, 'device', code)
        sentences.hear(f'device: {code}', place.daypass('login', '--device'))
    place.rig.heal()
    for code in POLL:
        place.rig.change(login={'polls': [code]})
        sentences.hear(f'poll: {code}', place.daypass('login', '--device'))
    golden.check(os.path.join(HERE, 'golden', 'login.txt'), sentences.said)


if __name__ == '__main__':
    tap.run(globals())
