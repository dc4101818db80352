#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test_subjects.sh - subjects by name, lockstep, and what is known of versions, with the plugins of
# tests/plugin.c; no kernel is needed.
#
# Usage: test_subjects.sh PCPUFUZZ, in the source folder.
set -u

# shellcheck source=tests/tool-lib.sh
. "$(dirname "$(realpath "$0")")/tool-lib.sh"
plugins=$(dirname "$tool")/tests/subjects
copy=$plugins/copy.so
like=$plugins/linux-like.so
unset PCPUFUZZ_SUBJECT PCPUFUZZ_PLUGIN_QUIRKS

says() {
	ok "output has '$1'" grep -q -- "$1" "$tmp/out"
}

# The one line on stderr begins with the tool's name and has $1, literally.
complains() {
	ok "one line on stderr" [ "$(wc -l <"$tmp/err")" -eq 1 ]
	ok "stderr has '$1'" grep -qF -- "$1" "$tmp/err"
}

# What cannot be had.
exits 2 run --subject linux-6.1x corpus/basic
complains "/subjects/linux-6.1x.so; build it with scripts/kernel 6.1x"
exits 2 run --subject linux-patched corpus/basic
complains "build it with scripts/kernel SOURCE --name patched"
exits 2 run --subject nonsense corpus/basic
complains "expected ours, linux-VERSION, or the path of a shared object"
exits 2 run --subject "$tmp/none.so" corpus/basic
complains "there is no $tmp/none.so"
exits 2 run --subject "$plugins/foreign.so" corpus/basic
complains "was built for another state of pcpufuzz"
echo "no shared object" >"$tmp/text.so"
exits 2 run --subject "$tmp/text.so" corpus/basic
complains "cannot be loaded"
exits 2 run --subject "$plugins/nothing.so" corpus/basic
complains "does not export pcpufuzz_subject"
for list in ours,ours "$copy,$copy" ",ours" "ours," "ours,,$copy" "ours,$copy,$like,$copy"; do
	exits 2 run --subject "$list" corpus/basic
	complains "--subject"
done
for command in show gen convert; do
	exits 2 "$command" --subject nonsense
	complains "--subject nonsense"
	exits 2 "$command" --subject
	complains "--subject: expected a value"
done
exits 2 run --policy linux-x corpus/basic
complains "--policy: expected"
exits 2 run --quirk search-length corpus/basic
complains "--quirk: expected"

# By name, beside the executable.
mkdir "$tmp/subjects"
cp "$tool" "$tmp/pcpufuzz"
cp "$copy" "$tmp/subjects/linux-patched.so"
last="a copy of the tool"
"$tmp/pcpufuzz" run --subject linux-patched corpus/basic >"$tmp/out" 2>"$tmp/err"
ok "found beside the executable" [ $? -eq 0 ]

# One subject, and in lockstep with its copy.  With sanitizers less of it is as good.
all=corpus
count=300
if [ "${PCPUFUZZ_SANITIZED:-}" ]; then
	all=corpus/basic
	count=60
fi
exits 0 run --subject ours "$all"
mv "$tmp/out" "$tmp/ours"
exits 0 run "$all"
ok "ours is the default" cmp -s "$tmp/ours" "$tmp/out"
exits 0 run --subject "$copy" "$all"
ok "the copy does as many ops" cmp -s "$tmp/ours" "$tmp/out"
exits 0 run --print "$all"
mv "$tmp/out" "$tmp/ours"
exits 0 run --print --subject "$copy" "$all"
ok "the copy does the same" cmp -s "$tmp/ours" "$tmp/out"
exits 0 run --print --subject "ours,$copy" "$all"
ok "in lockstep too" cmp -s "$tmp/ours" "$tmp/out"
exits 0 run --full --subject "$copy,ours" "$all"
says ' 0 findings, [1-9][0-9]* ops compared$'
targets=$(sed -n 's/^TARGET(\([a-z0-9_]*\),.*/\1/p' targets/targets.def)
for target in $targets; do
	exits 0 gen --run --subject "ours,$copy" --count "$count" --seed 4 --target "$target"
	says "^$count programs, .* 0 findings, [1-9][0-9]* ops compared\$"
done
exits 0 gen --run --subject "ours,$copy,$like" --count 100
says '^100 programs, .* 0 findings'

