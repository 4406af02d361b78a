/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "helpers/daypass/remedies.h"

#define MADE_MAX 48
#define REMEDY_MAX 1024

static const char *const of_fault[FAULT_COUNT] = {
    [FAULT_USAGE] = "call it differently: daypass doctor --help",
    [FAULT_CONFIG] = "mend the configuration; it is read again by itself",
    [FAULT_IDENTITY] = "run this where the workspace has an identity, or name "
		       "its source: [identity] source = NAME",
    [FAULT_REFUSED] = "the rules of the other side, or ours, have to allow "
		      "this; asking again does not help",
    [FAULT_NETWORK] = "daypass doctor, without a target, looks at the network "
		      "host by host",
    [FAULT_SYSTEM] = "mend what this machine refused, then try again",
};

/* What sentences have in them, and what to do then; the first that fits. */
static const struct {
	const char *words;
	const char *remedy;
} known[] = {
    {"nothing binds this target",
	"bind it: a section for it with `credential = NAME`; daypass init "
	"writes one"},
    {"DAYPASS_CONFIG names", "unset DAYPASS_CONFIG"},
    {"DAYPASS_RUNTIME_DIR '",
	"export DAYPASS_RUNTIME_DIR=/a/directory/of/yours, or unset it"},
    {"behind a symbolic link",
	"remove it, or: export DAYPASS_RUNTIME_DIR=/a/directory/of/yours"},
    {"the runtime directory '",
	"export DAYPASS_RUNTIME_DIR=/a/directory/of/yours"},
    {"cannot bind 'agent.sock'",
	"remove the agent.sock that stands in the runtime directory"},
    {"agent: a message ",
	"no daypass-agent listens at the runtime directory's agent.sock: end "
	"who does, and remove it"},
    {"no regular file", "put a file there; [include] takes a path too"},
    {"is a link that leads nowhere", "mend the link, or remove it"},
    {"holds a NUL byte", "write it as plain text, in UTF-8"},
    {"is larger than 1 MiB", "a configuration is never that large: write it "
			     "anew"},
    {"neither to uid", "chown it to the user who asks, or to root"},
    {"has a line break, or more than",
	"unset that variable, or make it one line that is short enough"},
    {"was started with the configuration", "daypass end"},
    {"is not installed",
	"install all of daypass: programs of its own directory are missing"},
    {"libcurl cannot be loaded", "install libcurl (in Debian: libcurl4)"},
    {"daypass login", "daypass login"},
    {"identity file: ", "have its writer renew it, or name another: [identity] "
			"file = PATH"},
    {"identity env: ", "export it anew where this runs, or name another: "
		       "[identity] variable = NAME"},
    {"machine's clock right",
	"date -u shows what this machine takes for the time; set it, with "
	"NTP"},
    {"certificate of ",
	"daypass doctor, without a target, names the certificates that are "
	"trusted; [http] ca-file = FILE adds one"},
    {"policy: ",
	"a [rule] that allows it; daypass doctor --as NAME TOOL TARGET names "
	"the one that decides"},
};

const char *
remedy_of_fault(enum fault fault)
{
	return of_fault[fault];
}

/* What is to be said, kept for as long as the process lives. */
static const char *
keep(const char *begin, const char *text, size_t length, const char *end)
{
	static char made[MADE_MAX][REMEDY_MAX];
	static size_t used;
	int wrote;

	if (used == MADE_MAX)
		return NULL;
	wrote = snprintf(
	    made[used], REMEDY_MAX, "%s%.*s%s", begin, (int)length, text, end);
	return wrote < 0 || wrote >= REMEDY_MAX ? NULL : made[used++];
}

/* "... not used (chmod 700 '/run/x')": what stands in the parenthesis, if that
 * is something to do. */
static const char *
last_words(const char *cause)
{
	static const char *const verbs[] = {
	    "chmod ", "daypass ", "export ", "set ", "unset ", NULL};
	const char *open = strrchr(cause, '(');

	if (open == NULL || !text_ends(cause, ")"))
		return NULL;
	open++;
	for (size_t i = 0; verbs[i] != NULL; i++)
		if (text_starts(open, verbs[i]))
			return keep("", open, strlen(open) - 1, "");
	return NULL;
}

/* "PATH: can be written by others (mode 666): chmod go-w" */
static const char *
writable_file(const char *cause)
{
	const char *end = strstr(cause, ": can be written by others");
	const char *path = strchr(cause, '/');

	if (end == NULL || path == NULL || path > end)
		return NULL;
	return keep("chmod go-w ", path, (size_t)(end - path), "");
}

/* "PATH: Permission denied", or with the path in quotes somewhere before. */
static const char *
unreadable_file(const char *cause)
{
	static const char end[] = ": Permission denied";
	const char *quoted = strstr(cause, "'/");

	if (!text_ends(cause, end))
		return NULL;
	if (quoted != NULL)
		return keep(
		    "chmod u+r ", quoted, strcspn(quoted + 1, "'") + 2, "");
	return cause[0] != '/'
		   ? NULL
		   : keep("chmod u+r ", cause, strlen(cause) - strlen(end), "");
}

/* "[git] in /home/x/config line 8: ...", or without the section before it. */
static const char *
line_of_file(const char *cause)
{
	const char *line = strstr(cause, " line "), *path = strchr(cause, '/');
	const char *in = strstr(cause, " in /");
	size_t digits;

	if (in != NULL && line != NULL && in < line)
		path = in + strlen(" in ");
	else if (path != cause)
		return NULL;
	if (line == NULL || path > line)
		return NULL;
	digits = strspn(line + strlen(" line "), "0123456789");
	return digits == 0
		   ? NULL
		   : keep("mend ", path,
			 (size_t)(line - path) + strlen(" line ") + digits,
			 "; it is read again by itself");
}

/* Does it quote whoever was asked? What strangers write is no advice of ours.
 */
static bool
is_quoted(const char *cause)
{
	return text_starts(cause, stage_name(STAGE_EXCHANGE)) ||
	       (text_starts(cause, stage_name(STAGE_IDENTITY)) &&
		   !text_starts(cause, "identity file: "));
}

static const char *
own_words(const char *cause)
{
	const char *found;

	if ((found = last_words(cause)) != NULL ||
	    (found = writable_file(cause)) != NULL ||
	    (found = unreadable_file(cause)) != NULL)
		return found;
	return line_of_file(cause);
}

const char *
remedy_of_cause(const char *cause)
{
	const char *found;

	if (cause == NULL)
		return NULL;
	if (!is_quoted(cause) && (found = own_words(cause)) != NULL)
		return found;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strstr(cause, known[i].words) != NULL)
			return known[i].remedy;
	return NULL;
}
