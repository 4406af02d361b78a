# SPDX-License-Identifier: Apache-2.0
"""What support.led starts: does what its input says, a line at a time."""

import os
import socket
import sys


def ask(path, request):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        os.chdir(os.path.dirname(path))
        connection.connect(os.path.basename(path))
        connection.sendall(request)
        said = b''
        while more := connection.recv(65536):
            said += more
        return said


def main():
    path = sys.argv[1]
    while words := sys.stdin.readline().split():
        if words[0] == 'ask':
            print(ask(path, bytes.fromhex(words[1])).hex(), flush=True)
        elif (child := os.fork()):
            os.waitpid(child, 0)
            return
        else:
            print('', flush=True)


if __name__ == '__main__':
    main()
