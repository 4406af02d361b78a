/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/scoped.h"
#include "helpers/daypass/isolate.h"

/* Newer than the headers of Debian 12. */
struct ruleset {
	uint64_t fs;
	uint64_t net;
	uint64_t scoped;
};
#define SCOPE_ABSTRACT_UNIX_SOCKET (1ULL << 0) /* ABI 6 */
#define SCOPE_SIGNAL (1ULL << 1)

int
isolate_privileges(
    __attribute__((unused)) const struct plan *plan, struct error *err)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		return error_errno(err, "cannot give up new privileges");
	return 0;
}

/*
 * Sockets without a path, signals, and what is a debugger's to do: none of it
 * leads out. Files are the mounts' part: Landlock's rules allow, so that they
 * cannot leave out one file of a directory that else is open, and a domain
 * that has any keeps its programs from mounting in namespaces of their own.
 */
int
isolate_landlock(
    __attribute__((unused)) const struct plan *plan, struct error *err)
{
	struct ruleset rules = {
	    .scoped = SCOPE_ABSTRACT_UNIX_SOCKET | SCOPE_SIGNAL};
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);
	scoped(fd) int fd = -1;

	if (version < 6) {
		error_set(err, FAULT_SYSTEM,
		    "Landlock here is of version %ld: sockets without a path "
		    "are kept from it by 6 (Linux 6.12) alone; the rest is "
		    "the namespaces' part",
		    version < 0 ? 0 : version);
		return 1;
	}
	fd =
	    (int)syscall(SYS_landlock_create_ruleset, &rules, sizeof(rules), 0);
	if (fd == -1 || syscall(SYS_landlock_restrict_self, fd, 0) == -1)
		return error_errno(err, "Landlock refuses");
	return 0;
}

#define X32 0x40000000U
#define LOONGARCH 0xC0000102 /* AUDIT_ARCH_LOONGARCH64 */

/* The calls that are looked at, by the numbers that they have: the ABIs that a
 * program on such a machine may speak. add_key, request_key and keyctl are
 * neighbours everywhere. */
static const struct abi {
	uint32_t arch;
	uint32_t ioctl, ioctl_too;
	uint32_t keys; /* the first of three */
} abis[] = {
    {AUDIT_ARCH_X86_64, 16, 514, 248}, /* and x32, without its bit */
    {AUDIT_ARCH_I386, 54, 54, 286},
    {AUDIT_ARCH_AARCH64, 29, 29, 217},
    {AUDIT_ARCH_ARM, 54, 54, 309},
    {AUDIT_ARCH_RISCV64, 29, 29, 217},
    {LOONGARCH, 29, 29, 217},
    {AUDIT_ARCH_PPC64LE, 54, 54, 269},
    {AUDIT_ARCH_PPC64, 54, 54, 269},
    {AUDIT_ARCH_PPC, 54, 54, 269},
    {AUDIT_ARCH_S390X, 54, 54, 278},
    {AUDIT_ARCH_S390, 54, 54, 278},
};
#define ABIS (sizeof(abis) / sizeof(abis[0]))
#define PER_ABI 12

/* seccomp(2): the low half of the second argument; the kernel takes no more of
 * it for ioctl. */
#define REQUEST                                   \
	(offsetof(struct seccomp_data, args[1]) + \
	    (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 4 : 0))

#define LOAD(what) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, what)
#define EQUAL(value, yes, no) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, yes, no)
#define LEAST(value, yes, no) \
	BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, value, yes, no)
#define ANSWER(what) BPF_STMT(BPF_RET | BPF_K, what)

static void
write_abi(const struct abi *abi, struct sock_filter code[PER_ABI])
{
	const struct sock_filter made[PER_ABI] = {
	    EQUAL(abi->arch, 0, PER_ABI - 1),
	    LOAD(offsetof(struct seccomp_data, nr)),
	    BPF_STMT(BPF_ALU | BPF_AND | BPF_K, ~X32),
	    EQUAL(abi->ioctl, 3, 0),
	    EQUAL(abi->ioctl_too, 2, 0),
	    LEAST(abi->keys, 0, 4),
	    LEAST(abi->keys + 3, 3, 4),
	    LOAD(REQUEST),
	    EQUAL(TIOCSTI, 2, 0),
	    EQUAL(TIOCLINUX, 1, 0),
	    ANSWER(SECCOMP_RET_ALLOW),
	    ANSWER(SECCOMP_RET_ERRNO | 1 /* EPERM */),
	};

	memcpy(code, made, sizeof(made));
}

/*
 * TIOCSTI types into the terminal that we share with the shell outside, and
 * TIOCLINUX pastes: both end as commands of that shell. A user's keyring can
 * be named from any namespace, and be linked by its user, who then is in
 * possession of all that is in it. Programs of another architecture count too,
 * by the numbers that these calls have there. What is no ioctl where the number
 * means another call can have such an argument in good faith; so it goes by
 * the architecture.
 */
int
isolate_calls(
    __attribute__((unused)) const struct plan *plan, struct error *err)
{
	struct sock_filter code[1 + ABIS * PER_ABI + 1] = {
	    LOAD(offsetof(struct seccomp_data, arch))};
	struct sock_fprog program = {
	    .len = sizeof(code) / sizeof(code[0]), .filter = code};

	for (size_t i = 0; i < ABIS; i++)
		write_abi(&abis[i], code + 1 + i * PER_ABI);
	code[program.len - 1] = (struct sock_filter)ANSWER(SECCOMP_RET_ALLOW);
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == -1)
		return error_errno(err, "seccomp refuses");
	return 0;
}
