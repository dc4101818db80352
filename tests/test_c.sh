#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test_c.sh - programs of findings as C programs: with plain cc they show the same, and without the
# error nothing.
#
# Usage: test_c.sh PCPUFUZZ, in the source folder.  Skipped without a C compiler.
set -u

command -v cc >/dev/null || exit 77

# shellcheck source=tests/tool-lib.sh
. "$(dirname "$(realpath "$0")")/tool-lib.sh"
subjects=$(dirname "$tool")/tests/subjects

complains() {
	ok "one line on stderr" [ "$(wc -l <"$tmp/err")" -eq 1 ]
	ok "stderr has 'pcpufuzz: $1'" grep -qF -- "pcpufuzz: $1" "$tmp/err"
}

# The allocator and the oracle once, as they are the same for all.
mkdir "$tmp/objects"
for source in impl/*.c oracle/*.c; do
	cc -c -o "$tmp/objects/$(basename "$source").o" "$source" || exit 1
done

# builds NAME FLAG...: $tmp/c.c into $tmp/NAME
builds() {
	local name=$1

	shift
	last="cc $name $*"
	: >"$tmp/out"
	cc -Wall -Wextra -Werror "$@" -I. -o "$tmp/$name" "$tmp/c.c" "$tmp"/objects/*.o -ldl \
		2>"$tmp/err"
	ok "compiles without a warning" [ $? -eq 0 ]
}

# runs STATUS PROGRAM [ARGUMENT]
runs() {
	local want=$1

	shift
	last="$*"
	status=0
	"$@" >"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
	ok "exit $want of: $last (was $status)" [ "$status" -eq "$want" ]
}

# shows PROGRAM OPTION...: as the tool does, to the last number
: >"$tmp/all.c"
shows() {
	local file=$1 key found

	shift
	exits 1 run "$@" "$file"
	key=$(sed -n 's/^.* FuzzerHash=//p' "$tmp/out")
	found=$(grep '^found: ' "$tmp/out")
	exits 0 c "$@" -o "$tmp/c.c" "$file"
	ok "nothing on standard output" [ ! -s "$tmp/out" ]
	cat "$tmp/c.c" >>"$tmp/all.c"
	builds with
	runs 1 "$tmp/with"
	ok "$file: the key $key" grep -qxF "ASSERTION FAILED: pcpu divergence FuzzerHash=$key" \
		"$tmp/out"
	ok "$file: $found" grep -qxF "$found" "$tmp/out"
	ok "$file: no other finding" [ -z "$(grep '^note: ' "$tmp/out")" ]
}

# Each quirk: its witness; without the quirk it is clean.
while read -r quirk _; do
	shows "corpus/quirks/$quirk.pcpu" --quirk "$quirk"
	builds without -DQUIRKS=0
	runs 0 "$tmp/without"
	ok "$quirk: clean without it" grep -qx clean "$tmp/out"
done < <("$tool" list quirks | grep ' breaks ')

# Every kind of op and of machine, behind which a quirk shows.
for target in pcpu vm boot; do
	for seed in 1 2 3 4 5 6 7 8; do
		"$tool" gen --target "$target" --ops 300 --seed "$seed" >"$tmp/long.pcpu"
		"$tool" run --full --quirk map-unwind --quirk bad-free "$tmp/long.pcpu" \
			>/dev/null 2>&1 || shows "$tmp/long.pcpu" --quirk map-unwind \
			--quirk bad-free --full
	done
done
cat >"$tmp/ops.pcpu" <<'END'
pcpu-program 1
machine cpus=0,2-3 page=256 unit_pages=4 static=20 reserved=64 dyn=300 vm_pages=64 frames=64 va=32 first=embed atom=1024 nodes=2 node=0,1,0 near=0>1,1>0 bases=1:0x20000000
r0 = alloc size=24 align=8 reserved
r1 = alloc size=1000 align=4 noio (fail page 2)
write r0 seed=7
verify r0
phys r0+4 cpu=1
populate chunk=2 pages=0..2
depopulate chunk=2 pages=0..2
v0 = get_vm_area size=1000 ioremap range=0..4096
v1 = vmalloc size=600 node=1
write v1 seed=3
verify v1
find_vm_area v1
vmallocinfo
g0 = get_vm_areas align=256 0+512 4096+256
g1 = get_vm_areas align=256
g2 = get_vm_areas align=256 0+256
free_vm_areas g0
find_vm_area g2
boot embed static=100 reserved=0 dyn=900 unit=1024 atom=4096
remove_vm_area v0
vfree v1
vfree null
purge
balance
free null
free r0
free r0
END
shows "$tmp/ops.pcpu" --quirk bad-free
builds without -DQUIRKS=0
runs 0 "$tmp/without"
while read -r line; do
	name=$(sed -n 's/^\(.. = \)\?\([a-z_]*\).*/\2/p' <<<"${line#rN = }")
	ok "the op $name is in one of them" grep -q "op_$name(" "$tmp/all.c"
