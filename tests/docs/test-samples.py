#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The blocks of code in the documentation that are no commands: each says
what it is, and is taken by what reads it: daypass doctor, git, the parsers of
INI, JSON, YAML, HCL and Python."""

import ast
import configparser
import json
import os
import re
import shutil
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, '..'))

from commands import configured, manuals, pages   # noqa: E402
from support import sections, tap   # noqa: E402
from support.place import BUILD   # noqa: E402
from support.tap import equal, ok   # noqa: E402

try:
    import yaml
except ImportError:
    yaml = None

CALLOUT = os.path.join(BUILD, 'daypass-nats-callout')
PAGES = [*map(pages.read, pages.paths()), *manuals.read()]


def blocks(*kinds):
    return [block for page in PAGES for block in page.of(*kinds)]


def of_file(kind):
    return [block for block in blocks('ini')
            if configured.file_of(block) == kind]


def test_kinds(place):
    strange = [f'{block.name}: {block.kind or "none"}' for page in PAGES
               for block in page.blocks if block.kind not in pages.KINDS]
    equal(strange, [], 'each block has a kind that is known')
    ok(len(blocks('sh', 'console')) > 80, 'commands are found')
    ok(len(blocks('ini')) > 80, 'configuration is found')
    indented = [f'{page.path}: {line}' for page in PAGES
                if page.path.endswith('.md')
                for line in outside(page.path)
                if re.match(r'(    |\t)\S', line)]
    equal(indented, [], 'and none stands without a fence')


def outside(path):
    """The lines of a page that begin a block by being indented alone."""
    inside, before = False, ''
    with open(os.path.join(pages.SOURCE, path), encoding='utf-8') as source:
        for line in source.read().splitlines():
            if line.startswith(pages.FENCE):
                inside = not inside
            elif not inside and not before:
                yield line
            before = line


def mistakes(place, text):
    """What daypass doctor says against this configuration."""
    place.configure(text)
    done = place.daypass('doctor', '--json')
    return [check['cause'] for check in json.loads(done.out)['checks']
            if check['name'] == 'config' and not check['ok']]


def test_daypass(place):
    """Each block, with the sections that it names."""
    everything = configured.library(PAGES)
    for page in PAGES:
        here = configured.library([page])
        for block in page.of('ini'):
            if configured.file_of(block) == 'daypass':
                text = configured.whole([block], here, everything)
                equal(mistakes(place, text), [], f'{block.name}: no mistake')
    ok(mistakes(place, '[git "https://x.example"]\n\tcredentail = id-token\n'),
       'a mistake would be seen')


def test_git(place):
    for block in of_file('git'):
        path = place.write('gitconfig', block.text)
        done = place.run('git', 'config', '-f', path, '--list')
        ok(done.code == 0 and done.out, f'{block.name}: git reads it', done)


def test_aws(place):
    for block in of_file('aws'):
        parser = configparser.ConfigParser()
        parser.read_string(block.text)
        ok(parser.sections(), f'{block.name}: a profile')
        for section in parser.sections():
            ok(re.fullmatch(r'default|profile \S+|sso-session \S+', section),
               f'{block.name}: [{section}]')


def test_callout(place):
    if not os.access(CALLOUT, os.X_OK):
        raise tap.Skip('daypass-nats-callout was not built')
    keys = place.make('keys')
    place.run(CALLOUT, '--new-signing-key', os.path.join(keys, 'signing-key'))
    place.run(CALLOUT, '--new-xkey', os.path.join(keys, 'xkey'))
    place.write(os.path.join(keys, 'password'), 'secret\n')
    for block in of_file('callout'):
        text = block.text.replace('/etc/daypass-nats', keys)
        path = place.write('callout', text.replace('/var/log/daypass-nats',
                                                   keys))
        done = place.run(CALLOUT, '--check', '--config', path)
        ok(done.code == 0, f'{block.name}: no mistake', done)


def test_json(place):
    """A member alone is one of an object."""
    for block in blocks('json'):
        text = block.text
        try:
            json.loads(f'{{{text}}}' if text.startswith('"') else text)
        except ValueError as error:
            ok(False, f'{block.name}: JSON', error, text)
        else:
            ok(True, f'{block.name}: JSON')


def test_yaml(place):
    if yaml is None:
        raise tap.Skip('python3-yaml is not installed')
    for block in blocks('yaml'):
        try:
            good = isinstance(yaml.safe_load(block.text), (dict, list))
        except yaml.YAMLError as error:
            good = False
            tap.note(error)
        ok(good, f'{block.name}: YAML', block.text)


def balanced(text):
    """HCL as far as it can be told without its parser."""
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', '""', text)
    stack = []
    for sign in re.sub(r'(#|//).*', '', bare):
        if sign in '([{':
            stack.append(')]}'['([{'.index(sign)])
        elif sign in ')]}' and (not stack or stack.pop() != sign):
            return False
    return not stack


def test_hcl(place):
    """terraform's own parser, where it is: also its own idea of blanks."""
    program = shutil.which('terraform')
    for block in blocks('hcl'):
        ok(balanced(block.text), f'{block.name}: brackets', block.text)
        if program:
            done = place.run(program, 'fmt', '-', input=block.text)
            ok(done.code == 0, f'{block.name}: terraform fmt', done)
    if not program:
        tap.skip('terraform fmt', 'terraform is not installed')


