/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "audit/journal.h"
#include "audit/walk.h"
#include "tap.h"

#define RECORD 8000
#define TURN (1024 * 1024) /* bytes that one may write */

static char directory[64] = "/tmp/daypass-journal-XXXXXX";
static char path[128];
static char large[RECORD + 32];
static struct error err;

static struct journal *
new_journal(int64_t size, unsigned keep)
{
	struct journal_limits limits = {size, keep};

	return journal_new(path, &limits);
}

static void
start_anew(void)
{
	char name[JOURNAL_PATH_MAX];

	for (unsigned i = 0; i < 10; i++)
		unlink(journal_name(path, i, name));
	/* of one that was killed while it rotated */
	snprintf(name, sizeof(name), "%s.new", path);
	unlink(name);
}

static int64_t
size_of(unsigned number)
{
	char name[JOURNAL_PATH_MAX];
	struct stat st;

	return stat(journal_name(path, number, name), &st) == -1 ? -1
								 : st.st_size;
}

/* One turn; gives what begin gave, or -1. */
static int
write_one(struct journal *journal, const char *record)
{
	const char *finding, *lines;
	int began = journal_begin(journal, &finding, &err);

	if (began == -1 || journal_add(journal, record, NULL, &err) == -1 ||
	    journal_commit(journal, false, &lines, &err) == -1)
		return -1;
	return began;
}

/* Records that follow on one another; *broken: lines that do not. */
static int
count(int *broken)
{
	static struct walk walk;
	const char *line;
	size_t length;
	struct head head;
	int good = 0;

	*broken = 0;
	head_start(&head);
	if (walk_start(&walk, path, &err) == -1)
		return -1;
	for (;;) {
		enum lines_result result = walk_next(&walk, &line, &length);

		if (result == LINES_END || result == LINES_FAILED ||
		    result == LINES_TORN)
			break;
		if (seal_follow(&head, line, length, good == 0) == NULL)
			good++;
		else
			++*broken;
	}
	walk_end(&walk);
	return good;
}

static void
is_whole(int wanted, const char *name)
{
	int broken, good = count(&broken);

	tap_number(good, wanted, "%s: so many records", name);
	tap_number(broken, 0, "%s: and nothing else", name);
}

/* No file may grow beyond this; what is beyond a disk's end is like it. */
static void
limit(int64_t size)
{
	struct rlimit most = {.rlim_max = RLIM_INFINITY};

	most.rlim_cur = size == 0 ? RLIM_INFINITY : (rlim_t)size;
	setrlimit(RLIMIT_FSIZE, &most);
}

/* A record of so many bytes. */
static const char *
record_of(size_t length)
{
	static char record[RECORD + 32];

	snprintf(record, sizeof(record), "{\"x\":\"%.*s\"}",
	    (int)(length - strlen("{\"x\":\"\"}")), large + 6);
	return record;
}

/* The last one has room itself, but its seal has not. */
static void
more_than_a_turn(void)
{
	struct journal *journal = new_journal(JOURNAL_SIZE, 8);
	const char *finding, *lines;
	int64_t left;
	int added = 0;

	write_one(journal, large);
	left = TURN % size_of(0);
	tap_number(journal_begin(journal, &finding, &err), 0, "a turn");
	while (added < TURN / size_of(0) &&
	       journal_add(journal, large, NULL, &err) == 0)
		added++;
	tap_ok(added > 100 && left > 200, "takes many records: %d", added);
	tap_number(journal_add(journal, record_of((size_t)left - 50), NULL,
		       &err),
	    -1, "and then no more");
	tap_number(journal_commit(journal, true, &lines, &err), 0,
	    "it is written");
	is_whole(added + 1, "no half of the one that had no room");
	tap_number(write_one(journal, "{}"), 0, "and goes on");
	is_whole(added + 2, "after it");
	journal_free(journal);
	start_anew();
}

static void
full(void)
{
	struct journal *journal = new_journal(JOURNAL_SIZE, 8);
	int64_t size;

	write_one(journal, "{}");
	size = size_of(0);
	for (int room = 1; room < RECORD; room += 1999) {
		limit(size + room);
		tap_number(write_one(journal, large), -1,
		    "room for %d bytes: not written", room);
		tap_number(size_of(0), size, "nor a part of it");
	}
	limit(0);
	tap_number(write_one(journal, large), 0, "room again");
	is_whole(2, "a disk that was full");
	journal_free(journal);
	start_anew();
}

/* Whoever cuts the file and fills the disk is told of all the same. */
static void
found_on_a_full_disk(void)
{
	struct journal *journal = new_journal(JOURNAL_SIZE, 8);
	const char *finding, *lines;

	for (int i = 0; i < 3; i++)
		write_one(journal, "{}");
	tap_ok(truncate(path, size_of(0) * 2 / 3) == 0, "cut");
	limit(1);
	for (int i = 0; i < 2; i++) {
		tap_number(journal_begin(journal, &finding, &err), 1,
		    "it is found");
		tap_ok(strstr(finding, "was cut") != NULL, "as what it is");
		journal_add(journal, "{}", NULL, &err);
		tap_number(journal_commit(journal, false, &lines, &err), -1,
		    "and cannot be written");
	}
	limit(0);
	tap_number(write_one(journal, "{}"), 1, "it is found until it is");
	tap_number(write_one(journal, "{}"), 0, "and then no more");
	journal_free(journal);
	start_anew();
}

