/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/audit_inner.h"
#include "agent/reader.h"
#include "base/buffer.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"

/* file:~/X is below the home directory of who runs the agent. */
static int
write_sink(const char *text, char *sink, size_t size)
{
	scoped(buffer) struct buffer whole = BUFFER(size - 1);
	const char *home = secure_getenv("HOME");

	if (text_starts(text, "file:~/") && home != NULL)
		buffer_printf(&whole, "file:%s%s", home, text + 6);
	else
		buffer_add_string(&whole, text);
	return buffer_failed(&whole)
		   ? -1
		   : text_copy(sink, size, buffer_text(&whole));
}

static const char *
ca_file_of(const struct config *config)
{
	const struct settings *http = NULL;

	return config_section(config, "http", NULL, &http, NULL) == -1
		   ? NULL
		   : settings_get(http, "ca-file");
}

/* All that daypass-audit is told, as one text. */
static char *
setup_of(const struct settings *audit, const char *ca_file)
{
	static const char *const keys[] = {"sink", "rotate", "keep",
	    "credential", "audience", NULL};
	scoped(buffer) struct buffer all = BUFFER(64 * 1024);

	for (const char *const *key = keys; *key != NULL; key++)
		settings_each(each, audit, *key)
			buffer_printf(&all, "%s=%s\n", *key, each->value);
	buffer_printf(&all, "ca-file=%s\n", ca_file == NULL ? "" : ca_file);
	return buffer_failed(&all) ? NULL : strdup(buffer_text(&all));
}

static void
replace(char **text, const char *with)
{
	free(*text);
	*text = with == NULL ? NULL : strdup(with);
}

static void
take_sinks(struct audit *audit, const struct settings *settings)
{
	audit->count = audit->first = 0;
	memset(audit->sinks, 0, sizeof(audit->sinks));
	settings_each(each, settings, "sink")
	{
		struct audit_sink *sink = &audit->sinks[audit->count];

		if (audit->count == AUDIT_SINKS ||
		    write_sink(each->value, sink->text, sizeof(sink->text)) ==
			-1)
			continue;
		audit->count++;
	}
	for (size_t i = audit->count; i-- > 0;)
		if (text_starts(audit->sinks[i].text, "file:"))
			audit->first = i;
}

/* As for a binding: of a URL its origin, of a NATS server its host. */
static void
take_audience(struct audit *audit, const char *said)
{
	audit->audience[0] = '\0';
	for (size_t i = 0; i < audit->count && said == NULL; i++) {
		const char *text = audit->sinks[i].text;
		const char *host = strstr(text, "://");
		size_t length;

		if (host == NULL)
			continue;
		host += strlen("://");
		length = strcspn(host, "/?#");
		if (!text_starts(text, "http")) {
			length = strcspn(host, "/:");
			text = host;
		}
		length += (size_t)(host - text);
		if (length < sizeof(audit->audience)) {
			memcpy(audit->audience, text, length);
			audit->audience[length] = '\0';
		}
		return;
	}
	if (said != NULL)
		text_copy(audit->audience, sizeof(audit->audience), said);
}

/* The last record of one setup, the first of the next. */
static void
note_setup(struct audit *audit, const char *type)
{
	struct event event;

	if (audit->count == 0)
		return;
	audit_start(audit, &event, type, NULL);
	event_text(&event, "session", "self");
	event_flag(&event, "required", audit->required);
	event_open(&event, "sinks", '[');
	for (size_t i = 0; i < audit->count; i++)
		event_text(&event, NULL, audit->sinks[i].text);
	event_close(&event, ']');
	event_text(&event, "config", reader_path(audit->agent->reader));
	event_number(&event, "agent_pid", getpid());
	audit_keep(audit, &event, true);
}

/* The head is that of another chain from now on, unless the sink that counts is
 * the same: then what it had must be there. */
