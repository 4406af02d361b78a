/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/base64.h"
#include "base/buffer.h"
#include "base/json.h"
#include "base/jwt.h"
#include "base/text.h"

#define TEXT_MAX (64 * 1024)
#define YEAR_9999 INT64_C(253402300799)

/* Header, payload, signature. */
struct segments {
	const char *at[3];
	size_t length[3];
};

static bool
is_base64url(const char *text, size_t length)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz"
				      "0123456789-_";

	return length > 0 && strspn(text, letters) >= length;
}

static bool
split(const struct secret *token, struct segments *segments)
{
	const char *at = secret_bytes(token);
	const char *end = at + secret_length(token);

	for (size_t i = 0; i < 3; i++) {
		const char *dot = memchr(at, '.', (size_t)(end - at));

		if ((dot == NULL) != (i == 2))
			return false;
		segments->at[i] = at;
		segments->length[i] = (size_t)((i == 2 ? end : dot) - at);
		if (!is_base64url(at, segments->length[i]))
			return false;
		at = i == 2 ? end : dot + 1;
	}
	return true;
}

/* One segment as a JSON object, or NULL. */
static struct json *
object(const char *text, size_t length, struct error *err)
{
	scoped(secret) struct secret *bytes = secret_new(length);
	scoped(json) struct json *json = NULL;

	if (bytes == NULL) {
		error_set(err, FAULT_SYSTEM, "no memory to read a JWT");
		return NULL;
	}
	if (base64url_decode(bytes, text, length) == -1)
		return NULL;
	json = json_parse(secret_bytes(bytes), secret_length(bytes), err);
	if (json == NULL || !json_is_object(json, ""))
		return NULL;
	return take(&json);
}

static struct json *
claims_of(const struct secret *token, struct error *err)
{
	struct segments segments;
	struct error why = {.fault = FAULT_NONE};
	scoped(json) struct json *header = NULL;
	scoped(json) struct json *claims = NULL;

	if (!split(token, &segments)) {
		error_set(err, FAULT_IDENTITY,
		    "not a JWT: not three parts in base64url");
		return NULL;
	}
	header = object(segments.at[0], segments.length[0], &why);
	if (header != NULL)
		claims = object(segments.at[1], segments.length[1], &why);
	if (claims != NULL)
		return take(&claims);
	if (why.fault == FAULT_SYSTEM)
		error_set(err, FAULT_SYSTEM, "%s", why.text);
	else
		error_set(err, FAULT_IDENTITY,
		    "not a JWT: its %s is no JSON object",
		    header == NULL ? "header" : "payload");
	return NULL;
}

static void
copy_text(const struct json *claims, const char *name, char *text, size_t size)
{
	const char *string = "";

	json_string(claims, name, &string);
	text_printable(text, size, string, strlen(string));
}

/* A time before 1970 has passed, too: it must not become "not said". */
static int64_t
time_of(const struct json *claims, const char *name)
{
	int64_t seconds;

	if (!json_integer(claims, name, &seconds))
		return 0;
	if (seconds > YEAR_9999)
		return YEAR_9999;
	return seconds < 1 ? 1 : seconds;
}

static void
copy_audience(const struct json *claims, char *text, size_t size)
{
	char all[TEXT_MAX] = "";
	const char *string;
	size_t count = 0, used = 0;

	json_count(claims, "aud", &count);
	for (size_t i = 0; i < count && used < sizeof(all); i++) {
		if (!json_element(claims, "aud", i, &string))
			continue;
		used += (size_t)snprintf(all + used, sizeof(all) - used,
		    "%s%s", used > 0 ? " " : "", string);
	}
	text_printable(text, size, all, strlen(all));
}

int
jwt_read(const struct secret *token, struct jwt *jwt, struct error *err)
{
	scoped(json) struct json *claims = claims_of(token, err);

	if (claims == NULL)
		return -1;
	copy_text(claims, "iss", jwt->issuer, sizeof(jwt->issuer));
	copy_text(claims, "sub", jwt->subject, sizeof(jwt->subject));
	copy_audience(claims, jwt->audience, sizeof(jwt->audience));
	jwt->expires = time_of(claims, "exp");
	jwt->issued = time_of(claims, "iat");
	return 0;
}

bool
jwt_has_audience(const struct secret *token, const char *audience)
{
	scoped(json) struct json *claims = claims_of(token, NULL);
	const char *string;
	size_t count = 0;

	if (claims == NULL)
		return false;
	json_count(claims, "aud", &count);
	for (size_t i = 0; i < count; i++)
		if (json_element(claims, "aud", i, &string) &&
		    strcmp(string, audience) == 0)
			return true;
	return false;
}

int
jwt_claim(const struct secret *token, const char *name, char *text, size_t size)
{
	struct error err = {.fault = FAULT_NONE};
	scoped(json) struct json *claims = claims_of(token, &err);
	const char *string;
	int64_t number;
	int length;

	if (claims == NULL)
		return err.fault == FAULT_SYSTEM ? -1 : 0;
	if (json_string(claims, name, &string))
		return text_copy(text, size, string) == 0;
	if (!json_integer(claims, name, &number))
		return 0;
	length = snprintf(text, size, "%" PRId64, number);
	return length >= 0 && (size_t)length < size;
}

/* A name or value that would break the list, or that nobody needs whole. */
static bool
is_fit(const char *text)
{
	size_t length = strlen(text);

	for (size_t i = 0; i < length; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			return false;
	return length < JWT_CLAIM_MAX;
}

static void
add_claim(struct buffer *out, const char *name, const char *value)
{
	if (is_fit(value))
		buffer_printf(out, "%s%s=%s", out->length == 0 ? "" : "\037",
		    name, value);
}

/* A string, a number, a truth value, or an array of strings. */
static void
add_claims(struct buffer *out, const struct json *claims, const char *name)
{
	const char *string;
	size_t count = 0;
	int64_t number;
	bool value;
	char digits[24];

	if (json_count(claims, name, &count)) {
		for (size_t i = 0; i < count; i++)
			if (json_element(claims, name, i, &string))
				add_claim(out, name, string);
	} else if (json_boolean(claims, name, &value)) {
		add_claim(out, name, value ? "true" : "false");
	} else if (json_integer(claims, name, &number)) {
		snprintf(digits, sizeof(digits), "%" PRId64, number);
		add_claim(out, name, digits);
	}
}

int
jwt_claims(const struct secret *token, struct buffer *out)
{
	struct error err = {.fault = FAULT_NONE};
	scoped(json) struct json *claims = claims_of(token, &err);
	const char *name;

	if (claims == NULL)
		return err.fault == FAULT_SYSTEM ? -1 : 0;
	for (size_t i = 0; (name = json_name(claims, i)) != NULL; i++)
		if (is_fit(name) && strchr(name, '=') == NULL)
			add_claims(out, claims, name);
	return buffer_failed(out) ? -1 : 0;
}
