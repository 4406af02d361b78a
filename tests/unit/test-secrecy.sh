#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Secret bytes leave struct secret in these files and nowhere else. Whoever
# adds one has looked at what becomes of the bytes there.
# No file here has a space in its name.
# shellcheck disable=SC2046,SC2044,SC2086,SC1091,SC2154
. "$(dirname "$0")/tree.sh"

# What they do with them:
readers="
	common/agent/asker.c
	common/agent/child.c
	common/agent/answer.c
	common/agent/audit_digest.c
	common/agent/audit_feed.c
	common/agent/keeper.c
	common/agent/mint.c
	common/agent/road_key.c
	common/agent/session_origin.c
	common/audit/carrier_http.c
	common/audit/carrier_nats.c
	common/audit/courier.c
	common/base/echo.c
	common/base/http.c
	common/base/http_form.c
	common/base/http_lines.c
	common/base/jwt.c
	common/base/secret.c
	common/base/sigv4.c
	common/base/xml.c
	common/exchange/aws-codecommit.c
	common/exchange/aws-login.c
	common/exchange/aws-refusal.c
	common/exchange/aws-reply.c
	common/exchange/block.c
	common/exchange/credential.c
	common/exchange/exchange.c
	common/exchange/refusal.c
	common/exchange/reply.c
	common/identity/identity.c
	common/identity/keep.c
	common/identity/login-browser.c
	common/identity/login-issuer.c
	common/identity/login-reply.c
	common/identity/login-token.c
	common/identity/program.c
	common/identity/surroundings.c
	common/identity/tokenrequest.c
	helpers/callout/bus.c
	helpers/callout/compact.c
	helpers/callout/decision.c
	helpers/callout/fetcher.c
	helpers/callout/idtoken.c
	helpers/callout/jwks.c
	helpers/callout/keyfile.c
	helpers/callout/keys.c
	helpers/callout/natsjwt.c
	helpers/callout/nkey.c
	helpers/callout/rules_load.c
	helpers/callout/seal.c
	helpers/daypass/curl_run.c
	helpers/daypass/shadow_git.c"

# Whoever writes into one in place.
writers="
	common/agent/asker.c
	common/agent/audit_feed.c
	common/agent/audit_token.c
	common/agent/child.c
	common/agent/keeper.c
	common/agent/login.c
	common/agent/mint.c
	common/agent/reach.c
	common/agent/session_origin.c
	common/base/base64.c
	common/base/program.c
	common/base/secret.c
	common/identity/keep.c
	common/identity/login-browser.c
	common/identity/tokenfile.c
	helpers/callout/keyfile.c
	helpers/callout/seal.c"

# An error's words, and an access key's id: secrets by where they come from.
harmless="common/exchange/aws-refusal.c common/exchange/aws-reply.c"

source_files=$(find common helpers -name '*.c' | sort)

# Of a list, what is there no more.
stale() {
	for file in $2; do
		calls "$1" "$file" | grep -q . || echo "$file"
	done
}

rules() {
	calls secret_bytes $source_files | but $readers |
		clean 'secret_bytes() is called where it may be'
	stale secret_bytes "$readers" |
		clean 'and the list names nobody else'
	calls secret_tail $source_files | but $writers |
		clean 'secret_tail() is called where it may be'
	stale secret_tail "$writers" |
		clean 'and its list names nobody else'
	calls '[a-z_]*printf|error_[a-z]+|syslog|puts|reply_unexpected|mistake' \
		$source_files | grep -E 'secret_(bytes|tail)' |
		clean 'no format takes a secret'
	calls 'buffer_[a-z]+|settings_[a-z]+|strn?dup|setenv|text_[a-z]+' \
		$source_files | grep -E 'secret_(bytes|tail)' |
		but $harmless |
		clean 'nor does memory that is not locked'
	calls 'strcmp|memcmp|strncmp|bcmp' $source_files |
		grep -E 'secret_(bytes|tail)' |
		clean 'secrets are compared by secret_equal()'
	grep -nE 'char \*(token|password|secret|jwt|bearer)[;, =)]' \
		$source_files | grep -v 'const char' |
		clean 'no token is a plain string'
	calls memset $source_files |
		grep -E 'memset ?\([^)]*(secret|password|token)' |
		clean 'what is wiped is wiped with explicit_bzero'
}

judge
