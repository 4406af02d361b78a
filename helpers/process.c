/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/clock.h"
#include "helpers/process.h"

int
process_render(struct reply *reply, const struct message *answer)
{
	const char *id = message_get(answer, "access-key-id");
	const char *secret = message_get(answer, "secret");
	const char *session = message_get(answer, "session-token");
	int64_t expires = message_number(answer, "expires", 0);
	char time[CLOCK_TEXT];

	if (id == NULL || secret == NULL)
		return -1;
	reply_start(reply);
	reply_add(reply, "{\"Version\":1");
	reply_member(reply, "AccessKeyId", id);
	reply_member(reply, "SecretAccessKey", secret);
	if (session != NULL)
		reply_member(reply, "SessionToken", session);
	/* Without it no SDK would ever come again for another. */
	if (expires > 0)
		reply_member(reply, "Expiration", clock_rfc3339(expires, time));
	reply_add(reply, "}\n");
	return 0;
}
