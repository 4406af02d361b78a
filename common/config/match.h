/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_CONFIG_MATCH_H
#define DAYPASS_CONFIG_MATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/scoped.h"
#include "config/target.h"

/*
 * Which targets a binding is for: what its subsection says, taken apart once.
 * As git matches http.<url> (git's urlmatch.c): scheme and port are the same,
 * host labels are the same or globbed, the path is a prefix that ends where a
 * segment ends. A pattern that has a user is for requests with that one alone;
 * one that has none is for all.
 */
struct match;

enum match_kind {
	MATCH_NONE,	/* the section binds nothing */
	MATCH_URL,	/* git, nats, function */
	MATCH_REGISTRY, /* docker: host and namespace */
	MATCH_WORD	/* aws: a profile; gcloud: an audience */
};

/* `pattern` NULL: any target of that kind. -1 (FAULT_CONFIG): it is no
 * pattern of that kind. */
int match_read(enum match_kind kind, const char *pattern, struct match **match,
    struct error *err);
/* Makes it one for this user, whose name stands in its text from now on. -1:
 * no memory. */
int match_for_user(struct match *match, const char *user, size_t length);

void match_free(struct match *match);
SCOPED(match, struct match *, match_free);

bool match_fits(const struct match *match, const struct target *target);

/*
 * Of two that fit one target, which is the closer? Above zero: `a`. A host
 * without globs is closer than one with, then the one with more written out,
 * then the longer path, then one for the user: git's order. Zero: equally
 * close.
 */
int match_compare(const struct match *a, const struct match *b);

/* The pattern in its canonical form; "" for any. */
const char *match_text(const struct match *match);
const char *match_user(const struct match *match); /* NULL: of any */
bool match_has_path(const struct match *match);
bool match_has_glob(const struct match *match);

/* Do both name the same place, paths aside? */
bool match_same_host(const struct match *match, const struct target *target);

#endif
