#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The systemd units are units, and start what is there. They name installed
# programs: here, those that were built.
# shellcheck source=tests/unit/result.sh
. "$(dirname "$0")/../unit/result.sh"
source=${DAYPASS_SOURCE:-$(dirname "$0")/../..}
build=$(cd "${DAYPASS_BUILD:-.}" && pwd) || exit 99
units=$source/contrib/systemd
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
shown=$work/said

if ! command -v systemd-analyze >/dev/null 2>&1; then
	echo '1..0 # SKIP systemd-analyze is not installed'
	exit 0
fi
XDG_RUNTIME_DIR=$work
export XDG_RUNTIME_DIR

# It says what it does not understand, and often goes on.
verify() { # KIND UNIT
	sed "s|/usr/bin/|$build/|" "$units/$1/$2" >"$work/$2"
	systemd-analyze "--$1" verify --man=no "$work/$2" >"$work/said" 2>&1 &&
		! grep -q "$2" "$work/said"
}

# Nothing may be called that has to be told where it is.
is_absolute() {
	! grep -hE '^Exec[A-Za-z]*=' "$1" | grep -v '=/usr/bin/' >"$work/said"
}

for unit in user/daypass.service system/daypass-nats-callout.service; do
	program=$(sed -n 's|^ExecStart=/usr/bin/\([^ ]*\).*|\1|p' "$units/$unit")
	is_absolute "$units/$unit"
	result $? "$unit starts programs of /usr/bin"
	if [ ! -x "$build/$program" ]; then
		skip "$program was not built" "$unit"
		continue
	fi
	verify "${unit%%/*}" "${unit##*/}"
	result $? "$unit is verified"
done
conclude
