/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/dirs.h"
#include "base/scoped.h"
#include "tap.h"

static char home[] = "/tmp/daypass-dirs-XXXXXX";

/* A path below our directory; valid until the next call. */
static const char *
below(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", home, name);
	return path;
}

/* Our environment is these three and nothing else that counts. */
static void
surroundings(const char *runtime, const char *xdg, const char *config)
{
	static const char *const names[] = {"DAYPASS_RUNTIME_DIR",
	    "XDG_RUNTIME_DIR", "DAYPASS_CONFIG", "XDG_CONFIG_HOME", "HOME"};
	const char *const values[] = {runtime, xdg, config, NULL, NULL};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (values[i] == NULL)
			unsetenv(names[i]);
		else
			setenv(names[i], values[i], 1);
}

/* The path, or what was said of it. */
static const char *
runtime(struct error *err)
{
	static char path[DIRS_PATH_MAX];

	*err = (struct error){.fault = FAULT_NONE};
	return dirs_runtime(path, sizeof(path), err) == 0 ? path : err->text;
}

static void
test_runtime(void)
{
	struct error err;
	char usual[64], own[300], small[8];
	struct stat st;

	snprintf(
	    usual, sizeof(usual), "/run/user/%lu", (unsigned long)geteuid());
	if (stat(usual, &st) == 0 && st.st_uid == geteuid())
		strcat(usual, "/daypass");
	else
		snprintf(usual, sizeof(usual), "/tmp/daypass-%lu",
		    (unsigned long)geteuid());
	surroundings(NULL, NULL, NULL);
	tap_is(runtime(&err), usual, "with no variable");
	surroundings("", NULL, NULL);
	tap_is(runtime(&err), usual, "an empty variable is none");
	surroundings(NULL, "relative", NULL);
	tap_is(runtime(&err), usual, "a relative XDG_RUNTIME_DIR is none");
	surroundings(NULL, "/nonexistent/x", NULL);
	tap_is(runtime(&err), usual, "nor is one that does not exist");
	surroundings(NULL, home, NULL);
	snprintf(own, sizeof(own), "%s/daypass", home);
	tap_is(runtime(&err), own, "XDG_RUNTIME_DIR");
	surroundings("/a/b", home, NULL);
	tap_is(runtime(&err), "/a/b", "DAYPASS_RUNTIME_DIR before it");
	tap_number(dirs_runtime(small, 4, &err), -1, "a path that is too long");
	tap_number(err.fault, FAULT_CONFIG, "is a fault of the configuration");
	surroundings("a/b", home, NULL);
	tap_ok(strstr(runtime(&err), "not an absolute path") != NULL,
	    "a relative one is refused: %s", err.text);
	tap_number(err.fault, FAULT_CONFIG, "it must be mended");
}

/* With sudo, the first user's session is no place for the second's. */
static void
test_foreign(void)
{
	const char *other = geteuid() == 0 ? below("foreign") : "/";
	struct error err;

	if (geteuid() == 0 &&
	    (mkdir(other, 0700) == -1 || chown(other, 12345, 12345) == -1))
		tap_ok(false, "a directory of somebody else");
	surroundings(NULL, other, NULL);
	tap_ok(strstr(runtime(&err), "belongs to uid") != NULL,
	    "XDG_RUNTIME_DIR of somebody else");
	tap_number(err.fault, FAULT_REFUSED, "is refused");
	if (geteuid() == 0) {
		surroundings(other, NULL, NULL);
		tap_number(dirs_open_runtime(true, &err), -1,
		    "a runtime directory of somebody else");
		tap_ok(err.fault == FAULT_REFUSED &&
			   strstr(err.text, "uid 12345") != NULL,
		    "is refused: %s", err.text);
	}
}

