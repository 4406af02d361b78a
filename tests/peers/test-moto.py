#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The AWS exchanges against moto's server, which verifies nothing, but whose
replies are laid out by other people: a chain of roles, and a registry's
login."""

import json
import os
import shutil
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from peers.peer import Peer, answers, free_port   # noqa: E402
from support import clients, processes, sections, tap   # noqa: E402
from support.tap import equal, like, ok   # noqa: E402

SERVER = shutil.which('moto_server')


class Moto(Peer):
    def __init__(self, rig):
        super().__init__(rig, 'daypass-moto')
        self.port = free_port()
        self.url = f'http://127.0.0.1:{self.port}'

    def environment(self):
        """It often comes from elsewhere than Debian."""
        return {**super().environment(), 'PATH': os.environ['PATH']}

    def up(self):
        self.start(SERVER, '-H', '127.0.0.1', '-p', str(self.port))
        assert processes.wait_for(lambda: answers(self.port), 60), \
            self.reason('moto_server.out')


def configure(place, moto):
    rig = place.rig
    at = {'endpoint': moto.url}
    place.configure(
        sections.web_identity(rig, **at), sections.assume_role(rig, **at),
        sections.assume_role(rig, 'publish', role=rig['role_publish'],
                             session_policy='{}', tag='Team=web',
                             **{'from': 'deploy', **at}),
        sections.credential('registry', 'aws-ecr', **{
            'from': 'dev', 'region': 'us-east-1', **at}),
        sections.aws(credential='publish'))
    return clients.aws(place)


def test_moto(place):
    if SERVER is None:
        raise tap.Skip('moto_server is not installed')
    with Moto(place.rig) as moto:
        env = configure(place, moto)
        done = place.run('aws-credential-daypass')
        answer = json.loads(done.out) if done.code == 0 else {}
        ok(answer.get('AccessKeyId', '').startswith('ASIA'),
           'a chain of three roles', done)
        done = place.run('/usr/bin/aws', '--endpoint-url', moto.url, 'sts',
                         'get-caller-identity', env=env)
        like(done.out, r':assumed-role/publish/7f3"', 'aws is the last of them')
        done = place.daypass('token', 'registry')
        equal((done.code, done.out), (77, ''),
              "moto's logins have all expired in 2015: that is no login")
        like(done.err, 'exchange aws-ecr: was given a credential that expired '
             'at 2015-', 'and it says so')


if __name__ == '__main__':
    tap.run(globals())
