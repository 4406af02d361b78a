/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "tap.h"
#include "trade.h"

#define ROOM 4096

static const char *whom;

static const char *
variable(const struct exchange_target *target, const char *name)
{
	(void)target;
	return getenv(name);
}

static int
resolve(const struct exchange *exchange, struct settings *settings,
    const char *host, struct error *err)
{
	const struct exchange_target target = {
	    .host = host, .audience = whom, .variable = variable};

	return exchange->resolve(settings, &target, err);
}

void
trade_asks_for(const char *audience)
{
	whom = audience;
}

void
trade_resolves(const char *name, struct settings *settings, const char *host,
    const char *key, const char *expected)
{
	scoped(settings) struct settings *ours = settings;
	struct error err = {0};
	int result = resolve(exchange_named(name), ours, host, &err);

	tap_is(result == 0 ? settings_get(ours, key) : err.text, expected,
	    "%s: its %s for %s", name, key, host == NULL ? "nobody" : host);
}

void
trade_endpoint(const char *name, struct settings *settings, const char *host,
    const char *expected)
{
	scoped(settings) struct settings *ours = settings;
	scoped(buffer) struct buffer url = BUFFER(ROOM);
	const struct exchange *exchange = exchange_named(name);
	struct error err = {0};

	if (resolve(exchange, ours, host, &err) == 0)
		exchange->endpoint(ours, &url, &err);
	tap_is(err.fault == FAULT_NONE ? buffer_text(&url) : err.text, expected,
	    "%s: its endpoint", name);
}

void
trade_refuses(const char *name, struct settings *settings, const char *host,
    const char *words)
{
	scoped(settings) struct settings *ours = settings;
	struct error err = {0};
	int result = resolve(exchange_named(name), ours, host, &err);

	tap_ok(result == -1 && err.fault == FAULT_CONFIG &&
		   strstr(err.text, words) != NULL,
	    "%s refuses: %s (%s)", name, words, err.text);
}

void
trade_audience(
    const char *name, struct settings *settings, const char *expected)
{
	scoped(settings) struct settings *ours = settings;
	scoped(buffer) struct buffer audience = BUFFER(ROOM);
	int result = exchange_named(name)->audience(ours, &audience, NULL);

	tap_is(result == 0 ? buffer_text(&audience) : NULL, expected,
	    "%s: its audience", name);
}
