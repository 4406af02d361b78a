/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AUDIT_SPOOL_H
#define DAYPASS_AUDIT_SPOOL_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/*
 * Lines that a sink has not taken yet, in the order in which they are to go
 * out. A file in the runtime directory, so that what waits outlives a
 * daypass-audit that is killed, and a session; records hold no secret. Where
 * there is no such directory, memory. Bounded: see SPOOL_MAX.
 */
struct spool;

#define SPOOL_MAX (8 * 1024 * 1024) /* bytes that wait */

/* `directory` is open, or -1. The name is made of the sink's. Takes up what
 * was left there, if it can be made sense of. NULL: no memory, or errno. */
struct spool *spool_open(int directory, const char *sink, struct error *err);

/* The same of a file that is open; it becomes the spool's. */
struct spool *spool_adopt(int fd, struct error *err);
void spool_free(struct spool *spool);

/* Whole lines, all or none. -1: there is no room, or errno. */
int spool_add(
    struct spool *spool, const char *lines, size_t length, struct error *err);

/* As many whole lines, from the first on, as fit into `size`; 0: none are
 * there. spool_drop() when they have been taken, all or the first of them. */
size_t spool_peek(const struct spool *spool, char *lines, size_t size);
void spool_drop(struct spool *spool, size_t length, size_t lines);

int64_t spool_waiting(const struct spool *spool); /* lines */
int64_t spool_bytes(const struct spool *spool);

/* Of all that ever came in, how much, and how much of it was taken. */
int64_t spool_came(const struct spool *spool);
int64_t spool_went(const struct spool *spool);

#endif
