/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/dirs.h"
#include "base/text.h"
#include "helpers/daypass/plan.h"

static void
add_name(struct plan *plan, char ***list, size_t *count, const char *name)
{
	char **more = realloc(*list, (*count + 1) * sizeof(**list));

	if (more == NULL || (more[*count] = strdup(name)) == NULL) {
		plan->failed = true;
		if (more != NULL)
			*list = more;
		return;
	}
	*list = more;
	(*count)++;
}

static void
free_names(char **list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(list[i]);
	free(list);
}

void
plan_free(struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		free(plan->covers[i].path);
		free(plan->covers[i].text);
	}
	free(plan->covers);
	free_names(plan->show, plan->shown);
	free_names(plan->unset, plan->unset_count);
	free_names(plan->keep, plan->kept);
	free(plan->runtime);
	free(plan->runtime_base);
	*plan = (struct plan){.failed = false};
}

const char *
plan_home(char *full, size_t size, const char *path)
{
	const char *home = secure_getenv("HOME");
	int length;

	if (home == NULL || home[0] != '/')
		return NULL;
	length = snprintf(full, size, "%s/%s", home, path);
	return length < 0 || (size_t)length >= size ? NULL : full;
}

static bool
is_shown(const struct plan *plan, const char *real)
{
	for (size_t i = 0; i < plan->shown; i++)
		if (strcmp(plan->show[i], real) == 0)
			return true;
	return false;
}

static bool
is_covered(const struct plan *plan, enum cover how, const char *real)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->covers[i].how == how &&
		    strcmp(plan->covers[i].path, real) == 0)
			return true;
	return false;
}

static void
add(struct plan *plan, enum cover how, const char *path, const char *text)
{
	char real[PATH_MAX];
	struct covered *more;
	struct covered one = {.how = how};

	if (realpath(path, real) == NULL || strcmp(real, "/") == 0 ||
	    is_shown(plan, real) || is_covered(plan, how, real))
		return;
	more = realloc(plan->covers, (plan->count + 1) * sizeof(*more));
	if (more == NULL) {
		plan->failed = true;
		return;
	}
	plan->covers = more;
	one.path = strdup(real);
	one.text = text == NULL ? NULL : strdup(text);
	if (one.path == NULL || (text != NULL && one.text == NULL))
		plan->failed = true;
	more[plan->count++] = one;
}

bool
plan_may_change(const struct plan *plan, const char *path)
{
	struct stat st;

	return access(path, W_OK) == 0 ||
	       (stat(path, &st) == 0 && st.st_uid == plan->uid);
}

void
plan_hide(struct plan *plan, const char *path)
{
	add(plan, COVER_HIDE, path, NULL);
}

/* Could whoever is inside put something else in the place of a link on the
 * way? A mount holds what a path leads to, and not the links that it takes. */
static bool
has_loose_link(
    const struct plan *plan, const char *path, char *link, size_t size)
{
	char directory[PATH_MAX];
	struct stat st;

	for (const char *slash = strchr(path + 1, '/');;
	     slash = strchr(slash + 1, '/')) {
		size_t length =
		    slash == NULL ? strlen(path) : (size_t)(slash - path);
		char *last;

		if (length >= size || length >= sizeof(directory))
			return false;
		snprintf(link, size, "%.*s", (int)length, path);
		text_copy(directory, sizeof(directory), link);
		if ((last = strrchr(directory, '/')) != NULL)
			last[last == directory] = '\0';
		if (lstat(link, &st) == 0 && S_ISLNK(st.st_mode) &&
		    plan_may_change(plan, directory))
			return true;
		if (slash == NULL)
			return false;
	}
}

void
plan_read_only(struct plan *plan, const char *path)
{
	char link[PATH_MAX], real[PATH_MAX];

	if (realpath(path, real) == NULL || is_shown(plan, real))
		return;
	/* What only others can write is so already. */
	if (has_loose_link(plan, path, link, sizeof(link)) &&
	    plan->open.fault == FAULT_NONE)
		error_set(&plan->open, FAULT_CONFIG,
		    "'%s' is a link that could be made to lead elsewhere, and "
		    "what '%s' holds is run or read outside: use the path that "
		    "it leads to, or show = %s in [isolation]",
		    link, path, real);
	if (plan_may_change(plan, real))
		add(plan, COVER_READ_ONLY, path, NULL);
}

