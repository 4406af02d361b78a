# SPDX-License-Identifier: Apache-2.0
# generate's rows -> fish's complete commands.
BEGIN {
	FS = "\t"
	print "# SPDX-License-Identifier: Apache-2.0"
	print "# Written by contrib/completions/generate: do not edit."
	print ""
}
function quoted(text) {
	gsub(/\\/, "\\\\", text)
	gsub(/'/, "\\'", text)
	return "'" text "'"
}
function condition(command,    parts) {
	if (split(command, parts, " ") > 1)
		return " -n '__daypass_verb " parts[2] "'"
	return command == "daypass" ? " -n __daypass_verb" : ""
}
function program(command,    parts) {
	split(command, parts, " ")
	return parts[1]
}
!($2 in seen) && program($2) == $2 { printf "complete -c %s -f\n", $2 }
{ seen[$2] = 1 }
$1 == "option" {
	value = ""
	if ($3 == "profile")
		value = " -x -a '(__daypass_named aws)'"
	else if ($3 == "credential")
		value = " -x -a '(__daypass_named credential) id-token'"
	else if ($3 == "for")
		value = " -x -a '(__daypass_named function git nats docker)'"
	else if ($4 == "FILE" || $4 == "PATH")
		value = " -r -F"
	else if ($4 != "-")
		value = " -x"
	printf "complete -c %s%s -l %s%s -d %s\n", program($2), \
	    condition($2), $3, value, quoted($5)
}
$1 == "word" && $2 == "daypass doctor" {
	tools = tools " " $3
	next
}
$1 == "word" {
	printf "complete -c %s%s -a %s%s\n", program($2), condition($2), $3, \
	    $4 == "" ? "" : " -d " quoted($4)
}
END { printf "\nset -g __daypass_tools%s\n", tools }
