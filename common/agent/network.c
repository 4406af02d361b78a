/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>

#include <stdlib.h>
#include <string.h>

#include "agent/confine.h"
#include "agent/network.h"
#include "agent/reader.h"
#include "base/http.h"

/* What tells one state of a file from another. */
struct state {
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec changed;
};

enum root { ROOT_CONFIG, ROOT_FILE, ROOT_BUNDLE, ROOT_COUNT };

struct network {
	struct loop *loop;
	const struct reader *reader;
	bool ready;
	char *ca_file; /* of the configuration, when it was set up */
	struct state states[ROOT_COUNT];
};

struct network *
network_new(struct loop *loop, const struct reader *reader)
{
	struct network *network = calloc(1, sizeof(*network));

	if (network == NULL)
		return NULL;
	network->loop = loop;
	network->reader = reader;
	return network;
}

void
network_free(struct network *network)
{
	if (network == NULL)
		return;
	free(network->ca_file);
	free(network);
}

/* Opening a fifo, or a device, would hold up the whole agent. */
static int
look(const char *path, const char *named_by, struct state *state,
    struct error *err)
{
	struct stat st;

	memset(state, 0, sizeof(*state));
	if (path == NULL || path[0] == '\0')
		return 0;
	if (stat(path, &st) == -1) {
		error_errno(err, "%s '%s'", named_by, path);
		if (err != NULL)
			err->fault = FAULT_CONFIG;
		return -1;
	}
	if (!S_ISREG(st.st_mode))
		return error_set(err, FAULT_CONFIG,
		    "%s '%s' is not a regular file", named_by, path);
	state->device = st.st_dev;
	state->inode = st.st_ino;
	state->size = st.st_size;
	state->changed = st.st_ctim;
	return 0;
}

static int
look_at_all(
    const char *ca_file, struct state states[ROOT_COUNT], struct error *err)
{
	if (look(ca_file, "[http] ca-file", &states[ROOT_CONFIG], err) == -1 ||
	    look(secure_getenv("SSL_CERT_FILE"), "SSL_CERT_FILE",
		&states[ROOT_FILE], err) == -1 ||
	    look(secure_getenv("CURL_CA_BUNDLE"), "CURL_CA_BUNDLE",
		&states[ROOT_BUNDLE], err) == -1)
		return -1;
	return 0;
}

static bool
is_same(const struct network *network, const char *ca_file,
    const struct state states[ROOT_COUNT])
{
	const char *before = network->ca_file == NULL ? "" : network->ca_file;

	return network->ready &&
	       strcmp(before, ca_file == NULL ? "" : ca_file) == 0 &&
	       memcmp(states, network->states, sizeof(network->states)) == 0;
}

static int
set_up(struct network *network, const char *ca_file, struct error *err)
{
	free(network->ca_file);
	network->ca_file = ca_file == NULL ? NULL : strdup(ca_file);
	network->ready = false;
	if (http_global(ca_file, err) == -1)
		return -1;
	confine_learn();
	network->ready = ca_file == NULL || network->ca_file != NULL;
	return 0;
}

int
network_ready(struct network *network, struct error *err)
{
	const struct config *config = reader_last(network->reader);
	const struct settings *settings = NULL;
	struct state states[ROOT_COUNT];
	const char *ca_file;

	if (config != NULL &&
	    config_section(config, "http", NULL, &settings, err) == -1)
		return error_at(err, STAGE_CONFIG);
	ca_file = settings_get(settings, "ca-file");
	if (look_at_all(ca_file, states, err) == -1) {
		network->ready = false;
		return error_at(err, STAGE_CONFIG);
	}
	if (is_same(network, ca_file, states))
		return 0;
	memcpy(network->states, states, sizeof(states));
	if (set_up(network, ca_file, err) == -1)
		return error_at(err, STAGE_CONFIG);
	return 0;
}

/* Piece by piece, so that whoever asks meanwhile does not wait for all. */
static bool
prepare(void *arg)
{
	struct network *network = arg;
	struct error err;

	if (http_prepare())
		return true;
	network_ready(network, &err);
	return false;
}

void
network_prepare(struct network *network)
{
	loop_when_idle(network->loop, prepare, network);
}