def test_python(place):
    for block in blocks('python'):
        try:
            ast.parse('async def page():\n' + ''.join(
                f'    {line}\n' for line in block.text.splitlines()))
            ok(True, f'{block.name}: Python')
        except SyntaxError as error:
            ok(False, f'{block.name}: Python', error, block.text)


def usage(place, *words):
    """What a command says of itself."""
    return place.run(*words, '--help').out


def test_synopses(place):
    """A program's synopsis in the reference is its own."""
    found = 0
    for block in blocks('text'):
        program = block.text.split()[0]
        if not re.fullmatch(r'daypass[\w-]*|\w+-credential-daypass', program):
            continue
        if not os.access(os.path.join(BUILD, program), os.X_OK):
            tap.skip(block.name, f'{program} was not built')
            continue
        found += 1
        said = usage(place, program).split()
        equal([word for word in block.text.split()
               if word.strip('[]') not in [each.strip('[]') for each in said]],
              [], f'{block.name}: {program} says the same')
    ok(found > 6, 'synopses are found')


def test_verbs(place):
    """The options in the reference's table are those of --help."""
    table = {}
    for row in re.findall(r'^\| `([a-z]+)( [^`]*)?` \|', pages.text_of(
            'docs/commands.md').partition('## daypass\n')[2].partition(
                '\n### ')[0], re.M):
        table.setdefault(row[0], set()).update(
            re.findall(r'--[a-z-]+', row[1]))
    ok(len(table) > 12, 'verbs are found')
    listed = re.findall(r'^  ([a-z]+)  ', usage(place, 'daypass'), re.M)
    equal(sorted(table), sorted(listed), 'the verbs are those of --help')
    for verb, options in table.items():
        said = set(re.findall(r'^  (--[a-z-]+)', usage(place, 'daypass', verb),
                              re.M)) - {'--help', '--version'}
        if verb in ('audit', 'doctor'):     # the rest is below the table
            said &= options
        equal(sorted(options), sorted(said), f'daypass {verb}: its options')


def shape(value):
    """The members of an object; of a list those of its first one."""
    if isinstance(value, list):
        return shape(value[0]) if value else None
    if isinstance(value, dict):
        return {name: shape(each) for name, each in value.items()}
    return None


def differences(shown, real, at=''):
    """What is null or empty there may have members on the page."""
    if not isinstance(real, dict):
        return []
    if not isinstance(shown, dict):
        return [at]
    found = [f'{at}.{name}' for name in set(shown) ^ set(real)]
    return found + [each for name in set(shown) & set(real)
                    for each in differences(shown[name], real[name],
                                            f'{at}.{name}')]


def test_documents(place):
    """What scripts may rely on: the reference shows the members that are
    there."""
    rig = place.rig
    place.configure(sections.octo(rig), sections.git(rig))
    url = rig['git'] + '/acme/web'
    shown = [shape(json.loads(block.text)) for block in blocks('json')
             if block.page == 'docs/commands.md']
    for words in (('doctor', 'git', url), ('status',), ('setup', 'git'),
                  ('end',)):
        done = place.daypass(*words[:1], '--json', *words[1:])
        real = shape(json.loads(done.out))
        fitting = [one for one in shown if one and set(one) == set(real)]
        name = f'daypass {words[0]} --json'
        if ok(len(fitting) == 1, f'{name}: is shown', real.keys()):
            equal(differences(fitting[0], real), [], f'{name}: its members')


if __name__ == '__main__':
    tap.run(globals())
