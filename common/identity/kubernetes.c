/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/jwt.h"
#include "identity/identity.h"
#include "identity/tokenfile.h"

/*
 * A pod's projected service account token: the kubelet renews the file, so it
 * is read again at every mint. Each file holds a token for one audience; the
 * one that the pod has by default is the API server's, and whoever got it
 * could act in the cluster. So a token goes only to the audience in it.
 */

#define SERVICE_ACCOUNT "/var/run/secrets/kubernetes.io/serviceaccount/token"

static const char *const variables[] = {"AWS_WEB_IDENTITY_TOKEN_FILE",
    "AZURE_FEDERATED_TOKEN_FILE", "KUBERNETES_SERVICE_HOST", NULL};
static const char *const keys[] = {"file", NULL};

#define FILE_VARIABLES 2 /* the first ones above name files */

struct files {
	char own[PATH_MAX];
	const char *paths[FILE_VARIABLES + 2]; /* NULL-terminated */
};

static void
files_around(struct files *files, const struct surroundings *around)
{
	const char *path;
	size_t count = 0;

	for (size_t i = 0; i < FILE_VARIABLES; i++) {
		path = identity_variable(around, variables[i]);
		if (path != NULL && *path == '/')
			files->paths[count++] = path;
	}
	files->paths[count++] = SERVICE_ACCOUNT;
	files->paths[count] = NULL;
}

static int
files_find(struct files *files, const struct settings *settings,
    const struct surroundings *around, struct error *err)
{
	const char *file = settings_get(settings, "file");

	if (file == NULL) {
		files_around(files, around);
		return 0;
	}
	files->paths[0] = files->own;
	files->paths[1] = NULL;
	return identity_path(file, around, files->own, PATH_MAX, err);
}

static bool
kubernetes_here(const struct surroundings *around, char *reason, size_t size)
{
	struct files files;
	struct stat st;

	files_around(&files, around);
	for (size_t i = 0; files.paths[i] != NULL; i++)
		if (stat(files.paths[i], &st) == 0 && S_ISREG(st.st_mode)) {
			snprintf(reason, size, "there is a token file: %s",
			    files.paths[i]);
			return true;
		}
	if (identity_variable(around, "KUBERNETES_SERVICE_HOST") != NULL)
		snprintf(reason, size,
		    "KUBERNETES_SERVICE_HOST is set, but the pod has no "
		    "token: %s is missing",
		    files.paths[0]);
	else
		snprintf(reason, size, "KUBERNETES_SERVICE_HOST is not set");
	return false;
}

static int
kubernetes_trace(const struct settings *settings,
    const struct surroundings *around, struct identity_trace *trace,
    struct error *err)
{
	struct files files;

	if (files_find(&files, settings, around, err) == -1)
		return -1;
	for (size_t i = 0; files.paths[i] != NULL; i++)
		identity_trace_file(trace, files.paths[i]);
	return 0;
}

/* The one that every pod has opens the cluster to whoever gets it. */
static bool
is_api_servers(const struct jwt *claims, const char *path)
{
	return strcmp(path, SERVICE_ACCOUNT) == 0 ||
	       strstr(claims->audience, "kubernetes.default") != NULL;
}

static int
wrong_audience(const struct secret *token, const char *path,
    const char *audience, struct error *err)
{
	struct jwt jwt;

	if (jwt_read(token, &jwt, err) == -1)
		return error_in(err, "the token file '%s'", path);
	return error_set(err, FAULT_IDENTITY,
	    "the token in '%s' is for audience %s, not for %s: project a "
	    "service account token for that audience and name its file "
	    "([identity] source = kubernetes, file = PATH)%s",
	    path, jwt.audience[0] == '\0' ? "nobody" : jwt.audience, audience,
	    is_api_servers(&jwt, path)
		? "; this one is for the API server and nobody else"
		: ", or ask for the token's own audience (token-audience)");
}

static int
read_for(const char *audience, const char *path, struct secret **token,
    struct error *err)
{
	scoped(secret) struct secret *found = NULL;

	if (tokenfile_read(path, &found, err) == -1)
		return -1;
	if (!jwt_has_audience(found, audience))
		return wrong_audience(found, path, audience, err);
	*token = take(&found);
	return 0;
}

/* The error that counts is the first file's: it was named for the purpose. */
static int
kubernetes_run(
    const struct identity_mint *mint, struct secret **token, struct error *err)
{
	struct files files;

	if (files_find(&files, mint->settings, mint->around, err) == -1)
		return -1;
	for (size_t i = 0; files.paths[i] != NULL; i++)
		if (read_for(mint->audience, files.paths[i], token,
			i == 0 ? err : NULL) == 0)
			return 0;
	return -1;
}

const struct identity identity_kubernetes = {
    .name = "kubernetes",
    .variables = variables,
    .keys = keys,
    .is_static = true,
    .here = kubernetes_here,
    .trace = kubernetes_trace,
    .run = kubernetes_run,
};
