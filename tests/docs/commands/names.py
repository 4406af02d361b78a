# SPDX-License-Identifier: Apache-2.0
"""The names in the documentation, and what stands for them: hosts lead to
the cloud on loopback, words that a reader is to replace become the cloud's."""

import re

# Which service of tests/cloud answers under this host's name.
HOSTS = {
    'github.com': 'git',
    'gitlab.example.com': 'git',
    'git.example.com': 'git',
    'dev.azure.com': 'git',
    'source.developers.google.com': 'git',
    'git-codecommit.eu-west-1.amazonaws.com': 'codecommit',
    'octo-sts.dev': 'octo',
    'api.github.com': 'github',
    'sts.amazonaws.com': 'sts',
    'sts.us-east-1.amazonaws.com': 'sts',
    'sts.eu-west-1.amazonaws.com': 'sts',
    'web-data.s3.eu-west-1.amazonaws.com': 's3',
    'web-data.s3.amazonaws.com': 's3',
    's3.eu-west-1.amazonaws.com': 's3',
    'api.ecr.eu-west-1.amazonaws.com': 'ecr',
    'api.ecr-public.us-east-1.amazonaws.com': 'ecr_public',
    'sts.googleapis.com': 'gcp_sts',
    'iamcredentials.googleapis.com': 'gcp_iam',
    'storage.googleapis.com': 'gcs',
    'hello-abc-ew.a.run.app': 'function',
    'login.microsoftonline.com': 'entra',
    'vault.acme.io': 'vault',
    'acme.azurecr.io': 'acr',
    'acme.jfrog.io': 'jfrog',
    'quay.io': 'quay',
    'identity.docker.com': 'docker_hub',
    'sts.example.com': 'token_exchange',
    'sso.acme.io': 'token_exchange',
    'api.example.com': 'api',
}
# What a registry's client finds there; some of these are services of their
# own to daypass, which asks them for passwords.
REGISTRIES = (
    '123456789012.dkr.ecr.eu-west-1.amazonaws.com', 'public.ecr.aws',
    'europe-docker.pkg.dev', 'acme.azurecr.io', 'acme.jfrog.io',
    'acme-docker.jfrog.io', 'quay.io', 'registry-1.docker.io', 'dhi.io',
    'registry.acme.io', 'registry.example.com')
IMAGES = ('web', 'acme/web', 'docker-local/web', 'docker/library/alpine',
          'acme/web/web', 'library/alpine')
# What the reader has to replace.
WORDS = {
    'NUMBER': '1', 'PROJECT': 'acme', 'BUCKET': 'demo', 'IMAGE': 'web',
    'REPOSITORY': 'web', 'ORGANIZATION': 'acme', 'AUDIENCE': 'a.example',
    'TENANT': '00000000-0000-0000-0000-000000000000',
}
# Files and directories that are not ours to write: in the place instead.
ROOTS = ('/etc/daypass', '/var/log/daypass')
CLIENT = '11111111-1111-1111-1111-111111111111'
POOL, _ = POOLS = [
    '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/'
    + name for name in ('workspaces', 'p')]
ACCOUNTS = [f'{name}@acme.iam.gserviceaccount.com'
            for name in ('ci', 'invoker', 'hello-invoker')]
ROLES = 'arn:aws:iam::123456789012:role/dev', \
    'arn:aws:iam::210987654321:role/partner'
ANYBODY = [{'who': '*', 'repository': '*', 'actions': ['pull', 'push']}]


def replaced(place, text, more=()):
    """As its reader would have to write it here; words of `more` first."""
    for word, stand_in in dict(more).items():
        text = text.replace(word, stand_in)
    for root in ROOTS:
        text = text.replace(root, place.path(root[1:]))
    text = re.sub(r'\b(' + '|'.join(WORDS) + r')\b',
                  lambda found: WORDS[found[1]], text)
    programs = place.env['PATH'].partition(':')[0]
    return re.sub(r'/usr/(local/)?bin/(?=[a-z]+-credential-daypass)',
                  programs + '/', text)


def populate(rig):
    """The world knows the organisation of the documentation."""
    issuer = rig.cloud.issuer
    everyone = [f'principalSet:{pool}/{who}' for pool in POOLS
                for who in ('attribute.org/acme', '*')]
    rig.change(
        gcp=google(issuer, everyone), azure=azure(issuer),
        token={'access': ANYBODY},
        git={'subjects': {f'app:{CLIENT}': {'acme/web': 'write'}}},
        vault={'namespaces': {'': {'jwt': {'roles': {'web': {
            'bound_audiences': ['https://vault.acme.io']}}}}}},
        quay={'robots': {'acme+web': [{
            'issuer': issuer, 'subject': rig['sub'],
            'audiences': ['https://quay.io'],
            'api_scopes': ['repo:read', 'repo:write']}]}},
        jfrog={'providers': {'workspaces': {
            'audience': 'https://acme.jfrog.io'}}},
        token_exchange={'accepts': ['https://sts.example.com',
                                    'https://sso.acme.io/realms/acme'],
                        'audiences': ['api.example.com']},
        octo={'policies': {'acme/web': octo(rig)}},
        roles=roles(rig.cloud.world['roles']))


def roles(known):
    dev, partner = (known[arn] for arn in ROLES)
    logins = [{'Effect': 'Allow', 'Action': action, 'Resource': '*'}
              for action in ('ecr:*', 'ecr-public:*',
                             'sts:GetServiceBearerToken')]
    trust = dict(partner['trust'][0])
    trust['Condition'] = {'StringEquals': {'sts:ExternalId': 'acme-42'}}
    return {ROLES[0]: {'permissions': dev['permissions'] + logins},
            ROLES[1]: {'trust': [trust]}}


def octo(rig):
    policy = rig.cloud.world['octo']['policies']['acme/web']['daypass']
    return {'agent-read': {**policy, 'permissions': {'contents': 'read'}},
            'agent-write': policy}


def google(issuer, everyone):
    return {
        'providers': {f'{POOL}/providers/daypass': {
            'issuer': issuer, 'audiences': [], 'disabled': False,
            'mapping': {'google.subject': 'sub', 'attribute.org': 'org'}}},
        'service_accounts': {account: {
            'workload_identity_users': everyone, 'token_creators': everyone,
            'max_lifetime': 3600} for account in ACCOUNTS},
        'functions': {'hello': {'invokers': [
            f'serviceAccount:{account}' for account in ACCOUNTS]}},
        'buckets': {'demo': {'readers': [*everyone, *(
            f'serviceAccount:{account}' for account in ACCOUNTS)]}},
    }


def azure(issuer):
    return {
        'tenant': WORDS['TENANT'],
        'applications': {CLIENT: {'disabled': False, 'credentials': [
            {'issuer': issuer, 'subject': 'org:acme/prj:web/env:7f3',
             'audience': 'api://AzureADTokenExchange'}]}},
        'registry': {'readers': [f'app:{CLIENT}']},
    }
