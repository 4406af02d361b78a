#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`daypass init`: from nothing to a configuration that works."""

import itertools
import json
import os
import pty
import select
import shutil
import stat
import sys
import time

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
                 f'    subject: "{subject}"',
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


OPTIONS = {'--aws': ROLE, '--gcp': PROVIDER, '--service-account': ACCOUNT,
           '--github': 'acme', '--registry': 'registry.acme.example'}
HEADERS = {
    '--aws': ['[credential "aws"]', '[aws "default"]'],
    '--gcp': ['[credential "gcp"]', '[gcloud]'],
    '--service-account': ['[credential "gcp-account"]'],
    '--github': ['[credential "github"]', '[git "https://github.com/acme"]'],
    '--registry': ['[docker "registry.acme.example"]'],
}


def test_every_combination(place):
    """Each set of options writes its own sections, no others, and what it
    writes is what daypass takes."""
    place.without_identity()
    for count in range(1, len(OPTIONS) + 1):
        for chosen in itertools.combinations(OPTIONS, count):
            try_combination(place, chosen)


def try_combination(place, chosen):
    name = ' '.join(chosen)
    words = [word for option in chosen for word in (option, OPTIONS[option])]
    done = place.daypass('init', '--dry-run', *words)
    if '--service-account' in chosen and '--gcp' not in chosen:
        equal((done.code, done.out), (64, ''), f'{name}: refused')
        return
    written = done.out.partition(':\n\n')[2].partition('\n\n')[0]
    headers = [line for line in written.splitlines() if line[:1] == '[']
    equal(sorted(headers), sorted(header for option in chosen
                                  for header in HEADERS[option]),
          f'{name}: its sections')
    config = place.write('config', written + '\n')
    end(place)
    checks = place.daypass('doctor', '--json',
                           env={'DAYPASS_CONFIG': config}).out
    unlike(checks, '"name":"config","ok":false', f'{name}: and they are good')


def end(place):
    place.daypass('end', env={'DAYPASS_CONFIG': None})


def test_registries(place):
    """Who opens which."""
    for host, options, credential in (
            ('europe-docker.pkg.dev', ('--gcp', PROVIDER), 'gcp'),
            ('eu.gcr.io', ('--gcp', PROVIDER, '--service-account', ACCOUNT),
             'gcp-account'),
            ('gcr.io', ('--gcp', PROVIDER), 'gcp'),
            ('1.dkr.ecr.eu-west-1.amazonaws.com', ('--aws', ROLE), 'aws'),
            ('1.dkr-ecr.eu-west-1.on.aws', ('--aws', ROLE), 'aws'),
            ('public.ecr.aws', ('--aws', ROLE), 'aws'),
            ('not-gcr.io', (), 'id-token'),
            ('localhost:5000', (), 'id-token')):
        done = place.daypass('init', '--dry-run', '--registry', host,
                             *options)
        like(done.out, rf'\[docker "{host}"\]\n\tcredential = {credential}\n',
             f'{host}: {credential}')
    for host, page in (('acme.azurecr.io', 'azure-acr'), ('quay.io', 'quay'),
                       ('docker.io', 'docker-hub'), ('a.jfrog.io', 'jfrog'),
                       ('ghcr.io', 'octo-sts')):
        done = place.daypass('init', '--dry-run', '--registry', host)
        equal((done.code, done.out), (64, ''), f'{host}: is refused')
        like(done.err, f'docs/exchanges/{page}.md', f'{host}: with the page')


def test_what_is_there(place):
    """Sections are told as git tells them, not by their letters."""
    place.write(place.config, '# [credential "github"]\n'
                '[Git   "https://github.com/acme"] credential = mine\n')
    done = place.daypass('init', '--github', 'acme')
    like(done.out, 'added to.*\\[credential "github"\\]',
         'a comment is no section')
    unlike(done.out, '\\[git "https', 'another way to write it is one')
    like(done.out, '1 section was there already', 'and is told of')
    place.write(place.config, '[credential "x"\n')
    text = read(place.config)
    done = place.daypass('init', '--github', 'acme')
    equal(done.code, 78, 'behind a mistake nothing is added')
    like(done.err, 'mend the configuration first: line 1', 'with its line')
    equal(read(place.config), text, 'and it stays')


