# SPDX-License-Identifier: Apache-2.0
"""A real NATS server with an auth callout, the service that answers it, and a
client that speaks the protocol by hand. All on loopback, all ended by pid."""

import glob
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import time
import urllib.request

from support.place import BUILD
from support.processes import wait_for
from support.tap import Skip

PEERS = os.environ.get('DAYPASS_PEERS', '/var/cache/daypass-peers')
AUDIENCE = 'nats.acme.io'
CALLOUT = os.path.join(BUILD, 'daypass-nats-callout')
PATIENCE = 20
MAP = '''
[map "web"]
	claim = sub=org:acme/prj:web/env:{env}
	account = APP
	publish = web.{env}.>
	subscribe = web.{env}.>
	subscribe = _INBOX.{env}.>
'''


def free_port():
    with socket.create_server(('127.0.0.1', 0)) as listener:
        return listener.getsockname()[1]


def server_program():
    """A nats-server that knows auth callouts, of these the first."""
    named = os.environ.get('DAYPASS_NATS_SERVER')
    for path in [named] if named else [
            f'{PEERS}/nats/usr/sbin/nats-server',
            shutil.which('nats-server', path='/usr/sbin:/usr/bin')]:
        if path and os.access(path, os.X_OK) and version(path) >= (2, 10):
            return path
    return None


def version(path):
    said = subprocess.run([path, '--version'], capture_output=True, text=True,
                          check=False, stdin=subprocess.DEVNULL).stdout
    found = re.search(r'v(\d+)\.(\d+)', said)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def why_not():
    """Why none of this can be done here, or None."""
    if not os.path.exists(CALLOUT):
        return 'built without daypass-nats-callout: libnats-dev, libsodium-dev'
    if server_program() is None:
        return 'no nats-server 2.10 or later (contrib/provision newer)'
    return None


def make_key(place, kind, name):
    """(public key, file)"""
    path = place.path(name)
    if os.path.exists(path):
        os.unlink(path)
    done = place.run(CALLOUT, f'--new-{kind}', path)
    assert done.code == 0, done
    return done.out.strip(), path


def stop(process, number=signal.SIGTERM):
    if process.poll() is None:
        process.send_signal(number)
    try:
        return process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


class Server:
    """nats-server with accounts AUTH (the callout's), APP and OPS, and in
    each of the last two a user with a password that the callout must make
    useless."""

    def __init__(self, place, issuer, xkey=None, callout=True, tls=None,
                 **more):
        self.place = place
        self.port = more.pop('port', None) or free_port()
        self.program = server_program()
        self.issuer, self.xkey, self.tls = issuer, xkey, tls
        self.more = {'max_control_line': 16384, **more}
        self.timeout = self.more.pop('timeout', 2)
        self.callout = callout
        self.name = f'server-{self.port}'
        self.process = None

    @property
    def url(self):
        return f'{"tls" if self.tls else "nats"}://localhost:{self.port}'

    def configuration(self):
        callout = f'''
  auth_callout {{
    issuer: {self.issuer}
    account: AUTH
    auth_users: [ auth ]
    {f'xkey: {self.xkey}' if self.xkey else ''}
  }}''' if self.callout else ''
        more = '\n'.join(f'{name}: {value}'
                         for name, value in self.more.items())
        tls = f'''
tls {{ cert_file: "{self.tls[0]}", key_file: "{self.tls[1]}" }}
''' if self.tls else ''
        return f'''
host: 127.0.0.1
port: {self.port}
{more}
{tls}
accounts {{
  AUTH {{ users: [ {{ user: auth, password: secret }} ] }}
  APP {{ users: [ {{ user: static, password: static }} ] }}
  OPS {{ users: [ {{ user: ops, password: ops }} ] }}
  SYS {{ users: [ {{ user: sys, password: sys }} ] }}
}}
system_account: SYS
authorization {{
  timeout: {self.timeout}{callout}
}}
'''

    def write(self):
        return self.place.write(f'{self.name}.conf', self.configuration())

    def start(self):
        log = open(self.place.path(f'{self.name}.log'), 'ab')
        self.process = self.place.start(
            self.program, '-c', self.write(), stdin=subprocess.DEVNULL,
            stdout=log, stderr=log)
        log.close()
        assert wait_for(self.answers, PATIENCE), self.said()
        return self

    def answers(self):
        try:
            socket.create_connection(('127.0.0.1', self.port), 1).close()
        except OSError:
            return False
        return True

    def said(self):
        with open(self.place.path(f'{self.name}.log'),
                  encoding='utf-8') as log:
            return log.read()

    def restart(self):
        """A reload does not take another issuer or xkey."""
        self.stop()
        self.start()

    def stop(self, number=signal.SIGTERM):
        stop(self.process, number)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()


