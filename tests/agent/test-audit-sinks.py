#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The sinks of the audit that are not a file: each record gets there once or
more, whatever is killed meanwhile; what waits is counted; and each carries
the head that proves the file."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import (jetstream, processes, sections, tap, trail,   # noqa: E402
                     wire)
from support.place import BUILD   # noqa: E402
from support.tap import equal, like, ok, unlike   # noqa: E402

SUBJECT = 'acme.audit'


def log(place):
    return place.path('audit', 'records')


def configure(place, *sinks, book=True, more=(), **settings):
    place.make('audit')
    first = [f'file:{log(place)}'] if book else []
    place.configure(sections.web_identity(place.rig),
                    sections.octo(place.rig, scope='acme/web'),
                    sections.section('audit', None, sink=[*first, *sinks],
                                     **settings), *more)


def mint(place, times=1):
    return [place.daypass('token', '--force', 'dev').code
            for _ in range(times)]


def state(place, sink=-1):
    return processes.wait_for(lambda: json.loads(place.daypass(
        'status', '--json').out)['audit']['sinks'])[sink]


def drained(place, sink=-1):
    """The sink, once it has all that there is."""
    def look():
        now = json.loads(place.daypass('status', '--json').out)['audit']
        return now['sinks'] and now['waiting'] == 0 and \
            now['sinks'][sink]['waiting'] == 0 and \
            now['sinks'][sink]['ok'] and now['sinks'][sink]

    return processes.wait_for(look, 40)


def lines_of(place):
    return trail.lines(log(place))


class Collector:
    """An HTTP sink that has bad days."""

    def __init__(self, tls=None, lets_in=None):
        self.got = []       # lines, as they would stand in a file
        self.bad = []       # what was wrong with a request
        self.mood = []      # of the next requests: a status, 'hang', 'drop'
        self.lets_in = lets_in
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'

            def do_POST(self):
                outer.take(self)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        if tls:
            self.server.socket = tls.wrap_socket(
                self.server.socket, server_side=True)
        self.scheme = 'https' if tls else 'http'
        self.thread = threading.Thread(target=self.server.serve_forever)

    @property
    def url(self):
        return f'{self.scheme}://localhost:{self.port}/audit'

    def take(self, request):
        body = request.rfile.read(int(request.headers['Content-Length']))
        mood = self.mood.pop(0) if self.mood else 204
        if mood == 'drop':
            request.close_connection = True
            return
        if mood == 'late':      # it has it, and cannot say so
            self.keep(request, body)
            request.close_connection = True
            return
        if self.lets_in and not self.lets_in(
                request.headers.get('Authorization', '')):
            mood = 401
        if mood == 204:
            self.keep(request, body)
        request.send_response(mood)
        request.send_header('Content-Length', '0')
        request.end_headers()

    def keep(self, request, body):
        kind = request.headers['Content-Type']
        if kind != 'application/cloudevents-batch+json':
            self.bad.append(kind)
        for record in json.loads(body):
            if record['specversion'] != '1.0' or 'hash' not in record:
                self.bad.append(record)
            self.got.append(json.dumps(record, separators=(',', ':'),
                                       ensure_ascii=False).encode())

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def ids(lines):
    return [json.loads(line)['id'] for line in lines]


def check_all_there(place, got, name):
    """Each line of the file came, as it is there, and none that is not."""
    wanted = lines_of(place)
    equal(sorted(set(ids(got))), sorted(ids(wanted)), f'{name}: every record')
    equal(sorted(set(map(bytes, got))), sorted(wanted),
          f'{name}: byte by byte, with its hash')