def indented(text, *titles):
    """What stands behind each of these lines, as a person cuts it out."""
    lines, inside = [], False
    for line in text.splitlines():
        if line.startswith(titles):
            inside = True
        elif inside and line.startswith('    '):
            lines.append(line[4:])
        else:
            inside = False
    return '\n'.join(lines) + '\n'


def test_terraform(place):
    done = place.daypass('init', *ALL, '--dry-run')
    text = indented(done.out, '  or in Terraform')
    equal(text.count('resource "'), 6, 'six resources')
    for part in ('service_account_id = "projects/-/serviceAccounts/' + ACCOUNT,
                 '/subject/' + place.rig['sub'] + '"'):
        ok(part in text, f'with {part}', text)
    if not shutil.which('terraform'):
        raise tap.Skip('terraform is not installed')
    place.write('main.tf', text)
    done = place.run(shutil.which('terraform'), 'fmt', '-check', '-diff',
                     place.path('main.tf'))
    equal(done.code, 0, 'terraform reads it, and would write it so')
    tap.note(done.out + done.err)


def test_role_with_a_path(place):
    role = 'arn:aws-us-gov:iam::123456789012:role/team/web/dev'
    out = place.daypass('init', '--aws', role, '--dry-run').out
    like(out, 'create-role --role-name dev --path /team/web/ ', 'the command')
    like(out, 'path = "/team/web/"', 'Terraform')
    like(out, 'arn:aws-us-gov:iam::123456789012:oidc-provider/', 'partition')


RECORD = """#!/bin/sh
printf '%s\\0' "${0##*/}" "$@" >>"$HOME/called"
printf '\\n\\0' >>"$HOME/called"
"""


def called(place, commands):
    """What a shell makes of the commands, indented as they are shown."""
    for name in ('aws', 'gcloud'):
        place.write(f'stand-ins/{name}', RECORD, 0o755)
    text = ''.join('    ' + line for line in commands.splitlines(True))
    done = place.run('/bin/sh', '-e', input=text, env={
        'PATH': place.path('stand-ins') + ':/usr/bin:/bin'})
    equal((done.code, done.err), (0, ''), 'a shell runs the commands')
    with open(place.path('home/called'), encoding='utf-8') as source:
        return [call.strip('\0').split('\0')
                for call in source.read().split('\n\0') if call]


def test_commands(place):
    """What is shown can be copied, indentation and all."""
    out = place.daypass('init', *ALL, '--dry-run').out
    calls = called(place, indented(out, 'AWS:', 'Google Cloud:'))
    equal([' '.join(call[:4]) for call in calls], [
        'aws iam create-open-id-connect-provider --url',
        'aws iam create-role --role-name',
        'gcloud services enable --project=1',
        'gcloud iam workload-identity-pools create',
        'gcloud iam workload-identity-pools providers',
        'gcloud iam service-accounts add-iam-policy-binding'], 'in order')
    statement, = json.loads(calls[1][-1])['Statement']
    issuer = place.rig['issuer'].removeprefix('https://')
    equal(statement['Principal']['Federated'],
          f'arn:aws:iam::123456789012:oidc-provider/{issuer}', 'the provider')
    equal(statement['Condition']['StringEquals'],
          {f'{issuer}:aud': 'sts.amazonaws.com',
           f'{issuer}:sub': place.rig['sub']}, 'the condition')
    equal(calls[4][-1], '--attribute-condition=assertion.sub == '
          f"'{place.rig['sub']}'", 'the condition at Google')
    equal(calls[5][-1], '--member=principal://iam.googleapis.com/projects/1/'
          f"locations/global/workloadIdentityPools/p/subject/"
          f"{place.rig['sub']}", 'the principal')


