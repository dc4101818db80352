# SPDX-License-Identifier: GPL-2.0-only
# mm/percpu.c: whether empty pages run short is asked when the new object's pages are populated.
/^area_found:/,/spin_unlock_irqrestore/ {
	/pcpu_nr_empty_pop_pages < PCPU_EMPTY_POP_PAGES_LOW/ {
		N
		d
	}
}
/clear the areas and return address/ i\
	spin_lock_irqsave(&pcpu_lock, flags);\
	if (pcpu_nr_empty_pop_pages < PCPU_EMPTY_POP_PAGES_LOW)\
		pcpu_schedule_balance_work();\
	spin_unlock_irqrestore(&pcpu_lock, flags);\

