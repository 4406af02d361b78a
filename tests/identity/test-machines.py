#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What tells a machine by itself, with no variable: what the firmware says, a
socket in the root directory. Each in a mount namespace of its own, where this
machine looks like the other."""

import json
import os
import shlex
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..'))

from support import tap   # noqa: E402
from support.identities import audiences, claims   # noqa: E402
from support.place import BUILD   # noqa: E402
from support.tap import Skip, equal   # noqa: E402

FIRMWARE = """
mount -t tmpfs firmware /sys/class &&
mkdir -p /sys/class/dmi/id &&
printf '%s\\n' "$1" >/sys/class/dmi/id/product_name || exit 99
daypass doctor --json; daypass end >&2
"""

# The root directory with one more entry, and nothing of it on disk.
ROOT = """
mount -t tmpfs root /mnt &&
mkdir /mnt/upper /mnt/work /mnt/root &&
mount -t overlay root -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work \\
	/mnt/root || exit 99
for directory in proc sys dev tmp run; do
	mount --rbind "/$directory" "/mnt/root/$directory" || exit 99
done
socket=$1 command=$2
shift 2
for directory; do
	mount --rbind "$directory" "/mnt/root$directory" || exit 99
done
mkdir /mnt/root/.fly && : >/mnt/root/.fly/api &&
	mount --bind "$socket" /mnt/root/.fly/api || exit 99
exec /usr/sbin/chroot /mnt/root sh -c "$command"
"""


def within(place, script, *arguments):
    done = place.run('unshare', '--mount', 'sh', '-c', script, 'sh',
                     *arguments)
    if done.code == 99 or 'unshare:' in done.err:
        raise Skip(f'no mount namespace: {done.err.strip()[:80]}')
    return done


def test_firmware(place):
    place.without_identity()
    del place.env['NO_GCE_CHECK']
    place.configure()
    for product, wanted in (('Google Compute Engine', True), ('Google', True),
                            ('Googlebook', False), ('Eve', False),
                            ('Google Compute Engine 2', False), ('', False)):
        done = within(place, FIRMWARE, product)
        found = {one['name']: one for one in
                 json.loads(done.out)['identities']}['gcp-metadata']
        equal(found['here'], wanted, f'{product!r}: {wanted}')
        if wanted:
            equal(found['reason'], f"this machine calls itself '{product}'",
                  f'{product!r}: says how it knows')


def test_fly(place):
    place.without_identity()
    place.configure()
    command = 'daypass token --audience a.example; daypass end >&2'
    done = within(place, ROOT, place.rig['fly_socket'],
                  f'cd {shlex.quote(place.home)}; {command}',
                  place.directory, BUILD)
    if tap.ok(done.code == 0 and done.out.count('.') == 2,
              'a Fly Machine, by auto', done):
        equal((claims(done.out)['sub'], audiences(done.out)),
              ('acme:web:quiet-sun', ['a.example']), 'whose and for whom')


if __name__ == '__main__':
    tap.run(globals())
