#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every header compiles alone, and twice.
source=${DAYPASS_SOURCE:-$(dirname "$0")/../..}
build=${DAYPASS_BUILD:-$source}
cd "$source" || exit 99
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
count=0 failed=0

# The compiler that the build uses, unless CC says another.
if [ -z "$CC" ] && [ -f "$build/Makefile" ]; then
	CC=$(sed -n 's/^CC = //p' "$build/Makefile")
fi

check() {
	printf '#include "%s"\n#include "%s"\n' "$1" "$1" >"$work/alone.c"
	${CC:-cc} -std=gnu11 -Wall -Wextra -Werror -D_GNU_SOURCE \
		-Icommon -I. -I"$build/common" -Itests/unit \
		-fsyntax-only "$work/alone.c" >"$work/said" 2>&1
}

for header in $(find common helpers tests -name '*.h' | sort); do
	count=$((count + 1))
	if check "$PWD/$header"; then
		echo "ok $count - $header"
	else
		failed=1
		echo "not ok $count - $header"
		sed 's/^/# /' "$work/said"
	fi
done
echo "1..$count"
exit $failed
