/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "place.h"

#define WAIT_MS 10000

static void
must(bool done, const char *what)
{
	if (done)
		return;
	printf("Bail out! %s\n", what);
	exit(1);
}

void
place_reset(struct place *place)
{
	char path[PATH_MAX];

	settings_free(place->settings);
	surroundings_free(place->around);
	place->settings = settings_new();
	place->around = surroundings_new();
	must(place->settings != NULL && place->around != NULL, "memory");
	place_variable(place, "HOME", place->path);
	snprintf(path, sizeof(path), "%s/bin", place->path);
	place_variable(place, "PATH", path);
	place->mint.settings = place->settings;
	place->mint.around = place->around;
}

void
place_open(struct place *place)
{
	const char *tmp = getenv("TMPDIR");
	char bin[PATH_MAX];

	memset(place, 0, sizeof(*place));
	snprintf(place->path, sizeof(place->path), "%s/daypass-XXXXXX",
	    tmp == NULL ? "/tmp" : tmp);
	must(mkdtemp(place->path) != NULL, "no temporary directory");
	snprintf(bin, sizeof(bin), "%s/bin", place->path);
	must(mkdir(bin, 0700) == 0, "mkdir bin");
	place->mint.http = &place->http;
	place_reset(place);
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void
place_close(struct place *place)
{
	nftw(place->path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	settings_free(place->settings);
	surroundings_free(place->around);
}

const char *
place_file(struct place *place, const char *name, const char *content)
{
	static char path[PATH_MAX];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", place->path, name);
	must((file = fopen(path, "we")) != NULL, path);
	must(fputs(content, file) != EOF && fclose(file) == 0, path);
	return path;
}

const char *
place_program(struct place *place, const char *name, const char *script)
{
	char relative[256], text[4096];
	const char *path;

	snprintf(relative, sizeof(relative), "bin/%s", name);
	snprintf(text, sizeof(text), "#!/bin/sh\n%s\n", script);
	path = place_file(place, relative, text);
	must(chmod(path, 0700) == 0, path);
	return path;
}

void
place_setting(struct place *place, const char *key, const char *value)
{
	must(settings_set(place->settings, key, value) == 0, key);
}

void
place_variable(struct place *place, const char *name, const char *value)
{
	must(surroundings_set(place->around, name, value) == 0, name);
}

const char *
place_mint(
    struct place *place, const struct identity *identity, const char *audience)
{
	static char text[IDENTITY_TOKEN_MAX + 1];
	scoped(secret) struct secret *token = NULL;

	memset(&place->err, 0, sizeof(place->err));
	place->http.deadline = clock_ms() + WAIT_MS;
	place->mint.audience = audience;
	if (identity->run(&place->mint, &token, &place->err) == -1)
		return NULL;
	must(secret_length(token) < sizeof(text), "the token's length");
	strcpy(text, secret_bytes(token));
	return text;
}

struct tracer {
	struct identity_trace trace;
	char text[4 * PATH_MAX];
};

static void
trace_add(struct identity_trace *trace, const char *what)
{
	struct tracer *tracer = (struct tracer *)trace;

	must(strlen(tracer->text) + strlen(what) + 2 < sizeof(tracer->text),
	    "the trace's length");
	strcat(strcat(tracer->text, what), "\n");
}

const char *
place_trace(struct place *place, const struct identity *identity)
{
	static struct tracer tracer;

	memset(&place->err, 0, sizeof(place->err));
	memset(&tracer, 0, sizeof(tracer));
	tracer.trace.add = trace_add;
	if (identity->trace(place->settings, place->around, &tracer.trace,
		&place->err) == -1)
		return NULL;
	return tracer.text;
}

/* Base64url without padding (RFC 4648, 5). */
static void
encode(char *to, const char *from)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789-_";
	unsigned bits = 0, count = 0;

	for (; *from != '\0'; from++) {
		bits = bits << 8 | (unsigned char)*from;
		for (count += 8; count >= 6; count -= 6)
			*to++ = digits[bits >> (count - 6) & 63];
	}
	if (count > 0)
		*to++ = digits[bits << (6 - count) & 63];
	*to = '\0';
}

const char *
place_jwt(const char *claims)
{
	static char text[4096];
	char header[64], payload[3000];

	must(strlen(claims) < 2000, "the claims' length");
	encode(header, "{\"alg\":\"none\",\"typ\":\"JWT\"}");
	encode(payload, claims);
	snprintf(text, sizeof(text), "%s.%s.c2ln", header, payload);
	return text;
}
