#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""daypass doctor over mistakes in the configuration: each is named with its
file and line, counts, and comes with what mends it."""

import json
import os
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import sections, tap   # noqa: E402
from support.doctoring import doctor, failed   # noqa: E402
from support.tap import equal, like, ok   # noqa: E402

ROLE = 'exchange = aws-web-identity\nrole = arn:aws:iam::123456789012:role/x\n'
CREDENTIAL = f'[credential "c"]\n{ROLE}'
RULE = '[policy "agent:*"]\nrule = r\n[rule "r"]\n'

# What is wrong, the sections, the line (a section is named at its first key),
# and what is said.
MISTAKES = (
    # sections
    ('a section that is none', '[credentail "c"]\nexchange = x\n', 2,
     r'unknown section; did you mean \[credential\]'),
    ('a section like no other', '[weather]\nx = y\n', 2, 'unknown section'),
    ('a section without a name', '[git]\ncredential = id-token\n', 2,
     r'needs a name: \[git "NAME"\]'),
    ('a name too much', '[http "x"]\ntimeout = 1s\n', 2, 'takes no name'),
    ('a name that is taken', f'[credential "id-token"]\n{ROLE}', 2,
     '`id-token` is built in'),
    # keys
    ('a key that is none', CREDENTIAL + 'rol = x\n', 4,
     'unknown key `rol`; did you mean `role`'),
    ('a key like no other', CREDENTIAL + 'colour = x\n', 4,
     'unknown key `colour`'),
    ('a key that is missing', '[credential "c"]\nexchange = octo-sts\n', 2,
     'needs `identity-name`'),
    ('a key twice', RULE + 'verdict = allow\nverdict = deny\n', 5,
     '`verdict` may stand here once only'),
    ('a key that belongs elsewhere', CREDENTIAL + 'external-id = abc\n', 4,
     '`external-id`: AssumeRoleWithWebIdentity has none'),
    ('a binding of nothing', '[git "https://a.test"]\nusername = x\n', 2,
     'needs `credential`'),
    # values
    ('an empty value', '[credential "c"]\nexchange =\n', 2, 'is empty'),
    ('an exchange that is none', '[credential "c"]\nexchange = octo-st\n', 2,
     'did you mean `octo-sts`'),
    ('a source that is none', '[identity]\nsource = githb-actions\n', 2,
     'did you mean `github-actions`'),
    ('a duration that is none', CREDENTIAL + 'ttl = soon\n', 4,
     '`soon` is no duration'),
    ('a timeout that is too long', '[http]\ntimeout = 3h\n', 2,
     '`3h` is no duration from 1s to'),
    ('neither yes nor no', '[gcloud]\ncredential = id-token\n'
     'output-file = maybe\n', 3, '`maybe` is neither yes nor no'),
    ('a relative path', '[http]\nca-file = ca.pem\n', 2,
     '`ca.pem` is no absolute path'),
    ('a leader that is none', '[session]\nleader = me\n', 2,
     '`me` is neither none nor a process id'),
    ('a log that is none', '[session]\nlog = sysload\n', 2,
     'did you mean `syslog`'),
    ('a verdict that is none', RULE + 'verdict = alow\n', 4,
     'did you mean `allow`'),
    ('a tool that is none', RULE + 'verdict = allow\ntool = gti\n', 5,
     '`gti` is none of git, docker, aws'),
    ('a time that is none', RULE + 'verdict = allow\nhours = noon\n', 5,
     'time of day like 08:00'),
    ('a sink that is none', '[audit]\nsink = /var/log/x\n', 2, 'is no sink'),
    ('a session policy that is none', RULE + 'verdict = allow\n'
     'session-policy = x\n', 5, 'no JSON object'),
    ('a variable that is none', '[identity]\nvariable = A B\n', 2,
     'is no name of a variable'),
    ('a fallback that is none', '[docker]\nfallback = a/b\n', 2,
     "is no docker-credential-NAME's name"),
    ('itself as a fallback', '[docker]\nfallback = daypass\n', 2,
     'is this very helper'),
    # URLs and hosts
    ('an endpoint in clear', CREDENTIAL + 'endpoint = http://a.test\n', 4,
     'http to a.test is not allowed'),
    ('an endpoint that is none', CREDENTIAL + 'endpoint = a.test\n', 4,
     'endpoint'),
    ('a URL without a scheme', '[git "github.com/acme"]\n'
     'credential = id-token\n', 2, 'did you mean `https://github.com/acme`'),
    ('a URL in clear', '[git "http://a.test"]\ncredential = id-token\n', 2,
     'did you mean `https://a.test`'),
    ('a glob in a path', '[git "https://a.test/*/x"]\n'
     'credential = id-token\n', 2, 'a binding.s path is a prefix'),
    ('a port that is none', '[git "https://a.test:x"]\n'
     'credential = id-token\n', 2, 'port that is no number'),
    ('a host that is none', '[docker "a b"]\ncredential = id-token\n', 2,
     'space'),
    ('a function with a user', '[function "https://u@a.test"]\n'
     'credential = id-token\n', 2, 'user name'),
    # what leads nowhere
    ('no such credential', f'{CREDENTIAL}[aws "x"]\ncredential = d\n', 5,
     'there is no credential `d`'),
    ('no such identity', CREDENTIAL + 'identity = other\n', 4,
     'there is no identity `other`'),
    ('from nobody', '[credential "c"]\nfrom = nobody\n' + ROLE, 2,
     'there is no credential `nobody`'),
    ('a loop', '[credential "a"]\nfrom = b\nexchange = aws-assume-role\n'
     'role = arn:aws:iam::1:role/x\n[credential "b"]\nfrom = a\n'
     'exchange = aws-assume-role\nrole = arn:aws:iam::1:role/y\n', 2,
     '`from` leads back to itself: a from b from a'),
    ('a chain that does not fit', f'{CREDENTIAL}[credential "d"]\nfrom = c\n'
     'exchange = gcp-service-account\nservice-account = a@b.test\n', 5,
     'takes .*, and credential `c` is aws'),
    ('a chain without a beginning', '[credential "d"]\n'
     'exchange = aws-assume-role\nrole = arn:aws:iam::1:role/x\n', 2,
     'not an id token: `from` must name'),
    ('a rule that is none', '[policy "agent:*"]\nrule = nosuch\n', 2,
     r'there is no \[rule "nosuch"\]|no rule `nosuch`'),
)

# What makes a whole file useless: what it holds, its mode, and what is said.
FILES = (
    ('no end of a header', '[aws "default"\n', 'line 1: .*has no `\\]`'),
    ('no section', 'key = value\n', 'line 1: a key before any section'),
    ('a quote', '[aws "x"]\ncredential = "a\n', 'line 2: a quote that is not'),
    ('no value', '[aws "x"]\ncredential\n x y\n', 'line [23]: '),
    ('a NUL', '[aws "x"]\n\0', 'holds a NUL byte'),
    ('too much', '; ' + 'x' * (1 << 20) + '\n', 'is larger than 1 MiB'),
    ('an include of nothing', '[include]\npath = nowhere\n',
     'line 2: includes .*nowhere., which does not exist'),
    ('a condition', '[includeIf "gitdir:/"]\npath = x\n',
     r'line [12]: \[includeIf\] is not read here'),
)


def test_mistakes(place):
    for name, text, line, pattern in MISTAKES:
        place.write(place.config, text)
        done = place.daypass('doctor', '--json')
        equal(done.code, 78, f'{name}: exit 78')
        causes = {check['cause']: check['remedy']
                  for check in json.loads(done.out)['checks']
                  if check['name'] == 'config' and not check['ok']}
        found = [cause for cause in causes if re.search(
            f' in {place.config} line {line}: .*{pattern}', cause)]
        ok(found, f'{name}: the cause', causes)
        equal([causes[cause] for cause in found],
              [f'mend {place.config} line {line}; it is read again by itself']
              * len(found), f'{name}: what to do')


def test_two_that_match(place):
    place.write(place.config, '[git "https://a.test"]\ncredential = id-token\n'
                '[git "https://a.test/"]\ncredential = id-token\n')
    doctor(place, 'two bindings of one URL', 78, 'equally well',
           remedy=f'mend {place.config} line 2;')


def test_files(place):
    for name, text, pattern in FILES:
        place.write(place.config, text)
        doctor(place, name, 78, f'config: {place.config}.*{pattern}')
    place.write(place.config, '[aws "x"]\ncredential = id-token\n', 0o620)
    doctor(place, 'a file that others write', 78, 'mode 620',
           remedy=f'^chmod go-w {place.config}')
    place.write(place.config, f'[include]\npath = {place.path("more")}\n')
    place.write('more', '', 0o666)
    doctor(place, 'an include that others write', 78, 'mode 666',
           remedy=f'^chmod go-w {place.path("more")}')
    os.unlink(place.config)
    os.mkdir(place.config)
    doctor(place, 'a directory', 78, 'is a directory, no regular file')
    os.rmdir(place.config)
    os.mkfifo(place.config)
    doctor(place, 'a pipe', 78, 'is a pipe, no regular file')
    os.unlink(place.config)
    os.symlink('/nowhere/config', place.config)
    doctor(place, 'a link that leads nowhere', 78, 'leads nowhere')


def test_unreadable(place):
    place.write(place.config, '', 0)
    if os.getuid() == 0:    # who would read it all the same
        place.run('setpriv', '--bounding-set',
                  '-dac_override,-dac_read_search', 'daypass', 'begin')
    doctor(place, 'a file that cannot be read', 78, 'Permission denied',
           remedy=f'chmod u\\+r {place.config}')


def test_where_it_is_used(place):
    """What only the road shows to be wrong."""
    place.write(place.config, f'{CREDENTIAL}session-policy = x\n'
                '[aws "default"]\ncredential = c\n')
    doctor(place, 'a session policy that is none', 78, 'binding: aws default: '
           r'\[credential "c"\]: session-policy: invalid JSON')


def test_named(place):
    env = {'DAYPASS_CONFIG': '/nowhere/config'}
    doctor(place, 'a file that is named and is not there', 78,
           "DAYPASS_CONFIG names '/nowhere/config'", env=env,
           remedy='unset DAYPASS_CONFIG')
    place.daypass('end', env=env)
    place.write(place.config, '')
    place.daypass('begin')
    other = place.write('home/other', '')
    doctor(place, 'another file than the session has', 78,
           f"started with the configuration .* comes from '{other}'",
           env={'DAYPASS_CONFIG': other}, remedy='^daypass end$')


def test_all_are_told(place):
    """Not just the first; and with a target, only those in its way count."""
    place.configure(sections.web_identity(place.rig), sections.aws(),
                    '[a]\nb = c\n', '[d]\ne = f\n')
    equal(len([check for check in failed(place) if check['name'] == 'config']),
          2, 'each has its line')
    done = place.daypass('doctor', 'aws', 'default')
    equal(done.code, 0, 'none is in the way of this')
    like(done.out, r'FAIL config +\[a\] in', 'but they are told')


if __name__ == '__main__':
    tap.run(globals())
