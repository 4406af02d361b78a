/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "helpers/daypass/setup_edit.h"
#include "helpers/daypass/setup_ini.h"
#include "helpers/daypass/setup_mask.h"
#include "helpers/daypass/setup_profile.h"

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

/* Both say the same, line for line, but for one that `after` has at `at`. */
static void
must_read_alike(
    const struct setup_text *before, const struct setup_text *after, size_t at)
{
	struct setup_ini_line old = {.kind = INI_BLANK};
	struct setup_ini_line new = {.kind = INI_BLANK};
	struct error err;
	int got;

	while ((got = setup_ini_next(before, &old, &err)) == 1) {
		must(setup_ini_next(after, &new, &err) == 1);
		if (new.begin == at) {
			must(strcmp(new.name, "credential_process") == 0);
			must(setup_ini_next(after, &new, &err) == 1);
		}
		must(old.name[0] == '\0' || old.kind == new.kind);
		must(strcmp(old.name, new.name) == 0);
		must(old.end - old.begin == new.end - new.begin);
	}
	must(got == 0);
}

/* A line behind a header, as deep as what follows, and away again. */
static void
there_and_back(const struct setup_text *before, struct setup_ini_found *found)
{
	scoped(setup_text) struct setup_text text = {.bytes = NULL};
	scoped(buffer) struct buffer put = BUFFER(1 << 20);
	struct setup_edit edit = {.kind = EDIT_LINES,
	    .what = "default",
	    .inside = "",
	    .old = "",
	    .at = found->body};
	struct error err;

	if (before->bytes[found->body - 1] != '\n')
		return;
	buffer_add(&put, before->bytes + found->first, found->indent);
	buffer_add_string(&put, line);
	edit.new = put.bytes;
	must(setup_text_copy(&text, before, &err) == 0);
	must(setup_text_splice(
		 &text, found->body, 0, put.bytes, put.length, &err) == 0);
	must_read_alike(before, &text, found->body);
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
	char name[SETUP_INI_MAX];
	struct error err;

	if (memchr(data, '\0', size) != NULL || size > 100000 ||
	    setup_text_splice(&text, 0, 0, (const char *)data, size, &err) ==
		-1)
		return 0;
	setup_mask_lines(&masked, &text, MASK_GIT, is_ours, NULL);
	setup_mask_lines(&masked, &text, MASK_INI, is_ours, NULL);
	while (setup_ini_next(&text, &each, &err) == 1)
		must(each.end > each.begin && each.end <= text.length);
	setup_profile_section(&text, "default", name, &err);
	setup_profile_section(&text, "dev", name, &err);
	if (setup_ini_find(&text, "default", "region", &found, &err) == 1) {
		must(found.body <= text.length);
		must(!found.has_key ||
		     found.key.value + found.key.value_length <= text.length);
		there_and_back(&text, &found);
	}
	return 0;
}
