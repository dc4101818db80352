// SPDX-License-Identifier: GPL-2.0-only
/*
 * host.c - what the kernel units take for a machine: passes their requests on to the world.
 *
 * Also keeps the instances apart, and a list of the metadata that each holds.  Knows nothing of
 * chunks or areas.
 */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"

static_assert((int)LINUX_NONE == PCPU_FAULT_NONE && (int)LINUX_PAGE == PCPU_FAULT_PAGE &&
		      (int)LINUX_CHUNK == PCPU_FAULT_CHUNK && (int)LINUX_AREA == PCPU_FAULT_AREA &&
		      (int)LINUX_META == PCPU_FAULT_META && (int)LINUX_MAP == PCPU_FAULT_MAP &&
		      (int)LINUX_TABLE == PCPU_FAULT_TABLE && (int)LINUX_BOOT == PCPU_FAULT_BOOT,
	      "kinds of requests have two names");
static_assert((int)LINUX_OWNER_CHUNK == PCPU_OWNER_CHUNK &&
		      (int)LINUX_OWNER_VMALLOC == PCPU_OWNER_VMALLOC,
	      "owners have two names");
static_assert((int)LINUX_TROUBLE_BUG == PCPU_TROUBLE_BUG &&
		      (int)LINUX_TROUBLE_WARN == PCPU_TROUBLE_WARN &&
		      (int)LINUX_TROUBLE_LOCK == PCPU_TROUBLE_LOCK,
	      "kinds of trouble have two names");

/* All variables of the kernel units; the linker knows where sections with such names end. */
extern char __start_kdata[], __stop_kdata[], __start_kbss[], __stop_kbss[];

jmp_buf host_bug;

static struct host_instance *current;
static void *pristine;

/**
 * struct host_block - in front of each piece of metadata
 * @kind: of the request
 * @early: taken while booting
 * @size: bytes that follow
 */
struct host_block {
	struct host_block *next, *prev;
	enum linux_kind kind;
	bool early;
	size_t size;
};

static size_t data_size(void)
{
	return (size_t)(__stop_kdata - __start_kdata);
}

static size_t bss_size(void)
{
	return (size_t)(__stop_kbss - __start_kbss);
}

static void *must(void *p)
{
	if (!p)
		abort();
	return p;
}

/* Copies of whole sections would trip over red zones: the sanitizer must not see them. */
__attribute__((no_sanitize("address"))) static void copy(char *to, const char *from, size_t size)
{
	typedef unsigned long __attribute__((may_alias, aligned(1))) word;
	size_t i = 0;

	for (; i + sizeof(word) <= size; i += sizeof(word))
		*(word *)(to + i) = *(const word *)(from + i);
	for (; i < size; i++)
		to[i] = from[i];
}

__attribute__((no_sanitize("address"))) static void clear(char *to, size_t size)
{
	typedef unsigned long __attribute__((may_alias, aligned(1))) word;
	size_t i = 0;

	for (; i + sizeof(word) <= size; i += sizeof(word))
		*(word *)(to + i) = 0;
	for (; i < size; i++)
		to[i] = 0;
}

static void save(void)
{
	if (!current)
		return;
	if (!current->state)
		current->state = must(malloc(data_size() + bss_size()));
	copy(current->state, __start_kdata, data_size());
	copy((char *)current->state + data_size(), __start_kbss, bss_size());
}

/**
 * host_init - begin a new instance, and make it current
 * @in: the instance
 * @m: the machine, which must outlive it
 * @w: its world
 */
void host_init(struct host_instance *in, const struct machine *m, struct world *w)
{
	memset(in, 0, sizeof(*in));
	in->m = m;
	in->w = w;
	in->booting = true;
	in->log = w->env.meta_alloc(w->env.ctx, PCPU_FAULT_NONE, BOOT_LOG_SIZE);
	in->blocks = w->env.meta_alloc(w->env.ctx, PCPU_FAULT_NONE, sizeof(*in->blocks));
	in->blocks->next = in->blocks->prev = in->blocks;

	save();
	if (!pristine) {
		pristine = must(malloc(data_size() + 1));
		copy(pristine, __start_kdata, data_size());
	}
	copy(__start_kdata, pristine, data_size());
	clear(__start_kbss, bss_size());
	current = in;
}

/**
 * host_enter - make an instance current
 * @in: the instance
 */
void host_enter(struct host_instance *in)
{
	if (current == in)
		return;
	save();
	copy(__start_kdata, in->state, data_size());
	copy(__start_kbss, (const char *)in->state + data_size(), bss_size());
	current = in;
}

/* What nobody is expected to give back: boot memory, tables, and what is no request at all. */
static bool is_kept(const struct host_block *b)
{
	return b->early || b->kind == LINUX_NONE || b->kind == LINUX_TABLE;
}

/**
 * host_exit - the end of an instance
 * @in: the instance
 * @kept: size of one piece of metadata that stays for ever, or 0
 *
 * If it was shut down as it should, what it holds beyond what stays for ever is a leak, and is left
 * in the ledger of the world.  A dead one gives back everything.
 */
void host_exit(struct host_instance *in, size_t kept)
{
	const struct pcpu_env *env = &in->w->env;
	struct host_block *next;

	for (struct host_block *b = in->blocks->next; b != in->blocks; b = next) {
		bool once = b->kind == LINUX_META && kept && b->size == kept;

		next = b->next;
		if (once)
			kept = 0;
		if (once || is_kept(b) || in->dead)
			env->meta_free(env->ctx, b);
	}
	env->meta_free(env->ctx, in->blocks);
	env->meta_free(env->ctx, in->log);
	free(in->early);
	free(in->state);
	if (current == in)
		current = NULL;
}

