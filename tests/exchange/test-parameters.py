#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Keys of an exchange that change what is asked for, and codes that are worth
another try although the status says that they are final."""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import sections, tap   # noqa: E402
from support.tap import equal, ok   # noqa: E402


def mint(place, credential, *sections_):
    place.configure(*sections_)
    return place.daypass('token', '--force', credential)


def test_web_identity_tries_again(place):
    section = sections.web_identity(place.rig)
    for code in ('IDPCommunicationError', 'Throttling'):
        place.rig.heal()
        place.rig.fault('sts', 'fail', status=400, code=code)
        equal(mint(place, 'dev', section).code, 0, f'{code}: tried again')


def test_assume_role(place):
    rig = place.rig

    def chain(**settings):
        return mint(place, 'deploy', sections.web_identity(rig),
                    sections.assume_role(rig, **settings))

    equal(chain(role=rig['role_partner'],
                external_id=rig['external_id']).code, 0, 'the external id')
    equal(chain(tag=['Team=web', 'Cost Center=7/3']).code, 0, 'tags')


def test_token_exchange(place):
    done = mint(place, 'api', sections.token_exchange(
        place.rig, scope=['read', 'write'], resource='https://api.rig.test',
        requested_token_type='jwt'))
    ok(done.out.startswith('ey'), 'all its parameters', done)


if __name__ == '__main__':
    tap.run(globals())
