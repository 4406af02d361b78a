# SPDX-License-Identifier: Apache-2.0
"""Several people in one session: an `ona` that is logged in as somebody else
in each home."""

TEXT = '''\
#!/bin/sh
who='{who}'
[ "$who" ] || read -r who <"${{XDG_CONFIG_HOME:-$HOME}}/who" || exit 1
exec /usr/bin/curl -qs --fail-with-body --noproxy '*' \\
	--unix-socket '{socket}' --data-urlencode "audience=$4" \\
	--data-urlencode "sub=$who" http://localhost/token
'''


def sub(name):
    return f'org:acme/prj:web/env:{name}'


def program(place, who=''):
    """Put in the place of the one before it; `who` is then everybody."""
    place.write('bin/ona', TEXT.format(
        who=who, socket=place.rig['identity_socket']), 0o700)


def homes(place, names):
    """One for each; the environments of who is at home there."""
    place.env['PATH'] = ':'.join((place.bin, place.env['PATH']))
    program(place)
    for name in names:
        place.write(f'home-{name}/who', sub(name) + '\n')
    return {name: {'HOME': place.path(f'home-{name}'),
                   'DAYPASS_CONFIG': place.config} for name in names}
