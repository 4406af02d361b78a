/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>

#include "identity/identity.h"
#include "identity/tokenfile.h"

/* [identity] source = file, file = PATH: whatever puts an id token into a
 * file and renews it. Read again at every mint. */

static const char *const keys[] = {"file", NULL};

static int
path_of(const struct settings *settings, const struct surroundings *around,
    char path[PATH_MAX], struct error *err)
{
	const char *file = identity_required(settings, "file", "file", err);

	if (file == NULL)
		return -1;
	return identity_path(file, around, path, PATH_MAX, err);
}

static int
file_trace(const struct settings *settings, const struct surroundings *around,
    struct identity_trace *trace, struct error *err)
{
	char path[PATH_MAX];

	if (path_of(settings, around, path, err) == -1)
		return -1;
	identity_trace_file(trace, path);
	return 0;
}

static int
file_run(
    const struct identity_mint *mint, struct secret **token, struct error *err)
{
	char path[PATH_MAX];

	if (path_of(mint->settings, mint->around, path, err) == -1)
		return -1;
	return tokenfile_read(path, token, err);
}

const struct identity identity_file = {
    .name = "file",
    .keys = keys,
    .is_static = true,
    .trace = file_trace,
    .run = file_run,
};
