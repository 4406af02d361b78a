/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>
#include <json-c/json_visit.h>

#include "base/json.h"
#include "base/text.h"

#define JSON_DEPTH 32
#define JSON_NAME_MAX 256

struct json {
	struct json_object *root;
};

/*
 * json-c's strict mode still takes what RFC 8259 forbids: a NUL as the end,
 * control bytes in strings, single quotes, NaN and Infinity, and a key twice,
 * of which it keeps the last. For all but the last a look at the bytes is
 * enough. For keys it counts the colons outside of strings: in what then
 * proves to be well-formed there is one for each member that was written.
 */
static bool
look_over(const char *bytes, size_t length, size_t *members)
{
	static const char outside[] = "{}[]:,\"+-.0123456789Eeaflnrstu \t\n\r";
	bool quoted = false;

	for (size_t i = 0; i < length; i++) {
		char c = bytes[i];

		if (quoted ? (unsigned char)c < ' '
			   : c == '\0' || strchr(outside, c) == NULL)
			return false;
		if (c == '"')
			quoted = !quoted;
		else if (quoted && c == '\\')
			i++;
		else if (!quoted && c == ':')
			++*members;
	}
	return true;
}

static int
count_member(struct json_object *node, int flags, struct json_object *parent,
    const char *key, size_t *index, void *count)
{
	(void)node, (void)parent, (void)index;
	if (key != NULL && (flags & JSON_C_VISIT_SECOND) == 0)
		++*(size_t *)count;
	return JSON_C_VISIT_RETURN_CONTINUE;
}

static bool
has_duplicates(struct json_object *root, size_t written)
{
	size_t kept = 0;

	json_c_visit(root, 0, count_member, &kept);
	return kept != written;
}