class Callout:
    """One daypass-nats-callout, and what it says, records and counts."""
    count = 0

    def __init__(self, place, server, signing, xkey=None, maps=MAP,
                 issuers=None, audit='', env=None, **nats):
        Callout.count += 1
        self.place = place
        self.name = f'callout-{Callout.count}'
        self.metrics_port = free_port()
        self.env = env or {}
        password = place.write('password', 'secret\n')
        keys = {'url': server.url.replace('localhost', '127.0.0.1')
                if not server.tls else server.url, 'user': 'auth',
                'password-file': password, 'signing-key': signing, **nats}
        if xkey:
            keys['xkey'] = xkey
        if server.tls:
            keys.setdefault('ca-file', place.rig['ca'])
        lines = ''.join(f'\t{name.replace("_", "-")} = {value}\n'
                        for name, value in keys.items() if value)
        self.config = place.write(f'{self.name}.conf', f'''
[nats]
{lines}
{issuers or issuer_section(place.rig)}
{maps}
[audit]
	sink = file:{self.audit_path}
	{audit}
[metrics]
	listen = 127.0.0.1:{self.metrics_port}
''')
        self.process = None

    @property
    def audit_path(self):
        return self.place.path(f'{self.name}.audit')

    def start(self, wait=True):
        log = open(self.place.path(f'{self.name}.log'), 'ab')
        self.process = self.place.start(
            CALLOUT, '--config', self.config, env=self.env,
            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        log.close()
        if wait:
            assert wait_for(self.serves, PATIENCE), self.said()
        return self

    def serves(self):
        assert self.process.poll() is None, self.said()
        return 'serving' in self.said()

    def said(self):
        with open(self.place.path(f'{self.name}.log'),
                  encoding='utf-8') as log:
            return log.read()

    def stop(self, number=signal.SIGTERM):
        return stop(self.process, number)

    def __enter__(self):
        return self if self.process else self.start()

    def __exit__(self, *_):
        self.stop()

    def records(self):
        with open(self.audit_path, encoding='utf-8') as audit:
            return [json.loads(line) for line in audit]

    def last(self):
        """The data of the last record."""
        return self.records()[-1]['data']

    def metrics(self):
        address = f'http://127.0.0.1:{self.metrics_port}/metrics'
        with urllib.request.urlopen(address, timeout=5) as reply:
            text = reply.read().decode()
        return {name: float(value) for name, value in (
            line.rsplit(' ', 1) for line in text.splitlines()
            if not line.startswith('#'))}


def issuer_section(rig, url=None, **more):
    keys = {'audience': AUDIENCE, 'ca-file': rig['ca'], **more}
    return f'[issuer "{url or rig["issuer"]}"]\n' + ''.join(
        f'\t{name.replace("_", "-")} = {value}\n'
        for name, value in keys.items() if value)


class Refused(Exception):
    """-ERR, or hung up on."""


class Client:
    """The client's protocol (docs.nats.io, "Client Protocol"), by hand."""

    def __init__(self, server, tls=None, wait=10, **options):
        self.buffer = b''
        self.messages = []
        self.errors = []
        self.socket = socket.create_connection(
            ('127.0.0.1', server.port), wait)
        self.info = json.loads(self.line().removeprefix(b'INFO '))
        if server.tls:
            context = ssl.create_default_context(cafile=tls)
            self.socket = context.wrap_socket(
                self.socket, server_hostname='localhost')
        connect = {'verbose': False, 'pedantic': False, 'lang': 'python',
                   'version': '0', 'protocol': 1, 'headers': True,
                   **options}
        try:
            self.send(b'CONNECT ' + json.dumps(connect).encode() +
                      b'\r\nPING\r\n')
            self.until_pong()
        except BaseException:
            self.close()
            raise

    def send(self, data):
        self.socket.sendall(data)

    def line(self):
        while b'\r\n' not in self.buffer:
            self.more()
        line, _, self.buffer = self.buffer.partition(b'\r\n')
        return line

    def more(self):
        try:
            got = self.socket.recv(65536)
        except ConnectionError as error:
            raise Refused(str(error)) from error
        if not got:
            raise Refused('hung up')
        self.buffer += got

    def take(self):
        """One operation of the server's."""
        line = self.line()
        word, _, rest = line.partition(b' ')
        if word == b'MSG':
            fields = rest.split()
            length = int(fields[-1])
            while len(self.buffer) < length + 2:
                self.more()
            self.messages.append((fields[0].decode(), self.buffer[:length]))
            self.buffer = self.buffer[length + 2:]
        elif word == b'PING':
            self.send(b'PONG\r\n')
        elif word == b'-ERR':
            self.errors.append(rest.decode())
            if 'Permissions Violation' not in self.errors[-1]:
                raise Refused(self.errors[-1])
        return word

    def until_pong(self):
        while self.take() != b'PONG':
            pass

    def flush(self):
        """What was sent has been looked at; the errors that came."""
        self.errors.clear()
        self.send(b'PING\r\n')
        self.until_pong()
        return list(self.errors)

    def publish(self, subject, payload=b'x', reply=''):
        self.send(b'PUB %s %s %d\r\n%s\r\n' % (
            subject.encode(), reply.encode(), len(payload), payload))
        return self.flush()

    def subscribe(self, subject, number=1):
        self.send(b'SUB %s %d\r\n' % (subject.encode(), number))
        return self.flush()

    def wait_end(self, seconds):
        """What the server says when it ends the connection."""
        self.socket.settimeout(seconds)
        try:
            while True:
                self.take()
        except Refused as error:
            return str(error)
        except TimeoutError:
            return None

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def tries(server, **options):
    """None: let in; else what the client is told, and how long it took."""
    before = time.monotonic()
    try:
        with Client(server, **options):
            return None
    except (Refused, TimeoutError) as error:
        return f'{error} after {time.monotonic() - before:.1f} s'


class Running:
    """A server and a service that run for as long as it is entered."""

    server = callout = None

    def __enter__(self):
        self.server.start()
        try:
            self.callout.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.callout.process:
            self.callout.stop()
        self.server.stop()


class Setting(Running):
    """A server and a service, with keys of their own."""

    def __init__(self, place, xkey=True, server=None, **callout):
        reason = why_not()
        if reason:
            raise Skip(reason)
        self.place = place
        self.public, self.signing = make_key(place, 'signing-key', 'sign')
        self.xpublic = self.xkey = None
        if xkey:
            self.xpublic, self.xkey = make_key(place, 'xkey', 'xkey')
        self.server = Server(place, self.public, self.xpublic,
                             **(server or {}))
        self.callout = self.another(**callout)

    def another(self, **callout):
        callout = {'signing': self.signing, 'xkey': self.xkey, **callout}
        return Callout(self.place, self.server, **callout)

    def serves_again(self, times=2):
        """The service has connected so many times."""
        assert wait_for(lambda: self.callout.said().count('serving') >= times,
                        PATIENCE), self.callout.said()

    def token(self, **more):
        return self.place.rig.token(AUDIENCE, **more)


def program(name):
    """A client of ours in C, of the build."""
    path = os.path.join(BUILD, 'tests', 'nats', name)
    if not os.path.exists(path):
        raise Skip(f'{name} is not built: libnats-dev')
    return path


def node_modules():
    """Where npm's nats is, or Skip."""
    found = glob.glob(f'{PEERS}/node_modules/nats/package.json')
    if not shutil.which('node', path=os.environ.get('PATH')) or not found:
        raise Skip('no node, or no npm nats (contrib/provision node)')
    return f'{PEERS}/node_modules'
