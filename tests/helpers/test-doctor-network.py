#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""daypass doctor without a target: the network, host by host."""

import contextlib
import json
import os
import socket
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import hosts, preload, processes, sections, tap   # noqa: E402
from support.doctoring import doctor   # noqa: E402
from support.foreground import Foreground   # noqa: E402
from support.tap import equal, less, like, ok, unlike   # noqa: E402

NAME = 'sts.example.test'
ROLE = 'arn:aws:iam::123456789012:role/x'
PASSWORD = 'CANARY-of-the-proxy'


def network(place, **more):
    """What it says of each host: (whether it is well, cause, remedy)."""
    checks = json.loads(place.daypass('doctor', '--json', **more).out)['checks']
    return [(check['ok'], check['cause'], check['remedy'])
            for check in checks if check['name'] == 'network']


def role(name, **more):
    return sections.credential(name, 'aws-web-identity', role=ROLE, **more)


def broken(place, name, code, pattern, endpoint, remedy=None, **more):
    place.daypass('end')
    place.configure(role('far', endpoint=endpoint, **more))
    doctor(place, name, code, f'network: .*{pattern}', remedy=remedy)


def through(place, port, who=''):
    place.daypass('end')
    place.env['https_proxy'] = f'http://{who}127.0.0.1:{port}'


# whom it looks at

def test_each_host_once(place):
    rig = place.rig
    place.configure(
        sections.web_identity(rig), sections.assume_role(rig),
        sections.web_identity(rig, 'other'), sections.octo(rig),
        sections.git(rig), sections.aws(),
        sections.docker('registry.example.test'))
    rig.forget()
    found = network(place)
    sts, octo, github = (rig[name].split('//')[1]
                         for name in ('sts', 'octo', 'github'))
    equal(found, [
        (True, f'{sts}, for [credential "dev"]: TLS, trusted', None),
        (True, f'{octo}, for [credential "github"]: TLS, trusted', None),
        (True, f'{github}, for [credential "github"]: TLS, trusted', None),
    ], 'sts, octo-sts, and who takes its tokens back')
    equal(rig.counts(), {}, 'nothing is asked of them')
    equal(place.daypass('doctor').code, 0, 'all is well')
    like(place.daypass('doctor').out, rf'ok +network +{sts}, for', 'for people')


def test_without_endpoints(place):
    """Where the clouds really are, and nowhere else."""
    asked = []
    place.configure(
        role('dev', region='eu-west-1'), role('west', region='us-west-2'),
        sections.credential('github', 'octo-sts', identity_name='x'),
        sections.credential('gcp', 'gcp-federation', audience='//iam.google'
                            'apis.com/projects/1/locations/global/workload'
                            'IdentityPools/p/providers/w'),
        sections.credential('ci', 'gcp-service-account', **{
            'from': 'gcp', 'service-account': 'a@b.iam.gserviceaccount.com'}),
        sections.docker('*.dkr.ecr.eu-west-1.amazonaws.com',
                        credential='dev'),
        sections.docker('*.dkr.ecr.*.amazonaws.com', credential='dev'),
        sections.git(place.rig, '/x', credential='nosuch'),
        sections.section('git', 'https://github.com/acme',
                         credential='github'))
    with hosts.listening(hosts.proxy('403 Forbidden', asked)) as port:
        through(place, port)
        found = network(place)
    equal(sorted(line.split()[1] for line in asked), sorted(
        f'{host}:443' for host in (
            'sts.eu-west-1.amazonaws.com', 'sts.us-west-2.amazonaws.com',
            'octo-sts.dev', 'api.github.com', 'sts.googleapis.com',
            'iamcredentials.googleapis.com',
            'api.ecr.eu-west-1.amazonaws.com')), 'these, and each once')
    like(str(found), r'api\.ecr.*for \[exchange "aws-ecr"\]',
         'also what a bridge leads to')


