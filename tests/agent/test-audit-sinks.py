#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The sinks of the audit that are not a file: each record gets there once or
more, whatever is killed meanwhile; what waits is counted; and each carries
the head that proves the file."""

import json
import os
import subprocess
import sys
import threading
from http.server import ThreadingHTTPServer

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import processes, sections, tap, trail, wire   # noqa: E402
from support.collector import (   # noqa: E402
    Collector, check_all_there, configure, drained, ids, mint, state)
from support.place import BUILD   # noqa: E402
from support.tap import equal, like, ok   # noqa: E402
from support.trail import log   # noqa: E402


def test_http(place):
    with Collector() as collector:
        configure(place, collector.url)
        mint(place, 3)
        ok(drained(place), 'everything was taken', state(place))
        check_all_there(place, collector.got, 'http')
        equal(len(collector.got), len(trail.lines(log(place))),
              'and each once')
        equal(collector.bad, [], 'as the HTTP binding of CloudEvents has it')
        head = json.loads(collector.got[-1])['hash']
        place.daypass('end')
        done = place.daypass('audit', 'verify', '--head', head, log(place))
        equal(done.code, 0, 'the head that it has proves the file')


def test_http_that_fails(place):
    with Collector() as collector:
        collector.mood = [404, 400, 403]
        configure(place, collector.url)
        mint(place)
        ok(drained(place), 'what was refused comes again', state(place))
        check_all_there(place, collector.got, 'http that refuses')
        place.end()
        os.unlink(log(place))
        collector.got.clear()
        collector.mood = [503, 'drop', 500, 404, 'late', 'drop', 503]
        configure(place, collector.url, required='yes')
        equal(mint(place, 4), [0] * 4, 'the file is what counts')
        collector.mood = ['late', 400]
        mint(place, 2)
        ok(drained(place), 'and all arrives', state(place))
        check_all_there(place, collector.got, 'http that fails')
        ok(len(collector.got) >= len(trail.lines(log(place))), 'once or more')


def test_http_away(place):
    """What waits is counted, told, and outlives daypass-audit and session."""
    with Collector() as collector:
        url = collector.url
    configure(place, url)
    mint(place, 2)
    now = processes.wait_for(lambda: (s := state(place))['error'] and s)
    ok(now['waiting'] >= 3 and not now['ok'], 'what waits is counted', now)
    like(place.daypass('status').out, r'http://localhost.*\d+ wait',
         'status shows it')
    like(place.daypass('doctor').out, r'FAIL audit +could not connect to localhost', 'and doctor')
    equal(state(place, 0)['ok'], True, 'the file goes on')
    processes.kill(trail.writer(place))
    mint(place)
    place.daypass('end')
    processes.wait_for(lambda: not place.left(), 10)
    spools = [name for name in os.listdir(place.path('run/daypass/spools'))
              if name.endswith('.spool')]
    equal(len(spools), 1, 'it waits in the runtime directory')
    mint(place)
    collector = Collector()
    collector.server.server_close()
    again = ThreadingHTTPServer(('127.0.0.1', int(url.split(':')[2].split(
        '/')[0])), collector.server.RequestHandlerClass)
    threading.Thread(target=again.serve_forever, daemon=True).start()
    ok(drained(place), 'when it is back', state(place))
    again.shutdown()
    again.server_close()
    check_all_there(place, collector.got, 'after all that')


def test_https_with_a_credential(place):
    """Over TLS that is verified, with what [audit] credential mints."""
    tls = place.rig.cloud.authority.tls()
    wrong = []

    def lets_in(value):
        """A token of this workspace's, for us and nobody else."""
        try:
            claims = place.rig.cloud.verifier.verify(
                value.removeprefix('Bearer '))
            good = claims['aud'] == [
                f'https://localhost:{collector.port}']
        except Exception:       # whatever is wrong with it
            good = False
        if not good:
            wrong.append(value)
        return good

    with Collector(tls, lets_in) as collector:
        configure(place, collector.url, credential='id-token')
        place.daypass('begin')
        trail.wait(log(place), 'mint')
        ok(drained(place), 'it is let in', state(place))
        check_all_there(place, collector.got, 'https')
        records = trail.read(log(place))
        own = trail.of_type(records, 'mint')[0]
        equal((own['data']['credential'], own['data']['target']),
              ('id-token', f'https://localhost:{collector.port}'),
              'its mint is recorded')
        processes.kill(trail.writer(place))
        mint(place)
        ok(drained(place), 'also after kill -9', state(place))
        equal(wrong, [], 'and nothing was sent without it')
    wrong = place.rig.cloud.wrong_tls[sorted(place.rig.cloud.wrong_tls)[0]]
    with Collector(wrong) as collector:
        configure(place, collector.url)
        mint(place)
        now = processes.wait_for(lambda: (s := state(place))['error'] and s)
        like(now['error'], 'certificate|verif|SSL|TLS',
             'who cannot be verified gets nothing')
        equal(collector.got, [], 'not a record')


