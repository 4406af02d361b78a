# SPDX-License-Identifier: Apache-2.0
# generate's rows -> what zsh.in looks up: specs for _arguments and _describe.
BEGIN { FS = "\t" }
function quoted(text) {
	gsub(/'/, "'\\''", text)
	return text
}
function spec(text) {
	gsub(/[\[\]:\\]/, "\\\\&", text)
	return quoted(text)
}
# What completes an option's value.
function action(name, argument) {
	if (name == "profile")
		return " _daypass_named aws"
	if (name == "credential")
		return " _daypass_named -t credential"
	if (name == "for")
		return " _daypass_named function git nats docker"
	return argument == "FILE" || argument == "PATH" ? "_files" : " "
}
!($2 in seen) {
	seen[$2] = 1
	commands[++count] = $2
}
$1 == "option" {
	value = $4 == "-" ? "" : ":" $4 ":" action($3, $4)
	options[$2] = options[$2] sprintf(" \\\n\t\t'--%s%s[%s]%s'", $3, \
	    $4 == "-" ? "" : "=", spec($5), value)
}
$1 == "word" {
	words[$2] = words[$2] sprintf(" \\\n\t\t'%s%s'", $3, \
	    $4 == "" ? "" : ":" spec($4))
}
function table(name, of,    i) {
	printf "\n%s() {\n\tcase $1 in\n", name
	for (i = 1; i <= count; i++)
		if (commands[i] in of)
			printf "\t('%s') reply=(%s) ;;\n", commands[i], \
			    of[commands[i]]
	print "\tesac\n}"
}
END {
	printf "#compdef %s\n", programs
	print "# SPDX-License-Identifier: Apache-2.0"
	print "# Written by contrib/completions/generate: do not edit."
	table("_daypass_specs", options)
	table("_daypass_words", words)
}
