# SPDX-License-Identifier: Apache-2.0
from support import sections
from support.exchanges import Refusal

EXCHANGE = 'azure-federation'
CREDENTIAL = 'entra'
SERVICE, OPERATION = 'entra', 'token'
OTHER = '00000000-1111-2222-3333-444444444444'

# What Entra says of some that the cloud on loopback does not look at: status,
# code, words.
TOKENS = (
    ('no record, in older words', 401, 'invalid_client',
     'AADSTS70021: No matching federated identity record found for presented '
     'assertion.'),
    ('a token that has expired', 401, 'invalid_client',
     'AADSTS700024: Client assertion is not within its valid time range.'),
    ('a key that nobody knows', 401, 'invalid_client',
     'AADSTS7000272: The certificate used to sign the federated credential '
     'could not be found in the metadata of identity provider.'),
    ('a signature that does not fit', 401, 'invalid_client',
     'AADSTS700027: Client assertion failed signature validation.'),
    ('an issuer that Entra cannot read', 400, 'invalid_request',
     'AADSTS501661: Request to External OIDC endpoint failed.'),
    ('a token of Entra itself', 401, 'invalid_client',
     'AADSTS700222: AAD-issued tokens may not be used for federated identity '
     'flows.'),
    ('a tenant that forbids it', 400, 'unauthorized_client',
     'AADSTS700238: Tenant has blocked federated identity credential use.'),
)
TENANTS = (
    ('a tenant that is none', 400, 'invalid_request',
     'AADSTS900023: Specified tenant identifier is neither a valid DNS name, '
     'nor a valid external domain.'),
    ('a tenant of another cloud', 400, 'invalid_request',
     'AADSTS90038: The specified tenant belongs to a National Cloud.'),
)
SCOPES = (
    ('a scope that Entra does not take', 400, 'invalid_scope',
     'AADSTS1002012: The provided value for scope is not valid.'),
    ('a scope that Entra does not know', 400, 'invalid_scope',
     "AADSTS70011: The provided value for the input parameter 'scope' is not "
     'valid.'),
    ('a resource that wants an assignment', 400, 'invalid_grant',
     'AADSTS501051: Application is not assigned to a role.'),
    ('Conditional Access', 400, 'access_denied',
     'AADSTS53003: Access has been blocked by Conditional Access policies.'),
)


def said(rows):
    for name, status, code, message in rows:
        yield Refusal(name, fault={
            'status': status, 'code': code, 'message': message})


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
    yield from said(TOKENS)
    yield Refusal('another application', settings={'client_id': OTHER})
    yield Refusal('an application that is disabled', state=application(
        disabled=True))
    yield Refusal('another tenant', settings={'tenant': OTHER})
    yield from said(TENANTS)
    yield Refusal('another resource', settings={
        'scope': 'https://vault.azure.net/.default'})
    yield from said(SCOPES)
    yield Refusal('a directory that is away', 75, fault={
        'status': 400, 'code': 'temporarily_unavailable', 'message':
        'AADSTS90033: A transient error has occurred. Please try again.'})
    yield Refusal('a scope that is none', 78, settings={'scope': 'User.Read'})
    yield Refusal('a tenant for everybody', 78, settings={'tenant': 'common'})
    yield Refusal('no application id', 78, settings={'client_id': 'ci'})
    yield Refusal('nothing said', 78, settings={'tenant': []})
    yield Refusal('no such cloud', 78, settings={'cloud': 'AzureGermanCloud'})
