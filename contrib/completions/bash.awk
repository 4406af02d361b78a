# SPDX-License-Identifier: Apache-2.0
# generate's rows -> what bash.in looks up.
BEGIN { FS = "\t" }
!($2 in seen) {
	seen[$2] = 1
	commands[++count] = $2
}
$1 == "option" {
	options[$2] = options[$2] " --" $3
	if ($4 != "-")
		values = values sprintf("\t'%s --%s') echo %s ;;\n", $2, $3, $4)
}
$1 == "word" { words[$2] = words[$2] " " $3 }
function table(name, of,    i) {
	printf "%s() {\n\tcase $1 in\n", name
	for (i = 1; i <= count; i++)
		if (commands[i] in of)
			printf "\t'%s') echo '%s' ;;\n", commands[i], \
			    substr(of[commands[i]], 2)
	print "\tesac\n}\n"
}
END {
	print "# SPDX-License-Identifier: Apache-2.0"
	print "# shellcheck shell=bash"
	print "# Written by contrib/completions/generate: do not edit."
	print ""
	table("_daypass_options", options)
	table("_daypass_words", words)
	printf "_daypass_value() {\n\tcase \"$1 $2\" in\n%s\tesac\n}\n\n", values
	printf "_daypass_programs='%s'\n", programs
}
