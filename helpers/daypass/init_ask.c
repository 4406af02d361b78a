/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "helpers/daypass/init.h"

#define ANSWER_MAX 1024
#define ANSWERS 5

/* One line; what is too long for one is cut, and then fits nothing. */
static int
answer(const char *question, char line[ANSWER_MAX], struct error *err)
{
	int c;

	printf("%s: ", question);
	fflush(stdout);
	if (fgets(line, ANSWER_MAX, stdin) == NULL)
		return error_set(err, FAULT_USAGE, "no answer");
	if (strchr(line, '\n') == NULL)
		while ((c = getchar()) != '\n' && c != EOF)
			;
	line[strcspn(line, "\r\n")] = '\0';
	return 0;
}

/* What is empty is not wanted, and always good. */
static int
ask(const struct init_form *form, char line[ANSWER_MAX], struct wishes *wishes,
    struct error *err)
{
	char shown[ERROR_TEXT_MAX];

	for (;;) {
		if (answer(form->question, line, err) == -1)
			return -1;
		*init_wish(form, wishes) = line;
		if (init_check_form(form, wishes, err) == 0)
			return 0;
		printf("  %s\n  Once more, or leave it empty.\n",
		    text_printable(
			shown, sizeof(shown), err->text, strlen(err->text)));
	}
}

static bool
is_yes(const char *line)
{
	return line[0] == '\0' || line[0] == 'y' || line[0] == 'Y';
}

static bool
has_any(struct wishes *wishes)
{
	for (const struct init_form *form = init_forms; form->option != NULL;
	     form++)
		if (init_is_set(*init_wish(form, wishes)))
			return true;
	return false;
}

int
init_ask(struct wishes *wishes, bool tools, struct error *err)
{
	static char lines[ANSWERS][ANSWER_MAX];
	char line[ANSWER_MAX];

	puts("What may this workspace reach? Leave empty what it may not.");
	for (unsigned i = 0; init_forms[i].option != NULL; i++) {
		const char **wish = init_wish(&init_forms[i], wishes);

		if (wish == &wishes->service_account &&
		    !init_is_set(wishes->provider))
			continue;
		if (ask(&init_forms[i], lines[i], wishes, err) == -1)
			return -1;
	}
	if (!tools || !has_any(wishes))
		return 0;
	if (answer("Set up git, docker, aws and gcloud to ask daypass [Y/n]",
		line, err) == -1)
		return -1;
	wishes->setup = is_yes(line);
	return 0;
}
