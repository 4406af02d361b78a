/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/base64.h"
#include "base/clock.h"
#include "base/json.h"
#include "exchange/exchange.h"

const struct exchange *
exchange_named(const char *name)
{
	for (size_t i = 0; exchanges[i] != NULL; i++)
		if (strcmp(exchanges[i]->name, name) == 0)
			return exchanges[i];
	return NULL;
}

unsigned
exchange_yields(
    const struct exchange *exchange, const struct settings *settings)
{
	return exchange->yields_of == NULL ? exchange->yields
					   : exchange->yields_of(settings);
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

struct secret *
exchange_basic(const char *name, const struct secret *password)
{
	static const char scheme[] = "Basic ";
	size_t length = strlen(name) + 1 + secret_length(password);
	scoped(secret) struct secret *pair = secret_new(length);
	scoped(secret) struct secret *basic =
	    secret_new(strlen(scheme) + (length + 2) / 3 * 4);

	if (pair == NULL || basic == NULL)
		return NULL;
	secret_add_string(pair, name);
	secret_add(pair, ":", 1);
	secret_add(pair, secret_bytes(password), secret_length(password));
	secret_add_string(basic, scheme);
	if (base64_encode(basic, secret_bytes(pair), length) == -1)
		return NULL;
	return take(&basic);
}

int
exchange_quote(struct secret *body, const struct secret *token)
{
	return json_quote_secret(
	    body, secret_bytes(token), secret_length(token));
}

int
exchange_origin(const char *url, struct buffer *origin)
{
	const char *host = strstr(url, "://");

	if (host == NULL)
		return -1;
	host += strlen("://");
	buffer_add(origin, url, (size_t)(host - url) + strcspn(host, "/?#"));
	return 0;
}
