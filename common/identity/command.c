/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/buffer.h"
#include "base/text.h"
#include "identity/identity.h"

/* [identity] source = command, command = PROGRAM ARG... {audience}: whatever
 * prints an id token. No shell takes part: an audience comes from outside,
 * and there must be nothing in it that could be understood as a command. */

#define SPACE " \t\r\n"
#define AUDIENCE "{audience}"
#define COMMAND_MAX (64 * 1024)

static const char *const keys[] = {"command", NULL};

struct words {
	struct buffer text; /* each word with its NUL */
	const char *argv[IDENTITY_WORDS_MAX + 1];
};

/* Takes one word off `at`, where there is one. Returns what is behind it, or
 * NULL where a quote is not closed. The audience is put into the word once
 * this is cut out, so that it is never cut itself. */
static const char *
word(struct buffer *text, const char *at, const char *audience)
{
	char quote = '\0';

	while (*at != '\0' && (quote != '\0' || strchr(SPACE, *at) == NULL)) {
		if (quote != '\0' && *at == quote) {
			quote = '\0';
			at++;
		} else if (quote == '\0' && (*at == '"' || *at == '\'')) {
			quote = *at++;
		} else if (text_starts(at, AUDIENCE)) {
			buffer_add_string(text, audience);
			at += strlen(AUDIENCE);
		} else {
			buffer_add(text, at++, 1);
		}
	}
	buffer_add(text, "", 1);
	return quote == '\0' ? at : NULL;
}

/* Would the audience, which anybody may choose, be taken for an option? It is
 * the value of one behind a word that begins with '-'. */
static bool
is_option(const char *at, const char *before, const char *audience)
{
	return *audience == '-' && *before != '-' &&
	       text_starts(at + strspn(at, "\"'"), AUDIENCE);
}

/* Counts on text being whole: only then does it stay where it is. */
static int
point(struct words *words, size_t count, struct error *err)
{
	const char *at = buffer_text(&words->text);

	if (count > IDENTITY_WORDS_MAX || buffer_failed(&words->text))
		return error_set(err, FAULT_CONFIG,
		    "the command has more than %d words or %d bytes",
		    IDENTITY_WORDS_MAX, COMMAND_MAX);
	if (count == 0 || *at == '\0')
		return error_set(
		    err, FAULT_CONFIG, "the command names no program");
	for (size_t i = 0; i < count; i++) {
		words->argv[i] = at;
		at = strchr(at, '\0') + 1;
	}
	words->argv[count] = NULL;
	return 0;
}

static int
split(const struct settings *settings, const char *audience,
    struct words *words, struct error *err)
{
	const char *at, *before = "";
	size_t count = 0;

	words->text = BUFFER(COMMAND_MAX);
	at = identity_required(settings, "command", "command", err);
	if (at == NULL)
		return -1;
	for (at += strspn(at, SPACE); *at != '\0'; at += strspn(at, SPACE)) {
		if (is_option(at, before, audience))
			return error_set(err, FAULT_USAGE,
			    "an audience that begins with - could be taken "
			    "for an option of the command");
		before = at;
		if ((at = word(&words->text, at, audience)) == NULL)
			return error_set(err, FAULT_CONFIG,
			    "the command has a quote that is not closed");
		count++;
	}
	return point(words, count, err);
}

static void
words_scoped(struct words *words)
{
	buffer_free(&words->text);
}

static int
command_trace(const struct settings *settings,
    const struct surroundings *around, struct identity_trace *trace,
    struct error *err)
{
	scoped(words) struct words words = {0};

	if (split(settings, "", &words, err) == -1)
		return -1;
	for (size_t i = 0; words.argv[i] != NULL; i++)
		trace->add(trace, words.argv[i]);
	identity_trace_program(trace, around, words.argv[0]);
	return 0;
}

static int
command_run(
    const struct identity_mint *mint, struct secret **token, struct error *err)
{
	scoped(words) struct words words = {0};

	if (split(mint->settings, mint->audience, &words, err) == -1)
		return -1;
	return identity_program(mint, words.argv, token, err);
}

const struct identity identity_command = {
    .name = "command",
    .keys = keys,
    .runs_program = true,
    .trace = command_trace,
    .run = command_run,
};
