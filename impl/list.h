/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * list.h - the circular doubly linked list that chunk slots are made of.
 *
 * A head is a node of its own; an empty list points at itself.  Covers only what slots need.
 */
#ifndef PCPU_LIST_H
#define PCPU_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct pcpu_list {
	struct pcpu_list *next, *prev;
};

#define pcpu_container_of(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))

/* Iterate over @head; @pos may not be moved inside the loop. */
#define pcpu_list_for_each(pos, head) \
	for ((pos) = (head)->next; (pos) != (head); (pos) = (pos)->next)

/* Iterate over @head; @pos may be moved or freed inside the loop. */
#define pcpu_list_for_each_safe(pos, nxt, head)                          \
	for ((pos) = (head)->next, (nxt) = (pos)->next; (pos) != (head); \
	     (pos) = (nxt), (nxt) = (pos)->next)

static inline void pcpu_list_init(struct pcpu_list *head)
{
	head->next = head;
	head->prev = head;
}

static inline bool pcpu_list_empty(const struct pcpu_list *head)
{
	return head->next == head;
}

static inline void pcpu_list_del(struct pcpu_list *node)
{
	node->prev->next = node->next;
	node->next->prev = node->prev;
	pcpu_list_init(node);
}

static inline void pcpu_list_move(struct pcpu_list *node, struct pcpu_list *head)
{
	pcpu_list_del(node);
	node->next = head->next;
	node->prev = head;
	head->next->prev = node;
	head->next = node;
}

static inline void pcpu_list_move_tail(struct pcpu_list *node, struct pcpu_list *head)
{
	pcpu_list_del(node);
	node->prev = head->prev;
	node->next = head;
	head->prev->next = node;
	head->prev = node;
}

#endif
