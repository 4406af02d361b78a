/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/prctl.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/confine.h"
#include "tap.h"

enum outcome {
	READ_OTHERS = 1,
	READ_TRUST = 2,
	READ_NAMED = 4,
	WROTE = 8,
	SIGNALLED = 16,
	PRIVILEGES = 32
};

static bool
opens(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);

	if (fd != -1)
		close(fd);
	return fd != -1;
}

/* What a confined child could still do, as its exit status. */
static int
try_all(const char *named, const char *other)
{
	int outcome = 0, status;
	pid_t parent = getpid(), pid = fork();

	if (pid == 0) {
		confine();
		outcome |= opens(other, O_RDONLY) ? READ_OTHERS : 0;
		outcome |= opens("/etc/hosts", O_RDONLY) ? READ_TRUST : 0;
		outcome |= opens(named, O_RDONLY) ? READ_NAMED : 0;
		outcome |= opens(other, O_WRONLY) ? WROTE : 0;
		outcome |= kill(parent, 0) == 0 ? SIGNALLED : 0;
		outcome |= prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1
			       ? 0
			       : PRIVILEGES;
		_exit(outcome);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int
main(void)
{
	char named[] = "/tmp/daypass-named-XXXXXX";
	char other[] = "/tmp/daypass-other-XXXXXX";
	const char *lack;
	unsigned at = 0;
	int outcome;

	close(mkstemp(named));
	close(mkstemp(other));
	setenv("SSL_CERT_FILE", named, 1);
	outcome = try_all(named, other);
	tap_ok((outcome & PRIVILEGES) == 0, "no new privileges");
	tap_ok((outcome & READ_TRUST) != 0, "reads what names resolve with");
	tap_ok((outcome & READ_NAMED) != 0, "reads roots that were named");
	if ((lack = confine_lacks(&at)) != NULL) {
		tap_skip(lack, "keeps from other files");
		tap_skip(lack, "keeps from writing");
		tap_skip(lack, "keeps from signalling");
	} else {
		tap_ok((outcome & READ_OTHERS) == 0, "keeps from other files");
		tap_ok((outcome & WROTE) == 0, "keeps from writing");
		tap_ok((outcome & SIGNALLED) == 0, "keeps from signalling");
	}
	unlink(named);
	unlink(other);
	return tap_done();
}
