# SPDX-License-Identifier: Apache-2.0
"""Sections of daypass's configuration that point at the cloud on loopback."""

import json


def section(word, name, **settings):
    """Underscores in keys become dashes; a list repeats its key."""
    lines = [f'[{word} "{name}"]' if name else f'[{word}]']
    for key, value in settings.items():
        values = value if isinstance(value, list) else [value]
        lines += [f'\t{key.replace("_", "-")} = "{v}"' for v in values]
    return '\n'.join(lines) + '\n'


def credential(name, exchange, **settings):
    return section('credential', name, exchange=exchange, **settings)


def octo(rig, name='github', **more):
    return credential(name, 'octo-sts', **{
        'identity_name': 'daypass', 'endpoint': rig['octo'],
        'revoke_endpoint': rig['github'], **more})


def web_identity(rig, name='dev', **more):
    return credential(name, 'aws-web-identity', **{
        'role': rig['role'], 'region': 'us-east-1', 'endpoint': rig['sts'],
        **more})


def assume_role(rig, name='deploy', **more):
    return credential(name, 'aws-assume-role', **{
        'from': 'dev', 'role': rig['role_deploy'], 'region': 'us-east-1',
        'endpoint': rig['sts'], **more})


def federation(rig, name='gcp', **more):
    return credential(name, 'gcp-federation', **{
        'audience': rig['gcp_audience'], 'endpoint': rig['gcp_sts'], **more})


def service_account(rig, name='gcp-ci', **more):
    return credential(name, 'gcp-service-account', **{
        'from': 'gcp', 'service_account': rig['service_account'],
        'endpoint': rig['gcp_iam'], **more})


def id_token(rig, name='invoker', **more):
    return credential(name, 'gcp-id-token', **{
        'from': 'gcp', 'service_account': rig['service_account'],
        'audience': 'https://hello.a.run.app', 'endpoint': rig['gcp_iam'],
        **more})


def invoker(rig, name='invoker', **more):
    """For whatever audience the request has."""
    return credential(name, 'gcp-id-token', **{
        'from': 'gcp', 'service_account': rig['service_account'],
        'endpoint': rig['gcp_iam'], **more})


def function(url, **more):
    return section('function', url, **{'credential': 'invoker', **more})


def downscope(rig, name='team', **more):
    return credential(name, 'gcp-downscope', **{
        'from': 'gcp', 'boundary': boundary('demo', 'team/'),
        'endpoint': rig['gcp_sts'], **more})


def boundary(bucket, prefix, role='storage.objectViewer'):
    """A Credential Access Boundary, as it stands within quotes."""
    name = f'projects/_/buckets/{bucket}'
    return json.dumps({'accessBoundary': {'accessBoundaryRules': [{
        'availableResource': f'//storage.googleapis.com/{name}',
        'availablePermissions': [f'inRole:roles/{role}'],
        'availabilityCondition': {'expression': (
            f"resource.name.startsWith('{name}/objects/{prefix}')")},
    }]}}).replace('"', '\\"')


def entra(rig, name='entra', **more):
    return credential(name, 'azure-federation', **{
        'tenant': rig['azure_tenant'], 'client_id': rig['azure_client'],
        'endpoint': rig['entra'], **more})


def acr(rig, name='images', **more):
    return credential(name, 'azure-acr', **{
        'from': 'entra', 'registry': 'acme.azurecr.io',
        'endpoint': rig['acr'], **more})


def token_exchange(rig, name='api', **more):
    return credential(name, 'token-exchange', **{
        'endpoint': rig['token_exchange'], 'audience': 'api.rig.test', **more})


def vault(rig, name='database', **more):
    return credential(name, 'vault', **{
        'role': 'web', 'endpoint': rig['vault'], **more})


def quay(rig, name='quay', **more):
    return credential(name, 'quay', **{
        'robot': 'acme+web', 'endpoint': rig['quay'], **more})


def jfrog(rig, name='jfrog', **more):
    return credential(name, 'jfrog', **{
        'provider_name': 'workspaces', 'endpoint': rig['jfrog'], **more})


def docker_hub(rig, name='hub', **more):
    return credential(name, 'docker-hub', **{
        'organization': 'acme', 'endpoint': rig['docker_hub'],
        'connection_id': '0b5b3c1e-6c3f-4e0a-9f8e-1d2c3b4a5f60', **more})


def git(rig, path='/acme', **more):
    return section('git', rig['git'] + path,
                   **{'credential': 'github', **more})


def docker(host, **more):
    return section('docker', host, **{'credential': 'id-token', **more})


def aws(profile='default', **more):
    return section('aws', profile, **{'credential': 'dev', **more})
