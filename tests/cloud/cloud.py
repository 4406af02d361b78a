#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A whole cloud on loopback: what daypass speaks to, in one process.

It verifies what the real services verify and says no in their words. See
README.md beside this file.
"""

import argparse
import json
import os
import resource
import signal
import sys
import threading
from datetime import timedelta

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True

from parts import server, world as worlds   # noqa: E402
from parts.authority import Authority, pem, program   # noqa: E402
from parts.faults import Faults   # noqa: E402
from parts.idtoken import Signer, Verifier   # noqa: E402
from parts.issued import Issued   # noqa: E402
from parts.journal import Journal   # noqa: E402
from services import SERVICES   # noqa: E402
from services import fly   # noqa: E402
from services.identity import SOCKET, Identity, write_stand_ins   # noqa: E402


class Cloud:
    """with Cloud(directory) as cloud: cloud.settings['sts'] is a URL."""

    def __init__(self, directory, issuer_port=0):
        self.directory = os.path.abspath(directory)
        os.makedirs(self.directory, 0o700, exist_ok=True)
        self.stopping = threading.Event()
        self.listeners = {
            kind.name: server.listen_tcp(
                issuer_port if kind.name == 'issuer' else 0)
            for kind in SERVICES}
        self.issuer = f'https://localhost:{self.port("issuer")}/idp'
        self.actions_issuer = f'https://localhost:{self.port("issuer")}/github'
        self.journal = Journal()
        self.faults = Faults()
        self.issued = Issued()
        self.world = worlds.World(self.issuer, self.actions_issuer)
        self.signer = Signer()
        self.verifier = Verifier(self.world, self.signer)
        self.verifier.issuers = {self.issuer, self.actions_issuer}
        self.authority = Authority(os.path.join(self.directory, 'ca'))
        self.services = {}
        self.settings = {}

    def port(self, name):
        return self.listeners[name].getsockname()[1]

    def path(self, *parts):
        return os.path.join(self.directory, *parts)

    def start(self):
        raise_descriptor_limit()
        self.authority.write_roots()
        self.issue_certificates()
        self.authority.write('sign.crt', pem(self.signer.certificate))
        self.services = {kind.name: kind(self) for kind in SERVICES}
        self.services['identity'] = Identity(self)
        self.services['fly'] = fly.Fly(self)
        write_stand_ins(self.directory, program('curl'))
        self.server = server.Server(self)
        self.open_doors()
        self.server.start()
        self.settings = self.describe()
        self.write_settings()

    def issue_certificates(self):
        """The one that all show, and those of the faults of that name."""
        issue = self.authority.issue_server
        issue()
        issue('foreign-certificate', names=('elsewhere.example',))
        issue('expired-certificate', life=timedelta(days=-1))
        self.wrong_tls = {name: self.authority.tls(name) for name in (
            'foreign-certificate', 'expired-certificate')}

    def open_doors(self):
        tls = self.authority.tls()
        for name, listener in self.listeners.items():
            self.server.add(server.Door(listener, self.services[name],
                                        None if self.services[name].plain
                                        else tls))
        self.server.add(server.Door(server.listen_unix(self.path(SOCKET)),
                                    self.services['identity']))
        self.server.add(server.Door(
            server.listen_unix(self.path(fly.SOCKET)), self.services['fly']))

    def stop(self):
        self.stopping.set()
        for service in self.services.values():
            service.close()
        self.server.stop()
        for name in (SOCKET, fly.SOCKET):
            try:
                os.unlink(self.path(name))
            except FileNotFoundError:
                pass

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def describe(self):
        """What cloud.json says."""
        ca = self.authority.path
        settings = {name: service.url
                    for name, service in self.services.items()
                    if name not in ('identity', 'issuer', 'github_token',
                                    'fly')}
        settings.update({
            'dir': self.directory,
            'pid': os.getpid(),
            'ca': ca('ca.crt'),
            'bundle': ca('bundle.crt'),
            'hashed': ca('hashed'),
            'bin': self.path('bin'),
            'identity_socket': self.path(SOCKET),
            'issuer': self.issuer,
            'actions_issuer': self.actions_issuer,
            'github_token_url': self.services['github_token'].request_url,
            'github_request_token': self.services['github_token'].request_token,
            'repos': self.path('repos'),
            'mark': self.issued.mark,
            'role': worlds.DEV,
            'role_ecr': worlds.ECR,
            'role_deploy': worlds.DEPLOY,
            'role_partner': worlds.PARTNER,
            'role_publish': worlds.PUBLISH,
            'external_id': worlds.EXTERNAL_ID,
            'gcp_audience': worlds.PROVIDER,
            'service_account': worlds.SERVICE_ACCOUNT,
            'sub': worlds.SUB,
        })
        for service in self.services.values():
            settings.update(service.settings())
        return settings

    def write_settings(self):
        lines = [f"CLOUD_{name.upper()}={quoted(value)}\n"
                 for name, value in self.settings.items()]
        self.write('cloud.env', ''.join(lines))
        self.write('cloud.json', json.dumps(self.settings, indent=2) + '\n')

    def write(self, name, text):
        """Whole or not at all, and for our eyes: it holds a secret."""
        path = self.path(name)
        descriptor = os.open(path + '.new',
                             os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, 'w', encoding='utf-8') as out:
            out.write(text)
        os.rename(path + '.new', path)


def quoted(value):
    return "'" + str(value).replace("'", "'\\''") + "'"


def raise_descriptor_limit():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def parse_arguments():
    parser = argparse.ArgumentParser(
        prog='cloud.py', description='A whole cloud on loopback, to try '
        'daypass with. Prints "ready" when it serves.')
    parser.add_argument('--dir', required=True, metavar='DIR',
                        help='where keys, settings and repositories go')
    parser.add_argument('--issuer-port', type=int, default=0, metavar='N',
                        help='the port of the OIDC issuer (default: any)')
    parser.add_argument('--until-eof', action='store_true',
                        help='end when standard input does')
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    with Cloud(arguments.dir, arguments.issuer_port):
        print('ready', flush=True)
        if arguments.until_eof:
            threading.Thread(target=wait_for_eof, args=(ended,),
                             daemon=True).start()
        ended.wait()


def wait_for_eof(ended):
    while os.read(0, 4096):
        pass
    ended.set()


if __name__ == '__main__':
    main()
