#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A warm get in a child session, whose policy has two hundred rules: the last
one allows it.

Run as a program, session.py SOCKET COMMAND...: opens a child session by the
wire and becomes the command, which leads it then."""

import os
import socket
import sys

RULES = 200


def configure(place, rig):
    """Rules that look like those of a large organization."""
    from support import sections
    names = [f'rule-{i}' for i in range(RULES)]
    rules = [sections.section(
        'rule', name, verdict='allow', tool='git', max_ttl='15m',
        target=f'https://git{i}.acme.io/team-*/**') for i, name in
        enumerate(names[:-1])]
    place.configure(
        sections.octo(rig), sections.git(rig),
        sections.section('policy', 'agent:*', rule=names), *rules,
        sections.section('rule', names[-1], verdict='allow',
                         target=rig['git'] + '/acme/**'))


def section(rig):
    import table
    import warm
    from runs import EMPTY, in_turn, rounds
    from support.place import Place
    with Place(rig) as place:
        configure(place, rig)
        git = warm.helpers(place, rig)[0]
        place.daypass('begin')
        times = in_turn(place, [EMPTY, git], rounds(0.5), before=[
            sys.executable, '-B', os.path.abspath(__file__), place.socket])
    table.heading(f'The same in a child session with {RULES} rules')
    table.show(['warm get', 'median, µs', '× empty'], [
        [name, table.us(time), table.ratio(time, times[EMPTY.name])]
        for name, time in times.items()])


def lead(path, *command):
    fd = os.open(os.path.dirname(path), os.O_PATH | os.O_DIRECTORY)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as to:
        to.connect(f'/proc/self/fd/{fd}/{os.path.basename(path)}')
        to.sendall(b'daypass=1 session\nname=agent:bench\n\n')
        if b'daypass=1 ok' not in to.recv(4096):
            sys.exit('no session')
    os.close(fd)
    os.execvp(command[0], command)


if __name__ == '__main__':
    lead(*sys.argv[1:])
