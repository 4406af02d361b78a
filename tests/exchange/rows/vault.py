# SPDX-License-Identifier: Apache-2.0
from support import sections
from support.exchanges import Refusal

EXCHANGE = 'vault'
CREDENTIAL = 'database'
SERVICE, OPERATION = 'vault', 'read'


def configure(rig, **more):
    return [sections.vault(rig, **{
        'path': 'database/creds/web', 'yields': 'basic', **more})]


def mistakes():
    yield Refusal('no endpoint', 78, settings={'endpoint': []})
    yield Refusal('a path with v1/', 78, settings={
        'path': 'v1/database/creds/web'})
    yield Refusal('a mount with auth/', 78, settings={'mount': 'auth/jwt'})
    yield Refusal('a kind that is none', 78, settings={'yields': 'password'})
    yield Refusal("another kind's field", 78, settings={'field': 'token=x'})
    yield Refusal('a field of nothing', 78, settings={
        'path': [], 'yields': 'bearer', 'field': 'token=x'})
    yield Refusal('a kind of nothing', 78, settings={'path': []})
    yield Refusal('a parameter that is none', 78, settings={
        'parameter': 'ttl'})
    yield Refusal('a namespace that is none', 78, settings={
        'namespace': 'a b'})


def answers():
    yield Refusal('what the policies do not allow', settings={
        'role': 'nobody'})
    yield Refusal('nothing at the path', settings={'path': 'secret/data/x'})
    yield Refusal('nothing mounted there', settings={'path': 'nothing/x'})
    yield Refusal('to be read, and written to', settings={
        'parameter': 'ttl=15m'})
    yield Refusal('to be written to, and read', settings={
        'path': 'kubernetes/creds/web', 'yields': 'bearer'})
    yield Refusal('a parameter is missing', settings={
        'path': 'kubernetes/creds/web', 'yields': 'bearer',
        'parameter': 'ttl=15m'}, fault={
            'mode': 'fail', 'operation': 'write', 'status': 400,
            'message': "'kubernetes_namespace' is required"})
    yield Refusal('wrapped', settings={'path': 'secret/data/wrapped'})
    yield Refusal('no such field', settings={'path': 'secret/data/web'})
    yield Refusal('not the field that was named', settings={
        'path': 'secret/data/web',
        'field': ['username=user', 'password=word']})
    yield Refusal('a token with one use', fault={
        'status': 400, 'message': 'Secret cannot be returned; token had one '
        'use left, so leased credentials were immediately revoked.'})
    yield Refusal('what is behind it has failed', 75, fault={
        'status': 502, 'message': 'could not reach the database'})
    yield Refusal('a standby that has not heard of it', 75, fault={
        'status': 412, 'message': 'required index state not present'})
    yield Refusal('too many leases', 75, fault={
        'status': 429, 'message': 'request path "database/creds/web": lease '
        'count quota exceeded'})


def refusals(rig):
    yield from mistakes()
    yield from answers()
