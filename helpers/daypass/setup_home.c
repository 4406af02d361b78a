/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "helpers/daypass/setup_tools.h"

const char *
setup_variable(const char *name)
{
	const char *value = secure_getenv(name);

	return value != NULL && value[0] != '\0' ? value : NULL;
}

int
setup_path(char *path, size_t size, const char *from, struct error *err)
{
	if (text_copy(path, size, from) == 0)
		return 0;
	return error_set(
	    err, FAULT_CONFIG, "the path '%.40s...' is too long", from);
}

/* Another user's home, as sudo leaves it, is not ours to write to. */
static int
check_home(const char *home, struct error *err)
{
	struct stat st;

	if (stat(home, &st) == -1)
		return error_set(
		    err, FAULT_CONFIG, "HOME '%s' is not there", home);
	if (st.st_uid == geteuid())
		return 0;
	return error_set(err, FAULT_REFUSED,
	    "HOME '%s' belongs to uid %lu, and this runs as uid %lu: run it "
	    "as that user, or with --system",
	    home, (unsigned long)st.st_uid, (unsigned long)geteuid());
}

int
setup_home(char *path, size_t size, const char *below, struct error *err)
{
	const char *home = setup_variable("HOME");
	size_t end;
	int length;

	if (home == NULL || home[0] != '/')
		return error_set(err, FAULT_CONFIG, "HOME is not set");
	if (check_home(home, err) == -1)
		return -1;
	for (end = strlen(home); end > 0 && home[end - 1] == '/';)
		end--;
	length = snprintf(path, size, "%.*s/%s", (int)end, home, below);
	return length > 0 && (size_t)length < size
		   ? 0
		   : error_set(err, FAULT_CONFIG, "HOME is too long");
}
