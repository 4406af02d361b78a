/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/mman.h>

#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "audit/seal.h"
#include "audit/spool.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void
drain(struct spool *spool)
{
	static char lines[64 * 1024];
	size_t got;

	while ((got = spool_peek(spool, lines, sizeof(lines))) > 0) {
		size_t count = 0;

		for (size_t i = 0; i < got; i++)
			count += lines[i] == '\n';
		spool_drop(spool, got, count);
	}
	if (spool_waiting(spool) != 0 || spool_bytes(spool) != 0)
		abort();
}

/* What a forerunner has left, or somebody has made of it. */
int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	struct spool *spool;
	char path[64];

	if (fd == -1 || write(fd, bytes, length) != (ssize_t)length)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if ((spool = spool_adopt(open(path, O_RDWR | O_CLOEXEC), NULL)) ==
	    NULL)
		abort();
	if (spool_add(spool, "{}\n", 3, NULL) == -1)
		abort();
	drain(spool);
	spool_free(spool);
	close(fd);
	return 0;
}
