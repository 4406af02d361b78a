/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "helpers/daypass/shadow.h"

#define SAID_MAX 96

static struct said {
	char name[32];
	char cause[CHECKS_TEXT];
	char remedy[CHECKS_TEXT];
} said[SAID_MAX];
static size_t count;

static const struct shadow *const tools[] = {
    &shadow_git, &shadow_docker, &shadow_aws, &shadow_gcloud};

static const char *
or_null(const char *text)
{
	return text[0] == '\0' ? NULL : text;
}

/* False: it was said before, or there is no room. What it quotes are parts of
 * files that anybody may have written. */
static bool
say(struct checks *checks, const char *name, bool good, const char *remedy,
    const char *fmt, va_list arguments)
{
	struct said *one = &said[count];
	char text[CHECKS_TEXT];

	if (count == SAID_MAX)
		return false;
	vsnprintf(text, sizeof(text), fmt, arguments);
	text_printable(one->cause, sizeof(one->cause), text, strlen(text));
	for (size_t i = 0; i < count; i++)
		if (strcmp(said[i].cause, one->cause) == 0 &&
		    strcmp(said[i].name, name) == 0)
			return false;
	text_copy(one->name, sizeof(one->name), name);
	if (remedy == NULL)
		remedy = "";
	text_printable(
	    one->remedy, sizeof(one->remedy), remedy, strlen(remedy));
	count++;
	checks_say(checks, one->name, good, one->cause, or_null(one->remedy));
	return true;
}

void
shadow_add(struct shadows *shadows, const char *name, const char *remedy,
    const char *fmt, ...)
{
	va_list arguments;
	bool new;

	va_start(arguments, fmt);
	new = say(shadows->checks, name, false, remedy, fmt, arguments);
	va_end(arguments);
	if (new && shadows->counts && shadows->checks->fault == FAULT_NONE)
		shadows->checks->fault = FAULT_CONFIG;
}

void
shadow_note(struct shadows *shadows, const char *name, const char *remedy,
    const char *fmt, ...)
{
	va_list arguments;

	va_start(arguments, fmt);
	say(shadows->checks, name, false, remedy, fmt, arguments);
	va_end(arguments);
}

void
shadow_good(struct shadows *shadows, const char *name, const char *fmt, ...)
{
	va_list arguments;

	va_start(arguments, fmt);
	say(shadows->checks, name, true, NULL, fmt, arguments);
	va_end(arguments);
}

static void
look(const char *tool, struct shadows *shadows)
{
	for (size_t i = 0; i < sizeof(tools) / sizeof(tools[0]); i++)
		if (strcmp(tools[i]->tool, tool) == 0)
			tools[i]->look(shadows);
}

void
shadow_look(struct checks *checks, const char *tool, const char *target,
    const char *binding, bool counts)
{
	struct shadows shadows = {.checks = checks,
	    .target = target,
	    .shown = target,
	    .binding = binding,
	    .counts = counts};

	look(tool, &shadows);
}

void
shadow_look_at_all(struct checks *checks, const char *tool, const char *pattern,
    const char *sample)
{
	struct shadows shadows = {.checks = checks,
	    .target = sample,
	    .shown = pattern,
	    .globs = true,
	    .binding = pattern};

	look(tool, &shadows);
}

int
shadow_sample(const char *pattern, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	if (pattern[0] == '\0')
		return text_copy(text, size, SHADOW_SAMPLE);
	for (const char *at = pattern; *at != '\0'; at++) {
		bool glob = *at == '*';
		int wrote;

		if (glob && at[1] == '*')
			continue;
		wrote = snprintf(text + used, size - used, "%.*s",
		    glob ? (int)strlen(SHADOW_SAMPLE) : 1,
		    glob ? SHADOW_SAMPLE : at);
		if (wrote < 0 || (size_t)wrote >= size - used)
			return -1;
		used += (size_t)wrote;
	}
	return 0;
}
