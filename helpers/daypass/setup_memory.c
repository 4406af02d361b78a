/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/file.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/dirs.h"
#include "base/text.h"
#include "config/row.h"
#include "helpers/daypass/setup_memory.h"
#include "helpers/daypass/setup_tools.h"

int
setup_memory_path(bool system, char *path, size_t size, struct error *err)
{
	const char *state = setup_variable("XDG_STATE_HOME");
	int length;

	if (system)
		return setup_path(path, size, SYSTEM_CONFIG ".setup", err);
	if (state == NULL || state[0] != '/')
		return setup_home(
		    path, size, ".local/state/daypass/setup", err);
	length = snprintf(path, size, "%s/daypass/setup", state);
	if (length < 0 || (size_t)length >= size)
		return error_set(
		    err, FAULT_CONFIG, "XDG_STATE_HOME is too long");
	return setup_draft_ground(path, err);
}

/* HOME, and how long it is without a slash at its end. 0: there is none. */
static size_t
find_home(const char **home)
{
	size_t length;

	*home = setup_variable("HOME");
	if (*home == NULL || **home != '/')
		return 0;
	for (length = strlen(*home); length > 0 && (*home)[length - 1] == '/';)
		length--;
	return length;
}

/* What lies below HOME is remembered as "~/...", for a home may be moved. */
static void
write_path(FILE *out, const char *path)
{
	char text[PATH_MAX];
	const char *home;
	size_t length = find_home(&home);
	int written = -1;

	if (length > 0 && strncmp(path, home, length) == 0 &&
	    path[length] == '/')
		written = snprintf(text, sizeof(text), "~%s", path + length);
	row_field(
	    out, written > 0 && (size_t)written < sizeof(text) ? text : path);
}

/* -1: it is no path. */
static int
read_path(char path[PATH_MAX], const char *field)
{
	const char *home;
	size_t length = find_home(&home);
	int written;

	if (strncmp(field, "~/", 2) != 0)
		written = snprintf(path, PATH_MAX, "%s", field);
	else if (length > 0)
		written = snprintf(
		    path, PATH_MAX, "%.*s%s", (int)length, home, field + 1);
	else
		return -1;
	return path[0] == '/' && written < PATH_MAX ? 0 : -1;
}

static int
broken(const char *path, struct error *err)
{
	return error_set(err, FAULT_CONFIG,
	    "'%s', where daypass setup remembers its changes, is broken or of "
	    "another version of daypass: move it away, and take out by hand "
	    "what it should have undone",
	    path);
}

/* Is this field of it the path of another file? */
static const char **
other_path(struct setup_edit *edit)
{
	if (edit->kind == EDIT_DIRECTORY)
		return &edit->what;
	return edit->kind == EDIT_LINES && edit->inside[0] != '\0'
		   ? &edit->inside
		   : NULL;
}

/* Two rows an edit: where, and what. */
static int
read_edit(const struct row *where, const struct row *what,
    struct setup_plan *plan, const char *path, struct error *err)
{
	char file[PATH_MAX], more[PATH_MAX];
	struct setup_edit edit;
	const char **other;
	int kind;
	int64_t at, head;

	if (where->count != 7 || what->count != 4 ||
	    strcmp(where->fields[0], "edit") != 0 ||
	    strcmp(what->fields[0], "text") != 0)
		return broken(path, err);
	kind = setup_edit_kind(where->fields[1]);
	at = text_number(where->fields[5], SETUP_TEXT_MAX);
	head = text_number(where->fields[6], SETUP_TEXT_MAX);
	if (kind == -1 || at == -1 || head == -1 ||
	    (size_t)head > strlen(what->fields[3]) ||
	    read_path(file, where->fields[3]) == -1)
		return broken(path, err);
	edit = (struct setup_edit){.kind = (enum setup_edit_kind)kind,
	    .tool = where->fields[2],
	    .file = file,
	    .what = where->fields[4],
	    .at = (size_t)at,
	    .head = (size_t)head,
	    .inside = what->fields[1],
	    .old = what->fields[2],
	    .new = what->fields[3]};
	if ((other = other_path(&edit)) != NULL) {
		if (read_path(more, *other) == -1)
			return broken(path, err);
		*other = more;
	}
	return setup_plan_add(plan, &edit, err);
}

static int
read_rows(
    char *at, struct setup_plan *plan, const char *path, struct error *err)
{
	struct row where, what;
	int got;

	while ((got = row_next(&at, &where, err)) == 1) {
		if (where.count == 1 && strcmp(where.fields[0], "end") == 0)
			return 0;
		if (row_next(&at, &what, err) != 1)
			break;
		if (read_edit(&where, &what, plan, path, err) == -1)
			return -1;
	}
	return broken(path, err);
}

