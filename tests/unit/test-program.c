/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/program.h"
#include "tap.h"

#define LIMIT 100

static const char *const environment[] = {
    "PATH=/usr/bin:/bin", "ONLY=this", NULL};

/* Runs a script; gives what program_run() gave. */
static int
shell(const char *script, int64_t ms, struct secret **output, struct error *err)
{
	const char *const argv[] = {"/bin/sh", "-c", script, NULL};

	return program_run(
	    argv, environment, clock_ms() + ms, LIMIT, output, err);
}

static void
prints(const char *script, const char *expected, const char *name)
{
	scoped(secret) struct secret *output = NULL;
	struct error err = {0};

	tap_number(
	    shell(script, 5000, &output, &err), 0, "%s %s", name, err.text);
	tap_is(
	    output == NULL ? NULL : secret_bytes(output), expected, "%s", name);
}

static void
fails(const char *script, int64_t ms, const char *expected)
{
	scoped(secret) struct secret *output = NULL;
	struct error err = {0};

	tap_number(shell(script, ms, &output, &err), -1, "fails: %s", script);
	tap_is(err.text, expected, "says why");
	tap_number(err.fault, FAULT_IDENTITY, "is the identity's fault");
	tap_ok(output == NULL, "gives no output");
}

static void
runs(void)
{
	prints("echo hello", "hello\n", "standard output");
	prints("echo $ONLY $HOME", "this\n", "this environment alone");
	prints("cat; echo end", "end\n", "nothing to read");
	prints("echo warning >&2; printf x", "x", "standard error apart");
	prints("head -c 100 /dev/zero | tr '\\0' y | wc -c", "100\n", "pipes");
	prints("ulimit -c", "0\n", "no core");
	prints("head -c 300000 /dev/zero >&2; echo done", "done\n",
	    "much on standard error");
	prints("exec >&- 2>&-; sleep 0.1", "", "pipes closed before the end");
}

static void
reports(void)
{
	fails("echo; echo no login >&2; echo more >&2; exit 3", 5000,
	    "'/bin/sh' failed with status 3: no login");
	fails("exit 1", 5000, "'/bin/sh' failed with status 1");
	fails("printf '\\033[31mred\\n' >&2; exit 1", 5000,
	    "'/bin/sh' failed with status 1: ?[31mred");
	fails(
	    "echo bad /etc/token: ABCDEFGH12345678abcdefgh87654321 >&2; exit 1",
	    5000, "'/bin/sh' failed with status 1: bad /etc/token: ***");
	fails("kill -KILL $$", 5000, "'/bin/sh' was killed by signal 9");
	fails("head -c 101 /dev/zero", 5000,
	    "'/bin/sh' printed more than 100 bytes");
	fails("cat /dev/zero", 5000, "'/bin/sh' printed more than 100 bytes");
}

/* Whatever this process ignores or blocks. */
static void
resets_signals(void)
{
	sigset_t mask;

	signal(SIGUSR1, SIG_IGN);
	sigemptyset(&mask);
	sigaddset(&mask, SIGTERM);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	fails(
	    "kill -USR1 $$; exit 0", 5000, "'/bin/sh' was killed by signal 10");
	fails(
	    "kill -TERM $$; exit 0", 5000, "'/bin/sh' was killed by signal 15");
	sigprocmask(SIG_UNBLOCK, &mask, NULL);
}

static void
no_such_program(void)
{
	const char *const argv[] = {"/nonexistent/program", NULL};
	struct secret *output = NULL;
	struct error err = {0};

	tap_number(program_run(argv, environment, clock_ms() + 5000, LIMIT,
		       &output, &err),
	    -1, "a program that is not there");
	tap_is(err.text,
	    "'/nonexistent/program' failed with status 127: "
	    "No such file or directory",
	    "says so");
}

static void
keeps_the_deadline(void)
{
	int64_t before = clock_ms();

	fails("echo waiting for you >&2; sleep 60", 300,
	    "'/bin/sh' did not finish in time: waiting for you");
	tap_ok(clock_ms() - before < 2000, "at once");
}

/* A grandchild that lived on would keep the fifo open. */
static void
kills_the_group(void)
{
	char directory[] = "/tmp/test-program-XXXXXX", fifo[64], script[128];
	char byte;
	int fd;

	if (mkdtemp(directory) == NULL)
		return;
	snprintf(fifo, sizeof(fifo), "%s/fifo", directory);
	snprintf(
	    script, sizeof(script), "exec 9>%s; sleep 60 & sleep 60", fifo);
	mkfifo(fifo, 0600);
	fd = open(fifo, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	fails(script, 300, "'/bin/sh' did not finish in time");
	fcntl(fd, F_SETFL, 0);
	tap_number(read(fd, &byte, 1), 0, "the whole group is gone");
	close(fd);
	unlink(fifo);
	rmdir(directory);
}

/* Not even one that somebody forgot to mark. */
static void
inherits_nothing(void)
{
	char script[64];
	int fd = dup(1);

	snprintf(script, sizeof(script),
	    "test -e /proc/self/fd/%d || echo closed", fd);
	prints(script, "closed\n", "other descriptors are closed");
	close(fd);
}

static void
without_standard_descriptors(void)
{
	scoped(secret) struct secret *output = NULL;
	struct error err = {0};
	int saved[3], result;

	fflush(stdout);
	for (int fd = 0; fd < 3; fd++) {
		saved[fd] = fcntl(fd, F_DUPFD_CLOEXEC, 10);
		close(fd);
	}
	result = shell("cat; echo out; echo err >&2", 5000, &output, &err);
	for (int fd = 0; fd < 3; fd++) {
		dup2(saved[fd], fd);
		close(saved[fd]);
	}
	tap_number(result, 0, "0 to 2 are closed here %s", err.text);
	tap_is(output == NULL ? NULL : secret_bytes(output), "out\n",
	    "but not there");
}

static void
does_not_wait_for_grandchildren(void)
{
	int64_t before = clock_ms();

	prints("sleep 3 & echo token", "token\n", "a grandchild stays");
	tap_ok(clock_ms() - before < 2000, "it is not waited for");
}

static void
finds(void)
{
	char directory[] = "/tmp/test-program-XXXXXX", path[256], found[256];

	if (mkdtemp(directory) == NULL)
		return;
	snprintf(path, sizeof(path), "%s/sh", directory);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "bin::.:%s:/bin:/usr/bin", directory);
	tap_number(program_find("sh", path, found, sizeof(found)), 0,
	    "found, past what is relative, empty, or a directory");
	tap_is(found, "/bin/sh", "the first one");
	tap_number(program_find("sh", path, found, 4), -1, "no room");
	tap_number(
	    program_find("no-such-program", path, found, 256), -1, "not there");
	tap_number(program_find("/bin/sh", "", found, 256), 0, "absolute");
	tap_number(program_find("/bin", "", found, 256), -1, "a directory");
	tap_number(program_find("bin/sh", "/", found, 256), -1, "relative");
	tap_number(program_find("", "/bin", found, 256), -1, "no name");
	tap_number(program_find("sh", NULL, found, 256), -1, "no PATH");
	snprintf(path, sizeof(path), "%s/sh", directory);
	rmdir(path);
	rmdir(directory);
}

int
main(void)
{
	runs();
	resets_signals();
	reports();
	no_such_program();
	keeps_the_deadline();
	kills_the_group();
	inherits_nothing();
	without_standard_descriptors();
	does_not_wait_for_grandchildren();
	finds();
	return tap_done();
}
