#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""daypass setup over files that nobody would write: whatever the tool itself
reads in them, it reads behind setup as well, and undo is byte for byte. DAYPASS_RANDOM
says how many for each tool, from a seed that is printed; without it, a few that
are always the same."""

import configparser
import os
import random
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import corpus, tap   # noqa: E402
from support.corpus import CHECKS, GLOB, PARSERS, PATHS, setup   # noqa: E402
from support.tap import ok   # noqa: E402

COUNT = int(os.environ.get('DAYPASS_RANDOM', 30))
SEED = random.randrange(1 << 32) if 'DAYPASS_RANDOM' in os.environ else 7
BROKEN = (subprocess.CalledProcessError, configparser.Error, ValueError,
          TypeError, AttributeError, KeyError)
INDENTS = ('', '', ' ', '  ', '\t', '    ')
ENDS = ('\n', '\n', '\n', '\r\n', '\n\n', ' \n')
GIT = (
    '[user]', '[credential]', '[credential "https://github.com/acme"]',
    '[credential "https://git.example.com"]', '[a "b\\"c\\\\"]', '[A.B.c]',
    '[include]', 'name = x', 'helper = store', 'helper =', 'helper',
    'helper = "!f() { echo \\"a b\\"; }; f"', 'x = a\\', 'x = "a # b" ; c',
    '# comment', '; comment \\', 'usehttppath = true', 'path = ~/other',
    'k = \\t\\n', 'k = \u00e9', '[x] y = z', 'k = "open', 'k = bad \\q', '')
INI = (
    '[default]', '[profile dev]', '[profile "dev"]', "[profile  'dev']",
    '[ profile dev ]', '[dev]', '[auth]', '[core]', 'region = x', 'a: b',
    'a = b', 's3 =', 'nested = 1', '# c', '; c', '[x] # y', '[x]]', 'k',
    'credential_process = /bin/x', '\u00e9 = \u00e9', '\u0085', '\xa0x = y',
    'credential_process = /old/aws-credential-daypass --profile dev',
    'credential_file_override = /x', '[auth] x', 'x = %(x)s', '')
NAMES = ('"auths"', '"credHelpers"', '"credsStore"', '"HttpHeaders"', '"z"')
HELPERS = ('"ghcr.io": "gh"', '"x.example" :"y"',
           '"registry.example.com:5000":"daypass"')
SCALARS = ('1', '"a"', '"x\\u0041\\"}"', 'true', 'null', '-1.5e3')


def blank(dice):
    return dice.choice(('', '', ' ', '\n', '\n\t', '\r\n  '))


def members(dice, each):
    inner = ''.join((',' if i else '') + blank(dice) + member + blank(dice)
                    for i, member in enumerate(each))
    return '{' + (inner or blank(dice)) + '}'


def value(dice, depth=0):
    if depth > 3 or dice.random() < .5:
        return dice.choice(SCALARS)
    inner = [value(dice, depth + 1) for _ in range(dice.randrange(3))]
    if dice.random() < .5:
        return '[' + blank(dice) + ','.join(inner) + ']'
    return members(dice, [f'"{i}"{blank(dice)}:{each}'
                          for i, each in enumerate(inner)])


def json_text(dice):
    each = []
    for name in dice.sample(NAMES, dice.randrange(5)):
        if name == '"credsStore"':
            held = dice.choice(('"pass"', '""', '"daypass"'))
        elif name == '"credHelpers"':
            held = members(dice, dice.sample(HELPERS, dice.randrange(3)))
        elif name == '"auths"':
            held = members(dice, dice.sample(
                ('"x" : {"auth":"eDp5"}', '"y":{}'), dice.randrange(3)))
        else:
            held = value(dice)
        each.append(name + blank(dice) + ':' + blank(dice) + held)
    return blank(dice) + members(dice, each) + blank(dice)


def lines_text(dice, lines):
    text = ''.join(dice.choice(INDENTS) + dice.choice(lines) +
                   dice.choice(ENDS) for _ in range(dice.randrange(1, 9)))
    return text if dice.random() < .8 else text[:-1]


def text_for(tool, dice):
    if tool == 'docker':
        return json_text(dice)
    return lines_text(dice, GIT if tool == 'git' else INI)


def parse(tool, path):
    try:
        return PARSERS[tool](path)
    except BROKEN:
        return None


def try_setup(place, tool, path, old):
    """What is wrong with what setup did, or None; and if it did it."""
    before = parse(tool, path)
    done = setup(place, tool)
    if done.code not in (0, 78):
        return f'its exit code: {done}', False
    if done.code == 78 and 'skipped' not in done.out:
        changed = corpus.tree(place) != old
        return ('refused, and changed' if changed else None), False
    if before is not None and done.code == 0:
        try:
            CHECKS[tool](before, PARSERS[tool](path))
        except (AssertionError, *BROKEN) as error:
            return f'what is read of it: {error!r}', True
    again = setup(place, tool)
    if 'nothing to change' not in again.out:
        return f'a second time: {again}', True
    return None, True


def try_text(place, tool, text, more):
    corpus.clear(place)
    corpus.configure(place, more)
    path = place.write(PATHS[tool], text)
    if tool == 'gcloud':
        place.write('home/.config/gcloud/active_config', 'default')
    old = corpus.tree(place)
    wrong, worked = try_setup(place, tool, path, old)
    undo = setup(place, tool, '--undo')
    if corpus.tree(place) != old or undo.code:
        wrong = f'{wrong}, undo: {undo} {corpus.read(path)!r}'
    if wrong:
        ok(False, f'{tool}: {text!r} {more!r}', wrong)
    return worked and not wrong


def try_tool(place, tool):
    dice = random.Random(f'{SEED} {tool}')
    tap.note(f'seed {SEED}')
    good = sum(try_text(place, tool, text_for(tool, dice),
                        dice.choice(('', '', GLOB))) for _ in range(COUNT))
    ok(good > COUNT // 8, f'{tool}: {good} of {COUNT} set up, and back')


def test_git(place):
    try_tool(place, 'git')


def test_docker(place):
    try_tool(place, 'docker')


def test_aws(place):
    try_tool(place, 'aws')


def test_gcloud(place):
    try_tool(place, 'gcloud')


if __name__ == '__main__':
    tap.run(globals())
