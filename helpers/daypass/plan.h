/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_DAYPASS_PLAN_H
#define DAYPASS_HELPERS_DAYPASS_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "wire/message.h"

/*
 * What an isolated session is to be kept from, found out while the whole
 * machine can still be seen. Paths are real ones, without links.
 */
enum cover {
	COVER_HIDE,	 /* nothing, or an empty directory, in its place */
	COVER_READ_ONLY, /* it and all below it */
	COVER_TEXT,	 /* a file with another text, which is private */
};

struct covered {
	enum cover how;
	char *path;
	char *text; /* of COVER_TEXT */
};

struct plan {
	struct covered *covers;
	size_t count;
	char **show; /* paths that are left as they are */
	size_t shown;
	char **unset; /* names of variables; one that ends in `*`: all such */
	size_t unset_count;
	struct message named; /* those of identities, as `variable` */
	char **keep;
	size_t kept;
	unsigned uid, gid;  /* ours, as they are outside */
	char *runtime;	    /* the directory of the agent's socket */
	char *runtime_base; /* the one that it lies in, if others use it */
	struct error open;  /* what cannot be closed, if there is such a thing:
			       its fault is not FAULT_NONE */
	bool failed;	    /* no memory */
};

/* `answer` is the agent's to `isolation`. -1: no memory, or the runtime
 * directory is not to be found. */
int plan_make(
    struct plan *plan, const struct message *answer, struct error *err);
void plan_free(struct plan *plan);

/* Could whoever is inside write to it? Who owns a thing can make it so. */
bool plan_may_change(const struct plan *plan, const char *path);

/* For the files that find out: adds a cover, unless it is to be shown, or
 * nothing is there. */
void plan_hide(struct plan *plan, const char *path);
void plan_read_only(struct plan *plan, const char *path);
void plan_hold(struct plan *plan, const char *path); /* also if others own it */
void plan_replace(struct plan *plan, const char *path, const char *text);
void plan_unset(struct plan *plan, const char *name);

/* Files and variables that tools keep credentials in (plan_known.c), what
 * runs things for others: sockets (plan_sockets.c), and what is mounted that
 * leads to processes outside (plan_mounts.c). */
void plan_known(struct plan *plan);
void plan_sockets(struct plan *plan);
void plan_mounts(struct plan *plan);

/* plan_sockets.c: hides it if it is a socket that does things for others. */
void plan_socket(struct plan *plan, const char *path);

/* HOME/PATH into `full`; NULL: there is no HOME, or it does not fit. */
const char *plan_home(char *full, size_t size, const char *path);

/* The environment without what is to be unset, and with the session's name;
 * NULL: no memory. One block, of malloc(). */
char **plan_environment(const struct plan *plan, const char *name);

#endif
