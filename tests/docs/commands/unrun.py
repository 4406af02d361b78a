# SPDX-License-Identifier: Apache-2.0
"""The commands of the documentation that no test runs, each with the reason;
what can be told of them without running them is."""

import functools
import os
import re
import runpy
import shlex
import shutil
import subprocess

from support.place import BUILD, SOURCE

ELSEWHERE = 'asks a real cloud to make something'
BUILDING = 'builds or tests this very tree'
# The beginning of a command, a regular expression: why it is not run.
REASONS = {
    r'gcloud (?!config|auth)': ELSEWHERE,
    r'az ': ELSEWHERE,
    r'aws (iam|cloudformation) ': ELSEWHERE,
    r'kubectl ': ELSEWHERE,
    r'terraform ': ELSEWHERE,
    r'(VAULT_ADDR=\S+ )?vault ': 'asks a real Vault to make something',
    r'(kc|kcadm)\.sh ': 'asks a real Keycloak to make something',
    r'curl -X POST .*/api/v1/': 'asks a real registry to make something',
    r'nats --server': 'needs the nats command; tests/nats has clients',
    r'daypass-nats-callout --config': 'serves until it is stopped: tests/nats',
    r'(\S+ )?systemctl ': 'is for a machine with systemd',
    r'autoreconf ': BUILDING,
    r'\./configure ': BUILDING,
    r'make\b': BUILDING,
    r'git clone \S+/daypass': BUILDING,
    r'contrib/playground$': 'tests/docs/test-tutorial.py runs it',
    r'contrib/\w+': BUILDING,
    r'mkdir (build-fuzz|new)': BUILDING,
    r'\.\./configure ': BUILDING,
    r'\./tests/fuzz/': BUILDING,
    r'python3 tests/docs/errors.py': BUILDING,
}
# All of a page.
PAGES = {'docs/newcomer.md': 'contrib/newcomer does, and writes the page'}
TREE = 'data/cli/gcloud_completions.py'


def reason(command, page):
    for pattern, why in REASONS.items():
        if re.match(pattern, command.text, re.S):
            return why
    return PAGES.get(page)


def reasons():
    return {*REASONS.values(), *PAGES.values()}


def words(text):
    """Of its first command, as a shell would split it."""
    lexer = shlex.shlex(text.replace('\\\n', ' '), posix=True,
                        punctuation_chars='|&;<>()')
    lexer.whitespace_split = True
    lexer.commenters = '#'
    found = []
    for word in lexer:
        if re.fullmatch(r'[|&;<>()]+', word):
            break
        found.append(word)
    return found


def options(text):
    return [word.partition('=')[0] for word in words(text)
            if re.match(r'--[a-z]', word)]


def wrong(command):
    """What is wrong with a command, as far as can be told here; None where
    nothing is."""
    done = subprocess.run(['bash', '-n'], input=command.text, text=True,
                          capture_output=True, check=False)
    if done.returncode != 0:
        return done.stderr
    for pattern, check in (
            (r'gcloud ', wrong_gcloud), (r'aws ', wrong_aws),
            (r'(daypass|\w+-credential-daypass)(?!/)\b', wrong_ours),
            (r'\.?\.?/?(contrib|tests)/', wrong_file),
            (r'make ', wrong_target)):
        if re.match(pattern, command.text):
            return check(command.text)
    return None


def wrong_ours(text):
    """Every option is one of its --help."""
    program, *rest = words(text)
    verb = [rest[0]] if program == 'daypass' and rest else []
    done = subprocess.run([os.path.join(BUILD, program), *verb, '--help'],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return f'{program} knows no {verb}'
    unknown = [word for word in options(text.partition(' -- ')[0])
               if word not in done.stdout]
    return f'unknown: {unknown}' if unknown else None


def wrong_file(text):
    path = words(text)[0].removeprefix('../').removeprefix('./')
    if path.startswith('tests/fuzz/fuzz-'):
        path += '.c'
    there = os.path.exists(os.path.join(SOURCE, path))
    return None if there else f'there is no {path}'


def wrong_target(text):
    for word in words(text)[1:]:
        if not re.match(r'-|\w+=', word) and subprocess.run(
                ['make', '-C', BUILD, '-n', '-s', word], check=False,
                capture_output=True, timeout=60).returncode:
            return f'there is no target {word}'
    return None


def wrong_aws(text):
    """The command line's own parser, which asks nobody for a skeleton."""
    program = shutil.which('aws', path='/usr/bin:/usr/local/bin')
    if program is None:
        return None
    done = subprocess.run([program, *words(text)[1:],
                           '--generate-cli-skeleton'],
                          capture_output=True, text=True, check=False,
                          env={'HOME': '/nonexistent', 'PATH': '/usr/bin:/bin',
                               'AWS_DEFAULT_REGION': 'eu-west-1'})
    return done.stderr if 'usage: aws' in done.stderr else None


@functools.cache
def gcloud_tree():
    """gcloud's own list of its commands and their flags."""
    program = shutil.which('gcloud')
    if program is None:
        return None
    root = os.path.dirname(os.path.dirname(os.path.realpath(program)))
    path = os.path.join(root, TREE)
    if not os.path.exists(path):
        return None
    return runpy.run_path(path)['STATIC_COMPLETION_CLI_TREE']


def wrong_gcloud(text):
    node = gcloud_tree()
    if node is None:
        return None
    flags = set(node['flags'])
    for word in words(text)[1:]:
        if not node['commands'] or word.startswith('--'):
            break
        if word not in node['commands']:
            return f'gcloud has no {word} there'
        node = node['commands'][word]
        flags |= set(node['flags'])
    unknown = [word for word in options(text) if word not in flags]
    return f'unknown to gcloud: {unknown}' if unknown else None
