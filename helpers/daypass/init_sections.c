/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/scoped.h"
#include "base/text.h"
#include "helpers/daypass/init.h"

/* Where the sections go, and what is there already. */
struct adding {
	const char *there;
	struct buffer *out;
	unsigned left;
};

static bool
is_set(const char *wish)
{
	return wish != NULL && wish[0] != '\0';
}

/* One section, unless the file has one of that header. */
static void
add(struct adding *adding, const char *header, const char *keys)
{
	if (strstr(adding->there, header) != NULL) {
		adding->left++;
		return;
	}
	buffer_printf(adding->out, "%s\n%s", header, keys);
}

static void
add_aws(struct adding *adding, const char *role)
{
	scoped(buffer) struct buffer keys = BUFFER(4096);

	buffer_printf(&keys, "\texchange = aws-web-identity\n\trole = %s\n",
	    role);
	add(adding, "[credential \"aws\"]", buffer_text(&keys));
	add(adding, "[aws \"default\"]", "\tcredential = aws\n");
}

static void
add_gcp(struct adding *adding, const struct wishes *wishes)
{
	scoped(buffer) struct buffer keys = BUFFER(4096);

	buffer_printf(&keys, "\texchange = gcp-federation\n\taudience = %s\n",
	    wishes->provider);
	add(adding, "[credential \"gcp\"]", buffer_text(&keys));
	if (is_set(wishes->service_account)) {
		buffer_free(&keys);
		buffer_printf(&keys,
		    "\tfrom = gcp\n\texchange = gcp-service-account\n"
		    "\tservice-account = %s\n",
		    wishes->service_account);
		add(adding, "[credential \"gcp-account\"]",
		    buffer_text(&keys));
	}
	add(adding, "[gcloud]", "\tcredential = id-token\n");
}

static void
add_github(struct adding *adding, const char *owner)
{
	char header[512];

	add(adding, "[credential \"github\"]",
	    "\texchange = octo-sts\n\tidentity-name = daypass\n");
	snprintf(header, sizeof(header), "[git \"https://github.com/%s\"]",
	    owner);
	add(adding, header, "\tcredential = github\n");
}

/* Which of the credentials opens a registry; NULL: the one that does was not
 * asked for. */
static const char *
credential_for(const struct wishes *wishes)
{
	const char *host = wishes->registry;

	if (text_ends(host, ".pkg.dev") || text_ends(host, "gcr.io"))
		return !is_set(wishes->provider)	? NULL
		       : is_set(wishes->service_account) ? "gcp-account"
							 : "gcp";
	if (strstr(host, ".dkr.ecr.") != NULL ||
	    strcmp(host, "public.ecr.aws") == 0)
		return is_set(wishes->role) ? "aws" : NULL;
	return "id-token";
}

static int
add_registry(
    struct adding *adding, const struct wishes *wishes, struct error *err)
{
	const char *credential = credential_for(wishes);
	char header[512], keys[128];

	if (credential == NULL)
		return error_set(err, FAULT_USAGE,
		    "--registry %.200s is opened by %s: name that too",
		    wishes->registry,
		    strstr(wishes->registry, "ecr") != NULL ? "--aws ROLE"
							    : "--gcp PROVIDER");
	snprintf(header, sizeof(header), "[docker \"%s\"]", wishes->registry);
	snprintf(keys, sizeof(keys), "\tcredential = %s\n", credential);
	add(adding, header, keys);
	return 0;
}

int
init_sections(const struct wishes *wishes, const char *there,
    struct buffer *out, unsigned *left, struct error *err)
{
	struct adding adding = {.there = there, .out = out};

	if (is_set(wishes->role))
		add_aws(&adding, wishes->role);
	if (is_set(wishes->provider))
		add_gcp(&adding, wishes);
	if (is_set(wishes->owner))
		add_github(&adding, wishes->owner);
	if (is_set(wishes->registry) &&
	    add_registry(&adding, wishes, err) == -1)
		return -1;
	*left = adding.left;
	if (buffer_failed(out))
		return error_set(err, FAULT_USAGE, "that is too much");
	return 0;
}
