#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs daypass-config on files good and bad. $DAYPASS_CONFIG_PROGRAM names it.
# shellcheck source=tests/unit/result.sh
. "$(dirname "$0")/result.sh"
build=${DAYPASS_BUILD:-$(dirname "$0")/../..}
program=${DAYPASS_CONFIG_PROGRAM:-$build/daypass-config}
case $program in /*) ;; *) program=$PWD/$program ;; esac

work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
shown='out err'
cd "$work" || exit 99
umask 022
HOME=$work
export HOME
tab=$(printf '\t')

# Runs it on the user's file `config`, with more arguments if need be.
run() {
	"$program" --system /nonexistent --user config "$@" >out 2>err
}

# The rows but for the files', tabs as `|`.
rows() {
	grep -v '^file' out | tr '\t' '|'
}

# reads NAME EXPECTED: the rows are these, and then the end.
reads() {
	run
	status=$?
	[ $status -eq 0 ] && [ ! -s err ] &&
		[ "$(rows)" = "$(printf '%send' "${2:+$2
}")" ]
	result $? "$1"
}

# refuses NAME TEXT [PATH LINE]: one bad row, no entry, and exit 0 even so.
refuses() {
	run
	status=$?
	[ $status -eq 0 ] && [ "$(grep -c '^bad' out)" -eq 1 ] &&
		! grep -q '^entry' out && [ "$(tail -n 1 out)" = end ] &&
		grep -q "^bad${tab}user${tab}${3:-config}${tab}${4:-[0-9]*}${tab}.*$2" out
	result $? "$1"
}

if [ ! -x "$program" ]; then
	echo "1..0 # SKIP no daypass-config at $program"
	exit 0
fi

# Files that are there, and are not.
run
rows | grep -qx end && grep -q "^file${tab}user${tab}config${tab}0${tab}0${tab}0${tab}0${tab}0$" out
result $? 'a missing file is a row of zeros'
run --user-named
grep -q "^bad${tab}user${tab}config${tab}0${tab}DAYPASS_CONFIG names 'config', which does not exist$" out
result $? 'unless it was named'
: >config
reads 'an empty file' ''
grep -q "^file${tab}user${tab}config${tab}[0-9]*${tab}$(stat -c %i config)${tab}0${tab}$(stat -c %Y config)${tab}" out
result $? 'its row holds what stat says'
"$program" --system config >out 2>err && grep -q "^file${tab}system" out
result $? 'a system file alone'

# What it says.
cat >config <<'EOF'
# a comment
[credential "dev"]
	exchange = aws-web-identity ; why
	Role = "arn:aws:iam::1:role/dev"
	tag = a=b
	tag = "c;d"
[gcloud] output-file
[git "https://github.com/a	b\\c"]
	credential = \
dev
EOF
reads 'entries with their lines' 'entry|user|config|3|credential|"dev|exchange|aws-web-identity
entry|user|config|4|credential|"dev|role|arn:aws:iam::1:role/dev
entry|user|config|5|credential|"dev|tag|a=b
entry|user|config|6|credential|"dev|tag|c;d
entry|user|config|7|gcloud||output-file|true
entry|user|config|9|git|"https://github.com/a\tb\\c|credential|dev'
if git config -f config --list >/dev/null 2>&1; then
	git config -f config --get-all credential.dev.tag >theirs
	sed -n 's/.*	tag	//p' out >ours
	cmp -s theirs ours
	result $? 'git reads the same values'
fi

printf '\357\273\277[a]\r\nb = c\r\n' >config
reads 'a byte order mark and CRLF' 'entry|user|config|2|a||b|c'

printf '[policy "self"]\n[http]\n; k = v\n[a]\nb = c\n' >config
reads 'a section without a key' 'entry|user|config|1|policy|"self||
entry|user|config|2|http|||
entry|user|config|5|a||b|c'
printf '[policy "self"]\n' >config
reads 'and nothing else' 'entry|user|config|1|policy|"self||'
printf '[include]\n[a]\nb = c\n' >config
reads 'an include without a path' 'entry|user|config|3|a||b|c'

# Includes.
mkdir -p sub
printf '[a]\nk = 1\n[include]\npath = sub/one\n[a]\nk = 4\n' >config
printf '[a]\nk = 2\n[include]\npath = two\n' >sub/one
printf '[a]\nk = 3\n' >sub/two
reads 'includes are read in place, relative to their file' 'entry|user|config|2|a||k|1
entry|user|sub/one|2|a||k|2
entry|user|sub/two|2|a||k|3
entry|user|config|6|a||k|4'
[ "$(grep -c '^file' out)" -eq 4 ]
result $? 'and each has its row'
printf '[include]\npath = ~/sub/two\n' >config
reads 'an include below the home directory' "entry|user|$work/sub/two|2|a||k|3"
printf '[include]\npath = %s\n' "$work/sub/two" >config
reads 'an include by its absolute path' "entry|user|$work/sub/two|2|a||k|3"
printf '[a]\nk=1\n[include]\npath = sub/nowhere\n' >config
refuses 'a missing include' "includes 'sub/nowhere', which does not exist" config 4
grep -q "^file${tab}user${tab}sub/nowhere${tab}0${tab}0" out
result $? 'is looked at again'
printf '[include]\npath = config\n' >config
refuses 'a file that includes itself' 'leads here' config 2
printf '[include]\npath = sub/three\n' >config
printf '[include]\npath = ../config\n' >sub/three
refuses 'two that include each other' 'leads here' sub/three 2
printf '[includeIf "gitdir:~/x/"]\npath = sub/two\n' >config
refuses 'includeIf' 'includeIf' config 2
printf '[include]\npath = ~root/x\n' >config
refuses 'the home of another' 'another user' config 2
printf '[include]\nfile = x\n' >config
refuses 'another key of include' 'takes .path.' config 2
printf '[include]\npath\n' >config
refuses 'an include of nothing' 'names no path' config 2
i=1
printf '[a]\nk=v\n[include]\npath = 1\n' >config
while [ $i -lt 12 ]; do
	printf '[include]\npath = %d\n' $((i + 1)) >$i
	i=$((i + 1))
done
printf '[a]\nk=v\n' >./12
refuses 'includes that go too deep' 'more than 9 deep' 9 2
printf '[a]\nk=w\n' >./9
reads 'and those that go nine deep' 'entry|user|config|2|a||k|v
entry|user|9|2|a||k|w'
printf '[include]\npath = sub/two\n' >config
i=0
while [ $i -lt 65 ]; do
	printf '[include]\npath = sub/two\n'
	i=$((i + 1))
done >config
refuses 'too many files' 'more than 64 files' config

# Files that are not to be believed.
good='[a]
k = v'
echo "$good" >config
chmod 664 config
refuses 'a file that its group can write' 'can be written by others' config 0
chmod 646 config
refuses 'a file that anybody can write' 'can be written by others' config 0
chmod 644 config
if [ "$(id -u)" -eq 0 ]; then
	chown 12345 config
	refuses 'a file of somebody else' 'belongs to uid 12345' config 0
	chown 0 config
fi
printf '[include]\npath = loose\n' >config
echo "$good" >loose
chmod 666 loose
refuses 'an include that anybody can write' 'can be written by others' loose 0
rm -f config && mkdir config
refuses 'a directory' 'a directory' config 0
rmdir config && mkfifo config
refuses 'a pipe, without waiting for its other end' 'a pipe' config 0
rm config && ln -s /dev/zero config
refuses 'a device' 'a device' config 0
rm config && ln -s dotfiles config && echo "$good" >dotfiles
reads 'a symbolic link to a good file' 'entry|user|config|2|a||k|v'
rm config
{ echo "$good"; head -c 1048576 /dev/zero | tr '\0' '#'; } >config
refuses 'more than 1 MiB' 'larger than 1 MiB' config 0
printf '[a]\nk = v\n\000[b]\nk = evil\n' >config
refuses 'a NUL' 'NUL' config 0

# Text that libgit2 or git pass in silence, or read in two ways.
printf '[a]\nk = "v\n' >config
refuses 'a quote that is not closed' 'a quote that is not closed' config 2
printf '[a]\n1k = v\n' >config
refuses 'a key that begins with a digit' 'begins with a letter' config 2
printf '[a.b]\nk = v\n' >config
refuses 'a section with a dot' 'has no dot' config 1
printf '[a\nk = v\n' >config
refuses 'a header that is not closed' 'no .\].' config 1
printf 'k = v\n' >config
refuses 'a key before any section' 'before any section' config 1
printf '[a]\nok = 1\nk = "v\\\\" ; comment\n' >config
refuses 'a value that git and libgit2 read differently' 'different ways' config 3
i=0
{ echo '[a]'; yes 'k = v' | head -n 10001; } >config
refuses 'too many entries' 'more than 10000 entries' config 10002

# One bad file does not take the other with it.
printf '[a]\nk = "v\n' >config
echo "$good" >system
"$program" --system system --user config >out 2>err
[ "$(rows)" = "entry|system|system|2|a||k|v
bad|user|config|2|a quote that is not closed
end" ]
result $? 'a bad user file leaves the system file'

# Its own failures.
"$program" --frobnicate >out 2>err
[ $? -eq 64 ] && grep -q 'unknown option' err
result $? 'an unknown option'
"$program" --user-named >out 2>err
[ $? -eq 64 ]
result $? '--user-named without a file'
echo "$good" >config
if [ -w /dev/full ]; then
	"$program" --user config >/dev/full 2>err
	[ $? -eq 1 ] && grep -q 'cannot write' err
	result $? 'rows that cannot be written'
fi

conclude
