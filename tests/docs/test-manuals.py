#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The manuals say what the programs say of themselves: every option, verb,
key, variable and fault, and none that is not there."""

import collections
import glob
import os
import re
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..'))

from support import tap   # noqa: E402
from support.place import BUILD, SOURCE   # noqa: E402
from support.tap import Skip, equal, ok   # noqa: E402

MANUALS = os.path.join(SOURCE, 'docs', 'man')
SCREEN = 24, 80     # lines, columns
# The programs whose options stand in a page.
PROGRAMS = {
    'git-credential-daypass.1': ['git-credential-daypass'],
    'docker-credential-daypass.1': ['docker-credential-daypass'],
    'aws-credential-daypass.1': ['aws-credential-daypass'],
    'gcloud-credential-daypass.1': ['gcloud-credential-daypass'],
    'nats-credential-daypass.1': ['nats-credential-daypass'],
    'daypass-prompt.1': ['daypass-prompt'],
    'daypass-agent.8': ['daypass-agent', 'daypass-audit', 'daypass-config',
                        'daypass-keyring'],
    'daypass-nats-callout.8': ['daypass-nats-callout', 'daypass-keys'],
}
ALWAYS = {'help', 'version'}
# What `mandoc -T lint` says of this machine, or of other people's pages.
ALLOWED = r'referenced manual not found|outdated mandoc.db'


def is_there(program):
    return os.access(os.path.join(BUILD, program), os.X_OK)


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False,
                          timeout=60)
    return done.stdout + done.stderr


def help_of(program, *words):
    return run(os.path.join(BUILD, program), *words, '--help')


def options_in(text):
    return set(re.findall(r'^  --([a-z-]+)', text, re.M))


def verbs():
    after = help_of('daypass').partition('\nverbs')[2]
    return re.findall(r'^  ([a-z]+) ', after, re.M)


def read(*path):
    with open(os.path.join(*path), encoding='utf-8') as source:
        return source.read()


def pages():
    return {os.path.basename(path): read(path)
            for path in sorted(glob.glob(os.path.join(MANUALS, '*.[1-8]')))}


def described(text):
    """The options that a page or a part of one has an item for."""
    return {name for line in re.findall(r'^\.It (.*Fl -.*)', text, re.M)
            for name in re.findall(r'Fl -([a-z-]+)', line)}


def items(text):
    """What the items of a list are called."""
    return {word for line in re.findall(r'^\.It Cm (.*)', text, re.M)
            for word in line.replace(',', ' ').split()}


def keys_of(page):
    """Section -> keys, of all lists below a comment `keys: SECTION...`."""
    found = collections.defaultdict(set)
    for sections, rest in re.findall(r'^\.\\" keys: ([^\n]*)\n(.*?)^\.El', page,
                                     re.M | re.S):
        for section in sections.split():
            found[section] |= items(rest)
    return dict(found)


def known():
    """What tests/docs/known prints: its rows by their first word."""
    rows = collections.defaultdict(list)
    for line in run(os.path.join(BUILD, 'tests', 'docs', 'known')
                    ).splitlines():
        word, *rest = line.split('\t')
        rows[word].append(rest)
    return rows


def known_keys(rows):
    found = collections.defaultdict(set)
    for section, key in rows:
        found[section] |= {key}
    return dict(found)


def compare_keys(name, wanted):
    there = keys_of(pages()[name])
    for section in sorted(wanted.keys() | there.keys()):
        equal(sorted(there.get(section, ())),
              sorted(wanted.get(section, ())), f'{name}: keys of {section}')


def callout_keys():
    """Those of the service's own file: its tables are in one source."""
    source = read(SOURCE, 'helpers', 'callout', 'rulebook.c')
    return {name: set(re.findall(r'{"([a-z-]+)", value_', table))
            for name, table in re.findall(
                r'book_key (\w+)_keys\[\] = {(.*?)\n};', source, re.S)}


def asked_variables():
    """Those that a source file asks for by name."""
    asked = set()
    for path in glob.glob(os.path.join(SOURCE, 'common', '*', '*.c')) + \
            glob.glob(os.path.join(SOURCE, 'helpers', '**', '*.c'),
                      recursive=True):
        source = read(path)
        asked |= set(re.findall(r'secure_getenv\("([^"]+)"', source))
        asked |= {f'GOOGLE_EXTERNAL_ACCOUNT_{name}' for name in
                  re.findall(r'VARIABLE\("([A-Z_]+)"\)', source)}
    return asked


def handed_on_variables():
    """What the agent is started with."""
    table = re.search(r'allowed\[\] = {(.*?)};', read(
        SOURCE, 'common', 'wire', 'environment.c'), re.S).group(1)
    return {name.rstrip('=') + ('*' if name.endswith('_') else '')
            for name in re.findall(r'"([^"]+)"', table)}


def named_variables(text):
    return {word for line in re.findall(r'(?:^\.|^\.It )Ev (.*)', text, re.M)
            for word in line.split() if re.match(r'[A-Za-z]\w+', word)}