# A Linux is tolerated as its version, and ours decides like it.
exits 0 run --subject "$like" corpus
exits 0 run --subject "ours,$like" corpus
says ' programs parted for a known error'
exits 1 run --strict --subject "$like" corpus/basic/tour.pcpu
says '^subject: linux-like$'
says '^rule:    chunk_edges '
exits 1 run --policy contract --subject "ours,$like" corpus/basic/tour.pcpu
says '^rule:    lockstep (lockstep): '
says '^verdict: ours: keeps the contract$'
says '^verdict: linux-like: breaks chunk_edges (metadata) at the start, known as chunk-edges: '
says "^reproduce: .* run --policy contract --subject ours,$like corpus/basic/tour.pcpu\$"
says '^ASSERTION FAILED: pcpu divergence FuzzerHash=lockstep.start$'

# Each quirk of one subject that the other has not is found on its witness.
export PCPUFUZZ_PLUGIN_QUIRKS=none
while read -r quirk _; do
	witness=corpus/quirks/$quirk.pcpu
	if [ "$quirk" = bad-free ]; then # not issued to what is known to accept it
		exits 1 run --quirk "$quirk" --strict --subject "ours,$like" "$witness"
		continue
	fi
	exits 1 run --quirk "$quirk" --tolerate linux-6.1 --subject "ours,$like" "$witness"
	if [ "$quirk" = map-unwind ]; then # the model follows what is tolerated
		says '^subject: linux-like$'
		continue
	fi
	exits 0 run --policy contract --subject "ours,$like" "$witness"
	exits 1 run --quirk "$quirk" --tolerate linux-6.1 --subject "ours,$like" "$witness"
	says '^rule:    lockstep '
	says "^verdict: ours: breaks .*, known as .*$quirk"
	says '^verdict: linux-like: keeps the contract$'
	PCPUFUZZ_PLUGIN_QUIRKS=$quirk exits 0 run --quirk "$quirk" --tolerate "$quirk" --subject "ours,$like" "$witness"
done < <("$tool" list quirks | grep ' breaks ')
unset PCPUFUZZ_PLUGIN_QUIRKS

# Neither is wrong: a difference that the contract leaves open is test_rules' business.  Both may
# be wrong in the same way, which no lockstep can see, but each one's oracle does.
exits 1 run --policy linux-6.1 --strict --subject "ours,$like" corpus/basic/tour.pcpu
says '^subject: ours$'

