/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/socket.h>
#include <sys/un.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fake_agent.h"
#include "wire/message.h"

static char room[MESSAGE_MAX], answer_room[MESSAGE_MAX];
static struct message request;

static bool
is_there(const char *name)
{
	return access(name, F_OK) == 0;
}

static void
make_file(const char *name)
{
	close(open(name, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
}

static void
tell_surroundings(struct writing *answer)
{
	char path[256], where[256];
	DIR *open_ones = opendir("/proc/self/fd");
	struct dirent *entry;
	ssize_t length;

	for (char **variable = environ; *variable != NULL; variable++)
		writing_add(answer, "variable", *variable);
	while ((entry = readdir(open_ones)) != NULL) {
		snprintf(
		    path, sizeof(path), "/proc/self/fd/%.200s", entry->d_name);
		length = readlink(path, where, sizeof(where) - 1);
		where[length < 0 ? 0 : length] = '\0';
		writing_add(answer, entry->d_name, where);
	}
	closedir(open_ones);
	writing_number(answer, "group", getsid(0) != getppid());
	writing_number(answer, "leader", getsid(0) == getpid());
}

static void
answer_with(struct writing *answer, const char *verdict)
{
	writing_start(answer, answer_room, sizeof(answer_room), verdict);
	writing_number(answer, "pid", getpid());
}

static void
answer_wanted(struct writing *answer)
{
	const char *got = message_get(&request, "env.WANTED");
	const char *unset = message_get(&request, "unset.WANTED");

	answer_with(answer, got == NULL && unset == NULL ? "want" : "ok");
	writing_add(answer, "variable", "WANTED");
	writing_add(answer, "got", got == NULL ? "" : got);
	writing_add(answer, "unset", unset == NULL ? "" : unset);
}

static void
answer_echo(struct writing *answer)
{
	answer_with(answer, "ok");
	for (unsigned i = 0; i < request.count; i++)
		writing_add(answer, request.attributes[i].key,
		    request.attributes[i].value);
}

static void
answer(struct writing *out)
{
	if (strcmp(request.word, "die") == 0 && !is_there("died")) {
		make_file("died");
		_exit(1);
	}
	if (strcmp(request.word, "want") == 0) {
		answer_wanted(out);
		return;
	}
	if (strcmp(request.word, "echo") == 0) {
		answer_echo(out);
		return;
	}
	if (strcmp(request.word, "error") == 0 ||
	    strcmp(request.word, "none") == 0) {
		answer_with(out, request.word);
		writing_add(out, "fault", "identity");
		writing_add(out, "stage", "identity");
		writing_add(out, "text", "identity ona: 100% gone");
		return;
	}
	answer_with(out, "ok");
	if (strcmp(request.word, "surroundings") == 0)
		tell_surroundings(out);
}

static void
serve(int fd)
{
	size_t length = 0;
	ssize_t got = 1;
	struct writing out;
	struct error err;

	while (got > 0 && message_complete(room, length) == 0) {
		got = read(fd, room + length, sizeof(room) - length);
		length += got > 0 ? (size_t)got : 0;
	}
	if (message_parse(&request, room, length, &err) == -1)
		_exit(2);
	if (strcmp(request.word, "garbage") == 0) {
		(void)!write(fd, "what?\n\n", 7);
		close(fd);
		return;
	}
	answer(&out);
	writing_end(&out);
	(void)!write(fd, out.bytes, out.length);
	close(fd);
	if (strcmp(request.word, "quit") == 0)
		_exit(0);
}

int
fake_agent(const char *option)
{
	struct sockaddr_un at = {AF_UNIX, "agent.sock"};
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);

	if (strcmp(option, "--once") == 0) {
		serve(3);
		return 0;
	}
	if (chdir(getenv("DAYPASS_RUNTIME_DIR")) == -1 || is_there("refuse")) {
		(void)!write(3, "no \x1b today", 10);
		return 1;
	}
	if (is_there("slow"))
		usleep(300 * 1000);
	unlink("agent.sock");
	if (bind(listener, (struct sockaddr *)&at, sizeof(at)) == -1 ||
	    listen(listener, 100) == -1)
		return 1;
	(void)!write(3, "", 1);
	close(3);
	alarm(60); /* should a test leave it behind */
	for (;;)
		serve(accept(listener, NULL, NULL));
}
