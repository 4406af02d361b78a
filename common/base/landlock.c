/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <fcntl.h>
#include <linux/landlock.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include "base/landlock.h"
#include "base/scoped.h"

/* Newer than the headers of Debian 12. */
#define ACCESS_FS_TRUNCATE (1ULL << 14)	       /* ABI 3 */
#define ACCESS_FS_IOCTL_DEV (1ULL << 15)       /* ABI 5 */
#define ACCESS_NET_BIND_TCP (1ULL << 0)	       /* ABI 4 */
#define SCOPE_ABSTRACT_UNIX_SOCKET (1ULL << 0) /* ABI 6 */
#define SCOPE_SIGNAL (1ULL << 1)

struct ruleset {
	uint64_t fs;
	uint64_t net;
	uint64_t scoped;
};

/* All of the first ABI: the lowest thirteen rights. */
#define ACCESS_FS_FIRST ((LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1)

int
landlock_version(void)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);

	return version < 0 ? 0 : (int)version;
}

static struct ruleset
rules_of(int version)
{
	struct ruleset rules = {.fs = ACCESS_FS_FIRST};

	if (version >= 2)
		rules.fs |= LANDLOCK_ACCESS_FS_REFER;
	if (version >= 3)
		rules.fs |= ACCESS_FS_TRUNCATE;
	if (version >= 4)
		rules.net = ACCESS_NET_BIND_TCP;
	if (version >= 5)
		rules.fs |= ACCESS_FS_IOCTL_DEV;
	if (version >= 6)
		rules.scoped = SCOPE_ABSTRACT_UNIX_SOCKET | SCOPE_SIGNAL;
	return rules;
}

/* An older kernel wants to see no more of the structure than it knows. */
static size_t
rules_size(int version)
{
	if (version >= 6)
		return sizeof(struct ruleset);
	return version >= 4 ? offsetof(struct ruleset, scoped)
			    : offsetof(struct ruleset, net);
}

int
landlock_new(void)
{
	int version = landlock_version();
	struct ruleset rules = rules_of(version);

	if (version == 0)
		return -1;
	return (int)syscall(
	    SYS_landlock_create_ruleset, &rules, rules_size(version), 0);
}

void
landlock_allow(int ruleset, const char *path)
{
	scoped(fd) int fd = open(path, O_PATH | O_CLOEXEC);
	struct landlock_path_beneath_attr beneath = {
	    .allowed_access = LANDLOCK_ACCESS_FS_READ_FILE, .parent_fd = fd};
	struct stat st;

	if (fd == -1 || fstat(fd, &st) == -1)
		return;
	if (S_ISDIR(st.st_mode))
		beneath.allowed_access |= LANDLOCK_ACCESS_FS_READ_DIR;
	syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH,
	    &beneath, 0);
}

int
landlock_enforce(int ruleset)
{
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return (int)syscall(SYS_landlock_restrict_self, ruleset, 0);
}