def test_setup(place):
    place.write('home/.gitconfig', '[user]\n\tname = Ada\n')
    done = place.daypass('init', '--github', 'acme', '--setup')
    equal((done.code, done.err), (0, ''), 'init --setup')
    like(read(place.path('home/.gitconfig')),
         r'name = Ada\n\[credential "https://github.com/acme"\]\n'
         '\thelper =\n\thelper = /.*/git-credential-daypass', 'git is set up')
    shown = done.out.partition('\nThe tools:\n\n')[2]
    like(shown, 'git +/.*put in .credential', 'and shown')
    place.daypass('setup', 'all', '--undo')
    equal(place.daypass('setup', 'all').out, shown,
          'the same that setup all shows')
    done = place.daypass('init', '--github', 'acme', '--setup')
    like(done.out, 'nothing new for.*nothing to change', 'again: nothing')
    done = place.daypass('init', '--github', 'other', '--setup', '--dry-run')
    equal((done.code, done.out), (64, ''), 'not with --dry-run')


def test_setup_that_conflicts(place):
    place.write('home/.aws/config',
                '[default]\ncredential_process = /bin/other\n')
    done = place.daypass('init', '--aws', ROLE, '--setup')
    equal((done.code, place.daypass('setup', 'all').code), (78, 78),
          'another helper in the way: the exit code of setup')