void
plan_hold(struct plan *plan, const char *path)
{
	add(plan, COVER_READ_ONLY, path, NULL);
}

void
plan_replace(struct plan *plan, const char *path, const char *text)
{
	add(plan, COVER_TEXT, path, text);
}

void
plan_unset(struct plan *plan, const char *name)
{
	add_name(plan, &plan->unset, &plan->unset_count, name);
}

/* What is not there yet could be made inside, and be found outside. */
static void
make_directories(const char *path)
{
	char part[PATH_MAX];

	if (text_copy(part, sizeof(part), path) == -1)
		return;
	for (char *slash = strchr(part + 1, '/'); slash != NULL;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(part, 0755);
		*slash = '/';
	}
	mkdir(part, 0755);
}

/* A file of the configuration: nobody may write it, or put one in the place
 * where one is looked for. */
static void
plan_configuration(struct plan *plan, const char *path)
{
	char directory[PATH_MAX];
	char *slash;

	plan_read_only(plan, path);
	if (text_copy(directory, sizeof(directory), path) == -1 ||
	    (slash = strrchr(directory, '/')) == NULL || slash == directory)
		return;
	*slash = '\0';
	if (text_ends(directory, "/daypass")) {
		make_directories(directory);
		plan_read_only(plan, directory);
	}
}

/* A program by its name, wherever a PATH leads to it: ours, or the agent's,
 * whose directories come as those that are read-only. */
static void
hide_in(
    struct plan *plan, const char *directory, size_t length, const char *name)
{
	char path[PATH_MAX];

	if (length > 0 && snprintf(path, sizeof(path), "%.*s/%s", (int)length,
			      directory, name) < (int)sizeof(path))
		plan_hide(plan, path);
}

static void
hide_program(struct plan *plan, const struct message *answer, const char *name)
{
	const char *path = secure_getenv("PATH");
	const char *directory;
	unsigned at = 0;

	while ((directory = message_next(answer, "read-only", &at)) != NULL)
		hide_in(plan, directory, strlen(directory), name);
	for (size_t length; path != NULL && *path != '\0'; path += length) {
		path += *path == ':';
		length = strcspn(path, ":");
		hide_in(plan, path, length, name);
	}
}

/* Other copies of a program that is hidden. */
static void
hide_copies(
    struct plan *plan, const struct message *answer, const char *program)
{
	const char *name = strrchr(program, '/');
	struct stat st;

	if (name != NULL && stat(program, &st) == 0 && S_ISREG(st.st_mode) &&
	    (st.st_mode & 0111) != 0)
		hide_program(plan, answer, name + 1);
}

static void
take_paths(struct plan *plan, const struct message *answer)
{
	for (unsigned i = 0; i < answer->count; i++) {
		const char *key = answer->attributes[i].key;
		const char *value = answer->attributes[i].value;

		if (strcmp(key, "hide") == 0) {
			hide_copies(plan, answer, value);
			plan_hide(plan, value);
		} else if (strcmp(key, "program") == 0) {
			hide_program(plan, answer, value);
		} else if (strcmp(key, "read-only") == 0) {
			if (access(value, F_OK) == -1)
				make_directories(value);
			plan_read_only(plan, value);
		} else if (strcmp(key, "configuration") == 0) {
			plan_configuration(plan, value);
		} else if (strcmp(key, "unset") == 0) {
			plan_unset(plan, value);
		} else if (strcmp(key, "open") == 0) {
			error_set(&plan->open, FAULT_CONFIG, "%s", value);
		}
	}
}

