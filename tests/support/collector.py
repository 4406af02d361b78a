# SPDX-License-Identifier: Apache-2.0
"""An audit with sinks beside its file; a sink on HTTP that has bad days; and
whether everything got there."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from . import processes, sections, trail
from .tap import equal
from .trail import log


def configure(place, *sinks, book=True, more=(), **settings):
    place.make('audit')
    first = [f'file:{log(place)}'] if book else []
    place.configure(sections.web_identity(place.rig),
                    sections.octo(place.rig, scope='acme/web'),
                    sections.section('audit', None, sink=[*first, *sinks],
                                     **settings), *more)


def mint(place, times=1):
    return [place.daypass('token', '--force', 'dev').code
            for _ in range(times)]


def state(place, sink=-1):
    return processes.wait_for(lambda: json.loads(place.daypass(
        'status', '--json').out)['audit']['sinks'])[sink]


def drained(place, sink=-1):
    """The sink, once it has all that there is."""
    def look():
        now = json.loads(place.daypass('status', '--json').out)['audit']
        return now['sinks'] and now['waiting'] == 0 and \
            now['sinks'][sink]['waiting'] == 0 and \
            now['sinks'][sink]['ok'] and now['sinks'][sink]

    return processes.wait_for(look, 40)


class Collector:
    """An HTTP sink that has bad days."""

    def __init__(self, tls=None, lets_in=None):
        self.got = []       # lines, as they would stand in a file
        self.bad = []       # what was wrong with a request
        self.mood = []      # of the next requests: a status, 'hang', 'drop'
        self.lets_in = lets_in
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'

            def do_POST(self):
                outer.take(self)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        if tls:
            self.server.socket = tls.wrap_socket(
                self.server.socket, server_side=True)
        self.scheme = 'https' if tls else 'http'
        self.thread = threading.Thread(target=self.server.serve_forever)

    @property
    def url(self):
        return f'{self.scheme}://localhost:{self.port}/audit'

    def take(self, request):
        body = request.rfile.read(int(request.headers['Content-Length']))
        mood = self.mood.pop(0) if self.mood else 204
        if mood == 'drop':
            request.close_connection = True
            return
        if mood == 'late':      # it has it, and cannot say so
            self.keep(request, body)
            request.close_connection = True
            return
        if self.lets_in and not self.lets_in(
                request.headers.get('Authorization', '')):
            mood = 401
        if mood == 204:
            self.keep(request, body)
        request.send_response(mood)
        request.send_header('Content-Length', '0')
        request.end_headers()

    def keep(self, request, body):
        kind = request.headers['Content-Type']
        if kind != 'application/cloudevents-batch+json':
            self.bad.append(kind)
        for record in json.loads(body):
            if record['specversion'] != '1.0' or 'hash' not in record:
                self.bad.append(record)
            self.got.append(json.dumps(record, separators=(',', ':'),
                                       ensure_ascii=False).encode())

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def ids(lines):
    return [json.loads(line)['id'] for line in lines]


def check_all_there(place, got, name):
    """Each line of the file came, as it is there, and none that is not."""
    wanted = trail.lines(log(place))
    equal(sorted(set(ids(got))), sorted(ids(wanted)), f'{name}: every record')
    equal(sorted(set(map(bytes, got))), sorted(wanted),
          f'{name}: byte by byte, with its hash')
