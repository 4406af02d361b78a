/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "helpers/daypass/doctor_binding.h"
#include "helpers/daypass/remedies.h"
#include "helpers/daypass/shadow.h"

#define LINES 48 /* more than the agent tells of */

static char lines[LINES][CHECKS_TEXT];
static size_t used;

static void
append(char *line, const char *text)
{
	size_t length = strlen(line);

	text_printable(line + length, CHECKS_TEXT - length, text, strlen(text));
}

/* What was asked with a sample stands for all that the pattern is for. */
static void
append_audience(char *line, const char *audience)
{
	const char *sample;

	while ((sample = strstr(audience, SHADOW_SAMPLE)) != NULL) {
		size_t length = strlen(line);

		text_printable(line + length, CHECKS_TEXT - length, audience,
		    (size_t)(sample - audience));
		append(line, "*");
		audience = sample + strlen(SHADOW_SAMPLE);
	}
	append(line, audience);
}

/* Policies may well keep us from what is bound. */
static bool
is_denied(const struct message *road)
{
	const char *stage = message_get(road, "stage");

	return stage != NULL && stage_named(stage) == STAGE_POLICY;
}

/* No sample can tell what a target that the pattern is for would come to, if
 * it is what the credential misses in it, and not the section that is wrong. */
static bool
hangs_on_target(const char *target, const char *why)
{
	return strchr(target, '*') != NULL && why != NULL && why[0] == '[' &&
	       strstr(why, "] in /") == NULL && strstr(why, " line ") == NULL;
}

/* git https://github.com/acme: aud=..., octo-sts */
static void
write_steps(char *line, const struct message *road)
{
	const char *audience = message_get(road, "audience"), *exchange;
	unsigned at = 0;

	append(line, ": ");
	if (audience != NULL && audience[0] != '\0') {
		append(line, "aud=");
		append_audience(line, audience);
		append(line, " -> ");
	}
	for (bool first = true;
	     (exchange = message_next(road, "exchange", &at)) != NULL;
	     first = false) {
		append(line, first ? "" : " -> ");
		append(line, exchange);
	}
}

void
doctor_binding(struct checks *checks, const char *tool, const char *target,
    const struct message *road)
{
	char *line;
	const char *fault = road == NULL ? NULL : message_get(road, "fault");
	bool good = road != NULL && message_get(road, "fault") == NULL &&
		    message_get(road, "step") != NULL;
	const char *why = road == NULL ? NULL : message_get(road, "text");

	if (used == LINES)
		return;
	line = lines[used++];
	append(line, tool);
	append(line, " ");
	append(line, target[0] == '\0' ? "(any)" : target);
	if (good) {
		write_steps(line, road);
	} else if (hangs_on_target(target, why)) {
		append(line, ": hangs on the target: daypass doctor ");
		append(line, tool);
		append(line, " TARGET");
		checks_say(checks, "binding", true, line, NULL);
		return;
	} else {
		append(line, ": ");
		append(line, why == NULL ? "no road" : why);
	}
	if (good || fault == NULL || is_denied(road))
		checks_say(checks, "binding", good, line,
		    good ? NULL : remedy_of_cause(line));
	else
		checks_add(checks, "binding", fault_named(fault), line);
}

const char *
doctor_claims(const struct message *got)
{
	static const char *const claims[][2] = {
	    {"subject", "sub="}, {"issuer", "iss="}, {"audience", "aud="}};
	static char line[CHECKS_TEXT];

	line[0] = '\0';
	for (size_t i = 0; i < 3; i++) {
		const char *value = message_get(got, claims[i][0]);

		if (value == NULL || value[0] == '\0')
			continue;
		append(line, line[0] == '\0' ? "" : " ");
		append(line, claims[i][1]);
		append(line, value);
	}
	return line[0] == '\0' ? NULL : line;
}
