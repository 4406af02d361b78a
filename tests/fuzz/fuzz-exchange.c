/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/echo.h"
#include "exchange/exchange.h"
#include "stranger.h"

#define YEAR_9999 INT64_C(253402300799)

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/* Settings that do for any exchange. */
static struct settings *
all_settings(const char *exchange)
{
	static const struct setting all[] = {
	    {"role", "arn:aws:iam::123456789012:role/dev"},
	    {"region", "eu-west-1"},
	    {"audience", "//iam.googleapis.com/projects/1/locations/global/"
			 "workloadIdentityPools/p/providers/w"},
	    {"service-account", "ci@acme.iam.gserviceaccount.com"},
	    {"identity-name", "daypass"},
	    {"boundary",
		"{\"accessBoundary\":{\"accessBoundaryRules\":[{"
		"\"availableResource\":\"//storage.googleapis.com/projects/"
		"_/buckets/demo\",\"availablePermissions\":[\"inRole:roles/"
		"storage.objectViewer\"]}]}}"},
	    {"tenant", "acme.onmicrosoft.com"},
	    {"client-id", "6f1e2d3c-4b5a-4978-8695-a4b3c2d1e0f9"},
	    {"registry", "acme.azurecr.io"},
	    {"robot", "acme+web"},
	    {"provider-name", "workspaces"},
	    {"organization", "acme"},
	    {"connection-id", "0b5b3c1e-6c3f-4e0a-9f8e-1d2c3b4a5f60"},
	    {"path", "database/creds/web"},
	    {"yields", "basic"},
	};
	struct settings *settings = settings_new();

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		settings_set(settings, all[i].key, all[i].value);
	settings_set(settings, "scope",
	    strcmp(exchange, "octo-sts") == 0 ? "acme/app"
					      : "https://a.io/scope");
	if (strcmp(exchange, "token-exchange") == 0 ||
	    strcmp(exchange, "vault") == 0 || strcmp(exchange, "jfrog") == 0)
		settings_set(settings, "endpoint", "https://sts.acme.io/t");
	return settings;
}

static struct credential *
input_for(const struct exchange *exchange)
{
	unsigned kind = exchange->takes & KIND_AWS	  ? KIND_AWS
			: exchange->takes & KIND_ID_TOKEN ? KIND_ID_TOKEN
							  : KIND_BEARER;
	struct credential *input = credential_new(kind);

	input->name = strdup("AKIDEXAMPLE");
	input->secret = secret_copy("e30.eyJzdWIiOiJtZSJ9.c2ln", 25);
	input->session = secret_copy("session", 7);
	return input;
}

/* Of what was sent, nothing that opens anything stands in a reason. */
static void
check_reason(const struct error *err, const struct credential *input)
{
	char text[ERROR_TEXT_MAX];

	stranger_check(err);
	snprintf(text, sizeof(text), "%s", err->text);
	echo_conceal(text, input->secret);
	if (strcmp(text, err->text) != 0)
		abort();
}

/* It yields what it says it does, and what gets to the agent whole. */
static void
check_output(const struct exchange *exchange, const struct settings *settings,
    const struct credential *output)
{
	scoped(secret) struct secret *block = secret_new(CREDENTIAL_MAX);
	scoped(credential) struct credential *read = NULL;

	if (output == NULL ||
	    output->kind != exchange_yields(exchange, settings) ||
	    output->secret == NULL || secret_length(output->secret) == 0 ||
	    output->expires < 0 || output->expires > YEAR_9999 ||
	    credential_write(output, block) == -1)
		abort();
	read = credential_read(secret_bytes(block), secret_length(block));
	if (read == NULL)
		abort();
}

/* That, or nothing and a reason. */
static void
run(const struct exchange *exchange)
{
	scoped(settings) struct settings *settings =
	    all_settings(exchange->name);
	scoped(credential) struct credential *input = input_for(exchange);
	scoped(credential) struct credential *output = NULL;
	struct http http = {.deadline = clock_ms() + 10000};
	const struct exchange_mint mint = {
	    .settings = settings, .input = input, .http = &http};
	struct error err = {.fault = FAULT_NONE};

	if (exchange_run(exchange, &mint, &output, &err) == -1) {
		check_reason(&err, input);
		if (output != NULL)
			abort();
		return;
	}
	check_output(exchange, settings, output);
}

/* Taken back, or not and a reason. */
static void
take_back(const struct exchange *exchange)
{
	scoped(settings) struct settings *settings =
	    all_settings(exchange->name);
	scoped(credential) struct credential *input =
	    credential_new(exchange->yields);
	struct http http = {.deadline = clock_ms() + 10000};
	const struct exchange_mint mint = {
	    .settings = settings, .input = input, .http = &http};
	struct error err = {.fault = FAULT_NONE};

	input->secret = secret_copy("ghs_secret", 10);
	if (exchange->revoke(&mint, &err) == -1)
		stranger_check(&err);
}

/* First the exchange, the status and the media type, a line each; then the
 * body of the reply. */
int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	char name[32], status[8], type[96];
	const struct exchange *exchange;
	int number;

	if (!stranger_line(&bytes, &length, name, sizeof(name)) ||
	    !stranger_line(&bytes, &length, status, sizeof(status)) ||
	    !stranger_line(&bytes, &length, type, sizeof(type)) ||
	    (exchange = exchange_named(name)) == NULL)
		return 0;
	number = atoi(status);
	if (number < 100 || number > 599)
		return 0;
	stranger_says(number, type, bytes, length);
	run(exchange);
	if (exchange->revoke != NULL)
		take_back(exchange);
	return 0;
}