static void
fewer_are_kept(void)
{
	struct journal *journal = new_journal(4096, 6);

	for (int i = 0; i < 8; i++)
		write_one(journal, large);
	tap_ok(size_of(6) > 0, "six older ones");
	journal_free(journal);
	journal = new_journal(4096, 2);
	for (int i = 0; i < 3; i++)
		write_one(journal, large);
	tap_ok(size_of(2) > 0 && size_of(3) == -1 && size_of(6) == -1,
	    "then two, and none of an older time");
	is_whole(3, "one chain");
	journal_free(journal);
	start_anew();
}

/* Another of us has rotated it away while one that is in between cannot be
 * read: once it can, nobody is suspected. */
static void
in_between(void)
{
	struct journal *one = new_journal(4096, 6), *two = new_journal(4096, 6);
	char first[JOURNAL_PATH_MAX], away[JOURNAL_PATH_MAX + 8];

	write_one(one, "{}");
	write_one(two, "{}");
	for (int i = 0; i < 3; i++)
		write_one(two, large);
	journal_name(path, 2, first);
	snprintf(away, sizeof(away), "%s-away", first);
	tap_ok(rename(first, away) == 0 && symlink("/nowhere", first) == 0,
	    "one of them is not there");
	tap_number(write_one(one, "{}"), -1, "it cannot be followed");
	tap_ok(unlink(first) == 0 && rename(away, first) == 0, "it is back");
	tap_number(write_one(one, "{}"), 0, "and nothing is found");
	is_whole(6, "the chain");
	journal_free(one);
	journal_free(two);
	start_anew();
}

/* One that is gone for good holds up nobody for good. */
static void
one_is_gone(void)
{
	struct journal *one = new_journal(4096, 6), *two = new_journal(4096, 6);
	const char *finding, *lines;
	char name[JOURNAL_PATH_MAX];

	write_one(one, "{}");
	for (int i = 0; i < 4; i++)
		write_one(two, large);
	tap_ok(unlink(journal_name(path, 2, name)) == 0, "one is taken away");
	tap_number(journal_begin(one, &finding, &err), 1, "it is found");
	tap_ok(strstr(finding, "is not there") != NULL, "as what it is: %s",
	    finding);
	tap_number(journal_add(one, "{}", NULL, &err), 0, "told");
	tap_number(journal_commit(one, false, &lines, &err), 0, "written");
	tap_number(write_one(one, "{}"), 0, "and it goes on");
	journal_free(one);
	journal_free(two);
	start_anew();
}

static void
not_there(void)
{
	struct journal *journal = new_journal(4096, 6);

	tap_ok(chmod(directory, 0777) == 0, "a directory that is open to all");
	tap_number(write_one(journal, "{}"), -1, "is no place");
	tap_ok(strstr(err.text, "everybody may write") != NULL, "for: %s",
	    err.text);
	tap_ok(chmod(directory, 01777) == 0, "one like /tmp");
	tap_number(write_one(journal, "{}"), 0, "is");
	chmod(directory, 0700);
	if (geteuid() == 0 && chown(directory, 12345, (gid_t)-1) == 0) {
		journal_free(journal);
		journal = new_journal(4096, 6);
		tap_number(write_one(journal, "{}"), -1, "another's is not");
		tap_ok(strstr(err.text, "of another user") != NULL, "for: %s",
		    err.text);
		tap_ok(chown(directory, 0, (gid_t)-1) == 0, "ours again");
	}
	journal_free(journal);
	start_anew();
}

static _Noreturn void
write_for_ever(void)
{
	struct journal *journal = new_journal(1024 * 1024, 8);
	const char *finding, *lines;

	for (;;) {
		if (journal_begin(journal, &finding, &err) == -1)
			_exit(1);
		for (int i = 0; i < 60; i++)
			journal_add(journal, large, NULL, &err);
		if (journal_commit(journal, false, &lines, &err) == -1)
			_exit(1);
	}
}

/* At whatever moment it is killed: what follows goes on in the chain, and
 * what was torn is one line at most. */
static void
killed(void)
{
	int torn = 0, broken, wrong = 0;

	for (int i = 0; i < 40; i++) {
		struct timespec nap = {.tv_nsec = 1000 * 997 * (i % 7 + 1)};
		struct journal *journal = new_journal(1024 * 1024, 8);
		pid_t pid = fork();
		int found;

		if (pid == 0)
			write_for_ever();
		nanosleep(&nap, NULL);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		found = write_one(journal, "{\"last\":1}");
		wrong += found == -1 || count(&broken) < 1 ||
			 broken != (found == 1);
		torn += found == 1;
		wrong += write_one(journal, "{\"more\":1}") != 0;
		journal_free(journal);
		start_anew();
	}
	tap_number(wrong, 0, "killed 40 times: the chain goes on each time");
	printf("# torn %d times\n", torn);
}

int
main(void)
{
	memset(large, 'x', sizeof(large) - 1);
	memcpy(large, "{\"x\":\"", 6);
	memcpy(large + sizeof(large) - 3, "\"}", 3);
	if (mkdtemp(directory) == NULL)
		return 99;
	snprintf(path, sizeof(path), "%s/records", directory);
	signal(SIGXFSZ, SIG_IGN);
	more_than_a_turn();
	full();
	found_on_a_full_disk();
	fewer_are_kept();
	in_between();
	one_is_gone();
	not_there();
	killed();
	tap_ok(rmdir(directory) == 0, "nothing is left");
	return tap_done();
}