def test_http(place):
    with Collector() as collector:
        configure(place, collector.url)
        mint(place, 3)
        ok(drained(place), 'everything was taken', state(place))
        check_all_there(place, collector.got, 'http')
        equal(len(collector.got), len(lines_of(place)), 'and each once')
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
        ok(len(collector.got) >= len(lines_of(place)), 'once or more')


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
    spools = [name for name in os.listdir(os.path.dirname(place.socket))
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


class Feed:
    """daypass-audit, fed by hand."""

    def __init__(self, place, *sinks, **hello):
        ours, theirs = socket.socketpair(
            socket.AF_UNIX, socket.SOCK_SEQPACKET)
        directory = os.open(place.make('spools'), os.O_RDONLY)
        self.feed = ours
        self.feed.settimeout(20)
        self.process = subprocess.Popen(
            [os.path.join(BUILD, 'daypass-audit'), '--feed-fd',
             str(theirs.fileno()), '--directory-fd', str(directory)],
            pass_fds=[theirs.fileno(), directory],
            env=place.environment({}))
        theirs.close()
        os.close(directory)
        self.feed.send(wire.message(
            'hello', *[('sink', sink) for sink in sinks], session='s',
            **hello))

    def record(self, number, sync=True):
        json_text = (f'{{"specversion":"1.0","id":"s-{number}",'
                     f'"type":"dev.daypass.mint","data":{{}}}}')
        self.feed.send(wire.message(
            'record', number=number, json=json_text,
            **({'sync': 1} if sync else {})))

    def taken(self, number):
        """Waits until it has so many."""
        while True:
            word, said = wire.parse(self.feed.recv(65536))
            if word == 'taken' and int(said['taken']) >= number:
                return said

    def kill(self):
        self.process.kill()
        self.end()

    def end(self):
        self.feed.close()
        self.process.wait(20)


def test_what_was_not_acknowledged(place):
    """A daypass-audit that dies after it has written, and before anybody knew:
    the next one writes nothing twice, and sends what may be missing."""
    place.make('audit')
    with Collector() as collector:
        sinks = [f'file:{log(place)}', collector.url]
        collector.mood = ['drop'] * 100
        feed = Feed(place, *sinks)
        for number in (1, 2, 3):
            feed.record(number)
        feed.taken(3)
        feed.kill()
        os.unlink(os.path.join(place.path('spools'),
                               os.listdir(place.path('spools'))[0]))
        collector.mood = []
        feed = Feed(place, *sinks, taken=1, again=1)
        for number in (2, 3, 4):
            feed.record(number)
        feed.taken(4)
        processes.wait_for(lambda: len(set(ids(collector.got))) >= 3)
        feed.feed.send(wire.message('end'))
        feed.end()
        equal([r['id'] for r in trail.verify(log(place))],
              ['s-1', 's-2', 's-3', 's-4'], 'each is in the file, once')
        equal(sorted(set(ids(collector.got))), ['s-2', 's-3', 's-4'],
              'and the others got what was not acknowledged')


def test_strange_feeds(place):
    """What the agent would never say."""
    place.make('audit')
    for said in (b'', b'nonsense', wire.message('record', number=1, json='x'),
                 wire.message('hello'),
                 wire.message('hello', sink='ftp://x', session='s')):
        ours, theirs = socket.socketpair(
            socket.AF_UNIX, socket.SOCK_SEQPACKET)
        if said:
            ours.send(said)
        else:
            ours.shutdown(socket.SHUT_WR)
        done = subprocess.run(
            [os.path.join(BUILD, 'daypass-audit'), '--feed-fd',
             str(theirs.fileno())], pass_fds=[theirs.fileno()], timeout=20,
            env=place.environment({}), capture_output=True, check=False)
        ok(done.returncode in (64, 71, 78), f'{said[:20]}: refused',
           done.returncode, done.stderr)
    feed = Feed(place, f'file:{log(place)}')
    for number, text in enumerate(
            ('not json', '{', '{"a":1}{', '{"two":\t1}', 'x' * 16000), 1):
        feed.feed.send(wire.message('record', number=number, json=text))
    feed.record(10)
    feed.record(11)
    feed.feed.send(b'\0' * 100)
    feed.feed.send(wire.message('unknown', key='value'))
    feed.record(12)
    feed.taken(12)
    feed.feed.send(wire.message('end'))
    feed.end()
    records = trail.verify(log(place))
    equal([r['id'] for r in records if r.get('id', 'x')[0] == 's'],
          ['s-10', 's-11', 's-12'], 'what is no record holds up none')
    ok(trail.of_type(records, 'gap'), 'and is told of')


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
                    [line for line in lines_of(place) if b'.ended' in line],
                    'syslog')


def nats_here():
    if jetstream.program() is None:
        raise tap.Skip('no nats-server here')
    done = subprocess.run(['grep', '-q', 'libnats', os.path.join(
        BUILD, 'daypass-audit')], check=False)
    if done.returncode:
        raise tap.Skip('built without libnats')


def check_stream(place, server, name):
    messages = server.messages()
    check_all_there(place, [data for _, data in messages], name)
    return messages


