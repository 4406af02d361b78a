# SPDX-License-Identifier: Apache-2.0
"""The scenes of pages about platforms: where an identity comes from."""

import os
import shutil

from support import signin
from support.identities import rows
from support.tap import ok

from .scene import Scene

try:
    import yaml
except ImportError:
    yaml = None

# base64 says no to a part that is not filled up, after what it decoded.
CLAIMS = '( set +o pipefail; {} | grep -a \'"sub":\' )'


class Login(Scene):
    def words(self):
        return {'https://acme.okta.com': self.rig['login_issuer']}

    def variables(self):
        self.rig.change(login={'client': '0oa1b2c3d4EXAMPLE'})
        return {'BROWSER': signin.browser(self.place)}


class Identity(Scene):
    """The platform's job around it, as the tests of identities have it."""

    altered = {'daypass token --audience AUDIENCE': CLAIMS}

    def __init__(self, *around):
        super().__init__(*around)
        name = os.path.basename(self.page.path).removesuffix('.md')
        self.row = next(row for row in rows() if row.name == name)
        self.around = self.row.around(self.place)
        token = self.rig.token('a.example')
        self.file = self.place.write('home/.cache/acme/token', token)
        self.around.update({name: token for name in (
            'MY_TOKEN', 'TFC_WORKLOAD_IDENTITY_TOKEN_MYTAG')})

    def words(self):
        mint = self.place.path('bin/id-token')
        if not os.path.exists(mint):
            self.place.write(mint, '#!/bin/sh\nexec ona idp token "$@"\n',
                             0o755)
        return {
            'AUDIENCE': self.row.audience(self.place),
            '/opt/acme/bin/id-token': mint,
            '/run/fly/api': self.rig['fly_socket'],
            '/var/run/secrets/daypass/token': self.file,
            '5f0c2a11-9d3e-4b6f-8a77-1c2d3e4f5a6b':
                self.rig['azure_pipelines_connection'],
        }

    def variables(self):
        return {'NO_GCE_CHECK': None, **self.around}


class Jobs(Scene):
    """The jobs that the page shows are done as well, each with the tokens of
    its platform."""

    def variables(self):
        return {'GITHUB_ACTIONS': 'true',
                'ACTIONS_ID_TOKEN_REQUEST_URL': self.rig['github_token_url'],
                'ACTIONS_ID_TOKEN_REQUEST_TOKEN':
                    self.rig['github_request_token']}

    def prepare(self):
        self.place.without_identity()
        super().prepare()

    def before(self):
        if yaml is None:
            return
        github, gitlab = (yaml.safe_load(block.text)
                          for block in self.page.of('yaml'))
        self.place.write('home/work/result', 'x')
        for step in github['jobs']['build']['steps']:
            if 'run' in step:
                self.does(step['run'], self.rig['actions_issuer'])
        job = gitlab['build']
        tokens = {name: self.rig.token(token['aud'])
                  for name, token in job['id_tokens'].items()}
        shutil.rmtree(self.place.path('home/work/other'))
        self.does('\n'.join(job['before_script'] + job['script']),
                  self.rig['issuer'], **dict.fromkeys(self.variables()),
                  GITLAB_CI='true', **tokens)

    def does(self, text, issuer, **variables):
        self.rig.change(octo={'policies': {'acme/other': {'daypass': {
            'issuer': issuer, 'subject_pattern': '.*acme/.*',
            'permissions': {'contents': 'read'}}}}})
        done = self.place.run('bash', '-ec', text, env=variables,
                              cwd=self.place.path('home/work'))
        last = text.strip().splitlines()[-1]
        ok(done.code == 0 and 'daypass: ' not in done.err,
           f'{self.page.path}: a job: {last}', done)


class Pod(Scene):
    """A projected token for each audience."""

    def words(self):
        found = {}
        for name, audience in (('aws', 'sts.amazonaws.com'),
                               ('github', 'octo-sts.dev')):
            path = self.place.path('tokens', name)
            if not os.path.exists(path):
                self.place.write(path, self.rig.token(audience))
            found[f'/var/run/secrets/daypass/{name}'] = path
        return found
