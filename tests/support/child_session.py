# SPDX-License-Identifier: Apache-2.0
"""A child session, opened by the wire as `daypass run` does, without its
isolation: a leader that sends `session` and runs what it is told to."""

import json
import subprocess
import sys
import threading
from queue import SimpleQueue

from . import wire
from .place import LIMIT, Done

LEADER = r'''
import json, os, socket, subprocess, sys, threading

request = json.loads(sys.stdin.readline())
directory, name = os.path.split(request['socket'])
fd = os.open(directory, os.O_PATH | os.O_DIRECTORY)
with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as to:
    to.connect(f'/proc/self/fd/{fd}/{name}')
    to.sendall(request['message'].encode())
    said = b''
    while more := to.recv(65536):
        said += more
os.close(fd)
lock = threading.Lock()


def say(what):
    with lock:
        print(json.dumps(what), flush=True)


def run(order):
    done = subprocess.run(
        order['argv'], input=order['input'], env=order['env'],
        cwd=order['cwd'], capture_output=True, text=True, check=False,
        errors='replace')
    say([order['number'], done.returncode, done.stdout, done.stderr])


say(said.decode())
for line in sys.stdin:
    threading.Thread(target=run, args=(json.loads(line),),
                     daemon=True).start()
os._exit(0)     # whatever still runs
'''


class ChildSession:
    """Commands run inside of it; `with` ends it, which kills nobody: its
    commands have ended by then, or are left to whoever started them."""

    def __init__(self, place, name, **more):
        self.place = place
        self.results = {}
        place.daypass('begin')
        self.leader = place.start(sys.executable, '-B', '-c', LEADER,
                                  stderr=None)
        self.send({'socket': place.socket, 'message': wire.message(
            'session', name=name, **more).decode()})
        self.word, said = wire.parse(
            json.loads(self.leader.stdout.readline()).encode())
        self.id = said.get('session')
        self.said = said
        threading.Thread(target=self.listen, daemon=True).start()

    def send(self, what):
        self.leader.stdin.write(json.dumps(what).encode() + b'\n')
        self.leader.stdin.flush()

    def listen(self):
        for line in self.leader.stdout:
            number, *done = json.loads(line)
            self.results[number].put(Done(*done))

    def start(self, *argv, input='', env=None, cwd=None):
        """Gives what end() waits for."""
        number = len(self.results)
        self.results[number] = SimpleQueue()
        self.send({'number': number, 'argv': argv, 'input': input,
                   'env': self.place.environment(env or {}),
                   'cwd': cwd or self.place.home})
        return number

    def end(self, number, limit=LIMIT):
        return self.results[number].get(timeout=limit)

    def run(self, *argv, **more):
        return self.end(self.start(*argv, **more))

    def daypass(self, *arguments, **more):
        return self.run('daypass', *arguments, **more)

    def close(self):
        if self.leader.poll() is None:
            self.leader.stdin.close()
            try:
                self.leader.wait(5)
            except subprocess.TimeoutExpired:
                self.leader.kill()
                self.leader.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

