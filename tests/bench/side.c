/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/wait.h>

#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/*
 * side ROUNDS COPIES RUNNER [-- RUNNER]...
 * RUNNER: INPUT [NAME=VALUE...] PROGRAM [ARG...]
 *
 * Runs the programs in turn, each with its input as standard input, and
 * prints for each the median of its wall time in microseconds, and how many
 * of its runs failed. In turn, so that whatever else the machine does falls
 * on all of them alike; and in another order each round, for what comes after
 * a program that was no trouble is faster. COPIES of a program are started at
 * once, and the time is the one until the last has ended. With the input `-`
 * a program is run once, is not timed, and has to succeed: it prepares the
 * next.
 */
#define RUNNERS_MAX 32

extern char **environ;

struct runner {
	const char *input;
	char **argv;
	char **environment;
	bool prepares;
	unsigned long failed;
	double *times;
};

static void *
must(void *memory)
{
	if (memory == NULL) {
		perror("side");
		exit(1);
	}
	return memory;
}

static double
now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static posix_spawn_file_actions_t
streams(const char *input)
{
	posix_spawn_file_actions_t actions;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	return actions;
}

static double
run(struct runner *runner, unsigned long copies)
{
	posix_spawn_file_actions_t actions = streams(runner->input);
	double begun = now();
	int status;
	pid_t pid;

	for (unsigned long i = 0; i < copies; i++)
		if (posix_spawn(&pid, runner->argv[0], &actions, NULL,
			runner->argv, runner->environment) != 0) {
			perror(runner->argv[0]);
			exit(1);
		}
	while (copies > 0 && wait(&status) != -1) {
		copies--;
		runner->failed += status != 0;
	}
	begun = now() - begun;
	posix_spawn_file_actions_destroy(&actions);
	return begun;
}

static void
prepare(struct runner *runner)
{
	run(runner, 1);
	if (runner->failed == 0)
		return;
	fprintf(stderr, "side: %s failed\n", runner->argv[0]);
	exit(1);
}

/* A turn is a program and those before it that prepare it. */
static void
take_turn(struct runner *runner, unsigned long round, unsigned long copies)
{
	for (; runner->prepares; runner++)
		prepare(runner);
	runner->times[round] = run(runner, copies);
}

/* Where turns begin. */
static int
turns_of(struct runner *runners, int count, struct runner **turns)
{
	int found = 0;

	for (int i = 0; i < count; i++)
		if (i == 0 || !runners[i - 1].prepares)
			turns[found++] = &runners[i];
	return found;
}

static void
shuffle(struct runner **turns, int count)
{
	for (int i = count - 1; i > 0; i--) {
		int other = (int)(random() % (i + 1));
		struct runner *turn = turns[i];

		turns[i] = turns[other];
		turns[other] = turn;
	}
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static bool
same_name(const char *a, const char *b)
{
	size_t length = strcspn(a, "=");

	return strncmp(a, b, length) == 0 && b[length] == '=';
}

/* Ours, but for those that the runner sets, and those. */
static char **
environment_of(char **set, size_t count)
{
	size_t size = count + 1, used = 0;
	char **made;

	for (char **ours = environ; *ours != NULL; ours++)
		size++;
	made = must(calloc(size, sizeof(*made)));
	for (char **ours = environ; *ours != NULL; ours++) {
		size_t i = 0;

		while (i < count && !same_name(set[i], *ours))
			i++;
		if (i == count)
			made[used++] = *ours;
	}
	for (size_t i = 0; i < count; i++)
		made[used++] = set[i];
	return made;
}

static struct runner
runner_of(char **words, unsigned long rounds)
{
	char **set = words + 1, **program = set;
	struct runner runner = {.prepares = strcmp(words[0], "-") == 0};

	while (*program != NULL && strchr(*program, '=') != NULL)
		program++;
	runner.input = runner.prepares ? "/dev/null" : words[0];
	runner.argv = program;
	runner.environment = environment_of(set, (size_t)(program - set));
	runner.times = must(calloc(rounds, sizeof(double)));
	return runner;
}

static int
split(char **words, struct runner *runners, unsigned long rounds)
{
	int count = 0;

	for (; *words != NULL && count < RUNNERS_MAX; count++) {
		char **end = words;

		while (*end != NULL && strcmp(*end, "--") != 0)
			end++;
		if (*end != NULL)
			*end++ = NULL;
		runners[count] = runner_of(words, rounds);
		words = end;
	}
	return count;
}

static void
show(struct runner *runner, unsigned long rounds)
{
	if (runner->prepares)
		return;
	qsort(runner->times, rounds, sizeof(double), compare);
	printf("%.1f %lu\n", runner->times[rounds / 2], runner->failed);
}

int
main(int argc, char **argv)
{
	struct runner runners[RUNNERS_MAX], *turns[RUNNERS_MAX];
	unsigned long rounds, copies;
	int count, turn_count;

	if (argc < 5 || (rounds = strtoul(argv[1], NULL, 10)) == 0 ||
	    (copies = strtoul(argv[2], NULL, 10)) == 0) {
		fprintf(stderr,
		    "usage: side ROUNDS COPIES INPUT [NAME=VALUE...] PROGRAM "
		    "[ARG...] [-- ...]...\n");
		return 64;
	}
	count = split(argv + 3, runners, rounds);
	if (runners[count - 1].prepares)
		return 64; /* nothing */
	turn_count = turns_of(runners, count, turns);
	for (unsigned long round = 0; round < rounds; round++) {
		shuffle(turns, turn_count);
		for (int i = 0; i < turn_count; i++)
			take_turn(turns[i], round, copies);
	}
	for (int i = 0; i < count; i++)
		show(&runners[i], rounds);
	return 0;
}
