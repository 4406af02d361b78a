/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_LIST_H
#define DAYPASS_AGENT_LIST_H

#include <stdbool.h>
#include <stddef.h>

/* A ring of links that live in the things they link. */
struct link {
	struct link *next;
	struct link *prev;
};

#define list_item(at, type, member) \
	((type *)(void *)((char *)(at)-offsetof(type, member)))

/* Over all items; the one at hand may be removed or freed meanwhile. */
#define list_each(item, list, member)                                      \
	for (struct link *at_ = (list)->next, *next_ = at_->next;          \
	     at_ != (list) &&                                              \
	     ((item) = list_item(at_, __typeof__(*(item)), member), true); \
	     at_ = next_, next_ = at_->next)

static inline void
list_init(struct link *list)
{
	list->next = list->prev = list;
}

static inline bool
list_empty(const struct link *list)
{
	return list->next == list;
}

/* Puts the link at the end of the list, which is before `list` itself. */
static inline void
list_append(struct link *list, struct link *link)
{
	link->prev = list->prev;
	link->next = list;
	list->prev->next = link;
	list->prev = link;
}

/* Takes the link out of its list; fine to do again. */
static inline void
list_remove(struct link *link)
{
	if (link->next == NULL)
		return;
	link->prev->next = link->next;
	link->next->prev = link->prev;
	link->next = link->prev = NULL;
}

#endif
