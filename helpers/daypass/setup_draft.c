/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helpers/daypass/setup_draft.h"

static int
no_memory(struct error *err)
{
	return error_set(err, FAULT_SYSTEM, "no memory");
}

void
setup_draft_drop(struct setup_draft *draft)
{
	if (draft->staged != NULL)
		unlink(draft->staged);
	free(take(&draft->staged));
}

void
setup_draft_free(struct setup_draft *draft)
{
	if (draft == NULL)
		return;
	setup_draft_drop(draft);
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

/* Is this, the nearest that is there, a place where we make something? What
 * root would make in another's directory, that person could not change. */
static int
check_ground(const char *path, const struct stat *link, struct error *err)
{
	struct stat st = *link;

	if (S_ISLNK(link->st_mode) && stat(path, &st) == -1)
		return error_set(err, FAULT_CONFIG,
		    "'%s' is a link that leads nowhere", path);
	if (!S_ISDIR(st.st_mode))
		return error_set(
		    err, FAULT_CONFIG, "'%s' is no directory", path);
	if (st.st_uid != geteuid() && st.st_uid != 0)
		return error_set(err, FAULT_REFUSED,
		    "'%s' belongs to uid %lu, and this runs as uid %lu: run "
		    "it as that user",
		    path, (unsigned long)st.st_uid, (unsigned long)geteuid());
	return 0;
}

int
setup_draft_ground(const char *path, struct error *err)
{
	char part[PATH_MAX];
	struct stat st;
	char *slash;
	int length = snprintf(part, sizeof(part), "%s", path);

	if (length < 0 || (size_t)length >= sizeof(part))
		return error_set(err, FAULT_CONFIG, "the path is too long");
	while ((slash = strrchr(part, '/')) != NULL && slash != part) {
		*slash = '\0';
		if (lstat(part, &st) == 0)
			return check_ground(part, &st, err);
		if (errno != ENOENT)
			return error_errno(err, "'%s'", part);
	}
	return 0;
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
	if (setup_draft_ground(draft->path, err) == -1)
		return -1;
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
make_directory(const char *path, bool public,
    int (*made)(void *context, const char *directory, struct error *err),
    void *context, struct error *err)
{
	if (mkdir(path, 0700) == -1)
		return errno == EEXIST
			   ? 0
			   : error_errno(err,
				 "the directory '%s' cannot be made", path);
	/* whatever the umask is */
	if (chmod(path, public ? 0755 : 0700) == -1)
		return error_errno(err, "'%s'", path);
	return made != NULL ? made(context, path, err) : 0;
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
