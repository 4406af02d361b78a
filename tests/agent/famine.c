/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include <sys/mman.h>

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * To be preloaded: allocations of the program itself fail, those of its
 * libraries and children do not. $FAMINE names a file of four longs, which
 * whoever starts the program shares: is it armed, which allocation fails
 * (from 1), do all that follow, and how many were asked for.
 */
struct famine {
	long armed;
	long at;
	long lasting;
	long count;
};

static struct famine *famine;
static pid_t self;
static uintptr_t from, to;

static int
find_program(struct dl_phdr_info *info, size_t size, void *arg)
{
	(void)size;
	(void)arg;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];

		if (part->p_type == PT_LOAD && (part->p_flags & PF_X) != 0) {
			from = info->dlpi_addr + part->p_vaddr;
			to = from + part->p_memsz;
		}
	}
	return 1; /* the first one is the program */
}

__attribute__((constructor)) static void
begin(void)
{
	const char *path = secure_getenv("FAMINE");
	int fd = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);
	void *shared;

	if (fd == -1)
		return;
	shared = mmap(
	    NULL, sizeof(*famine), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	dl_iterate_phdr(find_program, NULL);
	self = getpid();
	if (shared != MAP_FAILED)
		famine = shared;
}

static int
fails(void *caller)
{
	uintptr_t at = (uintptr_t)caller;

	if (famine == NULL || !famine->armed || at < from || at >= to ||
	    getpid() != self)
		return 0;
	famine->count++;
	if (famine->count < famine->at ||
	    (famine->count > famine->at && !famine->lasting))
		return 0;
	errno = ENOMEM;
	return 1;
}

#define CALLER __builtin_return_address(0)
#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

extern void *
__libc_malloc(size_t size);
extern void *
__libc_calloc(size_t count, size_t size);
extern void *
__libc_realloc(void *block, size_t size);

void *
malloc(size_t size)
{
	return fails(CALLER) ? NULL : __libc_malloc(size);
}

void *
calloc(size_t count, size_t size)
{
	return fails(CALLER) ? NULL : __libc_calloc(count, size);
}

void *
realloc(void *block, size_t size)
{
	return fails(CALLER) ? NULL : __libc_realloc(block, size);
}

char *
strdup(const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = fails(CALLER) ? NULL : __libc_malloc(size);

	return copy == NULL ? NULL : memcpy(copy, text, size);
}

char *
strndup(const char *text, size_t length)
{
	size_t size = strnlen(text, length);
	char *copy = fails(CALLER) ? NULL : __libc_malloc(size + 1);

	if (copy == NULL)
		return NULL;
	copy[size] = '\0';
	return memcpy(copy, text, size);
}

void *
mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset)
{
	if (fails(CALLER))
		return MAP_FAILED;
	return REAL(mmap)(at, size, protection, flags, fd, offset);
}
