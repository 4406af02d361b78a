#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The tutorial as a newcomer types it: every command, in contrib/playground's
shell, with the output that is shown."""

import os
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, '..'))

from support import processes, tap   # noqa: E402
from support.place import BUILD, SOURCE   # noqa: E402
from support.tap import equal, like, ok   # noqa: E402
from commands import compare, pages   # noqa: E402

PLAYGROUND = os.path.join(SOURCE, 'contrib', 'playground')
MARK = '\x1e'
LIMIT = 180
PROGRAMS = ('skopeo', 'aws', 'docker-registry', 'umoci')
# A person needs longer to type than the machine to do: the script waits.
BEFORE = '''\
pending() {
	for _ in $(seq 300); do
		daypass approvals --json | grep -o '"id":"[a-z0-9]*","state":"pend' |
		    cut -d'"' -f4 | cut -c1-4 | grep . && return
		sleep 0.1
	done
	return 1
}
revoked() {
	for _ in $(seq 300); do
		daypass audit | grep -q ' revoke ' && return
		sleep 0.1
	done
}
'''
ALTERED = {
    'daypass approvals': 'pending >/dev/null; {}',
    'daypass approve': 'daypass approve "$(pending)"',
    'daypass audit': 'revoked; {}',
    'exit': 'true',
}
# What fails, as it is meant to.
CODES = {'daypass run --as agent:robot -- aws': 255}
FIRST_CLONE = 128


class Playground:
    """Its own directory for what it makes; `with` looks what is left."""

    def __enter__(self):
        self.directory = tempfile.mkdtemp(prefix='daypass-tutorial-')
        os.chmod(self.directory, 0o1777)
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.directory, ignore_errors=True)

    def run(self, *arguments, text=''):
        return subprocess.run(
            [PLAYGROUND, *arguments], input=text, capture_output=True,
            text=True, check=False, timeout=LIMIT, env={
                'PATH': '/usr/sbin:/usr/bin:/sbin:/bin', 'TERM': 'dumb',
                'DAYPASS_BUILD': BUILD, 'TMPDIR': self.directory})

    def left(self):
        processes.wait_for(lambda: not processes.with_environment(
            self.directory), 10)
        return os.listdir(self.directory) + [
            processes.read(pid, 'cmdline')
            for pid in processes.with_environment(self.directory)]


def commands():
    page = pages.read('docs/tutorial.md')
    return [(command, block) for block in page.of('sh', 'console')
            for command in block.commands()
            if command.text != 'contrib/playground']


def altered(text):
    for start, instead in ALTERED.items():
        if text.startswith(start):
            return instead.replace('{}', text)
    return text


def script(wanted):
    """What each prints, both streams as a terminal has them, and its code
    behind a mark."""
    parts = [BEFORE]
    for command, _ in wanted:
        parts.append(f'{{ {altered(command.text)}\n}} 2>&1 </dev/null\n'
                     f"printf '\\036%s\\036' $?\n")
    return ''.join(parts)


def judge(wanted, out):
    """Against what the page shows, in its order."""
    parts = out.split(MARK)
    clones = 0
    for number, (command, block) in enumerate(wanted):
        name = f'{block.name}: {command.text.splitlines()[0][:70]}'
        if len(parts) < 2 * number + 2:
            ok(False, f'{name}: the shell came so far', out[-500:])
            return
        printed, code = parts[2 * number:2 * number + 2]
        clones += command.text.startswith('git clone')
        wants = next((code for start, code in CODES.items()
                      if command.text.startswith(start)), 0)
        if command.text.startswith('git clone') and clones == 1:
            wants = FIRST_CLONE
        good = ok(int(code) == wants, f'{name}: exit {wants}', code, printed)
        if good:
            ok(compare.matches(command.output or '', printed),
               f'{name}: prints what is shown', command.output, 'but:',
               printed)


def test_tutorial(_):
    for program in PROGRAMS:
        if not shutil.which(program, path='/usr/bin:/bin'):
            raise tap.Skip(f'{program} is not installed')
    wanted = commands()
    ok(len(wanted) > 30, 'the page has commands')
    with Playground() as playground:
        done = playground.run('-c', 'unshare -Urpfm --mount-proc true')
        if done.returncode != 0:
            raise tap.Skip('this machine gives no user namespaces')
        done = playground.run(text=script(wanted))
        judge(wanted, done.stdout)
        equal((done.returncode, done.stderr), (0, ''), 'it ends well')
        equal(playground.left(), [], 'and leaves nothing')


def test_alone(_):
    """-c, usage, and what leads nowhere."""
    with Playground() as playground:
        done = playground.run('-c', 'echo "$PWD"; curl -sS https://example.org;'
                              ' exit 7')
        equal(done.returncode, 7, '-c: the exit code is the command\'s')
        like(done.stdout, rf'^{playground.directory}/\S+/home\n$', 'at home')
        like(done.stderr, 'CONNECT tunnel failed, response 403',
             'a host that is not of the cloud')
        equal(playground.run('-x').returncode, 64, 'an unknown argument')
        equal(playground.run('-c').returncode, 64, '-c without a command')
        like(playground.run('--help').stdout, '^usage: contrib/playground',
             '--help')
        equal(playground.left(), [], 'nothing is left')


if __name__ == '__main__':
    tap.run_alone(globals())
