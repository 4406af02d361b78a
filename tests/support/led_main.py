# SPDX-License-Identifier: Apache-2.0
"""What support.led starts: does what its input says, a line at a time."""

import os
import socket
import sys


def send(path, request):
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    os.chdir(os.path.dirname(path))
    connection.connect(os.path.basename(path))
    connection.sendall(request)
    return connection


def ask(path, request):
    with send(path, request) as connection:
        said = b''
        while more := connection.recv(65536):
            said += more
        return said


def attend(path, request, child):
    """As `daypass run` does; there is no answer before the end."""
    root = f'root={child}\n\n'.encode()
    return send(path, bytes.fromhex(request)[:-1] + root)


def main():
    path = sys.argv[1]
    while words := sys.stdin.readline().split():
        if words[0] == 'ask':
            print(ask(path, bytes.fromhex(words[1])).hex(), flush=True)
        elif (child := os.fork()):
            kept = words[1:] and attend(path, words[1], child)
            print(f'{child:08x}', flush=True)
            os.waitpid(child, 0)
            del kept
            return


if __name__ == '__main__':
    main()
