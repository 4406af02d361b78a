#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Every command that the documentation shows is run, in the scene that its
page sets: the page's configuration, the real tools, and the documentation's
hosts on loopback. What is not run is listed with its reason in
commands/unrun.py, and looked at. A new command that neither works nor is
listed there fails."""

import os
import re
import shutil
import sys
import traceback
from contextlib import nullcontext

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, '..'))

from support import tap   # noqa: E402
from support.tap import equal, ok   # noqa: E402
from commands import (   # noqa: E402
    compare, configured, manuals, pages, scenes, unrun)
from commands.documented import Documented, Registry   # noqa: E402

PAGES = [*map(pages.read, pages.paths()), *manuals.read()]
LIBRARY = configured.library(PAGES)
# What need not be on every machine; daypass and a shell's own do.
OPTIONAL = ('aws', 'buildah', 'curl', 'docker', 'gcloud', 'gsutil', 'podman',
            'skopeo', 'nats', 'openssl', 'daypass-nats-callout')
PART_OF = {'gsutil': 'gcloud'}
# Who asks a registry for an image.
IMAGE = re.compile(r'\bdocker://|\b(docker|podman) (manifest|pull|push) ')


def commands(page):
    """Of its blocks: (command, where it stands)."""
    return [(command, block) for block in page.of('sh', 'console')
            for command in block.commands()]


def named(command, block):
    text = ' '.join(command.text.replace('\\\n', ' ').split())
    return f'{block.name}: {text[:90]}'


def why_not(command, place):
    """Why it cannot be run on this machine."""
    for word in OPTIONAL:
        if re.search(rf'(^|[|&(;]\s*)(\w+=\S+\s+)*{word}\b(?!-)',
                     command.text) and \
                not shutil.which(word, path=place.env['PATH']):
            return f'{PART_OF.get(word, word)} is not installed'
    return None


def answers(command):
    """A server's yes, where the command goes on without one."""
    for host, yes in (('api.example.com', '"hello"'),
                      ('.run.app', '"caller"'), ('/b/BUCKET/o', '"items"')):
        if host in command.text and re.search(r'\bcurl ', command.text):
            return yes
    return None


def judge(scene, command, block, done):
    name = named(command, block)
    code = scene.of(command, scene.expected, 0)
    quiet = code or command.text.startswith(tuple(scene.altered)) or \
        'daypass: ' not in done.err
    good = ok(done.code == code and quiet,
              name, done)
    prints = scene.of(command, scene.prints) or answers(command)
    if good and prints:
        tap.like(done.out, prints, f'{name}: prints it')
    if good and command.output:
        ok(compare.matches(scene.shown(command.output), done.out),
           f'{name}: prints what is shown', command.output, done.out)


def registry(place, wanted):
    """For who asks one for an image."""
    if not any(IMAGE.search(command.text) for command, _ in wanted):
        return nullcontext()
    try:
        return Registry(place)
    except tap.Skip:
        return nullcontext()


def perform(rig, page):
    wanted = [pair for pair in commands(page)
              if not unrun.reason(pair[0], page.path)]
    if not wanted:
        return
    rig.reset()
    kind = scenes.of(page)
    with kind.kind(rig) as place, registry(place, wanted) as images:
        scene = kind(place, page, LIBRARY)
        here = []
        for command, block in wanted:
            reason = why_not(command, place)
            if IMAGE.search(command.text) and images is None:
                reason = 'docker-registry, skopeo or umoci is not installed'
            if reason:
                tap.skip(named(command, block), reason)
            else:
                here.append((command, block))
        done, strangers = scene.perform([command for command, _ in here])
        for (command, block), result in zip(here, done):
            judge(scene, command, block, result)
        equal(sorted(strangers), [], f'{page.path}: nobody else is asked')


def each(place, *starts):
    for page in PAGES:
        if page.path.startswith(starts):
            try:
                perform(place.rig, page)
            except tap.Skip as reason:
                tap.skip(page.path, str(reason))
            except Exception:   # of this page's scene; the others go on
                ok(False, page.path, traceback.format_exc())


def test_first_pages(place):
    each(place, *pages.ELSEWHERE)


def test_exchanges(place):
    each(place, 'docs/exchanges/')


def test_identities(place):
    each(place, 'docs/identities/')


def test_howtos(place):
    each(place, 'docs/howto-')


def test_other_pages(place):
    for page in PAGES:
        if re.fullmatch(r'docs/(?!howto-|tutorial)[^/]+', page.path):
            each(place, page.path)


def test_manuals(place):
    each(place, 'docs/man/')


def test_not_run(place):
    """Each for a reason, and as right as can be told without doing it."""
    used = set()
    for page in PAGES:
        for command, block in commands(page):
            reason = unrun.reason(command, page.path)
            if reason:
                used.add(reason)
                wrong = unrun.wrong(command)
                ok(wrong is None, f'{named(command, block)}: not run: '
                   f'{reason}', wrong)
    equal(sorted(unrun.reasons() - used), [],
          'each reason is still somebody\'s')


def test_mentioned(place):
    """A command of ours within a sentence has to be one."""
    mentioned = {}
    for path in pages.paths():
        for span in pages.spoken(pages.text_of(path)):
            if re.match(r'daypass [a-z]+( |$)', span):
                mentioned.setdefault(span, path)
    wrong = [f'{path}: {span}' for span, path in mentioned.items()
             if unrun.wrong_ours(span.replace('…', ''))]
    ok(len(mentioned) > 30, 'commands are mentioned')
    equal(wrong, [], 'and each has a verb and options that are there')


def test_a_wrong_command(place):
    """What this test is for: it would be seen."""
    for text, word in (('gcloud iam service-acounts create x', 'acounts'),
                       ('gcloud iam service-accounts create x --dispaly=y',
                        '--dispaly'),
                       ('daypass tokn x', 'tokn'),
                       ('contrib/tryy', 'contrib/tryy')):
        wrong = unrun.wrong(pages.Command(text))
        if text.startswith('gcloud') and unrun.gcloud_tree() is None:
            tap.skip(text, 'gcloud is not installed')
        else:
            ok(word in str(wrong), f'{text}: wrong', wrong)


if __name__ == '__main__':
    tap.run(globals(), kind=Documented)
