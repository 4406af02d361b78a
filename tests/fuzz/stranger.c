/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/http.h"
#include "base/text.h"
#include "stranger.h"

static struct {
	int status;
	const char *type;
	const uint8_t *bytes;
	size_t length;
} said;

void
stranger_says(int status, const char *type, const uint8_t *bytes, size_t length)
{
	said.status = status;
	said.type = type;
	said.bytes = bytes;
	said.length = length;
}

bool
stranger_line(const uint8_t **bytes, size_t *length, char *line, size_t size)
{
	const uint8_t *newline = memchr(*bytes, '\n', *length);
	size_t used = newline == NULL ? 0 : (size_t)(newline - *bytes);

	if (newline == NULL || used >= size)
		return false;
	memcpy(line, *bytes, used);
	line[used] = '\0';
	*bytes += used + 1;
	*length -= used + 1;
	return true;
}

void
stranger_check(const struct error *err)
{
	if (err->fault == FAULT_NONE || err->text[0] == '\0')
		abort();
	for (const char *c = err->text; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			abort();
}

void
http_reply_clear(struct http_reply *reply)
{
	secret_free(reply->body);
	memset(reply, 0, sizeof(*reply));
}

int
http_send(struct http *http, const struct http_request *request,
    struct http_reply *reply, struct error *err)
{
	(void)http;
	*reply = (struct http_reply){
	    .status = said.status, .retry_after = -1, .marked = true};
	text_copy(reply->type, sizeof(reply->type), said.type);
	if ((reply->body = secret_copy(said.bytes, said.length)) == NULL)
		return error_set(err, FAULT_SYSTEM, "no memory");
	if (said.status / 100 != 2 && request->again != NULL)
		request->again(reply);
	return 0;
}
