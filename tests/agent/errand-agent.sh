#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# errand-agent.sh REPOSITORY IMAGE STS READER: works as a coding agent does, in
# the directory it is started in: looks, changes, pushes, deploys, and tells
# what came of each step. No step is worth a second try.
repository=$1 image=$2 sts=$3 reader=$4

step() { # NAME COMMAND...
	name=$1
	shift
	if "$@" >said 2>&1; then
		echo "$name: done"
	else
		printf '%s: failed: %s\n' "$name" "$(tr '\n' ' ' <said)"
	fi
}

step clone git clone -q "$repository" work
cp work/README before
echo 'Better.' >>work/README
step commit git -C work commit -q -a -m 'Say more'
step fetch git -C work fetch -q
[ -z "$image" ] || step image skopeo inspect "docker://$image"
step account aws --endpoint-url "$sts" sts get-caller-identity
[ -z "$reader" ] || step object node "$reader"
step push git -C work push -q origin main
step deploy aws --profile prod --endpoint-url "$sts" sts get-caller-identity
step other git ls-remote "${repository%/*}/other"
step raw daypass token --audience anything
step approve daypass approve abcdefgh
