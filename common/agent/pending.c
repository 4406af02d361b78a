/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/approvals.h"
#include "agent/verbs.h"
#include "base/buffer.h"

#define LIST_MAX (48 * 1024)
#define PIECE 8192

/* All requests, as a JSON array in pieces: `daypass approvals`. */
static void
begin(struct asker *asker, const struct config *config)
{
	struct approvals *approvals = asker_agent(asker)->approvals;
	struct writing *writing = asker_writing(asker, "ok");
	struct buffer json = BUFFER(LIST_MAX + 16 * 1024);
	struct approval *approval;
	size_t omitted = 0;

	(void)config;
	buffer_add_string(&json, "[");
	list_each (approval, approvals_all(approvals), link) {
		if (json.length > LIST_MAX) {
			omitted++;
			continue;
		}
		buffer_add_string(&json, json.length == 1 ? "" : ",");
		approval_json(approval, &json);
	}
	buffer_add_string(&json, "]");
	for (size_t at = 0; at < json.length; at += PIECE)
		writing_add_bytes(writing, "json", buffer_text(&json) + at,
		    json.length - at < PIECE ? json.length - at : PIECE);
	if (omitted > 0)
		writing_number(writing, "omitted", (int64_t)omitted);
	buffer_free(&json);
	asker_answer(asker);
}

const struct verb verb_approvals = {.name = "approvals",
    .begin = begin,
    .without_config = true,
    .self_only = true};
