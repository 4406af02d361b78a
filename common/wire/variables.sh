#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# variables.sh FILE...: writes the header with the names of the variables that
# a helper sends along: those that the identities and exchanges in the C files
# given say they read, each in one statement
#	static const char *const variables[] = {"A", "B", NULL};
# and HOME. A name that is no string there would be lost, and an identity that
# lacks its variable says that it is not here: so that is an error.
set -eu
LC_ALL=C
export LC_ALL

for file; do
	test -r "$file" || { echo "variables.sh: no file $file" >&2; exit 1; }
done

names()
{
	awk '
	function wrong(what) {
		printf "variables.sh: %s: %s\n", file, what >"/dev/stderr"
		print "!"
	}
	function finish() {
		if (inside)
			wrong("a list of variables without an end")
		if (used && !declared)
			wrong("no statement \"static const char *const variables[]\"")
		inside = used = declared = 0
	}
	function read_statement(text,    name) {
		while (match(text, /"[^"]*"/)) {
			print substr(text, RSTART + 1, RLENGTH - 2)
			text = substr(text, 1, RSTART - 1) \
			    substr(text, RSTART + RLENGTH)
		}
		gsub(/[ \t,]/, "", text)
		if (text !~ /^staticconstchar\*constvariables\[\]=[{]NULL};$/)
			wrong("only strings, please: " text)
	}
	FNR == 1 { finish(); file = FILENAME }
	/^[ \t]*\.variables = variables,/ { used = 1 }
	/^static const char \*const variables\[\]/ {
		inside = declared = 1
		statement = ""
	}
	inside { statement = statement $0 }
	inside && /;/ { read_statement(statement); inside = 0 }
	END { finish() }
	' "$@"
}

{
	echo HOME
	names "$@" /dev/null
} | sort -u | awk '
	BEGIN {
		print "/* SPDX-License-Identifier: Apache-2.0 */"
		print "/* Written by variables.sh: do not edit. */"
		print "#ifndef DAYPASS_WIRE_VARIABLES_H"
		print "#define DAYPASS_WIRE_VARIABLES_H"
		print ""
		print "#include <stddef.h>"
		print ""
		print "static const char *const wire_variables[] = {"
	}
	!/^[A-Za-z_][A-Za-z0-9_]*$/ { wrong = 1; exit }
	{ printf "\t\"%s\",\n", $0 }
	END {
		print "\tNULL,"
		print "};"
		print ""
		print "#endif"
		exit wrong
	}'
