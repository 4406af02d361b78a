/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/scoped.h"
#include "base/text.h"
#include "helpers/daypass/plan.h"

/* Daemons of others that do what they are told, as somebody else: containers,
 * units, packages, machines. The rest of others' sockets stays, for databases
 * and the resolver are what commands work with. */
static const char *const powerful[] = {"/docker.sock", "/containerd.sock",
    "/podman.sock", "/crio.sock", "/buildkitd.sock", "/cri-dockerd.sock",
    "/snapd.socket", "/snapd-snap.socket", "/system_bus_socket", "/unix.socket",
    "/libvirt-sock", "/virtqemud-sock", "/private", "/pcscd.comm", "/keyring",
    "/acpid.socket", "/user_bus_socket", NULL};

static bool
is_powerful(const char *path)
{
	for (size_t i = 0; powerful[i] != NULL; i++)
		if (text_ends(path, powerful[i]))
			return true;
	return false;
}

static bool
is_ours(const struct plan *plan, const char *path)
{
	size_t length = strlen(plan->runtime);

	return strncmp(path, plan->runtime, length) == 0 && path[length] == '/';
}

/* Whatever has a name and is ours (tmux, ssh-agent, gpg-agent, an editor's, a
 * session bus) does things outside for whoever asks it. */
static void
look_at(struct plan *plan, const char *path)
{
	char real[PATH_MAX];
	struct stat st;

	if (realpath(path, real) == NULL || stat(real, &st) == -1 ||
	    !S_ISSOCK(st.st_mode) || is_ours(plan, real))
		return;
	if (st.st_uid == geteuid() || is_powerful(real))
		plan_hide(plan, real);
}

static void
file_scoped(FILE **file)
{
	if (*file != NULL)
		fclose(*file);
}

/* proc(5), "/proc/net/unix": seven columns, then the path. */
void
plan_sockets(struct plan *plan)
{
	scoped(file) FILE *file = fopen("/proc/net/unix", "re");
	char line[PATH_MAX + 128];

	while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
		char *path = strchr(line, '/');

		line[strcspn(line, "\n")] = '\0';
		if (path != NULL && path > line && path[-1] == ' ')
			look_at(plan, path);
	}
}
