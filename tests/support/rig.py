# SPDX-License-Identifier: Apache-2.0
"""The whole cloud of tests/cloud, in this process, and ways to steer it."""

import os
import shutil
import socket
import ssl
import sys
import tempfile
import urllib.error
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(
    os.path.dirname(os.path.abspath(__file__))), 'cloud'))

from cloud import Cloud   # noqa: E402
from parts.faults import Fault   # noqa: E402
from parts.server import Door   # noqa: E402

# Where the clouds really are, for daypass without any endpoint configured.
NAMES = {
    'sts.us-east-1.amazonaws.com': 'sts',
    'api.ecr.us-east-1.amazonaws.com': 'ecr',
    'sts-fips.us-east-1.amazonaws.com': 'sts',
    'sts.us-east-1.api.aws': 'sts',
    'sts-fips.us-east-1.api.aws': 'sts',
    'sts.amazonaws.com': 'sts',
    'api.ecr-fips.us-east-1.amazonaws.com': 'ecr',
    'ecr.us-east-1.api.aws': 'ecr',
    'api.ecr-public.us-east-1.amazonaws.com': 'ecr_public',
    'git-codecommit.us-east-1.amazonaws.com': 'codecommit',
    'octo-sts.dev': 'octo',
    'api.github.com': 'github',
    'sts.googleapis.com': 'gcp_sts',
    'iamcredentials.googleapis.com': 'gcp_iam',
    'login.microsoftonline.com': 'entra',
    'acme.azurecr.io': 'acr',
    'quay.io': 'quay',
    'identity.docker.com': 'docker_hub',
}


def ask_url(rig, url, **headers):
    """The status that a GET of this URL is answered with; underscores in
    names become dashes."""
    request = urllib.request.Request(url, headers={
        n.replace('_', '-'): v for n, v in headers.items()})
    handler = urllib.request.HTTPSHandler(
        context=ssl.create_default_context(cafile=rig['ca']))
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), handler)
    try:
        with opener.open(request, timeout=60) as reply:
            return reply.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code


class NamedCloud(Cloud):
    """It is also where the real ones are: at port 443 of loopback addresses
    that nobody else has. `hosts` is the /etc/hosts for that."""

    hosts = '127.0.0.1 localhost\n'
    net = None

    def open_doors(self):
        super().open_doors()
        tls = next(door.tls for door in self.server.doors if door.tls)
        self.net = f'127.{os.getpid() >> 8 & 255 | 1}.{os.getpid() & 255}'
        for number, (name, service) in enumerate(NAMES.items(), 1):
            listener = socket.create_server((f'{self.net}.{number}', 443))
            self.server.add(Door(listener, self.services[service], tls))
            self.hosts += f'{self.net}.{number} {name}\n'


class Rig:
    def __init__(self, kind=Cloud):
        self.directory = tempfile.mkdtemp(prefix='daypass-cloud-')
        self.cloud = kind(self.directory)

    def __enter__(self):
        self.cloud.start()
        return self

    def __exit__(self, *_):
        self.cloud.stop()
        shutil.rmtree(self.directory)

    def __getitem__(self, name):
        """What cloud.json says: URLs, paths, names."""
        return self.cloud.settings[name]

    @property
    def git(self):
        """The git host as git's credential protocol writes it."""
        return self['git'].removeprefix('https://')

    def reset(self):
        """As it was at the start."""
        self.cloud.faults.clear()
        self.cloud.world.reset()
        self.forget()

    def fault(self, service, mode, **more):
        self.cloud.faults.order({'service': service, 'mode': mode, **more})

    @staticmethod
    def one_fault(service, mode, **more):
        """For who decides by themselves when it is played."""
        return Fault({'service': service, 'mode': mode, **more})

    def heal(self):
        self.cloud.faults.clear()

    def change(self, **state):
        """Merges into the world, as RFC 7386 has it."""
        self.cloud.world.merge(state)

    def counts(self):
        return self.cloud.journal.snapshot()

    def count(self, operation):
        return self.counts().get(operation, 0)

    def forget(self):
        """Counts from nothing again, and no request is known."""
        self.cloud.journal.clear()
        self.cloud.journal.requests.clear()

    def log(self):
        return self.cloud.journal.last()

    def secrets(self):
        """Everything that was ever minted here."""
        return self.cloud.issued.all_seen()

    def get(self, url, token):
        """The status of a GET with this bearer token."""
        tls = ssl.create_default_context(cafile=self['ca'])
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPSHandler(context=tls))
        try:
            with opener.open(urllib.request.Request(
                    url, headers={'Authorization': f'Bearer {token}'}),
                    timeout=20) as reply:
                return reply.status
        except urllib.error.HTTPError as error:
            with error:
                return error.code

    def token(self, audience, **more):
        """An id token as the workspace's issuer would give it."""
        form = {name: [str(value)] for name, value in more.items()}
        reply = self.cloud.services['identity'].mint(
            {'audience': [audience], **form})
        return reply.body.decode()