def test_mistakes(place):
    for arguments, pattern in (
            ((), 'nothing was asked for'),
            (('--setup',), 'nothing was asked for'),
            (('--aws', 'dev'), "--aws: 'dev' does not look like arn:aws"),
            (('--aws', ROLE + '\n[x]'), '--aws: '),
            (('--aws', ROLE + '";x'), '--aws: '),
            (('--aws', ROLE + '/'), '--aws: '),
            (('--aws', 'arn:aws:iam::1234:role/dev'), '--aws: '),
            (('--aws', 'arn:aws:sts::123456789012:role/dev'), '--aws: '),
            (('--aws', ROLE + 'x' * 64), '--aws: '),
            (('--gcp', 'p'), '--gcp: '),
            (('--gcp', PROVIDER + '/x'), '--gcp: '),
            (('--gcp', PROVIDER.replace('/projects/1', '/projects/acme')),
             '--gcp: '),
            (('--service-account', ACCOUNT), 'goes with --gcp'),
            (('--gcp', PROVIDER, '--service-account', 'ci'),
             '--service-account: '),
            (('--gcp', PROVIDER, '--service-account', 'ci@$(id).x'),
             '--service-account: '),
            (('--github', 'acme/web'), '--github: '),
            (('--github', 'a.b'), '--github: '),
            (('--registry', 'nowhere'), '--registry: '),
            (('--registry', 'host.x/path'), '--registry: '),
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


def test_too_long(place):
    """What has no room in a section is refused before anything is written."""
    long = 'a' * 5000
    for option, wish, more in (
            ('--github', long, ()), ('--registry', f'{long}.test', ()),
            ('--service-account', f'{long}@b.c', ('--gcp', PROVIDER))):
        done = place.daypass('init', option, wish, *more)
        equal((done.code, done.out), (64, ''), f'{option}: exit 64')
        like(done.err, f"{option}: 'aaa.* does not look like", f'{option}: why')
    ok(not os.path.exists(place.config), 'nothing is written')
    longest = ROLE[:ROLE.rindex('/')] + '/' + 'p' * 510 + '/' + 'n' * 64
    equal(place.daypass('init', '--aws', longest).code, 0,
          'the longest role that there is')


class Asked:
    """`daypass init` at a terminal."""

    def __init__(self, place, *arguments):
        self.fd, theirs = pty.openpty()
        self.process = place.start(
            'daypass', 'init', *arguments, stdin=theirs, stdout=theirs,
            stderr=theirs, start_new_session=True)
        os.close(theirs)
        self.said = ''

    def hear(self, text, seconds=30):
        """Until this is the last that was said."""
        until = time.monotonic() + seconds
        while not self.said.endswith(text):
            if not select.select([self.fd], [], [],
                                 max(0, until - time.monotonic()))[0]:
                return False
            try:
                self.said += os.read(self.fd, 65536).decode()
            except OSError:
                return text == ''
        return True

    def answer(self, question, text):
        ok(self.hear(question + ': '), f'is asked: {question}', self.said)
        os.write(self.fd, text.encode())

    def end(self):
        try:
            while more := os.read(self.fd, 65536):
                self.said += more.decode()
        except OSError:
            pass    # the other end is closed
        os.close(self.fd)
        self.process.stdin = self.process.stdout = self.process.stderr = None
        return self.process.wait(60)


AWS = 'AWS role (its ARN)'
GCP = ('Google workload identity provider '
       '(//iam.googleapis.com/projects/...)')
OWNER = 'GitHub owner'
REGISTRY = 'container registry (its host)'
TOOLS = 'Set up git, docker, aws and gcloud to ask daypass [Y/n]'


def test_questions(place):
    asked = Asked(place)
    asked.answer(AWS, f'{ROLE}\n')
    asked.answer(GCP, '\n')
    asked.answer(OWNER, 'acme\n')
    asked.answer(REGISTRY, '\n')
    asked.answer(TOOLS, 'n\n')
    equal(asked.end(), 0, 'asked on a terminal')
    text = read(place.config)
    ok(ROLE in text and 'octo-sts' in text and 'gcp' not in text,
       'the answers are written', text)
    ok(not os.path.exists(place.path('home/.gitconfig')), 'no: no tool')
    like(asked.said, 'Next: daypass setup all', 'and is told of')


def test_questions_again(place):
    """An answer that will not do is asked for again, and nothing is lost."""
    asked = Asked(place)
    asked.answer(AWS, 'dev\n')
    asked.answer(AWS, 'x' * 3000 + '\n')
    asked.answer(AWS, '\n')
    asked.answer(GCP, PROVIDER + '\n')
    asked.answer('Google service account to act as', 'me\n')
    asked.answer('Google service account to act as', '\n')
    asked.answer(OWNER, 'acme/web\033[2J\n')
    asked.answer(OWNER, 'acme\n')
    asked.answer(REGISTRY, '1.dkr.ecr.eu-west-1.amazonaws.com\n')
    asked.answer(REGISTRY, 'x.pkg.dev\n')
    asked.answer(TOOLS, '\n')
    equal(asked.end(), 0, 'in the end all is well')
    like(asked.said, "--aws: 'dev' does not look like arn:aws:iam", 'why')
    like(asked.said, 'opened by --aws ROLE: name that too', 'why')
    unlike(asked.said, '\033\\[2J', 'what was typed is made printable')
    text = read(place.config)
    ok('"x.pkg.dev"]\n\tcredential = gcp\n' in text and 'dkr' not in text,
       'the last answers count', text)
    ok(os.path.exists(place.path('home/.gitconfig')), 'yes: the tools')


def test_questions_unanswered(place):
    asked = Asked(place, '--dry-run')
    asked.answer(AWS, '\x04')
    equal(asked.end(), 64, 'the end of the input')
    like(asked.said, 'no answer', 'is said')
    asked = Asked(place, '--dry-run')
    for question in (AWS, GCP, OWNER, REGISTRY):
        asked.answer(question, '\n')
    equal(asked.end(), 64, 'nothing is wanted')
    like(asked.said, 'nothing was asked for', 'is said')
    asked = Asked(place, '--setup')
    for question in (AWS, GCP):
        asked.answer(question, '\n')
    asked.answer(OWNER, 'acme\n')
    asked.answer(REGISTRY, '\n')
    equal(asked.end(), 0, '--setup is not asked for again')
    ok(os.path.exists(place.path('home/.gitconfig')), 'and done')


if __name__ == '__main__':
    tap.run(globals())
