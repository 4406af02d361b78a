/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/scoped.h"
#include "base/text.h"
#include "helpers/daypass/isolate.h"

/* What the kernel says where namespaces are switched off, and what does it. */
static int
no_spaces(struct error *err)
{
	switch (errno) {
	case EPERM:
	case EACCES:
		return error_set(err, FAULT_SYSTEM,
		    "this machine refuses user namespaces: "
		    "kernel.unprivileged_userns_clone, "
		    "kernel.apparmor_restrict_unprivileged_userns, or the "
		    "seccomp profile of the container; or go without: "
		    "--advisory");
	case ENOSPC:
	case EUSERS:
		return error_set(err, FAULT_SYSTEM,
		    "there may be no more user namespaces: "
		    "user.max_user_namespaces is reached, or 0; or go "
		    "without: --advisory");
	default:
		return error_errno(err,
		    "this kernel gives no user, mount, pid and ipc namespaces; "
		    "go without with --advisory");
	}
}

pid_t
isolate_fork(bool anyway, bool *spaces, struct error *err)
{
	pid_t child;

	*spaces = true;
	child = (pid_t)syscall(SYS_clone,
	    CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | SIGCHLD,
	    0, 0, 0, 0);
	if (child != -1)
		return child;
	no_spaces(err);
	if (!anyway)
		return -1;
	*spaces = false;
	return fork();
}

/* Who may write /usr can have the whole machine run what it likes. */
static int
check_user(const struct plan *plan, struct error *err)
{
	if (plan->uid != 0)
		return 0;
	return error_set(err, FAULT_SYSTEM,
	    "root can change what everybody else runs: start it as an "
	    "ordinary user, or go without: --advisory");
}

static int
check_open(const struct plan *plan, struct error *err)
{
	if (plan->open.fault == FAULT_NONE)
		return 0;
	*err = plan->open;
	return -1;
}

static const struct part {
	const char *name;
	bool in_spaces; /* nothing without namespaces */
	isolate_part *make;
} parts[] = {
    {"user", false, check_user},
    {"paths", false, check_open},
    {"user-namespace", true, isolate_ids},
    {"mount-namespace", true, isolate_mounts},
    {"terminals", true, isolate_terminals},
    {"pid-namespace", true, isolate_proc},
    {"directory", true, isolate_directory},
    {"capabilities", true, isolate_capabilities},
    {"no-new-privs", false, isolate_privileges},
    {"landlock", false, isolate_landlock},
    {"seccomp", false, isolate_calls},
};

static int
make(const struct part *part, const struct plan *plan, bool spaces,
    struct error *err)
{
	if (part->in_spaces && !spaces)
		return error_set(err, FAULT_SYSTEM, "there are no namespaces");
	return part->make(plan, err);
}

int
isolate(const struct plan *plan, bool spaces, bool anyway, isolate_tell *tell,
    void *arg)
{
	int result = 0;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		struct error err = {.fault = FAULT_NONE};
		int made = make(&parts[i], plan, spaces, &err);

		tell(arg, parts[i].name, made != -1,
		    made == 0 ? NULL : err.text);
		if (made == -1)
			result = -1;
		if (made == -1 && !anyway)
			return -1;
	}
	return result;
}

/* What the child of a try says goes through a pipe, a line for each part. */
static void
tell_line(void *arg, const char *part, bool good, const char *why)
{
	dprintf(*(int *)arg, "%s %d %s\n", part, good, why == NULL ? "" : why);
}

static void
read_lines(int fd, isolate_tell *tell, void *arg)
{
	scoped(fd) int copy = fd;
	FILE *lines = fdopen(copy, "re");
	char line[ERROR_TEXT_MAX + 64], part[64];
	int good, used;

	if (lines == NULL)
		return;
	copy = -1;
	while (fgets(line, sizeof(line), lines) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (sscanf(line, "%63s %d %n", part, &good, &used) == 2)
			tell(arg, part, good != 0,
			    line[used] == '\0' ? NULL : line + used);
	}
	fclose(lines);
}

int
isolate_try(const struct plan *plan, isolate_tell *tell, void *arg)
{
	struct error err = {.fault = FAULT_NONE};
	int ends[2], status;
	bool spaces;
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) == -1)
		return -1;
	fflush(NULL);
	child = isolate_fork(true, &spaces, &err);
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		_exit(isolate(plan, spaces, true, tell_line, &ends[1]) == -1);
	}
	close(ends[1]);
	if (!spaces)
		tell(arg, "namespaces", false, err.text);
	read_lines(ends[0], tell, arg);
	if (child == -1 || waitpid(child, &status, 0) == -1)
		return -1;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}
