/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/dirs.h"
#include "base/scoped.h"
#include "base/text.h"
#include "helpers/daypass/isolate.h"
#include "wire/hold.h"

/* mount_setattr(2) of Linux 5.12, which Debian 12's libc does not have. */
#define SYS_MOUNT_SETATTR 442
#define ATTR_READ_ONLY 1
struct attributes {
	uint64_t set;
	uint64_t clear;
	uint64_t propagation;
	uint64_t user_namespace;
};

/* Where a file is made that is to stand in the place of another. Nobody works
 * there, and it is uncovered again. */
#define SCRATCH "/sys"

static int
refused(struct error *err, const char *what, const char *path)
{
	return error_errno(err, "cannot %s '%s'", what, path);
}

static int
bind_to(const char *from, const char *to)
{
	return mount(from, to, NULL, MS_BIND | MS_REC, NULL);
}

static int
make_read_only(const char *path)
{
	struct attributes attributes = {.set = ATTR_READ_ONLY};

	return (int)syscall(SYS_MOUNT_SETATTR, AT_FDCWD, path, AT_RECURSIVE,
	    &attributes, sizeof(attributes));
}

/* Directories that were bound to themselves. */
struct pins {
	char **paths;
	size_t count;
};

static bool
is_pinned(const struct pins *pins, const char *path)
{
	for (size_t i = 0; i < pins->count; i++)
		if (strcmp(pins->paths[i], path) == 0)
			return true;
	return false;
}

static int
remember(struct pins *pins, const char *path)
{
	char **more = realloc(pins->paths, (pins->count + 1) * sizeof(*more));

	if (more == NULL)
		return -1;
	pins->paths = more;
	if ((more[pins->count] = strdup(path)) == NULL)
		return -1;
	pins->count++;
	return 0;
}

static void
pins_scoped(struct pins *pins)
{
	for (size_t i = 0; i < pins->count; i++)
		free(pins->paths[i]);
	free(pins->paths);
}

/*
 * A mount goes along with the directory that it is in: who renames that and
 * makes another of its name has undone it, for those outside too, who read
 * what is found by the name. What is a mount itself cannot be renamed; so
 * every directory on the way that could be is bound to itself.
 */
static int
pin(const struct plan *plan, struct pins *pins, const char *path,
    struct error *err)
{
	char part[PATH_MAX], parent[PATH_MAX] = "/";

	if (text_copy(part, sizeof(part), path) == -1)
		return error_set(err, FAULT_SYSTEM, "a path is too long");
	for (char *slash = strchr(part + 1, '/'); slash != NULL;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (plan_may_change(plan, parent) && !is_pinned(pins, part)) {
			if (bind_to(part, part) == -1)
				return refused(err, "hold", part);
			if (remember(pins, part) == -1)
				return refused(err, "remember", part);
		}
		text_copy(parent, sizeof(parent), part);
		*slash = '/';
	}
	return 0;
}

static int
hide(const char *path, struct error *err)
{
	struct stat st;

	if (stat(path, &st) == -1) /* gone meanwhile, or hidden with another */
		return 0;
	if (S_ISDIR(st.st_mode)) {
		if (mount("tmpfs", path, "tmpfs",
			MS_NOSUID | MS_NODEV | MS_NOEXEC,
			"mode=0700,size=16m") == -1)
			return refused(err, "hide", path);
		return 0;
	}
	if (mount("/dev/null", path, NULL, MS_BIND, NULL) == -1)
		return refused(err, "hide", path);
	return 0;
}

static int
write_all(const char *path, const char *text)
{
	scoped(fd) int fd =
	    open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	size_t length = strlen(text);

	return fd != -1 && write(fd, text, length) == (ssize_t)length ? 0 : -1;
}

static int
replace(const char *path, const char *text, struct error *err)
{
	static const char made[] = SCRATCH "/text";
	int result;

	if (mount("tmpfs", SCRATCH, "tmpfs", MS_NOSUID | MS_NODEV,
		"mode=0700,size=1m") == -1)
		return refused(err, "make a file in", SCRATCH);
	result = write_all(made, text);
	if (result == 0)
		result = mount(made, path, NULL, MS_BIND, NULL);
	if (result == -1)
		refused(err, "replace", path);
	umount2(SCRATCH, MNT_DETACH);
	return result;
}

static int
cover(const struct covered *covered, struct error *err)
{
	switch (covered->how) {
	case COVER_HIDE:
		return hide(covered->path, err);
	case COVER_TEXT:
		return replace(covered->path, covered->text, err);
	case COVER_READ_ONLY:
		break;
	}
	if (bind_to(covered->path, covered->path) == -1)
		return refused(err, "hold", covered->path);
	return 0;
}

