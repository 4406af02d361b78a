# SPDX-License-Identifier: Apache-2.0
"""The clouds' own names, led to loopback in a mount namespace of whoever asks.
For a rig of kind NamedCloud."""

import os
import socket
import threading

from . import tap

OVER = 'mount --bind "$0" /etc/hosts && exec "$@"'


def inside(place, *command):
    """The command, where those names lead to the rig."""
    hosts = place.write('hosts', place.rig.cloud.hosts, 0o644)
    return ('unshare', '--mount', 'sh', '-c', OVER, hosts, *command)


def begin(place):
    """An agent that sees those hosts and trusts the cloud's CA."""
    place.env['SSL_CERT_FILE'] = place.rig['bundle']
    done = place.run(*inside(place, 'daypass', 'begin'))
    if done.code:
        raise tap.Skip(f'no mount namespace: {done.err.strip()}')


class Alias:
    """One more name, whose port 443 is a port of this machine's."""

    def __init__(self, place, name, port):
        self.target = ('localhost', port)
        self.listener = socket.create_server(
            (f'{place.rig.cloud.net}.250', 443))
        place.rig.cloud.hosts += f'{place.rig.cloud.net}.250 {name}\n'
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            far = socket.create_connection(self.target)
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=copy, args=(source, sink),
                                 daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def copy(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def main(namespace, kind):
    """The body of such a test file."""
    if os.getuid() == 0:
        tap.run(namespace, kind=kind)
    print('1..0 # SKIP port 443 and a mount namespace are needed: root')
