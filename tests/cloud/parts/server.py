# SPDX-License-Identifier: Apache-2.0
"""The HTTP/1.1 server under every service.

One thread accepts for all ports and does nothing else, so that thousands
may knock at once; each connection then has a thread of its own, which does
the TLS handshake too.
"""

import http.client
import os
import select
import selectors
import socket
import ssl
import struct
import sys
import threading
import time
import traceback
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler

from .web import Reply, Request

BACKLOG = 4096
IDLE = 60       # seconds a connection may be silent
STACK = 512 * 1024
PLAIN = (b'HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n'
         b'Connection: close\r\n\r\n')


class Door:
    """One listening socket and the service behind it."""

    def __init__(self, listener, service, tls=None):
        self.listener = listener
        self.service = service
        self.tls = tls


def listen_tcp(port=0):
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(('127.0.0.1', port))
    return listener


def listen_unix(path):
    """Through a descriptor of the directory, so that its path may be longer
    than a socket's."""
    if os.path.lexists(path):
        os.unlink(path)
    directory = os.open(os.path.dirname(path), os.O_PATH | os.O_DIRECTORY)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listener.bind(f'/proc/self/fd/{directory}/{os.path.basename(path)}')
    finally:
        os.close(directory)
    os.chmod(path, 0o600)
    return listener


class Server:
    """All doors, the thread that accepts, and the live connections."""

    def __init__(self, cloud):
        self.cloud = cloud
        self.doors = []
        self.live = set()
        self.lock = threading.Lock()
        self.wake, self.waker = socket.socketpair()
        self.thread = threading.Thread(target=self.accept_all, daemon=True)

    def add(self, door):
        door.listener.listen(BACKLOG)
        door.listener.setblocking(False)
        self.doors.append(door)

    def start(self):
        threading.stack_size(STACK)
        self.thread.start()

    def accept_all(self):
        selector = selectors.DefaultSelector()
        selector.register(self.wake, selectors.EVENT_READ, None)
        for door in self.doors:
            selector.register(door.listener, selectors.EVENT_READ, door)
        while not self.cloud.stopping.is_set():
            for key, _ in selector.select():
                if key.data is not None:
                    self.accept(key.data)
        selector.close()

    def accept(self, door):
        try:
            connection, _ = door.listener.accept()
        except OSError as error:
            # Out of descriptors: do not spin while others finish.
            if not isinstance(error, BlockingIOError):
                time.sleep(0.01)
            return
        threading.Thread(target=self.serve, args=(connection, door),
                         daemon=True).start()

    def serve(self, connection, door):
        with self.lock:
            self.live.add(connection)
        try:
            Connection(connection, door, self.cloud)
        except (OSError, ValueError):
            pass        # the other end went away
        finally:
            with self.lock:
                self.live.discard(connection)
            connection.close()

    def stop(self):
        self.waker.send(b'x')
        self.thread.join(5)
        for door in self.doors:
            door.listener.close()
        with self.lock:
            for connection in self.live:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
        self.wake.close()
        self.waker.close()


