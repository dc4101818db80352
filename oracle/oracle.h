/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * oracle.h - drives a subject through ops and holds everything it does against the truth.
 *
 * One oracle per subject.  After the first finding an oracle refuses to go on.  Does not know
 * programs or handles: targets/exec does.
 *
 * Rules can be left out (@rules_off of the world), to see which errors only they catch.  Then their
 * checks count as passed, and what they are about is taken from the subject, as an oracle would
 * that never had them; see believe.c.
 */
#ifndef ORACLE_H
#define ORACLE_H

#include "known.h"
#include "model.h"
#include "rules.h"
#include "../impl/pcpu.h"

/**
 * enum reason - why a request was not served
 */
enum reason {
	REASON_OK,
	REASON_BAD_REQUEST,
	REASON_RESERVED_FULL,
	REASON_NOT_POPULATED,
	REASON_CHUNK_FAULT,
	REASON_META_FAULT,
	REASON_AREA_FAULT,
	REASON_NO_WINDOW,
	REASON_PAGE_FAULT,
	REASON_NO_FRAMES,
	REASON_MAP_FAULT,
	REASON_MAP_STALE,
	REASON_TABLE_FAULT,
	REASON_BAD_FREE,
	REASON_BAD_FREE_NOT_ISSUED,
	REASON_IMMUTABLE,
	REASON_PAGE_RANGE,
	REASON_NO_AREA,
	REASON_BOOT_MEMORY,
	REASON_BOOT_REFUSED,
	REASON_DOWN,
	REASON_NOT_OFFERED,
	REASON_NOTHING,
	REASON_NO_BLOCK,
	REASON_KILLED,
	REASON_WRAP_NOT_ISSUED,
	REASON_NR,
};

extern const char *const reason_texts[REASON_NR];

/**
 * struct finding - a rule that was broken
 * @rule:  which
 * @what:  one line with expected and actual
 * @chunk: name of the chunk it is about, or empty
 * @from:  first unit that differs, or -1
 * @to:    unit after the last
 */
struct finding {
	enum rule rule;
	char what[256];
	char chunk[12];
	int from, to;
};

/**
 * struct outcome - what an op came to
 * @reason: REASON_OK or why not
 * @ptr:    alloc: the address
 * @chunk:  name of the chunk concerned, or empty
 * @off:    byte offset in the unit
 * @by:     which subject does not offer it, if that is the reason
 */
struct outcome {
	enum reason reason;
	uint64_t ptr;
	char chunk[12];
	int off;
	const char *by;
};

/* Oracle flags. */
#define ORACLE_FULL 1u /* check everything after every op, not only what can have changed */
/*
 * Issue a free inside a live object also to what is known to accept it: it gives back the rest of
 * the object, and leaves no state that the model can have.  So it is the last op of a run.
 */
#define ORACLE_BAD_FREE 2u
#define ORACLE_EFFECTS 4u /* let hints be low or out of order: judge what comes of that */
/*
 * Of many chunks and areas, look after each op at those that it should have changed, and at all of
 * them in turn and at the end.  What else changed is found later; so whoever runs a program like
 * this and has a finding runs it again without, to learn what it is.
 */
#define ORACLE_NEAR 8u
#define ORACLE_NEAR_ALWAYS \
	16u /* with ORACLE_NEAR: also of few, and all only at the end: for tests */

/**
 * struct oracle - one oracle
 * @ops, @s:   the subject
 * @w:         its world
 * @m:         the truth
 * @tolerate:  known errors (bits 1 << PCPU_QUIRK_*, 1 << KNOWN_*) whose rules are not enforced as
 *             far as documented
 * @used:      those without a quirk that made the subject do otherwise than the contract says
 * @flags:     ORACLE_*
 * @times:     enum subject_flag: by what was documented at its time the subject is judged
 * @view:      the subject's internals after the last op
 * @shown:     the chunk of each entry of @view, once the lists were found to be right
 * @machine:   what it runs on
 * @boot:      what was foretold of booting, until that was checked
 * @early_cursor: page of a mapped first chunk that is looked at next
 * @down:      the machine did not boot, as foretold: nothing can be run on it
 * @over:      the run ends without any further check: a bad free was issued for ORACLE_BAD_FREE, or
 *             the model cannot follow what breaks a rule that is left out
 * @accepted:  it was not refused
 * @area, @area_capacity: scratch for check_areas()
 * @near:      only the chunks that are due are in @view
 * @skipped:   something was not looked at for ORACLE_NEAR
 * @near_left: how often that may still be so until all are looked at
 * @only:      their names
 * @area_cursor, @vmalloc_cursor: where areas and their contents are looked at next, if many
 * @failed:    a rule was broken
 * @finding:   which, valid if @failed
 * @checked:   how often each rule was checked
 * @nr_ops:    ops done, those included that free everything at the end
 * @chunk_cursor, @page_cursor: where the round robin over contents goes on
 * @static_want: what the static area of each CPU must hold
 * @static_data: where the end of it was found, NULL if not looked for
 * @static_as_of: how many changes of the world there had been then
 */
