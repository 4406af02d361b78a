/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fake_agent.h"
#include "tap.h"
#include "wire/client.h"

/*
 * This program is its own agent: it copies itself beside a copy of itself that
 * is called daypass-agent, and runs the tests from there.
 */

static struct client client;
static struct error error;
static char directory[512];

static int
ask(const char *verb)
{
	client_start(&client, verb);
	return client_answer(&client, &error);
}

static int64_t
ask_pid(const char *verb)
{
	return ask(verb) == 0 ? message_number(&client.message, "pid", 0) : -1;
}

/* A runtime directory of its own for a test. */
static void
use_directory(const char *name)
{
	snprintf(
	    directory, sizeof(directory), "%s/%s", getenv("TEST_TMP"), name);
	setenv("DAYPASS_RUNTIME_DIR", directory, 1);
	client = (struct client){.quiet = true};
}

static void
put_file(const char *name)
{
	char path[1024];

	mkdir(directory, 0700);
	snprintf(path, sizeof(path), "%s/%s", directory, name);
	close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
}

static void
test_start(void)
{
	struct stat st;
	int64_t pid;

	use_directory("start");
	client.no_start = true;
	errno = 0;
	tap_ok(
	    ask("ping") == -1 && errno == ENOENT && error.fault == FAULT_NONE,
	    "no_start: there is no directory");
	client.no_start = false;
	tap_ok((pid = ask_pid("ping")) > 0, "an agent is started");
	tap_ok(stat(directory, &st) == 0 && (st.st_mode & 0777) == 0700,
	    "the directory is made for us alone");
	tap_number(ask_pid("ping"), pid, "the same answers again");
	client.no_start = true;
	tap_number(ask_pid("ping"), pid, "no_start: one that runs answers");
	tap_number(ask_pid("quit"), pid, "it ends, and leaves its socket");
	usleep(20 * 1000);
	errno = 0;
	tap_ok(
	    ask("ping") == -1 && errno == ENOENT && error.fault == FAULT_NONE,
	    "no_start: nobody listens");
	client.no_start = false;
	tap_ok(ask_pid("ping") != pid, "a stale socket starts another");
	pid = ask_pid("ping");
	tap_ok(ask_pid("die") > 0 && ask_pid("ping") != pid,
	    "one that dies unanswered is followed by another");
	ask("quit");
}

static void
test_answers(void)
{
	use_directory("answers");
	tap_number(ask("none"), 1, "none");
	tap_number(ask("error"), -1, "error");
	tap_is(error.text, "identity ona: 100% gone", "its text");
	tap_number(error.fault, FAULT_IDENTITY, "its fault");
	tap_number(error.stage, STAGE_IDENTITY, "its stage");
	tap_number(ask("garbage"), -1, "an answer that is none");
	tap_number(error.stage, STAGE_AGENT, "is the agent's fault");
	tap_number(error.fault, FAULT_SYSTEM, "and not to be tried again");
	unsetenv("WANTED");
	tap_number(ask("want"), 0, "what it wants");
	tap_is(message_get(&client.message, "unset"), "1", "is not there");
	setenv("WANTED", "here", 1);
	tap_number(ask("want"), 0, "what it wants");
	tap_is(message_get(&client.message, "got"), "here", "is there");
	client_start(&client, "ping");
	writing_add(&client.writing, "key", "a\nb");
	tap_ok(client_ask(&client, &error) == -1 && error.fault == FAULT_USAGE,
	    "a line break is not sent");
	tap_ok(client_ask(&client, NULL) == -1, "an error may be unwanted");
	ask("quit");
}

static void
test_asker(void)
{
	char cwd[512], config[1024];

	use_directory("asker");
	setenv("DAYPASS_CONFIG", "some/config", 1);
	tap_number(ask("echo"), 0, "an echo");
	snprintf(
	    config, sizeof(config), "%s/some/config", getcwd(cwd, sizeof(cwd)));
	tap_is(message_get(&client.message, "config"), config,
	    "a relative configuration is made absolute");
	tap_is(message_get(&client.message, "config-named"), "1", "named");
	tap_is(message_get(&client.message, "env.HOME"), getenv("HOME"),
	    "a variable that an identity reads");
	tap_is(message_get(&client.message, "env.CANARY"), NULL,
	    "no other variable");
	unsetenv("DAYPASS_CONFIG");
	setenv("XDG_CONFIG_HOME", "/x", 1);
	ask("echo");
	tap_is(message_get(&client.message, "config"), "/x/daypass/config",
	    "the usual configuration");
	tap_is(message_get(&client.message, "config-named"), NULL, "unnamed");
	setenv("HOME", "/a\nb", 1);
	tap_ok(ask("echo") == -1 && strstr(error.text, "HOME") != NULL,
	    "a variable that does not fit is named: %s", error.text);
	setenv("HOME", "/tmp", 1);
	ask("quit");
}

static bool
has_variable(const char *start)
{
	const char *variable;
	unsigned at = 0;

	while (
	    (variable = message_next(&client.message, "variable", &at)) != NULL)
		if (strncmp(variable, start, strlen(start)) == 0)
			return true;
	return false;
}

