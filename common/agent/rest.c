/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "agent/list.h"
#include "agent/rest.h"
#include "base/clock.h"

#define FIRST_MS 1000
#define LONGEST_MS 30000
#define REJECTION_MS 10000  /* between two erases of a fresh credential */
#define REMEMBERED_MS 30000 /* by then nobody is in a loop any more */
#define MOST 512

struct rest {
	struct link link; /* least recently touched first */
	unsigned char key[DIGEST_SIZE];
	int64_t until;	     /* clock_ms() at which the rest ends */
	int64_t length;	     /* of this rest, ms; 0: not failing */
	int64_t erased_at;   /* clock_ms() of the last erase; 0: none */
	int64_t rejected_at; /* clock_ms(); 0: not */
	struct error err;
};

struct rests {
	struct link list;
	size_t count;
};

struct rests *
rests_new(void)
{
	struct rests *rests = calloc(1, sizeof(*rests));

	if (rests != NULL)
		list_init(&rests->list);
	return rests;
}

static void
drop(struct rests *rests, struct rest *rest)
{
	list_remove(&rest->link);
	rests->count--;
	free(rest);
}

void
rests_free(struct rests *rests)
{
	struct rest *rest;

	if (rests == NULL)
		return;
	list_each (rest, &rests->list, link)
		drop(rests, rest);
	free(rests);
}

static struct rest *
find(struct rests *rests, const unsigned char key[DIGEST_SIZE])
{
	struct rest *rest;

	list_each (rest, &rests->list, link)
		if (memcmp(rest->key, key, DIGEST_SIZE) == 0)
			return rest;
	return NULL;
}

/* The key's rest, made if need be, as the most recently touched; the oldest
 * is forgotten when there are too many. NULL: no memory. */
static struct rest *
touch(struct rests *rests, const unsigned char key[DIGEST_SIZE])
{
	struct rest *rest = find(rests, key);

	if (rest != NULL) {
		list_remove(&rest->link);
		list_append(&rests->list, &rest->link);
		return rest;
	}
	if (rests->count >= MOST)
		drop(rests, list_item(rests->list.next, struct rest, link));
	if ((rest = calloc(1, sizeof(*rest))) == NULL)
		return NULL;
	memcpy(rest->key, key, DIGEST_SIZE);
	list_append(&rests->list, &rest->link);
	rests->count++;
	return rest;
}

void
rest_failed(struct rests *rests, const unsigned char key[DIGEST_SIZE],
    const struct error *err)
{
	struct rest *rest = touch(rests, key);

	if (rest == NULL)
		return;
	/* One that was forced while the key rests makes the rest no longer. */
	if (rest->until <= clock_ms())
		rest->length = rest->length == 0 ? FIRST_MS : rest->length * 2;
	if (rest->length > LONGEST_MS)
		rest->length = LONGEST_MS;
	rest->until = clock_ms() + rest->length;
	rest->err = *err;
}

void
rest_stumbled(struct rests *rests, const unsigned char key[DIGEST_SIZE],
    const struct error *err)
{
	struct rest *rest = touch(rests, key);

	if (rest == NULL)
		return;
	if (rest->length > 0) {
		rest_failed(rests, key, err);
		return;
	}
	rest->length = FIRST_MS / 2;
	rest->err = *err;
}

void
rests_wake(struct rests *rests)
{
	struct rest *rest;

	list_each (rest, &rests->list, link) {
		rest->length = 0;
		rest->until = 0;
	}
}

void
rest_over(struct rests *rests, const unsigned char key[DIGEST_SIZE])
{
	struct rest *rest = find(rests, key);

	if (rest == NULL)
		return;
	rest->length = 0;
	if (rest->erased_at == 0)
		drop(rests, rest);
}

bool
rest_now(struct rests *rests, const unsigned char key[DIGEST_SIZE],
    struct error *err)
{
	struct rest *rest = find(rests, key);

	if (rest == NULL || rest->length == 0 || rest->until <= clock_ms())
		return false;
	*err = rest->err;
	return true;
}

bool
rest_erased(struct rests *rests, const unsigned char key[DIGEST_SIZE])
{
	struct rest *rest = touch(rests, key);
	int64_t now = clock_ms(), before;

	if (rest == NULL)
		return false;
	before = rest->erased_at;
	rest->erased_at = now;
	return before != 0 && now - before <= REJECTION_MS;
}

void
rest_reject(struct rests *rests, const unsigned char key[DIGEST_SIZE],
    const struct error *err)
{
	struct rest *rest = touch(rests, key);

	if (rest == NULL)
		return;
	rest->rejected_at = clock_ms();
	rest->err = *err;
}

bool
rest_rejected(struct rests *rests, const unsigned char key[DIGEST_SIZE],
    bool look, struct error *err)
{
	struct rest *rest = find(rests, key);

	if (rest == NULL || rest->rejected_at == 0 ||
	    clock_ms() - rest->rejected_at > REMEMBERED_MS)
		return false;
	*err = rest->err;
	if (!look)
		drop(rests, rest);
	return true;
}
