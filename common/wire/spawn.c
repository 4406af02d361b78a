/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/compat.h"
#include "base/dirs.h"
#include "base/scoped.h"
#include "wire/config_child.h"
#include "wire/environment.h"
#include "wire/origin.h"
#include "wire/spawn.h"

#define HANDED 3 /* the descriptor that the agent was promised */
#define REPORT 4 /* closed by a good exec; else errno comes through it */
#define FIRST_FREE 5

static int
arrange_descriptors(int fd, int report)
{
	/* Not O_CLOEXEC: it may itself be the 0, 1 or 2 that is to stay. */
	int null = open("/dev/null", O_RDWR);

	for (int standard = 0; standard <= STDERR_FILENO; standard++)
		if (dup2(null, standard) == -1)
			return -1;
	if (dup2(fd, HANDED) == -1 || dup3(report, REPORT, O_CLOEXEC) == -1)
		return -1;
	compat_close_from(FIRST_FREE);
	return 0;
}

static void
reset_signals(void)
{
	sigset_t none;

	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

_Noreturn static void
fail(int report)
{
	int reason = errno;

	(void)!write(report, &reason, sizeof(reason));
	_exit(1);
}

/* What the agent is started with. */
struct birth {
	const char *program;
	const char *argv[8];
	unsigned count;
	char **environment;
	char user[DIRS_PATH_MAX]; /* its configuration, "" for none */
	bool named;
	char config_fd[16];
	char config_pid[16];
};

static void
conceive(struct birth *birth, const char *program, const char *option)
{
	static const char handed[] = {'0' + HANDED, '\0'};

	birth->program = program;
	birth->argv[birth->count++] = "daypass-agent";
	birth->argv[birth->count++] = option;
	birth->argv[birth->count++] = handed;
	birth->environment = environment_for_agent();
	if (origin_config(birth->user, sizeof(birth->user), &birth->named) ==
	    -1)
		birth->user[0] = '\0';
}

/* The one that lies beside the agent: the two are of one installation. */
static int
find_config(const struct birth *birth, char *path, size_t size)
{
	const char *slash = strrchr(birth->program, '/');
	int length = snprintf(path, size, "%.*s/daypass-config",
	    slash == NULL ? 0 : (int)(slash - birth->program), birth->program);

	return length > 0 && (size_t)length < size ? access(path, X_OK) : -1;
}

/* The configuration is being read while the agent is still being linked with
 * its libraries. What cannot be done here the agent does itself. */
static void
start_config(struct birth *birth)
{
	struct config_child child;
	char path[DIRS_PATH_MAX];

	if (find_config(birth, path, sizeof(path)) == -1 ||
	    config_child_start(&child, path, birth->environment, birth->user,
		birth->named) == -1)
		return;
	fcntl(child.output, F_SETFD, 0);
	snprintf(
	    birth->config_fd, sizeof(birth->config_fd), "%d", child.output);
	snprintf(birth->config_pid, sizeof(birth->config_pid), "%ld",
	    (long)child.pid);
	birth->argv[birth->count++] = "--config-fd";
	birth->argv[birth->count++] = birth->config_fd;
	birth->argv[birth->count++] = "--config-pid";
	birth->argv[birth->count++] = birth->config_pid;
}

_Noreturn static void
become_agent(const char *program, const char *option, int fd, int report)
{
	static struct birth birth;

	conceive(&birth, program, option);
	/* Out of the way of the numbers that they shall have. */
	fd = fcntl(fd, F_DUPFD, FIRST_FREE);
	report = fcntl(report, F_DUPFD, FIRST_FREE);
	if (fd == -1 || report == -1 || chdir("/") == -1 ||
	    arrange_descriptors(fd, report) == -1)
		fail(report);
	reset_signals();
	umask(077);
	start_config(&birth);
	execve(program, (char *const *)birth.argv, birth.environment);
	fail(REPORT);
}

/* The middle process ends at once, so that the agent is nobody's child and
 * can never again be given a controlling terminal. */
_Noreturn static void
become_middle(const char *program, const char *option, int fd, int report)
{
	pid_t child;

	setsid();
	if ((child = fork()) == -1)
		fail(report);
	if (child == 0)
		become_agent(program, option, fd, report);
	_exit(0);
}

/* Waits until the agent runs: the report's end, or a reason. */
static int
await_exec(int report, const char *program, struct error *err)
{
	int reason;
	ssize_t got;

	do
		got = read(report, &reason, sizeof(reason));
	while (got == -1 && errno == EINTR);
	if (got != sizeof(reason))
		return 0;
	errno = reason;
	return error_errno(err, "cannot run '%s'", program);
}

static int
run(const char *program, const char *option, int fd, struct error *err)
{
	int ends[2];
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) == -1)
		return error_errno(err, "cannot make a pipe");
	scoped(fd) int report = ends[0];
	child = fork();
	if (child == 0)
		become_middle(program, option, fd, ends[1]);
	close(ends[1]);
	if (child == -1)
		return error_errno(err, "cannot fork");
	while (waitpid(child, NULL, 0) == -1 && errno == EINTR)
		;
	return await_exec(report, program, err);
}

int
spawn_agent(const char *option, int fd, struct error *err)
{
	char program[DIRS_PATH_MAX];

	if (dirs_program("daypass-agent", program, sizeof(program), err) == -1)
		return -1;
	return run(program, option, fd, err);
}
