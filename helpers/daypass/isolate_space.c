/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <linux/securebits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/scoped.h"
#include "helpers/daypass/isolate.h"

/* In one write, as user_namespaces(7) wants it. */
static int
write_map(const char *path, const char *text, struct error *err)
{
	scoped(fd) int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd == -1 || write(fd, text, strlen(text)) == -1)
		return error_errno(err, "cannot write '%s'", path);
	return 0;
}

/* As outside. Our memory is concealed, and so are its files in /proc, even
 * from ourselves. */
int
isolate_ids(const struct plan *plan, struct error *err)
{
	char uid[64], gid[64];
	int result;

	prctl(PR_SET_DUMPABLE, 1);
	snprintf(uid, sizeof(uid), "%u %u 1\n", plan->uid, plan->uid);
	snprintf(gid, sizeof(gid), "%u %u 1\n", plan->gid, plan->gid);
	result = write_map("/proc/self/setgroups", "deny", err);
	if (result == 0)
		result = write_map("/proc/self/uid_map", uid, err);
	if (result == 0)
		result = write_map("/proc/self/gid_map", gid, err);
	prctl(PR_SET_DUMPABLE, 0);
	return result;
}

/* A new one shows the processes of this pid namespace and no other. Where a
 * container has covered parts of the old one the kernel gives none. */
int
isolate_proc(__attribute__((unused)) const struct plan *plan, struct error *err)
{
	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC,
		NULL) == 0)
		return 0;
	return error_errno(err,
	    "cannot mount /proc anew (a container that covers parts of it "
	    "does not let it: --security-opt systempaths=unconfined)");
}

/* Session keys are handed down; the user's are the namespace's own. */
static void
leave_keys(void)
{
	syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL, 0, 0, 0);
}

int
isolate_capabilities(
    __attribute__((unused)) const struct plan *plan, struct error *err)
{
	struct __user_cap_header_struct header = {
	    .version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[2] = {{0}};
	const unsigned long bits =
	    SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP |
	    SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_NO_CAP_AMBIENT_RAISE |
	    SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED | SECBIT_KEEP_CAPS_LOCKED;

	leave_keys();
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	for (int capability = 0; capability < 64; capability++)
		if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == -1 &&
		    errno != EINVAL)
			return error_errno(
			    err, "cannot give up capability %d", capability);
	if (prctl(PR_SET_SECUREBITS, bits, 0, 0, 0) == -1)
		return error_errno(err, "cannot lock the secure bits");
	if (syscall(SYS_capset, &header, none) == -1)
		return error_errno(err, "cannot give up capabilities");
	return 0;
}
