/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/log.h"
#include "agent/notice.h"
#include "base/buffer.h"
#include "base/compat.h"
#include "base/scoped.h"

#define SECONDS_MAX 60
#define NOTICE_MAX (16 * 1024) /* a pipe takes it at once */

extern char **environ;

/* A notice that is on its way. */
struct notice {
	struct agent *agent;
	struct child_watch *watch;
};

static const char *
command_of(const struct config *config)
{
	const struct settings *settings = NULL;

	if (config_section(config, "approval", NULL, &settings, NULL) == -1)
		return NULL;
	return settings_get(settings, "command");
}

/* In the child. The alarm outlives execve: a command that hangs is killed. */
static _Noreturn void
become(int input, const char *command)
{
	char *argv[] = {(char *)command, NULL};
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	loop_child_signals();
	setsid();
	if (dup2(input, 0) != -1 && dup2(null, 1) != -1 &&
	    dup2(null, 2) != -1) {
		compat_close_from(3);
		alarm(SECONDS_MAX);
		execve(command, argv, environ);
	}
	_exit(127);
}

static void
ended(void *arg, int status)
{
	struct notice *notice = arg;

	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		log_event(notice->agent->log, LOG_LEVEL_ERROR,
		    "the command of [approval] failed");
	free(notice);
}

static void
run(struct agent *agent, const char *command, int input)
{
	struct notice *notice = calloc(1, sizeof(*notice));
	pid_t pid;

	if (notice == NULL)
		return;
	notice->agent = agent;
	if ((pid = fork()) == 0)
		become(input, command);
	if (pid != -1)
		notice->watch = loop_child(agent->loop, pid, ended, notice);
	if (notice->watch == NULL)
		free(notice);
}

void
notice_send(struct agent *agent, const struct config *config,
    const struct approval *approval)
{
	const char *command = command_of(config);
	scoped(buffer) struct buffer json = BUFFER(NOTICE_MAX);
	scoped(fd) int input = -1, output = -1;
	int ends[2];

	if (command == NULL || pipe2(ends, O_CLOEXEC | O_NONBLOCK) == -1)
		return;
	input = ends[0];
	output = ends[1];
	fcntl(input, F_SETFL, 0); /* the command's end may block */
	approval_json(approval, &json);
	buffer_add_string(&json, "\n");
	if (!buffer_failed(&json) &&
	    write(output, buffer_text(&json), json.length) ==
		(ssize_t)json.length)
		run(agent, command, input);
}
