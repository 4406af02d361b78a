# SPDX-License-Identifier: Apache-2.0
"""Hosts that are out of order, and proxies: each one listener on loopback
that a thread answers for."""

import contextlib
import datetime
import os
import socket
import ssl
import threading

from . import rig as _   # where `parts` is
from parts import authority as authorities  # noqa: E402


@contextlib.contextmanager
def listening(answer):
    """`answer(connection)` for each who comes; gives the port."""
    listener = socket.create_server(('127.0.0.1', 0))

    def serve():
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                threading.Thread(target=attend, args=(client,),
                                 daemon=True).start()

    def attend(client):
        with client, contextlib.suppress(OSError):
            answer(client)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


@contextlib.contextmanager
def at_socket(path, answer):
    """Who listens at a socket and gives each the same answer."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()

    def serve():
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                with client:
                    client.recv(65536)
                    client.sendall(answer)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        os.unlink(path)


def wait_for_end(client):
    """Takes what comes, and says nothing."""
    while client.recv(65536):
        pass


def certificate(rig, file, names, begins=None):
    """A context with a certificate of the cloud's CA; `begins` hours from
    now."""
    authority, past = rig.cloud.authority, authorities.PAST
    if begins is not None:
        authorities.PAST = datetime.timedelta(hours=-begins)
    authority.issue_server(file, names=names)
    authorities.PAST = past
    return authority.tls(file)


def shake_hands(tls, heard):
    """Agrees on TLS, and keeps what is said after it."""
    def answer(client):
        with contextlib.suppress(ssl.SSLError), \
                tls.wrap_socket(client, server_side=True) as talk:
            while data := talk.recv(65536):
                heard.append(data)
    return answer


def proxy(says, asked, port=None):
    """Answers CONNECT with a status line of HTTP, and goes on to `port`."""
    def answer(client):
        head = client.recv(65536)
        asked.append(head.decode().split('\r\n')[0])
        client.sendall(f'HTTP/1.1 {says}\r\nContent-Length: 0\r\n\r\n'.encode())
        if port is None:
            return
        with socket.create_connection(('127.0.0.1', port)) as server:
            back = threading.Thread(target=pump, args=(server, client),
                                    daemon=True)
            back.start()
            pump(client, server)
            back.join(10)
    return answer


def pump(source, sink):
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
