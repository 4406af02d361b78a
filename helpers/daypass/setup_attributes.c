/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/xattr.h>

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "helpers/daypass/setup_attributes.h"

#define NAMES_MAX 65536 /* xattr(7): XATTR_LIST_MAX */
#define VALUE_MAX 65536 /* XATTR_SIZE_MAX */

/* Must it come along? */
static bool
is_needed(const char *name)
{
	return strncmp(name, "user.", 5) == 0 ||
	       strcmp(name, "system.posix_acl_access") == 0;
}

static int
copy(int from, int to, const char *name)
{
	static char value[VALUE_MAX];
	ssize_t length = fgetxattr(from, name, value, sizeof(value));

	if (length != -1 && fsetxattr(to, name, value, (size_t)length, 0) == 0)
		return 0;
	return errno == ENODATA || !is_needed(name) ? 0 : -1;
}

int
setup_attributes_copy(int from, int to)
{
	static char names[NAMES_MAX];
	ssize_t length = flistxattr(from, names, sizeof(names));

	if (length == -1)
		return errno == ENOTSUP || errno == ENOSYS ? 0 : -1;
	for (const char *name = names; name < names + length;
	     name += strlen(name) + 1)
		if (copy(from, to, name) == -1)
			return -1;
	return 0;
}
