#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The other side of test-http: a server on loopback that misbehaves on demand.

    http_server.py DIRECTORY

Makes a CA and certificates in DIRECTORY (ca.pem), then listens, and prints one
line with the ports of: plain HTTP; TLS with a certificate of that CA; TLS with
a self-signed one; TLS with one of the CA for another name. The plain service
also listens on DIRECTORY/socket. Ends when its standard input does.

The path says how to behave; see the functions named after it.
"""

import email.utils
import http.server
import json
import os
import socket
import socketserver
import ssl
import subprocess
import sys
import threading
import time
import urllib.parse

hits = {}
lock = threading.Lock()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *unused):
        pass

    def address_string(self):
        return "client"

    def answer(self, status=200, body=b"fine", kind="text/plain", headers=()):
        self.send_response(status)
        if kind is not None:
            self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def serve(self):
        url = urllib.parse.urlsplit(self.path)
        self.query = dict(urllib.parse.parse_qsl(url.query))
        length = int(self.headers.get("Content-Length") or 0)
        self.body = self.rfile.read(length)
        with lock:
            self.nth = hits[url.path] = hits.get(url.path, 0) + 1
        self.close_connection = True
        getattr(self, "on_" + url.path.strip("/"), self.on_missing)()

    do_GET = do_POST = do_DELETE = do_PUT = serve

    def on_missing(self):
        self.answer(404, b'{"error":"not_found"}', "application/json")

    def on_ok(self):
        """A plain 200."""
        self.answer()

    def on_echo(self):
        """The request as it arrived, as JSON."""
        seen = {
            "method": self.command,
            "path": self.path,
            "headers": {k.lower(): v for k, v in self.headers.items()},
            "body": self.body.decode("latin-1"),
        }
        self.answer(
            200, json.dumps(seen).encode(), "Application/JSON; charset=utf-8"
        )

    def on_count(self):
        """How often `of` was asked for."""
        self.answer(200, str(hits.get(self.query["of"], 0)).encode())

    def on_flaky(self):
        """500 the first two times."""
        self.answer(500 if self.nth <= 2 else 200)

    def on_broken(self):
        """503 always."""
        self.answer(503, b"down")

    def on_busy(self):
        """429 that asks for a second, once."""
        if self.nth == 1:
            self.answer(429, b"busy", headers=[("Retry-After", "1")])
        else:
            self.answer()

    def on_patience(self):
        """429 that asks for an hour, by a date."""
        when = email.utils.formatdate(time.time() + 3600, usegmt=True)
        self.answer(429, b"busy", headers=[("Retry-After", when)])

    def on_refused(self):
        """400 with a reason."""
        self.answer(400, b'{"error":"invalid_grant"}', "application/json")

    def on_redirect(self):
        """302 to another host, with something in the query."""
        to = "https://elsewhere.example/next?token=hidden"
        self.answer(302, b"", headers=[("Location", to)])

    def on_oversize(self):
        """More than a MiB, length not said."""
        self.send_response(200)
        self.end_headers()
        self.fill(b"x" * 65536)

    def on_announced(self):
        """More than a MiB, length said."""
        self.send_response(200)
        self.send_header("Content-Length", str(2 << 20))
        self.end_headers()
        self.fill(b"x" * 65536)

    def on_headers(self):
        """Headers without end."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        self.fill(b"X-More: " + b"y" * 1000 + b"\r\n", 20000)

    def fill(self, block, count=32):
        try:
            for _ in range(count):
                self.wfile.write(block)
        except OSError:
            pass

    def on_largest(self):
        """Exactly a MiB."""
        self.answer(200, b"x" * (1 << 20))

    def on_truncated(self):
        """Less than was announced, every time but the third."""
        if self.nth == 3:
            self.answer()
            return
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b"only this")

    def on_closed(self):
        """Nothing at all."""

    def on_slow(self):
        """No answer for a minute."""
        time.sleep(60)

    def on_garbage(self):
        """What is no HTTP."""
        self.wfile.write(b"\x00\x01\x02SSH-2.0-OpenSSH\r\n\r\n")

    def on_untyped(self):
        """No Content-Type."""
        self.answer(kind=None)

    def on_interim(self):
        """103 first, with headers that do not count."""
        self.wfile.write(
            b"HTTP/1.1 103 Early Hints\r\nContent-Type: no/no\r\n\r\n"
        )
        self.answer(kind=None)

    def on_marked(self):
        """With the mark `as`, and another in an interim reply."""
        self.wfile.write(b"HTTP/1.1 103 Early Hints\r\nFlavor: Early\r\n\r\n")
        self.answer(headers=[("fLAVOR", self.query["as"])])

    def on_skew(self):
        """A clock that is `by` seconds ahead."""
        when = time.time() + int(self.query["by"])
        self.send_response_only(200)
        self.send_header("Date", email.utils.formatdate(when, usegmt=True))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def on_late(self):
        """503, and a clock that is an hour ahead."""
        when = time.time() + 3600
        self.send_response_only(503)
        self.send_header("Date", email.utils.formatdate(when, usegmt=True))
        self.send_header("Content-Length", "0")
        self.end_headers()


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *unused):
        """A client that leaves is what some tests are about."""


class UnixServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


def openssl(*arguments):
    subprocess.run(
        ("openssl",) + arguments,
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def certificate(directory, name, subject, signed=True):
    """A key and a certificate, signed by ca.pem or by itself: NAME.pem."""
    key = os.path.join(directory, name + ".key")
    pem = os.path.join(directory, name + ".pem")
    request = ["req", "-x509", "-newkey", "ec", "-pkeyopt"]
    request += ["ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    request += ["-subj", "/CN=" + name, "-keyout", key, "-out", pem]
    if subject is not None:
        request += ["-addext", "subjectAltName=" + subject]
        request += ["-addext", "basicConstraints=critical,CA:FALSE"]
    openssl(*request)
    if signed and subject is not None:
        sign(directory, key, pem, name, subject)
    return pem, key


def sign(directory, key, pem, name, subject):
    csr = os.path.join(directory, name + ".csr")
    extensions = os.path.join(directory, name + ".ext")
    with open(extensions, "w") as file:
        file.write("subjectAltName=%s\n" % subject)
    openssl("req", "-new", "-key", key, "-subj", "/CN=" + name, "-out", csr)
    openssl(
        "x509", "-req", "-in", csr, "-days", "2", "-out", pem,
        "-CA", os.path.join(directory, "ca.pem"),
        "-CAkey", os.path.join(directory, "ca.key"),
        "-set_serial", str(len(os.listdir(directory))),
        "-extfile", extensions,
    )  # fmt: skip


def listen(files=None):
    server = Server(("127.0.0.1", 0), Handler)
    if files is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*files)
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def main(directory):
    here = "DNS:localhost,IP:127.0.0.1"
    certificate(directory, "ca", None)
    ports = [
        listen(),
        listen(certificate(directory, "good", here)),
        listen(certificate(directory, "own", here, signed=False)),
        listen(certificate(directory, "other", "DNS:other.example")),
    ]
    unix = UnixServer(os.path.join(directory, "socket"), Handler)
    threading.Thread(target=unix.serve_forever, daemon=True).start()
    print(*ports, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1])