def test_jetstream(place):
    nats_here()
    with jetstream.Server(place, SUBJECT) as server:
        configure(place, f'nats://127.0.0.1:{server.port}/{SUBJECT}')
        mint(place, 3)
        ok(drained(place), 'everything is acknowledged', state(place))
        messages = check_stream(place, server, 'JetStream')
        equal(len(messages), len(lines_of(place)), 'and each once')
        for headers, data in messages[:2]:
            like(headers, f'Nats-Msg-Id: ?{json.loads(data)["id"]}',
                 'its id is what a second one is known by')
            like(headers, 'Content-Type: ?application/cloudevents\\+json',
                 'a CloudEvent')
        processes.kill(trail.writer(place))
        mint(place)
        ok(drained(place), 'after kill -9 of daypass-audit', state(place))
        check_stream(place, server, 'JetStream again')


def test_jetstream_killed_under_load(place):
    """kill -9 of the server, again and again, while there is work."""
    nats_here()
    with jetstream.Server(place, SUBJECT) as server:
        configure(place, f'nats://127.0.0.1:{server.port}/{SUBJECT}',
                  required='yes')
        place.daypass('begin')
        codes = []
        over = threading.Event()

        def work():
            while not over.is_set():
                codes.extend(mint(place))

        worker = threading.Thread(target=work)
        worker.start()
        for _ in range(4):
            time.sleep(0.4)
            server.stop(signal.SIGKILL)
            time.sleep(0.3)
            server.start()
        over.set()
        worker.join()
        ok(len(codes) > 8 and set(codes) == {0}, 'nobody was let down',
           codes)
        ok(drained(place), 'everything is acknowledged', state(place))
        messages = check_stream(place, server, 'a server that was killed')
        tap.note(f'{len(codes)} mints, {len(lines_of(place))} records, '
                 f'{len(messages)} messages')


def test_jetstream_without_a_stream(place):
    nats_here()
    with jetstream.Server(place, SUBJECT) as server:
        configure(place, f'nats://127.0.0.1:{server.port}/other')
        mint(place)
        now = processes.wait_for(lambda: (s := state(place))['error'] and s)
        like(now['error'], "stream of 'other'|no acknowledgement",
             'a subject that no stream has')
        ok(now['waiting'] > 0, 'waits', now)


def test_jetstream_tls(place):
    nats_here()
    authority = place.rig.cloud.authority
    conf = (f'tls {{ cert_file: "{authority.path("server-chain.crt")}", '
            f'key_file: "{authority.path("server.key")}" }}\n'
            'authorization { token: "letmein" }\n')
    with jetstream.Server(place, SUBJECT, conf, tls=place.rig['ca'],
                          token='letmein') as server:
        url = f'tls://localhost:{server.port}/{SUBJECT}'
        configure(place, url)
        mint(place)
        now = processes.wait_for(lambda: (s := state(place))['error'] and s)
        like(now['error'], r'localhost: cannot connect: .*\[audit\] '
             'credential', 'without a credential: not let in')
        unlike(now['error'], 'letmein', 'and no word of it')
        configure(place, url.replace('localhost', '127.0.0.2'))
        mint(place)
        now = processes.wait_for(lambda: (
            s := state(place))['error'] and '127.0.0.2' in s['sink'] and s)
        ok(not now['ok'], 'a name that is not in its certificate', now)


def test_jetstream_over_tls(place):
    nats_here()
    authority = place.rig.cloud.authority
    conf = (f'tls {{ cert_file: "{authority.path("server-chain.crt")}", '
            f'key_file: "{authority.path("server.key")}" }}\n')
    with jetstream.Server(place, SUBJECT, conf,
                          tls=place.rig['ca']) as server:
        configure(place, f'tls://localhost:{server.port}/{SUBJECT}')
        mint(place)
        ok(drained(place), 'everything is acknowledged', state(place))
        check_stream(place, server, 'TLS')


def test_built_without(place):
    """What this build cannot is a mistake that says so."""
    if shutil.which('strings') is None:
        raise tap.Skip('no strings here')
    configure(place, 'nats://127.0.0.1:1/x y')
    like(place.daypass('token', 'dev').err, r'nats://HOST\[:PORT\]|libnats',
         'a subject with a space')


if __name__ == '__main__':
    tap.run(globals())
