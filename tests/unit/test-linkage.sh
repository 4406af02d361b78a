#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What the built programs are linked with, and how they are hardened, by what
# the Makefile in $DAYPASS_BUILD says was asked for.
# shellcheck disable=SC2317 # properties are called by their names
# shellcheck source=tests/unit/result.sh
. "$(dirname "$0")/result.sh"
build=${DAYPASS_BUILD:-.}
cd "$build" || exit 99
helpers='git-credential-daypass docker-credential-daypass
	aws-credential-daypass gcloud-credential-daypass
	nats-credential-daypass daypass-prompt'
programs='daypass daypass-agent daypass-audit daypass-config'
[ ! -x daypass-keyring ] || programs="$programs daypass-keyring"
[ ! -e daypass-nats-callout ] ||
	programs="$programs daypass-nats-callout daypass-keys"

if ! command -v readelf >/dev/null 2>&1; then
	echo '1..0 # SKIP there is no readelf'
	exit 0
fi

# What configure decided.
value() {
	sed -n "s/^$1 = //p" Makefile
}

# Its libraries, one a line.
needed() {
	readelf -d "$1" 2>/dev/null |
		sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'
}

# Does it need no library of that name?
lacks() { # PROGRAM PATTERN
	! needed "$1" | grep -E "^lib($2)"
}

is_static() {
	[ -z "$(needed "$1")" ] && ! readelf -l "$1" | grep -q INTERP
}

is_libc_alone() {
	! needed "$1" | grep -vE '^(libc|ld-|lib(asan|ubsan|gcc_s|m)\.)'
}

is_position_independent() {
	readelf -h "$1" | grep -q 'Type: *DYN'
}

# Nothing that the loader filled in can be written afterwards.
is_relro() {
	readelf -lW "$1" | grep -q GNU_RELRO &&
		readelf -d "$1" | grep -qE 'BIND_NOW|FLAGS.* NOW'
}

has_plain_stack() {
	readelf -lW "$1" | grep GNU_STACK | grep -q 'RW ' &&
		! readelf -lW "$1" | grep GNU_STACK | grep -q 'RWE'
}

has_canary() {
	readelf -sW "$1" | grep -qE '__stack_chk_(fail|guard)'
}

has_no_path() {
	! readelf -d "$1" | grep -E 'RPATH|RUNPATH'
}

check() { # PROGRAM PROPERTY NAME [ARGUMENT]
	"$2" "$1" ${4:+"$4"}
	result $? "$1 $3"
}

linkage() {
	for program in $helpers; do
		case $(value helpers) in
		static*) check "$program" is_static 'is static' ;;
		*) check "$program" is_libc_alone 'needs libc alone' ;;
		esac
		case $(value helpers) in
		static-pie*|shared) check "$program" is_position_independent \
			'may lie anywhere' ;;
		*) skip 'linked with -no-pie' "$program may lie anywhere" ;;
		esac
		check "$program" has_plain_stack 'has no code on its stack'
		check "$program" has_no_path 'looks in no other place'
	done
	check daypass lacks 'needs neither libgit2 nor libsecret' 'git2|secret'
	check daypass-agent lacks 'needs neither libgit2 nor libsecret' \
		'git2|secret|glib'
	if [ -x daypass-keyring ]; then
		check daypass-keyring lacks 'does not need the network' \
			'curl|ssl|json-c|git2'
	else
		skip 'configured without' 'daypass-keyring'
	fi
	for program in daypass daypass-agent; do
		check "$program" lacks 'starts without libcurl' curl
	done
	check daypass-audit lacks 'needs neither libgit2 nor libsecret' \
		'git2|secret|glib'
	check daypass-agent lacks 'does not need libnats' 'nats'
	check daypass-config lacks 'does not need the network' 'curl|ssl|secret'
}

hardening() {
	for program in $programs; do
		check "$program" is_position_independent 'may lie anywhere'
		check "$program" is_relro 'is bound at once, then read-only'
		check "$program" has_plain_stack 'has no code on its stack'
		check "$program" has_canary 'has canaries'
		check "$program" has_no_path 'looks in no other place'
	done
}

linkage
case $(value OUR_LDFLAGS) in
*relro*) hardening ;;
*) skip 'configured without' 'hardening' ;;
esac
conclude
