# SPDX-License-Identifier: Apache-2.0
"""The world: who trusts whom, and how long things live.

One JSON document. `GET /state` of the control port shows it; `POST /state`
merges into it as RFC 7386 says (null removes).
"""

import copy
import threading
import time

ACCOUNT = '123456789012'
OTHER_ACCOUNT = '210987654321'
DEV = f'arn:aws:iam::{ACCOUNT}:role/dev'
ECR = f'arn:aws:iam::{ACCOUNT}:role/ecr'
DEPLOY = f'arn:aws:iam::{OTHER_ACCOUNT}:role/deploy'
PARTNER = f'arn:aws:iam::{OTHER_ACCOUNT}:role/partner'
PUBLISH = f'arn:aws:iam::{OTHER_ACCOUNT}:role/publish'
EXTERNAL_ID = 'acme-7f3'
POOL = '//iam.googleapis.com/projects/1/locations/global/' \
    'workloadIdentityPools/p'
PROVIDER = f'{POOL}/providers/w'
ACTIONS_PROVIDER = f'{POOL}/providers/g'
SERVICE_ACCOUNT = 'ci@acme.iam.gserviceaccount.com'
RELAY = 'relay@acme.iam.gserviceaccount.com'
AZURE_TENANT = '0b1c2d3e-4f50-4617-8283-94a5b6c7d8e9'
AZURE_CLIENT = '6f1e2d3c-4b5a-4978-8695-a4b3c2d1e0f9'
AZURE_REGISTRY = 'acme.azurecr.io'
AZURE_DEVOPS = '499b84ac-1321-427f-aa17-267ca6975798'
REGISTRY_SERVICE = 'registry.rig.test'
SUB = 'org:acme/prj:web/env:7f3'
ROBOT = 'acme+web'
JFROG_USER = 'web-ci'
CONNECTION = '0b5b3c1e-6c3f-4e0a-9f8e-1d2c3b4a5f60'


class World:
    def __init__(self, issuer, actions_issuer):
        self.lock = threading.Lock()
        self.issuers = (issuer, actions_issuer)
        self.state = default_state(*self.issuers)

    def __getitem__(self, name):
        return self.state[name]

    def now(self):
        return time.time() + self.state['clock']['skew']

    def life(self, service, asked=None):
        """Seconds a service's credential lives: what the world says, else
        what was asked for."""
        fixed = self.state['lifetimes'].get(service)
        return asked if fixed is None else fixed

    def merge(self, patch):
        # The services read without the lock: they see the old or the new.
        with self.lock:
            self.state = merge(copy.deepcopy(self.state), patch)

    def reset(self):
        with self.lock:
            self.state = default_state(*self.issuers)

    def snapshot(self):
        with self.lock:
            return copy.deepcopy(self.state)


def merge(target, patch, keeps_null=False):
    if not isinstance(patch, dict):
        return patch
    target = target if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None and not keeps_null and name != 'client':
            target.pop(name, None)
        else:
            target[name] = merge(target.get(name), value, name in NULLS)
    return target


# Where null is a value: a lifetime as asked for, a claim to leave out.
NULLS = ('lifetimes', 'claims', 'metadata', 'device_reply',
         'token_reply')


