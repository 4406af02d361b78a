/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "roads.h"
#include "tap.h"

#define READ                                                        \
	CREDENTIAL("read", "octo-sts", "identity-name = read")      \
	BINDING("git", "https://github.com", "read")
#define WRITE                                                       \
	CREDENTIAL("write", "token-exchange",                       \
	    "endpoint = https://sts.acme.io/t")
#define FOR_WRITE(more) \
	READ WRITE BINDING("git", "https://write@github.com", "write" more)
#define REPOSITORY "https://github.com/acme/x"
#define BY_WRITE "github-actions https://sts.acme.io > token-exchange as "

/* Which credential a user name in a binding's URL leads to. */
static const struct row {
	const char *config;
	const char *request;
	const char *expected;
} table[] = {
    {FOR_WRITE(""), "tool=git target=" REPOSITORY " username=write",
	BY_WRITE "write"},
    {FOR_WRITE("\nusername = x"),
	"tool=git target=" REPOSITORY " username=write", BY_WRITE "x"},
    {FOR_WRITE(""), "tool=token target=https://write@github.com/acme/x",
	BY_WRITE "write"},
    {FOR_WRITE(""), "tool=git target=" REPOSITORY,
	"github-actions octo-sts.dev > octo-sts as x-access-token"},
    {FOR_WRITE(""), "tool=git target=" REPOSITORY " username=x-access-token",
	"github-actions octo-sts.dev > octo-sts as x-access-token"},
    {FOR_WRITE(""), "tool=git target=" REPOSITORY " username=other", "none"},
};

int
main(void)
{
	roads_begin();
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		char request[1024];
		struct road *road;

		snprintf(
		    request, sizeof(request), "%s%s", JOB, table[i].request);
		tap_is(roads_find(NULL, table[i].config, request, &road),
		    table[i].expected, "%s", table[i].request);
		road_release(road);
	}
	return tap_done();
}
