/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helpers/daypass/setup_attributes.h"
#include "helpers/daypass/setup_draft.h"

/* One name, so that what a kill left is found and taken away by the next. */
#define SUFFIX ".daypass-new"

static int
no_memory(struct error *err)
{
	return error_set(err, FAULT_SYSTEM, "no memory");
}

static int
write_all(int fd, const struct setup_text *text)
{
	const char *at = setup_text_bytes(text);
	size_t left = text->length;
	ssize_t put;

	while (left > 0) {
		if ((put = write(fd, at, left)) == -1 && errno != EINTR)
			return -1;
		if (put > 0) {
			at += put;
			left -= (size_t)put;
		}
	}
	return fsync(fd);
}

/* Whom its group lets in, where that cannot be kept: not others than before. */
static bool
group_matters(mode_t mode)
{
	return (mode & S_ISGID) != 0 || (mode >> 3 & 7) != (mode & 7);
}

/* As the one that it takes the place of. */
static int
keep_mode(int fd, const struct setup_draft *draft, struct error *err)
{
	scoped(fd) int old = -1;

	if (!draft->existed)
		return fchmod(fd, draft->mode) == 0
			   ? 0
			   : error_errno(
				 err, "'%s' cannot be written", draft->path);
	if (fchown(fd, draft->st.st_uid, draft->st.st_gid) == -1 &&
	    (errno != EPERM || group_matters(draft->st.st_mode)))
		return error_errno(
		    err, "'%s': its group cannot be kept", draft->path);
	old = open(draft->real, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (old == -1 || fchmod(fd, draft->st.st_mode & 07777) == -1 ||
	    setup_attributes_copy(old, fd) == -1)
		return error_errno(
		    err, "'%s': its attributes cannot be kept", draft->path);
	return 0;
}

static int
staged_path(const char *real, char *path, size_t size, struct error *err)
{
	int length = snprintf(path, size, "%s" SUFFIX, real);

	if (length < 0 || (size_t)length >= size)
		return error_set(err, FAULT_CONFIG, "the path is too long");
	return 0;
}

void
setup_draft_clean(const char *real)
{
	char path[PATH_MAX];

	if (staged_path(real, path, sizeof(path), NULL) == 0)
		unlink(path);
}

static int
stage_text(
    struct setup_draft *draft, const struct setup_text *text, struct error *err)
{
	char path[PATH_MAX];
	scoped(fd) int fd = -1;

	if (staged_path(draft->real, path, sizeof(path), err) == -1)
		return -1;
	unlink(path);
	fd = open(
	    path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd == -1)
		return error_errno(err, "'%s' cannot be written", draft->path);
	if ((draft->staged = strdup(path)) == NULL) {
		unlink(path);
		return no_memory(err);
	}
	if (write_all(fd, text) == -1)
		return error_errno(err, "'%s' cannot be written", draft->path);
	return keep_mode(fd, draft, err);
}

/* Whoever may not write the file does not get round that by writing another:
 * a file without the right to write is meant to stay as it is. */
int
setup_draft_stage(struct setup_draft *draft, struct error *err)
{
	if (!setup_draft_is_changed(draft))
		return 0;
	if (draft->existed && (draft->st.st_mode & 0222) == 0)
		return error_set(err, FAULT_CONFIG,
		    "'%s' is read-only: nothing was changed", draft->path);
	return draft->remove ? 0 : stage_text(draft, &draft->now, err);
}

static int
changed(const struct setup_draft *draft, struct error *err)
{
	return error_set(err, FAULT_SYSTEM,
	    "'%s' was changed by somebody else meanwhile: run this again",
	    draft->path);
}

/* Does this file hold the text? It asks for no memory: where there is none, it
 * is known all the more what is to be put back. */
static bool
holds(const char *path, const struct setup_text *wanted)
{
	scoped(fd) int fd = open(
	    path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK);
	char block[16384];
	struct stat st;
	size_t at = 0;
	ssize_t got = 0;

	if (fd == -1 || fstat(fd, &st) == -1 || !S_ISREG(st.st_mode))
		return false;
	while (at <= wanted->length &&
	       (got = read(fd, block, sizeof(block))) > 0) {
		if ((size_t)got > wanted->length - at ||
		    memcmp(block, wanted->bytes + at, (size_t)got) != 0)
			break;
		at += (size_t)got;
	}
	explicit_bzero(block, sizeof(block));
	return got == 0 && at == wanted->length;
}

/* git holds FILE.lock while it writes FILE. */
static int
check_lock(const struct setup_draft *draft, struct error *err)
{
	char path[PATH_MAX];
	int length = snprintf(path, sizeof(path), "%s.lock", draft->real);

	if (length > 0 && (size_t)length < sizeof(path) &&
	    access(path, F_OK) == 0)
		return error_set(err, FAULT_SYSTEM,
		    "'%s' is there: another program is writing '%s'", path,
		    draft->path);
	return 0;
}

/* A rename is on the disk when its directory is. */
static void
sync_directory(const char *path)
{
	char directory[PATH_MAX];
	const char *slash = strrchr(path, '/');
	int fd;

	if (slash == NULL || (size_t)(slash - path) >= sizeof(directory))
		return;
	snprintf(directory, sizeof(directory), "%.*s", (int)(slash - path) + 1,
	    path);
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return;
	fsync(fd);
	close(fd);
}

/* The kernel or the file system does not know renameat2(2)'s flags. */
static bool
is_unknown(int number)
{
	return number == EINVAL || number == ENOSYS || number == ENOTSUP;
}

/* A new file where there is none. */
static int
place_new(struct setup_draft *draft)
{
	if (renameat2(AT_FDCWD, draft->staged, AT_FDCWD, draft->real,
		RENAME_NOREPLACE) == 0) {
		free(take(&draft->staged));
		return 0;
	}
	/* link(2) replaces nothing either */
	return is_unknown(errno) && link(draft->staged, draft->real) == 0
		   ? unlink(draft->staged)
		   : -1;
}

/*
 * The two change places, and only then is it looked at whether the old one is
 * the one that was read: whoever wrote in between gets it back. It stays
 * beside until all files are in their places, so that to go back needs no
 * room. 1: the file system cannot do that.
 */
static int
exchange(struct setup_draft *draft, const struct setup_text *expected,
    struct error *err)
{
	if (renameat2(AT_FDCWD, draft->staged, AT_FDCWD, draft->real,
		RENAME_EXCHANGE) == -1) {
		if (is_unknown(errno))
			return 1;
		return errno == ENOENT
			   ? changed(draft, err)
			   : error_errno(
				 err, "'%s' cannot be written", draft->path);
	}
	if (holds(draft->staged, expected))
		return 0;
	if (renameat2(AT_FDCWD, draft->staged, AT_FDCWD, draft->real,
		RENAME_EXCHANGE) == -1) {
		error_errno(err, "'%s' was changed meanwhile, and lies in '%s'",
		    draft->path, draft->staged);
		free(take(&draft->staged));
		return -1;
	}
	return changed(draft, err);
}

/* Out of the way, to where it can be fetched back from. */
static int
move_away(struct setup_draft *draft, struct error *err)
{
	char path[PATH_MAX];

	if (staged_path(draft->real, path, sizeof(path), err) == -1)
		return -1;
	if ((draft->staged = strdup(path)) == NULL)
		return no_memory(err);
	if (rename(draft->real, path) == -1) {
		error_errno(err, "'%s' cannot be removed", draft->path);
		free(take(&draft->staged));
		return -1;
	}
	if (holds(path, &draft->before))
		return 0;
	if (link(path, draft->real) == -1) {
		error_errno(err, "'%s' was changed meanwhile, and lies in '%s'",
		    draft->path, path);
		free(take(&draft->staged));
		return -1;
	}
	return changed(draft, err);
}

static int
place_old(struct setup_draft *draft, struct error *err)
{
	int done;

	if (!holds(draft->real, &draft->before))
		return changed(draft, err);
	if (draft->remove)
		return move_away(draft, err);
	if ((done = exchange(draft, &draft->before, err)) != 1)
		return done;
	if (rename(draft->staged, draft->real) == -1)
		return error_errno(err, "'%s' cannot be written", draft->path);
	free(take(&draft->staged));
	return 0;
}

static int
place(struct setup_draft *draft, struct error *err)
{
	if (draft->existed)
		return place_old(draft, err);
	if (place_new(draft) == 0)
		return 0;
	return errno == EEXIST
		   ? changed(draft, err)
		   : error_errno(err, "'%s' cannot be written", draft->path);
}

static int
not_back(const struct setup_draft *draft, struct error *err)
{
	return error_errno(err, "'%s' could not be put back", draft->path);
}

/* What is there instead of the new one stays. */
static int
put_back(struct setup_draft *draft, struct error *err)
{
	if (draft->remove)
		return link(draft->staged, draft->real) == 0
			   ? 0
			   : not_back(draft, err);
	if (!holds(draft->real, &draft->now))
		return changed(draft, err);
	if (!draft->existed)
		return unlink(draft->real) == 0 ? 0 : not_back(draft, err);
	if (draft->staged != NULL)
		return exchange(draft, &draft->now, err) == 0 ? 0 : -1;
	if (stage_text(draft, &draft->before, err) == -1)
		return -1;
	return rename(draft->staged, draft->real) == 0 ? 0
						       : not_back(draft, err);
}

int
setup_draft_restore(struct setup_draft *draft, struct error *err)
{
	if (!draft->placed)
		return 0;
	draft->placed = false;
	return put_back(draft, err);
}

/* Who took the lock before ours was in place has read the old one, and is
 * about to put it back with a change of its own. */
int
setup_draft_place(struct setup_draft *draft, struct error *err)
{
	struct error why;

	if (!setup_draft_is_changed(draft))
		return 0;
	if (check_lock(draft, err) == -1 || place(draft, err) == -1)
		return -1;
	draft->placed = true;
	if (check_lock(draft, err) == -1) {
		if (setup_draft_restore(draft, &why) == -1)
			error_in(err, "%s; and", why.text);
		return -1;
	}
	if (!draft->remove && !holds(draft->real, &draft->now))
		return changed(draft, err);
	sync_directory(draft->real);
	return 0;
}