def default_state(issuer, actions_issuer):
    return {
        'clock': {'skew': 0},
        'identity': {'sub': SUB, 'ttl': 3600, 'alg': 'RS256', 'claims': {}},
        'github_token': {'sub': 'repo:acme/web:ref:refs/heads/main',
                         'ttl': 300, 'alg': 'RS256', 'claims': {}},
        **workloads(),
        'lifetimes': {'sts': None, 'ecr': 43200, 'gcp_sts': 3600,
                      'gcp_iam': None, 'entra': 3600, 'acr': 10800,
                      'octo': 3600, 'token': 300,
                      'token_exchange': 3600,
                      'vault': None, 'quay': None, 'jfrog': None,
                      'docker_hub': None},
        'login': login_state(),
        **aws_state(issuer, actions_issuer),
        **google_state(issuer, actions_issuer),
        'azure': azure_state(issuer),
        'octo': octo_state(issuer, actions_issuer),
        **registries_state(issuer),
        'vault': vault_state(issuer),
        'git': {
            'challenges': ['Basic'],    # add 'Bearer' for newer gits
            'subjects': {
                'org:acme/prj:web/*': {'acme/web': 'write',
                                       'acme/other': 'read'},
                f'app:{AZURE_CLIENT}': {'acme/web': 'write'},
                f'serviceAccount:{SERVICE_ACCOUNT}': {'acme/web': 'write'},
            },
        },
        'token': {'access': [
            {'who': 'org:acme/prj:web/*', 'repository': 'acme/*',
             'actions': ['pull', 'push']},
            {'who': ECR, 'repository': '*', 'actions': ['pull', 'push']},
            {'who': f'serviceAccount:{SERVICE_ACCOUNT}', 'repository': '*',
             'actions': ['pull', 'push']},
            {'who': f'app:{AZURE_CLIENT}', 'repository': '*',
             'actions': ['pull', 'push']},
            {'who': f'robot:{ROBOT}', 'repository': 'acme/*',
             'actions': ['pull', 'push']},
            {'who': f'user:{JFROG_USER}', 'repository': 'acme/*',
             'actions': ['pull', 'push']},
            {'who': 'organization:acme', 'repository': 'acme/*',
             'actions': ['pull', 'push']},
        ]},
        'token_exchange': {
            # What an id token's aud may be beside this service's own URL.
            'accepts': ['token-exchange', 'https://sts.rig.test'],
            'audiences': ['api.rig.test', 'https://api.rig.test'],
            'scopes': ['read', 'write'],
            'client': None,     # or {"id": ..., "secret": ...}
        },
    }


def login_state():
    return {
        'client': 'daypass-cli', 'secret': '',
        'redirects': ['http://127.0.0.1/callback'],
        'scopes': ['openid', 'email', 'offline_access'],
        'sub': 'ada@acme.example', 'ttl': 300, 'claims': {},
        'rotate': True, 'leeway': 0,    # seconds that a used one still works
        'always_refresh': False,        # without offline_access too
        'forbidden': [],                # grants that the client may not use
        'deny': '',                     # what the browser comes back with
        'iss': '',                      # an issuer's name; False: none is said
        'interval': 1, 'device_life': 600,
        'polls': [],                    # what the first polls are told
        # what the documents say otherwise
        'metadata': {}, 'reply': {}, 'device_reply': {}, 'token_reply': {},
    }


def workloads():
    """Whose tokens the services of services/workload.py issue."""
    subjects = {
        'buildkite': ('organization:acme:pipeline:web:ref:refs/heads/main:'
                      'commit:4c2e:step:deploy', 300),
        'azure_pipelines': ('p://acme/web/deploy', 600),
        'gcp_metadata': ('108234567890123456789', 3600),
        'fly': ('acme:web:quiet-sun', 600),
    }
    return {name: {'sub': sub, 'ttl': ttl, 'alg': 'RS256', 'claims': {}}
            for name, (sub, ttl) in subjects.items()}


def web_trust(provider, sub):
    return {
        'Effect': 'Allow',
        'Action': 'sts:AssumeRoleWithWebIdentity',
        'Principal': {'Federated':
                      f'arn:aws:iam::{ACCOUNT}:oidc-provider/{provider}'},
        'Condition': {
            'StringEquals': {f'{provider}:aud': 'sts.amazonaws.com'},
            'StringLike': {f'{provider}:sub': sub}},
    }


def role_trust(principal, **conditions):
    statement = {
        'Effect': 'Allow',
        'Action': ['sts:AssumeRole', 'sts:TagSession',
                   'sts:SetSourceIdentity'],
        'Principal': {'AWS': principal},
    }
    return {**statement, **conditions}


def allow(action, resource):
    return {'Effect': 'Allow', 'Action': action, 'Resource': resource}


def bucket(name):
    return allow('s3:*', [f'arn:aws:s3:::{name}', f'arn:aws:s3:::{name}/*'])


