/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <expat.h>

#include "base/text.h"
#include "base/xml.h"

#define XML_DEPTH 32
#define XML_PATH_MAX 2048
#define XML_TEXT_MAX (64 * 1024)

struct picked {
	struct secret *text;
	unsigned depth; /* of its element while that is open, else 0 */
};

struct reading {
	XML_Parser parser;
	const struct xml_pick *picks;
	struct picked *picked;
	size_t count;
	char path[XML_PATH_MAX]; /* "/A/B" of the element that is open */
	size_t length;
	unsigned depth;
	const char *wrong; /* why we stopped, or NULL */
};

static void
stop(struct reading *reading, const char *wrong)
{
	if (reading->wrong == NULL)
		reading->wrong = wrong;
	XML_StopParser(reading->parser, XML_FALSE);
}

/* Does the path end in this one, at the border of a name? */
static bool
ends_in(const char *path, const char *end)
{
	size_t length = strlen(path), tail = strlen(end);

	return length > tail && path[length - tail - 1] == '/' &&
	       text_ends(path, end);
}

static void
pick(struct reading *reading)
{
	for (size_t i = 0; i < reading->count; i++) {
		struct picked *picked = &reading->picked[i];

		if (picked->text != NULL ||
		    !ends_in(reading->path, reading->picks[i].path))
			continue;
		picked->depth = reading->depth;
		if ((picked->text = secret_new(0)) == NULL)
			stop(reading, "no memory");
	}
}

static void
on_start(void *data, const char *name, const char **attributes)
{
	struct reading *reading = data;
	const char *colon = strrchr(name, ':');
	size_t length;

	(void)attributes;
	if (reading->wrong != NULL)
		return;
	if (colon != NULL)
		name = colon + 1;
	length = strlen(name) + 1;
	if (reading->depth == XML_DEPTH ||
	    length >= XML_PATH_MAX - reading->length) {
		stop(reading, "nested too deeply");
		return;
	}
	reading->path[reading->length] = '/';
	memcpy(reading->path + reading->length + 1, name, length);
	reading->length += length;
	reading->depth++;
	pick(reading);
}

static void
on_end(void *data, const char *name)
{
	struct reading *reading = data;

	(void)name;
	if (reading->wrong != NULL)
		return;
	for (size_t i = 0; i < reading->count; i++)
		if (reading->picked[i].depth == reading->depth)
			reading->picked[i].depth = 0;
	reading->length = (size_t)(strrchr(reading->path, '/') - reading->path);
	reading->path[reading->length] = '\0';
	reading->depth--;
}

static void
on_text(void *data, const char *text, int length)
{
	struct reading *reading = data;

	if (reading->wrong != NULL)
		return;
	for (size_t i = 0; i < reading->count; i++) {
		struct picked *picked = &reading->picked[i];

		if (picked->depth == reading->depth &&
		    secret_grow(&picked->text, text, (size_t)length,
			XML_TEXT_MAX) == -1)
			stop(reading, "a text that is too long");
	}
}

/* No document type, no entities of its own: nothing that expands. */
static void
on_doctype(void *data, const char *name, const char *system_id,
    const char *public_id, int has_subset)
{
	(void)name, (void)system_id, (void)public_id, (void)has_subset;
	stop(data, "a document type declaration");
}

static int
parse(struct reading *reading, const struct secret *document, struct error *err)
{
	XML_Parser parser = reading->parser;

	XML_SetUserData(parser, reading);
	XML_SetElementHandler(parser, on_start, on_end);
	XML_SetCharacterDataHandler(parser, on_text);
	XML_SetStartDoctypeDeclHandler(parser, on_doctype);
	if (secret_length(document) > INT_MAX)
		return error_set(err, FAULT_REFUSED, "XML that is too long");
	if (XML_Parse(parser, secret_bytes(document),
		(int)secret_length(document), XML_TRUE) == XML_STATUS_OK)
		return 0;
	if (reading->wrong != NULL)
		return error_set(
		    err, FAULT_REFUSED, "XML with %s", reading->wrong);
	return error_set(err, FAULT_REFUSED, "invalid XML: %s in line %lu",
	    XML_ErrorString(XML_GetErrorCode(parser)),
	    XML_GetCurrentLineNumber(parser));
}

static void
hand_over(struct reading *reading)
{
	for (size_t i = 0; i < reading->count; i++)
		*reading->picks[i].text = take(&reading->picked[i].text);
}

static void
finish(struct reading *reading)
{
	for (size_t i = 0; reading->picked != NULL && i < reading->count; i++)
		secret_free(reading->picked[i].text);
	free(reading->picked);
	if (reading->parser != NULL)
		XML_ParserFree(reading->parser);
}

int
xml_read(const struct secret *document, const struct xml_pick *picks,
    size_t count, struct error *err)
{
	struct reading reading = {.picks = picks, .count = count};
	int result = -1;

	reading.parser = XML_ParserCreate(NULL);
	reading.picked = calloc(count + 1, sizeof(*reading.picked));
	if (reading.parser == NULL || reading.picked == NULL)
		error_set(err, FAULT_SYSTEM, "no memory to read XML");
	else
		result = parse(&reading, document, err);
	if (result == 0)
		hand_over(&reading);
	finish(&reading);
	return result;
}
