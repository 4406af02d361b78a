/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/compat.h"
#include "base/echo.h"
#include "base/program.h"
#include "base/program_mind.h"
#include "base/text.h"

#define SAID_MAX 512
#define READ_MAX 4096
/* How long what a program left running may keep its output open. */
#define LINGER_MS 200
/* How often to look for the end where the kernel has no pidfd. */
#define LOOK_MS 20

struct run {
	const char *name;
	pid_t pid;
	int pidfd;    /* -1 when it has ended, or there is no such thing */
	int out, err; /* read ends, -1 at end-of-file */
	int64_t end;
	bool ended;
	bool too_much;
	size_t limit;
	struct secret *output;
	char said[SAID_MAX]; /* the start of its standard error */
	size_t said_length;
};

/* Nothing that daypass set up for itself goes on: no ignored or blocked
 * signal, no core that could hold a token. */
static void
reset(void)
{
	struct sigaction normal = {.sa_handler = SIG_DFL};
	struct rlimit none = {0, 0};
	sigset_t mask;

	for (int signal = 1; signal < NSIG; signal++)
		sigaction(signal, &normal, NULL);
	sigemptyset(&mask);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	setrlimit(RLIMIT_CORE, &none);
}

/* Where a caller has closed 0 to 2, a pipe may lie there: not to be written
 * over, and not to be closed by its mark when it is in the right place. */
static int
above(int fd)
{
	return fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
}

/* In the child. If its parent is killed, nobody is left to keep the deadline:
 * it goes along. What cannot be done is said on standard error, as the
 * program itself would. */
static _Noreturn void
become(pid_t parent, int out, int err, const char *const *argv,
    const char *const *environment)
{
	int null = above(open("/dev/null", O_RDONLY | O_CLOEXEC));

	out = above(out);
	err = above(err);
	reset();
	setpgid(0, 0);
	compat_close_at_exec(3);
	if (null != -1 && dup2(null, 0) != -1 && dup2(out, 1) != -1 &&
	    dup2(err, 2) != -1)
		program_mind(parent, argv, environment);
	dprintf(err, "%s\n", strerror(errno));
	_exit(127);
}

static int
start(struct run *run, const char *const *argv, const char *const *environment,
    struct error *err)
{
	pid_t parent = getpid();
	int out[2] = {-1, -1}, errors[2] = {-1, -1};

	if (pipe2(out, O_CLOEXEC) == -1 || pipe2(errors, O_CLOEXEC) == -1 ||
	    (run->pid = fork()) == -1)
		error_errno(err, "run '%s'", argv[0]);
	else if (run->pid == 0)
		become(parent, out[1], errors[1], argv, environment);
	run->out = out[0];
	run->err = errors[0];
	fd_scoped(&out[1]);
	fd_scoped(&errors[1]);
	if (run->pid == -1)
		return -1;
	/* Here as well, lest a kill of the group come before the child. */
	setpgid(run->pid, run->pid);
	run->pidfd = (int)syscall(SYS_pidfd_open, run->pid, 0);
	return 0;
}

static void
shut(int *fd)
{
	fd_scoped(fd);
	*fd = -1;
}

static bool
is_over(ssize_t got)
{
	return got == 0 || (got == -1 && errno != EINTR);
}

/* There is room for one byte more than the limit. */
static void
read_output(struct run *run)
{
	size_t left = run->limit + 1 - secret_length(run->output);
	ssize_t got = read(run->out, secret_tail(run->output), left);

	if (is_over(got))
		shut(&run->out);
	if (got > 0)
		secret_wrote(run->output, (size_t)got);
	run->too_much = secret_length(run->output) > run->limit;
}

/* All is read, lest it block; the start is kept. */
static void
read_errors(struct run *run)
{
	char bytes[READ_MAX];
	ssize_t got = read(run->err, bytes, sizeof(bytes));
	size_t room = sizeof(run->said) - run->said_length;

	if (is_over(got))
		shut(&run->err);
	if (got <= 0)
		return;
	if ((size_t)got < room)
		room = (size_t)got;
	memcpy(run->said + run->said_length, bytes, room);
	run->said_length += room;
}

