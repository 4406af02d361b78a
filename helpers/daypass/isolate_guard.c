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

#define IOCTL_X32 514
#define IOCTL_GENERIC 29 /* arm64, riscv64, loong64 */
#define IOCTL_OLD 54	 /* i386, arm, ppc, s390 */
#define IOCTL_AMD64 16
#define X32 0x40000000
#define LOONGARCH 0xC0000102 /* AUDIT_ARCH_LOONGARCH64 */

/* seccomp(2): the low half of the second argument; the kernel takes no more of
 * it for ioctl. */
#define REQUEST                                   \
	(offsetof(struct seccomp_data, args[1]) + \
	    (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 4 : 0))

/*
 * TIOCSTI types into the terminal that we share with the shell outside, and
 * TIOCLINUX pastes: both end as commands of that shell. Programs of another
 * architecture count too, by the number that ioctl has there. What is no
 * ioctl where the number means another call can have such an argument in
 * good faith; so it goes by the architecture.
 */
int
isolate_calls(
    __attribute__((unused)) const struct plan *plan, struct error *err)
{
	struct sock_filter code[] = {
	    BPF_STMT(
		BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 0, 4),
	    BPF_STMT(
		BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IOCTL_AMD64, 9, 0),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, X32 | IOCTL_AMD64, 8, 0),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, X32 | IOCTL_X32, 7, 11),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_AARCH64, 2, 0),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_RISCV64, 1, 0),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, LOONGARCH, 0, 2),
	    BPF_STMT(
		BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IOCTL_GENERIC, 2, 6),
	    BPF_STMT(
		BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IOCTL_OLD, 0, 4),
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, REQUEST),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TIOCSTI, 1, 0),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TIOCLINUX, 0, 1),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 1 /* EPERM */),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {
	    .len = sizeof(code) / sizeof(code[0]), .filter = code};

	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == -1)
		return error_errno(err, "seccomp refuses");
	return 0;
}
