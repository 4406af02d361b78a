# SPDX-License-Identifier: Apache-2.0
from support import sections
from support.exchanges import Refusal

EXCHANGE = 'azure-federation'
CREDENTIAL = 'entra'
SERVICE, OPERATION = 'entra', 'token'
OTHER = '00000000-1111-2222-3333-444444444444'


def configure(rig, **more):
    return [sections.entra(rig, **more)]


def refusals(rig):
    client = rig['azure_client']

    def application(**more):
        return {'azure': {'applications': {client: more}}}

    def credentials(**more):
        return application(credentials=[{
            'issuer': rig['issuer'], 'subject': rig['sub'],
            'audience': 'api://AzureADTokenExchange', **more}])

    yield Refusal('another issuer', state=credentials(issuer='https://i'))
    yield Refusal('another subject', state=credentials(subject='me'))
    yield Refusal('a subject in other letters', state=credentials(
        subject=rig['sub'].upper()))
    yield Refusal('another audience', settings={'token_audience': 'sts'})
    yield Refusal('no federated credential', state=application(credentials=[]))
    yield Refusal('no record, in older words', fault={
        'status': 401, 'code': 'invalid_client', 'message':
        'AADSTS70021: No matching federated identity record found for '
        'presented assertion.'})
    yield Refusal('a token that has expired', fault={
        'status': 401, 'code': 'invalid_client', 'message':
        'AADSTS700024: Client assertion is not within its valid time range.'})
    yield Refusal('a key that nobody knows', fault={
        'status': 401, 'code': 'invalid_client', 'message':
        'AADSTS7000272: The certificate used to sign the federated credential '
        'could not be found in the metadata of identity provider.'})
    yield Refusal('a signature that does not fit', fault={
        'status': 401, 'code': 'invalid_client', 'message':
        'AADSTS700027: Client assertion failed signature validation.'})
    yield Refusal('an issuer that Entra cannot read', fault={
        'status': 400, 'code': 'invalid_request', 'message':
        'AADSTS501661: Request to External OIDC endpoint failed.'})
    yield Refusal('a token of Entra itself', fault={
        'status': 401, 'code': 'invalid_client', 'message':
        'AADSTS700222: AAD-issued tokens may not be used for federated '
        'identity flows.'})
    yield Refusal('a tenant that forbids it', fault={
        'status': 400, 'code': 'unauthorized_client', 'message':
        'AADSTS700238: Tenant has blocked federated identity credential use.'})
    yield Refusal('another application', settings={'client_id': OTHER})
    yield Refusal('an application that is disabled', state=application(
        disabled=True))
    yield Refusal('another tenant', settings={'tenant': OTHER})
    yield Refusal('a tenant that is none', fault={
        'status': 400, 'code': 'invalid_request', 'message':
        "AADSTS900023: Specified tenant identifier is neither a valid DNS "
        'name, nor a valid external domain.'})
    yield Refusal('a tenant of another cloud', fault={
        'status': 400, 'code': 'invalid_request', 'message':
        'AADSTS90038: The specified tenant belongs to a National Cloud.'})
    yield Refusal('another resource', settings={
        'scope': 'https://vault.azure.net/.default'})
    yield Refusal('a scope that Entra does not take', fault={
        'status': 400, 'code': 'invalid_scope', 'message':
        'AADSTS1002012: The provided value for scope is not valid.'})
    yield Refusal('a scope that Entra does not know', fault={
        'status': 400, 'code': 'invalid_scope', 'message':
        "AADSTS70011: The provided value for the input parameter 'scope' "
        'is not valid.'})
    yield Refusal('a resource that wants an assignment', fault={
        'status': 400, 'code': 'invalid_grant', 'message':
        'AADSTS501051: Application is not assigned to a role.'})
    yield Refusal('Conditional Access', fault={
        'status': 400, 'code': 'access_denied', 'message':
        'AADSTS53003: Access has been blocked by Conditional Access '
        'policies.'})
    yield Refusal('a directory that is away', 75, fault={
        'status': 400, 'code': 'temporarily_unavailable', 'message':
        'AADSTS90033: A transient error has occurred. Please try again.'})
    yield Refusal('a scope that is none', 78, settings={'scope': 'User.Read'})
    yield Refusal('a tenant for everybody', 78, settings={'tenant': 'common'})
    yield Refusal('no application id', 78, settings={'client_id': 'ci'})
    yield Refusal('nothing said', 78, settings={'tenant': []})
    yield Refusal('no such cloud', 78, settings={'cloud': 'AzureGermanCloud'})