static void
take_exceptions(struct plan *plan, const struct message *answer)
{
	char real[PATH_MAX];
	const char *value;
	unsigned at = 0;

	while ((value = message_next(answer, "show", &at)) != NULL)
		if (realpath(value, real) != NULL)
			add_name(plan, &plan->show, &plan->shown, real);
	at = 0;
	while ((value = message_next(answer, "keep", &at)) != NULL)
		add_name(plan, &plan->keep, &plan->kept, value);
}

/* The directory that a program of ours lies in: who replaces the agent there
 * would be started as the next one. */
static void
protect_program(struct plan *plan, const char *name)
{
	char path[DIRS_PATH_MAX], *slash;

	if (dirs_program(name, path, sizeof(path), NULL) == -1 ||
	    (slash = strrchr(path, '/')) == NULL)
		return;
	*slash = '\0';
	plan_read_only(plan, path);
}

/* $XDG_RUNTIME_DIR has the sockets of all sorts of daemons, and those that
 * come later too: nothing of it is left but our own directory. */
static int
find_runtime(struct plan *plan, struct error *err)
{
	char path[DIRS_PATH_MAX], real[PATH_MAX], run[64];
	const char *xdg = secure_getenv("XDG_RUNTIME_DIR");

	if (dirs_runtime(path, sizeof(path), err) == -1)
		return -1;
	if (realpath(path, real) == NULL)
		return error_errno(err, "the runtime directory '%s'", path);
	plan->runtime = strdup(real);
	snprintf(run, sizeof(run), "/run/user/%lu", (unsigned long)geteuid());
	if (xdg != NULL && xdg[0] == '/' && realpath(xdg, real) != NULL &&
	    strcmp(real, "/") != 0 && strcmp(real, plan->runtime) != 0)
		plan->runtime_base = strdup(real);
	if (plan->runtime_base == NULL || strcmp(plan->runtime_base, run) != 0)
		plan_hide(plan, run);
	return plan->runtime == NULL ? error_set(err, FAULT_SYSTEM, "no memory")
				     : 0;
}

/* What of our own variables the agent is to be told: inside they are not. */
static void
name_variables(struct plan *plan)
{
	for (size_t i = 0; i < plan->unset_count; i++) {
		const char *name = plan->unset[i];

		if (plan->named.count < MESSAGE_ATTRIBUTES / 2 &&
		    strpbrk(name, "*=") == NULL)
			plan->named.attributes[plan->named.count++] =
			    (struct attribute){"variable", name};
	}
}

int
plan_make(struct plan *plan, const struct message *answer, struct error *err)
{
	*plan = (struct plan){.uid = geteuid(), .gid = getegid()};
	take_exceptions(plan, answer);
	if (find_runtime(plan, err) == -1)
		return -1;
	take_paths(plan, answer);
	name_variables(plan);
	protect_program(plan, "daypass-agent");
	protect_program(plan, "daypass");
	plan_known(plan);
	plan_sockets(plan);
	plan_mounts(plan);
	return plan->failed ? error_set(err, FAULT_SYSTEM, "no memory") : 0;
}

static bool
matches(const char *variable, const char *name)
{
	size_t length = strlen(name);

	if (length > 0 && name[length - 1] == '*')
		return strncmp(variable, name, length - 1) == 0;
	return strncmp(variable, name, length) == 0 && variable[length] == '=';
}

static bool
is_among(const char *variable, char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (matches(variable, names[i]))
			return true;
	return false;
}

char **
plan_environment(const struct plan *plan, const char *name)
{
	static char session[sizeof("DAYPASS_SESSION=") + 256];
	size_t count = 0, kept = 0;
	char **list;

	while (environ[count] != NULL)
		count++;
	if ((list = calloc(count + 2, sizeof(*list))) == NULL)
		return NULL;
	snprintf(session, sizeof(session), "DAYPASS_SESSION=%s", name);
	list[kept++] = session;
	for (size_t i = 0; i < count; i++)
		if (!text_starts(environ[i], "DAYPASS_SESSION=") &&
		    (is_among(environ[i], plan->keep, plan->kept) ||
			!is_among(environ[i], plan->unset, plan->unset_count)))
			list[kept++] = environ[i];
	return list;
}
