/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_DAYPASS_SETUP_JSON_H
#define DAYPASS_HELPERS_DAYPASS_SETUP_JSON_H

#include "helpers/daypass/setup_text.h"

/*
 * Where things stand in a JSON file (RFC 8259, strictly: docker and podman
 * refuse what is not), so that a member can be put in or taken out and every
 * other byte stays. Offsets are into the text and good until it changes.
 */
#define SETUP_JSON_DEPTH 64

struct setup_json_member {
	size_t key, key_end; /* with its quotes */
	size_t value, value_end;
};

struct setup_json_object {
	size_t open, close; /* the two braces */
	size_t count;
	struct setup_json_member last;
};

/* Is it one object with only white space around? -1 (FAULT_CONFIG): no; the
 * error says in which line, and shows nothing of it. */
int setup_json_check(const struct setup_text *text, struct error *err);

/* Of a text that was checked: the object that begins at `at`, or with the
 * next byte that is no white space. -1: something else stands there. */
int setup_json_object(const struct setup_text *text, size_t at,
    struct setup_json_object *object, struct error *err);

/* Its member `name` (ASCII). 1: found; 0: there is none. -1: it is there twice
 * or, with `fold`, in other letters: Go takes one for the other. */
int setup_json_member(const struct setup_text *text,
    const struct setup_json_object *object, const char *name, bool fold,
    struct setup_json_member *member, struct error *err);

/* Is the value this string (ASCII)? */
bool setup_json_is(const struct setup_text *text,
    const struct setup_json_member *member, const char *string);

/* The member after this one (key_end 0: the first). False: none is left. */
bool setup_json_next(const struct setup_text *text,
    const struct setup_json_object *object, struct setup_json_member *member);

/* Behind the string that begins at `at`, of a text that was checked. */
size_t setup_json_string_end(const struct setup_text *text, size_t at);

#endif
