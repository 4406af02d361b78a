/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_DAYPASS_SHADOW_H
#define DAYPASS_HELPERS_DAYPASS_SHADOW_H

#include <stdbool.h>

#include "helpers/daypass/checks.h"

/*
 * What a tool's own configuration and environment say of a target: does the
 * tool ask daypass at all, and does it ask somebody else first? One file a
 * tool. Nothing is changed, and no value that is a secret is ever shown.
 */
struct shadows {
	struct checks *checks;
	const char *target;  /* of a binding with globs, one that would fit */
	const char *shown;   /* what messages call it */
	bool globs;	     /* `shown` is a pattern for many */
	const char *binding; /* what binds it; NULL: nothing */
	bool counts;	     /* it stands in the way of what was asked about */
};

struct shadow {
	const char *tool;
	void (*look)(struct shadows *shadows);
};

extern const struct shadow shadow_git;
extern const struct shadow shadow_docker;
extern const struct shadow shadow_aws;
extern const struct shadow shadow_gcloud;

/* Looks at a tool for a target. A tool that has no configuration of its own
 * has no shadows. The texts stay until the program ends. */
void shadow_look(struct checks *checks, const char *tool, const char *target,
    const char *binding, bool counts);

/* The same for a binding whose pattern has globs, or is "" for all: at what
 * the tool does with any of its targets, and at each target that the tool's
 * files name. `sample` is one that fits. */
void shadow_look_at_all(struct checks *checks, const char *tool,
    const char *pattern, const char *sample);

/* The pattern with SHADOW_SAMPLE in the place of its globs, twelve digits for
 * those who want an account. -1: it does not fit. */
#define SHADOW_SAMPLE "111111111111"
int shadow_sample(const char *pattern, char *text, size_t size);

/*
 * For the tools' files. The check `name`: something is asked before us, and
 * what to do about it. What was said once is not said again.
 */
void shadow_add(struct shadows *shadows, const char *name, const char *remedy,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* The tool is not set up to ask us, or something else that is worth a word and
 * never counts. */
void shadow_note(struct shadows *shadows, const char *name, const char *remedy,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* All is well; the words are a remark. */
void shadow_good(struct shadows *shadows, const char *name, const char *fmt,
    ...) __attribute__((format(printf, 3, 4)));

/* An environment variable, if it is there and not empty, else NULL. */
const char *shadow_variable(const char *name);

/* A tool's file: `*text` (from malloc, wiped by shadow_forget) is all of it.
 * 0; 1: it is not there; -1: it cannot be read, and a note says why. */
int shadow_read(
    struct shadows *shadows, const char *name, const char *path, char **text);
void shadow_forget(char **text);

/* $VARIABLE, else HOME/PATH, into `full`. -1: there is neither, or it does not
 * fit. */
int shadow_path(
    const char *variable, const char *path, char *full, size_t size);

/* Is the program of this command line one of ours, by its name? */
bool shadow_is_ours(const char *command, const char *program);

/* The command's program, if it is an absolute path and cannot be run, into
 * `path`; else NULL. */
const char *shadow_missing(const char *command, char *path, size_t size);

#endif