def aws_state(issuer, actions_issuer):
    provider = issuer.removeprefix('https://')
    actions = actions_issuer.removeprefix('https://')
    web = [web_trust(provider, 'org:acme/prj:web/*'),
           web_trust(actions, 'repo:acme/web:*')]
    return {
        'aws': {
            'min_duration': 900,    # what DurationSeconds may be at least
            'providers': {provider: ['sts.amazonaws.com'],
                          actions: ['sts.amazonaws.com']},
            'managed_policies': {
                'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess':
                    [allow(['s3:Get*', 's3:List*'], '*')],
            },
        },
        'roles': {
            DEV: {'trust': web, 'max_session': 43200, 'permissions': [
                bucket('web-data'),
                allow(['codecommit:GitPull', 'codecommit:GitPush'],
                      f'arn:aws:codecommit:*:{ACCOUNT}:web'),
                allow('sts:AssumeRole', [DEPLOY, PARTNER])]},
            ECR: {'trust': web, 'max_session': 3600, 'permissions': [
                allow('ecr:*', '*'), allow('ecr-public:*', '*'),
                allow('sts:GetServiceBearerToken', '*')]},
            DEPLOY: {'trust': [role_trust(DEV)], 'max_session': 3600,
                     'permissions': [bucket('deploy-data'),
                                     allow('sts:AssumeRole', PUBLISH)]},
            PUBLISH: {'trust': [role_trust(DEPLOY)], 'max_session': 3600,
                      'permissions': [bucket('publish-data')]},
            PARTNER: {'trust': [role_trust(DEV, Condition={
                'StringEquals': {'sts:ExternalId': EXTERNAL_ID}})],
                'max_session': 3600, 'permissions': [bucket('deploy-data')]},
        },
    }


def google_state(issuer, actions_issuer):
    mapping = {'google.subject': 'sub', 'attribute.org': 'org'}
    everyone = f'principalSet:{POOL}/attribute.org/acme'
    account = f'serviceAccount:{SERVICE_ACCOUNT}'
    return {
        'gcp': {
            'providers': {
                PROVIDER: {'issuer': issuer, 'audiences': [],
                           'mapping': mapping, 'disabled': False},
                ACTIONS_PROVIDER: {
                    'issuer': actions_issuer, 'audiences': [],
                    'mapping': {'google.subject': 'sub',
                                'attribute.org': 'repository_owner'},
                    'disabled': False},
            },
            'service_accounts': {
                SERVICE_ACCOUNT: {
                    'workload_identity_users': [everyone],
                    'token_creators': [f'serviceAccount:{RELAY}'],
                    'max_lifetime': 3600},
                RELAY: {'workload_identity_users': [],
                        'token_creators': [everyone],
                        'max_lifetime': 3600},
            },
            'functions': functions_state(account),
            'disabled_apis': [],
            'quota_projects': ['acme'],     # whose quota callers may use
            'buckets': {'demo': {'readers': [everyone, account]},
                        'secret': {'readers': []}},
        },
    }


def functions_state(account):
    """{url} stands for the service's own on loopback."""
    run = {'audiences': ['https://hello.acme.example'],
           'invokers': [account]}
    return {
        'local': {**run, 'url': '{url}'},
        'hello': {**run, 'url': 'https://hello-abc-ew.a.run.app'},
        'old': {'url': 'https://europe-west1-acme.cloudfunctions.net/old',
                'audiences': [], 'invokers': [account]},
        'console': {'url': 'https://console.rig.test',
                    'iap': '42-x.apps.googleusercontent.com',
                    'invokers': [account]},
    }


def azure_state(issuer):
    return {
        'tenant': AZURE_TENANT,
        'domain': 'acme.onmicrosoft.com',
        'applications': {
            AZURE_CLIENT: {'disabled': False, 'credentials': [
                {'issuer': issuer, 'subject': SUB,
                 'audience': 'api://AzureADTokenExchange'}]},
        },
        'resources': ['https://management.azure.com',
                      'https://containerregistry.azure.net', AZURE_DEVOPS],
        'registry': {
            'name': AZURE_REGISTRY,
            'readers': [f'app:{AZURE_CLIENT}'],
            'arm': True,        # takes Azure Resource Manager's tokens too
            'closed': False,    # a firewall
        },
    }


