#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`[session] log`: what syslog and the journal are sent, that no secret is in
it, and that the agent waits for neither of them."""

import fcntl
import os
import re
import socket
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import canary, processes, sections, tap   # noqa: E402
from support.place import BUILD   # noqa: E402
from support.tap import equal, less, like, ok, unlike   # noqa: E402

# Where the loggers listen is the system's: so the agent gets a /dev and a
# /run of its own, in which these names lead to sockets of the test.
ELSEWHERE = '''
set -e
mkdir -p "$1/dev" "$1/run/systemd/journal"
mount -t tmpfs none "$1/dev"
for device in null zero full random urandom tty; do
	: >"$1/dev/$device"
	mount --bind "/dev/$device" "$1/dev/$device"
done
ln -s /proc/self/fd "$1/dev/fd"
ln -s "$1/syslog.sock" "$1/dev/log"
ln -sf "$1/journal.sock" "$1/run/systemd/journal/socket"
mount --rbind "$1/dev" /dev
mount --bind "$1/run" /run
cd /
shift
exec "$@"
'''
SYSLOG = (r'<(\d+)>[A-Z][a-z]{2} [ 1-3]\d \d\d:\d\d:\d\d '
          r'daypass-agent\[(\d+)\]: ([^\n]*)')
ERROR, NOTICE, AUTHPRIV = 3, 5, 10


class Logger:
    """Who listens on a socket of datagrams, or only has it."""

    def __init__(self, path, listens=True):
        self.path = path
        self.got = []
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(path)
        self.over = False
        self.thread = threading.Thread(target=self.listen, daemon=True)
        if listens:
            self.thread.start()

    def listen(self):
        self.socket.settimeout(0.05)
        while not self.over:
            try:
                self.got.append(self.socket.recv(65536).decode())
            except TimeoutError:
                pass

    def wait(self, pattern):
        """The first message like this, or None."""
        def find():
            return next((m for m in self.got if re.search(pattern, m)), None)
        return processes.wait_for(find, 10)

    def close(self):
        self.over = True
        if self.thread.is_alive():
            self.thread.join()
        self.socket.close()
        os.unlink(self.path)


def bind(place, log):
    rig = place.rig
    place.configure(
        sections.section('session', '', log=log), sections.web_identity(rig),
        sections.aws(), sections.octo(rig), sections.git(rig),
        sections.token_exchange(rig))


def begin(place):
    """An agent in whose world the loggers are ours; its pid."""
    world = place.make('world')
    apart = ['unshare', '--mount']
    if os.getuid() != 0:
        apart += ['--user', '--map-current-user']
    can = place.run(*apart, 'mount', '-t', 'tmpfs', 'none', world)
    if can.code:
        raise tap.Skip(f'only root may mount here: {can.err}')
    done = place.run(*apart, 'sh', '-c', ELSEWHERE, 'sh', world,
                     'daypass', 'begin')
    assert done.code == 0, done
    return place.agent()


def use(place):
    """Good answers and bad ones, which tell most."""
    done = [place.run('aws-credential-daypass'),
            place.run('git-credential-daypass', 'get',
                      input=f'protocol=https\nhost={place.rig.git}\n'
                            'path=acme/web\n\n'),
            place.daypass('token', 'api'),
            place.daypass('token', '--audience', 'x')]
    ok(all(d.code == 0 for d in done), 'it works', *done)
    for mode in ('truncate', 'wrong-type', 'redirect'):
        for service in ('sts', 'octo', 'token_exchange'):
            place.rig.fault(service, mode, count=-1)
        for name in ('dev', 'api'):
            place.daypass('token', '--force', name)
        place.rig.heal()


def check_secrets(place, got):
    wanted = canary.needles(place.rig.secrets())
    ok(len(wanted) > 10, 'there are secrets to hunt for', len(wanted))
    ok(not canary.found_in('\n'.join(got).encode(), wanted),
       'none of them is in the log')


def test_syslog(place):
    bind(place, 'syslog')
    world = place.make('world')
    logger = Logger(os.path.join(world, 'syslog.sock'))
    agent = begin(place)
    use(place)
    place.daypass('end')
    ok(logger.wait('revoked github'), 'up to the end', logger.got)
    logger.close()
    lines = [re.fullmatch(SYSLOG, line) for line in logger.got]
    ok(all(lines), 'each is a line of RFC 3164', logger.got)
    equal({int(m[2]) for m in lines}, {agent}, 'of the agent')
    levels = {int(m[1]) for m in lines}
    equal(levels, {AUTHPRIV * 8 + ERROR, AUTHPRIV * 8 + NOTICE},
          'of two levels, for the eyes of root')
    for level, pattern in (
            (NOTICE, r'^minted dev \(aws-web-identity\) for default, \S+Z '
                     r'sub='),
            (ERROR, r'^exchange aws-web-identity'),
            (NOTICE, r'^revoked github$')):
        ok(any(int(m[1]) == AUTHPRIV * 8 + level and re.search(pattern, m[3])
               for m in lines), f'one is {pattern}', logger.got)
    check_secrets(place, logger.got)


def fields(datagram):
    """The journal's: NAME=VALUE, a line each; no other form is used."""
    lines = datagram.removesuffix('\n').split('\n')
    assert all(re.match('[A-Z_]+=', line) for line in lines), datagram
    return dict(line.split('=', 1) for line in lines)


