/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/confine.h"
#include "base/landlock.h"
#include "base/scoped.h"
#include "base/text.h"

/* Resolver, roots of trust, and the libraries that either may load. */
static const char *const readable[] = {"/etc/resolv.conf", "/etc/hosts",
    "/etc/nsswitch.conf", "/etc/host.conf", "/etc/gai.conf", "/etc/services",
    "/etc/ld.so.cache", "/etc/localtime", "/etc/ssl", "/etc/pki",
    "/etc/ca-certificates", "/usr/share/ca-certificates",
    "/usr/local/share/ca-certificates", "/usr/lib", "/usr/lib64", "/lib",
    "/lib64", "/nix/store", "/run/systemd/resolve", "/run/resolvconf", NULL};

static const char *const named_by[] = {
    "SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE", NULL};

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
learn(char target[PATH_MAX])
{
	char *slash = strrchr(target, '/');

	if (slash == NULL)
		return;
	*slash = '\0';
	if (learnt_count < LEARNT_MAX && !is_known(target))
		text_copy(learnt[learnt_count++], PATH_MAX, target);
}

/* Most links of a hashed directory lead to others in it, which are looked at
 * themselves, or to plain files of one directory that was followed before: of
 * hundreds only what is neither is worth following to its end. */
static bool
is_followed(const char *target, char before[PATH_MAX])
{
	const char *slash = strrchr(target, '/');
	size_t length = slash == NULL ? 0 : (size_t)(slash - target) + 1;
	struct stat st;

	if (slash == NULL)
		return true;
	if (target[0] != '/')
		return false;
	if (strncmp(target, before, length) == 0 && before[length] == '\0')
		return lstat(target, &st) == 0 && S_ISREG(st.st_mode);
	memcpy(before, target, length);
	before[length] = '\0';
	return false;
}

static void
learn_link(
    const char *directory, int fd, const char *name, char before[PATH_MAX])
{
	char path[PATH_MAX], target[PATH_MAX];
	ssize_t length = readlinkat(fd, name, target, sizeof(target) - 1);

	if (length <= 0)
		return;
	target[length] = '\0';
	if (!is_followed(target, before) &&
	    snprintf(path, sizeof(path), "%s/%s", directory, name) <
		(int)sizeof(path) &&
	    realpath(path, target) != NULL)
		learn(target);
}

static void
learn_directory(const char *directory)
{
	DIR *dir = opendir(directory);
	struct dirent *entry;
	char before[PATH_MAX] = "";

	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL)
		if (entry->d_type == DT_LNK)
			learn_link(
			    directory, dirfd(dir), entry->d_name, before);
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
		landlock_allow(ruleset, one);
	}
}

/* What could not be given up. */
#define KEPT_PRIVILEGES 1
#define KEPT_FILES 2
#define KEPT_LIFE 4

static int
restrict_files(void)
{
	scoped(fd) int ruleset = landlock_new();

	if (ruleset == -1)
		return -1;
	for (size_t i = 0; readable[i] != NULL; i++)
		landlock_allow(ruleset, readable[i]);
	for (size_t i = 0; named_by[i] != NULL; i++)
		if (secure_getenv(named_by[i]) != NULL)
			allow_all(ruleset, secure_getenv(named_by[i]));
	for (size_t i = 0; i < learnt_count; i++)
		landlock_allow(ruleset, learnt[i]);
	return landlock_enforce(ruleset);
}

static int
give_up(void)
{
	int kept = 0;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		kept |= KEPT_PRIVILEGES;
	if (restrict_files() == -1)
		kept |= KEPT_FILES;
	return kept;
}

void
confine(void)
{
	give_up();
}

/* Some of it shows only where it is done, and cannot be undone: in a child
 * that does nothing else. A signal that asks for its death counts too. */
static int
try_it(void)
{
	int status = 0, kept;
	pid_t pid = fork();

	if (pid == -1)
		return landlock_version() == 0 ? KEPT_FILES : 0;
	if (pid == 0) {
		kept = prctl(PR_SET_PDEATHSIG, SIGKILL) == -1 ? KEPT_LIFE : 0;
		_exit(kept | give_up());
	}
	while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
		continue;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 0;
}

static int
kept(void)
{
	static int found = -1;

	if (found == -1)
		found = try_it();
	return found;
}

static const char *
lacks_files(void)
{
	int version = landlock_version();

	if (version == 0)
		return "no Landlock: mints are not kept from files";
	if ((kept() & KEPT_FILES) != 0)
		return "Landlock is refused: mints are not kept from files";
	if (version < 6)
		return "an older Landlock: mints are kept from files, but "
		       "not from signalling others";
	return NULL;
}

const char *
confine_lacks(unsigned *at)
{
	const char *found = NULL;

	while (found == NULL && *at < 3)
		switch ((*at)++) {
		case 0:
			found = lacks_files();
			break;
		case 1:
			if ((kept() & KEPT_PRIVILEGES) != 0)
				found = "no_new_privs is refused: a mint could "
					"gain rights by a setuid program";
			break;
		case 2:
			if ((kept() & KEPT_LIFE) != 0)
				found = "PR_SET_PDEATHSIG is refused: a mint "
					"outlives an agent that is killed";
			break;
		}
	return found;
}