static int
parse(struct json *json, const char *bytes, size_t length, struct error *err)
{
	struct json_tokener *tokener = json_tokener_new_ex(JSON_DEPTH);
	enum json_tokener_error result;
	size_t end;

	if (tokener == NULL)
		return error_set(err, FAULT_SYSTEM, "no memory to read JSON");
	json_tokener_set_flags(
	    tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	json->root = json_tokener_parse_ex(tokener, bytes, (int)length);
	result = json_tokener_get_error(tokener);
	end = json_tokener_get_parse_end(tokener);
	json_tokener_free(tokener);
	if (result == json_tokener_success)
		return 0;
	if (result == json_tokener_continue)
		return error_set(err, FAULT_REFUSED, "JSON that is cut off");
	return error_set(err, FAULT_REFUSED, "invalid JSON: %s at byte %zu",
	    json_tokener_error_desc(result), end);
}

static int
check(const struct json *json, size_t members, struct error *err)
{
	if (!json_object_is_type(json->root, json_type_object) &&
	    !json_object_is_type(json->root, json_type_array))
		return error_set(err, FAULT_REFUSED, "JSON without an object");
	if (has_duplicates(json->root, members))
		return error_set(
		    err, FAULT_REFUSED, "JSON with the same key twice");
	return 0;
}

struct json *
json_parse(const char *bytes, size_t length, struct error *err)
{
	scoped(json) struct json *json = calloc(1, sizeof(*json));
	size_t members = 0;

	if (json == NULL) {
		error_set(err, FAULT_SYSTEM, "no memory to read JSON");
		return NULL;
	}
	if (length > INT_MAX || !look_over(bytes, length, &members)) {
		error_set(err, FAULT_REFUSED, "invalid JSON");
		return NULL;
	}
	if (parse(json, bytes, length, err) == -1 ||
	    check(json, members, err) == -1)
		return NULL;
	return take(&json);
}

/* json-c's memory is ordinary memory: what may be a token does not stay. */
static int
wipe_string(struct json_object *node, int flags, struct json_object *parent,
    const char *key, size_t *index, void *unused)
{
	(void)flags, (void)parent, (void)key, (void)index, (void)unused;
	if (json_object_is_type(node, json_type_string))
		explicit_bzero((char *)json_object_get_string(node),
		    (size_t)json_object_get_string_len(node));
	return JSON_C_VISIT_RETURN_CONTINUE;
}

void
json_free(struct json *json)
{
	if (json == NULL)
		return;
	if (json->root != NULL)
		json_c_visit(json->root, 0, wipe_string, NULL);
	json_object_put(json->root);
	free(json);
}

static struct json_object *
child(struct json_object *node, const char *name, size_t length)
{
	struct json_object *found = NULL;
	char key[JSON_NAME_MAX];
	int64_t i;

	if (length >= sizeof(key))
		return NULL;
	memcpy(key, name, length);
	key[length] = '\0';
	if (json_object_is_type(node, json_type_object))
		json_object_object_get_ex(node, key, &found);
	else if (json_object_is_type(node, json_type_array) &&
		 (i = text_number(key, INT_MAX)) != -1)
		found = json_object_array_get_idx(node, (size_t)i);
	return found;
}

/* A name that holds a slash itself (claims are often URLs) is found where it
 * is the last one. */
static struct json_object *
find(const struct json *json, const char *path)
{
	struct json_object *node = json->root, *whole;

	while (node != NULL && *path != '\0') {
		size_t length = strcspn(path, "/");

		if ((whole = child(node, path, strlen(path))) != NULL)
			return whole;
		node = child(node, path, length);
		path += length + (path[length] == '/');
	}
	return node;
}

static bool
get_string(struct json_object *node, const char **string)
{
	const char *text;

	if (!json_object_is_type(node, json_type_string))
		return false;
	text = json_object_get_string(node);
	if (strlen(text) != (size_t)json_object_get_string_len(node))
		return false;
	*string = text;
	return true;
}

bool
json_string(const struct json *json, const char *path, const char **string)
{
	return get_string(find(json, path), string);
}

/* Out of range counts as the end of the range, as json-c has it for those
 * without decimals. */
static int64_t
cut_off(double number)
{
	if (number >= 0x1p63)
		return INT64_MAX;
	return number <= -0x1p63 ? INT64_MIN : (int64_t)number;
}

bool
json_integer(const struct json *json, const char *path, int64_t *number)
{
	struct json_object *node = find(json, path);
	const char *text;
	int64_t value;

	if (json_object_is_type(node, json_type_int)) {
		*number = json_object_get_int64(node);
		return true;
	}
	if (json_object_is_type(node, json_type_double)) {
		*number = cut_off(json_object_get_double(node));
		return true;
	}
	if (!get_string(node, &text) ||
	    (value = text_number(text, INT64_MAX)) == -1)
		return false;
	*number = value;
	return true;
}

bool
json_boolean(const struct json *json, const char *path, bool *value)
{
	struct json_object *node = find(json, path);

	if (!json_object_is_type(node, json_type_boolean))
		return false;
	*value = json_object_get_boolean(node);
	return true;
}

bool
json_count(const struct json *json, const char *path, size_t *count)
{
	struct json_object *node = find(json, path);
	const char *string;

	if (json_object_is_type(node, json_type_array))
		*count = json_object_array_length(node);
	else if (get_string(node, &string))
		*count = 1;
	else
		return false;
	return true;
}

bool
json_element(
    const struct json *json, const char *path, size_t i, const char **string)
{
	struct json_object *node = find(json, path);

	if (json_object_is_type(node, json_type_array))
		return get_string(json_object_array_get_idx(node, i), string);
	return i == 0 && get_string(node, string);
}

const char *
json_name(const struct json *json, size_t i)
{
	return json_member(json, "", i);
}

const char *
json_member(const struct json *json, const char *path, size_t i)
{
	struct json_object *object = find(json, path);

	if (!json_object_is_type(object, json_type_object))
		return NULL;
	json_object_object_foreach(object, name, value)
	{
		(void)value;
		if (i-- == 0)
			return name;
	}
	return NULL;
}

bool
json_is_object(const struct json *json, const char *path)
{
	return json_object_is_type(find(json, path), json_type_object);
}

bool
json_present(const struct json *json, const char *path)
{
	return find(json, path) != NULL;
}

bool
json_has(const struct json *json, const char *path)
{
	struct json_object *node = find(json, path);

	if (!json_object_is_type(node, json_type_array))
		return json_object_is_type(node, json_type_object);
	for (size_t i = 0; i < json_object_array_length(node); i++)
		if (!json_object_is_type(
			json_object_array_get_idx(node, i), json_type_object))
			return false;
	return json_object_array_length(node) > 0;
}

static bool
is_among(const char *name, const char *const *names)
{
	for (; *names != NULL; names++)
		if (strcmp(name, *names) == 0)
			return true;
	return false;
}

bool
json_only(const struct json *json, const char *path, const char *const *names)
{
	struct json_object *node = find(json, path);

	if (!json_object_is_type(node, json_type_object))
		return false;
	json_object_object_foreach(node, name, value)
	{
		(void)value;
		if (!is_among(name, names))
			return false;
	}
	return true;
}

void
json_drop(struct json *json, const char *name)
{
	struct json_object *member = NULL;

	if (!json_object_object_get_ex(json->root, name, &member))
		return;
	json_c_visit(member, 0, wipe_string, NULL);
	json_object_object_del(json->root, name);
}

const char *
json_text(struct json *json)
{
	return json_object_to_json_string_ext(
	    json->root, JSON_C_TO_STRING_PLAIN);
}