def test_identities(place):
    """Those that speak HTTP, as the asker's variables say."""
    for source, variables in (
            ('github-actions', {
                'ACTIONS_ID_TOKEN_REQUEST_URL': '%s/token?secret=CANARY',
                'ACTIONS_ID_TOKEN_REQUEST_TOKEN': 'CANARY'}),
            ('azure-devops', {'SYSTEM_OIDCREQUESTURI': '%s/x?CANARY=1',
                              'SYSTEM_ACCESSTOKEN': 'CANARY'}),
            ('buildkite', {'BUILDKITE_AGENT_ENDPOINT': '%s/v3',
                           'BUILDKITE_AGENT_ACCESS_TOKEN': 'CANARY',
                           'BUILDKITE_JOB_ID': 'CANARY'})):
        url = place.rig['sts']
        env = {name: value % url if '%' in value else value
               for name, value in variables.items()}
        place.configure(sections.section('identity', None, source=source))
        found = network(place, env=env)
        equal(found, [(True, f'{url.split("//")[1]}, for identity {source}: '
                       'TLS, trusted', None)], source)
    place.configure(sections.section(
        'identity', None, source='login', client_id='x',
        issuer=place.rig['sts'] + '/acme'))
    like(str(network(place)), 'for identity login: TLS', 'login')
    place.configure(sections.section('identity', None, source='gcp-metadata'))
    with hosts.listening(hosts.wait_for_end) as port:
        equal(network(place, env={'GCE_METADATA_HOST': f'127.0.0.1:{port}'}),
              [(True, f'127.0.0.1:{port}, for identity gcp-metadata: answers',
                None)], 'gcp-metadata')
    path = place.path('api')
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        place.configure(sections.section(
            'identity', None, source='fly', socket=path))
        equal(network(place), [
            (True, f'{path}, for identity fly: answers', None)], 'fly')
    like(str(network(place)), 'False.*could not connect', 'and nobody there')


def test_where_no_token_may_go(place):
    """What no mint would ask is asked by nobody, and does not answer."""
    for source, variables in (
            ('gcp-metadata', {'GCE_METADATA_HOST': NAME}),
            ('buildkite', {'BUILDKITE_AGENT_ENDPOINT': f'http://{NAME}/v3',
                           'BUILDKITE_AGENT_ACCESS_TOKEN': 'CANARY',
                           'BUILDKITE_JOB_ID': 'CANARY'})):
        place.configure(sections.section('identity', None, source=source))
        doctor(place, f'{source}, in clear', 78,
               f'network: {NAME}, for identity {source}: http to {NAME} is '
               'not allowed', env=variables,
               remedy=f'mend the endpoint of identity {source}: ')


def test_only_what_is_configured(place):
    """A request names no host, whoever it comes from."""
    place.configure(role('dev', endpoint=place.rig['sts']))
    equal(len(network(place)), 1, 'one host')
    place.configure()
    equal(network(place), [], 'and none without a configuration')
    done = place.daypass('doctor', '--as', 'agent:x')
    unlike(done.out, 'network ', 'nor for --as')
    done = place.daypass('doctor', 'id-token', 'x')
    unlike(done.out, 'network ', 'nor with a target, which is tried itself')


# what is out of order

def test_names_and_connections(place):
    broken(place, 'DNS', 75, r'could not resolve x\.invalid|resolving',
           'https://x.invalid', remedy=r'getent ahosts x\.invalid ')
    broken(place, 'DNS, of a host with a port', 75, 'could not resolve x|reso'
           'lving', 'https://x.invalid:1', remedy=r'ahosts x\.invalid tells')
    broken(place, 'nobody listens', 75, 'Connection refused',
           'https://127.0.0.1:1', remedy=r'endpoint of \[credential "far"\]')
    with hosts.listening(hosts.wait_for_end) as port:
        began = time.monotonic()
        broken(place, 'a firewall', 75, 'timed out connecting to 127',
               f'https://127.0.0.1:{port}', remedy='have the firewall let')
        less((time.monotonic() - began) / 2, 6, 'in a few seconds')


@contextlib.contextmanager
def silent(place, count):
    """So many hosts that take connections and say nothing, configured."""
    with contextlib.ExitStack() as stack:
        ports = [stack.enter_context(hosts.listening(hosts.wait_for_end))
                 for _ in range(count)]
        place.configure(*(role(f's{port}', endpoint=f'https://127.0.0.1:{port}')
                          for port in ports))
        place.daypass('begin')
        yield