static void
test_surroundings(void)
{
	use_directory("surroundings");
	tap_number(ask("surroundings"), 0, "the agent's surroundings");
	tap_ok(has_variable("HOME="), "HOME goes along");
	tap_ok(has_variable("XDG_CONFIG_HOME=/x"), "XDG_* go along");
	tap_ok(has_variable("https_proxy=http://p"), "proxies go along");
	tap_ok(!has_variable("CANARY="), "nothing else goes along");
	for (int fd = 0; fd < 3; fd++)
		tap_is(message_get(&client.message,
			   (const char *[]){"0", "1", "2"}[fd]),
		    "/dev/null", "descriptor %d", fd);
	tap_is(message_get(&client.message, "77"), NULL,
	    "a descriptor of ours is not the agent's");
	tap_number(message_number(&client.message, "leader", -1), 0,
	    "it cannot get a terminal");
	ask("quit");
}

static void
test_refusals(void)
{
	use_directory("hold");
	put_file("hold");
	tap_ok(ask("ping") == -1 && error.fault == FAULT_REFUSED &&
		   strstr(error.text, "daypass begin") != NULL,
	    "hold: %s", error.text);
	use_directory("open");
	mkdir(directory, 0700);
	chmod(directory, 0755);
	tap_ok(ask("ping") == -1 && error.fault == FAULT_REFUSED,
	    "open to others: %s", error.text);
	use_directory("refuse");
	put_file("refuse");
	tap_ok(ask("ping") == -1 && error.fault == FAULT_SYSTEM &&
		   strstr(error.text, "no ? today") != NULL,
	    "an agent that cannot: %s", error.text);
	use_directory("file/there");
	setenv("DAYPASS_RUNTIME_DIR", "relative", 1);
	tap_ok(ask("ping") == -1 && error.fault == FAULT_CONFIG,
	    "a relative directory: %s", error.text);
}

static void
test_foreign_peer(void)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	use_directory("peer");
	mkdir(directory, 0700);
	snprintf(
	    at.sun_path, sizeof(at.sun_path), "%.90s/agent.sock", directory);
	if (geteuid() != 0 ||
	    bind(listener, (struct sockaddr *)&at, sizeof(at)) == -1 ||
	    seteuid(65534) == -1) {
		tap_skip("needs root", "another's agent");
		close(listener);
		return;
	}
	listen(listener, 5);
	if (seteuid(0) == -1)
		abort();
	tap_ok(ask("ping") == -1 && error.fault == FAULT_REFUSED &&
		   strstr(error.text, "65534") != NULL,
	    "another's agent: %s", error.text);
	close(listener);
}

static void
test_places(void)
{
	char name[200];

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	use_directory(name);
	/* The agent of this test binds by a relative name. */
	tap_ok(ask_pid("ping") > 0, "a long path");
	ask("quit");
	use_directory("none/there");
	tap_ok(ask_pid("ping") > 0, "no place for an agent: one for one");
	client.no_start = true;
	tap_ok(
	    ask("ping") == -1 && errno == ENOENT, "no_start: not even for one");
}

static void
test_many(void)
{
	int64_t pid, first = 0;
	int ends[2], count = 0;

	use_directory("many");
	put_file("slow");
	if (pipe2(ends, O_CLOEXEC) == -1)
		abort();
	for (int i = 0; i < 20; i++)
		if (fork() == 0) {
			pid = ask_pid("ping");
			(void)!write(ends[1], &pid, sizeof(pid));
			_exit(0);
		}
	close(ends[1]);
	while (read(ends[0], &pid, sizeof(pid)) == sizeof(pid)) {
		first = first == 0 ? pid : first;
		count += pid == first && pid > 0;
	}
	tap_number(count, 20, "twenty starters, one agent");
	while (wait(NULL) > 0)
		;
	ask("quit");
}

static void
run_tests(void)
{
	setenv("CANARY", "sings", 1);
	setenv("HOME", "/tmp", 1);
	setenv("https_proxy", "http://p", 1);
	dup2(STDOUT_FILENO, 77);
	test_start();
	test_answers();
	test_asker();
	test_surroundings();
	test_refusals();
	test_foreign_peer();
	test_places();
	test_many();
}

static void
copy_self(const char *to)
{
	char bytes[65536];
	int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	int out = open(to, O_CREAT | O_WRONLY | O_CLOEXEC, 0700);
	ssize_t got;

	while ((got = read(from, bytes, sizeof(bytes))) > 0)
		if (write(out, bytes, (size_t)got) != got)
			abort();
	close(from);
	close(out);
}

static int
run_copies(void)
{
	char tmp[] = "/tmp/test-client.XXXXXX", path[128], command[128];
	int status;
	pid_t child;

	if (mkdtemp(tmp) == NULL)
		return 1;
	setenv("TEST_TMP", tmp, 1);
	snprintf(path, sizeof(path), "%s/daypass-agent", tmp);
	copy_self(path);
	snprintf(path, sizeof(path), "%s/test-client", tmp);
	copy_self(path);
	child = fork();
	if (child == 0) {
		execl(path, path, "inner", (char *)NULL);
		_exit(127);
	}
	waitpid(child, &status, 0);
	snprintf(command, sizeof(command), "rm -rf '%s'", tmp);
	if (system(command) != 0)
		return 1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

int
main(int argc, char **argv)
{
	if (argc == 3)
		return fake_agent(argv[1]);
	if (argc == 1)
		return run_copies();
	run_tests();
	return tap_done();
}
