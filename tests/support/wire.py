# SPDX-License-Identifier: Apache-2.0
"""The wire, spoken by hand: for askers that no helper would be."""

import os
import socket
from contextlib import contextmanager


def message(word, *pairs, **more):
    lines = [f'daypass=1 {word}', *(f'{k}={v}' for k, v in pairs),
             *(f'{k.replace("_", "-")}={v}' for k, v in more.items())]
    return ('\n'.join(lines) + '\n\n').encode()


def request(place, word, *pairs, **more):
    """As a helper in this place would say it."""
    origin = [('config', place.config), ('env.HOME', place.env['HOME'])]
    return message(word, *origin, *pairs, **more)


def get(place, **more):
    return request(place, 'get', tool='aws', target='default', **more)


def token(place, audience, **more):
    return request(place, 'get', tool='token', audience=audience, **more)


@contextmanager
def within_reach(path):
    """A socket's name that fits into an address."""
    directory, name = os.path.split(path)
    fd = os.open(directory, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f'/proc/self/fd/{fd}/{name}'
    finally:
        os.close(fd)


def connect(place, limit=60):
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(limit)
    with within_reach(place.socket) as path:
        connection.connect(path)
    return connection


def rest_of(connection):
    """All that it says until it hangs up."""
    said = b''
    try:
        while more := connection.recv(65536):
            said += more
    except ConnectionResetError:
        pass
    return said


def ask(place, request):
    with connect(place) as connection:
        connection.sendall(request)
        return parse(rest_of(connection))


def parse(said):
    """(word, {key: value}); the last of a key that repeats."""
    lines = said.decode().split('\n')
    word = lines[0].removeprefix('daypass=1 ')
    return word, dict(line.partition('=')[::2] for line in lines[1:] if line)