/* What a show = PATH names below a directory of which nothing else is left. */
static int
bring_along(int from, const char *to)
{
	char source[64], directory[PATH_MAX];
	struct stat st;
	scoped(fd) int file = -1;

	snprintf(source, sizeof(source), "/proc/self/fd/%d", from);
	text_copy(directory, sizeof(directory), to);
	for (char *slash = strchr(directory + 1, '/'); slash != NULL;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(directory, 0700);
		*slash = '/';
	}
	if (fstat(from, &st) == -1)
		return -1;
	if (S_ISDIR(st.st_mode))
		mkdir(to, 0700);
	else
		file = open(to, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	return bind_to(source, to);
}

static bool
is_below(const char *path, const char *directory)
{
	size_t length = strlen(directory);

	return strncmp(path, directory, length) == 0 && path[length] == '/';
}

#define KEPT_MAX 64

/* Empties the directory that the runtime directory lies in, but for that and
 * for what is to be shown. */
static int
empty_base(const struct plan *plan, struct error *err)
{
	const char *base = plan->runtime_base;
	const char *kept[KEPT_MAX];
	int fds[KEPT_MAX];
	size_t count = 0;
	int result = 0;

	if (base == NULL)
		return 0;
	if (is_below(plan->runtime, base))
		kept[count++] = plan->runtime;
	for (size_t i = 0; i < plan->shown && count < KEPT_MAX; i++)
		if (is_below(plan->show[i], base))
			kept[count++] = plan->show[i];
	for (size_t i = 0; i < count; i++)
		fds[i] = open(kept[i], O_PATH | O_CLOEXEC);
	if (mount("tmpfs", base, "tmpfs", MS_NOSUID | MS_NODEV,
		"mode=0700,size=64m") == -1)
		result = refused(err, "empty", base);
	for (size_t i = 0; i < count; i++) {
		if (result == 0 && fds[i] != -1 &&
		    bring_along(fds[i], kept[i]) == -1)
			result = refused(err, "bring along", kept[i]);
		if (fds[i] != -1)
			close(fds[i]);
	}
	return result;
}

/* The agent's socket can be reached, and nothing be put in its place; nor can
 * the locks be held, or the other sessions and their records be read. What is
 * not there yet is made, for something must be there to be covered. */
static int
hold_runtime(const struct plan *plan, struct error *err)
{
	static const char *const hidden[] = {
	    "agent.lock", ENDING_NAME, DIRS_SESSIONS, DIRS_SPOOLS, NULL};
	char path[PATH_MAX];

	if (bind_to(plan->runtime, plan->runtime) == -1)
		return refused(err, "hold", plan->runtime);
	for (size_t i = 0; hidden[i] != NULL; i++) {
		if (snprintf(path, sizeof(path), "%s/%s", plan->runtime,
			hidden[i]) >= (int)sizeof(path))
			return error_set(
			    err, FAULT_SYSTEM, "a path is too long");
		if (strcmp(hidden[i], DIRS_SPOOLS) == 0)
			mkdir(path, 0700);
		if (hide(path, err) == -1)
			return -1;
	}
	if (make_read_only(plan->runtime) == -1)
		return refused(err, "write-protect", plan->runtime);
	return 0;
}

static int
cover_all(const struct plan *plan, struct pins *pins, struct error *err)
{
	for (size_t i = 0; i < plan->count; i++)
		if (pin(plan, pins, plan->covers[i].path, err) == -1)
			return -1;
	if (pin(plan, pins, plan->runtime, err) == -1 ||
	    empty_base(plan, err) == -1 || hold_runtime(plan, err) == -1)
		return -1;
	for (size_t i = 0; i < plan->count; i++)
		if (cover(&plan->covers[i], err) == -1)
			return -1;
	/* at last, for it goes for all that is below by now */
	for (size_t i = 0; i < plan->count; i++)
		if (plan->covers[i].how == COVER_READ_ONLY &&
		    make_read_only(plan->covers[i].path) == -1)
			return refused(
			    err, "write-protect", plan->covers[i].path);
	return 0;
}

int
isolate_mounts(const struct plan *plan, struct error *err)
{
	scoped(pins) struct pins pins = {NULL, 0};

	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1)
		return error_errno(err,
		    "cannot keep mounts to ourselves (does AppArmor confine "
		    "user namespaces? "
		    "kernel.apparmor_restrict_unprivileged_userns)");
	return cover_all(plan, &pins, err);
}

/* We stand in what was covered: from there a way leads past what covers it.
 * What is found by the same name now is what counts. */
int
isolate_directory(
    __attribute__((unused)) const struct plan *plan, struct error *err)
{
	char directory[PATH_MAX];

	if (getcwd(directory, sizeof(directory)) == NULL ||
	    directory[0] != '/')
		return error_set(err, FAULT_USAGE,
		    "the working directory has no name any more: change to "
		    "one that has");
	if (chdir(directory) == -1)
		return error_errno(err, "cannot enter '%s'", directory);
	return 0;
}
