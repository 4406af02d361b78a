/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "audit/event.h"
#include "audit/seal.h"
#include "audit/walk.h"
#include "base/buffer.h"
#include "base/text.h"
#include "helpers/daypass/audit.h"

#define TORN_TRIES 20 /* while somebody may be writing it */
#define NAP_MS 50
#define JSON_MAX (64 * 1024)

struct finding {
	char file[JOURNAL_PATH_MAX];
	int64_t line;
	int64_t sequence; /* that it should have */
	char why[256];
};

struct verifying {
	const char *wanted; /* the hash that was kept elsewhere, or NULL */
	struct head head;
	int64_t first; /* the sequence of the first record */
	int64_t records;
	bool found;    /* `wanted` is there, */
	int64_t where; /* as this record */
	int64_t gaps;  /* records that say that others were lost */
	int64_t lost;
	bool broken;
	struct finding finding;
};

static void
find(struct verifying *verifying, const struct walk *walk, const char *why)
{
	struct finding *finding = &verifying->finding;

	if (verifying->broken)
		return;
	verifying->broken = true;
	text_copy(finding->file, sizeof(finding->file), walk->name);
	finding->line = walk->number;
	finding->sequence = verifying->head.sequence + 1;
	text_copy(finding->why, sizeof(finding->why), why);
}

/* What the writer itself has found and said. */
static void
look_inside(struct verifying *verifying, const struct walk *walk,
    const char *line, size_t length)
{
	scoped(json) struct json *record = NULL;
	const char *type = NULL, *said = NULL;
	char why[256], clean[160];
	int64_t lost = 0;

	/* most are neither, and need not be taken apart */
	if (memmem(line, length, EVENT_PREFIX "tampered",
		strlen(EVENT_PREFIX "tampered")) == NULL &&
	    memmem(line, length, EVENT_PREFIX "gap",
		strlen(EVENT_PREFIX "gap")) == NULL)
		return;
	if ((record = json_parse(line, length, NULL)) == NULL ||
	    !json_string(record, "type", &type))
		return;
	if (strcmp(type, EVENT_PREFIX "gap") == 0) {
		json_integer(record, "data/lost", &lost);
		verifying->gaps++;
		verifying->lost += lost;
	} else if (strcmp(type, EVENT_PREFIX "tampered") == 0) {
		json_string(record, "data/found", &said);
		if (said == NULL)
			said = "";
		snprintf(why, sizeof(why), "it says that before it: %s",
		    text_printable(clean, sizeof(clean), said, strlen(said)));
		verifying->head.sequence--;
		find(verifying, walk, why);
		verifying->head.sequence++;
	}
}

static void
take_line(struct verifying *verifying, const struct walk *walk,
    const char *line, size_t length)
{
	const char *why;

	why = seal_follow(
	    &verifying->head, line, length, verifying->first == 0);
	if (why != NULL) {
		find(verifying, walk, why);
		return;
	}
	if (verifying->first == 0) {
		char before[DIGEST_HEX];
		struct head zero, is;

		head_start(&zero);
		verifying->first = verifying->head.sequence;
		seal_read(line, length, &is, before);
		if (is.sequence == 1 && strcmp(before, zero.hash) != 0)
			find(verifying, walk, "it is no first record");
	}
	verifying->records++;
	if (verifying->wanted != NULL &&
	    strcmp(verifying->wanted, verifying->head.hash) == 0) {
		verifying->found = true;
		verifying->where = verifying->head.sequence;
	}
	look_inside(verifying, walk, line, length);
}

static void
nap(void)
{
	struct timespec time = {.tv_nsec = NAP_MS * 1000 * 1000};

	nanosleep(&time, NULL);
}

/* 0: to its end, or to what breaks it; -1: it cannot be read. */
static int
read_all(struct verifying *verifying, struct walk *walk, struct error *err)
{
	const char *line;
	size_t length;
	int torn = 0;

	while (!verifying->broken) {
		switch (walk_next(walk, &line, &length)) {
		case LINES_END:
			return 0;
		case LINES_ONE:
			take_line(verifying, walk, line, length);
			break;
		case LINES_TORN:
			if (++torn < TORN_TRIES) {
				nap();
				break;
			}
			walk->number++;
			find(verifying, walk, "it is cut off");
			break;
		case LINES_LONG:
			find(verifying, walk, "it is no record");
			break;
		case LINES_FAILED:
			return error_errno(
			    err, "cannot read '%s'", walk->name);
		}
	}
	return 0;
}

