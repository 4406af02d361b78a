/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "agent/policy.h"
#include "base/scoped.h"
#include "rows.h"
#include "tap.h"
#include "verdicts.h"

/* The request of a row, taken apart. */
struct request {
	char text[1024];
	const char *actors[8];
	const char *credentials[8];
	struct asking asking;
	struct settings *claims;
};

static void
split(char *text, const char *between, const char **parts)
{
	char *part;

	while ((part = strsep(&text, between)) != NULL)
		*parts++ = part;
	*parts = NULL;
}

static void
read_claim(struct request *request, char *word)
{
	char *equals = strchr(word, '=');

	*equals = '\0';
	settings_add(request->claims, word, equals + 1);
}

static void
read_request(struct request *request, const char *text)
{
	const char *words[16] = {NULL};

	snprintf(request->text, sizeof(request->text), "%s", text);
	request->claims = settings_new();
	split(request->text, " ", words);
	request->asking = (struct asking){.tool = words[1],
	    .target = words[2],
	    .credentials = request->credentials,
	    .claims = request->claims};
	if (strncmp(words[2], "id-token:", 9) == 0)
		request->asking.id_token = words[2];
	for (size_t i = words[3] == NULL ? 3 : 4; words[i] != NULL; i++)
		if (strcmp(words[i], "?") == 0)
			request->asking.claims = NULL;
		else if (strchr(words[i], '=') != NULL)
			read_claim(request, (char *)words[i]);
		else
			request->asking.minute = rule_minute(words[i]);
	split((char *)words[0], ">", request->actors);
	if (words[3] != NULL)
		split((char *)words[3], ",", request->credentials);
}

static void
describe(const struct verdict *verdict, char *text, size_t size)
{
	size_t used = (size_t)snprintf(text, size, "%s",
	    verdict->wants_claims && verdict->decision != DECISION_DENY
		? "unsure"
		: decision_name(verdict->decision));

	if (verdict->policy != NULL || verdict->why != NULL)
		used += (size_t)snprintf(text + used, size - used, " %s/%s",
		    verdict->policy == NULL ? "" : verdict->policy,
		    verdict->rule == NULL ? "" : verdict->rule);
	if (verdict->why != NULL)
		used += (size_t)snprintf(
		    text + used, size - used, ": %s", verdict->why);
	if (verdict->decision == DECISION_DENY)
		return;
	if (verdict->max_ttl > 0)
		used += (size_t)snprintf(text + used, size - used, " ttl=%ld",
		    (long)verdict->max_ttl);
	for (size_t i = 0; i < settings_count(verdict->limits); i++)
		used += (size_t)snprintf(text + used, size - used, " %s=%s",
		    settings_at(verdict->limits, i)->key,
		    settings_at(verdict->limits, i)->value);
}

const char *
verdicts_of(const struct config *config, const char *request)
{
	static char text[2048];
	struct verdict verdict = {.decision = DECISION_ALLOW};
	struct request read = {.claims = NULL};

	read_request(&read, request);
	policy_judge(config, read.actors, &read.asking, &verdict, NULL);
	describe(&verdict, text, sizeof(text));
	verdict_clear(&verdict);
	settings_free(read.claims);
	return text;
}

static void
judge(const struct row *row)
{
	scoped(config) struct config *config =
	    rows_config(row->system, row->user);
	const char *mistake = strstr(row->expected, "mistake");
	char text[2048], *found;

	snprintf(text, sizeof(text), "%s", verdicts_of(config, row->request));
	if (mistake != NULL && (found = strstr(text, "mistake")) != NULL)
		found[strlen("mistake")] = '\0';
	tap_is(text, row->expected, "%s", row->request);
}

void
verdicts_check(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		judge(&rows[i]);
}
