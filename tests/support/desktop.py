# SPDX-License-Identifier: Apache-2.0
"""A desktop's session bus, with a real Secret Service on it: gnome-keyring,
headless, on an empty home."""

import os
import shutil
import subprocess
import tempfile

from . import tap
from .processes import wait_for

NEEDED = ('dbus-daemon', 'dbus-send', 'gnome-keyring-daemon')
COLLECTION = '/org/freedesktop/secrets/collection/login'
# No service is started by being asked for: what is there is what we start.
BUS = """\
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path={path}</listen>
<auth>EXTERNAL</auth><policy context="default">
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
<allow own="*"/></policy></busconfig>
"""


class Desktop:
    def __init__(self, build, service=True):
        for program in NEEDED:
            if shutil.which(program) is None:
                raise tap.Skip(f'{program} is not installed')
        if not os.path.exists(os.path.join(build, 'daypass-keyring')):
            raise tap.Skip('daypass-keyring is not built: no libsecret')
        self.build = build
        self.service = service
        self.processes = []
        self.directory = tempfile.mkdtemp(prefix='daypass-desktop-')
        self.socket = os.path.join(self.directory, 'bus')
        self.env = {
            'PATH': '/usr/bin:/bin', 'HOME': self.directory,
            'XDG_RUNTIME_DIR': self.directory,
            'XDG_DATA_HOME': os.path.join(self.directory, 'data'),
            'DBUS_SESSION_BUS_ADDRESS': f'unix:path={self.socket}'}

    def __enter__(self):
        try:
            self.up()
        except BaseException:
            self.__exit__()
            raise
        return self

    def up(self):
        config = os.path.join(self.directory, 'bus.conf')
        with open(config, 'w', encoding='utf-8') as out:
            out.write(BUS.format(path=self.socket))
        self.start('dbus-daemon', '--nofork', f'--config-file={config}')
        assert wait_for(lambda: os.path.exists(self.socket)), 'no bus'
        if self.service:
            self.start_service()

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.kill()
            process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)

    def start(self, *command, input=None):
        process = subprocess.Popen(
            command, env=self.env, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, stdin=subprocess.PIPE)
        if input is not None:
            process.stdin.write(input)
        process.stdin.close()
        self.processes.append(process)
        return process

    def start_service(self):
        self.start('gnome-keyring-daemon', '--foreground', '--unlock',
                   '--components=secrets', input=b'password')
        assert wait_for(lambda: b'login' in self.send(
            'org.freedesktop.DBus.Properties.Get',
            'string:org.freedesktop.Secret.Service',
            'string:Collections')), 'no Secret Service'

    def send(self, method, *arguments):
        return subprocess.run(
            ['dbus-send', '--session', '--print-reply',
             '--dest=org.freedesktop.secrets', '/org/freedesktop/secrets',
             method, *arguments], env=self.env, check=False, timeout=20,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL).stdout

    def lock(self):
        self.send('org.freedesktop.Secret.Service.Lock',
                  f'array:objpath:{COLLECTION}')

    def attributes(self):
        """Of all there is: what the service does not encrypt."""
        found = self.send('org.freedesktop.Secret.Service.SearchItems',
                          'dict:string:string:')
        paths = [part.split('"')[1] for part in found.decode().splitlines()
                 if 'object path' in part]
        return b''.join(subprocess.run(
            ['dbus-send', '--session', '--print-reply',
             '--dest=org.freedesktop.secrets', path,
             'org.freedesktop.DBus.Properties.GetAll',
             'string:org.freedesktop.Secret.Item'], env=self.env,
            check=False, timeout=20, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
            for path in paths)

    def holds(self, *messages):
        """Another daypass-keyring, which stays; what it said."""
        process = subprocess.Popen(
            [os.path.join(self.build, 'daypass-keyring')], env=self.env,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL)
        self.processes.append(process)
        process.stdin.write(b''.join(messages))
        process.stdin.flush()
        return process.stdout.readline().decode()

    def ask(self, *messages):
        """daypass-keyring itself, spoken to by hand."""
        return subprocess.run(
            [os.path.join(self.build, 'daypass-keyring')], env=self.env,
            input=b''.join(messages), check=False, timeout=60,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.decode()
