#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""daypass status for people: live, in colours, and in a shell's prompt."""

import json
import os
import re
import signal
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import place as places   # noqa: E402
from support import sections, tap   # noqa: E402
from support.tap import equal, less, like, ok, unlike   # noqa: E402
from support.terminal import Shell   # noqa: E402


def hold(place):
    place.configure(sections.web_identity(place.rig), sections.aws())
    place.daypass('token', 'dev')


class Terminal(Shell):
    def __init__(self, place):
        place.become = lambda: ()
        place.uid = os.getuid()
        super().__init__(place)


def on_terminal(place, line):
    with Terminal(place) as shell:
        shell.say(line)
        shell.say("echo en''d")
        shell.see('end\r\n')
        return shell.seen.decode('utf-8', 'replace')


def test_colours(place):
    hold(place)
    if not os.path.exists('/bin/bash'):
        raise tap.Skip('there is no bash')
    shown = on_terminal(place, 'TERM=xterm daypass status')
    like(shown, r'dev +aws +\033\[32min \d+ min', 'long to live: green')
    like(on_terminal(place, 'NO_COLOR=1 TERM=xterm daypass status'),
         r'dev +aws +in \d+ min', 'NO_COLOR: none')
    place.daypass('end')
    place.rig.change(identity={'ttl': 300})
    place.daypass('token', '--audience', 'x')
    like(on_terminal(place, 'TERM=xterm daypass status'),
         r'id-token +\S+ +\033\[33min \d+ min', 'ten minutes: yellow')
    place.daypass('end')
    place.rig.change(identity={'ttl': 90})
    place.daypass('token', '--audience', 'x')
    like(on_terminal(place, 'TERM=xterm daypass status'),
         r'id-token +\S+ +\033\[31min \d+ s', 'two minutes: red')
    unlike(place.daypass('status').out, '\033', 'a pipe: none')
    unlike(on_terminal(place, 'daypass status').partition('status')[2], '\033',
           'TERM=dumb: none')


LONG = ('https://iam.googleapis.com/projects/1/locations/global/'
        'workloadIdentityPools/p/providers/w')


def lines_between(shown, line):
    """What a command printed, without the shell's own words."""
    text = shown.split(line + '\r\n')[-1].split('$ echo')[0]
    return text.replace('\r', '').split('\n')


def test_narrow(place):
    """Nothing is broken in the middle of a word by a narrow terminal."""
    if not os.path.exists('/bin/bash'):
        raise tap.Skip('there is no bash')
    place.configure(f'[function "{LONG}"]\n\tcredential = nosuch\n')
    place.daypass('token', '--audience', LONG)
    place.daypass('token', '--for', LONG + '/with/a/path/that/is/long')
    like(place.daypass('status').out, LONG + '\n', 'a pipe gets it all')
    shown = on_terminal(place, 'stty cols 72; NO_COLOR=1 daypass status')
    lines = lines_between(shown, 'daypass status')
    head = lines.index('FAILED      STAGE     WHY')
    ok(max(map(len, lines[:head])) <= 72, 'no line is too long', *lines)
    target, = (line for line in lines if line.startswith('id-token'))
    like(target, r' https://iam\S+\.\.\.\S+providers/w$',
         'of a long target the middle is left out')
    equal(len(target), 72, 'and no more than that')
    failed = lines[head + 1:]
    like(failed[0], r'^ +\d+ s ago  config    \S', 'what failed, and when')
    like(failed[1], r'^ {22}\S', 'goes on below itself')


def watch(place, *arguments):
    process = place.start('daypass', 'status', '--watch', *arguments)
    time.sleep(0.3)
    hold(place)
    time.sleep(1.7)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=10)
    return process.returncode, out.decode(), err.decode()


def test_watch(place):
    code, out, err = watch(place)
    equal((code, err), (-signal.SIGINT, ''), 'ends when it is interrupted')
    like(out, r'^no session is running.*dev +aws', 'sees a session begin')
    unlike(out, '\033', 'no terminal: nothing is cleared')


def test_watch_json(place):
    hold(place)
    _, out, _ = watch(place, '--json')
    lines = [json.loads(line) for line in out.splitlines()]
    ok(len(lines) >= 2, 'one document a line, one line a second', out)
    equal(lines[0]['credentials'][-1]['kind'] in ('aws', 'id-token'), True,
          'with what is held')


def frames(place, line, size):
    """What is drawn on a terminal of that size: each time, its lines as they
    are seen, without what sets colours."""
    with Terminal(place) as shell:
        shell.say(f'stty rows {size[0]} cols {size[1]}')
        shell.prompt()
        shell.say(line)
        shell.see('\033[J')
        shell.see('\033[J')
        shell.type('\x03')
        ok(shell.see('$ '), f'{line}: until ^C')
        drawn = shell.seen.decode('utf-8', 'replace').split('\033[H')[1:3]
    return [re.sub('\033\\[[0-9]*[mKJ]', '', frame.partition('\033[J')[0])
            .split('\r\n')[:-1] for frame in drawn]


