/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/reading.h"
#include "config/row.h"

void
reading_free(struct reading *reading)
{
	sections_free(&reading->sections);
	free(reading->files);
	free(reading->text);
	*reading = (struct reading){.text = NULL};
}

static int
broken(struct error *err, const char *what)
{
	return error_set(
	    err, FAULT_SYSTEM, "daypass-config printed a row with %s", what);
}

static int
no_memory(struct error *err)
{
	return error_set(err, FAULT_SYSTEM, "no memory");
}

static int
read_number(const char *text, int64_t *number)
{
	char *end = NULL;

	errno = 0;
	*number = strtoll(text, &end, 10);
	return errno == 0 && end != text && *end == '\0' ? 0 : -1;
}

static int
read_origin(const char *word, enum origin *origin, struct error *err)
{
	if (strcmp(word, "system") == 0)
		*origin = ORIGIN_SYSTEM;
	else if (strcmp(word, "user") == 0)
		*origin = ORIGIN_USER;
	else
		return broken(err, "an unknown origin");
	return 0;
}

static int
read_place(char *const *fields, struct place *place, struct error *err)
{
	int64_t line = text_number(fields[1], UINT32_MAX);

	if (line == -1)
		return broken(err, "a line that is no number");
	*place = (struct place){.file = fields[0], .line = (unsigned)line};
	return 0;
}

static int
read_file(struct reading *reading, const struct row *row, struct error *err)
{
	struct seen_file file = {.path = row->fields[2]};
	struct seen_file *files;
	int64_t *const numbers[] = {&file.device, &file.inode, &file.size,
	    &file.seconds, &file.nanoseconds};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (read_number(row->fields[3 + i], numbers[i]) == -1)
			return broken(err, "a number that is none");
	files = reallocarray(
	    reading->files, reading->file_count + 1, sizeof(*files));
	if (files == NULL)
		return no_memory(err);
	reading->files = files;
	files[reading->file_count++] = file;
	return 0;
}

static int
read_entry(struct reading *reading, const struct row *row, struct error *err)
{
	char *const *fields = row->fields;
	struct entry entry = {.word = fields[4],
	    .name = fields[5][0] == '"' ? fields[5] + 1 : NULL,
	    .key = fields[6],
	    .value = fields[7]};

	if (fields[5][0] != '"' && fields[5][0] != '\0')
		return broken(err, "a name without its mark");
	if (read_origin(fields[1], &entry.origin, err) == -1 ||
	    read_place(fields + 2, &entry.place, err) == -1)
		return -1;
	return sections_add(&reading->sections, &entry, err);
}

static int
read_bad(struct reading *reading, const struct row *row, struct error *err)
{
	struct error bad = {.fault = FAULT_NONE};
	struct place place = {.file = NULL};
	char path[512];

	if (read_place(row->fields + 2, &place, err) == -1)
		return -1;
	text_printable(path, sizeof(path), place.file, strlen(place.file));
	if (place.line == 0)
		error_set(&bad, FAULT_CONFIG, "%s: %s", path, row->fields[4]);
	else
		error_set(&bad, FAULT_CONFIG, "%s line %u: %s", path,
		    place.line, row->fields[4]);
	error_at(&bad, STAGE_CONFIG);
	if (reading->bad.fault == FAULT_NONE)
		reading->bad = bad;
	if (sections_mistake(&reading->sections, bad.text) == -1)
		return no_memory(err);
	return 0;
}

static const struct {
	const char *word;
	unsigned fields;
	int (*read)(
	    struct reading *reading, const struct row *row, struct error *err);
} kinds[] = {
    {"file", 8, read_file},
    {"entry", 8, read_entry},
    {"bad", 5, read_bad},
};

static int
read_row(struct reading *reading, const struct row *row, struct error *err)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(row->fields[0], kinds[i].word) != 0)
			continue;
		if (row->count != kinds[i].fields)
			return broken(err, "too few or too many fields");
		return kinds[i].read(reading, row, err);
	}
	return broken(err, "an unknown word");
}

static bool
is_end(const struct row *row)
{
	return row->count == 1 && strcmp(row->fields[0], "end") == 0;
}

int
reading_read(
    struct reading *reading, const char *rows, size_t length, struct error *err)
{
	struct row row;
	char *at;
	int more;

	*reading = (struct reading){.text = strndup(rows, length)};
	if (reading->text == NULL)
		return no_memory(err);
	if (strlen(reading->text) != length)
		return broken(err, "a NUL byte");
	at = reading->text;
	while ((more = row_next(&at, &row, err)) == 1 && !is_end(&row))
		if (read_row(reading, &row, err) == -1)
			return -1;
	if (more == -1)
		return -1;
	if (more == 0)
		return error_set(err, FAULT_SYSTEM,
		    "what daypass-config printed is cut off");
	if (*at != '\0')
		return broken(err, "more behind the end");
	return 0;
}

/* By the time of its state's change, not its contents': a mode that is wrong,
 * or is mended, counts as well. */
static bool
is_changed(const struct seen_file *file)
{
	struct stat st = {0};

	if (stat(file->path, &st) == -1)
		st = (struct stat){.st_size = 0};
	return (int64_t)st.st_dev != file->device ||
	       (int64_t)st.st_ino != file->inode ||
	       (int64_t)st.st_size != file->size ||
	       (int64_t)st.st_ctim.tv_sec != file->seconds ||
	       (int64_t)st.st_ctim.tv_nsec != file->nanoseconds;
}

bool
reading_is_stale(const struct reading *reading)
{
	for (size_t i = 0; i < reading->file_count; i++)
		if (is_changed(&reading->files[i]))
			return true;
	return false;
}
