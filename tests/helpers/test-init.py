#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`daypass init`: from nothing to a configuration that works."""

import os
import pty
import stat
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import tap   # noqa: E402
from support.tap import equal, like, ok, unlike   # noqa: E402

ROLE = 'arn:aws:iam::123456789012:role/dev'
PROVIDER = ('//iam.googleapis.com/projects/1/locations/global/'
            'workloadIdentityPools/p/providers/w')
ACCOUNT = 'ci@acme.iam.gserviceaccount.com'
ALL = ('--aws', ROLE, '--gcp', PROVIDER, '--service-account', ACCOUNT,
       '--github', 'acme', '--registry', 'europe-docker.pkg.dev')


def read(path):
    with open(path, encoding='utf-8') as source:
        return source.read()


def test_from_nothing(place):
    done = place.daypass('init', *ALL)
    equal((done.code, done.err), (0, ''), 'init')
    text = read(place.config)
    for header in ('[credential "aws"]', '[aws "default"]',
                   '[credential "gcp"]', '[credential "gcp-account"]',
                   '[gcloud]', '[credential "github"]',
                   '[git "https://github.com/acme"]',
                   '[docker "europe-docker.pkg.dev"]'):
        equal(text.count(header + '\n'), 1, f'{header} is there')
    equal(stat.S_IMODE(os.stat(place.config).st_mode), 0o600, 'for us alone')
    subject = place.rig['sub']
    for part in (f'"{place.rig["issuer"][8:]}:sub": "{subject}"',
                 'aws iam create-role --role-name dev',
                 'resource "aws_iam_role"', 'create-oidc w',
                 f'--issuer-uri={place.rig["issuer"]}',
                 'google_iam_workload_identity_pool_provider',
                 f'    subject: {subject}',
                 'daypass setup all'):
        ok(part in done.out, f'says: {part}', done.out)
    checks = place.daypass('doctor', '--json').out
    unlike(checks, 'unknown key|unknown section', 'and daypass takes it')


def test_again(place):
    place.write(place.config, '# mine\n[session]\n\tidle = 2h')
    equal(place.daypass('init', '--aws', ROLE).code, 0, 'into what is there')
    text = read(place.config)
    ok(text.startswith('# mine\n[session]\n\tidle = 2h\n[cred'),
       'what was there stays, line for line', text)
    done = place.daypass('init', '--aws', ROLE)
    like(done.out, 'nothing new.*2 sections were there already', 'again')
    equal(read(place.config), text, 'again: nothing is written')
    done = place.daypass('init', '--github', 'acme', '--dry-run')
    like(done.out, r'would be added to .*\[credential "github"\]', 'dry run')
    equal(read(place.config), text, 'dry run: nothing is written')


def test_link(place):
    dotfiles = place.write('dotfiles/daypass', '', 0o640)
    os.makedirs(os.path.dirname(place.config), 0o700)
    os.symlink(dotfiles, place.config)
    equal(place.daypass('init', '--github', 'acme').code, 0, 'a link')
    ok(os.path.islink(place.config), 'stays one')
    like(read(dotfiles), 'octo-sts', 'what it leads to is written')
    equal(stat.S_IMODE(os.stat(dotfiles).st_mode), 0o640, 'its mode stays')


def test_without_identity(place):
    place.without_identity()
    done = place.daypass('init', '--aws', ROLE)
    equal(done.code, 0, 'no identity here: init works')
    like(done.out, 'put its issuer and subject in', 'and says what is missing')


def test_mistakes(place):
    for arguments, pattern in (
            ((), 'nothing was asked for'),
            (('--aws', 'dev'), "--aws: 'dev' does not look like arn:aws"),
            (('--aws', ROLE + '\n[x]'), '--aws: '),
            (('--aws', ROLE + '";x'), '--aws: '),
            (('--gcp', 'p'), '--gcp: '),
            (('--service-account', ACCOUNT), 'goes with --gcp'),
            (('--github', 'acme/web'), '--github: '),
            (('--registry', 'nowhere'), '--registry: '),
            (('--registry', 'x.pkg.dev'), 'name that too'),
            (('--registry', '1.dkr.ecr.eu-west-1.amazonaws.com'),
             'opened by --aws')):
        done = place.daypass('init', *arguments)
        equal((done.code, done.out), (64, ''), f'{arguments}: exit 64')
        like(done.err, pattern, f'{arguments}: says why')
    ok(not os.path.exists(place.config), 'nothing is written')
    os.makedirs(os.path.dirname(place.config), 0o500)
    if os.getuid() != 0:
        equal(place.daypass('init', '--aws', ROLE).code, 71, 'not writable')


def test_questions(place):
    ours, theirs = pty.openpty()
    process = place.start('daypass', 'init', stdin=theirs, stdout=theirs,
                          stderr=theirs, start_new_session=True)
    os.close(theirs)
    os.write(ours, f'{ROLE}\n\nacme\n\n'.encode())
    said = b''
    try:
        while more := os.read(ours, 65536):
            said += more
    except OSError:
        pass    # the other end is closed
    process.stdin, process.stdout, process.stderr = None, None, None
    equal(process.wait(60), 0, 'asked on a terminal')
    like(said.decode(), r'AWS role \(its ARN\)', 'in plain words')
    text = read(place.config)
    ok(ROLE in text and 'octo-sts' in text and 'gcp' not in text,
       'the answers are written', text)


if __name__ == '__main__':
    tap.run(globals())
