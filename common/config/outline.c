/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "config/include.h"
#include "config/outline.h"
#include "config/scan.h"
#include "config/source.h"

/* libgit2 follows no more, one less than git. */
#define DEPTH_MAX 9

/* The files on the way down to one, to notice a ring. */
struct way {
	const struct way *up;
	const struct outline_file *file;
	unsigned depth;
};

static int
walk(struct outline *outline, const char *path, const struct way *up,
    unsigned line, struct error *err);

static int
no_memory(struct error *err)
{
	return error_set(err, FAULT_SYSTEM, "no memory");
}

void
outline_refuse(struct outline *outline, const char *path, unsigned line,
    const struct error *why)
{
	if (outline->bad)
		return;
	outline->bad = true;
	outline->bad_path = path;
	outline->bad_line = line;
	outline->why = *why;
}

static int
refuse(
    struct outline *outline, const char *path, unsigned line, const char *text)
{
	struct error why = {.fault = FAULT_NONE};

	error_set(&why, FAULT_CONFIG, "%s", text);
	outline_refuse(outline, path, line, &why);
	return 0;
}

/* git and libgit2 pass over it, and a misspelt path goes unnoticed. */
static int
refuse_missing(struct outline *outline, const char *path, unsigned line,
    const char *missing)
{
	struct error why = {.fault = FAULT_NONE};

	error_set(
	    &why, FAULT_CONFIG, "includes '%s', which does not exist", missing);
	outline_refuse(outline, path, line, &why);
	return 0;
}

/* NULL: no memory, as there is room in the table. */
static struct outline_file *
add_file(struct outline *outline, const char *path)
{
	struct outline_file *file = calloc(1, sizeof(*file));

	if (file == NULL)
		return NULL;
	if ((file->path = strdup(path)) == NULL) {
		free(file);
		return NULL;
	}
	return outline->files[outline->file_count++] = file;
}

static void
entry_free(struct outline_entry *entry)
{
	free(entry->section);
	free(entry->subsection);
	free(entry->key);
	free(entry->value);
}

/* NULL stays NULL; false: no memory. */
static bool
copy(char **to, const char *from)
{
	*to = from != NULL ? strdup(from) : NULL;
	return from == NULL || *to != NULL;
}

static int
grow(struct outline *outline)
{
	size_t room = outline->entry_room == 0 ? 64 : outline->entry_room * 2;
	struct outline_entry *entries;

	if (outline->entry_count < outline->entry_room)
		return 0;
	entries = realloc(outline->entries, room * sizeof(*entries));
	if (entries == NULL)
		return -1;
	outline->entries = entries;
	outline->entry_room = room;
	return 0;
}

static int
add_entry(struct outline *outline, const char *path,
    const struct scan_entry *from, struct error *err)
{
	struct outline_entry entry = {.path = path, .line = from->line};

	if (grow(outline) == -1 || !copy(&entry.section, from->section) ||
	    !copy(&entry.subsection, from->subsection) ||
	    !copy(&entry.key, from->key) || !copy(&entry.value, from->value)) {
		entry_free(&entry);
		return no_memory(err);
	}
	outline->entries[outline->entry_count++] = entry;
	return 0;
}

/* An [include]: what it names is read here, in place. */
static int
follow(struct outline *outline, const struct scan_entry *entry,
    const struct way *way, struct error *err)
{
	const char *from = way->file->path;
	char path[INCLUDE_PATH_MAX];
	struct error why = {.fault = FAULT_NONE};

	if (include_resolve(entry, from, path, sizeof(path), &why) == -1) {
		outline_refuse(outline, from, entry->line, &why);
		return 0;
	}
	if (way->depth == DEPTH_MAX)
		return refuse(outline, from, entry->line,
		    "files include each other more than 9 deep");
	return walk(outline, path, way, entry->line, err);
}

static int
read_entries(struct outline *outline, const struct source *source,
    const struct way *way, struct error *err)
{
	const char *path = way->file->path;
	struct scan_entry entry;
	struct error why = {.fault = FAULT_NONE};
	int more;
	scoped(scan) struct scan *scan =
	    scan_new(source->bytes, source->length);

	if (scan == NULL)
		return no_memory(err);
	while ((more = scan_next(scan, &entry, &why)) == 1 && !outline->bad) {
		if (outline->entry_count == OUTLINE_ENTRIES)
			return refuse(outline, path, entry.line,
			    "more than 10000 entries");
		if (add_entry(outline, path, &entry, err) == -1)
			return -1;
		if (entry.key != NULL && include_is(&entry) &&
		    follow(outline, &entry, way, err) == -1)
			return -1;
	}
	if (more == -1)
		outline_refuse(outline, path, scan_line(scan), &why);
	return 0;
}

/* Is this file one of those that lead to it? */
static bool
is_ring(const struct way *way)
{
	const struct stat *st = &way->file->st;

	for (const struct way *up = way->up; up != NULL; up = up->up)
		if (up->file->st.st_dev == st->st_dev &&
		    up->file->st.st_ino == st->st_ino)
			return true;
	return false;
}

/* `line` is where the file above names this one. */
static int
walk(struct outline *outline, const char *path, const struct way *up,
    unsigned line, struct error *err)
{
	struct way way = {.up = up, .depth = up != NULL ? up->depth + 1 : 0};
	struct outline_file *file;
	struct error why = {.fault = FAULT_NONE};
	scoped(source) struct source source = {.bytes = NULL};
	int there;

	if (outline->file_count == OUTLINE_FILES)
		return refuse(
		    outline, up->file->path, line, "more than 64 files in all");
	if ((file = add_file(outline, path)) == NULL)
		return no_memory(err);
	way.file = file;
	there = source_read(path, &source, &why);
	file->st = source.st;
	if (there == -1)
		outline_refuse(outline, file->path, 0, &why);
	else if (there == 0 && up != NULL)
		return refuse_missing(outline, up->file->path, line, path);
	else if (there == 1 && is_ring(&way))
		return refuse(outline, up->file->path, line,
		    "includes a file that leads here");
	else if (there == 1)
		return read_entries(outline, &source, &way, err);
	return 0;
}

int
outline_read(struct outline *outline, const char *path, struct error *err)
{
	*outline = (struct outline){.bad = false};
	return walk(outline, path, NULL, 0, err);
}

void
outline_free(struct outline *outline)
{
	for (size_t i = 0; i < outline->file_count; i++) {
		free(outline->files[i]->path);
		free(outline->files[i]);
	}
	for (size_t i = 0; i < outline->entry_count; i++)
		entry_free(&outline->entries[i]);
	free(outline->entries);
	*outline = (struct outline){.bad = false};
}

void
outline_recheck(struct outline *outline)
{
	for (size_t i = 0; i < outline->file_count; i++)
		if (!source_same(
			outline->files[i]->path, &outline->files[i]->st))
			refuse(outline, outline->files[i]->path, 0,
			    "changed while it was read");
}
