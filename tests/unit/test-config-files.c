/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/config.h"
#include "rows.h"
#include "tap.h"

static void
broken_rows(void)
{
	static const char *const rows[] = {
	    "",
	    "end",
	    "end\nend\n",
	    "file\tsystem\t/x\t0\t0\t0\t0\t0\n",
	    "frob\nend\n",
	    "file\tsystem\t/x\t0\t0\t0\t0\nend\n",
	    "file\tsystem\t/x\t0\t0\t0\t0\tx\nend\n",
	    "entry\tme\t/x\t1\ta\t\"b\tc\td\nend\n",
	    "entry\tuser\t/x\tone\ta\t\"b\tc\td\nend\n",
	    "entry\tuser\t/x\t1\ta\tb\tc\td\nend\n",
	    "entry\tuser\t/x\t1\ta\t\"b\tc\td\te\nend\n",
	    "entry\tuser\t/x\t1\ta\t\"b\tc\t\\x\nend\n",
	    "entry\tuser\t/x\t1\ta\t\"b\tc\t\\\nend\n",
	    "bad\tuser\t/x\t1\nend\n",
	};
	struct config *config = NULL;
	struct error err;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		err = (struct error){.fault = FAULT_NONE};
		tap_ok(config_read(rows[i], strlen(rows[i]), &config, &err) ==
			       -1 &&
			   config == NULL && err.fault == FAULT_SYSTEM &&
			   err.text[0] != '\0',
		    "broken rows %zu", i);
	}
	tap_ok(config_read("end\n\0", 5, &config, &err) == -1, "a NUL");
	tap_ok(config_read("end\n", 4, &config, &err) == 0, "nothing at all");
	config_free(config);
}

static void
bad_files(void)
{
	static const char rows[] = "bad\tuser\t/x\t3\ta quote\n"
				   "bad\tuser\t/y\t0\tis a device\nend\n";
	scoped(config) struct config *config = NULL;
	struct error err = {.fault = FAULT_NONE};

	config_read(rows, strlen(rows), &config, &err);
	tap_number(config_usable(config, &err), -1, "not usable");
	tap_is(err.text, "/x line 3: a quote", "and why");
	tap_ok(err.fault == FAULT_CONFIG && err.stage == STAGE_CONFIG,
	    "a fault of the configuration");
	tap_is(config_mistake(config, 1), "/y: is a device", "all are listed");
}

static struct config *
config_of_file(const char *path)
{
	struct stat st = {.st_size = 0};
	struct config *config = NULL;
	char rows[512];

	if (stat(path, &st) == -1)
		st = (struct stat){.st_size = 0};
	snprintf(rows, sizeof(rows),
	    "file\tuser\t%s\t%lld\t%lld\t%lld\t%lld\t%lld\nend\n", path,
	    (long long)st.st_dev, (long long)st.st_ino, (long long)st.st_size,
	    (long long)st.st_ctim.tv_sec, (long long)st.st_ctim.tv_nsec);
	config_read(rows, strlen(rows), &config, NULL);
	return config;
}

static void
changes(void)
{
	char path[] = "/tmp/daypass-test-XXXXXX";
	int fd = mkstemp(path);
	scoped(config) struct config *config = config_of_file(path);
	scoped(config) struct config *gone = NULL;

	tap_ok(!config_changed(config), "a file that stays");
	tap_ok(write(fd, "x", 1) == 1 && config_changed(config),
	    "a file that grew");
	close(fd);
	unlink(path);
	tap_ok(config_changed(config), "a file that went");
	gone = config_of_file(path);
	tap_ok(!config_changed(gone), "a file that stays away");
	if ((fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600)) != -1)
		close(fd);
	tap_ok(config_changed(gone), "a file that came");
	unlink(path);
}

int
main(void)
{
	broken_rows();
	bad_files();
	changes();
	return tap_done();
}
