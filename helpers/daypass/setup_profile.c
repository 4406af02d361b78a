/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "helpers/daypass/setup_profile.h"

static const char blanks[] = " \t\r\n";

/* One letter of a shell's word; *quote: the one that is open, else 0. -1: the
 * word is at its end, or a quote is not closed. */
static int
next_letter(const char **at, char *quote)
{
	char c;

	while ((c = **at) != '\0') {
		if (*quote == '\0' && strchr(blanks, c) != NULL)
			return -1;
		(*at)++;
		if (c == *quote)
			*quote = '\0';
		else if (*quote == '\0' && (c == '"' || c == '\''))
			*quote = c;
		else if (c == '\\' && *quote == '\0')
			return **at != '\0' ? *(*at)++ : -1;
		else if (c == '\\' && *quote == '"' &&
			 strchr("\"\\", **at) != NULL && **at != '\0')
			return *(*at)++;
		else
			return c;
	}
	return -1;
}

/* Does the header say `profile` and then just this? */
static bool
names(const char *header, const char *profile)
{
	const char *at = header + strlen("profile");
	char quote = '\0';
	int c;

	if (strncmp(header, "profile", strlen("profile")) != 0 || *at == '\0' ||
	    strchr(blanks, *at) == NULL)
		return false;
	at += strspn(at, blanks);
	while ((c = next_letter(&at, &quote)) != -1)
		if (c != *profile++)
			return false;
	return quote == '\0' && *profile == '\0' &&
	       at[strspn(at, blanks)] == '\0';
}

int
setup_profile_section(const struct setup_text *text, const char *profile,
    char name[SETUP_INI_MAX], struct error *err)
{
	struct setup_ini_line line = {.kind = INI_BLANK};
	unsigned count = 0;
	int got;

	while ((got = setup_ini_next(text, &line, err)) == 1) {
		if (line.kind != INI_HEADER || !names(line.name, profile))
			continue;
		if (++count > 1)
			return error_set(err, FAULT_CONFIG,
			    "it has the profile %s twice, as [%s] and [%s]: "
			    "tools read the last alone, or both",
			    profile, name, line.name);
		text_copy(name, SETUP_INI_MAX, line.name);
	}
	if (got == -1 || count == 1)
		return got;
	if (strcmp(profile, "default") == 0)
		text_copy(name, SETUP_INI_MAX, profile);
	else
		snprintf(name, SETUP_INI_MAX, "profile %s", profile);
	return 0;
}