class Connection(BaseHTTPRequestHandler):
    """One connection: handshake, then request and reply by turns."""

    protocol_version = 'HTTP/1.1'
    timeout = IDLE

    def __init__(self, connection, door, cloud):
        self.door = door
        self.cloud = cloud
        super().__init__(connection, ('127.0.0.1', 0), door)

    def setup(self):
        self.plain = self.request
        self.plain.settimeout(IDLE)
        if self.plain.family == socket.AF_INET:
            self.plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.door.tls is not None:
            self.request = self.shake_hands()
        super().setup()

    def tls(self):
        """What the handshake is done with, the fault's or the right one."""
        name = self.door.service.name
        fault = self.cloud.faults.take_handshake(name)
        if fault is None:
            return self.door.tls
        self.cloud.journal.count(name, fault.mode)
        if fault.mode == 'plain-http':
            self.plain.sendall(PLAIN)
            raise OSError('no handshake')
        return self.cloud.wrong_tls[fault.mode]

    def shake_hands(self):
        connection = self.tls().wrap_socket(
            self.plain, server_side=True, do_handshake_on_connect=False,
            suppress_ragged_eofs=True)
        # wrap_socket takes the descriptor over: what may be shut down at
        # the end is now this object.
        with self.cloud.server.lock:
            self.cloud.server.live.discard(self.plain)
            self.cloud.server.live.add(connection)
        try:
            connection.do_handshake()
        except (ssl.SSLError, OSError):
            self.forget(connection)
            self.cloud.journal.count(self.door.service.name, 'handshake-failed')
            raise
        return connection

    def forget(self, connection):
        with self.cloud.server.lock:
            self.cloud.server.live.discard(connection)
        connection.close()

    def finish(self):
        try:
            super().finish()
        finally:
            if self.request is not self.plain:
                self.forget(self.request)

    def read_request(self):
        coding = self.headers.get('Transfer-Encoding', '').lower()
        if coding == 'chunked':
            body = self.read_chunks()
        else:
            body = self.rfile.read(int(self.headers.get('Content-Length', 0)))
        return Request(self.command, self.path, list(self.headers.items()),
                       body, self.peer_uid())

    def read_chunks(self):
        body = []
        while True:
            size = int(self.rfile.readline(100).split(b';')[0], 16)
            if size == 0:
                break
            body.append(self.rfile.read(size))
            self.rfile.readline(10)
        while self.rfile.readline(8192).strip():
            pass        # trailers
        return b''.join(body)

    def peer_uid(self):
        if self.plain.family != socket.AF_UNIX:
            return None
        raw = self.plain.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED,
                                    struct.calcsize('3i'))
        return struct.unpack('3i', raw)[1]

    def serve_one(self):
        service = self.door.service
        request = self.read_request()
        operation = self.operation(service, request)
        if service.counted:
            self.cloud.journal.count(service.name, operation)
        reply = self.reply(service, operation, request)
        if service.counted:
            self.cloud.journal.log(service.name, operation, request, reply)
        if reply is None:
            self.close_connection = True
        else:
            self.send(reply)

    def operation(self, service, request):
        # Where the fault `redirect` points: whoever followed is counted.
        if request.path.endswith('/redirected'):
            return 'redirected'
        return service.operation(request)

    def reply(self, service, operation, request):
        fault = self.cloud.faults.take(service.name, operation)
        try:
            if fault is None:
                return service.reply(request)
            return fault.play(service, request, self.wait)
        except Exception as error:      # a mistake of ours: loud, and a 500
            traceback.print_exc(file=sys.stderr)
            reply = Reply.text('the cloud has a mistake\n', 500)
            reply.error = repr(error)
            return reply

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = serve_one

    def send(self, reply):
        reason = http.client.responses.get(reply.status, 'Unknown')
        now = self.cloud.world.now() + reply.skew
        headers = [('Date', formatdate(now, usegmt=True)), *reply.headers]
        if not any(n.lower() == 'content-length' for n, _ in headers):
            headers.append(('Content-Length', str(len(reply.body))))
        lines = [f'HTTP/1.1 {reply.status} {reason}']
        lines += [f'{name}: {value}' for name, value in headers]
        head = ('\r\n'.join(lines) + '\r\n\r\n').encode('latin-1')
        body = b'' if self.command == 'HEAD' else reply.body
        if reply.cut is not None:
            body = body[:reply.cut]
            self.close_connection = True
        if reply.pace and body:
            self.dribble(head, body, reply.pace)
        else:
            self.wfile.write(head + body)

    def dribble(self, head, body, seconds):
        """Send in about 50 pieces, `seconds` in all."""
        self.wfile.write(head)
        step = max(1, len(body) // 50)
        pause = seconds * step / len(body)
        for start in range(0, len(body), step):
            self.wfile.write(body[start:start + step])
            if self.wait(pause):
                return

    def wait(self, seconds):
        """Wait; true if the other end hung up or the cloud is stopping."""
        poll = select.poll()
        poll.register(self.request, select.POLLRDHUP | select.POLLHUP)
        until = time.monotonic() + seconds
        while not self.cloud.stopping.is_set():
            left = until - time.monotonic()
            if left <= 0:
                return False
            if poll.poll(min(left, 1) * 1000):
                return True
        return True

    def log_message(self, *_):
        pass
