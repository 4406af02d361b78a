# SPDX-License-Identifier: Apache-2.0
from support import sections
from support.exchanges import Refusal

EXCHANGE = 'azure-acr'
CREDENTIAL = 'images'
SERVICE, OPERATION = 'acr', 'exchange'


def configure(rig, **more):
    return [sections.entra(rig), sections.acr(rig, **more)]


def refusals(rig):
    def registry(**more):
        return {'azure': {'registry': more}}

    yield Refusal('an application without a role', state=registry(readers=[]))
    yield Refusal("a registry that wants tokens of its own", state=registry(
        arm=False))
    yield Refusal('a firewall', state=registry(closed=True))
    yield Refusal('another registry', settings={
        'registry': 'other.azurecr.io'})
    yield Refusal('a denial', fault={
        'status': 403, 'code': 'DENIED', 'message':
        'requested access to the resource is denied'})
    yield Refusal('no registry', 78, settings={'registry': []})
    yield Refusal('a registry elsewhere', 78, settings={
        'registry': 'images.acme.io', 'endpoint': []})