struct oracle {
	const struct subject_ops *ops;
	void *s;
	struct world *w;
	struct model m;
	unsigned int tolerate, used, flags, times;
	struct subject_view view;
	struct subject_chunk view_chunk[SUBJECT_MAX_CHUNKS];
	struct model_chunk *shown[SUBJECT_MAX_CHUNKS];
	void *only[SUBJECT_MAX_CHUNKS];
	const struct machine *machine;
	struct trial *boot;
	uint32_t early_cursor;
	bool down, over, accepted, near, skipped;
	unsigned int near_left;
	struct subject_area *area;
	unsigned int area_capacity, area_cursor, vmalloc_cursor;
	bool failed;
	struct finding finding;
	uint64_t checked[RULE_NR];
	uint64_t nr_ops;
	unsigned int chunk_cursor, page_cursor;
	uint8_t *static_want, **static_data;
	uint64_t static_as_of;
};

/* oracle.c */
bool oracle_init(struct oracle *o, const struct machine *machine, const struct subject_ops *ops,
		 struct world *w, unsigned int option, unsigned int tolerate, unsigned int flags);
void oracle_exit(struct oracle *o);
bool oracle_alloc(struct oracle *o, const struct alloc_args *args, struct outcome *out);
bool oracle_free(struct oracle *o, uint64_t ptr, struct outcome *out);
bool oracle_balance(struct oracle *o);
bool oracle_populate(struct oracle *o, unsigned int index, unsigned int from, unsigned int to,
		     bool on, struct outcome *out);
bool oracle_write(struct oracle *o, uint64_t ptr, uint32_t seed);
bool oracle_verify(struct oracle *o, uint64_t ptr);
bool oracle_end(struct oracle *o);
void oracle_init_first_unit(struct oracle *o);
void oracle_settle_free(struct model *m, struct model_chunk *c);

/**
 * struct area_set - congruent areas that the program took
 * @id:     the subject's name for them, NULL if they could not be had or were freed
 * @base:   their base
 * @nr:     how many
 * @offset: of each from the base
 */
struct area_set {
	void *id;
	uint64_t base;
	unsigned int nr;
	const uint64_t *offset;
};

/* oracle_vm.c */
bool oracle_get_vm_area(struct oracle *o, uint64_t size, bool ioremap, uint64_t from, uint64_t to,
			struct outcome *out);
bool oracle_vmalloc(struct oracle *o, uint64_t size, unsigned int node, struct outcome *out);
bool oracle_vfree(struct oracle *o, uint64_t addr, struct outcome *out);
bool oracle_remove_vm_area(struct oracle *o, uint64_t addr, struct outcome *out);
bool oracle_find_vm_area(struct oracle *o, uint64_t addr, struct outcome *out);
bool oracle_get_vm_areas(struct oracle *o, const uint64_t *offsets, const uint64_t *sizes,
			 unsigned int nr, uint64_t align, struct area_set *set,
			 struct outcome *out);
bool oracle_free_vm_areas(struct oracle *o, struct area_set *set);
bool oracle_purge(struct oracle *o);
bool oracle_vmallocinfo(struct oracle *o);
bool oracle_vm_access(struct oracle *o, uint64_t addr, bool write, uint32_t seed);
bool oracle_phys(struct oracle *o, uint64_t ptr, unsigned int cpu, struct outcome *out);
bool check_areas(struct oracle *o, bool everything);
bool check_vmallocs(struct oracle *o, bool everything);

/* oracle_boot.c */
void oracle_foretell_boot(struct oracle *o, struct layout *l);
bool oracle_early_page(struct oracle *o, uint32_t page);
bool oracle_check_boot(struct oracle *o);
void boot_forecast_drop(struct trial *boot);
bool oracle_boot(struct oracle *o, const struct boot_args *args, struct outcome *out);
struct boot_forecast;
void oracle_show_boot(const struct oracle *o, const struct boot_args *args, const uint32_t *faults,
		      enum pcpu_fault kind, uint32_t n,
		      void (*show)(void *ctx, const struct boot_forecast *f), void *ctx);

/* finding.c */
bool oracle_fail(struct oracle *o, enum rule rule, const struct model_chunk *c, int from, int to,
		 const char *fmt, ...) __attribute__((format(printf, 6, 7)));
bool oracle_stop(struct oracle *o);
bool oracle_leaves_out(const struct oracle *o, enum rule rule);
bool oracle_tolerates(const struct oracle *o, unsigned int known);

/*
 * Count a check; if @ok does not hold, record the finding and return false from the caller.  If the
 * rule is left out, the caller goes on as if it held.
 */