# Versions.
count() { # POLICY: how many of the quirks' witnesses break a rule
	local n=0 witness

	for witness in corpus/quirks/*.pcpu; do
		"$tool" run --policy "$1" "$witness" >"$tmp/out" 2>&1 || n=$((n + 1))
	done
	last="run --policy $1"
	echo "$n"
}
ok "all quirks in 6.1" [ "$(count linux-6.1)" -eq 8 ]
exits 0 run --policy contract corpus/quirks
exits 1 run --policy linux-6.9 --tolerate linux-6.12 corpus/quirks/map-unwind.pcpu
exits 0 run --policy linux-6.10 corpus/basic/sparse-cpus.pcpu --tolerate linux-6.10
exits 0 run --policy linux-6.12 --tolerate linux-6.12 corpus
exits 0 run --policy linux-4.19 --tolerate linux-4.19 corpus
exits 0 list known
says '^map-unwind .* since 2.6.31 until 6.9 '
says '^search-length breaks vm_lowest .* corpus/upstream/search-length.pcpu$'
while read -r witness; do
	ok "$witness is there" [ -e "$witness" ]
done < <(grep -o 'corpus/[^ ]*\.pcpu$' "$tmp/out")

# The witnesses of what is known, and what becomes of them when a kernel gets better.
known() { # STATUS
	local status=0

	last="tests/test_known.sh"
	tests/test_known.sh "$tmp/pcpufuzz" >"$tmp/out" 2>"$tmp/err" || status=$?
	ok "exit $1 of: $last (was $status)" [ "$status" -eq "$1" ]
}

known 0
says '^skipped: 15 known errors, as no kernel is built in '
cp "$like" "$tmp/subjects/linux-6.1.so"
known 0
says '^24 passed, 0 failed, 0 skipped$'
PCPUFUZZ_PLUGIN_QUIRKS=chunk-edges,scan-equal,scan-same,hint-lag,scan-promote,map-unwind,bad-free,size-wrap known 1
says '^FAILED: free-end has expired: '
says '^FAILED: search-length has expired: '
says ', 2 failed, 0 skipped$'

# What a subject cannot be or does not offer.
wide=$tmp/wide.pcpu
printf 'pcpu-program 1\nmachine cpus=80 page=256 unit_pages=4 static=20 reserved=0 dyn=300 vm_pages=640 frames=640\nr0 = alloc size=8 align=4\n' >"$wide"
exits 0 run "$wide"
exits 2 run --subject "$like" "$wide"
complains "$wide: not applicable to linux-like: it has more than 64 CPUs"
exits 2 show --subject "ours,$like" "$wide"
complains "$wide: not applicable to linux-like: it has more than 64 CPUs"
exits 0 run --subject "ours,$like" "$wide" corpus/basic/tour.pcpu
says "^$wide: not applicable to linux-like: it has more than 64 CPUs\$"
says '^1 programs, .* 1 not applicable'
exits 2 run --subject "$like" "$wide" "$wide"
exits 0 convert --bytes -o "$tmp/wide" "$wide"
exits 0 run --subject "$like" "$tmp/wide" # from an engine: the nearest machine
exits 0 convert --text --subject "$like" "$tmp/wide"
says '^machine cpus=2 '
cat >"$tmp/offers.pcpu" <<'END'
pcpu-program 1
machine cpus=2 page=4096 unit_pages=8 static=20 reserved=0 dyn=300 vm_pages=640 frames=640
v0 = vmalloc size=65536 node=0
v1 = vmalloc size=65537 node=0
write v1 seed=3
vmallocinfo
vfree v1
END
exits 0 show --subject "ours,$like" "$tmp/offers.pcpu"
says '^ *0  v0 = vmalloc size=0x10000 .*# 0x8'
says '^ *1  v1 = vmalloc size=0x10001 .*# not run (not offered by linux-like)$'
says '^ *3  vmallocinfo .*# not run (not offered by linux-like)$'
exits 0 run --subject "ours,$like" "$tmp/offers.pcpu"
says ' 2 ops not offered'

# Fuzz targets, where they are built.
fuzzer=$(dirname "$tool")/pcpu_fuzzer
if [ -x "$fuzzer" ]; then
	target() { # SUBJECTS ARGUMENT...
		last="PCPUFUZZ_SUBJECT=$1 pcpu_fuzzer"
		PCPUFUZZ_SUBJECT=$1 PCPUFUZZ_STATS=$tmp/stats "$fuzzer" -artifact_prefix="$tmp/" \
			"${@:2}" >"$tmp/out" 2>"$tmp/err" </dev/null
	}
	target nonsense -runs=1
	ok "exit 2 if there is no such subject" [ $? -eq 2 ]
	complains "PCPUFUZZ_SUBJECT: --subject nonsense: "
	target "ours,$like" -runs=200 -seed=1
	ok "clean in lockstep" [ $? -eq 0 ]
	ok "they were compared" grep -q '^compared [1-9]' "$tmp/stats"
	PCPUFUZZ_PLUGIN_QUIRKS=none target "ours,$like" -runs=200 -seed=1
	ok "a difference ends it" [ $? -ne 0 ]
	mv "$tmp/err" "$tmp/out"
	says '^verdict: linux-like: keeps the contract$'
	says '^reproduce: pcpufuzz run --target pcpu --subject ours,.*/linux-like.so FILE$'
	says '^ASSERTION FAILED: pcpu divergence FuzzerHash=lockstep\.'
fi

# Long runs can be taken up again.
exits 0 gen --run --subject "ours,$copy" --total-ops 3000 --seed 11
says '; to go on: --seed 0x[0-9a-f]*$'
seed=$(sed -n 's/.*--seed //p' "$tmp/out")
first=$(sed -n 's/^\([0-9]*\) programs.*/\1/p' "$tmp/out")
exits 0 gen --count "$((first + 1))" --seed 11
awk -v n="$first" 'NF { k += /^pcpu-program/ } k > n' "$tmp/out" >"$tmp/next"
exits 0 gen --count 1 --seed "$seed"
ok "the seed goes on where the run ended" cmp -s "$tmp/next" "$tmp/out"
exits 2 gen --total-ops 100
complains "gen: --total-ops: expected with --run"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
