/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/scoped.h"

/*
 * refuse SYSCALL[:ERRNO[:ARG=VALUE]]... -- PROGRAM ARG...
 *
 * Runs a program on a kernel that refuses these calls, as an older one or a
 * container's filter would: seccomp(2), handed on to all that it starts. ERRNO
 * is ENOSYS if it is not said; with ARG=VALUE only calls whose argument (from
 * 0) has that value in its lower half. Exits 77 where filters are refused.
 */
#define RULES_MAX 16
#define PER_RULE 4
#define CANNOT 77

static const struct {
	const char *name;
	int number;
} calls[] = {
    {"close_range", SYS_close_range},
    {"getsockopt", SYS_getsockopt},
    {"landlock_add_rule", 445},
    {"landlock_create_ruleset", 444},
    {"landlock_restrict_self", 446},
    {"madvise", SYS_madvise},
    {"memfd_create", SYS_memfd_create},
    {"mlock", SYS_mlock},
    {"mlock2", SYS_mlock2},
    {"mmap", SYS_mmap},
    {"pidfd_open", SYS_pidfd_open},
    {"prctl", SYS_prctl},
    {"prlimit64", SYS_prlimit64},
    {NULL, 0},
};

static const struct {
	const char *name;
	int number;
} errors[] = {
    {"EACCES", EACCES},
    {"EINVAL", EINVAL},
    {"ENOMEM", ENOMEM},
    {"ENOPROTOOPT", ENOPROTOOPT},
    {"ENOSYS", ENOSYS},
    {"EOPNOTSUPP", EOPNOTSUPP},
    {"EPERM", EPERM},
    {NULL, 0},
};

static struct sock_filter filter[RULES_MAX * (PER_RULE + 2) + 2];
static unsigned short length;

_Noreturn static void
usage(const char *word)
{
	fprintf(stderr, "refuse: '%s' is not understood\n", word);
	exit(64);
}

static void
add(unsigned code, unsigned value, unsigned skipped)
{
	/* a comparison that fails skips the rest of its rule */
	filter[length++] = (struct sock_filter){
	    (unsigned short)code, 0, (unsigned char)skipped, value};
}

static int
call_named(const char *name)
{
	for (size_t i = 0; calls[i].name != NULL; i++)
		if (strcmp(calls[i].name, name) == 0)
			return calls[i].number;
	usage(name);
}

static int
error_named(const char *name)
{
	for (size_t i = 0; errors[i].name != NULL; i++)
		if (strcmp(errors[i].name, name) == 0)
			return errors[i].number;
	usage(name);
}

static void
add_rule(const char *word)
{
	scoped(string) char *copy = strdup(word);
	char *rest = copy, *call = strsep(&rest, ":");
	char *error = strsep(&rest, ":"), *argument = strsep(&rest, ":");
	char *value = argument != NULL ? strchr(argument, '=') : NULL;
	unsigned number;

	if (argument != NULL && value == NULL)
		usage(word);
	add(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0);
	add(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)call_named(call),
	    value != NULL ? 3 : 1);
	if (value != NULL) {
		number = (unsigned)strtoul(argument, NULL, 10);
		add(BPF_LD | BPF_W | BPF_ABS,
		    (unsigned)offsetof(struct seccomp_data, args) + number * 8,
		    0);
		add(BPF_JMP | BPF_JEQ | BPF_K,
		    (unsigned)strtoul(value + 1, NULL, 10), 1);
	}
	add(BPF_RET | BPF_K,
	    SECCOMP_RET_ERRNO |
		(unsigned)error_named(error != NULL ? error : "ENOSYS"),
	    0);
}

/* Who may not set filters otherwise gives up new privileges for it. */
static int
install(void)
{
	struct sock_fprog program = {length, filter};

	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0)
		return 0;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		return -1;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

int
main(int argc, char **argv)
{
	int i = 1;

	for (; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (i > RULES_MAX)
			usage(argv[i]);
		else
			add_rule(argv[i]);
	if (i + 1 >= argc)
		usage("no program");
	add(BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0);
	if (install() == -1) {
		perror("refuse: seccomp");
		return CANNOT;
	}
	execvp(argv[i + 1], argv + i + 1);
	perror(argv[i + 1]);
	return 127;
}