#define CHECK(o, rule, ok, c, from, to, ...)                                                 \
	do {                                                                                 \
		(o)->checked[RULE_##rule]++;                                                 \
		if (!(ok) && !oracle_fail((o), RULE_##rule, (c), (from), (to), __VA_ARGS__)) \
			return false;                                                        \
	} while (0)

/*
 * After each call of the subject: what it noticed by itself comes before all that follows from it,
 * and if it cannot go on, nothing more may be asked of it.
 */
#define CHECK_TROUBLE(o)                                             \
	do {                                                         \
		if ((o)->w->troubled)                                \
			return check_misuse(o);                      \
		if ((o)->w->dead) /* and that is left out, or not */ \
			return check_misuse(o) && oracle_stop(o);    \
	} while (0)

/* search_naive.c */
int search_chunk_naive(const struct model_chunk *c, int units, int align, bool populated_only);
struct model_chunk *search_naive(struct oracle *o, int bytes, int align, bool reserved, bool atomic,
				 int *unit);
bool fit_is_excused(const struct oracle *o, const struct model_chunk *c, int units, int align,
		    bool atomic);

/* pages_naive.c */
enum reason try_frame(struct budget *b, unsigned int *node);
enum reason try_create(struct oracle *o, struct budget *b, struct model_chunk **c);
void drop_chunk(struct model *m, struct budget *b, struct model_chunk *c);
enum reason try_populate_missing(struct oracle *o, struct budget *b, struct model_chunk *c,
				 int from, int to);
enum reason try_populate(struct oracle *o, struct budget *b, struct model_chunk *c, int from,
			 int to);

/* vm_forecast.c */
#define ORACLE_AREAS_MAX 256
void purge_naive(struct model *m);
enum reason try_area(struct oracle *o, struct budget *b, uint64_t size, uint64_t from, uint64_t to,
		     uint64_t tag, uint64_t *addr);
enum reason try_congruent(struct oracle *o, struct budget *b, const uint64_t *offsets,
			  const uint64_t *sizes, unsigned int nr, uint64_t align, uint64_t tag,
			  uint64_t *base);
enum reason try_vmalloc(struct oracle *o, struct budget *b, uint64_t size, unsigned int node,
			uint64_t *addr);
void vfree_naive(struct model *m, struct budget *b, struct model_vmalloc *v);
void vm_drop_chunk_naive(struct model *m, const struct model_chunk *c);

/* known_vm.c */
bool known_search_length(const struct oracle *o, uint64_t full, uint64_t align, bool ioremap,
			 uint64_t from, uint64_t to);
bool known_settle_area(struct oracle *o, uint64_t full, uint64_t align, uint64_t from, uint64_t to,
		       uint64_t tag, struct outcome *out);
bool known_size_wrap(const struct oracle *o, uint64_t size);

/* balance_naive.c */
void balance_naive(struct oracle *o, struct budget *b);
bool model_should_reclaim(struct model *m, const struct model_chunk *c);

/**
 * struct forecast - what must become of a request
 * @why: REASON_OK, or the reason for NULL
 * @c: the chunk, also that of a request whose pages could not be had; NULL if none fits
 * @unit: first unit
 * @units: size
 */
struct forecast {
	enum reason why;
	struct model_chunk *c;
	int unit, units;
};

/* believe.c */
bool believe_served(struct oracle *o, uint64_t ptr, struct forecast *f);
void believe_lists(struct oracle *o);
void believe_new_chunks(struct oracle *o);
bool believe_area(struct oracle *o, enum reason *why, uint64_t want, uint64_t got, uint64_t size,
		  uint64_t tag);
bool believe_areas(struct oracle *o, enum reason *why, uint64_t want, uint64_t got,
		   const uint64_t *offsets, const uint64_t *sizes, unsigned int nr);

/* look.c */
bool check_refresh_view(struct oracle *o);
bool check_refresh_whole_view(struct oracle *o);
bool look_misses(struct oracle *o, const struct model_chunk *want, const struct subject_chunk *got);
bool look_pairs(struct oracle *o);
void look_is_checked(struct oracle *o);

/* check.c */
bool check_misuse(struct oracle *o);
bool check_requests(struct oracle *o, const struct budget *b);
bool check_budget(struct oracle *o, const struct budget *b, const struct budget *got);
bool check_maps_naive(struct oracle *o, const struct model_chunk *c, const struct subject_chunk *v);
bool maps_are_right(const struct model_chunk *c, const struct subject_chunk *v);
bool check_hints_of(struct oracle *o, struct model_chunk *c);
bool check_state(struct oracle *o, bool everything);

/* check_hints.c */
bool check_block_hint(struct oracle *o, const struct model_chunk *c, int index,
		      const struct subject_md *md);
int least_chunk_hint(const struct oracle *o, const struct model_chunk *c);
bool check_chunk_hint(struct oracle *o, const struct model_chunk *c, const struct subject_md *md);

/* check_contents.c */
bool check_contents(struct oracle *o, bool everything);
bool check_pages(struct oracle *o, struct model_chunk *c);
bool check_object(struct oracle *o, struct model_chunk *c, int unit, int units);
bool check_zeroed(struct oracle *o, struct model_chunk *c, int unit, int units);
void shadow_zero(struct oracle *o, struct model_chunk *c, int unit, int units);
void pattern_fill(uint8_t *data, uint32_t seed, unsigned int cpu, uint32_t from, uint32_t nr);
void static_fill(uint8_t *data, uint32_t size, unsigned int cpu);
bool static_write(struct oracle *o);
bool check_static(struct oracle *o, bool everything);

#endif
