/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>

#include <dirent.h>
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
static const char *const powerful[] = {"/docker.sock", "/docker-host.sock",
    "/containerd.sock", "/ssh-auth.sock", "/podman.sock", "/crio.sock",
    "/buildkitd.sock", "/cri-dockerd.sock", "/snapd.socket",
    "/snapd-snap.socket", "/system_bus_socket", "/unix.socket", "/libvirt-sock",
    "/virtqemud-sock", "/private", "/pcscd.comm", "/keyring", "/acpid.socket",
    "/user_bus_socket", NULL};

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
void
plan_socket(struct plan *plan, const char *path)
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
static void
read_table(struct plan *plan, const char *table)
{
	scoped(file) FILE *file = fopen(table, "re");
	char line[PATH_MAX + 128];

	while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
		char *path = strchr(line, '/');

		line[strcspn(line, "\n")] = '\0';
		if (path != NULL && path > line && path[-1] == ' ')
			plan_socket(plan, path);
	}
}

#define NETWORKS_MAX 64

/* The table tells of one network namespace. A daemon of ours may be in
 * another, as those of containers are, and is reached by its path all the
 * same. */
static void
read_networks(struct plan *plan)
{
	ino_t seen[NETWORKS_MAX];
	size_t count = 0, i;
	DIR *all = opendir("/proc");
	const struct dirent *entry;
	char path[PATH_MAX];
	struct stat st;

	while (all != NULL && (entry = readdir(all)) != NULL) {
		snprintf(path, sizeof(path), "/proc/%s/ns/net", entry->d_name);
		if (strspn(entry->d_name, "0123456789") == 0 ||
		    stat(path, &st) == -1)
			continue;
		for (i = 0; i < count && seen[i] != st.st_ino; i++)
			continue;
		if (i < count || count == NETWORKS_MAX)
			continue;
		seen[count++] = st.st_ino;
		snprintf(
		    path, sizeof(path), "/proc/%s/net/unix", entry->d_name);
		read_table(plan, path);
	}
	if (all != NULL)
		closedir(all);
}

#define DEEPEST 4
#define ENTRIES_MAX 20000 /* in some tens of ms */

/* Those of whom no table tells that we may read: in a container, the host's. */
static void
walk(struct plan *plan, const char *directory, int depth, unsigned *left)
{
	DIR *all = opendir(directory);
	const struct dirent *entry;
	char path[PATH_MAX];

	while (all != NULL && *left > 0 && (entry = readdir(all)) != NULL) {
		(*left)--;
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0 ||
		    snprintf(path, sizeof(path), "%s/%s", directory,
			entry->d_name) >= (int)sizeof(path))
			continue;
		if (entry->d_type == DT_SOCK)
			plan_socket(plan, path);
		else if (entry->d_type == DT_DIR && depth < DEEPEST)
			walk(plan, path, depth + 1, left);
	}
	if (all != NULL)
		closedir(all);
}

void
plan_sockets(struct plan *plan)
{
	static const char *const places[] = {"/run", "/var/run", "/tmp", NULL};

	read_table(plan, "/proc/net/unix");
	read_networks(plan);
	for (size_t i = 0; places[i] != NULL; i++) {
		unsigned left = ENTRIES_MAX;

		walk(plan, places[i], 1, &left);
	}
}
