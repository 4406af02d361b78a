# SPDX-License-Identifier: Apache-2.0
"""A newer git than Debian 12 has: the one of a later suite, whose /usr is
laid over ours for one command, in a mount namespace of its own."""

import os
import subprocess

from .peer import own_mounts

PEERS = os.environ.get('DAYPASS_PEERS', '/var/cache/daypass-peers')
ROOT = os.path.join(PEERS, 'trixie')
OVERLAY = 'mount --bind "$0/usr" /usr && exec "$@"'


def command(*arguments):
    return own_mounts(OVERLAY, ROOT, *arguments)


def why_not(*programs):
    """Why it cannot be used, or None. `programs`: what it is going to run,
    which must do without Debian 12's libraries."""
    if not os.path.isdir(os.path.join(ROOT, 'usr')):
        return f'no newer git in {ROOT}'
    for program in ('git', *programs):
        done = subprocess.run(command(program, '--version'), check=False,
                              capture_output=True, stdin=subprocess.DEVNULL)
        if done.returncode:
            said = done.stderr.decode(errors='replace').strip()
            return f'{program} does not run over a newer /usr: {said}'
    return None
