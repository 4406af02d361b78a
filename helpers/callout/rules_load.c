/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/dirs.h"
#include "base/program.h"
#include "base/text.h"
#include "helpers/callout/rules.h"

#define PATIENCE_MS 10000
#define ROWS_MAX (8 * 1024 * 1024)

/* The checks of owner, mode and size and the reading are daypass-config's. A
 * file that was named must be there. */
static int
check_there(struct rules *rules, const char *path, struct error *err)
{
	if (rules->reading.file_count > 0 && rules->reading.files[0].inode != 0)
		return 0;
	return error_set(err, FAULT_CONFIG, "there is no file '%.512s'", path);
}

static struct secret *
read_rows(const char *path, struct error *err)
{
	char program[DIRS_PATH_MAX];
	const char *argv[] = {program, "--system", path, NULL};
	const char *environment[] = {"PATH=/usr/bin:/bin", NULL};
	struct secret *rows = NULL;

	if (dirs_program("daypass-config", program, sizeof(program), err) ==
		-1 ||
	    program_run(argv, environment, clock_ms() + PATIENCE_MS, ROWS_MAX,
		&rows, err) == -1)
		err->fault = FAULT_SYSTEM;
	return rows;
}

struct rules *
rules_load(
    const char *path, void (*mistake)(const char *text), struct error *err)
{
	scoped(string) char *absolute = realpath(path, NULL);
	scoped(secret) struct secret *rows = NULL;
	scoped(rules) struct rules *rules = NULL;

	if (absolute == NULL) {
		error_errno(err, "'%.512s'", path);
		err->fault = FAULT_CONFIG;
		return NULL;
	}
	if ((rows = read_rows(absolute, err)) == NULL)
		return NULL;
	rules =
	    rules_read(secret_bytes(rows), secret_length(rows), mistake, err);
	if (rules == NULL || check_there(rules, path, err) == -1)
		return NULL;
	return take(&rules);
}
