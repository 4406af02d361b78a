/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AUDIT_JOURNAL_H
#define DAYPASS_AUDIT_JOURNAL_H

#include <stdbool.h>

#include "audit/seal.h"
#include "base/error.h"

/*
 * A file of sealed records that several processes of one user write at the
 * same time, each under a lock (flock) for as long as it appends. It is kept
 * in files of a stated size: PATH is the latest, PATH.1 the one before, and
 * the chain goes through all of them. What is there is never changed: what
 * somebody has done to it is found when the next record is written, and said.
 */
struct journal;

struct journal_limits {
	int64_t size;  /* bytes, then the file is rotated */
	unsigned keep; /* how many of the older ones stay */
};
#define JOURNAL_SIZE (64LL * 1024 * 1024)
#define JOURNAL_KEEP 8
#define JOURNAL_KEEP_MAX 99

/* Does not open it yet. NULL: no memory. */
struct journal *journal_new(
    const char *path, const struct journal_limits *limits);
void journal_free(struct journal *journal);

/* Is what we write to still the file of that name? False: we have none open. */
bool journal_is_there(const struct journal *journal);

/* The head that the file is known to have had: it must be somewhere in it. */
void journal_expect(struct journal *journal, const struct head *head);

/*
 * One turn of writing: begin, any number of adds, then commit or cancel.
 * begin takes the lock and finds the end of the chain. 1: somebody has been at
 * the file, and *finding says what is wrong, for a record of its own; so it
 * does each time until a turn is committed; 0. -1: it cannot be written
 * (FAULT_SYSTEM), and nothing is locked.
 */
int journal_begin(
    struct journal *journal, const char **finding, struct error *err);

/* Seals a record behind those of this turn; `more` as of seal(). -1: it is no
 * record, or there is no memory. */
int journal_add(struct journal *journal, const char *record, const char *more,
    struct error *err);

/* The same of a sealed line of another chain (without its line end), which is
 * taken out of its seal; in `first` it has the hash that it had there. */
int journal_add_sealed(struct journal *journal, const char *line, size_t length,
    struct error *err);

/* Writes what was added, with fdatasync if `sync`. -1: nothing of it is in the
 * file. *lines are the sealed ones, valid until the next turn. */
int journal_commit(
    struct journal *journal, bool sync, const char **lines, struct error *err);
void journal_cancel(struct journal *journal);

/* The last record that is known. */
const struct head *journal_head(const struct journal *journal);

/* The name of one of its files: 0 is the latest. Valid until the next call.
 */
#define JOURNAL_PATH_MAX 4096
const char *journal_name(
    const char *path, unsigned number, char name[JOURNAL_PATH_MAX]);

#endif
