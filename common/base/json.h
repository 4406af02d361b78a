/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_BASE_JSON_H
#define DAYPASS_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/secret.h"

/* Reading JSON (RFC 8259) that strangers wrote; json-c lives in json.c alone.
 * A parsed document is one object or array, at most 32 deep, duplicate keys
 * refused, no bytes behind it. */
struct json;

struct json *json_parse(const char *bytes, size_t length, struct error *err);
void json_free(struct json *json);
SCOPED(json, struct json *, json_free);

/*
 * Members by path: names joined by '/', array elements by number:
 * "authorizationData/0/authorizationToken"; the last name may hold slashes
 * itself; "" is the whole document. Each gives false when there is no
 * such member or it is of another type.
 */

/* The pointer lives as long as the document. A string with a NUL in it is of
 * another type. */
bool json_string(
    const struct json *json, const char *path, const char **string);
/* A number, also with decimals or exponent (cut off), also a decimal string. */
bool json_integer(const struct json *json, const char *path, int64_t *number);
bool json_boolean(const struct json *json, const char *path, bool *value);
/* The elements of an array; a single string counts as an array of one. */
bool json_count(const struct json *json, const char *path, size_t *count);
bool json_element(
    const struct json *json, const char *path, size_t i, const char **string);
/* The name of the i-th member of the whole document; NULL behind the last. */
const char *json_name(const struct json *json, size_t i);
/* The same of a member's members. */
const char *json_member(const struct json *json, const char *path, size_t i);
bool json_is_object(const struct json *json, const char *path);
/* Is there such a member, of whatever type but null? */
bool json_present(const struct json *json, const char *path);
/* Is it an object, or an array of such (and not an empty one)? */
bool json_has(const struct json *json, const char *path);

/* Is it an object with no member but these (NULL-terminated)? */
bool json_only(
    const struct json *json, const char *path, const char *const *names);

/* Takes a member of the whole document away, if it is there. */
void json_drop(struct json *json, const char *name);
/* The document; valid until the next call. NULL: no memory. */
const char *json_text(struct json *json);

/* Writing (in json_write.c, which needs no json-c). Appends `string` escaped,
 * with its quotes. -1: no room, and nothing is appended. */
struct buffer;
void json_quote(struct buffer *out, const char *string);
int json_quote_secret(struct secret *out, const char *string, size_t length);

#endif
