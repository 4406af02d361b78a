#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""daypass curl with the curl of this machine: who gets the token, and who
does not."""

import glob
import http.server
import json
import os
import re
import shutil
import signal
import socket
import sys
import threading

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import canary, processes, sections, tap   # noqa: E402
from support.tap import equal, like, ok, unlike   # noqa: E402

RUN = 'https://hello-abc-ew.a.run.app'
OLD = 'https://europe-west1-acme.cloudfunctions.net/old'
IAP = 'https://console.rig.test'
CLIENT = '42-x.apps.googleusercontent.com'
PEERS = os.environ.get('DAYPASS_PEERS', '/var/cache/daypass-peers')
OPTION = re.compile(r'^ (?:-(\S), |    )--(\S+)(?: ([<\[]))?')


def bind(place, *more):
    if shutil.which('curl') is None:
        raise tap.Skip('curl is not installed')
    rig = place.rig
    place.configure(
        sections.federation(rig), sections.invoker(rig),
        sections.function(rig['function']), sections.function(RUN),
        sections.function(OLD), sections.function(IAP, audience=CLIENT),
        *more)


def there(rig):
    """curl's arguments that lead any host's name to the cloud."""
    return '--connect-to', f'::localhost:{rig["function"].rpartition(":")[2]}'


def environment(place):
    return {'CURL_CA_BUNDLE': place.rig['bundle']}


def curl(place, *arguments, env=None, **more):
    return place.daypass('curl', '--', *arguments, **more,
                         env={**environment(place), **(env or {})})


def answered(place, name, *arguments, **more):
    """What the function saw."""
    done = curl(place, '-sS', *arguments, **more)
    if not ok((done.code, done.err) == (0, '') and done.out[:1] == '{', name,
              done):
        return {}
    return json.loads(done.out)


def test_calls(place):
    bind(place)
    url = place.rig['function'] + '/hello?x=1'
    seen = answered(place, 'a function is called', url)
    equal((seen.get('caller'), seen.get('method'), seen.get('query')),
          (place.rig['service_account'], 'GET', 'x=1'), 'as whom, and how')
    for body in (('-d', 'https://evil.example/'),
                 ('--data-raw', 'https://evil.example/'),
                 ('-dhttps://evil.example/',),
                 ('--json', '"https://evil.example/"')):
        seen = answered(place, f'{body[0][:12]}: a URL as data', *body, url)
        like(seen.get('body', ''), 'https://evil.example/', 'and it arrives')
    seen = answered(place, 'from standard input', '-d', '@-', url, input='in')
    equal(seen.get('body'), 'in', 'which is the user\'s')
    place.write('home/body', 'file')
    out = place.path('home/out')
    done = curl(place, '-sSXPUT', '-Tbody', '-o', out, '--', url)
    ok(done.code == 0 and done.out == '' and os.path.exists(out),
       'letters with values, -o, and a URL behind --', done)
    done = curl(place, '-sS', url, '--url', place.rig['function'] + '/b')
    equal((done.code, done.out.count('"caller"')), (0, 2), 'two URLs')
    equal(place.rig.count('gcp_iam:generateIdToken'), 1, 'one token for all')


def test_hosts(place):
    """Each front end with the audience that it wants."""
    bind(place, sections.function('https://hello.rig.test',
                                  audience='https://hello.acme.example'))
    to = there(place.rig)
    for url, name in ((RUN + '/x/y', 'hello'), (OLD, 'old'),
                      (OLD + '/a/b?c=d', 'old'), (IAP + '/', 'console'),
                      ('https://hello.rig.test/x', 'local')):
        seen = answered(place, url, *to, url)
        equal(seen.get('function'), name, 'is reached')


def test_two_tokens(place):
    """One header would go to both."""
    bind(place, sections.function(OLD + 'er'))
    done = curl(place, '-sS', *there(place.rig), OLD, OLD + 'er')
    equal((done.code, done.out), (77, ''), 'two functions of one host')
    like(done.err, 'wants another token than', 'says why')


def test_own_authorization(place):
    bind(place)
    to = there(place.rig)
    mine = 'Basic dTpw'
    for name, *arguments in (
            ('-H', '-H', 'Authorization: ' + mine),
            ('-u', '-u', 'u:p'), ('-u, joined', '-uu:p'),
            ('a user in the URL',)):
        url = RUN + '/x'
        if not arguments:
            url = url.replace('//', '//u:p@')
        seen = answered(place, f'{name}: an Authorization of one\'s own', *to,
                        *arguments, url)
        equal((seen.get('function'), (seen.get('authorization') or '').lower()),
              ('hello', mine.lower()), 'arrives beside the token')
    seen = answered(place, 'IAP', *to, '-u', 'u:p', IAP)
    equal((seen.get('authorization') or '').lower(), mine.lower(),
          'and IAP\'s in its header')
    place.write('home/.netrc', 'default login u password p\n')
    seen = answered(place, '.netrc', *to, '-n', RUN)
    equal(seen.get('function'), 'hello', 'one of .netrc, too')


# What is refused before anything is minted: code, words, arguments.
REFUSED = (
    (64, 'no URL'),
    (64, 'no URL', '--version'),
    (64, 'no scheme', 'hello-abc-ew.a.run.app'),
    (64, 'no scheme', RUN, '--', '-k'),
    (64, "'--xyz' is no option", '--xyz', RUN),
    (64, "'--loc' is no option", '--loc', RUN),
    (64, "'--data=x' is no option", '--data=x', RUN),
    (64, "'-§' is no option|'-.*' is no option", '-§', RUN),
    (64, "curl's -d wants a value", RUN, '-d'),
    (64, "curl's --url wants a value", RUN, '--url'),
    (64, 'more than 16', *(f'{RUN}/{n}' for n in range(17))),
    (64, 'no host name', 'https://{hello-abc-ew.a.run.app,evil.example}/'),
    (64, 'no host name', 'https://hello-abc-ew.a.run.app{/,@evil.example/}'),
    (64, 'path segment', RUN + '/a/../b'),
    (78, "nothing binds 'https://other.a.run.app'", 'https://other.a.run.app'),
    (78, 'nothing binds', OLD.replace('old', 'new')),
    (77, 'is not where', RUN, 'https://evil.example/'),
    (77, 'is not where', RUN, '--url', 'https://evil.example/'),
    (77, 'is not where', '--url', RUN, '-sS', '--', 'https://evil.example/'),
    (77, 'is not where', RUN, RUN + ':8443/'),
    (77, 'is not where', RUN, RUN.replace('https', 'http')
        .replace('hello-abc-ew.a.run.app', 'localhost')),
    (77, 'plain http', RUN.replace('https', 'http')),
    (77, 'neither https nor http', RUN.replace('https', 'ftp')),
    (77, 'verified', '-k', RUN), (77, 'verified', '-sSk', RUN),
    (77, 'verified', '--insecure', RUN),
    (77, 'redirect', '--location-trusted', RUN),
    (77, 'write the token down', '--trace', '-', RUN),
    (77, 'write the token down', '--trace-ascii', 'x', RUN),
    (77, 'write the token down', '--libcurl', 'x', RUN),
    (77, 'write the token down', '-v', '--stderr', 'x', RUN),
    (77, 'does not see', '-K', 'x', RUN), (77, 'does not see', '-Kx', RUN),
    (77, 'does not see', '--config', 'x', RUN),
    (77, 'does not see', '--expand-url', '{{x}}', RUN),
    (77, 'does not see', '--variable', 'x=y', RUN),
    (77, 'for each', RUN, '--next', 'https://evil.example/'),
    (77, 'for each', RUN, '-:', 'https://evil.example/'),
    (77, 'older than 1.2', '--tlsv1.1', RUN), (77, 'older', '-1', RUN),
    (77, 'something else', '--request-target', '/x', RUN),
    (77, 'hides headers', '-H', '@x', RUN), (77, 'hides', '-H@x', RUN),
    (77, 'another service', '-H', 'host: evil.example', RUN),
    (77, 'the token may', '-H', 'X-Serverless-Authorization: x', RUN),
    (77, 'the token may', '--header', 'proxy-authorization:x', RUN),
    (77, 'do not go together', '-L', '-u', 'a:b', RUN),
)


def test_refused(place):
    bind(place)
    for code, words, *arguments in REFUSED:
        done = curl(place, *arguments)
        name = ' '.join(arguments)[:60] or 'nothing'
        equal((done.code, done.out), (code, ''), f'{name}: refused')
        like(done.err, f'^daypass: .*({words})', 'and says why')
    equal([place.rig.count(operation) for operation in (
        'identity:token', 'gcp_iam:generateIdToken', 'function:call')],
        [0, 0, 0], 'nothing was minted or called for any of it')
    done = curl(place, '-u', 'me:hunter2', '-k', RUN, '--oauth2-bearer',
                'hunter3')
    unlike(done.err, 'hunter', 'and no value of an option is shown')


def test_options_of_this_curl(place):
    """daypass has to know what takes a value, or it takes URLs for values."""
    bind(place)
    wrong = []
    options = [OPTION.match(line).groups() for line in place.run(
        'curl', '--help', 'all').out.splitlines()[1:]]
    for letter, name, takes in options:
        for word in filter(None, ('--' + name, letter and '-' + letter)):
            # An option that takes a value takes the bad one.
            done = curl(place, word, 'ftp://x.example/')
            says = 'is neither https' in done.err
            if 'is no option' in done.err or (
                    "curl's -" not in done.err and says == bool(takes)):
                wrong.append((word, takes, done.err))
    ok(len(options) > 200, f'curl has {len(options)} options')
    equal([w for w in wrong if w[0] != '--url'], [],
          'daypass knows them all, and what they take')


def test_redirect(place):
    """Of the same service at another name: it is curl that holds the token
    back."""
    bind(place)
    rig = place.rig
    port = rig['function'].rpartition(':')[2]
    for where, header in ((f'https://127.0.0.1:{port}/away', False),
                          (rig['function'] + '/stays', True)):
        rig.forget()
        done = curl(place, '-sSL', f'{rig["function"]}/redirect?to={where}')
        log = [entry for entry in rig.log() if entry['service'] == 'function']
        if not equal(len(log), 2, f'{where}: -L follows'):
            tap.note(done)
            continue
        equal('Authorization' in log[1]['headers'], header,
              'with the token' if header else 'without the token')
        equal(done.err, '', 'and what a stranger says is not explained')
    for more in ((), ('--proto', '=http,https')):
        done = curl(place, '-sSL', *more,
                    f'{rig["function"]}/redirect?to=http://localhost:1/')
        ok(done.code == 1, 'never to plain http', done)


def test_explains(place):
    bind(place, sections.credential(
        'access', 'gcp-service-account', **{
            'from': 'gcp', 'service_account': place.rig['service_account'],
            'endpoint': place.rig['gcp_iam']}))
    rig = place.rig
    to = there(rig)
    account = rig['service_account']
    rig.change(gcp={'functions': {'hello': {'invokers': []}}})
    done = curl(place, '-sS', *to, RUN)
    equal(done.code, 0, '403: curl\'s own exit code')
    like(done.out, '<h1>Error: Forbidden</h1>', 'and its output')
    like(done.err, f'^daypass: target: 403 from hello-abc-ew.a.run.app: '
         rf'{account} may not call it: .*roles/run.invoker.*'
         rf'\(daypass doctor function {RUN}\)\n$', 'then who lacks what')
    done = curl(place, '-sSf', *to, RUN)
    equal((done.code, done.out), (22, ''), '--fail')
    like(done.err, 'roles/run.invoker', 'is explained too')
    rig.change(gcp={'functions': {'hello': {'invokers': None, 'url': RUN + 'x',
                                            'audiences': []},
                                  'local': {'audiences': []}}})
    done = curl(place, '-sS', *to, RUN)
    like(done.err, f'401 from .*: it takes no token for aud={RUN}: .*'
         'audience.*it says: The access token could not be verified',
         '401: for whom it was')
    for credential, words in (('access', 'it is no id token'),
                              ('id-token', f'no id token of iss={rig["issuer"]}'
                               )):
        bind(place, sections.credential(
            'access', 'gcp-service-account', **{
                'from': 'gcp', 'service_account': account,
                'endpoint': rig['gcp_iam']}),
            sections.function(RUN + '/other', credential=credential))
        done = curl(place, '-sS', *to, RUN + '/other')
        like(done.err, f'{words}: bind it to a credential of exchange = '
             'gcp-id-token', f'{credential}: is the wrong one')


def test_explains_nothing(place):
    bind(place)
    rig = place.rig
    done = curl(place, '-sS', rig['function'] + '/refuse')
    like(done.err, "unless it is the service's own code that refused",
         'a 403 of the code: both are said')
    done = curl(place, '-sS', '-D', 'heads', rig['function'] + '/refuse')
    equal(done.err, '', 'with a -D of one\'s own nothing is explained')
    done = curl(place, '-sSi', rig['function'] + '/x')
    like(done.out, r'^HTTP/1.1 200 OK\r\n', '-i is as ever')


def test_verbose(place):
    bind(place)
    url = place.rig['function'] + '/x'
    for option in ('-v', '-sSvvv', '-vvvvv', '--verbose'):
        done = curl(place, option, url)
        like(done.err, r' Authorization: Bearer \*\*\*\r?\n',
             f'{option}: the request without the token')
        ok(done.err.count('\n') > 20, 'and all the rest')
        wanted = canary.needles(place.rig.secrets())
        ok(not canary.found_in(done.err.encode(), wanted), 'no secret')


def test_nowhere(place):
    """Not in an argument, an environment, a file; and gone from what
    the user put into .curlrc."""
    bind(place)
    place.write('home/.curlrc', f'trace-ascii = "{place.path("trace")}"\n'
                f'url = "https://127.0.0.1:{place.rig["function"][-5:]}/"\n')
    place.rig.fault('function', 'slow', seconds=1)
    with canary.Watch() as watch:
        done = curl(place, '-sS', place.rig['function'] + '/x',
                    env={'SSLKEYLOGFILE': place.path('keys')})
    equal(done.out.count('"caller"'), 1, '.curlrc is not read')
    ok(not os.path.exists(place.path('keys')), 'nor are keys written down')
    wanted = canary.needles(place.rig.secrets())
    ok(any(b'--config' in data for pieces in watch.seen.values()
           for data in pieces), 'curl was watched')
    equal(watch.found(wanted), [], 'no secret in arguments or environments')
    equal(canary.in_files(place.directory, wanted), [], 'nor in any file')


def test_which_curl(place):
    bind(place)
    url = place.rig['function'] + '/x'
    path = place.env['PATH']
    only = place.make('only')
    os.symlink(os.path.join(path.split(':')[0], 'daypass'),
               os.path.join(only, 'daypass'))
    done = curl(place, url, env={'PATH': only + ':' + place.rig['bin']})
    equal(done.code, 71, 'no curl')
    like(done.err, '^daypass: there is no curl on PATH: install it', 'says so')
    everybody = place.make('everybody')
    shutil.copy(shutil.which('curl'), everybody)
    for mode, code in ((0o777, 77), (0o755, 0)):
        os.chmod(everybody, mode)
        done = curl(place, '-sS', url, env={'PATH': everybody + ':' + path})
        equal(done.code, code, f'in a directory of mode {mode:o}')
    like(curl(place, url, env={'PATH': '.:' + everybody + ':' + path}).err,
         '', 'a relative element is passed over')
    os.chmod(os.path.join(everybody, 'curl'), 0o777)
    done = curl(place, '-sS', url, env={'PATH': everybody + ':' + path})
    equal(done.code, 77, 'of mode 777 itself')
    like(done.err, f'{everybody}/curl, which everybody may replace', 'says so')


class Plain(http.server.BaseHTTPRequestHandler):
    """Keeps the heads of what it is asked."""
    heads = []

    def do_GET(self):
        self.heads.append((self.path, dict(self.headers)))
        self.send_response(200)
        self.send_header('Content-Length', '0')
        self.end_headers()

    def log_message(self, *_):
        pass


def serve():
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Plain)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, server.server_address[1]


def test_plain_http(place):
    """To loopback alone, and past every proxy."""
    server, port = serve()
    url = f'http://127.0.0.1:{port}'
    bind(place, sections.function(url))
    Plain.heads.clear()
    with socket.create_server(('127.0.0.1', 0)) as proxy:
        at = f'127.0.0.1:{proxy.getsockname()[1]}'
        done = curl(place, '-sS', url + '/x', env={
            'http_proxy': f'http://{at}', 'ALL_PROXY': f'http://{at}'})
        equal((done.code, done.err), (0, ''), 'loopback over http')
        equal([(path, 'Authorization' in head) for path, head in Plain.heads],
              [('/x', True)], 'gets it, and no proxy')
        for words in (('-x', at), ('--proxy', at), ('--noproxy', ''),
                      ('--socks5', at), ('--resolve', f'127.0.0.1:{port}:::1'),
                      ('--connect-to', f'::{at}'), ('--unix-socket', 'x'),
                      ('--abstract-unix-socket', 'x'), ('--preproxy', at)):
            done = curl(place, *words, url)
            ok(done.code == 77 and 'somebody else' in done.err,
               f'{words[0]}: refused', done)
    server.shutdown()
    server.server_close()


def relay(listener, heads, seen):
    """A CONNECT proxy that keeps what it can read: two connections, and to a
    third it says no."""
    for _ in range(2):
        client, _ = listener.accept()
        heads.append(client.recv(65536))
        host, port = heads[-1].split()[1].decode().rsplit(':', 1)
        with client, socket.create_connection((host, int(port))) as server:
            client.sendall(b'HTTP/1.1 200 OK\r\n\r\n')
            threading.Thread(target=pump, args=(client, server, seen),
                             daemon=True).start()
            pump(server, client, seen)
    client, _ = listener.accept()
    with client:
        client.recv(65536)
        client.sendall(b'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n')


def pump(source, sink, seen):
    try:
        while data := source.recv(65536):
            seen.append(data)
            sink.sendall(data)
    except OSError:
        pass


def test_proxy(place):
    bind(place)
    heads, seen = [], []
    with socket.create_server(('127.0.0.1', 0)) as listener:
        thread = threading.Thread(
            target=relay, args=(listener, heads, seen), daemon=True)
        thread.start()
        proxy = f'http://127.0.0.1:{listener.getsockname()[1]}'
        url = place.rig['function'] + '/x'
        answered(place, 'through a proxy', '-x', proxy, '-u', 'u:p', url)
        answered(place, 'and IAP', '-x', proxy, '-u', 'u:p',
                 *there(place.rig), IAP)
        ok(seen and not canary.found_in(b''.join(heads + seen), canary.needles(
            place.rig.secrets())), 'which sees no token')
        unlike(str(heads), 'uthorization', 'and no header of it')
        done = curl(place, '-sS', '-x', proxy, url)
        thread.join(10)
    ok(done.code == 56 and 'daypass' not in done.err,
       'a proxy\'s 403 is not taken for the function\'s', done)


def test_signals(place):
    bind(place)
    url = place.rig['function'] + '/x'
    curl(place, '-sS', url)
    for number, own, name in ((signal.SIGTERM, False, 'SIGTERM'),
                              (signal.SIGKILL, False, 'SIGKILL'),
                              (signal.SIGTERM, True, 'to curl alone')):
        place.rig.fault('function', 'slow', seconds=30)
        process = place.start('daypass', 'curl', '--', '-sS', url,
                              env=environment(place))
        running = processes.wait_for(
            lambda: processes.children(process.pid), 10)
        ok(running, f'{name}: curl runs')
        os.kill((running if own else [process.pid])[0], number)
        process.communicate(timeout=10)
        equal(process.returncode, -number, 'daypass ends by it')
        gone = processes.wait_for(lambda: not any(
            (processes.status(pid) or 'Z')[0] != 'Z' for pid in running), 10)
        ok(gone, 'and so does curl')
        place.rig.heal()


def test_newer_curl(place):
    """That of a later suite, with that one's libraries; it knows more options
    and tells more."""
    root = os.path.join(PEERS, 'trixie')
    loader = glob.glob(root + '/lib*/ld-linux*.so.*')
    program = root + '/usr/bin/curl'
    if not loader or not os.path.exists(program):
        raise tap.Skip(f'no newer curl in {root}')
    libraries = ':'.join(glob.glob(root + '/usr/lib/*-linux-gnu*'))
    place.write('newer/curl', f'#!/bin/sh\nexec {loader[0]} --library-path '
                f'{libraries} {program} "$@"\n', 0o755)
    place.env['PATH'] = f'{place.path("newer")}:{place.env["PATH"]}'
    tap.note(place.run('curl', '--version').out.splitlines()[0])
    for test in (test_calls, test_options_of_this_curl, test_redirect,
                 test_verbose):
        place.rig.reset()
        place.daypass('end')
        test(place)


def test_policy(place):
    """It is the tool `function` that asks."""
    bind(place, sections.section('policy', '**', rule='no'),
         sections.section('rule', 'no', verdict='deny', tool='function',
                          text='not today'))
    done = curl(place, RUN)
    equal((done.code, done.out), (77, ''), 'a policy denies')
    like(done.err, 'not today', 'and says why')


if __name__ == '__main__':
    tap.run(globals())
