#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What the kernel writes down of a process that crashes: of ours nothing, also
where somebody has raised the limit; and where the kernel cannot be kept from
it, nothing of a secret."""

import glob
import os
import resource
import signal
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import canary, processes, refusal, sections, tap   # noqa: E402
from support.elf import pages   # noqa: E402
from support.place import BUILD   # noqa: E402
from support.processes import wait_for   # noqa: E402
from support.tap import equal, ok   # noqa: E402


def raise_limit():
    """In a child of ours, before it becomes the victim."""
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))


# An agent's working directory is the root, where nobody may write: so it gets
# a root of its own, which has what ours has, and is a folder of the place.
APART = '''
set -e
for name in /*; do
	if [ -L "$name" ]; then
		cp -P "$name" "$1/"
	elif [ -d "$name" ]; then
		mkdir -p "$1$name"
		mount --rbind "$name" "$1$name"
	fi
done
exec /usr/sbin/chroot "$@"
'''


def start(place, *command):
    return subprocess.Popen(
        ['unshare', '--mount', 'sh', '-c', APART, 'sh', place.make('root'),
         *command],
        env=place.environment({}), preexec_fn=raise_limit,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, start_new_session=True)


def cores(place):
    return glob.glob(place.path('root', 'core*'))


def crash(pid):
    """As if it had come upon a defect."""
    os.kill(pid, signal.SIGABRT)


def needs_cores(place):
    """Skips where a core would not be found: else there would never be one
    to find."""
    if os.getuid() != 0:
        raise tap.Skip('only root may give an agent another root')
    with open('/proc/sys/kernel/core_pattern', encoding='utf-8') as source:
        pattern = source.read().strip()
    with start(place, 'sleep', '60') as victim:
        wait_for(lambda: processes.read(victim.pid, 'comm') == b'sleep\n')
        crash(victim.pid)
    if not cores(place):
        raise tap.Skip(f'cores go to {pattern} here, or nowhere')
    for path in cores(place):
        os.unlink(path)


class Agent:
    """One that cannot lower the limit of cores that its starter has raised;
    refused these calls as well."""

    def __init__(self, place, *calls):
        place.configure(sections.web_identity(place.rig), sections.aws(),
                        sections.octo(place.rig), sections.git(place.rig))
        self.process = start(
            place, *refusal.command(refusal.CORE_LIMIT, *calls),
            os.path.join(BUILD, 'daypass-agent'), '--foreground')
        self.pid = wait_for(place.agent)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait(20)


def use(place):
    """Some credentials; what to look for."""
    done = [place.run('aws-credential-daypass'),
            place.daypass('token', '--audience', 'x')]
    ok(all(d.code == 0 for d in done), 'it holds some', *done)
    return canary.needles(place.rig.secrets())


def stalled(place):
    """(asker, child): a mint that waits for octo-sts."""
    place.rig.fault('octo', 'stall')
    asker = place.start('git-credential-daypass', 'get')
    asker.stdin.write(f'protocol=https\nhost={place.rig.git}\n'
                      'path=acme/web\n\n'.encode())
    asker.stdin.close()
    asker.stdin = None
    wait_for(lambda: any(name.startswith('octo:')
                         for name in place.rig.counts()))
    child, = processes.children(place.agent())
    return asker, child


def test_agent(place):
    needs_cores(place)
    with Agent(place) as agent:
        use(place)
        crash(agent.pid)
        equal(agent.process.wait(20), -signal.SIGABRT, 'it crashes')
    equal(cores(place), [], 'and no core is there')


def test_child(place):
    """Landlock, which keeps it from writing, is not what is tried."""
    needs_cores(place)
    with Agent(place, 'landlock_create_ruleset'):
        use(place)
        asker, child = stalled(place)
        crash(child)
        out, err = asker.communicate(timeout=60)
        equal(out, b'quit=1\n', 'a mint crashes: its asker is told')
        ok(b'signal 6' in err, 'of what', err)
        equal(cores(place), [], 'and no core is there')


def core(place):
    """The one that was written."""
    path, = wait_for(lambda: cores(place))
    with open(path, 'rb') as source:
        data = b'\n'.join(pages(source.read()))
    os.unlink(path)
    return data


def test_agent_that_could_not_conceal(place):
    """PR_SET_DUMPABLE is refused: there is a core, without the vault."""
    needs_cores(place)
    with Agent(place, refusal.CONCEAL) as agent:
        wanted = use(place)
        crash(agent.pid)
        agent.process.wait(20)
    data = core(place)
    ok(b'daypass-agent' in data, 'a core is there')
    equal(sum(needle in data for needle in wanted), 0, 'no secret is in it')


def test_child_that_could_not_conceal(place):
    needs_cores(place)
    with Agent(place, refusal.CONCEAL, 'landlock_create_ruleset'):
        held = use(place)
        asker, child = stalled(place)
        crash(child)
        asker.communicate(timeout=60)
        data = core(place)
        ok(b'daypass-agent' in data, 'a core is there')
        equal(sum(needle in data for needle in held), 0,
              'nothing of what the agent holds is in it')


if __name__ == '__main__':
    tap.run(globals())