def test_all_at_once(place):
    """Many that do not answer take no longer than one."""
    with silent(place, 35):
        began = time.monotonic()
        found = network(place)
        less(time.monotonic() - began, 10, 'no longer than one')
    equal(sum('timed out' in cause for _, cause, _ in found), 32,
          'thirty-two of them')
    like(str(found[-1]), 'more hosts than were looked at', 'and it says so')


def test_many_credentials(place):
    """Not all are followed, and it says so."""
    def found(count):
        place.configure(*(role(f'c{n}', endpoint=place.rig['sts'])
                          for n in range(count)))
        return [(good, 'more hosts' in cause)
                for good, cause, _ in network(place)]

    equal(found(249), [(True, False)], 'one host of many')
    equal(found(250), [(True, False), (True, True)], 'and of too many')


def looks(place):
    """How many children the agent has: one for each host."""
    return len(processes.children(place.agent()))


def test_who_gives_up(place):
    """Nobody looks on for who has gone, or when the session ends."""
    with silent(place, 5):
        with place.start('daypass', 'doctor') as asking:
            ok(processes.wait_for(lambda: looks(place) == 5, 10),
               'five children look')
            asking.kill()
            asking.communicate()
        ok(processes.wait_for(lambda: not looks(place), 2),
           'who hangs up is waited for by none')
        with place.start('daypass', 'doctor') as asking:
            processes.wait_for(lambda: looks(place) == 5, 10)
            began = time.monotonic()
            place.daypass('end')
            less(time.monotonic() - began, 3, 'the end waits for no look')
            asking.communicate(timeout=60)
        place.daypass('end')


def test_many_at_once(place):
    """What one user can have the agent do has a limit."""
    with silent(place, 32):
        asking = [place.start('daypass', 'doctor') for _ in range(2)]
        ok(processes.wait_for(lambda: looks(place) == 64, 10), 'two may')
        doctor(place, 'a third', 75, 'others look at the network right now')
        for one in asking:
            one.communicate(timeout=60)
            equal(one.returncode, 75, 'those who came first have their answer')


def test_certificates(place):
    rig, heard = place.rig, []

    def with_certificate(name, pattern, tls, remedy):
        with hosts.listening(hosts.shake_hands(tls, heard)) as port:
            broken(place, name, 77, pattern, f'https://127.0.0.1:{port}',
                   remedy=remedy)

    with_certificate('for another name', 'is for another name',
                     hosts.certificate(rig, 'other', ('other.test',)),
                     'openssl s_client -connect 127')
    with_certificate('expired', 'certificate has expired',
                     rig.cloud.wrong_tls['expired-certificate'],
                     r'clock right \(date -u\)')
    with_certificate('not valid yet', 'not yet valid', hosts.certificate(
        rig, 'early', ('localhost',), begins=5), r'set this machine.s clock')
    with hosts.listening(lambda client: client.sendall(b'220 smtp\r\n')) \
            as port:
        broken(place, 'no TLS', 75, 'TLS with', f'https://127.0.0.1:{port}',
               remedy='openssl s_client -connect 127')
    equal(heard, [], 'nothing was sent to any of them')
    place.write(place.config, role('far', endpoint=rig['sts']))
    doctor(place, 'a CA that nobody trusts', 77, 'network: .*self-signed',
           remedy=r'\[http\] ca-file = FILE.*trusted is the system')
    place.daypass('end')
    place.env['SSL_CERT_FILE'] = place.write(
        'other.pem', open(rig.cloud.authority.path('early.crt'), 'rb').read())
    doctor(place, 'another CA by a variable', 77, 'network: .*self-signed',
           remedy=f"trusted is SSL_CERT_FILE '{place.path('other.pem')}'")
    place.daypass('end')
    place.env['SSL_CERT_FILE'] = place.write('none.pem', 'x')
    doctor(place, 'a file without certificates', 78,
           'network: .*SSL_CERT_FILE .*no certificate')
    del place.env['SSL_CERT_FILE']
    place.daypass('end')
    place.write(place.config, '[http]\nca-file = /nowhere/ca.pem\n'
                + role('far', endpoint=rig['sts']))
    doctor(place, 'a ca-file that is not there', 78,
           "network: .*ca-file '/nowhere/ca.pem'")
    locked = place.write('ca.pem', 'x', 0)
    if os.access(locked, os.R_OK):
        tap.skip('a ca-file that cannot be read', 'root reads everything')
        return
    place.write(place.config, f'[http]\nca-file = {locked}\n'
                + role('far', endpoint=rig['sts']))
    doctor(place, 'a ca-file that cannot be read', 78, 'Permission denied')


