/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_BASE_ERROR_H
#define DAYPASS_BASE_ERROR_H

/*
 * An error is a value that the caller owns: setting one allocates nothing, so
 * it can neither leak nor fail. Every function here that returns int returns
 * -1, so that `return error_set(...)` reads as what it is. `err` may be NULL.
 */

/* What the person can do about it; design: "Errors". */
enum fault {
	FAULT_NONE,
	FAULT_USAGE,	/* call it differently */
	FAULT_CONFIG,	/* mend the configuration */
	FAULT_IDENTITY, /* the workspace has no (valid) identity */
	FAULT_REFUSED,	/* the other side said no: do not retry */
	FAULT_NETWORK,	/* may work later */
	FAULT_SYSTEM,	/* this machine refused something */
	FAULT_COUNT
};

/* Where on the road it went wrong. */
enum stage {
	STAGE_NONE,
	STAGE_CONFIG,
	STAGE_IDENTITY,
	STAGE_EXCHANGE,
	STAGE_POLICY,
	STAGE_TARGET,
	STAGE_AGENT,
	STAGE_COUNT
};

#define ERROR_TEXT_MAX 1024

struct error {
	enum fault fault;
	enum stage stage;
	char text[ERROR_TEXT_MAX];
};

/* Sets fault and text; a text that is too long ends in "...". Never format a
 * secret. Text that came from a server goes through text_printable() first. */
int error_set(struct error *err, enum fault fault, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* FAULT_SYSTEM: the formatted text, ": " and strerror(errno). */
int error_errno(struct error *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Puts the formatted context and ": " before the text that is there. */
int error_in(struct error *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Says at which stage the error arose, unless that is known already. */
int error_at(struct error *err, enum stage stage);

/* The words of the wire, of --json and of messages: "identity", "refused". */
const char *fault_name(enum fault fault);
const char *stage_name(enum stage stage);

/* The reverse; an unknown or missing name gives FAULT_SYSTEM, STAGE_AGENT. */
enum fault fault_named(const char *name);
enum stage stage_named(const char *name);

/* Exit code of the daypass command, as in sysexits.h: usage 64, identity 69,
 * system 71, network 75, refused 77, config 78. */
int fault_exit(enum fault fault);

#endif
