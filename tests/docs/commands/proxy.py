# SPDX-License-Identifier: Apache-2.0
"""An HTTP proxy on loopback that knows a few hosts by name and refuses all
others: so a command is run as it is written, and no further than here."""

import contextlib
import re
import selectors
import socket
import socketserver
import threading

HEAD = 65536


class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        found = re.match(rb'CONNECT ([^:\s]+):(\d+) ', self.head())
        host = found[1].decode().lower() if found else ''
        port = self.server.routes.get(host)
        if port is None or found[2] != b'443':
            self.server.strangers.add(host or 'no CONNECT')
            self.request.sendall(b'HTTP/1.1 403 Only loopback\r\n'
                                 b'Content-Length: 0\r\n\r\n')
            return
        with socket.create_connection(('127.0.0.1', port), 10) as there:
            self.request.sendall(b'HTTP/1.1 200 Connected\r\n\r\n')
            with contextlib.suppress(OSError):
                carry(self.request, there)

    def head(self):
        text = b''
        while b'\r\n\r\n' not in text and len(text) < HEAD:
            more = self.request.recv(HEAD)
            if not more:
                break
            text += more
        return text


def carry(here, there):
    """Until one of them has no more to say."""
    with selectors.DefaultSelector() as both:
        both.register(here, selectors.EVENT_READ, there)
        both.register(there, selectors.EVENT_READ, here)
        while True:
            for key, _ in both.select():
                said = key.fileobj.recv(HEAD)
                if not said:
                    return
                key.data.sendall(said)


class Proxy(socketserver.ThreadingTCPServer):
    """`routes`: a host's name and the port that stands for its 443.
    `strangers`: whom somebody else asked for."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, routes):
        super().__init__(('127.0.0.1', 0), Handler)
        self.routes = routes
        self.strangers = set()
        self.thread = threading.Thread(target=self.serve_forever, args=(0.05,),
                                       daemon=True)

    @property
    def url(self):
        return f'http://127.0.0.1:{self.server_address[1]}'

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.thread.join()
        self.server_close()