void *host_meta_alloc(enum linux_kind kind, unsigned long size)
{
	const struct pcpu_env *env = &current->w->env;
	struct host_block *b;

	if (size > SIZE_MAX - sizeof(*b))
		return NULL;
	b = env->meta_alloc(env->ctx, (enum pcpu_fault)kind, sizeof(*b) + size);
	if (!b)
		return NULL;
	b->kind = kind;
	b->early = current->booting;
	b->size = size;
	b->next = current->blocks;
	b->prev = current->blocks->prev;
	b->next->prev = b;
	b->prev->next = b;
	return b + 1;
}

void host_meta_free(void *p)
{
	const struct pcpu_env *env = &current->w->env;
	struct host_block *b = p;

	if (!p)
		return;
	b--;
	b->next->prev = b->prev;
	b->prev->next = b->next;
	env->meta_free(env->ctx, b);
}

unsigned int host_frame_alloc(unsigned int node, enum linux_owner owner)
{
	const struct pcpu_env *env = &current->w->env;

	return env->frame_alloc(env->ctx, node, (enum pcpu_owner)owner);
}

void host_frame_free(unsigned int frame)
{
	current->w->env.frame_free(current->w->env.ctx, frame);
}

unsigned char *host_frame_data(unsigned int frame)
{
	return current->w->env.frame_data(current->w->env.ctx, frame);
}

unsigned long long host_frame_phys(unsigned int frame)
{
	return current->w->env.frame_phys(current->w->env.ctx, frame);
}

int host_may_map(void)
{
	return current->w->env.may_map(current->w->env.ctx);
}

int host_may_lock(void)
{
	const struct pcpu_env *env = &current->w->env;

	return !env->may_lock || env->may_lock(env->ctx);
}

void host_pte_set(unsigned long addr, unsigned int frame)
{
	current->w->env.pte_set(current->w->env.ctx, addr, frame);
}

void host_tlb_flush(unsigned long start, unsigned long end)
{
	current->w->env.tlb_flush(current->w->env.ctx, start, end);
}

/* Room for one more piece of boot memory. */
static struct host_piece *new_piece(struct host_instance *in, unsigned int at)
{
	unsigned int nr = in->nr_early++;

	/* twice as many whenever it is full */
	if (!(nr & (nr - 1)))
		in->early = must(realloc(in->early, (2 * nr + 1) * sizeof(*in->early)));
	memmove(in->early + at + 1, in->early + at, (nr - at) * sizeof(*in->early));
	return in->early + at;
}

unsigned long host_boot_alloc(unsigned int node, unsigned long size, unsigned long align)
{
	const struct pcpu_env *env = &current->w->env;
	uint64_t addr = env->boot_alloc(env->ctx, node, size, align);

	if (addr)
		*new_piece(current, current->nr_early) = (struct host_piece){ addr, size };
	return (unsigned long)addr;
}

void host_boot_free(unsigned long addr, unsigned long size)
{
	struct host_instance *in = current;

	in->w->env.boot_free(in->w->env.ctx, addr, size);
	for (unsigned int i = in->nr_early; i--;) {
		struct host_piece *p = in->early + i;
		uint64_t front = addr - p->addr, back = p->size - front - size;

		if (addr < p->addr || front >= p->size || size > p->size - front)
			continue;
		if (front && back)
			*new_piece(in, i + 1) = (struct host_piece){ addr + size, back };
		p = in->early + i;
		if (front) {
			p->size = front;
		} else if (back) {
			*p = (struct host_piece){ addr + size, back };
		} else {
			memmove(p, p + 1, (--in->nr_early - i) * sizeof(*p));
		}
		return;
	}
}

unsigned char *host_boot_data(unsigned long addr)
{
	return current->w->env.boot_data(current->w->env.ctx, addr);
}

unsigned int host_boot_frame(unsigned long addr)
{
	return current->w->env.boot_frame(current->w->env.ctx, addr);
}

unsigned long host_block_alloc(unsigned int order)
{
	return (unsigned long)current->w->env.block_alloc(current->w->env.ctx, order);
}

void host_block_free(unsigned long addr, unsigned int order)
{
	current->w->env.block_free(current->w->env.ctx, addr, order);
}

unsigned int host_distance(unsigned int from, unsigned int to)
{
	const struct machine *m = current->m;

	return machine_is_near(m, m->node[from], m->node[to]) ? BOOT_LOCAL_DISTANCE :
								2 * BOOT_LOCAL_DISTANCE;
}

void host_printk(const char *fmt, ...)
{
	struct host_instance *in = current;
	size_t room = BOOT_LOG_SIZE - in->log_used;
	va_list ap;
	int n;

	if (!in->booting)
		return;
	va_start(ap, fmt);
	n = vsnprintf(in->log + in->log_used, room, fmt, ap);
	va_end(ap);
	in->log_used += (size_t)n < room ? (size_t)n : room - 1;
}

void host_trouble(enum linux_trouble trouble, const char *fmt, ...)
{
	const struct pcpu_env *env = &current->w->env;
	char what[200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	if (trouble == LINUX_TROUBLE_WARN && current->freeing) {
		current->refused = true;
		return;
	}
	if (env->trouble)
		env->trouble(env->ctx, (enum pcpu_trouble)trouble, what);
	if (trouble == LINUX_TROUBLE_BUG)
		longjmp(host_bug, 1);
}