def octo_state(issuer, actions_issuer):
    web = {'issuer': issuer, 'subject_pattern': 'org:acme/prj:web/.*',
           'permissions': {'contents': 'write'}}
    return {
        'domain': 'octo-sts.dev',
        'negative_cache': 0,    # seconds; the real one remembers for 300
        'policies': {
            # scope: {identity: policy}; a scope without "/" is a whole owner
            'acme/web': {'daypass': web, 'actions': {
                'issuer': actions_issuer, 'subject_pattern': 'repo:acme/web:.*',
                'permissions': {'contents': 'read'}}},
            'acme': {'daypass': {**web, 'repositories': []}},
        },
    }


def registries_state(issuer):
    return {
        'quay': {
            'token_exchange': False,    # /sts/token is there
            'robots': {
                ROBOT: [{'issuer': issuer, 'subject': SUB,
                         'audiences': ['{url}'],
                         'api_scopes': ['repo:read', 'repo:write']}],
                'acme+none': [],
                'acme+strangers': [{'issuer': 'https://other.example',
                                    'subject': SUB, 'audiences': [],
                                    'api_scopes': []}],
            },
        },
        'jfrog': {'providers': {'workspaces': {
            'issuer': issuer, 'audience': '{url}',
            'mappings': [
                {'name': 'web', 'priority': 2, 'project': None,
                 'claims': {'sub': 'org:acme/prj:web/*'},
                 'username': JFROG_USER, 'expires_in': 3600},
                {'name': 'project', 'priority': 1, 'project': 'jfac',
                 'claims': {'org': 'acme'}, 'username': 'project-ci',
                 'expires_in': 600},
            ]}}},
        'docker_hub': {'connections': {CONNECTION: {
            'organization': 'acme', 'issuer': issuer,
            'rules': ['org:acme/prj:web/*']}}},
    }


def vault_state(issuer):
    """{url} in an audience stands for Vault's own."""
    web = {'role_type': 'jwt', 'user_claim': 'sub',
           'bound_audiences': ['{url}', 'https://vault.rig.test'],
           'bound_claims': {'org': ['acme'], 'sub': ['org:acme/prj:web/*']},
           'policies': ['web'], 'token_ttl': 3600}
    roles = {
        'web': web,
        'batch': {**web, 'token_type': 'batch'},
        'people': {**web, 'role_type': 'oidc'},
        'nobody': {**web, 'policies': []},
        'narrow': {**web, 'bound_subject': 'org:acme/prj:web/env:1'},
        'project': {**web, 'bound_claims': {'team': ['x']}},
        'deaf': {**web, 'bound_audiences': []},
    }
    jwt = {'issuer': issuer, 'roles': roles}
    static = {'engine': 'static', 'password': 'hunter2-static'}
    return {
        'sealed': False,
        # namespace: mount of the method jwt: its configuration
        'namespaces': {'': {'jwt': jwt, 'new': {'roles': {}}},
                       'team': {'ci': {**jwt, 'default_role': 'web'}}},
        'policies': {'web': {
            'database/*': ['read'], 'aws/*': ['read', 'update'],
            'kubernetes/*': ['read', 'update'], 'secret/*': ['read'],
            'kv/*': ['read'], 'nothing/*': ['read']}},
        'secrets': {
            'database/creds/web': {'engine': 'database', 'ttl': 1800},
            'database/static-creds/web': {**static, 'ttl': 1200},
            'aws/sts/web': {'engine': 'aws', 'ttl': 3600,
                            'writes': [False, True]},
            'kubernetes/creds/web': {'engine': 'kubernetes', 'ttl': 900,
                                     'writes': [True]},
            'secret/data/web': {'engine': 'kv2', 'data': {
                'user': 'web', 'secret': 'kv2-web', 'api': 'kv2-token'}},
            'kv/web': {'engine': 'kv', 'data': {'token': 'kv1-token'}},
            'secret/data/wrapped': {'engine': 'kv2', 'wrapped': True},
        },
    }
