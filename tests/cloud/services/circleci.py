# SPDX-License-Identifier: Apache-2.0
"""A stand-in for `circleci run oidc get`, which mints within a job. It asks
the workspace's identity on its socket, as those of `ona` and `gp` do."""

STAND_IN = """\
#!/bin/sh
# Stand-in for `circleci run oidc get --claims JSON`
fail() {{
	echo "Error: $1" >&2
	exit 1
}}
[ "$1 $2 $3" = 'run oidc get' ] || fail "unknown command \\"$*\\""
[ "$4" = --claims ] && [ $# -eq 5 ] || fail 'required flag(s) "claims" not set'
[ "$CIRCLECI" = true ] && [ -n "$CIRCLE_INTERNAL_TASK_DATA" ] ||
	fail 'this command only runs within a CircleCI job'
# A relative path, because a socket's may be 107 characters long.
cd '{directory}' || exit 1
reply=$(exec '{curl}' -qs --fail-with-body --noproxy '*' \\
	--unix-socket {socket} -d kind=circleci --data-urlencode "claims=$5" \\
	http://localhost/token) || {{
	printf '%s\\n' "${{reply:-Error: no answer from the task agent}}" >&2
	exit 1
}}
printf '%s\\n' "$reply"
"""
