# SPDX-License-Identifier: Apache-2.0
"""A nats-server with JetStream, and as much of its protocol as it takes to
make a stream and to read what is in it."""

import base64
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import time

PEERS = os.environ.get('DAYPASS_PEERS', '/var/cache/daypass-peers')
STREAM = 'AUDIT'


def program():
    named = os.environ.get('DAYPASS_NATS_SERVER')
    for path in [named] if named else [
            shutil.which('nats-server', path='/usr/sbin:/usr/bin'),
            f'{PEERS}/nats/usr/sbin/nats-server']:
        if path and os.access(path, os.X_OK):
            return path
    return None


def free_port():
    with socket.create_server(('127.0.0.1', 0)) as listener:
        return listener.getsockname()[1]


class Connection:
    def __init__(self, port, tls=None, token=None):
        self.socket = socket.create_connection(('127.0.0.1', port), 10)
        self.stream = self.socket.makefile('rwb')
        self.stream.readline()      # INFO
        if tls:
            self.socket = ssl.create_default_context(cafile=tls).wrap_socket(
                self.socket, server_hostname='localhost')
            self.stream = self.socket.makefile('rwb')
        options = {'verbose': False, 'headers': True, 'no_responders': True}
        if token:
            options['auth_token'] = token
        self.say(f'CONNECT {json.dumps(options)}\r\nSUB _INBOX.x 1\r\n')

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stream.close()
        self.socket.close()

    def say(self, text):
        self.stream.write(text.encode())
        self.stream.flush()

    def ask(self, subject, **body):
        data = json.dumps(body)
        self.say(f'PUB {subject} _INBOX.x {len(data)}\r\n{data}\r\n')
        while line := self.stream.readline():
            words = line.split()
            if words[0] == b'PING':
                self.say('PONG\r\n')
            if words[0] == b'MSG':
                data = self.stream.read(int(words[-1]) + 2)
                return json.loads(data)
            if words[0] == b'HMSG':     # nobody answers
                self.stream.read(int(words[-1]) + 2)
                return {'error': {'code': 503}}
        raise ConnectionError('the server hung up')


class Server:
    def __init__(self, place, subject, conf='', tls=None, token=None):
        self.place = place
        self.subject = subject
        self.how = {'tls': tls, 'token': token}
        self.port = free_port()
        self.file = place.write('nats.conf', f'''
listen: "127.0.0.1:{self.port}"
jetstream: {{ store_dir: "{place.path("nats")}" }}
{conf}
''')
        self.process = None

    def __enter__(self):
        self.start()
        with self.connect() as connection:
            made = connection.ask(
                f'$JS.API.STREAM.CREATE.{STREAM}', name=STREAM,
                subjects=[self.subject], storage='file',
                retention='limits', discard='old', max_msgs=-1,
                max_bytes=-1, max_age=0, num_replicas=1)
        assert 'error' not in made, made
        return self

    def __exit__(self, *_):
        self.stop(signal.SIGTERM)

    def start(self):
        self.log = open(self.place.path('nats.log'), 'ab')
        self.process = subprocess.Popen(
            [program(), '-c', self.file], stdin=subprocess.DEVNULL,
            stdout=self.log, stderr=self.log)
        deadline = time.monotonic() + 20
        while True:
            try:
                with self.connect() as connection:
                    if 'error' not in connection.ask('$JS.API.INFO'):
                        return
            except (ConnectionError, OSError):
                pass
            if time.monotonic() > deadline:
                raise RuntimeError('nats-server does not start')
            time.sleep(0.05)

    def stop(self, number=signal.SIGKILL):
        if self.process:
            self.process.send_signal(number)
            self.process.wait(20)
            self.log.close()
        self.process = None

    def connect(self):
        return Connection(self.port, **self.how)

    def count(self):
        with self.connect() as connection:
            said = connection.ask(f'$JS.API.STREAM.INFO.{STREAM}')
        return said['state']['messages']

    def messages(self):
        """(headers, data) of each, in their order."""
        found = []
        with self.connect() as connection:
            state = connection.ask(f'$JS.API.STREAM.INFO.{STREAM}')['state']
            for number in range(state['first_seq'], state['last_seq'] + 1):
                message = connection.ask(
                    f'$JS.API.STREAM.MSG.GET.{STREAM}', seq=number)['message']
                found.append((
                    base64.b64decode(message.get('hdrs', '')).decode(),
                    base64.b64decode(message['data'])))
        return found