def test_lint(_):
    if not shutil.which('mandoc'):
        raise Skip('mandoc is not installed')
    for name in pages():
        said = run('mandoc', '-T', 'lint', '-W', 'style',
                   os.path.join(MANUALS, name))
        equal([line for line in said.splitlines()
               if not re.search(ALLOWED, line)], [], f'{name}: mandoc')


def test_references(_):
    here = set(pages())
    for name, text in pages().items():
        asked = {'.'.join(pair) for pair in re.findall(
            r'^\.(?:It )?Xr (\S*daypass\S*) (\d)', text, re.M)}
        equal(sorted(asked - here), [], f'{name}: its references')


def test_each_program_has_a_page(_):
    text = ''.join(read(path) for path in glob.glob(os.path.join(
        SOURCE, '**', 'build.am'), recursive=True))
    installed = {name for names in re.findall(
        r'^(?:bin|pkglibexec)_PROGRAMS \+= ((?:.*\\\n)*.*)', text, re.M)
        for name in names.replace('\\', '').split()}
    ok(len(installed) > 10, 'there are programs', installed)
    equal(sorted(installed - {'daypass'} - {
        p for of in PROGRAMS.values() for p in of}), [],
        'every program has a page')


def test_options(_):
    for name, programs in PROGRAMS.items():
        missing = [p for p in programs if not is_there(p)]
        if missing:
            tap.skip(f'{name}: options', f'{missing[0]} was not built')
            continue
        there = set().union(*(options_in(help_of(p)) for p in programs))
        equal(sorted(described(pages()[name])), sorted(there),
              f'{name}: options')


def test_verbs(_):
    page = pages()['daypass.1']
    parts = dict(re.findall(r'^\.\\" verb: (\w+)\n(.*?)(?=^\.\\" verb)', page,
                            re.M | re.S))
    equal(sorted(parts), sorted(verbs()), 'daypass.1: verbs')
    for verb in verbs():
        part = parts.get(verb, '')
        equal(sorted(described(part)),
              sorted(options_in(help_of('daypass', verb)) - ALWAYS),
              f'daypass.1: options of {verb}')
        ok(re.search(rf'^\.Cm {verb}$', page, re.M),
           f'daypass.1: {verb} is in the synopsis')


def test_keys(_):
    rows = known()
    wanted = known_keys(rows['key'])
    ok(len(wanted) > 30, 'sections and exchanges are many')
    compare_keys('daypass.5', wanted)


def test_keys_of_the_callout(_):
    wanted = callout_keys()
    ok(len(wanted) == 6, 'the service has six sections', wanted)
    compare_keys('daypass-nats-callout.8', wanted)


def test_sources(_):
    text = re.search(r'^\.\\" sources\n(.*?)^\.El', pages()['daypass.5'],
                     re.M | re.S).group(1)
    listed = re.findall(r'^\.It Cm (\S+)', text, re.M)
    equal(listed, [name for name, in known()['identity']],
          'daypass.5: sources, in the order of auto')


def test_exchanges(_):
    titles = ' '.join(re.findall(r'^\.Ss (.*)', pages()['daypass.5'], re.M))
    there = set(titles.replace(',', ' ').split())
    for name, in known()['exchange']:
        ok(name in there, f'daypass.5: exchange {name} has a heading')


def test_variables(_):
    all_pages = pages()
    told = set().union(*(named_variables(t) for t in all_pages.values()))
    of_askers = {name for name, in known()['variable']}
    for what, wanted in (('asked for by name', asked_variables()),
                         ('sent along', of_askers),
                         ('the agent starts with', {
                             n for n in handed_on_variables()})):
        ok(wanted, f'variables {what}: there are some')
        equal(sorted(wanted - told), [], f'variables {what}')
    read_at_all = of_askers | asked_variables()
    equal(sorted(named_variables(all_pages['daypass.5']) - read_at_all), [],
          'daypass.5: names no variable that nobody reads')


def test_faults(_):
    part = re.search(r'^\.\\" faults\n(.*?)^\.El', pages()['daypass.1'],
                     re.M | re.S).group(1)
    told = dict(re.findall(r'^\.It (\d+)\n\.Em (\w+)', part, re.M))
    equal(told, {code: name for name, code in known()['fault']},
          'daypass.1: faults and exit codes')
    diagnostics = pages()['daypass.1'].partition('.Sh DIAGNOSTICS')[2]
    for stage, in known()['stage']:
        ok(re.search(rf'^\.Cm {stage}\b', diagnostics, re.M),
           f'daypass.1: stage {stage}')


def test_help_fits_a_screen(_):
    calls = [(p,) for of in PROGRAMS.values() for p in of if is_there(p)]
    calls += [('daypass',), *(('daypass', verb) for verb in verbs())]
    for call in calls:
        lines = help_of(*call).splitlines()
        ok(len(lines) < SCREEN[0] and
           all(len(line) <= SCREEN[1] for line in lines),
           f'{" ".join(call)} --help fits', *lines)


if __name__ == '__main__':
    tap.run_alone(globals())
