/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/asker.h"
#include "agent/ending.h"
#include "agent/listener.h"
#include "base/clock.h"
#include "base/dirs.h"

#define SOCKET "agent.sock"
#define BACKLOG 4096

/* Descriptors kept for pipes to children, the configuration, and the like. */
#define RESERVE 96
#define PAUSE_MS 50

struct listener {
	struct agent *agent;
	int directory;
	int fd;
	dev_t device; /* of the socket, to know it again */
	ino_t inode;
	int notify;
	struct watch *watch;
	struct watch *notify_watch;
	struct timer *pause; /* out of descriptors: until this fires */
	bool paused;
	unsigned askers_max;
};

bool
listener_admits(int fd)
{
	struct ucred peer;
	socklen_t length = sizeof(peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 &&
	       peer.uid == geteuid();
}

static void
pause_over(void *arg)
{
	struct listener *listener = arg;

	listener->pause = NULL;
	watch_events(listener->watch, EPOLLIN);
}

/* Out of descriptors or memory: the connection that waits would wake us again
 * and again for nothing. */
static void
take_a_pause(struct listener *listener)
{
	if (listener->pause != NULL)
		return;
	listener->pause = loop_timer(
	    listener->agent->loop, clock_ms() + PAUSE_MS, pause_over, listener);
	if (listener->pause != NULL)
		watch_events(listener->watch, 0);
}

static void
accept_some(void *arg, uint32_t events)
{
	struct listener *listener = arg;
	struct agent *agent = listener->agent;
	int fd;

	(void)events;
	/* Not for ever: flights must land, too. A request for the end takes
	 * the listener away. */
	for (int i = 0; i < 256 && agent->listener == listener; i++) {
		if (agent->askers >= listener->askers_max) {
			watch_events(listener->watch, 0);
			listener->paused = true;
			return;
		}
		fd = accept4(
		    listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd == -1 && errno != EAGAIN)
			take_a_pause(listener);
		if (fd == -1)
			return;
		if (listener_admits(fd))
			asker_start(agent, fd);
		else
			close(fd);
	}
}

void
listener_resume(struct agent *agent)
{
	struct listener *listener = agent->listener;

	if (listener == NULL || !listener->paused ||
	    agent->askers >= listener->askers_max)
		return;
	listener->paused = false;
	watch_events(listener->watch, EPOLLIN);
}

/* The soft limit of descriptors is raised to the hard one. */
static unsigned
raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == -1)
		return 512;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	if (limit.rlim_cur > 65536)
		return 65536;
	return limit.rlim_cur > 2 * RESERVE ? (unsigned)limit.rlim_cur - RESERVE
					    : RESERVE;
}

/* Through the working directory, for a socket's path may be longer than an
 * address has room for. */
static int
bind_here(struct listener *listener, struct error *err)
{
	struct sockaddr_un address = {
	    .sun_family = AF_UNIX, .sun_path = SOCKET};
	struct stat st;
	mode_t mask = umask(077);
	int bound;

	unlink(SOCKET);
	bound =
	    bind(listener->fd, (struct sockaddr *)&address, sizeof(address));
	umask(mask);
	if (bound == -1)
		return error_errno(err, "cannot bind '%s'", SOCKET);
	if (listen(listener->fd, BACKLOG) == -1 || stat(SOCKET, &st) == -1)
		return error_errno(err, "cannot listen on '%s'", SOCKET);
	listener->device = st.st_dev;
	listener->inode = st.st_ino;
	return 0;
}

static int
bind_in(struct listener *listener, struct error *err)
{
	int result;

	if (fchdir(listener->directory) == -1)
		return error_errno(err, "cannot enter the runtime directory");
	result = bind_here(listener, err);
	if (chdir("/") == -1)
		return error_errno(err, "cannot enter '/'");
	return result;
}

static bool
still_ours(const struct listener *listener)
{
	struct stat st;

	return fstatat(listener->directory, SOCKET, &st, AT_SYMLINK_NOFOLLOW) ==
		   0 &&
	       st.st_dev == listener->device && st.st_ino == listener->inode;
}

/* Is the directory still where helpers look for it? */
static bool
still_there(const struct listener *listener)
{
	char path[DIRS_PATH_MAX];
	struct stat ours, named;

	return dirs_runtime(path, sizeof(path), NULL) == 0 &&
	       stat(path, &named) == 0 &&
	       fstat(listener->directory, &ours) == 0 &&
	       named.st_dev == ours.st_dev && named.st_ino == ours.st_ino;
}

/* Something happened to the directory, or in it. Without our socket in its
 * place nobody finds us. */
static void
noticed(void *arg, uint32_t events)
{
	struct listener *listener = arg;
	char bytes[4096];

	(void)events;
	while (read(listener->notify, bytes, sizeof(bytes)) > 0)
		;
	if (!still_ours(listener) || !still_there(listener))
		ending_begin(listener->agent, NULL);
}

/* Without inotify the end of the directory goes unnoticed until the agent is
 * idle: a smaller evil than no agent. */
static void
notice_removal(struct listener *listener)
{
	char path[DIRS_PATH_MAX];
	int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);

	if (fd == -1 || dirs_runtime(path, sizeof(path), NULL) == -1)
		return;
	listener->notify = fd;
	inotify_add_watch(
	    fd, path, IN_DELETE | IN_MOVE | IN_DELETE_SELF | IN_MOVE_SELF);
	listener->notify_watch = loop_watch(
	    listener->agent->loop, fd, EPOLLIN, noticed, listener, NULL);
}

struct listener *
listener_new(struct agent *agent, struct error *err)
{
	struct listener *listener = calloc(1, sizeof(*listener));

	if (listener == NULL) {
		error_errno(err, "no memory for the socket");
		return NULL;
	}
	listener->agent = agent;
	listener->fd = listener->notify = -1;
	listener->askers_max = raise_limit();
	listener->directory = dirs_open_runtime(true, err);
	if (listener->directory != -1)
		listener->fd = socket(
		    AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (listener->fd != -1 && bind_in(listener, err) == 0)
		listener->watch = loop_watch(agent->loop, listener->fd, EPOLLIN,
		    accept_some, listener, err);
	if (listener->watch == NULL) {
		listener_free(listener);
		return NULL;
	}
	notice_removal(listener);
	return listener;
}

void
listener_free(struct listener *listener)
{
	if (listener == NULL)
		return;
	watch_free(listener->watch);
	watch_free(listener->notify_watch);
	timer_free(listener->pause);
	/* Unlinked while it still is bound: later the name could be that of
	 * the next agent's. */
	if (listener->inode != 0 && still_ours(listener))
		unlinkat(listener->directory, SOCKET, 0);
	if (listener->fd != -1)
		close(listener->fd);
	if (listener->notify != -1)
		close(listener->notify);
	if (listener->directory != -1)
		close(listener->directory);
	free(listener);
}

int
listener_directory(const struct listener *listener)
{
	return listener->directory;
}
