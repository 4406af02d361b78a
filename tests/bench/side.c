/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/wait.h>

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/*
 * side ROUNDS INPUT PROGRAM [ARG...] [-- INPUT PROGRAM [ARG...]]...
 *
 * Runs the programs in turn, each with its input as standard input, and
 * prints for each the median of its wall time in microseconds. In turn, so
 * that whatever else the machine does falls on all of them alike.
 */
#define RUNNERS_MAX 16

extern char **environ;

struct runner {
	char **argv; /* argv[0] is the input's path, argv[1] the program */
	double *times;
};

static double
now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static double
run(const struct runner *runner)
{
	posix_spawn_file_actions_t actions;
	double begun;
	int status;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(
	    &actions, 0, runner->argv[0], O_RDONLY, 0);
	posix_spawn_file_actions_addopen(
	    &actions, 1, "/dev/null", O_WRONLY, 0);
	begun = now();
	if (posix_spawn(&pid, runner->argv[1], &actions, NULL,
		runner->argv + 1, environ) != 0 ||
	    waitpid(pid, &status, 0) != pid) {
		perror(runner->argv[1]);
		exit(1);
	}
	begun = now() - begun;
	posix_spawn_file_actions_destroy(&actions);
	return begun;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static int
split(int argc, char **argv, struct runner *runners, size_t rounds)
{
	int count = 0;

	for (int i = 2; i < argc && count < RUNNERS_MAX; count++) {
		runners[count].argv = argv + i;
		runners[count].times = calloc(rounds, sizeof(double));
		if (runners[count].times == NULL)
			exit(1);
		while (i < argc && strcmp(argv[i], "--") != 0)
			i++;
		if (i < argc)
			argv[i++] = NULL;
	}
	return count;
}

int
main(int argc, char **argv)
{
	struct runner runners[RUNNERS_MAX];
	size_t rounds;
	int count;

	if (argc < 4 || (rounds = strtoul(argv[1], NULL, 10)) == 0) {
		fprintf(stderr, "usage: side ROUNDS INPUT PROGRAM [ARG...] "
				"[-- INPUT PROGRAM [ARG...]]...\n");
		return 64;
	}
	count = split(argc, argv, runners, rounds);
	for (size_t round = 0; round < rounds; round++)
		for (int i = 0; i < count; i++)
			runners[i].times[round] = run(&runners[i]);
	for (int i = 0; i < count; i++) {
		qsort(runners[i].times, rounds, sizeof(double), compare);
		printf("%.1f\n", runners[i].times[rounds / 2]);
	}
	return 0;
}
