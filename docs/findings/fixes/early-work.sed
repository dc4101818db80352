# SPDX-License-Identifier: GPL-2.0-only
# mm/percpu.c: whether empty pages run short is asked when the new object's pages are populated.
/^area_found:/,/spin_unlock_irqrestore/ {
	/pcpu_nr_empty_pop_pages/ {
		N
		h
		d
	}
}
/clear the areas/ {
	i\
	spin_lock_irqsave(&pcpu_lock, flags);
	x
	p
	x
	i\
	spin_unlock_irqrestore(&pcpu_lock, flags);\

}
