/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "helpers/daypass/setup_json.h"
#include "helpers/daypass/setup_mask.h"
#include "helpers/daypass/setup_member.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool so)
{
	if (!so)
		abort();
}

/* Puts a member in. False: it cannot be. */
static bool
put(struct setup_text *text, struct setup_edit *edit, const char *value)
{
	struct error err;

	if (setup_member_plan(
		text, edit->inside, edit->what, value, edit, &err) == -1)
		return false;
	must(setup_text_splice(text, edit->at, strlen(edit->old), edit->new,
		 strlen(edit->new), &err) == 0);
	must(setup_json_check(text, &err) == 0);
	return true;
}

static void
drop(struct setup_edit *edit)
{
	free((char *)edit->old);
	free((char *)edit->new);
}

/* What was put in and taken out leaves every byte as it was; also where
 * others moved it meanwhile, the text is JSON and the member gone. */
static void
there_and_back(const struct setup_text *before, const char *inside)
{
	struct setup_edit edit = {
	    .kind = EDIT_MEMBER, .inside = inside, .what = "ghcr.io"};
	scoped(setup_text) struct setup_text text = {.bytes = NULL};
	scoped(setup_text) struct setup_text moved = {.bytes = NULL};
	struct setup_json_member member;
	struct error err;

	if (setup_text_copy(&text, before, &err) == 0 &&
	    put(&text, &edit, "\"daypass\"")) {
		must(setup_text_copy(&moved, &text, &err) == 0);
		must(setup_edit_undo(&edit, &text, &err) == UNDO_DONE);
		must(setup_text_same(&text, before));
		must(setup_text_splice(&moved, 0, 0, "\n", 1, &err) == 0);
		must(setup_edit_undo(&edit, &moved, &err) == UNDO_DONE);
		must(setup_json_check(&moved, &err) == 0);
		must(setup_member_find(&moved, inside, "ghcr.io", &member,
			 &err) == (edit.old[0] != '\0'));
	}
	drop(&edit);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	scoped(setup_text) struct setup_text text = {.bytes = NULL};
	scoped(buffer) struct buffer masked = BUFFER(1 << 22);
	struct error err;

	if (memchr(data, '\0', size) != NULL || size > 100000 ||
	    setup_text_splice(&text, 0, 0, (const char *)data, size, &err) ==
		-1 ||
	    setup_json_check(&text, &err) == -1)
		return 0;
	setup_mask_json(&masked, &text);
	there_and_back(&text, "");
	there_and_back(&text, "credHelpers");
	return 0;
}
