/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "helpers/daypass/setup_edit.h"
#include "helpers/daypass/setup_ini.h"
#include "helpers/daypass/setup_mask.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char line[] = "credential_process = /a/daypass\n";

static void
must(bool so)
{
	if (!so)
		abort();
}

static bool
is_ours(const void *context, const char *bytes, size_t length)
{
	return context != NULL && length > 0 && bytes[0] == 'c';
}

/* A line behind a header, and away again. */
static void
there_and_back(const struct setup_text *before, size_t at)
{
	scoped(setup_text) struct setup_text text = {.bytes = NULL};
	struct setup_edit edit = {.kind = EDIT_LINES,
	    .what = "default",
	    .inside = "",
	    .old = "",
	    .new = line,
	    .at = at};
	struct error err;

	if (before->bytes[at - 1] != '\n')
		return;
	must(setup_text_copy(&text, before, &err) == 0);
	must(setup_text_splice(&text, at, 0, line, strlen(line), &err) == 0);
	must(setup_edit_undo(&edit, &text, &err) == UNDO_DONE);
	must(setup_text_same(&text, before));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	scoped(setup_text) struct setup_text text = {.bytes = NULL};
	scoped(buffer) struct buffer masked = BUFFER(1 << 22);
	struct setup_ini_line each = {.kind = INI_BLANK};
	struct setup_ini_found found;
	struct error err;

	if (memchr(data, '\0', size) != NULL || size > 100000 ||
	    setup_text_splice(&text, 0, 0, (const char *)data, size, &err) ==
		-1)
		return 0;
	setup_mask_lines(&masked, &text, MASK_GIT, is_ours, NULL);
	setup_mask_lines(&masked, &text, MASK_INI, is_ours, NULL);
	while (setup_ini_next(&text, &each, &err) == 1)
		must(each.end > each.begin && each.end <= text.length);
	if (setup_ini_find(&text, "default", "region", &found, &err) == 1) {
		must(found.body <= text.length);
		must(!found.has_key ||
		     found.key.value + found.key.value_length <= text.length);
		there_and_back(&text, found.body);
	}
	return 0;
}
