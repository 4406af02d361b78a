/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "identity/tokenrequest.h"

/* Google Cloud's metadata server: a machine, a pod or a service asks it for
 * tokens of its service account, for any audience. It is plain HTTP at an
 * address that the host itself answers.
 * https://cloud.google.com/compute/docs/instances/ (Verify the identity of VMs)
 */

#define HOST "GCE_METADATA_HOST"
#define ADDRESS "169.254.169.254"
#define PATH                                                             \
	"/computeMetadata/v1/instance/service-accounts/default/identity" \
	"?format=full&audience="
#define PRODUCT "/sys/class/dmi/id/product_name"
#define URL_MAX (32 * 1024)

/* The last one is not Google's: Knative on any cluster sets K_SERVICE too. */
static const char *const variables[] = {"CLOUD_RUN_JOB", "GAE_SERVICE",
    "GCE_METADATA_HOST", "K_SERVICE", "NO_GCE_CHECK", "KUBERNETES_SERVICE_HOST",
    NULL};

/* The names and addresses of it that are known; the first stands for all. */
static const char *const addresses[] = {ADDRESS, "metadata.google.internal",
    "metadata", "169.254.169.252", "[fd20:ce::254]", NULL};

static bool
is_serverless(const struct surroundings *around, char *reason, size_t size)
{
	const char *name = NULL;

	if (identity_variable(around, "CLOUD_RUN_JOB") != NULL)
		name = "CLOUD_RUN_JOB";
	else if (identity_variable(around, "GAE_SERVICE") != NULL)
		name = "GAE_SERVICE";
	else if (identity_variable(around, "K_SERVICE") != NULL &&
		 identity_variable(around, "KUBERNETES_SERVICE_HOST") == NULL)
		name = "K_SERVICE";
	if (name != NULL)
		snprintf(reason, size, "%s is set", name);
	return name != NULL;
}

/* The whole name must fit: Chromebooks are of Google too. */
static bool
is_machine(char *reason, size_t size)
{
	scoped(fd) int fd = open(PRODUCT, O_RDONLY | O_CLOEXEC);
	char name[64];
	ssize_t length = fd == -1 ? -1 : read(fd, name, sizeof(name) - 1);

	if (length <= 0)
		return false;
	name[length] = '\0';
	name[strcspn(name, "\n")] = '\0';
	if (strcmp(name, "Google") != 0 &&
	    strcmp(name, "Google Compute Engine") != 0)
		return false;
	snprintf(reason, size, "this machine calls itself '%s'", name);
	return true;
}

/* Asking the address would tell, and hold up everybody elsewhere. */
static bool
gcp_here(const struct surroundings *around, char *reason, size_t size)
{
	const char *no = identity_variable(around, "NO_GCE_CHECK");

	if (identity_variable(around, HOST) != NULL) {
		snprintf(reason, size, HOST " is set");
		return true;
	}
	if (no != NULL && strcmp(no, "true") == 0) {
		snprintf(reason, size, "NO_GCE_CHECK is set");
		return false;
	}
	if (is_serverless(around, reason, size) || is_machine(reason, size))
		return true;
	snprintf(reason, size,
	    "this is neither a machine nor a service of Google Cloud");
	return false;
}

/* Plain HTTP goes to what is compiled in, or to loopback. */
static bool
is_compiled_in(const char *host, const char **address)
{
	for (size_t i = 0; addresses[i] != NULL; i++) {
		if (strcmp(host, addresses[i]) != 0)
			continue;
		*address = i < 3 ? ADDRESS : host;
		return true;
	}
	return false;
}

static const char *
host_of(const struct surroundings *around, bool *link_local)
{
	const char *host = identity_variable(around, HOST);

	if (host == NULL)
		host = ADDRESS;
	*link_local = is_compiled_in(host, &host);
	return host;
}

static int
url_for(const struct identity_mint *mint, struct buffer *url, bool *link_local,
    struct error *err)
{
	const char *host = host_of(mint->around, link_local);

	buffer_add_string(url, "http://");
	buffer_add_string(url, host);
	buffer_add_string(url, PATH);
	buffer_add_escaped(url, mint->audience);
	if (buffer_failed(url))
		return error_set(
		    err, FAULT_IDENTITY, "the audience is too long");
	if (!*link_local && http_allowed(buffer_text(url), err) == -1)
		return error_in(err, HOST);
	return 0;
}

static int
gcp_run(
    const struct identity_mint *mint, struct secret **token, struct error *err)
{
	static const char *const headers[] = {"Metadata-Flavor: Google", NULL};
	scoped(buffer) struct buffer url = BUFFER(URL_MAX);
	struct tokenrequest request = {.method = "GET",
	    .headers = headers,
	    .mark_name = "Metadata-Flavor",
	    .mark = "Google",
	    .unmarked = "who answers there is not Google's metadata server: "
			"this is not Google Cloud",
	    .denied = "may its service account issue ID tokens? On GKE, is "
		      "the Kubernetes service account linked to one?",
	    .missing = "no service account is attached to this machine"};

	if (url_for(mint, &url, &request.link_local, err) == -1)
		return -1;
	request.url = buffer_text(&url);
	return tokenrequest_send(mint, &request, token, err);
}

static int
gcp_endpoint(const struct settings *settings, const struct surroundings *around,
    struct identity_endpoint *endpoint)
{
	(void)settings;
	buffer_printf(&endpoint->url, "http://%s/",
	    host_of(around, &endpoint->link_local));
	return 0;
}

const struct identity identity_gcp_metadata = {
    .name = "gcp-metadata",
    .variables = variables,
    .speaks_http = true,
    .here = gcp_here,
    .endpoint = gcp_endpoint,
    .run = gcp_run,
};
