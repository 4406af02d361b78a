/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/carrier.h"
#include "audit/journal.h"
#include "audit/note.h"

/* A file beside the first one. It has a chain of its own, and each record says
 * in `first` which one of the first file it is. */
struct file {
	struct journal *journal;
	const char *source;
};

static void *
start(const struct order *order, struct error *err)
{
	struct journal_limits limits = {order->size, order->keep};
	struct file *file = calloc(1, sizeof(*file));

	if (file != NULL)
		file->journal =
		    journal_new(order->sink + strlen("file:"), &limits);
	if (file == NULL || file->journal == NULL) {
		error_errno(err, "no memory for a sink");
		free(file);
		return NULL;
	}
	file->source = order->source;
	return file;
}

static int
add_all(struct file *file, const char *lines, size_t length,
    const char *finding, struct error *err)
{
	const char *at = lines, *line;
	size_t line_length;

	if (finding[0] != '\0' &&
	    note_tampered(file->journal, file->source, finding, err) == -1)
		return -1;
	while ((line = carrier_line(&at, lines + length, &line_length)) != NULL)
		if (journal_add_sealed(
			file->journal, line, line_length, err) == -1)
			return -1;
	return 0;
}

static int
deliver(void *state, const char *lines, size_t length,
    const struct secret *token, struct error *err)
{
	struct file *file = state;
	const char *finding, *sealed;

	(void)token;
	if (journal_begin(file->journal, &finding, err) == -1)
		return -1;
	if (add_all(file, lines, length, finding, err) == -1) {
		journal_cancel(file->journal);
		return -1;
	}
	return journal_commit(file->journal, true, &sealed, err);
}

const struct carrier carrier_file = {
    .prefix = "file:", .start = start, .deliver = deliver};
