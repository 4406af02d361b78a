/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/scoped.h"
#include "base/text.h"
#include "config/scan.h"
#include "helpers/daypass/init.h"

#define KEYS_MAX 4096

/* Where the sections go, and what is there already. */
struct adding {
	const struct buffer *there;
	struct buffer *out;
	unsigned left;
};

static bool
is_same(
    const struct scan_entry *entry, const char *section, const char *subsection)
{
	if (strcmp(entry->section, section) != 0)
		return false;
	return subsection == NULL
		   ? entry->subsection == NULL
		   : entry->subsection != NULL &&
			 strcmp(entry->subsection, subsection) == 0;
}

/* The file was read to its end before: what is broken is behind us. */
static bool
is_there(
    const struct buffer *there, const char *section, const char *subsection)
{
	scoped(scan) struct scan *scan =
	    scan_new(buffer_text(there), there->length);
	struct scan_entry entry;
	struct error err;

	while (scan != NULL && scan_next(scan, &entry, &err) == 1)
		if (is_same(&entry, section, subsection))
			return true;
	return false;
}

/* Behind a mistake git and daypass see nothing of what is added. */
static int
check_there(const struct buffer *there, struct error *err)
{
	scoped(scan) struct scan *scan =
	    scan_new(buffer_text(there), there->length);
	struct scan_entry entry;
	int result;

	if (scan == NULL)
		return error_set(err, FAULT_SYSTEM, "no memory");
	while ((result = scan_next(scan, &entry, err)) == 1)
		;
	return result == 0
		   ? 0
		   : error_in(err, "mend the configuration first: line %u",
			 scan_line(scan));
}

/* One section, unless the file has one of that name. */
static void
add(struct adding *adding, const char *section, const char *subsection,
    const char *keys)
{
	if (is_there(adding->there, section, subsection)) {
		adding->left++;
		return;
	}
	if (subsection == NULL)
		buffer_printf(adding->out, "[%s]\n%s", section, keys);
	else
		buffer_printf(
		    adding->out, "[%s \"%s\"]\n%s", section, subsection, keys);
}

static void
add_aws(struct adding *adding, const char *role)
{
	scoped(buffer) struct buffer keys = BUFFER(KEYS_MAX);

	buffer_printf(
	    &keys, "\texchange = aws-web-identity\n\trole = %s\n", role);
	add(adding, "credential", "aws", buffer_text(&keys));
	add(adding, "aws", "default", "\tcredential = aws\n");
}

static void
add_gcp(struct adding *adding, const struct wishes *wishes)
{
	scoped(buffer) struct buffer keys = BUFFER(KEYS_MAX);

	buffer_printf(&keys, "\texchange = gcp-federation\n\taudience = %s\n",
	    wishes->provider);
	add(adding, "credential", "gcp", buffer_text(&keys));
	if (init_is_set(wishes->service_account)) {
		buffer_free(&keys);
		buffer_printf(&keys,
		    "\tfrom = gcp\n\texchange = gcp-service-account\n"
		    "\tservice-account = %s\n",
		    wishes->service_account);
		add(adding, "credential", "gcp-account", buffer_text(&keys));
	}
	add(adding, "gcloud", NULL, "\tcredential = id-token\n");
}

static void
add_github(struct adding *adding, const char *owner)
{
	scoped(buffer) struct buffer url = BUFFER(KEYS_MAX);

	add(adding, "credential", "github",
	    "\texchange = octo-sts\n\tidentity-name = daypass\n");
	buffer_printf(&url, "https://github.com/%s", owner);
	add(adding, "git", buffer_text(&url), "\tcredential = github\n");
}

static void
add_registry(struct adding *adding, const struct wishes *wishes)
{
	struct error err;
	char keys[128];

	snprintf(keys, sizeof(keys), "\tcredential = %s\n",
	    init_registry_credential(wishes, &err));
	add(adding, "docker", wishes->registry, keys);
}

int
init_sections(const struct wishes *wishes, const struct buffer *there,
    struct buffer *out, unsigned *left, struct error *err)
{
	struct adding adding = {.there = there, .out = out};

	if (check_there(there, err) == -1)
		return -1;
	if (init_is_set(wishes->role))
		add_aws(&adding, wishes->role);
	if (init_is_set(wishes->provider))
		add_gcp(&adding, wishes);
	if (init_is_set(wishes->owner))
		add_github(&adding, wishes->owner);
	if (init_is_set(wishes->registry))
		add_registry(&adding, wishes);
	*left = adding.left;
	if (buffer_failed(out))
		return error_set(err, FAULT_USAGE, "that is too much");
	return 0;
}
