/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/http_inner.h"
#include "base/text.h"

#define FIELD_MAX 256
/* What asks for more patience than this asks for somebody else's. */
#define RETRY_AFTER_MAX (365 * 86400)
#define SKEW_MAX 30

void
http_head_start(struct http_head *head)
{
	*head = (struct http_head){.date = -1, .retry_after = -1};
}

/* The value of the field if the line is one of that name, without white space
 * around it. One that does not fit is none that we could use. */
static bool
field(const char *line, size_t length, const char *name, char value[FIELD_MAX])
{
	size_t skip = strlen(name);

	if (length <= skip || strncasecmp(line, name, skip) != 0 ||
	    line[skip] != ':')
		return false;
	line += skip + 1;
	length -= skip + 1;
	while (length > 0 && isspace((unsigned char)line[length - 1]))
		length--;
	while (length > 0 && isspace((unsigned char)*line)) {
		line++;
		length--;
	}
	if (length >= FIELD_MAX || memchr(line, '\0', length) != NULL)
		return false;
	memcpy(value, line, length);
	value[length] = '\0';
	return true;
}

bool
http_head_says(
    const char *line, size_t length, const char *name, const char *value)
{
	char found[FIELD_MAX];

	return field(line, length, name, found) && strcmp(found, value) == 0;
}

static void
set_type(struct http_head *head, char *value)
{
	value[strcspn(value, "; \t")] = '\0';
	for (char *c = value; *c != '\0'; c++)
		*c = (char)tolower((unsigned char)*c);
	if (text_copy(head->type, sizeof(head->type), value) == -1)
		head->type[0] = '\0';
}

/* Seconds, or a date by the other's clock (RFC 9110, 10.2.3). */
static int64_t
retry_after(const struct http_head *head, const char *value)
{
	int64_t now = head->date == -1 ? clock_unix() : head->date;
	int64_t seconds = text_number(value, RETRY_AFTER_MAX), date;

	if (seconds != -1)
		return seconds;
	if ((date = clock_parse_http(value)) == -1)
		return -1;
	return date > now ? date - now : 0;
}

/* A status line starts anew: what came before it was an interim reply. */
void
http_head_line(struct http_head *head, const char *line, size_t length)
{
	size_t before = head->length;
	char value[FIELD_MAX];

	if (length > 5 && strncmp(line, "HTTP/", 5) == 0)
		http_head_start(head);
	else if (field(line, length, "Content-Type", value))
		set_type(head, value);
	else if (field(line, length, "Date", value))
		head->date = clock_parse_http(value);
	else if (field(line, length, "Retry-After", value))
		head->retry_after = retry_after(head, value);
	head->length = before + length;
}

int64_t
http_head_skew(const struct http_head *head)
{
	int64_t skew;

	if (head->date == -1)
		return 0;
	skew = head->date - clock_unix();
	return skew > SKEW_MAX || skew < -SKEW_MAX ? skew : 0;
}