static void
change_sinks(struct audit *audit, const struct settings *settings)
{
	char before[sizeof(audit->sinks[0].text)] = "";

	if (audit->count > 0)
		text_copy(before, sizeof(before),
		    audit->sinks[audit->first].text);
	take_sinks(audit, settings);
	if (audit->count == 0 ||
	    strcmp(before, audit->sinks[audit->first].text) != 0)
		head_start(&audit->head);
}

static void
change(struct audit *audit, const struct settings *settings,
    const char *ca_file, char *setup)
{
	bool was = audit->setup != NULL && audit->count > 0;

	if (was) {
		hits_flush(audit);
		note_setup(audit, "audit.changed");
		audit_feed_change(audit);
	}
	free(audit->setup);
	audit->setup = setup;
	replace(&audit->rotate, settings_get(settings, "rotate"));
	replace(&audit->keep, settings_get(settings, "keep"));
	replace(&audit->ca_file, ca_file);
	replace(&audit->credential, settings_get(settings, "credential"));
	change_sinks(audit, settings);
	take_audience(audit, settings_get(settings, "audience"));
	audit->trouble[0] = '\0';
	audit->clock = clock_unix() * 1000 - clock_ms();
	note_setup(audit, was ? "audit.changed" : "session.opened");
}

void
audit_configure(struct audit *audit, const struct config *config)
{
	const struct settings *settings = NULL;
	const char *required;
	char *setup;

	/* a mistake there denies everything (road_judge.c), and what was
	 * written so far is where it was said to be */
	if (config_section(config, "audit", NULL, &settings, NULL) == -1)
		return;
	required = settings_get(settings, "required");
	audit->required = required != NULL && text_boolean(required) == 1;
	setup = setup_of(settings, ca_file_of(config));
	if (setup == NULL ||
	    (audit->setup != NULL && strcmp(setup, audit->setup) == 0)) {
		free(setup);
		return;
	}
	change(audit, settings, ca_file_of(config), setup);
}

static void
add_sink(struct buffer *out, const struct audit_sink *sink)
{
	buffer_add_string(out, "{\"sink\":");
	json_quote(out, sink->text);
	buffer_printf(out, ",\"ok\":%s,\"waiting\":%lld,\"lost\":%lld,"
			   "\"error\":",
	    sink->failing ? "false" : "true", (long long)sink->waiting,
	    (long long)sink->lost);
	if (sink->failing)
		json_quote(out, sink->why);
	else
		buffer_add_string(out, "null");
	buffer_add_string(out, "}");
}

void
audit_json(const struct audit *audit, bool sinks, struct buffer *out)
{
	buffer_printf(out,
	    "\"audit\":{\"required\":%s,\"records\":%lld,\"waiting\":%lld,"
	    "\"lost\":%lld,\"sinks\":[",
	    audit->required ? "true" : "false", (long long)audit->number,
	    (long long)(audit->number - audit->taken),
	    (long long)audit->lost_ever);
	for (size_t i = 0; sinks && i < audit->count; i++) {
		if (i > 0)
			buffer_add_string(out, ",");
		add_sink(out, &audit->sinks[i]);
	}
	buffer_add_string(out, "]}");
}

void
audit_tell(const struct audit *audit, struct writing *writing)
{
	for (size_t i = 0; i < audit->count; i++) {
		const struct audit_sink *sink = &audit->sinks[i];

		writing_add(writing, "sink", sink->text);
		writing_add(writing, "sink-ok", sink->failing ? "no" : "yes");
		writing_number(writing, "sink-waiting", sink->waiting);
		writing_number(writing, "sink-lost", sink->lost);
		writing_add(writing, "sink-error",
		    sink->failing ? sink->why : "");
	}
	if (audit->count == 0)
		return;
	if (audit->required)
		writing_add(writing, "required", "1");
	writing_number(writing, "audit-lost", audit->lost_ever);
	writing_number(writing, "sequence", audit->head.sequence);
	writing_add(writing, "head", audit->head.hash);
}