def test_credential_of_who_asks(place):
    """An identity whose variable is in the surroundings of who asks alone, as
    a CI job's is: the first who has it will do, for renewals too."""
    tokens = [place.rig.token('collector', ttl=300) for _ in range(2)]
    shown = []
    with Collector(lets_in=lambda value: shown.append(value) or
                   value == f'Bearer {tokens[0]}') as collector:
        configure(place, collector.url, credential='id-token',
                  audience='collector', more=[sections.section(
                      'identity', None, source='env', variable='JOB_TOKEN')])
        place.daypass('begin')
        now = processes.wait_for(lambda: (s := state(place))['error'] and s)
        like(now['error'], 'JOB_TOKEN', 'nobody has asked: why is told')
        for token in tokens:
            done = place.daypass('token', '--audience', 'other',
                                 env={'JOB_TOKEN': token})
            equal(done.out.strip(), token, 'somebody asks')
        ok(drained(place), 'the records go out', state(place))
        check_all_there(place, collector.got, 'with who asked')
        equal(set(shown), {f'Bearer {tokens[0]}'}, 'the first of them')
        processes.kill(trail.writer(place))
        place.daypass('token', '--audience', 'more')
        ok(drained(place), 'also for the next daypass-audit', state(place))
    environ = b''.join(processes.read(pid, 'environ')
                       for pid in place.left())
    ok(tokens[0].encode() not in environ, 'in no environment')


def test_credential_that_is_not_there(place):
    with Collector() as collector:
        configure(place, collector.url, credential='broken',
                  more=[sections.web_identity(
                      place.rig, 'broken', role='arn:aws:iam::1:role/none')])
        place.daypass('begin')
        now = processes.wait_for(lambda: (s := state(place))['error'] and s)
        like(now['error'], r'\[audit\] credential: exchange aws-web-identity',
             'why nothing goes out is told')
        equal(collector.got, [], 'and nothing does')


def test_without_a_file(place):
    """The first sink is what counts then, and the chain goes on in it."""
    with Collector() as collector:
        configure(place, collector.url, book=False, required='yes')
        equal(mint(place, 2), [0, 0], 'a record is there before the answer')
        processes.kill(trail.writer(place))
        equal(mint(place, 2), [0, 0], 'also after kill -9')
        collector.mood = ['drop'] * 200
        done = place.daypass('token', '--force', 'dev')
        equal((done.code, done.out), (71, ''), 'away: nothing is handed out')
        like(done.err, 'required, and http://localhost.* does not take',
             'and that is why')
        collector.mood = []
        ok(processes.wait_for(lambda: mint(place) == [0], 40), 'back again')
        place.daypass('end')
        processes.wait_for(lambda: not place.left(), 10)
        place.write('audit/records', b'')
        once = {json.loads(line)['sequence']: line for line in collector.got}
        with open(log(place), 'wb') as out:
            out.writelines(once[n] + b'\n' for n in sorted(once))
        records = trail.verify(log(place))
        own = [int(r['id'].rpartition('-')[2]) for r in records]
        equal(own, list(range(1, len(own) + 1)), 'one chain, none missing')


