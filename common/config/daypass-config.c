/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/compat.h"
#include "base/landlock.h"
#include "base/options.h"
#include "base/scoped.h"
#include "base/text.h"
#include "config/outline.h"
#include "config/row.h"
#include "config/values.h"

/*
 * Checks and reads the configuration files and prints rows (config/rows.h).
 * A program of its own, for libgit2 has no business in a process that holds
 * credentials. A bad file is a row like others; only what hinders the reading
 * itself ends it with 1.
 */
static const char *system_path;
static const char *user_path;
static bool user_named;

static const struct option_row options[] = {
    {"system", "PATH", "the system's configuration", &system_path, NULL},
    {"user", "PATH", "the user's configuration", &user_path, NULL},
    {"user-named", NULL, "the user's file must exist", NULL, &user_named},
    {NULL, NULL, NULL, NULL, NULL},
};

static const struct command command = {
    .name = "daypass-config",
    .synopsis = "--system PATH [--user PATH [--user-named]]",
    .summary = "Reads the configuration for daypass-agent.",
    .options = options,
};

static void
print_file(const char *origin, const struct outline_file *file)
{
	row_start(stdout, "file");
	row_field(stdout, origin);
	row_field(stdout, file->path);
	row_number(stdout, (int64_t)file->st.st_dev);
	row_number(stdout, (int64_t)file->st.st_ino);
	row_number(stdout, (int64_t)file->st.st_size);
	row_number(stdout, (int64_t)file->st.st_ctim.tv_sec);
	row_number(stdout, (int64_t)file->st.st_ctim.tv_nsec);
	row_end(stdout);
}

static void
print_bad(const char *origin, const char *path, unsigned line, const char *text)
{
	char printable[ERROR_TEXT_MAX];

	row_start(stdout, "bad");
	row_field(stdout, origin);
	row_field(stdout, path);
	row_number(stdout, line);
	row_field(stdout,
	    text_printable(printable, sizeof(printable), text, strlen(text)));
	row_end(stdout);
}

/* git reads a key alone as true. */
static const char *
value_of(const struct outline_entry *entry)
{
	if (entry->key == NULL)
		return "";
	return entry->value != NULL ? entry->value : "true";
}

static void
print_entry(const char *origin, const struct outline_entry *entry)
{
	char quoted[4200] = "";

	row_start(stdout, "entry");
	row_field(stdout, origin);
	row_field(stdout, entry->path);
	row_number(stdout, entry->line);
	row_field(stdout, entry->section);
	if (entry->subsection != NULL)
		snprintf(quoted, sizeof(quoted), "\"%s", entry->subsection);
	row_field(stdout, quoted);
	row_field(stdout, entry->key != NULL ? entry->key : "");
	row_field(stdout, value_of(entry));
	row_end(stdout);
}

static void
print_outline(const char *origin, const struct outline *outline)
{
	for (size_t i = 0; i < outline->file_count; i++)
		print_file(origin, outline->files[i]);
	if (outline->bad) {
		print_bad(origin, outline->bad_path, outline->bad_line,
		    outline->why.text);
		return;
	}
	for (size_t i = 0; i < outline->entry_count; i++)
		if (strcmp(outline->entries[i].section, "include") != 0)
			print_entry(origin, &outline->entries[i]);
}

/* A file that somebody asked for by name must be there. */
static void
require(struct outline *outline, const char *path)
{
	char shown[512];
	struct error why = {.fault = FAULT_NONE};

	if (outline->bad || outline->files[0]->st.st_ino != 0)
		return;
	error_set(&why, FAULT_CONFIG,
	    "DAYPASS_CONFIG names '%s', which does not exist",
	    text_printable(shown, sizeof(shown), path, strlen(path)));
	outline_refuse(outline, outline->files[0]->path, 0, &why);
}

static int
read_one(
    struct outline *outline, const char *path, bool named, struct error *err)
{
	if (path == NULL || path[0] == '\0')
		return 0;
	if (outline_read(outline, path, err) == -1)
		return -1;
	if (named)
		require(outline, path);
	return 0;
}

/* All that is left to open is known: libgit2 gets at nothing else. That it
 * finds no bundle of certificates, which Debian's takes to pieces whenever it
 * starts, saves more than half of our time. */
static void
confine(const struct outline *outlines, size_t count)
{
	scoped(fd) int ruleset = compat_is_sanitized ? -1 : landlock_new();

	if (ruleset == -1)
		return;
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < outlines[i].file_count; j++)
			landlock_allow(ruleset, outlines[i].files[j]->path);
	landlock_enforce(ruleset);
}

static int
check_and_print(struct outline *outline, const char *origin, struct error *err)
{
	if (outline->file_count == 0)
		return 0;
	if (values_check(outline, err) == -1)
		return -1;
	print_outline(origin, outline);
	return 0;
}

static int
check_all(struct outline outlines[2], struct error *err)
{
	if (read_one(&outlines[0], system_path, false, err) == -1 ||
	    read_one(&outlines[1], user_path, user_named, err) == -1)
		return -1;
	confine(outlines, 2);
	if (check_and_print(&outlines[0], "system", err) == -1 ||
	    check_and_print(&outlines[1], "user", err) == -1)
		return -1;
	row_start(stdout, "end");
	row_end(stdout);
	if (fflush(stdout) != 0 || ferror(stdout))
		return error_errno(err, "cannot write the rows");
	return 0;
}

static int
run(struct error *err)
{
	static struct outline outlines[2];
	int result = check_all(outlines, err);

	outline_free(&outlines[0]);
	outline_free(&outlines[1]);
	return result;
}

int
main(int argc, char **argv)
{
	struct error err = {.fault = FAULT_NONE};
	int failed;

	switch (options_read(&command, &argc, argv, false, &err)) {
	case OPTIONS_DONE:
		return 0;
	case OPTIONS_WRONG:
		fprintf(stderr, "daypass-config: %s\n", err.text);
		return fault_exit(FAULT_USAGE);
	case OPTIONS_RUN:
		break;
	}
	if (argc > 1 || (user_named && user_path == NULL)) {
		fprintf(
		    stderr, "usage: %s %s\n", command.name, command.synopsis);
		return fault_exit(FAULT_USAGE);
	}
	failed = run(&err);
	fclose(stdout); /* the agent goes on while we tidy up */
	values_end();
	if (failed == -1)
		fprintf(stderr, "daypass-config: %s\n", err.text);
	return failed == -1 ? 1 : 0;
}
