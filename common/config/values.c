/* SPDX-License-Identifier: Apache-2.0 */
#include <git2.h>

#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/scoped.h"
#include "config/values.h"

#define NAME_MAX_BYTES 8192

SCOPED(git_config, git_config *, git_config_free);
SCOPED(git_config_iterator, git_config_iterator *, git_config_iterator_free);

static bool started;

void
values_end(void)
{
	if (started)
		git_libgit2_shutdown();
	started = false;
}

/* The first from here on that libgit2 knows, too: one with a key. */
static size_t
with_key(const struct outline *outline, size_t i)
{
	while (i < outline->entry_count && outline->entries[i].key == NULL)
		i++;
	return i;
}

/* What libgit2 could not read is a mistake in the file. */
static int
refuse(struct outline *outline)
{
	const git_error *last = git_error_last();
	struct error why = {.fault = FAULT_NONE};

	error_set(&why, FAULT_CONFIG, "libgit2 cannot read it: %s",
	    last != NULL && last->message != NULL ? last->message
						  : "no reason given");
	outline_refuse(outline, outline->files[0]->path, 0, &why);
	return 0;
}

static int
refuse_entry(struct outline *outline, const struct outline_entry *entry)
{
	struct error why = {.fault = FAULT_NONE};

	error_set(&why, FAULT_CONFIG,
	    "git and libgit2 read `%s` in different ways: write it simpler, "
	    "on one line, in one pair of quotes, no comment behind it",
	    entry->key != NULL ? entry->key : entry->section);
	outline_refuse(outline, entry->path, entry->line, &why);
	return 0;
}

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool
same(const struct outline_entry *ours, const git_config_entry *theirs)
{
	scoped(buffer) struct buffer name = BUFFER(NAME_MAX_BYTES);

	buffer_printf(&name, "%s%s%s.%s", ours->section,
	    ours->subsection != NULL ? "." : "",
	    ours->subsection != NULL ? ours->subsection : "", ours->key);
	return same_text(buffer_text(&name), theirs->name) &&
	       same_text(ours->value, theirs->value);
}

static int
compare(struct outline *outline, git_config_iterator *iterator)
{
	git_config_entry *entry = NULL;
	size_t i = with_key(outline, 0);
	int next;

	while ((next = git_config_next(&entry, iterator)) == 0) {
		if (i == outline->entry_count)
			break;
		if (!same(&outline->entries[i], entry))
			return refuse_entry(outline, &outline->entries[i]);
		i = with_key(outline, i + 1);
	}
	if (next != 0 && next != GIT_ITEROVER)
		return refuse(outline);
	if (next == 0)
		return outline->entry_count == 0
			   ? refuse(outline)
			   : refuse_entry(outline, &outline->entries[i - 1]);
	if (i < outline->entry_count)
		return refuse_entry(outline, &outline->entries[i]);
	return 0;
}

static int
read_file(struct outline *outline, struct error *err)
{
	scoped(git_config) git_config *config = NULL;
	scoped(git_config_iterator) git_config_iterator *iterator = NULL;

	if (git_config_new(&config) < 0)
		return error_set(err, FAULT_SYSTEM, "libgit2: no memory");
	if (git_config_add_file_ondisk(config, outline->files[0]->path,
		GIT_CONFIG_LEVEL_APP, NULL, 1) < 0)
		return refuse(outline);
	if (git_config_iterator_new(&iterator, config) < 0)
		return refuse(outline);
	return compare(outline, iterator);
}

int
values_check(struct outline *outline, struct error *err)
{
	/* Nothing to read: libgit2 takes milliseconds to start. */
	if (outline->bad || with_key(outline, 0) == outline->entry_count)
		return 0;
	if (!started && git_libgit2_init() < 0)
		return error_set(err, FAULT_SYSTEM, "libgit2 does not start");
	started = true;
	if (read_file(outline, err) == -1)
		return -1;
	outline_recheck(outline);
	return 0;
}