def test_proxies(place):
    rig, asked, heard = place.rig, [], []
    url = f'https://{NAME}'
    through(place, 1)
    broken(place, 'a proxy that is gone', 75, 'connect to the proxy for .*'
           r'127\.0\.0\.1:1 \(https_proxy\)', url, remedy='daypass end')
    place.env['https_proxy'] = 'http://proxy.invalid:3128'
    broken(place, 'a proxy without a name', 75, 'resolve the proxy', url,
           remedy='variable of the proxy proxy.invalid:3128')
    for says, pattern, remedy in (
            ('407 Who?', 'HTTP 407 .it wants a user', 'user and password'),
            ('403 Forbidden', 'refused the connection: HTTP 403',
             rf'no_proxy=\$no_proxy,{NAME};')):
        with hosts.listening(hosts.proxy(says, asked)) as port:
            through(place, port)
            broken(place, f'a proxy that says {says}', 75, pattern, url,
                   remedy=remedy)
            broken(place, f'{says}, of a port', 75, pattern, f'{url}:8443',
                   remedy=remedy)
    other = hosts.certificate(rig, 'other', ('other.test',))
    with hosts.listening(hosts.shake_hands(other, heard)) as server, \
            hosts.listening(hosts.proxy('200 Yes', asked, server)) as port:
        through(place, port)
        broken(place, 'another name behind it', 77, 'is for another name', url,
               remedy=f's_client -connect {NAME}:443 ')
    with hosts.listening(hosts.wait_for_end) as port:
        through(place, port)
        broken(place, 'a proxy that hangs', 75,
               'timed out .*, through the proxy', url)
    tls = hosts.certificate(rig, 'named', (NAME,))
    with hosts.listening(hosts.shake_hands(tls, heard)) as server, \
            hosts.listening(hosts.proxy('200 Yes', asked, server)) as port:
        through(place, port, f'user:{PASSWORD}@')
        place.configure(role('far', endpoint=url),
                        sections.web_identity(rig))
        found = network(place)
        sts = rig['sts'].split('//')[1]
        equal(found, [
            (True, f'{NAME}, for [credential "far"]: TLS, trusted, through '
             f'the proxy 127.0.0.1:{port} (https_proxy)', None),
            (True, f'{sts}, for [credential "dev"]: TLS, trusted', None),
        ], 'through the proxy, and to loopback past it')
        unlike(place.daypass('doctor').out, PASSWORD, 'no password of it')
        equal((asked[-1], heard), (f'CONNECT {NAME}:443 HTTP/1.1', []),
              'nothing is sent through it')
    place.daypass('end')
    asked.clear()
    with hosts.listening(hosts.proxy('403 Forbidden', asked)) as port:
        through(place, port)
        place.env['no_proxy'] = '.test'
        broken(place, 'no_proxy', 75, 'could not resolve sts|resolving', url)
        unlike(place.daypass('doctor').out, 'through the proxy', 'past it')
        equal(asked, [], 'which is not asked')


def test_in_a_child_session(place):
    """It is told the same, for what it could mint goes there too."""
    place.configure(role('dev', endpoint=place.rig['sts']))
    done = place.daypass('run', '--as', 'agent:x', '--advisory', '--',
                         'daypass', 'doctor')
    like(done.out, 'ok +network +localhost', 'the same')


def test_who_says_nothing(place):
    """A child that a host has taken over cannot take the agent along."""
    place.configure(role('dev', endpoint=place.rig['sts']))
    with Foreground(place, LD_PRELOAD=preload.library(
            place, 'tests/agent/forge.c')) as agent:
        doctor(place, 'no word of a way', 71, 'network: .*without a word')
        equal(agent.process.poll(), None, 'the agent lives')


if __name__ == '__main__':
    tap.run(globals())
