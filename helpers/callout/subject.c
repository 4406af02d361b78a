/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "helpers/callout/subject.h"

static int
no(struct error *err, const char *why)
{
	return error_set(err, FAULT_CONFIG, "%s", why);
}

/* One token between dots: a wildcard stands alone, `>` at the end. */
static int
check_token(const char *token, size_t length, bool last, struct error *err)
{
	bool wild = memchr(token, '*', length) != NULL ||
		    memchr(token, '>', length) != NULL;

	if (length == 0)
		return no(err, "has nothing between two dots");
	if (wild && length > 1)
		return no(err, "has a wildcard that is not a whole token");
	if (token[0] == '>' && !last)
		return no(err, "has a > before its end");
	for (size_t i = 0; i < length; i++) {
		if (token[i] <= ' ' || token[i] > '~')
			return no(err, "holds more than printable ASCII");
		if (token[i] == '}')
			return no(err, "has a } without its {");
		if (token[i] != '{')
			continue;
		if (shape_braced(token + i) == 0)
			return no(err, "has a { that begins no {name}");
		i += shape_braced(token + i) + 1;
	}
	return 0;
}

static int
check_tokens(const char *subject, size_t length, struct error *err)
{
	const char *end = subject + length;

	for (;;) {
		const char *dot = memchr(subject, '.', (size_t)(end - subject));
		const char *stop = dot == NULL ? end : dot;

		if (check_token(subject, (size_t)(stop - subject), dot == NULL,
			err) == -1)
			return -1;
		if (dot == NULL)
			return 0;
		subject = dot + 1;
	}
}

int
subject_check(const char *subject, bool queue, struct error *err)
{
	size_t length = strcspn(subject, " ");

	if (strlen(subject) >= SUBJECT_MAX)
		return no(err, "is too long");
	if (subject[0] == '{')
		return no(err,
		    "begins with what a client may choose: put a token before "
		    "it");
	if (subject[length] != '\0' && !queue)
		return no(err, "has a space in it");
	if (subject[length] != '\0' &&
	    (subject[length + 1] == '{' ||
		check_tokens(subject + length + 1, strlen(subject + length + 1),
		    err) == -1))
		return no(err, "has no queue behind the space");
	return check_tokens(subject, length, err);
}

/* The next {name} from `at` on; NULL: none. */
static const char *
next_name(const char *at, size_t *length)
{
	for (; (at = strchr(at, '{')) != NULL; at++)
		if ((*length = shape_braced(at)) > 0)
			return at + 1;
	return NULL;
}

int
subject_check_names(
    const char *subject, const struct captures *names, struct error *err)
{
	size_t length;

	for (const char *at = next_name(subject, &length); at != NULL;
	     at = next_name(at, &length))
		if (captures_find(names, at, length) == NULL)
			return error_set(err, FAULT_CONFIG,
			    "has {%.*s}, which no claim of this map captures",
			    (int)length, at);
	return 0;
}

bool
subject_uses(const char *subject, const char *name, size_t length)
{
	size_t found;

	for (const char *at = next_name(subject, &found); at != NULL;
	     at = next_name(at, &found))
		if (found == length && memcmp(at, name, length) == 0)
			return true;
	return false;
}

static bool
is_harmless(const struct capture *capture)
{
	for (size_t i = 0; i < capture->length; i++)
		if (capture->value[i] <= ' ' || capture->value[i] > '~' ||
		    strchr(".*>", capture->value[i]) != NULL)
			return false;
	return capture->length > 0;
}

static int
fill_one(const struct capture *capture, char *filled, size_t *used,
    struct refusal *why)
{
	if (!is_harmless(capture))
		return refuse(why, REASON_CAPTURE,
		    "{%.*s} is '%.*s': not one token of a subject",
		    (int)capture->name_length, capture->name,
		    capture->length > 120 ? 120 : (int)capture->length,
		    capture->value);
	if (capture->length >= SUBJECT_MAX - *used)
		return refuse(why, REASON_CAPTURE,
		    "{%.*s} makes a subject too long",
		    (int)capture->name_length, capture->name);
	memcpy(filled + *used, capture->value, capture->length);
	*used += capture->length;
	return 0;
}

int
subject_fill(const char *subject, const struct captures *captures,
    char filled[SUBJECT_MAX], struct refusal *why)
{
	size_t used = 0, length;

	while (*subject != '\0') {
		const struct capture *capture = NULL;

		if ((length = shape_braced(subject)) > 0)
			capture = captures_find(captures, subject + 1, length);
		if (capture != NULL) {
			if (fill_one(capture, filled, &used, why) == -1)
				return -1;
			subject += length + 2;
			continue;
		}
		if (used + 1 >= SUBJECT_MAX)
			return refuse(
			    why, REASON_CAPTURE, "a subject is too long");
		filled[used++] = *subject++;
	}
	filled[used] = '\0';
	return 0;
}
