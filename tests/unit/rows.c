/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "config/row.h"
#include "config/scan.h"
#include "rows.h"

static void
write_entry(FILE *out, const char *origin, const char *path,
    const struct scan_entry *entry)
{
	char name[512] = "";

	if (entry->subsection != NULL)
		snprintf(name, sizeof(name), "\"%s", entry->subsection);
	row_start(out, "entry");
	row_field(out, origin);
	row_field(out, path);
	row_number(out, entry->line);
	row_field(out, entry->section);
	row_field(out, name);
	row_field(out, entry->key != NULL ? entry->key : "");
	if (entry->key == NULL)
		row_field(out, "");
	else
		row_field(out, entry->value != NULL ? entry->value : "true");
	row_end(out);
}

static void
write_file(FILE *out, const char *origin, const char *path, const char *text)
{
	struct error err;
	struct scan_entry entry;
	scoped(scan) struct scan *scan = NULL;

	if (text == NULL)
		return;
	scan = scan_new(text, strlen(text));
	while (scan_next(scan, &entry, &err) == 1)
		write_entry(out, origin, path, &entry);
}

char *
rows_of(const char *system, const char *user)
{
	char *rows = NULL;
	size_t length;
	FILE *out = open_memstream(&rows, &length);

	write_file(out, "system", "/etc/daypass/config", system);
	write_file(out, "user", "/home/x/config", user);
	row_start(out, "end");
	row_end(out);
	fclose(out);
	return rows;
}

struct config *
rows_config(const char *system, const char *user)
{
	struct config *config = NULL;
	struct error err = {.fault = FAULT_NONE};
	scoped(string) char *rows = rows_of(system, user);

	if (config_read(rows, strlen(rows), &config, &err) == -1)
		printf("# %s\n", err.text);
	return config;
}
