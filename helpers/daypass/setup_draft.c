/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helpers/daypass/setup_draft.h"

/* One name, so that what a kill left is found and taken away by the next. */
#define SUFFIX ".daypass-new"

static int
no_memory(struct error *err)
{
	return error_set(err, FAULT_SYSTEM, "no memory");
}

void
setup_draft_free(struct setup_draft *draft)
{
	if (draft == NULL)
		return;
	if (draft->staged != NULL)
		unlink(draft->staged);
	free(draft->staged);
	free(draft->path);
	free(draft->real);
	setup_text_free(&draft->before);
	setup_text_free(&draft->now);
	free(draft);
}

bool
setup_draft_is_changed(const struct setup_draft *draft)
{
	if (draft->remove)
		return draft->existed;
	return !setup_text_same(&draft->before, &draft->now);
}

static int
check_file(const struct stat *st, const char *path, struct error *err)
{
	if (!S_ISREG(st->st_mode))
		return error_set(
		    err, FAULT_CONFIG, "'%s' is no regular file", path);
	if (st->st_uid != geteuid())
		return error_set(err, FAULT_REFUSED,
		    "'%s' belongs to uid %lu, and this runs as uid %lu: run "
		    "it as that user",
		    path, (unsigned long)st->st_uid, (unsigned long)geteuid());
	if (st->st_nlink > 1)
		return error_set(err, FAULT_CONFIG,
		    "'%s' has %lu names (hard links), and the others would "
		    "keep the old text: make it a file of its own",
		    path, (unsigned long)st->st_nlink);
	if (st->st_size > SETUP_TEXT_MAX)
		return error_set(err, FAULT_CONFIG, "'%s' is over 1 MiB", path);
	return 0;
}

static int
read_all(int fd, struct setup_text *text, const char *path, struct error *err)
{
	char block[16384];
	ssize_t got;
	int failed = 0;

	while (failed == 0 && (got = read(fd, block, sizeof(block))) > 0)
		failed = setup_text_splice(
		    text, text->length, 0, block, (size_t)got, err);
	explicit_bzero(block, sizeof(block));
	if (failed == 0 && got == -1)
		return error_errno(err, "'%s'", path);
	if (failed == 0 && text->length > 0 &&
	    memchr(text->bytes, '\0', text->length) != NULL)
		return error_set(
		    err, FAULT_CONFIG, "'%s' holds a NUL byte", path);
	return failed;
}

static int
read_file(const char *path, struct stat *st, struct setup_text *text,
    struct error *err)
{
	/* a FIFO must not hold us up */
	scoped(fd) int fd =
	    open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd == -1 || fstat(fd, st) == -1)
		return error_errno(err, "'%s'", path);
	if (check_file(st, path, err) == -1)
		return -1;
	return read_all(fd, text, path, err);
}

/* Where a file that is not there is to be: a link that leads nowhere would
 * have to be guessed at. */
static int
open_missing(struct setup_draft *draft, struct error *err)
{
	struct stat st;

	if (lstat(draft->path, &st) == 0)
		return error_set(err, FAULT_CONFIG,
		    "'%s' is a link that leads nowhere", draft->path);
	draft->mode = 0600;
	draft->real = strdup(draft->path);
	return draft->real != NULL ? 0 : no_memory(err);
}

static int
open_existing(struct setup_draft *draft, struct error *err)
{
	draft->existed = true;
	if (read_file(draft->real, &draft->st, &draft->before, err) == -1)
		return -1;
	return setup_text_copy(&draft->now, &draft->before, err);
}

int
setup_draft_open(
    const char *path, struct setup_draft **draft, struct error *err)
{
	scoped(setup_draft) struct setup_draft *made = calloc(1, sizeof(*made));

	if (made == NULL || (made->path = strdup(path)) == NULL)
		return no_memory(err);
	made->real = realpath(path, NULL);
	if (made->real == NULL && errno != ENOENT)
		return error_errno(err, "'%s'", path);
	if ((made->real == NULL ? open_missing(made, err)
				: open_existing(made, err)) == -1)
		return -1;
	*draft = take(&made);
	return 0;
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

/* As the one that it takes the place of. */
static int
keep_mode(int fd, const struct setup_draft *draft)
{
	if (!draft->existed)
		return fchmod(fd, draft->mode);
	if (fchown(fd, draft->st.st_uid, draft->st.st_gid) == -1 &&
	    errno != EPERM)
		return -1;
	return fchmod(fd, draft->st.st_mode & 07777);
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
	if (write_all(fd, text) == -1 || keep_mode(fd, draft) == -1)
		return error_errno(err, "'%s' cannot be written", draft->path);
	return 0;
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

/* Is it still the file that was read? */
static int
check_same(const struct setup_draft *draft, struct error *err)
{
	scoped(setup_text) struct setup_text text = {.bytes = NULL};
	struct stat st;
	struct error why;

	if (!draft->existed) {
		if (lstat(draft->real, &st) == -1 && errno == ENOENT)
			return 0;
	} else if (read_file(draft->real, &st, &text, &why) == 0 &&
		   setup_text_same(&text, &draft->before)) {
		return 0;
	}
	return error_set(err, FAULT_SYSTEM,
	    "'%s' was changed by somebody else meanwhile: run this again",
	    draft->path);
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

int
setup_draft_place(struct setup_draft *draft, struct error *err)
{
	int failed;

	if (!setup_draft_is_changed(draft))
		return 0;
	if (check_lock(draft, err) == -1 || check_same(draft, err) == -1)
		return -1;
	failed = draft->remove ? unlink(draft->real)
			       : rename(draft->staged, draft->real);
	if (failed == -1)
		return error_errno(err, "'%s' cannot be written", draft->path);
	free(take(&draft->staged));
	draft->placed = true;
	return 0;
}

int
setup_draft_restore(struct setup_draft *draft, struct error *err)
{
	int failed;

	if (!draft->placed)
		return 0;
	draft->placed = false;
	if (!draft->existed)
		failed = unlink(draft->real);
	else if (stage_text(draft, &draft->before, err) == -1)
		return -1;
	else
		failed = rename(draft->staged, draft->real);
	free(take(&draft->staged));
	if (failed == -1)
		return error_errno(
		    err, "'%s' could not be put back", draft->path);
	return 0;
}

static int
make_directory(const char *path, bool public,
    int (*made)(void *context, const char *directory, struct error *err),
    void *context, struct error *err)
{
	if (mkdir(path, public ? 0755 : 0700) == 0)
		return made != NULL ? made(context, path, err) : 0;
	if (errno == EEXIST)
		return 0;
	return error_errno(err, "the directory '%s' cannot be made", path);
}

int
setup_draft_directories(const char *path, bool public,
    int (*made)(void *context, const char *directory, struct error *err),
    void *context, struct error *err)
{
	char part[PATH_MAX];
	size_t length = strlen(path);

	if (length >= sizeof(part))
		return error_set(err, FAULT_CONFIG, "the path is too long");
	memcpy(part, path, length + 1);
	for (char *slash = strchr(part + 1, '/'); slash != NULL;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (make_directory(part, public, made, context, err) == -1)
			return -1;
		*slash = '/';
	}
	return 0;
}