int
setup_memory_read(const char *path, struct setup_plan *plan, struct error *err)
{
	scoped(setup_draft) struct setup_draft *draft = NULL;

	if (setup_draft_open(path, &draft, err) == -1)
		return -1;
	if (!draft->existed)
		return 0;
	return read_rows(
	    (char *)setup_text_bytes(&draft->now), plan, path, err);
}

static bool
is_to_write(const struct setup_edit *edit, bool all)
{
	return all || !edit->gone;
}

static void
write_edit(FILE *out, const struct setup_edit *edit)
{
	row_start(out, "edit");
	row_field(out, setup_edit_word(edit->kind));
	row_field(out, edit->tool);
	write_path(out, edit->file);
	if (edit->kind == EDIT_DIRECTORY)
		write_path(out, edit->what);
	else
		row_field(out, edit->what);
	row_number(out, (int64_t)edit->at);
	row_number(out, (int64_t)edit->head);
	row_end(out);
	row_start(out, "text");
	if (edit->kind == EDIT_LINES)
		write_path(out, edit->inside);
	else
		row_field(out, edit->inside);
	row_field(out, edit->old);
	row_field(out, edit->new);
	row_end(out);
}

static int
write_rows(const struct setup_plan *plan, bool all, char **bytes, size_t *size,
    struct error *err)
{
	FILE *out = open_memstream(bytes, size);
	int failed;

	if (out == NULL)
		return error_errno(err, "no memory");
	for (size_t i = 0; i < plan->edit_count; i++)
		if (is_to_write(plan->edits[i], all))
			write_edit(out, plan->edits[i]);
	row_start(out, "end");
	row_end(out);
	failed = ferror(out);
	if (fclose(out) != 0 || failed)
		return error_set(err, FAULT_SYSTEM, "no memory");
	return 0;
}

/* The directory is ours alone, and goes with the last thing in it. */
static void
tidy(const char *path)
{
	char directory[PATH_MAX];
	const char *slash = strrchr(path, '/');

	if (slash == NULL || (size_t)(slash - path) >= sizeof(directory))
		return;
	memcpy(directory, path, (size_t)(slash - path));
	directory[slash - path] = '\0';
	rmdir(directory);
}

int
setup_memory_write(const char *path, const struct setup_plan *plan, bool all,
    struct error *err)
{
	scoped(setup_draft) struct setup_draft *draft = NULL;
	scoped(string) char *bytes = NULL;
	size_t size = 0, count = 0;

	for (size_t i = 0; i < plan->edit_count; i++)
		count += is_to_write(plan->edits[i], all);
	if (setup_draft_open(path, &draft, err) == -1)
		return -1;
	if (count == 0) {
		draft->remove = true;
	} else if (write_rows(plan, all, &bytes, &size, err) == -1 ||
		   setup_text_splice(&draft->now, 0, draft->now.length, bytes,
		       size, err) == -1 ||
		   setup_draft_directories(
		       path, plan->system, NULL, NULL, err) == -1) {
		return -1;
	}
	if (setup_draft_stage(draft, err) == -1 ||
	    setup_draft_place(draft, err) == -1)
		return -1;
	return 0;
}

static int
open_directory(const char *path, bool public, struct error *err)
{
	char directory[PATH_MAX];
	const char *slash = strrchr(path, '/');
	size_t length = (size_t)(slash - path);
	int fd;

	if (length >= sizeof(directory))
		return error_set(err, FAULT_CONFIG, "the path is too long");
	if (setup_draft_directories(path, public, NULL, NULL, err) == -1)
		return -1;
	memcpy(directory, path, length);
	directory[length] = '\0';
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd != -1 ? fd : error_errno(err, "'%s'", directory);
}

/* The one before may have removed what we waited for. */
static bool
is_removed(int fd)
{
	struct stat st;

	return fstat(fd, &st) == -1 || st.st_nlink == 0;
}

int
setup_memory_lock(const char *path, bool public, struct error *err)
{
	int fd;

	while ((fd = open_directory(path, public, err)) != -1) {
		if (flock(fd, LOCK_EX) == -1) {
			close(fd);
			return error_errno(err, "'%s' cannot be locked", path);
		}
		if (!is_removed(fd)) {
			setup_draft_clean(path);
			return fd;
		}
		close(fd);
	}
	return -1;
}

void
setup_memory_unlock(const char *path, bool public, int fd)
{
	if (!public)
		tidy(path);
	if (fd != -1)
		close(fd);
}
