# SPDX-License-Identifier: Apache-2.0
from support.identities import Refusal

IDENTITY = 'gcp-metadata'
SERVICE, OPERATION = 'gcp_metadata', 'identity'
RAW = True
URL = 'GCE_METADATA_HOST'
SUBJECT = '108234567890123456789'
HERE = 'GCE_METADATA_HOST is set'


def around(place):
    return {'GCE_METADATA_HOST': place.rig['gcp_metadata']}


def untestable():
    try:
        with open('/sys/class/dmi/id/product_name', encoding='utf-8') as name:
            return 'this is Google Cloud' if 'Google' in name.read() else None
    except OSError:
        return None


def variants(place):
    """Through whatever stands for the address, none of which is asked here."""
    yield 'on loopback by name', {'GCE_METADATA_HOST': place.rig[
        'gcp_metadata'].replace('127.0.0.1', 'localhost')}, {}, SUBJECT


def present(place):
    return {'Cloud Run': ({'K_SERVICE': 'web'}, 'K_SERVICE is set'),
            'a job there': ({'CLOUD_RUN_JOB': 'web'}, 'CLOUD_RUN_JOB is set'),
            'App Engine': ({'GAE_SERVICE': 'web'}, 'GAE_SERVICE is set')}


def absent(place):
    return {'elsewhere': {}, 'switched off': {'NO_GCE_CHECK': 'true'},
            'Knative on any cluster': {
                'K_SERVICE': 'web', 'KUBERNETES_SERVICE_HOST': '10.0.0.1'}}


def refusals(place):
    yield Refusal('may not', fault={})
    yield Refusal('no service account', fault={
        'status': 404, 'message': 'The requested URL was not found'})
    yield Refusal('another server there', env={
        URL: place.rig['control'].removeprefix('http://')})
    yield Refusal('plain HTTP elsewhere', 78, env={URL: 'metadata.example'})
    yield Refusal('something else than a host', 78, env={
        URL: '127.0.0.1@evil.example'})
    yield Refusal('nobody there', 75, env={URL: '127.0.0.1:1'})
