#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The tree's own rules: who includes whom, which library stands behind which
# file, what nobody calls, and how large things may grow.

# No file here has a space in its name.
# shellcheck disable=SC2046,SC2044,SC2086,SC1091,SC2154
. "$(dirname "$0")/tree.sh"

# upward ROOM ROOMS: what the files of a room include of those others.
upward() {
	grep -nE "^#include \"($2)/" $(find "$1" -maxdepth 1 -name '*.[ch]') \
		/dev/null
}

layers() {
	upward common/base 'wire|config|identity|exchange|audit|agent|helpers' |
		clean 'base/ includes nothing from above it'
	upward common/wire 'config|identity|exchange|audit|agent|helpers' |
		clean 'wire/ includes base/ alone'
	upward common/identity 'agent|audit|config|exchange|helpers' |
		clean 'identity/ includes neither agent/ nor config/'
	upward common/exchange 'agent|audit|config|identity|helpers' |
		clean 'exchange/ includes neither agent/ nor config/'
	upward common/config 'agent|audit|helpers' |
		clean 'config/ does not include agent/'
	upward common/audit 'config|identity|exchange|agent|helpers' |
		clean 'audit/ includes base/ and wire/ alone'
	upward common/agent helpers |
		clean 'agent/ includes no helper'
	upward helpers 'config|identity|exchange|audit|agent' |
		clean 'credential helpers include wire/ and base/ alone'
	upward helpers/daypass 'identity|agent' |
		clean 'the daypass command asks the agent like everybody else'
	upward helpers/callout 'wire|identity|exchange|agent' |
		grep -vE '"agent/(confine|list|log|loop)\.h"' |
		clean 'the callout takes of the agent its loop and log alone'
	grep -nE '^#include "' $ours |
		grep -vE '"(base|wire|config|identity|exchange|audit)/' |
		grep -vE '"(agent|helpers)/' |
		clean 'an include says its room'
	grep -n 'http_inner\.h' $ours | grep -v '^common/base/http' |
		clean 'http_inner.h is for http alone'
}

# library NAME HEADERS FILE...: it is included by these files alone.
library() {
	name=$1 headers=$2
	shift 2
	grep -nE "^#include <($headers)" $ours | but "$@" |
		clean "$name stands behind $*"
}

libraries() {
	library libcurl curl/ common/base/http_library.h
	library expat expat common/base/xml.c
	library json-c json common/base/json.c
	library libgit2 git2 common/config/values.c
	library OpenSSL openssl/ common/base/digest.c common/base/http_roots.c \
		helpers/callout/signature.c
	library libnats nats/ helpers/callout/bus.c \
		common/audit/carrier_nats.c
	library libsodium sodium helpers/callout/seal.c
	library libsecret 'libsecret|glib|gio' helpers/keyring/service.c
}

nobody_calls() {
	calls 'system|popen|gets|tmpnam|mktemp|alloca|atoi|atol|rand|signal_r' \
		$ours | clean 'nothing runs a shell or asks for trouble'
	calls 'strtok|gmtime|localtime|strerror_r|gethostbyname|getpwnam' \
		$ours | clean 'nothing keeps its answer in a hidden place'
	calls getenv $ours | clean 'the environment is read with secure_getenv'
	calls 'setenv|putenv|unsetenv|clearenv' $ours |
		but common/base/http.c |
		clean 'and changed for libraries that know no other way alone'
	calls 'sprintf|vsprintf|strncpy|strncat|stpcpy' $ours |
		clean 'what is copied is bounded'
	# Constants, or what was measured on the line before.
	calls 'strcpy|strcat' $ours |
		but common/agent/confine.c common/agent/reader.c \
			common/base/error.c \
			common/base/http.c common/base/http_url.c \
			common/config/authority.c common/wire/origin.c \
			helpers/gcloud.c helpers/outputfile.c |
		clean 'strcpy only where it is known to fit'
	calls 'printf|puts|putchar|perror|vprintf' \
		$(find common -name '*.c' -not -name 'daypass-config.c') |
		but common/base/options.c common/agent/main.c |
		clean 'libraries do not print'
	calls 'pipe|accept|dup|dup3|creat|epoll_create|inotify_init' $ours |
		grep -v CLOEXEC | clean 'descriptors are closed on exec'
	calls 'open|openat|socket|socketpair|fopen|accept4|pipe2' $ours |
		grep -vE 'CLOEXEC|fopen' |
		but common/wire/spawn.c helpers/standard.c |
		clean 'and opened so, but for 0 to 2'
	grep -nE 'fopen\(|fdopen\(' $ours | grep -v '"[rwa][+]\{0,1\}e"' |
		clean 'streams too'
	statements $ours | grep -E 'goto ' | grep -v 'goto out;' |
		clean 'goto leads out and nowhere else'
	code $ours | grep -E ':#[[:space:]]*(ifdef|ifndef|if|elif) ' |
		grep -vE '#ifndef DAYPASS_[A-Z0-9_]+_H$' |
		but common/base/compat.c common/wire/environment.c |
		clean '#ifdef stands in base/compat.c'
}

sizes() {
	find common helpers tests -name 'util*.[ch]' -o -name 'misc*.[ch]' \
		-o -name 'common.[ch]' | clean 'no util.c, misc.c, common.c'
	wc -l $ours $tests | awk '$1 > 500 && $2 != "total"' |
		clean 'no file over 500 lines'
	awk '
	/^[{]/ { start = FNR }
	/^[}]/ && start > 0 {
		if (FNR - start - 1 > 60)
			print FILENAME ":" start ": " FNR - start - 1 " lines"
		start = 0
	}' $ours $tests | clean 'no function over 60 lines'
	for file in $ours $tests; do
		expand "$file" | awk -v file="$file" 'length > 80 {
			print file ":" FNR ": " length " columns" }'
	done | clean 'no line over 80 columns'
	grep -nE '[[:space:]]$|^        ' $ours $tests |
		clean 'tabs, and no white space at a line end'
}

shapes() {
	for file in $ours $tests; do
		head -n 1 "$file" | grep -v \
			'^/\* SPDX-License-Identifier: Apache-2.0 \*/$' |
			sed "s,^,$file: ,"
	done | clean 'a file begins with its licence'
	for file in $(find common helpers -name '*.h'); do
		guard=DAYPASS_$(echo "${file#common/}" | tr a-z/.- A-Z___)
		[ "$(grep -cx "#\(ifndef\|define\) $guard" "$file")" -eq 2 ] ||
			echo "$file: $guard"
	done | clean 'a header is guarded by its own name'
	grep -nE '^typedef (struct|enum|union)' $ours $tests |
		clean 'a struct is called a struct'
	grep -nE '(TODO|FIXME|XXX|HACK)' $ours $tests | grep -v mktemp |
		grep -v 'XXXXXX' | clean 'nothing is left for later'
}

rules() {
	layers
	libraries
	nobody_calls
	sizes
	shapes
}

judge
