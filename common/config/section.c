/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/match.h"
#include "config/schema.h"
#include "config/section.h"

#define GROWTH 32
#define SUGGESTIONS_MAX 20 /* mistakes */

static int
no_memory(struct error *err)
{
	return error_set(err, FAULT_SYSTEM, "no memory");
}

static void
section_free(struct section *section)
{
	if (section == NULL)
		return;
	settings_free(section->settings);
	match_free(section->match);
	free(section->places);
	free(section);
}

void
sections_free(struct sections *sections)
{
	for (size_t i = 0; i < sections->count; i++)
		section_free(sections->list[i]);
	for (size_t i = 0; i < sections->mistake_count; i++)
		free(sections->mistakes[i]);
	free(sections->list);
	free(sections->mistakes);
	*sections = (struct sections){.count = 0};
}

static bool
same_name(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool
is_called(const struct section *section, const char *word, const char *name)
{
	return strcmp(section->word, word) == 0 &&
	       same_name(section->name, name);
}

static bool
is_of(const struct section *section, const struct entry *entry)
{
	if (!is_called(section, entry->word, entry->name))
		return false;
	return section->origin == entry->origin ||
	       (section->schema != NULL && section->schema->overridable);
}

/* FNV-1a: the configuration is the person's own, nobody makes it collide. */
static size_t
bucket_of(const char *word, const char *name)
{
	uint32_t hash = 2166136261;

	for (; *word != '\0'; word++)
		hash = (hash ^ (unsigned char)*word) * 16777619;
	for (; name != NULL && *name != '\0'; name++)
		hash = (hash ^ (unsigned char)*name) * 16777619;
	return hash % SECTIONS_BUCKETS;
}

/* Room for one more in an array that grows by GROWTH; -1: no memory. */
static int
make_room(void **array, size_t count, size_t size)
{
	void *larger;

	if (count % GROWTH != 0)
		return 0;
	if ((larger = reallocarray(*array, count + GROWTH, size)) == NULL)
		return -1;
	*array = larger;
	return 0;
}

static struct section *
section_new(struct sections *sections, const struct entry *entry)
{
	struct section *section = calloc(1, sizeof(*section));
	struct section **bucket;

	if (section == NULL)
		return NULL;
	section->word = entry->word;
	section->name = entry->name;
	section->origin = entry->origin;
	section->begin = entry->place;
	section->schema = schema_find(entry->word, entry->name != NULL);
	if ((section->settings = settings_new()) == NULL ||
	    make_room((void **)&sections->list, sections->count,
		sizeof(*sections->list)) == -1) {
		section_free(section);
		return NULL;
	}
	bucket = &sections->buckets[bucket_of(entry->word, entry->name)];
	section->next = *bucket;
	*bucket = section;
	return sections->list[sections->count++] = section;
}

static struct section *
section_of(struct sections *sections, const struct entry *entry)
{
	size_t bucket = bucket_of(entry->word, entry->name);

	for (struct section *section = sections->buckets[bucket];
	     section != NULL; section = section->next)
		if (is_of(section, entry))
			return section;
	return section_new(sections, entry);
}

static bool
says_nothing(const struct entry *entry)
{
	return entry->key[0] == '\0' && entry->name == NULL &&
	       schema_find(entry->word, false) != NULL;
}

int
sections_add(
    struct sections *sections, const struct entry *entry, struct error *err)
{
	struct section *section;
	size_t count;

	if (says_nothing(entry))
		return 0;
	if ((section = section_of(sections, entry)) == NULL)
		return no_memory(err);
	if (entry->key[0] == '\0')
		return 0;
	count = settings_count(section->settings);
	if (make_room((void **)&section->places, count,
		sizeof(*section->places)) == -1 ||
	    settings_add(section->settings, entry->key, entry->value) == -1)
		return no_memory(err);
	section->places[count] = entry->place;
	return 0;
}

struct section *
sections_find(
    const struct sections *sections, const char *word, const char *name)
{
	struct section *users = NULL;

	for (struct section *section = sections->buckets[bucket_of(word, name)];
	     section != NULL; section = section->next) {
		if (!is_called(section, word, name))
			continue;
		if (section->origin == ORIGIN_SYSTEM)
			return section;
		users = section;
	}
	return users;
}

const char **
sections_names(
    const struct sections *sections, const char *word, const char *also)
{
	const char **names = calloc(sections->count + 2, sizeof(*names));
	size_t count = 0;

	if (names == NULL)
		return NULL;
	if (also != NULL)
		names[count++] = also;
	for (size_t i = 0; i < sections->count; i++)
		if (strcmp(sections->list[i]->word, word) == 0 &&
		    sections->list[i]->name != NULL &&
		    sections->list[i]->redefines == NULL)
			names[count++] = sections->list[i]->name;
	return names;
}

bool
sections_suggest(const struct sections *sections)
{
	return sections->mistake_count < SUGGESTIONS_MAX;
}

/* ` "name"`, or nothing; a password in a URL is not shown. */
static const char *
show_name(const char *name, char *text, size_t size)
{
	const char *url, *at, *colon = NULL;

	text[0] = '\0';
	if (name == NULL)
		return text;
	url = strstr(name, "://") != NULL ? strstr(name, "://") + 3 : name;
	if ((at = memrchr(url, '@', strcspn(url, "/?"))) != NULL)
		colon = memchr(url, ':', (size_t)(at - url));
	if (colon == NULL)
		snprintf(text, size, " \"%.160s\"", name);
	else
		snprintf(text, size, " \"%.*s:***%.80s\"",
		    colon - name > 80 ? 80 : (int)(colon - name), name, at);
	return text;
}

const char *
section_where(const struct section *section, const struct place *place,
    char *text, size_t size)
{
	char header[256], file[384], name[176];

	snprintf(header, sizeof(header), "[%.64s%s]", section->word,
	    show_name(section->name, name, sizeof(name)));
	snprintf(text, size, "%s in %s line %u", header,
	    text_printable(
		file, sizeof(file), place->file, strlen(place->file)),
	    place->line);
	return text;
}

int
sections_mistake(struct sections *sections, const char *text)
{
	char *copy = strdup(text);

	if (copy == NULL ||
	    make_room((void **)&sections->mistakes, sections->mistake_count,
		sizeof(*sections->mistakes)) == -1) {
		free(copy);
		return -1;
	}
	sections->mistakes[sections->mistake_count++] = copy;
	return 0;
}

int
section_mistake(struct sections *sections, struct section *section,
    const struct place *place, const char *text)
{
	struct error whole = {.fault = FAULT_NONE};
	char where[768], printable[ERROR_TEXT_MAX];

	error_set(&whole, FAULT_CONFIG, "%s: %s",
	    section_where(section, place != NULL ? place : &section->begin,
		where, sizeof(where)),
	    text);
	text_printable(
	    printable, sizeof(printable), whole.text, strlen(whole.text));
	if (sections_mistake(sections, printable) == -1)
		return -1;
	if (section->mistake == NULL)
		section->mistake =
		    sections->mistakes[sections->mistake_count - 1];
	return 0;
}
