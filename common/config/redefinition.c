/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "config/match.h"
#include "config/redefinition.h"
#include "config/schema.h"

/* What a section defines: what its pattern comes down to, else its name. */
static const char *
subject_of(const struct section *section)
{
	if (section->match != NULL)
		return match_text(section->match);
	return section->name != NULL ? section->name : "";
}

static int
compare_subjects(const struct section *a, const struct section *b)
{
	if (a->schema != b->schema)
		return (uintptr_t)a->schema < (uintptr_t)b->schema ? -1 : 1;
	return strcmp(subject_of(a), subject_of(b));
}

/* Those of one subject stand together, the system's before the user's. */
static int
compare(const void *a, const void *b)
{
	const struct section *one = *(struct section *const *)a;
	const struct section *other = *(struct section *const *)b;
	int order = compare_subjects(one, other);

	return order != 0 ? order : (int)one->origin - (int)other->origin;
}

static void
look_through(struct section **sorted, size_t count)
{
	const struct section *systems = NULL;

	for (size_t i = 0; i < count; i++)
		if (sorted[i]->origin == ORIGIN_SYSTEM)
			systems = sorted[i];
		else if (sorted[i]->schema != NULL &&
			 !sorted[i]->schema->alone && systems != NULL &&
			 compare_subjects(systems, sorted[i]) == 0)
			sorted[i]->redefines = systems;
}

static int
tell(struct sections *sections, struct section *section)
{
	struct error err;

	if (section->redefines == NULL)
		return 0;
	error_set(&err, FAULT_CONFIG,
	    "defined by the system's file %s: cannot be redefined",
	    section->redefines->begin.file);
	return section_mistake(sections, section, NULL, err.text);
}

int
redefinition_check(struct sections *sections)
{
	size_t count = sections->count;
	struct section **sorted;

	if (count == 0)
		return 0;
	if ((sorted = calloc(count, sizeof(struct section *))) == NULL)
		return -1;
	memcpy(sorted, sections->list, count * sizeof(struct section *));
	qsort(sorted, count, sizeof(struct section *), compare);
	look_through(sorted, count);
	free(sorted);
	for (size_t i = 0; i < count; i++)
		if (tell(sections, sections->list[i]) == -1)
			return -1;
	return 0;
}
