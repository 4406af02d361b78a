# SPDX-License-Identifier: Apache-2.0
import os

from support.identities import Refusal

IDENTITY = 'fly'
SERVICE, OPERATION = 'fly', 'token'
RAW = True
AUTO = False    # only the real socket counts
SUBJECT = 'acme:web:quiet-sun'


def around(place):
    return {'FLY_MACHINE_ID': '148e21ea7e46e8'}


def settings(place, **more):
    return {'socket': place.rig['fly_socket'], **more}


def untestable():
    return 'this is a Fly Machine' if os.path.exists('/.fly/api') else None


def absent(place):
    return {'no machine': {}, 'no socket': around(place)}


def refusals(place):
    yield Refusal('may not', fault={})
    yield Refusal('it says no', 77, fault={
        'status': 400, 'message': 'aud: expected a string'})
    yield Refusal('no socket', settings={'socket': '/nonexistent/api'})
    yield Refusal('a path that is none', 78, settings={'socket': 'api'})
    yield Refusal('a path that is too long', 78, settings={
        'socket': '/' + 'x' * 200})
