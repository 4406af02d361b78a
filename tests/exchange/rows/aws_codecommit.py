# SPDX-License-Identifier: Apache-2.0
from support import sections
from support.exchanges import Refusal

EXCHANGE = 'aws-codecommit'
CREDENTIAL = 'repository'
SERVICE, OPERATION = None, None
HOST = 'https://git-codecommit.us-east-1.amazonaws.com'


def configure(rig, **more):
    return [sections.web_identity(rig),
            sections.credential('repository', 'aws-codecommit', **{
                'from': 'dev', **more}),
            sections.section('git', HOST, credential='repository'),
            sections.section('git', 'https://git.acme.example',
                             credential='repository')]


def refusals(rig):
    def asked(url):
        return {'arguments': ('--for', url)}

    yield Refusal('no repository', 64)
    yield Refusal('no path', 78, **asked(HOST + '/'))
    yield Refusal('no repository of CodeCommit', 78, **asked(HOST + '/web'))
    yield Refusal('no host of CodeCommit', 78, **asked(
        'https://git.acme.example/v1/repos/web'))
    yield Refusal('a region that is none', 78, settings={'region': 'x y'},
                  **asked(HOST + '/v1/repos/web'))
    yield Refusal('an endpoint', 78, settings={'endpoint': rig['codecommit']},
                  **asked(HOST + '/v1/repos/web'))
    yield Refusal('the step before', state={
        'identity': {'sub': 'org:evil/prj:web/env:1'}},
        **asked(HOST + '/v1/repos/web'))