def test_journal(place):
    bind(place, 'journal')
    world = place.make('world')
    logger = Logger(os.path.join(world, 'journal.sock'))
    agent = begin(place)
    use(place)
    place.daypass('end')
    ok(logger.wait('MESSAGE=revoked github'), 'up to the end', logger.got)
    logger.close()
    got = [fields(datagram) for datagram in logger.got]
    equal({(f['SYSLOG_IDENTIFIER'], f['SYSLOG_PID'], f['SYSLOG_FACILITY'])
           for f in got}, {('daypass-agent', str(agent), str(AUTHPRIV))},
          'who says it')
    equal({f['PRIORITY'] for f in got}, {str(ERROR), str(NOTICE)}, 'levels')
    said = {(f['PRIORITY'], f['MESSAGE'].split()[0]) for f in got}
    ok({('5', 'minted'), ('5', 'revoked'), ('3', 'exchange')} <= said,
       'mints, revocations and failures', said)
    check_secrets(place, logger.got)


def test_hostile_text(place):
    """What a stranger writes adds neither a line nor a field."""
    place.write('home/token', place.rig.token(
        'x', sub='me\nPRIORITY=0 \x1b[31m'))
    place.configure(sections.section('session', '', log='journal'),
                    sections.section('identity', '', source='file',
                                     file=place.path('home/token')))
    logger = Logger(os.path.join(place.make('world'), 'journal.sock'))
    begin(place)
    equal(place.daypass('token', '--audience', 'x').code, 0, 'its token')
    said = logger.wait('MESSAGE=minted')
    logger.close()
    like(said, r'sub=me.PRIORITY=0 .\[31m\n$', 'its subject is shown')
    equal(fields(said)['PRIORITY'], str(NOTICE), 'and sets no field')
    unlike(said, '\x1b', 'no escape is sent')


def mint_many(place, first, count):
    """So many tokens; how long the slowest took."""
    slowest = 0
    for n in range(first, first + count):
        began = time.monotonic()
        done = place.daypass('token', '--audience', f'a{n}')
        slowest = max(slowest, time.monotonic() - began)
        if done.code:
            ok(False, f'token {n}', done)
    return slowest


def test_nobody_listens(place):
    bind(place, 'syslog')
    begin(place)
    less(mint_many(place, 0, 3), 10, 'no logger: nobody waits for one')
    path = os.path.join(place.path('world'), 'syslog.sock')
    logger = Logger(path)
    mint_many(place, 3, 1)
    ok(logger.wait(r'3 lines of this log were lost'), 'one comes: how many '
       'lines it has missed', logger.got)
    equal(len(logger.got), 2, 'and the new one')
    logger.close()
    logger = Logger(path)
    mint_many(place, 4, 1)
    ok(logger.wait('minted id-token'), 'one that was started anew')
    unlike('\n'.join(logger.got), 'lost', 'has missed nothing')
    logger.close()


def queue():
    with open('/proc/sys/net/unix/max_dgram_qlen', encoding='ascii') as limit:
        return int(limit.read())


def test_nobody_reads(place):
    """A logger that hangs: its queue fills up."""
    if queue() > 100:
        raise tap.Skip(f'the queue of a socket is {queue()} long here')
    bind(place, 'journal')
    logger = Logger(os.path.join(place.make('world'), 'journal.sock'), False)
    begin(place)
    less(mint_many(place, 0, queue() + 8), 10, 'nobody waits for it')
    logger.thread.start()
    ok(processes.wait_for(lambda: len(logger.got) > queue(), 10),
       'what fits is there when it goes on', len(logger.got))
    before = len(logger.got)
    mint_many(place, queue() + 8, 1)
    ok(logger.wait(r'\d lines of this log were lost'), 'and how much is not')
    lost = logger.wait('were lost')
    lost = int(re.search(r'(\d+) lines', lost)[1])
    equal(before + lost, queue() + 8, 'all are accounted for')
    logger.close()


def test_terminal_that_is_stopped(place):
    """`--foreground`, into a pipe that nobody reads."""
    bind(place, 'none')
    reading, writing = os.pipe()
    size = fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 8192)
    agent = subprocess.Popen(
        [os.path.join(BUILD, 'daypass-agent'), '--foreground'],
        env=place.environment({}), stdin=subprocess.DEVNULL, stdout=writing,
        stderr=writing, start_new_session=True)
    os.close(writing)
    processes.wait_for(place.agent)
    less(mint_many(place, 0, size // 100 + 10), 10, 'the agent does not wait')
    said = os.read(reading, 65536).decode()
    like(said, r'^daypass-agent: minted id-token', 'what fits is there')
    mint_many(place, 1000, 1)
    like(os.read(reading, 65536).decode(),
         r'daypass-agent: \d+ lines of this log were lost\n'
         r'daypass-agent: minted id-token', 'and what does not is counted')
    os.close(reading)
    equal(place.daypass('token', '--audience', 'y').code, 0,
          'nor does it end with who read')
    place.daypass('end')
    equal(agent.wait(20), 0, 'but in peace')


if __name__ == '__main__':
    tap.run(globals())
