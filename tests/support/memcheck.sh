#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# memcheck.sh TEST...: runs tests under valgrind's memcheck, two at a time:
# unit tests (tests/unit/test-x) themselves, and of others (test-x.py) the
# programs of ours that they start, with all that these start. A test fails by
# itself, by an error in memory, by a block that is definitely lost, or, a unit
# test, by a descriptor that is left open. TAP; what was found and said stays
# in the folder `memcheck` of the build directory.
set -u

build=${DAYPASS_BUILD:-$PWD}
source=${DAYPASS_SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}
out=$build/memcheck
programs='daypass daypass-agent daypass-config git-credential-daypass
	docker-credential-daypass aws-credential-daypass
	gcloud-credential-daypass'
options=(-q --leak-check=full --show-leak-kinds=definite
	--errors-for-leak-kinds=definite)

# What it says of system calls that are newer than it is no finding.
findings() {
	sed -E 's/^(==|--)[0-9]+(==|--) ?//' "$@" 2>/dev/null | awk '
		/^WARNING: unhandled/ { skipped = 4; next }
		skipped > 0 { skipped--; next }
		/^Open / { open = 1; next }	# see below
		/^$/ { open = 0; next }
		!open && !/^FILE DESCRIPTORS/'
}

# Those that this process opened itself. Its children end without closing.
left_open() {
	sed -E 's/^==[0-9]+== ?//' "$1" 2>/dev/null | awk '
		/^Open / { what = $0; next }
		/inherited from parent/ { what = "" }
		/^   (at|by) / && what != "" { print what; what = "" }
		/^   (at|by) / && !/inherited/ { print }' |
		awk '/^Open / { print; shown = 1; next } shown'
}

# Programs under their names that run under valgrind.
make_programs() {
	local program

	mkdir -p "$1.bin"
	for program in $programs; do
		cat >"$1.bin/$program" <<-END
			#!/bin/sh
			PATH='$build':\$PATH exec valgrind ${options[*]} --trace-children=yes \\
				--trace-children-skip='/usr/*,/bin/*,*daypass-cloud-*,*/bin/*' \\
				--log-file='$1.%p.found' $program "\$@"
		END
		chmod +x "$1.bin/$program"
	done
}

# Gives its exit code; what was left open goes to NAME.left.
run_one() {
	local pid status

	case $1 in
	*.py)
		make_programs "$2"
		DAYPASS_BUILD=$2.bin DAYPASS_SOURCE=$source \
			"${PYTHON:-python3}" -B "$source/$1" >"$2.log" 2>&1
		;;
	*)
		(cd "$build" && exec valgrind "${options[@]}" \
			--track-fds=yes --log-file="$2.%p.found" "./$1") \
			>"$2.log" 2>&1 &
		pid=$!
		wait "$pid"
		status=$?
		left_open "$2.$pid.found" >"$2.left"
		return "$status"
		;;
	esac
}

# memcheck.sh --one TEST: a line of TAP without its number.
one() {
	local test=$1 name
	local began=$SECONDS status

	name=$out/$(tr / - <<<"${test#tests/}")
	run_one "$test" "$name" </dev/null
	status=$?
	findings "$name".*.found >"$name.findings"
	if [ "$status" = 0 ] && [ ! -s "$name.findings" ] &&
		[ ! -s "$name.left" ]; then
		echo "ok - $test, $((SECONDS - began)) s"
		return
	fi
	echo "not ok - $test, exit $status, $((SECONDS - began)) s"
	{
		grep -A 8 -aE '^(not ok|Bail out)' "$name.log"
		head -n 60 "$name.findings"
		cat "$name.left" 2>/dev/null
	} | sed 's/^/# /'
}

if [ "${1-}" = --one ]; then
	one "$2"
	exit
fi
if ! command -v valgrind >/dev/null; then
	echo '1..0 # SKIP valgrind is not installed'
	exit
fi
if grep -q __asan_init "$build/daypass-agent"; then
	echo '1..0 # SKIP a sanitizer and valgrind do not go together'
	exit
fi
rm -rf "$out"
mkdir -p "$out"
export DAYPASS_BUILD=$build DAYPASS_SOURCE=$source

# Numbers the results as they come.
count=0 failed=0
while IFS= read -r line; do
	case $line in
	'ok '*) line="ok $((++count)) ${line#ok }" ;;
	'not ok '*) line="not ok $((++count)) ${line#not ok }" failed=1 ;;
	esac
	printf '%s\n' "$line"
done < <(printf '%s\n' "$@" | xargs -P 2 -n 1 "$0" --one)
echo "1..$count"
exit "$failed"