static void
add(struct buffer *out, const char *name, const char *text)
{
	buffer_printf(out, ",\"%s\":", name);
	if (text == NULL)
		buffer_add_string(out, "null");
	else
		json_quote(out, text);
}

static void
show_json(const struct verifying *verifying, const struct walk *walk,
    bool intact)
{
	scoped(buffer) struct buffer out = BUFFER(JSON_MAX);
	const struct finding *finding = &verifying->finding;

	buffer_printf(&out,
	    "{\"intact\":%s,\"records\":%lld,\"first\":%lld,\"last\":%lld,"
	    "\"files\":%u,\"gaps\":%lld,\"lost\":%lld",
	    intact ? "true" : "false", (long long)verifying->records,
	    (long long)verifying->first, (long long)verifying->head.sequence,
	    walk->files, (long long)verifying->gaps,
	    (long long)verifying->lost);
	add(&out, "head", verifying->head.hash);
	buffer_add_string(&out, ",\"broken\":");
	if (verifying->broken) {
		buffer_printf(&out, "{\"line\":%lld,\"sequence\":%lld",
		    (long long)finding->line, (long long)finding->sequence);
		add(&out, "file", finding->file);
		add(&out, "why", finding->why);
		buffer_add_string(&out, "}");
	} else {
		buffer_add_string(&out, "null");
	}
	if (verifying->wanted != NULL)
		buffer_printf(&out, ",\"found\":%s,\"after\":%lld",
		    verifying->found ? "true" : "false",
		    verifying->found ? (long long)(verifying->head.sequence -
						   verifying->where)
				     : 0LL);
	buffer_add_string(&out, "}");
	puts(buffer_text(&out));
}

static void
show(const struct verifying *verifying, const struct walk *walk, bool intact)
{
	if (verifying->found)
		printf("the head is record %lld; %lld came after it\n",
		    (long long)verifying->where,
		    (long long)(verifying->head.sequence - verifying->where));
	if (verifying->gaps > 0)
		printf("%lld records say that %lld others were lost: daypass "
		       "audit shows why\n",
		    (long long)verifying->gaps, (long long)verifying->lost);
	if (!intact)
		return;
	if (verifying->first > 1)
		printf("older records than %lld were rotated away\n",
		    (long long)verifying->first);
	printf("intact: %lld records in %u file%s\nhead: %s\n",
	    (long long)verifying->records, walk->files,
	    walk->files == 1 ? "" : "s", verifying->head.hash);
}

static int
judge(const struct verifying *verifying, struct error *err)
{
	const struct finding *finding = &verifying->finding;

	if (verifying->broken)
		return error_set(err, FAULT_REFUSED,
		    "audit: NOT intact: %.512s, line %lld, where record %lld "
		    "belongs: %s",
		    finding->file, (long long)finding->line,
		    (long long)finding->sequence, finding->why);
	if (verifying->wanted != NULL && !verifying->found)
		return error_set(err, FAULT_REFUSED,
		    "audit: NOT intact: no record has the hash %s: the end "
		    "was cut off, or all was written anew",
		    verifying->wanted);
	return 0;
}

int
audit_verify(
    const char *path, const char *head, bool as_json, struct error *err)
{
	static struct walk walk;
	static struct verifying verifying;
	int result;

	verifying.wanted = head;
	head_start(&verifying.head);
	if (walk_start(&walk, path, err) == -1)
		return -1;
	if (read_all(&verifying, &walk, err) == -1) {
		walk_end(&walk);
		return -1;
	}
	result = judge(&verifying, err);
	if (as_json)
		show_json(&verifying, &walk, result == 0);
	else
		show(&verifying, &walk, result == 0);
	walk_end(&walk);
	return result;
}