def test_watch_terminal(place):
    hold(place)
    if not os.path.exists('/bin/bash'):
        raise tap.Skip('there is no bash')
    first, second = frames(place, 'TERM=xterm daypass status --watch',
                           (24, 80))
    like('\n'.join(first), 'dev +aws', 'the first look')
    like('\n'.join(second), 'dev +aws', 'takes the place of the one before')


def test_watch_small(place):
    """Of 200 credentials what there is room for, on any terminal."""
    if not os.path.exists('/bin/bash'):
        raise tap.Skip('there is no bash')
    place.configure()
    for i in range(200):
        place.daypass('token', '--audience', f'https://{i}.d\u00e9v.example/'
                      + 'long/' * 12)
    done = place.daypass('status')
    listed = done.out.count('\nid-token ')
    like(done.out, rf'\n\.\.\. {200 - listed} more\n',
         'in a pipe: all that a message has room for, and how many more')
    for rows, columns in ((24, 80), (10, 40), (3, 20), (1, 1)):
        for frame in frames(place, 'TERM=xterm daypass status --watch',
                            (rows, columns)):
            ok(len(frame) <= max(rows - 1, 1),
               f'{rows} by {columns}: no more rows', frame)
            ok(max(map(len, frame)) <= columns, 'no longer ones', frame)
            if rows >= 10:
                like('\n'.join(frame), r'\n\.\.\. \d+ more\n\n\d+ hits',
                     'how many more, and what comes behind them')
    shown = on_terminal(place, 'TERM=xterm daypass status')
    equal(shown.count('\nid-token '), listed, 'without --watch: all of them')
    like(shown, 'd\u00e9v', 'in their own letters')
    shown = on_terminal(place, 'LANG=C TERM=xterm daypass status')
    like(shown, r'0\.d\?v\.exa', 'a locale without them')
    unlike(shown, '\u00e9', 'has none of them')


def test_watch_dumb(place):
    """TERM=dumb and no session: one look below the other."""
    if not os.path.exists('/bin/bash'):
        raise tap.Skip('there is no bash')
    with Terminal(place) as shell:
        shell.say('daypass status --watch')
        ok(shell.see('no session is running') and
           shell.see('no session is running'), 'twice')
        shell.type('\x03')
        shell.see('$ ')
        unlike(shell.seen.decode().partition('watch')[2], '\033\\[[HJ2]',
               'nothing is drawn')


def test_prompt(place):
    for command in (['daypass-prompt'], ['daypass', 'status', '--prompt']):
        name = ' '.join(command)
        done = place.run(*command)
        equal((done.code, done.out, done.err), (0, '', ''),
              f'{name}: nothing where no session runs')
        equal(place.agent(), None, f'{name}: and starts none')
        hold(place)
        done = place.run(*command)
        equal((done.code, done.err), (0, ''), name)
        like(done.out, r'^ona \d+[smh]\n$', f'{name}: who, and how long')
        done = place.run(*command, env={'DAYPASS_SESSION': 'agent:x\033[2J'})
        like(done.out, r'^agent:x\?\[2J \d+[smh]\n$',
             f'{name}: in a child session its name, made printable')
        os.kill(place.agent(), signal.SIGSTOP)
        begun = time.monotonic()
        equal(place.run(*command).code, 0, f'{name}: an agent that hangs')
        less(time.monotonic() - begun, 2, f'{name}: is not waited for')
        os.kill(place.agent(), signal.SIGCONT)
        place.daypass('end')
    equal(place.run('daypass-prompt', 'x').code, 64, 'no arguments')
    equal(place.daypass('status', '--prompt', '--json').code, 64,
          'one form at a time')


def once(command, environment, null):
    begun = time.perf_counter()
    pid = os.posix_spawn(command[0], command, environment, file_actions=[
        (os.POSIX_SPAWN_DUP2, null, 1)])
    os.waitpid(pid, 0)
    return time.perf_counter() - begun


def test_prompt_is_fast(place):
    if places.is_sanitized():
        raise tap.Skip('a sanitizer takes its time')
    hold(place)
    null = os.open('/dev/null', os.O_WRONLY)
    for command, limit in ((['daypass-prompt'], 0.001),
                           (['daypass', 'status', '--prompt'], 0.003)):
        program = [os.path.join(places.BUILD, command[0]), *command[1:]]
        took = sorted(once(program, place.environment({}), null)
                      for _ in range(200))
        name = ' '.join(command)
        tap.note(f'{name}: best {took[0] * 1000:.2f} ms, median '
                 f'{took[100] * 1000:.2f} ms')
        less(took[0], limit, f'{name}: under {limit * 1000:.0f} ms')
    os.close(null)


if __name__ == '__main__':
    tap.run(globals())
