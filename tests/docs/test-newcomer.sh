#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The page of the new user shows what contrib/newcomer does. That it works is
# contrib/check's to see, which runs it.
# shellcheck source=tests/unit/result.sh
. "$(dirname "$0")/../unit/result.sh"
source=${DAYPASS_SOURCE:-$(dirname "$0")/../..}
page=$source/docs/newcomer.md
newcomer=$source/contrib/newcomer
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
shown=$work/said

# The headings, and what was typed below them.
# shellcheck disable=SC2016 # Markdown
same_commands() {
	"$newcomer" --commands >"$work/wanted" || return
	sed -n 's/^## [0-9]*\. `\(.*\)`$/\1/p' "$page" |
		diff "$work/wanted" - >"$work/said" &&
		sed -n 's/^\$ //p' "$page" |
		sed "$(wc -l <"$work/wanted")q" |
			diff "$work/wanted" - >"$work/said"
}

few() {
	wc -l <"$work/wanted" >"$work/said"
	[ "$(cat "$work/said")" -lt 5 ]
}

# From the first line to what follows the commands.
same_words() {
	sed '/^## 1\./,$d' "$page" |
		diff "$newcomer.head" - >"$work/said" &&
		tail -n "$(wc -l <"$newcomer.foot")" "$page" |
		diff "$newcomer.foot" - >"$work/said"
}

# Where packages come from is nobody's to know.
no_mirror() {
	! grep -nE 'https?://' "$page" |
		grep -vE 'https://(github\.com|token\.actions\.)' >"$work/said"
}

# What init writes may change: then the page is to be made anew.
shows_what_init_writes() {
	for line in 'exchange = octo-sts' 'identity-name = daypass' \
		'[git "https://github.com/acme"]' 'revoked   github'; do
		echo "not there: $line" >"$work/said"
		grep -qF "$line" "$page" || return
	done
}

same_commands
result $? "the page's commands are those of contrib/newcomer"
few
result $? 'and fewer than five'
same_words
result $? 'what stands around them is what contrib/newcomer would write'
no_mirror
result $? 'no other address stands in it'
shows_what_init_writes
result $? 'and what daypass init writes does'
conclude