def test_two_files(place):
    """The second one has a chain of its own, and the first one's hashes."""
    other = place.path('other')
    configure(place, f'file:{other}')
    mint(place, 2)
    place.daypass('end')
    processes.wait_for(lambda: not place.left(), 10)
    first, second = trail.verify(log(place)), trail.verify(other)
    equal([r['first'] for r in second], [r['hash'] for r in first],
          'each record has the hash of the first file')
    equal([r['id'] for r in second], [r['id'] for r in first], 'all of them')


def test_more_than_can_wait(place):
    """A bounded spool: what it cannot hold is counted, and told when there is
    room again. The file has all of it."""
    with Collector() as collector:
        url = collector.url
    configure(place, url, more=[
        sections.section('policy', 'self', rule=['no']),
        sections.section('rule', 'no', verdict='deny', text='x' * 700)])
    place.daypass('begin')
    for number in range(4200):
        wire.ask(place, wire.request(place, 'get', tool='token',
                                     audience=f'{"y" * 900}{number}'))
    ok(processes.wait_for(lambda: state(place)['lost'], 5),
       'some do not fit', state(place))
    collector = Collector()
    collector.server.server_close()
    again = ThreadingHTTPServer(('127.0.0.1', int(url.split(':')[2].split(
        '/')[0])), collector.server.RequestHandlerClass)
    threading.Thread(target=again.serve_forever, daemon=True).start()
    gap = trail.wait(log(place), 'gap', limit=60)
    now = drained(place)
    ok(now, 'it catches up', state(place))
    again.shutdown()
    again.server_close()
    equal(sum(g['data']['lost'] for g in trail.of_type(
        trail.read(log(place)), 'gap')), now['lost'], 'the number is told')
    equal(gap and gap[0]['data']['sink'], url, 'and whose it is')
    wanted = trail.verify(log(place))
    equal(len(wanted) - len(set(ids(collector.got))), now['lost'],
          'the rest has arrived; the file has all')
    ok(gap and gap[0]['id'] in ids(collector.got), 'and the sink is told too')


def syslog_here(place):
    if os.getuid() != 0:
        raise tap.Skip('only root can lay a directory over /dev')
    done = subprocess.run(['unshare', '-m', 'true'], check=False,
                          capture_output=True)
    if done.returncode:
        raise tap.Skip('no mount namespaces here')
    return place.path('devlog')


# A /dev of its own for the agent, in which we listen at /dev/log.
RECEIVER = '''
import os, socket, subprocess, sys
os.makedirs(sys.argv[1] + "/dev", exist_ok=True)
for name in ("null", "urandom", "random", "zero"):
    open(sys.argv[1] + "/dev/" + name, "w").close()
    subprocess.run(["mount", "--bind", "/dev/" + name,
                    sys.argv[1] + "/dev/" + name], check=True)
subprocess.run(["mount", "--rbind", sys.argv[1] + "/dev", "/dev"], check=True)
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind("/dev/log")
agent = subprocess.Popen([sys.argv[2], "--foreground"],
                         stdin=subprocess.DEVNULL)
s.settimeout(0.2)
with open(sys.argv[3], "wb", buffering=0) as out:
    while agent.poll() is None:
        try:
            out.write(s.recv(65536) + b"\\n")
        except TimeoutError:
            pass
'''


def test_syslog(place):
    directory = syslog_here(place)
    got = place.path('syslog')
    configure(place, 'syslog:')
    program = place.write('receive.py', RECEIVER)
    receiver = subprocess.Popen(
        ['unshare', '-m', '/usr/bin/python3', '-B', program, directory,
         os.path.join(BUILD, 'daypass-agent'), got],
        env=place.environment({}), stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, start_new_session=True)
    ok(processes.wait_for(place.agent), 'an agent with a /dev/log')
    mint(place, 2)
    ok(drained(place), 'everything was sent', state(place))
    place.daypass('end')
    receiver.wait(20)
    with open(got, 'rb') as source:
        lines = source.read().splitlines()
    ok(lines and all(line.startswith(b'<85>daypass-audit[')
                     for line in lines), 'as authpriv.notice', lines[:1])
    check_all_there(place, [line.partition(b': ')[2] for line in lines
                            if b'.ended' not in line] +
                    [line for line in trail.lines(log(place))
                     if b'.ended' in line],
                    'syslog')


if __name__ == '__main__':
    tap.run(globals())
