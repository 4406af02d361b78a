/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "helpers/callout/shape.h"

#define PARTS_MAX 64

enum part_kind { LITERAL, CAPTURE, STAR, REST };

struct part {
	enum part_kind kind;
	const char *text; /* of a capture: its name */
	size_t length;
};

struct shape {
	size_t count;
	struct part parts[PARTS_MAX];
};

size_t
shape_braced(const char *text)
{
	size_t length;

	if (text[0] != '{')
		return 0;
	length = strspn(text + 1, "abcdefghijklmnopqrstuvwxyz0123456789-_");
	return length <= SHAPE_NAME_MAX && text[1 + length] == '}' ? length : 0;
}

/* The part that begins here; gives how much of the text it is, 0 where it is
 * none. */
static size_t
read_part(const char *text, struct part *part)
{
	size_t length;

	if (text[0] == '{') {
		length = shape_braced(text);
		*part = (struct part){CAPTURE, text + 1, length};
		return length > 0 ? length + 2 : 0;
	}
	if (text[0] == '*') {
		length = text[1] == '*' ? 2 : 1;
		*part = (struct part){length == 2 ? REST : STAR, text, length};
		return length;
	}
	length = strcspn(text, "{}*");
	*part = (struct part){LITERAL, text, length};
	return length;
}

static bool
is_wild(const struct part *part)
{
	return part->kind != LITERAL;
}

static bool
is_captured(const struct shape *shape, const struct part *part)
{
	for (size_t i = 0; i < shape->count; i++)
		if (shape->parts[i].kind == CAPTURE &&
		    shape->parts[i].length == part->length &&
		    memcmp(shape->parts[i].text, part->text, part->length) == 0)
			return true;
	return false;
}

/* What the part may not be where it stands, or NULL. */
static const char *
misplaced(const struct shape *shape, const struct part *part, const char *rest)
{
	if (shape->count == PARTS_MAX)
		return "has too many parts";
	if (part->kind == REST && *rest != '\0')
		return "has ** before its end";
	if (is_wild(part) && shape->count > 0 &&
	    is_wild(&shape->parts[shape->count - 1]))
		return "has two wildcards side by side: nothing says where one "
		       "ends";
	if (part->kind == CAPTURE && is_captured(shape, part))
		return "captures one name twice";
	return NULL;
}

static const char *
read_parts(const char *text, struct shape *shape)
{
	struct part part;
	const char *why;
	size_t length;

	while (*text != '\0') {
		if ((length = read_part(text, &part)) == 0)
			return "has a brace that is no {name} of a-z, 0-9, - "
			       "and _";
		text += length;
		if ((why = misplaced(shape, &part, text)) != NULL)
			return why;
		shape->parts[shape->count++] = part;
	}
	return shape->count == 0 ? "is empty" : NULL;
}

struct shape *
shape_new(const char *text, struct error *err)
{
	struct shape *shape = calloc(1, sizeof(*shape));
	const char *why;

	if (shape == NULL) {
		error_set(err, FAULT_SYSTEM, "no memory");
		return NULL;
	}
	if ((why = read_parts(text, shape)) == NULL)
		return shape;
	error_set(err, FAULT_CONFIG, "%s", why);
	free(shape);
	return NULL;
}

void
shape_free(struct shape *shape)
{
	free(shape);
}

/* How far a wildcard reaches; `next` is what follows it, NULL at the end. */
static size_t
reach(const struct part *part, const struct part *next, const char *claim)
{
	char ends[5] = "/:";

	if (part->kind == REST)
		return strlen(claim);
	if (part->kind == STAR)
		ends[2] = '.';
	if (next != NULL)
		ends[strlen(ends)] = next->text[0];
	return strcspn(claim, ends);
}

static bool
note(struct captures *captures, const struct part *part, const char *value,
    size_t length)
{
	if (captures->count == CAPTURES_MAX)
		return false;
	captures->list[captures->count++] =
	    (struct capture){part->text, part->length, value, length};
	return true;
}

bool
shape_match(
    const struct shape *shape, const char *claim, struct captures *captures)
{
	for (size_t i = 0; i < shape->count; i++) {
		const struct part *part = &shape->parts[i];
		const struct part *next =
		    i + 1 < shape->count ? part + 1 : NULL;
		size_t length = part->length;

		if (part->kind != LITERAL)
			length = reach(part, next, claim);
		else if (strncmp(claim, part->text, length) != 0)
			return false;
		if (length == 0 && part->kind != REST)
			return false;
		if (part->kind == CAPTURE &&
		    !note(captures, part, claim, length))
			return false;
		claim += length;
	}
	return *claim == '\0';
}

const char *
shape_name(const struct shape *shape, size_t i, size_t *length)
{
	for (size_t at = 0; at < shape->count; at++)
		if (shape->parts[at].kind == CAPTURE && i-- == 0) {
			*length = shape->parts[at].length;
			return shape->parts[at].text;
		}
	return NULL;
}

const struct capture *
captures_find(const struct captures *captures, const char *name, size_t length)
{
	for (size_t i = 0; i < captures->count; i++)
		if (captures->list[i].name_length == length &&
		    memcmp(captures->list[i].name, name, length) == 0)
			return &captures->list[i];
	return NULL;
}