done < <("$tool" list ops | sed -n 's/^\(\([rvg]N = \)\?[a-z_]*\).*/\1/p' | sed 's/^[rvg]N = //')

# The command in the head is that of the acceptance: nothing but cc, impl/ and oracle/.
exits 0 c --quirk free-end corpus/quirks/free-end.pcpu
cp "$tmp/out" "$tmp/repro.c"
command=$(sed -n "s,^//\tcc \(.*\) -o repro repro.c \(.*\) && ./repro$,cc \1 -o $tmp/repro $tmp/repro.c \2,p" \
	"$tmp/repro.c")
ok "a command in the head" [ -n "$command" ]
eval "$command"
runs 1 "$tmp/repro"
ok "the rule" grep -q '^ASSERTION FAILED: .* FuzzerHash=chunk_hint_under.free$' "$tmp/out"

# Shared objects; those of a lane with sanitizers cannot be loaded by others.
printf '%s\n' 'pcpu-program 1' \
	'machine cpus=1 page=256 unit_pages=4 static=20 reserved=0 dyn=300 vm_pages=64 frames=64' \
	'r0 = alloc size=64 align=8' 'free r0' 'free r0' >"$tmp/twice.pcpu"
like=$subjects/linux-like.so

# A rule that is left out is so in the C program too, and so is what is tolerated.
shows "$tmp/twice.pcpu" --quirk bad-free --quirk chunk-edges --without-rule chunk_edges
shows "$tmp/twice.pcpu" --quirk bad-free --quirk chunk-edges --tolerate chunk-edges

export PCPUFUZZ_PLUGIN_QUIRKS=bad-free
exits 0 c --subject "$like" --strict -o "$tmp/c.c" "$tmp/twice.pcpu"
ok "its path is in it" grep -q '^#define REPRO_SUBJECT ".*/linux-like.so"$' "$tmp/c.c"
if ! nm -D "$like" | grep -q -e __asan_ -e __msan_ -e __ubsan_; then
	builds subject
	runs 1 "$tmp/subject" "$like"
	ok "the rule" grep -q '^ASSERTION FAILED: .* FuzzerHash=bad_free.free$' "$tmp/out"
	runs 0 "$tmp/subject" "$subjects/copy.so"
	for other in nothing foreign none; do
		runs 2 "$tmp/subject" "$subjects/$other.so"
		ok "one line about $other.so" [ "$(wc -l <"$tmp/err")" -eq 1 ]
	done
fi

# Findings of which the process dies, or hangs.
sed -e '$d' "$tmp/twice.pcpu" >"$tmp/info.pcpu"
cp "$tmp/info.pcpu" "$tmp/purge.pcpu"
printf 'balance\nvmallocinfo\nr1 = alloc size=8 align=4\n' >>"$tmp/info.pcpu"
printf 'r1 = alloc size=8 align=4\npurge\n' >>"$tmp/purge.pcpu"
deadly=$subjects/deadly.so
exits 0 min --subject "$deadly" -o "$tmp/small.pcpu" "$tmp/info.pcpu"
ok "how it dies" grep -qx '# finding: signal-6.vmallocinfo' "$tmp/small.pcpu"
ok "one op is left" [ "$(grep -vc -e '^#' -e '^pcpu-' -e '^machine' "$tmp/small.pcpu")" -eq 1 ]
exits 0 c --subject "$deadly" -o "$tmp/c.c" "$tmp/small.pcpu"
ok "said so" grep -qx '// found:   the process dies of it: signal-6' "$tmp/c.c"
exits 0 min --subject "$deadly" -o "$tmp/small.pcpu" "$tmp/purge.pcpu"
ok "that it hangs" grep -qx '# finding: hang.purge' "$tmp/small.pcpu"
ok "one op is left" [ "$(grep -vc -e '^#' -e '^pcpu-' -e '^machine' "$tmp/small.pcpu")" -eq 1 ]

# Errors.
exits 2 c corpus/quirks/free-end.pcpu
complains "corpus/quirks/free-end.pcpu: expected a program with a finding; it is clean"
exits 2 c
complains "c: expected a file"
exits 2 c a b
complains "c: expected one file"
exits 2 c --magic corpus/quirks/free-end.pcpu
complains "c: unknown option '--magic'"
exits 2 c "$tmp/none"
complains "$tmp/none: "
exits 2 c --subject "ours,$like" corpus/quirks/free-end.pcpu
complains "c: --subject: expected one"
exits 2 c --quirk free-end -o "$tmp/no/such" corpus/quirks/free-end.pcpu
complains "$tmp/no/such: "
printf 'pcpu-program 1\nmagic\n' >"$tmp/bad.pcpu"
exits 2 c "$tmp/bad.pcpu"
complains "$tmp/bad.pcpu:2:"
exits 0 c --help
ok "help" grep -q '^pcpufuzz c ' "$tmp/out"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
