/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/socket.h>

#include <errno.h>

#include "agent/peer.h"

/* SO_PEERPIDFD of Linux 6.5, which Debian 12's headers do not have. */
#define PEERPIDFD 77

pid_t
peer_pid(int fd)
{
	struct ucred peer;
	socklen_t length = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) == -1)
		return 0;
	return peer.pid;
}

int
peer_pidfd(int fd)
{
	int pidfd = -1;
	socklen_t length = sizeof(pidfd);

	if (getsockopt(fd, SOL_SOCKET, PEERPIDFD, &pidfd, &length) == 0)
		return pidfd;
	return errno == ENOPROTOOPT ? PEER_UNHELD : PEER_GONE;
}
