/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_IDENTITY_IDENTITY_H
#define DAYPASS_IDENTITY_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/http.h"
#include "base/secret.h"
#include "base/settings.h"
#include "identity/keep.h"
#include "identity/surroundings.h"
#include "wire/message.h"

/*
 * An identity is a source of id tokens: who we are. Each is one file that
 * defines one `const struct identity`, and one word in build.am, whose order
 * is the probing order of `auto`. The table is generated from that list, and
 * the helper's list of variables from the files' `variables`.
 */

/* What one mint of an id token has to work with, in the child. */
struct identity_mint {
	const char *audience;
	const struct settings *settings; /* the [identity] section's keys */
	const struct surroundings *around;
	struct http *http; /* its deadline binds programs too */
	struct keep *keep; /* of an identity with a login, else NULL */
};

/*
 * An identity that a person logs in to. What it keeps between mints is told
 * from others of its kind by the settings `names`. The talk is a row of short
 * mints, so that no process waits for a human being:
 *	begin	redirect-port=N, or device=1
 *	go-on	reply=QUERY (what the browser brought), or nothing
 *	leave
 * Each writes what the asker is told (docs/wire.md, `login`); a key that
 * begins with "flow." goes to nobody and comes back with the next go-on.
 */
struct identity_login {
	const char *const *names; /* NULL-terminated */
	int (*talk)(const struct identity_mint *mint,
	    const struct message *asked, struct writing *told,
	    struct error *err);
};

#define IDENTITY_SOCKET_MAX 108 /* unix(7) */

/* A hash-worthy list of what picks the principal, told to the agent. */
struct identity_trace {
	void (*add)(struct identity_trace *trace, const char *what);
};

/* Whom an identity speaks HTTP to. Of the URL scheme, host and port count. */
struct identity_endpoint {
	struct buffer url;
	char socket[IDENTITY_SOCKET_MAX]; /* a unix socket's path, or "" */
	bool link_local;		  /* as in struct http_request */
};

#define IDENTITY_REASON_MAX 256

struct identity {
	const char *name;
	/* Variables that it reads, NULL-terminated; HOME and PATH come along
	 * without being named. Write them as
	 *	static const char *const variables[] = {"A", "B", NULL};
	 * in one statement: the build reads it. NULL: none. */
	const char *const *variables;
	/* Keys of [identity] beside `source`, NULL-terminated, or NULL. */
	const char *const *keys;
	/* Programs that hand out tokens to whoever runs them, by their names;
	 * NULL-terminated, or NULL. An isolated session gets none of them. */
	const char *const *programs;
	/* Directories below HOME in which these programs find whom to ask, and
	 * as whom; NULL-terminated, or NULL. An isolated session finds nothing
	 * there, and can put nothing there for the agent to find. */
	const char *const *homes;
	bool is_static; /* one token for one audience, not minted on demand */
	bool runs_program; /* its child cannot be confined */
	bool speaks_http;  /* its child can be, and is */

	/* Is it here? Offline, at once: looks at variables and files, runs
	 * nothing. Writes the reason either way ("ona is on PATH:
	 * /usr/bin/ona", "GITHUB_ACTIONS is not set"). Only identities that
	 * `auto` may pick have it. */
	bool (*here)(
	    const struct surroundings *around, char *reason, size_t size);

	/* What, beyond the variables and HOME, picks the principal: program
	 * path and inode, file path, inode and time. Offline. May be NULL. -1
	 * when the settings are unusable (FAULT_CONFIG). */
	int (*trace)(const struct settings *settings,
	    const struct surroundings *around, struct identity_trace *trace,
	    struct error *err);

	/* Whom run() will ask, for doctor. Offline. -1: nobody, as it is not
	 * here, or its settings are unusable. NULL: it speaks no HTTP, or a
	 * program does it for it. */
	int (*endpoint)(const struct settings *settings,
	    const struct surroundings *around,
	    struct identity_endpoint *endpoint);

	/* Gets one id token, a JWT without white space around it. In the
	 * child; may block until the deadline. FAULT_IDENTITY says what is
	 * missing and what to do. */
	int (*run)(const struct identity_mint *mint, struct secret **token,
	    struct error *err);

	/* NULL: nobody logs in to it. */
	const struct identity_login *login;
};

/* All identities in probing order; NULL-terminated. Generated. */
extern const struct identity *const identities[];

const struct identity *identity_named(const char *name);

/* A variable that is set and not empty, else NULL. */
const char *identity_variable(
    const struct surroundings *around, const char *name);

/* A key of [identity] that `source` cannot do without; NULL: FAULT_CONFIG. */
const char *identity_required(const struct settings *settings,
    const char *source, const char *key, struct error *err);

/* The absolute path that `path` means: as it is, or "~/" under HOME. -1 with
 * FAULT_CONFIG for any other. */
int identity_path(const char *path, const struct surroundings *around,
    char *full, size_t size, struct error *err);

/* Finds a program on the surroundings' PATH, or by an absolute path or one
 * under "~/". -1: there is none. */
int identity_find(const struct surroundings *around, const char *name,
    char *found, size_t size);

/* Helpers for trace: adds path, device, inode, size and change time of a
 * file, or that it is missing. */
void identity_trace_file(struct identity_trace *trace, const char *path);

/* The same for a program by its name, once it is found. */
void identity_trace_program(struct identity_trace *trace,
    const struct surroundings *around, const char *name);

/* Cuts white space at both ends, checks that a token is there and that its
 * bytes can stand in a header. FAULT_IDENTITY: `where` ("the file '/x'",
 * "variable CI_TOKEN") is empty, holds no token, or one of more than
 * IDENTITY_TOKEN_MAX bytes. */
int identity_trim(struct secret **token, const char *where, struct error *err);

/* For static tokens: FAULT_IDENTITY when it has expired, naming `where`. What
 * is no JWT passes: it may be opaque. */
int identity_unexpired(
    const struct secret *token, const char *where, struct error *err);

/* The most that an id token may have, wherever it comes from: what an exchange
 * starts from, and its account of it, must fit into the agent's brief. */
#define IDENTITY_TOKEN_MAX (32 * 1024)

/* The most words of a program's command line, its name included. */
#define IDENTITY_WORDS_MAX 64

/* Runs a program that prints an id token, with the surroundings (and PATH,
 * LANG) as its environment. argv is NULL-terminated; argv[0] is looked up. */
int identity_program(const struct identity_mint *mint, const char *const *argv,
    struct secret **token, struct error *err);

#endif
