#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every harness runs over its whole corpus. Built for libFuzzer or not, it
# takes the files as its arguments.
source=${DAYPASS_SOURCE:-$(dirname "$0")/../..}
build=${DAYPASS_BUILD:-$source}
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
count=0 failed=0

for harness in "$source"/tests/fuzz/fuzz-*.c; do
	name=$(basename "$harness" .c)
	corpus=$source/tests/fuzz/corpus/${name#fuzz-}
	count=$((count + 1))
	case $name:$(sed -n 's/^have_nats = //p' "$build/Makefile") in
	fuzz-nats-*:no*)
		echo "ok $count - $name # SKIP built without libnats"
		continue
		;;
	esac
	if "$build/tests/fuzz/$name" "$corpus"/* >"$work/said" 2>&1; then
		files=$(find "$corpus" -type f | wc -l)
		echo "ok $count - $name: $files files"
	else
		failed=1
		echo "not ok $count - $name"
		sed 's/^/# /' "$work/said"
	fi
done
echo "1..$count"
exit $failed
