#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""loopback.py DIR: the cloud of the documentation for contrib/playground,
until standard input ends. Writes DIR/shell, the variables that lead there, and
prints `ready`."""

import contextlib
import os
import shlex
import sys

sys.dont_write_bytecode = True
TESTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..')
sys.path.insert(0, TESTS)
sys.path.insert(0, os.path.join(TESTS, 'docs'))

from support.place import Place   # noqa: E402
from support.rig import Rig   # noqa: E402
from support.tap import Skip   # noqa: E402
from commands import names   # noqa: E402
from commands.documented import (   # noqa: E402
    Documented, Registry, environment, routes)
from commands.proxy import Proxy   # noqa: E402


def images(place):
    try:
        return Registry(place)
    except Skip as reason:
        print(f'No registry: {reason}.', file=sys.stderr)
        return contextlib.nullcontext()


def registries():
    """Those whose names are nothing else to daypass."""
    return [host for host in names.REGISTRIES if host not in names.HOSTS]


def main():
    path = os.path.join(sys.argv[1], 'shell')
    with Rig(Documented) as rig, Place(rig) as place, images(place):
        names.populate(rig)
        with Proxy(routes(rig, registries())) as proxy:
            variables = environment(rig, proxy)
            with open(path, 'w', encoding='utf-8') as out:
                for name, value in variables.items():
                    out.write(f'export {name}={shlex.quote(value)}\n')
                out.write(f'PATH=$PATH:{shlex.quote(rig["bin"])}\n')
            print('ready', flush=True)
            sys.stdin.read()


if __name__ == '__main__':
    main()
