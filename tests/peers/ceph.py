# SPDX-License-Identifier: Apache-2.0
"""Ceph on loopback: its gateway has an STS that verifies web identity tokens
itself, and an S3 that takes what the STS gave."""

import base64
import hashlib
import json
import os
import socket
import urllib.request
import uuid

from support.processes import wait_for

from .peer import Peer, free_port, own_mounts

SYSTEM_ROOTS = '/etc/ssl/certs/ca-certificates.crt'
PROVIDER = 'arn:aws:iam:::oidc-provider/'
# The gateway trusts what is in the system's place alone.
OVER_ROOTS = f'mount --bind "$0" {SYSTEM_ROOTS} && exec "$@"'
KEYS = {'AWS_ACCESS_KEY_ID': 'ADMINKEY', 'AWS_SECRET_ACCESS_KEY': 'ADMINKEY',
        'AWS_DEFAULT_REGION': 'us-east-1', 'AWS_EC2_METADATA_DISABLED': 'true',
        'AWS_CONFIG_FILE': '/dev/null', 'AWS_PAGER': ''}
CAPABILITIES = 'oidc-provider=*;roles=*;user-policy=*'


class Ceph(Peer):
    def __init__(self, rig):
        super().__init__(rig, 'ceph')
        self.port = free_port()
        self.names |= {'PORT': self.port, 'MON1': free_port(),
                       'MON2': free_port(), 'HOST': socket.gethostname(),
                       'FSID': uuid.uuid4()}

    @property
    def url(self):
        return f'http://localhost:{self.port}'

    def environment(self):
        configuration = self.path('ceph.conf')
        return super().environment() | {
            'CEPH_ARGS': f'-c {configuration}', 'CEPH_CONF': configuration}

    # From nothing each time: what is in memory is gone with its OSD, and an
    # old monitor would wait for it for ever.
    def up(self):
        self.take_certificates()
        for name in ('mon', 'osd', 'rgw', 'run'):
            os.mkdir(self.path(name))
        open(self.path('keyring'), 'w', encoding='utf-8').close()
        self.render('ceph.conf')
        self.monitor()
        self.storage()
        self.gateway()
        self.administrate()

    def monitor(self):
        mon1, mon2 = self.names['MON1'], self.names['MON2']
        self.run('monmaptool', '--create', '--fsid', str(self.names['FSID']),
                 '--addv', 'a', f'[v2:127.0.0.1:{mon2},v1:127.0.0.1:{mon1}]',
                 self.path('monmap'))
        self.run('ceph-mon', '--mkfs', '-i', 'a', '--monmap',
                 self.path('monmap'), '--keyring', self.path('keyring'))
        self.start('ceph-mon', '-i', 'a', '-f')
        self.run('ceph', '--connect-timeout', '30', '-s')

    def storage(self):
        identity = str(uuid.uuid4())
        self.run('ceph', 'osd', 'new', identity, '0')
        self.run('ceph-osd', '-i', '0', '--mkfs', '--osd-uuid', identity)
        self.start('ceph-osd', '-i', '0', '-f')
        assert wait_for(lambda: ' 1 up' in self.run('ceph', 'osd', 'stat')), \
            self.reason('ceph-osd.out')

    def gateway(self):
        self.start(*own_mounts(OVER_ROOTS, self.path('bundle.crt'),
                               'radosgw', '-n', 'client.rgw.a', '-f'))
        assert wait_for(self.serves, 60), self.reason('unshare.out')

    def serves(self):
        try:
            urllib.request.urlopen(self.url + '/', timeout=5).close()
        except OSError:
            return False
        return True

    # what an administrator sets up

    def administrate(self):
        self.run('radosgw-admin', 'user', 'create', '--uid=admin',
                 '--display-name=admin', '--access-key=ADMINKEY',
                 '--secret=ADMINKEY', f'--caps={CAPABILITIES}')
        self.iam('create-open-id-connect-provider', '--url',
                 self.rig['issuer'], '--client-id-list', 'sts.amazonaws.com',
                 '--thumbprint-list', self.thumbprint())

    def iam(self, *arguments):
        return self.run('/usr/bin/aws', '--endpoint-url', self.url, 'iam',
                        *arguments, **KEYS)

    def thumbprint(self):
        """Of the certificate beside the issuer's key."""
        key = self.rig.cloud.signer.jwks()['keys'][0]
        return hashlib.sha1(base64.b64decode(key['x5c'][0])).hexdigest()

    def role(self, name, subject):
        """A role for one subject, which may use buckets named web-*."""
        provider = self.rig['issuer'].removeprefix('https://')
        self.iam('create-role', '--role-name', name,
                 '--assume-role-policy-document', policy(
                     Principal={'Federated': [PROVIDER + provider]},
                     Action=['sts:AssumeRoleWithWebIdentity'],
                     Condition={'StringEquals': {
                         f'{provider}:aud': 'sts.amazonaws.com',
                         f'{provider}:sub': subject}}))
        self.iam('put-role-policy', '--role-name', name, '--policy-name', 's3',
                 '--policy-document', policy(
                     Action='s3:*', Resource=['arn:aws:s3:::web-*',
                                              'arn:aws:s3:::web-*/*']))
        return f'arn:aws:iam:::role/{name}'


def policy(**statement):
    """Without blanks: Ceph 16.2 takes "+" in a form's value for a plus."""
    return json.dumps({'Version': '2012-10-17',
                       'Statement': [{'Effect': 'Allow', **statement}]},
                      separators=(',', ':'))
