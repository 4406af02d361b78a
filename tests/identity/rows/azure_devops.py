# SPDX-License-Identifier: Apache-2.0
from support.identities import Refusal

IDENTITY = 'azure-devops'
SERVICE, OPERATION = 'azure_pipelines', 'token'
TLS = True
CREDENTIAL = 'SYSTEM_ACCESSTOKEN'
URL = 'SYSTEM_OIDCREQUESTURI'
SUBJECT = 'p://acme/web/deploy'
ANY_AUDIENCE = False
HERE = 'SYSTEM_OIDCREQUESTURI is set'


def around(place):
    return {'TF_BUILD': 'True',
            'SYSTEM_OIDCREQUESTURI': place.rig['azure_pipelines'],
            'SYSTEM_ACCESSTOKEN': place.rig['azure_pipelines_token']}


def audience(place):
    return place.rig['azure_pipelines_audience']


def variants(place):
    job, connection = around(place), place.rig['azure_pipelines_connection']
    subject = 'sc://acme/web/azure'
    yield 'a connection', job, {'service_connection': connection}, subject
    variable = {'AZURESUBSCRIPTION_SERVICE_CONNECTION_ID': connection}
    yield 'the connection of a task', {**job, **variable}, {}, subject


def absent(place):
    return {'no job': {}, 'no access token': {
        **around(place), 'SYSTEM_ACCESSTOKEN': None}}


def refusals(place):
    job = around(place)
    yield Refusal('no job', env={})
    yield Refusal('no access token', env={**job, 'SYSTEM_ACCESSTOKEN': None})
    yield Refusal('the job is over', env={**job, 'SYSTEM_ACCESSTOKEN': 'x'})
    yield Refusal('another audience')
    yield Refusal('an unknown service connection', settings={
        'service_connection': 'x'})
    yield Refusal('a page to sign in at', fault={
        'mode': 'garbage', 'status': 203, 'body': '<html>sign in</html>'})
    yield Refusal('it says no', 77, fault={})
    yield Refusal('plain HTTP', 78, env={**job, URL: 'http://a.example/x'})
