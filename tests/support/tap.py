# SPDX-License-Identifier: Apache-2.0
"""The Test Anything Protocol, for tests that are functions.

`run(namespace)` calls every `test_*` function of a test file in the order in
which they are written, each in a place of its own. What a function finds out
it says with ok(), equal() and their like; an exception is a failure too.
"""

import contextlib
import re
import signal
import sys
import traceback

# Seconds for one function: what hangs has failed, and the rest is run.
PATIENCE = 600

counted = 0
failed = 0

# Who runs the tests may ignore what is sent to what they start: a shell does
# so with the jobs in its background, nohup with SIGHUP.
for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
    if signal.getsignal(number) == signal.SIG_IGN:
        signal.signal(number, signal.SIG_DFL)


class Skip(Exception):
    """The rest of this test needs what is not here."""


def line(good, name, directive=''):
    global counted, failed
    counted += 1
    failed += not good
    name = name.replace('#', '\\#').replace('\n', ' ')
    print(f'{"ok" if good else "not ok"} {counted} - {name}{directive}',
          flush=True)
    return good


def note(text):
    for part in str(text).splitlines():
        print(f'# {part}', flush=True)


def ok(good, name, *seen):
    """`seen` is shown when it is not good."""
    if not line(bool(good), name):
        for what in seen:
            note(what)
    return bool(good)


def equal(got, wanted, name):
    return ok(got == wanted, name, f'got    {got!r}', f'wanted {wanted!r}')


def like(text, pattern, name):
    return ok(re.search(pattern, text, re.DOTALL), name,
              f'got     {text!r}', f'pattern {pattern}')


def unlike(text, pattern, name):
    return ok(not re.search(pattern, text, re.DOTALL), name,
              f'got         {text!r}', f'must not be {pattern}')


def less(got, limit, name):
    return ok(got < limit, name, f'got {got}', f'must be less than {limit}')


def skip(name, reason):
    line(True, name, f' # SKIP {reason}')


def late(*_):
    """Once more if what ends the test waits as well."""
    signal.alarm(30)
    raise TimeoutError(f'not done in {PATIENCE} s')


def call(test, place):
    signal.alarm(PATIENCE)
    try:
        with place() as made:
            test(made)
    except Skip as reason:
        skip(test.__name__, reason)
    except Exception:   # a defect, of the test or of what it tests
        ok(False, test.__name__, traceback.format_exc())
    finally:
        signal.alarm(0)


def end(*_):
    raise SystemExit(1)     # through every `with` on the way


def tests_of(namespace):
    return [test for name, test in namespace.items()
            if name.startswith('test_') and all(
                part in name for part in sys.argv[1:])]


def finish():
    print(f'1..{counted}', flush=True)
    sys.exit(1 if failed else 0)


def run(namespace, place=None, **rig_options):
    """The body of a test file. An argument: only tests whose name has it.
    `place` makes the place of each."""
    from .place import Place
    from .rig import Rig

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGALRM, late)
    tests = tests_of(namespace)
    with Rig(**rig_options) as rig:
        for test in tests:
            rig.reset()
            call(test, lambda: (place or Place)(rig))
    finish()


def run_alone(namespace):
    """The same without a rig and without places: each function is called
    with None."""
    signal.signal(signal.SIGALRM, late)
    for test in tests_of(namespace):
        call(test, contextlib.nullcontext)
    finish()
