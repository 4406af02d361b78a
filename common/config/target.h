/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_CONFIG_TARGET_H
#define DAYPASS_CONFIG_TARGET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/*
 * What a tool wants to reach, in a form that can be compared: scheme and host
 * in lower case, no default port, no user, no trailing ".git", "/info/lfs" or
 * slash. What does not parse is refused, never guessed.
 */
#define TARGET_MAX 2048

struct target {
	/* The user name that a request is for, which is not part of `text`: it
	 * picks a binding, and is nothing that is reached. "": none. */
	char user[64];
	char scheme[16]; /* "https"; "" for a docker host, profile, audience */
	char host[256];	 /* without port; "" for a profile or an audience */
	char port[8];	 /* "" for the default one */
	char path[1024]; /* without leading slash; "" for none */
	char text[TARGET_MAX]; /* the canonical whole: for keys, records and
				  messages */
};

/* A URL (RFC 3986) with scheme and host. -1: FAULT_USAGE. */
int target_url(const char *url, struct target *target, struct error *err);

/* As docker, podman and crane write a registry: "host[:port][/path]" with or
 * without scheme; Docker Hub's names all become "docker.io". */
int target_docker(const char *key, struct target *target, struct error *err);

/* The same for what a binding says: the host may hold globs. */
int target_url_pattern(
    const char *pattern, struct target *target, struct error *err);
int target_docker_pattern(
    const char *pattern, struct target *target, struct error *err);

/* A word: an AWS profile, a GCP audience. Not empty, no control bytes. */
int target_word(const char *word, struct target *target, struct error *err);

/* Would a token for it travel in clear: HTTP or WebSocket without TLS, and not
 * to a loopback address as written? */
bool target_is_clear(const struct target *target);

/* "host" or "host:port". */
const char *target_authority(
    const struct target *target, char *text, size_t size);

#endif
