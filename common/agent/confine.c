/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/landlock.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/confine.h"
#include "base/scoped.h"
#include "base/text.h"

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

/* Resolver, roots of trust, and the libraries that either may load. */
static const char *const readable[] = {"/etc/resolv.conf", "/etc/hosts",
    "/etc/nsswitch.conf", "/etc/host.conf", "/etc/gai.conf", "/etc/services",
    "/etc/ld.so.cache", "/etc/localtime", "/etc/ssl", "/etc/pki",
    "/etc/ca-certificates", "/usr/share/ca-certificates",
    "/usr/local/share/ca-certificates", "/usr/lib", "/usr/lib64", "/lib",
    "/lib64", "/nix/store", "/run/systemd/resolve", "/run/resolvconf", NULL};

static const char *const named_by[] = {
    "SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE", NULL};

/* The version of the kernel's Landlock; 0: none, or switched off. */
static int
abi(void)
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

static void
allow(int ruleset, const char *path)
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

/* Where the links of the hashed directory lead to, beyond what is readable
 * anyway: roots that somebody added from elsewhere. */
#define LEARNT_MAX 16
static char learnt[LEARNT_MAX][PATH_MAX];
static size_t learnt_count;

static bool
is_known(const char *directory)
{
	for (size_t i = 0; readable[i] != NULL; i++) {
		size_t length = strlen(readable[i]);

		if (strncmp(directory, readable[i], length) == 0 &&
		    (directory[length] == '/' || directory[length] == '\0'))
			return true;
	}
	for (size_t i = 0; i < learnt_count; i++)
		if (strcmp(directory, learnt[i]) == 0)
			return true;
	return false;
}

static void
learn_link(const char *directory, const char *name)
{
	char path[PATH_MAX], target[PATH_MAX];
	char *slash;

	if (snprintf(path, sizeof(path), "%s/%s", directory, name) >=
		(int)sizeof(path) ||
	    realpath(path, target) == NULL ||
	    (slash = strrchr(target, '/')) == NULL)
		return;
	*slash = '\0';
	if (learnt_count < LEARNT_MAX && !is_known(target))
		text_copy(learnt[learnt_count++], PATH_MAX, target);
}

static void
learn_directory(const char *directory)
{
	DIR *dir = opendir(directory);
	struct dirent *entry;

	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL)
		if (entry->d_type == DT_LNK)
			learn_link(directory, entry->d_name);
	closedir(dir);
}

void
confine_learn(void)
{
	const char *named = secure_getenv("SSL_CERT_DIR");
	char one[PATH_MAX];

	learnt_count = 0;
	if (named == NULL || named[0] == '\0')
		named = "/etc/ssl/certs";
	for (size_t length; *named != '\0'; named += length) {
		named += *named == ':';
		length = strcspn(named, ":");
		if (length == 0 || length >= sizeof(one))
			continue;
		snprintf(one, sizeof(one), "%.*s", (int)length, named);
		learn_directory(one);
	}
}

/* One path, or, for a directory of certificates, a list of them. */
static void
allow_all(int ruleset, const char *paths)
{
	char one[PATH_MAX];

	for (size_t length; *paths != '\0'; paths += length) {
		paths += *paths == ':';
		length = strcspn(paths, ":");
		if (length == 0 || length >= sizeof(one))
			continue;
		snprintf(one, sizeof(one), "%.*s", (int)length, paths);
		allow(ruleset, one);
	}
}

void
confine(void)
{
	int version = abi();
	struct ruleset rules = rules_of(version);
	scoped(fd) int ruleset = -1;

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (version == 0)
		return;
	ruleset = (int)syscall(
	    SYS_landlock_create_ruleset, &rules, rules_size(version), 0);
	if (ruleset == -1)
		return;
	for (size_t i = 0; readable[i] != NULL; i++)
		allow(ruleset, readable[i]);
	for (size_t i = 0; named_by[i] != NULL; i++)
		if (secure_getenv(named_by[i]) != NULL)
			allow_all(ruleset, secure_getenv(named_by[i]));
	for (size_t i = 0; i < learnt_count; i++)
		allow(ruleset, learnt[i]);
	syscall(SYS_landlock_restrict_self, ruleset, 0);
}

const char *
confine_lacks(void)
{
	int version = abi();

	if (version == 0)
		return "no Landlock: mints are not kept from files";
	if (version < 6)
		return "an older Landlock: mints are kept from files, but "
		       "not from signalling others";
	return NULL;
}
