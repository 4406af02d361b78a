# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# TAP of the shell test that sources it. $shown: files that tell why a result
# is bad, without blanks in their names.
count=0 failed=0 shown=

result() { # STATUS NAME
	count=$((count + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $count - $2"
		return
	fi
	failed=1
	echo "not ok $count - $2"
	# shellcheck disable=SC2086 # several
	[ -z "$shown" ] || sed 's/^/# /' $shown
}

skip() { # WHY NAME
	count=$((count + 1))
	echo "ok $count - $2 # SKIP $1"
}

conclude() {
	echo "1..$count"
	exit "$failed"
}
