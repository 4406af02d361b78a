#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# by-hand.sh SOCKET STS ROLE [OPTION...]: what a mint asks for, by curl: an id
# token from the workspace's socket, and AWS credentials for it.
socket=$1 sts=$2 role=$3
shift 3
token=$(curl -qs --fail --noproxy '*' --unix-socket "$socket" \
	-d audience=sts.amazonaws.com http://localhost/token) &&
	exec curl -qs --fail --noproxy '*' "$@" \
		-d Action=AssumeRoleWithWebIdentity -d Version=2011-06-15 \
		-d "RoleArn=$role" -d RoleSessionName=bench \
		-d "WebIdentityToken=$token" "$sts/"
