# SPDX-License-Identifier: Apache-2.0
import os

from support.identities import AUDIENCE, Refusal

IDENTITY = 'kubernetes'
STATIC = True
HOLDS = ()
HERE = 'there is a token file: /.*/token'


def around(place):
    path = place.write('home/token', place.rig.token(AUDIENCE))
    return {'AWS_WEB_IDENTITY_TOKEN_FILE': path}


def untestable():
    return 'this is a pod' if os.path.exists(
        '/var/run/secrets/kubernetes.io') else None


def absent(place):
    return {'no pod': {}, 'no token': {
        'KUBERNETES_SERVICE_HOST': '10.0.0.1',
        'AWS_WEB_IDENTITY_TOKEN_FILE': '/nonexistent/token'}}


def refusals(place):
    own = {'file': '~/own'}
    token = place.rig.token
    yield Refusal('no pod', env={})
    yield Refusal('no file', settings=own)
    yield Refusal('another audience', settings=own, files={
        'own': token('kubernetes.default.svc')})
    yield Refusal('expired', settings=own, files={
        'own': token(AUDIENCE, ttl=-9)})
    yield Refusal('empty', settings=own, files={'own': ''})
    yield Refusal('no JWT', settings=own, files={'own': 'opaque'})
    yield Refusal('huge', settings=own, files={'own': 'x' * 100000})
