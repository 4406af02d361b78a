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
#define FINDINGS_MAX 32 /* that are told one by one */

struct finding {
	char file[JOURNAL_PATH_MAX];
	int64_t line;
	int64_t sequence; /* that it should have */
	char why[256];
};

struct verifying {
	const struct audit_head *wanted; /* kept elsewhere, or NULL */
	struct head head;
	int64_t first; /* the sequence of the first record */
	int64_t records;
	bool found;    /* `wanted` is there, */
	int64_t where; /* as this record */
	int64_t gaps;  /* records that say that others were lost */
	int64_t lost;
	bool lost_thread; /* goes on with whatever is whole next */
	size_t broken; /* so many places, of which the first are known */
	struct finding findings[FINDINGS_MAX];
};

static void
find(struct verifying *verifying, const struct walk *walk, const char *why)
{
	struct finding *finding;

	if (verifying->broken++ >= FINDINGS_MAX)
		return;
	finding = &verifying->findings[verifying->broken - 1];
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
	bool any = verifying->first == 0 || verifying->lost_thread;
	const char *why = seal_follow(&verifying->head, line, length, any);

	if (why != NULL && !verifying->lost_thread)
		find(verifying, walk, why);
	/* one that is whole itself is where the rest is measured from */
	verifying->lost_thread =
	    why != NULL &&
	    seal_follow(&verifying->head, line, length, true) != NULL;
	if (verifying->lost_thread)
		return;
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
	    strcmp(verifying->wanted->hash, verifying->head.hash) == 0) {
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

/* One that no record can be. Those that follow on it are no further finding.
 */
static void
take_rubbish(
    struct verifying *verifying, const struct walk *walk, const char *why)
{
	if (!verifying->lost_thread)
		find(verifying, walk, why);
	verifying->lost_thread = true;
}

/* 0: to its end; -1: it cannot be read. */
static int
read_all(struct verifying *verifying, struct walk *walk, struct error *err)
{
	const char *line;
	size_t length;
	int torn = 0;

	for (;;) {
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
			take_rubbish(verifying, walk, "it is cut off");
			return 0;
		case LINES_LONG:
			take_rubbish(verifying, walk, "it is no record");
			break;
		case LINES_FAILED:
			return error_errno(
			    err, "cannot read '%s'", walk->name);
		}
	}
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
add_broken(struct buffer *out, const struct verifying *verifying)
{
	const struct finding *finding = verifying->findings;

	buffer_add_string(out, ",\"broken\":");
	if (verifying->broken == 0) {
		buffer_add_string(out, "null");
		return;
	}
	buffer_printf(out, "{\"line\":%lld,\"sequence\":%lld,\"places\":%zu",
	    (long long)finding->line, (long long)finding->sequence,
	    verifying->broken);
	add(out, "file", finding->file);
	add(out, "why", finding->why);
	buffer_add_string(out, "}");
}

static void
show_json(const struct verifying *verifying, const struct walk *walk,
    bool intact)
{
	scoped(buffer) struct buffer out = BUFFER(JSON_MAX);

	buffer_printf(&out,
	    "{\"intact\":%s,\"records\":%lld,\"first\":%lld,\"last\":%lld,"
	    "\"files\":%u,\"gaps\":%lld,\"lost\":%lld",
	    intact ? "true" : "false", (long long)verifying->records,
	    (long long)verifying->first, (long long)verifying->head.sequence,
	    walk->files, (long long)verifying->gaps,
	    (long long)verifying->lost);
	add(&out, "head", verifying->head.hash);
	add_broken(&out, verifying);
	if (verifying->wanted != NULL)
		buffer_printf(&out, ",\"found\":%s,\"after\":%lld",
		    verifying->found ? "true" : "false",
		    verifying->found ? (long long)(verifying->head.sequence -
						   verifying->where)
				     : 0LL);
	buffer_add_string(&out, "}");
	puts(buffer_text(&out));
}

/* The first of them is the error's. */
static void
show_findings(const struct verifying *verifying)
{
	for (size_t i = 1; i < verifying->broken && i < FINDINGS_MAX; i++) {
		const struct finding *finding = &verifying->findings[i];

		printf("nor at %s, line %lld, where record %lld belongs: %s\n",
		    finding->file, (long long)finding->line,
		    (long long)finding->sequence, finding->why);
	}
	if (verifying->broken > FINDINGS_MAX)
		printf("nor at %zu more places\n",
		    verifying->broken - FINDINGS_MAX);
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
	show_findings(verifying);
	if (!intact)
		return;
	if (verifying->records == 0) {
		puts("no records: that there never were any, this file alone "
		     "does not show");
		return;
	}
	if (verifying->first > 1)
		printf("older records than %lld were rotated away\n",
		    (long long)verifying->first);
	printf("intact: %lld records in %u file%s\nhead: %s\n",
	    (long long)verifying->records, walk->files,
	    walk->files == 1 ? "" : "s", verifying->head.hash);
}

/* Of the session's own head it is known where it was: it may have been rotated
 * away since. */
static int
judge_head(const struct verifying *verifying, struct error *err)
{
	const struct audit_head *wanted = verifying->wanted;

	if (wanted == NULL || verifying->found)
		return 0;
	if (wanted->sequence == 0)
		return error_set(err, FAULT_REFUSED,
		    "audit: NOT intact: no record has the hash %s: the end "
		    "was cut off, or all was written anew",
		    wanted->hash);
	if (verifying->first > wanted->sequence)
		return 0;
	return error_set(err, FAULT_REFUSED,
	    "audit: NOT intact: record %lld, the last one that this session "
	    "has written, is not there: the end was cut off, or all was "
	    "written anew",
	    (long long)wanted->sequence);
}

static int
judge(const struct verifying *verifying, struct error *err)
{
	const struct finding *finding = verifying->findings;

	if (verifying->broken > 0)
		return error_set(err, FAULT_REFUSED,
		    "audit: NOT intact: %.512s, line %lld, where record %lld "
		    "belongs: %s",
		    finding->file, (long long)finding->line,
		    (long long)finding->sequence, finding->why);
	return judge_head(verifying, err);
}

int
audit_verify(const char *path, const struct audit_head *head, bool as_json,
    struct error *err)
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
