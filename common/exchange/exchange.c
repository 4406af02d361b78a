/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/clock.h"
#include "exchange/exchange.h"

const struct exchange *
exchange_named(const char *name)
{
	for (size_t i = 0; exchanges[i] != NULL; i++)
		if (strcmp(exchanges[i]->name, name) == 0)
			return exchanges[i];
	return NULL;
}

int
exchange_base(const struct settings *settings, const char *host,
    struct buffer *url, struct error *err)
{
	const char *endpoint = settings_get(settings, "endpoint");
	size_t length;

	if (endpoint == NULL) {
		buffer_printf(url, "https://%s", host);
		return 0;
	}
	if (http_allowed(endpoint, err) == -1)
		return error_in(err, "endpoint");
	/* A path is put behind it, which a query would swallow. */
	if (strchr(endpoint, '?') != NULL)
		return error_set(
		    err, FAULT_CONFIG, "endpoint: a base URL has no query");
	length = strlen(endpoint);
	while (length > 0 && endpoint[length - 1] == '/')
		length--;
	buffer_add(url, endpoint, length);
	return 0;
}

long
exchange_ttl(const struct settings *settings, long otherwise)
{
	const char *ttl = settings_get(settings, "ttl");

	return ttl == NULL ? otherwise : (long)clock_parse_duration(ttl);
}

struct secret *
exchange_bearer(const struct secret *token)
{
	static const char scheme[] = "Bearer ";
	size_t length = strlen(scheme) + secret_length(token);
	struct secret *bearer = secret_new(length);

	if (bearer == NULL)
		return NULL;
	secret_add_string(bearer, scheme);
	secret_add(bearer, secret_bytes(token), secret_length(token));
	return bearer;
}
