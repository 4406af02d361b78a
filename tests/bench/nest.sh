#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# nest.sh DEPTH COMMAND...: runs it as the child of so many shells.
depth=$1
shift
if [ "$depth" -gt 1 ]; then
	sh "$0" $((depth - 1)) "$@"
else
	"$@"
fi
exit $?	# or the shell might become the command
