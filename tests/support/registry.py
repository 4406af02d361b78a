# SPDX-License-Identifier: Apache-2.0
"""Debian's docker-registry as the cloud wants it, and an image for it."""

import shutil
import socket
import subprocess

from . import processes, tap


def need(*programs):
    """Their paths: docker's often comes from elsewhere than Debian."""
    paths = [shutil.which(program) for program in programs]
    for program, path in zip(programs, paths):
        if path is None:
            raise tap.Skip(f'{program} is not installed')
    return paths


def answers(port):
    try:
        socket.create_connection(('localhost', port), 5).close()
    except OSError:
        return False
    return True


class Registry:
    """docker-registry as the cloud wants it, while the test runs."""

    def __init__(self, place):
        program, = need('docker-registry')
        self.host = place.rig['registry']
        self.process = subprocess.Popen(
            [program, 'serve', place.rig['registry_config']],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, env={'PATH': '/usr/bin:/bin'})

    def __enter__(self):
        port = int(self.host.partition(':')[2])
        assert processes.wait_for(lambda: answers(port), 30)
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def image(place):
    """An image made from nothing."""
    umoci, = need('umoci')
    for command in (['init', '--layout', 'oci'], ['new', '--image', 'oci:v1']):
        done = place.run(umoci, *command)
        assert done.code == 0, done
    return 'oci:oci:v1'
