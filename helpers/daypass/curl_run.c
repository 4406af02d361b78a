/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/program.h"
#include "base/scoped.h"
#include "base/text.h"
#include "helpers/daypass/curl_run.h"
#include "helpers/daypass/curl_veil.h"

#define OURS 4 /* words before the user's: curl -q --config FILE */

/* What the child is given. */
struct child {
	char program[PATH_MAX];
	char config[32]; /* /dev/fd/N */
	char **argv, **environment;
	int token[2], speech[2]; /* pipes: to it; from its stderr, or -1 */
	int heads;
};

static bool
is_for_everybody(const char *path)
{
	struct stat status;

	return stat(path, &status) == -1 || (status.st_mode & S_IWOTH) != 0;
}

static int
find(char *program, size_t size, struct error *err)
{
	char directory[PATH_MAX];

	if (program_find("curl", secure_getenv("PATH"), program, size) == -1)
		return error_set(err, FAULT_SYSTEM,
		    "there is no curl on PATH: install it, or use daypass "
		    "token --for URL");
	text_copy(directory, sizeof(directory), program);
	*strrchr(directory, '/') = '\0';
	if (is_for_everybody(program) ||
	    is_for_everybody(directory[0] == '\0' ? "/" : directory))
		return error_set(err, FAULT_REFUSED,
		    "the first curl on PATH is %.300s, which everybody may "
		    "replace: it is not given a token",
		    program);
	return 0;
}

/* What makes curl's libraries write keys down, or what HTTP/3 sends. */
static bool
is_kept_out(const char *variable)
{
	return text_starts(variable, "SSLKEYLOGFILE=") ||
	       text_starts(variable, "QLOGDIR=");
}

static char **
make_environment(void)
{
	size_t count = 0, kept = 0;
	char **made;

	while (environ[count] != NULL)
		count++;
	if ((made = calloc(count + 1, sizeof(*made))) == NULL)
		return NULL;
	for (size_t i = 0; i < count; i++)
		if (!is_kept_out(environ[i]))
			made[kept++] = environ[i];
	return made;
}

/* -q has to be the first. */
static char **
make_words(const struct curl_run *run, struct child *child)
{
	static char name[] = "curl", no_file[] = "-q", config[] = "--config";
	char *ours[OURS] = {name, no_file, config, child->config};
	char **made = calloc(OURS + (size_t)run->argc + 1, sizeof(*made));

	if (made == NULL)
		return NULL;
	memcpy(made, ours, sizeof(ours));
	memcpy(made + OURS, run->argv, (size_t)run->argc * sizeof(*made));
	return made;
}

static void
child_close(struct child *child)
{
	for (int i = 0; i < 2; i++) {
		if (child->token[i] != -1)
			close(child->token[i]);
		if (child->speech[i] != -1)
			close(child->speech[i]);
	}
	free(child->argv);
	free(child->environment);
}

static int
prepare(const struct curl_run *run, struct child *child, struct error *err)
{
	child->heads = run->heads;
	if (find(child->program, sizeof(child->program), err) == -1)
		return -1;
	if (pipe2(child->token, O_CLOEXEC) == -1 ||
	    (run->verbose && pipe2(child->speech, O_CLOEXEC) == -1))
		return error_errno(err, "a pipe to curl");
	snprintf(child->config, sizeof(child->config), "/dev/fd/%d",
	    child->token[0]);
	child->argv = make_words(run, child);
	child->environment = make_environment();
	if (child->argv == NULL || child->environment == NULL)
		return error_errno(err, "memory for curl's arguments");
	return 0;
}

static _Noreturn void
become(const struct child *child, pid_t parent)
{
	static const struct rlimit none = {0, 0};

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	setrlimit(RLIMIT_CORE, &none);
	if (getppid() == parent && fcntl(child->token[0], F_SETFD, 0) == 0 &&
	    fcntl(child->heads, F_SETFD, 0) == 0 &&
	    (child->speech[1] == -1 ||
		dup2(child->speech[1], STDERR_FILENO) != -1))
		execve(child->program, child->argv, child->environment);
	_exit(127);
}

static int
put(int fd, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t wrote = write(fd, bytes, length);

		if (wrote == -1 && errno != EINTR)
			return -1;
		if (wrote > 0) {
			bytes += wrote;
			length -= (size_t)wrote;
		}
	}
	return 0;
}

/* What curl reads by --config. That it does not take it is for curl to say:
 * it has ended then. */
static void
tell(int fd, const struct curl_run *run)
{
	const char *rest = run->plain ? "proto = \"=http\"\nnoproxy = \"*\"\n"
				      : "proto = \"=https\"\n"
					"proto-redir = \"=https\"\ntlsv1.2\n";
	char text[160];
	int length;

	length = snprintf(text, sizeof(text),
	    "%sdump-header = \"/dev/fd/%d\"\nheader = \"%s: Bearer ", rest,
	    run->heads, run->header);
	if (put(fd, text, (size_t)length) == 0 &&
	    put(fd, secret_bytes(run->token), secret_length(run->token)) == 0)
		put(fd, "\"\n", 2);
}

static void
close_one(int *fd)
{
	close(*fd);
	*fd = -1;
}

/* An interrupt from the keyboard reaches curl as well, and how that ends is
 * how we end. */
static int
attend(const struct curl_run *run, struct child *child, pid_t pid)
{
	int status;

	close_one(&child->token[0]);
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	tell(child->token[1], run);
	close_one(&child->token[1]);
	if (child->speech[0] != -1) {
		close_one(&child->speech[1]);
		curl_veil(child->speech[0], STDERR_FILENO, run->token);
	}
	while (waitpid(pid, &status, 0) == -1)
		if (errno != EINTR)
			return W_EXITCODE(127, 0);
	return status;
}

static int
start(const struct curl_run *run, struct child *child, int *status,
    struct error *err)
{
	pid_t self = getpid(), pid;

	if (prepare(run, child, err) == -1)
		return -1;
	signal(SIGCHLD, SIG_DFL); /* who ignored it would wait for nobody */
	if ((pid = fork()) == -1)
		return error_errno(err, "cannot start curl");
	if (pid == 0)
		become(child, self);
	*status = attend(run, child, pid);
	return 0;
}

int
curl_run(const struct curl_run *run, int *status, struct error *err)
{
	struct child child = {.token = {-1, -1}, .speech = {-1, -1}};
	int result = start(run, &child, status, err);

	child_close(&child);
	return result;
}