static void
opens(const char *path, bool create, const char *what)
{
	struct error err = {.fault = FAULT_NONE};
	struct stat st;
	int fd;

	surroundings(path, NULL, NULL);
	fd = dirs_open_runtime(create, &err);
	tap_ok(fd != -1 && fstat(fd, &st) == 0, "%s %s", what, err.text);
	if (fd == -1)
		return;
	tap_ok(S_ISDIR(st.st_mode) && (st.st_mode & 0777) == 0700,
	    "%s: a directory of mode 700", what);
	tap_ok(
	    (fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0, "%s: closed on exec", what);
	close(fd);
}

static void
refuses(const char *path, const char *text)
{
	struct error err = {.fault = FAULT_NONE};

	surroundings(path, NULL, NULL);
	tap_number(dirs_open_runtime(true, &err), -1, "refused: %s", text);
	tap_ok(err.fault == FAULT_REFUSED && strstr(err.text, text) != NULL,
	    "says so: %s", err.text);
}

static void
test_open(void)
{
	struct error err = {.fault = FAULT_SYSTEM};
	mode_t mask = umask(0);

	surroundings(below("run"), NULL, NULL);
	errno = 0;
	tap_number(dirs_open_runtime(false, &err), -1, "there is none");
	tap_ok(errno == ENOENT && err.fault == FAULT_NONE, "and it says so");
	opens(below("run"), true, "it is made");
	opens(below("run"), false, "it is there");
	opens(below("run"), true, "it is there already");
	umask(mask);
	surroundings(below("no/run"), NULL, NULL);
	tap_number(dirs_open_runtime(true, &err), -1, "it cannot be made");
	tap_number(err.fault, FAULT_SYSTEM, "is the machine's fault");
	chmod(below("run"), 0710);
	refuses(below("run"), "can be entered by others");
	chmod(below("run"), 0702);
	refuses(below("run"), "can be entered by others");
	chmod(below("run"), 0700);
	if (symlink("run", below("link")) == 0)
		refuses(below("link"), "not a directory");
	close(open(below("file"), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	refuses(below("file"), "not a directory");
}

static void
config_is(const char *expected, bool expected_named, const char *what)
{
	char path[128] = "before";
	bool named = !expected_named;
	int result = dirs_config(path, sizeof(path), &named);

	tap_is(path, expected, "%s", what);
	tap_ok(named == expected_named, "named by the variable, or not");
	tap_number(result, *expected == '\0' ? -1 : 0, "and told so");
}

static void
test_config(void)
{
	surroundings(NULL, NULL, NULL);
	config_is("", false, "nowhere to be");
	setenv("HOME", "relative", 1);
	config_is("", false, "nor in a relative HOME");
	setenv("HOME", "/h", 1);
	config_is("/h/.config/daypass/config", false, "in HOME");
	setenv("XDG_CONFIG_HOME", "relative", 1);
	config_is("/h/.config/daypass/config", false,
	    "a relative XDG_CONFIG_HOME is none");
	setenv("XDG_CONFIG_HOME", "/x", 1);
	config_is("/x/daypass/config", false, "in XDG_CONFIG_HOME");
	setenv("DAYPASS_CONFIG", "", 1);
	config_is("/x/daypass/config", false, "an empty variable is none");
	setenv("DAYPASS_CONFIG", "some/file", 1);
	config_is("some/file", true, "named, as it is");
}

static void
test_program(void)
{
	char path[DIRS_PATH_MAX], own[DIRS_PATH_MAX] = "";
	struct error err = {.fault = FAULT_NONE};
	const char *name;

	if (readlink("/proc/self/exe", own, sizeof(own) - 1) == -1)
		return;
	name = strrchr(own, '/') + 1;
	tap_number(dirs_program(name, path, sizeof(path), &err), 0,
	    "a program beside this one");
	tap_is(path, own, "is found there");
	tap_number(dirs_program("daypass-none", path, sizeof(path), &err), -1,
	    "one that is nowhere");
	tap_ok(err.fault == FAULT_SYSTEM &&
		   strstr(err.text, "daypass-none") != NULL &&
		   strstr(err.text, PROGRAM_DIRECTORY) != NULL,
	    "says where it looked: %s", err.text);
}

static void
clean_up(void)
{
	static const char *const directories[] = {"run", "foreign"};
	static const char *const files[] = {"link", "file"};

	for (size_t i = 0; i < 2; i++) {
		unlink(below(files[i]));
		rmdir(below(directories[i]));
	}
	rmdir(home);
}

int
main(void)
{
	if (mkdtemp(home) == NULL)
		return 99;
	test_runtime();
	test_foreign();
	test_open();
	test_config();
	test_program();
	clean_up();
	return tap_done();
}
