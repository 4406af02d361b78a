# SPDX-License-Identifier: Apache-2.0
"""Whose processes are still there. Reads /proc, ends nothing by name."""

import os
import select
import signal
import socket
import struct
import time


def all_pids():
    return [int(name) for name in os.listdir('/proc') if name.isdigit()]


def read(pid, what):
    """A file of /proc/PID; b'' where there is none or it is not for us."""
    try:
        with open(f'/proc/{pid}/{what}', 'rb') as source:
            return source.read()
    except OSError:
        return b''


def status(pid):
    """(state, parent, session) of a process, or None."""
    fields = read(pid, 'stat').rpartition(b') ')[2].split()
    return (fields[0].decode(), int(fields[1]), int(fields[3])) \
        if fields else None


def children(parent):
    found = ((pid, status(pid)) for pid in all_pids())
    return [pid for pid, is_now in found if is_now and is_now[1] == parent]


def with_environment(text):
    """Those whose environment has this in it, as far as we may look."""
    return [pid for pid in all_pids()
            if pid != os.getpid() and text.encode() in read(pid, 'environ')]


def of_session(session):
    """Those of a session that still run."""
    found = ((pid, status(pid)) for pid in all_pids())
    return [pid for pid, is_now in found
            if is_now and is_now[0] != 'Z' and is_now[2] == session]


def listener(path):
    """Who listens on a unix socket; None: nobody."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        try:
            directory, name = os.path.split(path)
            fd = os.open(directory, os.O_PATH | os.O_DIRECTORY)
            try:
                # A socket's path may be 107 characters long.
                connection.connect(f'/proc/self/fd/{fd}/{name}')
            finally:
                os.close(fd)
        except OSError:
            return None
        credentials = connection.getsockopt(
            socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize('3i'))
    return struct.unpack('3i', credentials)[0]


def wait_end(pid, seconds):
    """Waits until a process that is not our child has ended."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], seconds)[0])
    finally:
        os.close(descriptor)


def kill(pid, number=signal.SIGKILL):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def wait_for(condition, seconds=20):
    """For what cannot be waited for otherwise: asks until it is so."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > deadline:
            return None
        time.sleep(0.01)
    return found
