# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2034
# For the tests of the tree's own rules: its files, its code, and TAP of them.
# Sourced, with the checks in a function `rules`, which `judge` runs.
cd "${DAYPASS_SOURCE:-$(dirname "$0")/../..}" || exit 99
LC_ALL=C
export LC_ALL
ours=$(find common helpers -name '*.[ch]' | sort)
tests=$(find tests -name '*.[ch]' | sort)

# clean NAME: passes if standard input is empty, else shows it.
clean() {
	awk -v name="$1" '
	{ found = found "\n# " $0 }
	END { print (found == "" ? "ok" : "not ok") " - " name found }'
}

judge() {
	rules | awk '
	{ print }
	/^ok / { count++ }
	/^not ok / { count++; failed = 1 }
	END { print "1.." count + 0; exit failed || count == 0 }'
}

# Code without comments and strings, each line behind FILE:LINE:.
code() {
	awk '
	FNR == 1 { comment = 0 }
	{
		line = $0
		if (comment) {
			if (!match(line, /\*\//))
				next
			line = substr(line, RSTART + 2)
			comment = 0
		}
		gsub(/\\./, "", line)
		gsub(/"[^"]*"/, "\"\"", line)
		gsub(/\/\*[^*]*\*+([^\/*][^*]*\*+)*\//, "", line)
		if (match(line, /\/\*/)) {
			line = substr(line, 1, RSTART - 1)
			comment = 1
		}
		print FILENAME ":" FNR ":" line
	}' "$@" /dev/null
}

# The same, a statement a line.
statements() {
	code "$@" | awk '
	{
		split($0, part, ":")
		line = substr($0, length(part[1] part[2]) + 3)
		gsub(/[ \t]+/, " ", line)
		if (held == "")
			place = part[1] ":" part[2] ":"
		held = held line
		if (line ~ /[;{}]$/ || line ~ /^ *#/) {
			print place held
			held = ""
		}
	}'
}

# calls NAMES FILE...: statements that call one of these functions.
calls() {
	names=$1
	shift
	statements "$@" | grep -E "[^A-Za-z0-9_]($names) ?\("
}

# but FILE...: drops the lines of standard input that stand in these files.
but() {
	grep -v -E "^($(printf '%s|' "$@" | sed 's/[.]/\\&/g; s/|$//')):"
}
