/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "helpers/daypass/setup_draft.h"
#include "tap.h"

/*
 * Somebody writes the file in the very moment in which setup puts its own in
 * place, behind all that can be looked at before; and file systems that do not
 * know what renameat2(2) can do. The linker's --wrap puts us in between.
 */
int
__real_renameat2(
    int from, const char *old, int to, const char *new, unsigned flags);
int
__wrap_renameat2(
    int from, const char *old, int to, const char *new, unsigned flags);

static const char *intruder; /* what is written in between, once */
static bool old_system;
static bool git_begins; /* it takes its lock in between */
static char directory[] = "/tmp/daypass-place-XXXXXX";
static char file[64], other[64], beside[80], lock[80];

static void
write_file(const char *path, const char *text)
{
	FILE *out = fopen(path, "we");

	if (out == NULL || fputs(text, out) < 0 || fclose(out) != 0)
		exit(99);
}

/* What a file holds; "-" where there is none. */
static const char *
read_file(const char *path)
{
	static char text[256];
	FILE *in = fopen(path, "re");

	if (in == NULL)
		return "-";
	text[fread(text, 1, sizeof(text) - 1, in)] = '\0';
	fclose(in);
	return text;
}

int
__wrap_renameat2(
    int from, const char *old, int to, const char *new, unsigned flags)
{
	if (intruder != NULL) {
		write_file(other, intruder);
		intruder = NULL;
		if (rename(other, new) == -1)
			exit(99);
	}
	if (git_begins) {
		write_file(lock, "");
		git_begins = false;
	}
	if (old_system) {
		errno = EINVAL;
		return -1;
	}
	return __real_renameat2(from, old, to, new, flags);
}

static struct setup_draft *
open_draft(const char *put)
{
	struct setup_draft *draft = NULL;
	struct error err;

	if (setup_draft_open(file, &draft, &err) == -1 ||
	    setup_text_splice(&draft->now, draft->now.length, 0, put,
		strlen(put), &err) == -1 ||
	    setup_draft_stage(draft, &err) == -1)
		exit(99);
	return draft;
}

static void
test_in_between(void)
{
	struct setup_draft *draft;
	struct error err;

	write_file(file, "old\n");
	draft = open_draft("ours\n");
	intruder = "theirs\n";
	tap_number(setup_draft_place(draft, &err), -1, "written in between");
	tap_is(read_file(file), "theirs\n", "theirs is kept");
	tap_ok(strstr(err.text, "changed by somebody else") != NULL,
	    "and it is said: %s", err.text);
	setup_draft_free(draft);
	tap_is(read_file(beside), "-", "nothing lies beside");

	unlink(file);
	draft = open_draft("ours\n");
	intruder = "theirs\n";
	tap_number(setup_draft_place(draft, &err), -1, "made in between");
	tap_is(read_file(file), "theirs\n", "theirs is kept");
	setup_draft_free(draft);
	tap_is(read_file(beside), "-", "nothing lies beside");
}

/* git has read the old one, and would write that again: it is left to it. */
static void
test_git(const char *name, const char *old)
{
	struct setup_draft *draft;
	struct error err;

	unlink(file);
	if (old != NULL)
		write_file(file, old);
	draft = open_draft("ours\n");
	git_begins = true;
	tap_number(setup_draft_place(draft, &err), -1,
	    "%s: git began in between", name);
	tap_ok(strstr(err.text, "another program is writing") != NULL,
	    "%s: it is said: %s", name, err.text);
	tap_is(read_file(file), old != NULL ? old : "-", "%s: as it was", name);
	setup_draft_free(draft);
	tap_is(read_file(beside), "-", "%s: nothing lies beside", name);
	unlink(lock);
}

/* Another file could not be placed: this one goes back. */
static void
test_back(const char *name)
{
	struct setup_draft *draft;
	struct stat before, after;
	struct error err;

	write_file(file, "old\n");
	if (stat(file, &before) == -1)
		exit(99);
	draft = open_draft("ours\n");
	tap_number(setup_draft_place(draft, &err), 0, "%s: placed", name);
	tap_is(read_file(file), "old\nours\n", "%s: the new text", name);
	tap_number(setup_draft_restore(draft, &err), 0, "%s: back", name);
	tap_is(read_file(file), "old\n", "%s: the old text", name);
	tap_ok(old_system ||
		   (stat(file, &after) == 0 && before.st_ino == after.st_ino),
	    "%s: the same file", name);
	setup_draft_free(draft);
	tap_is(read_file(beside), "-", "%s: nothing lies beside", name);
}

static void
test_back_over(const char *name, bool between)
{
	struct setup_draft *draft;
	struct error err;

	write_file(file, "old\n");
	draft = open_draft("ours\n");
	setup_draft_place(draft, &err);
	if (between)
		intruder = "theirs\n";
	else
		write_file(file, "theirs\n");
	tap_number(setup_draft_restore(draft, &err), -1,
	    "%s: written since it was placed", name);
	intruder = NULL;
	tap_is(read_file(file), "theirs\n", "%s: theirs is kept", name);
	setup_draft_free(draft);
}

static void
test_new(const char *name)
{
	struct setup_draft *draft;
	struct error err;

	unlink(file);
	draft = open_draft("ours\n");
	tap_number(setup_draft_place(draft, &err), 0, "%s: a new file", name);
	tap_is(read_file(file), "ours\n", "%s: its text", name);
	tap_is(read_file(beside), "-", "%s: nothing lies beside", name);
	tap_number(setup_draft_restore(draft, &err), 0, "%s: back", name);
	tap_is(read_file(file), "-", "%s: gone", name);
	setup_draft_free(draft);
}

static void
test_remove(void)
{
	struct setup_draft *draft = NULL;
	struct error err;

	write_file(file, "");
	if (setup_draft_open(file, &draft, &err) == -1)
		exit(99);
	draft->remove = true;
	tap_number(setup_draft_place(draft, &err), 0, "removed");
	tap_is(read_file(file), "-", "it is gone");
	tap_number(setup_draft_restore(draft, &err), 0, "back");
	tap_is(read_file(file), "", "it is there again");
	setup_draft_free(draft);
	tap_is(read_file(beside), "-", "nothing lies beside");
}

int
main(void)
{
	if (mkdtemp(directory) == NULL)
		return 99;
	snprintf(file, sizeof(file), "%s/file", directory);
	snprintf(other, sizeof(other), "%s/other", directory);
	snprintf(lock, sizeof(lock), "%s.lock", file);
	snprintf(beside, sizeof(beside), "%s.daypass-new", file);
	test_in_between();
	test_git("exchanged", "old\n");
	test_git("no replace", NULL);
	test_back("exchanged");
	test_back_over("exchanged", false);
	test_back_over("exchanged, in between", true);
	test_new("no replace");
	test_remove();
	old_system = true;
	test_git("old system", "old\n");
	test_back("old system");
	test_back_over("old system", false);
	test_new("old system");
	unlink(file);
	rmdir(directory);
	return tap_done();
}
