#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test_mutate.sh - scripts/mutate: its options, which mutants there are, and what comes of a few.
#
# Usage: test_mutate.sh PCPUFUZZ, in the source folder.  Skipped (77) without python3-clang.  Mutants
# are built out of the lane plain, so only there any are run.

set -u
# shellcheck source=tests/tool-lib.sh
. "$(dirname "$(realpath "$0")")/tool-lib.sh"

mutate() { # ARGUMENT... of scripts/mutate
	last="scripts/mutate $*"
	status=0
	scripts/mutate --no-setup --out "$tmp/work" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null ||
		status=$?
}

mutate_exits() { # STATUS ARGUMENT...
	local want=$1

	shift
	mutate "$@"
	ok "exit $want of: $last (was $status)" [ "$status" -eq "$want" ]
}

if ! /usr/bin/python3 -c 'from clang import cindex; cindex.Index.create()' 2>/dev/null ||
	! command -v clang >/dev/null; then
	echo "skipped: no python3-clang"
	exit 77
fi

mutate_exits 0 --help
ok "help names the options" grep -q -e --retry-survivors "$tmp/out"
for wrong in "--time x" "--time -1" "--sample 0" "--nonsense" "--file impl/no.c" \
	"--file impl/pgtable.c --class no" \
	"--file impl/pgtable.c --show 0000000000" "--md /nowhere/at/all.md" extra; do
	# shellcheck disable=SC2086 # an option and its value
	mutate_exits 2 $wrong
	ok "one line about $wrong" [ "$(wc -l <"$tmp/err")" -eq 1 ]
done

mutate_exits 0 --list
cp "$tmp/out" "$tmp/list"
ok "there are thousands" [ "$(wc -l <"$tmp/list")" -gt 4000 ]
ok "each has a key of its own" [ -z "$(cut -d ' ' -f 1 "$tmp/list" | sort | uniq -d)" ]
ok "none is in an assert" [ -z "$(grep -F 'assert(' "$tmp/list" | cut -d ' ' -f 5- | grep '^assert')" ]
mutate_exits 0 --list --sample 50 --seed 3
ok "a sample is a part of it" [ "$(grep -cxFf "$tmp/out" "$tmp/list")" -eq 50 ]
file=(--file impl/percpu-area.c)
mutate_exits 0 --list "${file[@]}"
grep -F ' impl/percpu-area.c:' "$tmp/list" >"$tmp/part"
ok "the list of a file is the same" cmp -s "$tmp/part" "$tmp/out"

key=$(sed -n 's/^\([0-9a-f]*\) .* mask_below mask -bit -> bit$/\1/p' "$tmp/list")
mutate_exits 0 --show "$key"
ok "its diff" grep -q '^+.*(bit % PCPU_WORD_BITS)' "$tmp/out"

if [ "$tool" = "$(realpath -m build/plain/pcpufuzz)" ]; then
	mapfile -t few < <(sed -n -e 's/ .* is_populated relational >= -> <$//p' \
		-e 's/ .* pcpu_free_area statement pcpu_hint_free(.* -> (nothing)$//p' \
		-e 's/ .* pcpu_free_area statement pcpu_bitmap_clear(.* -> (nothing)$//p' \
		-e 's/ .* pcpu_alloc_area arithmetic -= -> +=$//p' "$tmp/list" | sed 's/^/--key=/')
	mutate "${file[@]}" "${few[@]}"
	total=$(wc -l <"$tmp/work/results.jsonl")
	ok "all of a few are killed" grep -q "^$total killed of $total, 100.0 %" "$tmp/out"
	ok "which is success" [ "$status" -eq 0 ]
	ok "four" [ "$total" -eq 4 ]

	# a line that was being written when a run was killed
	head -c 100 "$tmp/work/results.jsonl" >"$tmp/torn"
	head -n 1 "$tmp/work/results.jsonl" >>"$tmp/work/first"
	cat "$tmp/work/first" "$tmp/torn" >"$tmp/work/results.jsonl"
	mutate_exits 0 "${file[@]}" "${few[@]}"
	ok "goes on from what is there" grep -q "^run: $((total - 1)) mutants" "$tmp/out"
	ok "with the same score" grep -q "^$total killed of $total, 100.0 %" "$tmp/out"

	# the two arguments of a minimum
	key=$(sed -n 's/ .* pcpu_free_area arguments chunk->md.first_free, bit_off -> .*//p' "$tmp/list")
	mutate_exits 0 --md "$tmp/table.md" "${file[@]}" --key "$key"
	ok "a compiler proves that one is equivalent" grep -q ' 1 proven equivalent' "$tmp/out"
	ok "tables in markdown" grep -q '^| file | counted |' "$tmp/table.md"
	ok "no temporary files stay" [ ! -e "$tmp/work/tmp" ]
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