/* Has it ended? It stays a zombie, so that its group's number stays ours. */
static void
look(struct run *run)
{
	siginfo_t info = {0};

	if (run->ended ||
	    waitid(P_PID, (id_t)run->pid, &info, WEXITED | WNOHANG | WNOWAIT) ==
		-1 ||
	    info.si_pid == 0)
		return;
	run->ended = true;
	shut(&run->pidfd);
	if (run->end > clock_ms() + LINGER_MS)
		run->end = clock_ms() + LINGER_MS;
}

static int
patience(const struct run *run, int64_t left)
{
	if (!run->ended && run->pidfd == -1 && left > LOOK_MS)
		return LOOK_MS;
	return left > 60000 ? 60000 : (int)left;
}

/* Until it has ended and both pipes are at their end, or time is up. */
static void
follow(struct run *run)
{
	while (!run->ended || run->out != -1 || run->err != -1) {
		struct pollfd fds[] = {{run->out, POLLIN, 0},
		    {run->err, POLLIN, 0}, {run->pidfd, POLLIN, 0}};
		int64_t left = run->end - clock_ms();

		if (left <= 0 || run->too_much)
			return;
		poll(fds, 3, patience(run, left));
		if (fds[0].revents != 0)
			read_output(run);
		if (fds[1].revents != 0)
			read_errors(run);
		look(run);
	}
}

/* Ends what is left of the group where it must not go on. */
static int
finish(struct run *run)
{
	int status = 0;

	if (!run->ended || run->too_much)
		kill(-run->pid, SIGKILL);
	while (waitpid(run->pid, &status, 0) == -1 && errno == EINTR)
		continue;
	return status;
}

/* ": " and the first line that is not empty, or nothing. Before it failed it
 * may have had a token. */
static const char *
first_line(const struct run *run, char *text, size_t size)
{
	const char *line = run->said;
	size_t left = run->said_length, length;

	while (left > 0 && (*line == '\n' || *line == '\r')) {
		line++;
		left--;
	}
	for (length = 0; length < left && line[length] != '\n'; length++)
		if (line[length] == '\r')
			break;
	text[0] = '\0';
	if (length > 0) {
		memcpy(text, ": ", 3);
		text_printable(text + 2, size - 2, line, length);
		echo_mask(text);
	}
	return text;
}

static int
judge(const struct run *run, int status, struct error *err)
{
	char said[SAID_MAX + 3];

	first_line(run, said, sizeof(said));
	if (run->too_much)
		return error_set(err, FAULT_IDENTITY,
		    "'%s' printed more than %zu bytes", run->name, run->limit);
	if (!run->ended)
		return error_set(err, FAULT_IDENTITY,
		    "'%s' did not finish in time%s", run->name, said);
	if (WIFSIGNALED(status))
		return error_set(err, FAULT_IDENTITY,
		    "'%s' was killed by signal %d%s", run->name,
		    WTERMSIG(status), said);
	if (WEXITSTATUS(status) != 0)
		return error_set(err, FAULT_IDENTITY,
		    "'%s' failed with status %d%s", run->name,
		    WEXITSTATUS(status), said);
	return 0;
}

int
program_run(const char *const *argv, const char *const *environment,
    int64_t deadline, size_t limit, struct secret **output, struct error *err)
{
	struct run run = {.name = argv[0],
	    .pid = -1,
	    .pidfd = -1,
	    .out = -1,
	    .err = -1,
	    .end = deadline,
	    .limit = limit};
	int result = -1;

	if ((run.output = secret_new(limit + 1)) == NULL)
		return error_set(
		    err, FAULT_SYSTEM, "no memory to run '%s'", argv[0]);
	if (start(&run, argv, environment, err) == 0) {
		follow(&run);
		result = judge(&run, finish(&run), err);
	}
	shut(&run.out);
	shut(&run.err);
	shut(&run.pidfd);
	if (result == 0)
		*output = take(&run.output);
	secret_free(run.output);
	return result;
}
