/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "config/config.h"
#include "rows.h"
#include "tap.h"

#define DEV                                                    \
	"[credential \"dev\"]\n exchange = aws-web-identity\n" \
	" role = arn:aws:iam::123456789012:role/dev\n"

/* A user's file with one mistake in its one bad section. */
static void
mistaken(const char *text, const char *expected)
{
	scoped(config) struct config *config = rows_config(NULL, text);

	tap_is(config != NULL ? config_mistake(config, 0) : NULL, expected,
	    "the mistake is named");
}

static void
chains(void)
{
	mistaken("[credential \"a\"]\n from = b\n exchange = aws-assume-role\n"
		 " role = arn:aws:iam::1:role/x\n"
		 "[credential \"b\"]\n from = a\n exchange = aws-assume-role\n"
		 " role = arn:aws:iam::1:role/x\n",
	    "[credential \"a\"] in /home/x/config line 2: `from` leads back "
	    "to itself: a from b from a");
	mistaken("[credential \"a\"]\n exchange = aws-assume-role\n"
		 " role = arn:aws:iam::1:role/x\n",
	    "[credential \"a\"] in /home/x/config line 2: exchange "
	    "`aws-assume-role` takes aws, not an id token: `from` must name a "
	    "credential of that kind");
	mistaken(DEV "[credential \"a\"]\n from = dev\n"
		     " exchange = gcp-service-account\n"
		     " service-account = x@y.iam.gserviceaccount.com\n",
	    "[credential \"a\"] in /home/x/config line 5: exchange "
	    "`gcp-service-account` takes bearer, and credential `dev` is aws");
	mistaken("[credential \"a\"]\n from = deb\n"
		 " exchange = aws-assume-role\n"
		 " role = arn:aws:iam::1:role/x\n" DEV,
	    "[credential \"a\"] in /home/x/config line 2: `from`: there is no "
	    "credential `deb`; did you mean `dev`?");
}

static void
chain_keys(void)
{
	mistaken(DEV "[credential \"a\"]\n exchange = aws-assume-role\n"
		     " role = arn:aws:iam::1:role/x\n token-audience = x\n"
		     " from = dev\n",
	    "[credential \"a\"] in /home/x/config line 7: `token-audience` is "
	    "about the id token, and this one is made from credential `dev`: "
	    "it belongs to the first of the chain");
	mistaken(DEV "[identity \"i\"]\n source = auto\n[credential \"a\"]\n"
		     " exchange = aws-assume-role\n from = dev\n"
		     " role = arn:aws:iam::1:role/x\n identity = i\n",
	    "[credential \"a\"] in /home/x/config line 10: `identity` is "
	    "about the id token, and this one is made from credential `dev`: "
	    "it belongs to the first of the chain");
	mistaken("[identity \"i\"]\n source = auto\n[credential \"a\"]\n"
		 " exchange = token-exchange\n from = id-token\n"
		 " endpoint = https://a.io/t\n identity = i\n"
		 " token-audience = x\n",
	    NULL);
	mistaken("[credential \"a\"]\n exchange = token-exchange\n",
	    "[credential \"a\"] in /home/x/config line 2: needs `endpoint`");
}

/* What a section without a key is called says enough. */
static void
without_keys(void)
{
	scoped(config) struct config *config =
	    rows_config("[policy \"self\"]\n[identity \"i\"]\n",
		"[identity \"i\"]\n source = auto\n[rule \"r\"]\n"
		"[docker]\n ; fallback = x\n[gcloud]\n[http]\n[audit]\n");

	tap_is(config_names(config, "policy")[0], "self", "an empty policy");
	tap_is(config_mistake(config, 0),
	    "[identity \"i\"] in /home/x/config line 2: defined by the "
	    "system's file /etc/daypass/config: cannot be redefined",
	    "an identity that the user's file cannot replace");
	tap_is(config_mistake(config, 1),
	    "[rule \"r\"] in /home/x/config line 3: needs `verdict`",
	    "an empty rule");
	tap_is(config_mistake(config, 2), NULL, "[http] and its like");
	mistaken("[git \"https://h\"]\n",
	    "[git \"https://h\"] in /home/x/config line 1: needs "
	    "`credential`");
	mistaken("[dokcer]\n",
	    "[dokcer] in /home/x/config line 1: unknown section; did you mean "
	    "[docker]?");
}

static void
long_chain(void)
{
	char text[4096] = DEV;
	size_t length = strlen(text);
	const struct settings *settings = NULL;
	scoped(config) struct config *config = NULL;

	for (int i = 1; i <= 17; i++)
		length += (size_t)snprintf(text + length, sizeof(text) - length,
		    "[credential \"c%d\"]\n from = %s%.0d\n"
		    " exchange = aws-assume-role\n"
		    " role = arn:aws:iam::1:role/x\n",
		    i, i == 1 ? "dev" : "c", i - 1);
	config = rows_config(NULL, text);
	tap_number(config_section(config, "credential", "c15", &settings, NULL),
	    0, "a chain of 16 steps");
	tap_ok(config_mistake(config, 0) != NULL &&
		   strstr(config_mistake(config, 0), "more than 16 steps"),
	    "a chain of 17 steps is refused");
}

int
main(void)
{
	chains();
	chain_keys();
	long_chain();
	without_keys();
	return tap_done();
}
