#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test_exhaust.sh - every small program is run: as many states as there are, the same each time, and
# errors are found by the shortest program that shows them.
#
# Usage: test_exhaust.sh PCPUFUZZ, in the source folder.
set -u

# shellcheck source=tests/tool-lib.sh
. "$(dirname "$(realpath "$0")")/tool-lib.sh"
like=$(dirname "$tool")/tests/subjects/linux-like.so

complains() {
	ok "one line on stderr" [ "$(wc -l <"$tmp/err")" -eq 1 ]
	ok "stderr has 'pcpufuzz: $1'" grep -qF -- "pcpufuzz: $1" "$tmp/err"
}

prints() { # LINE: the whole of it, or its beginning up to a comma
	ok "prints '$1'" grep -q -- "^$1\(,\|$\)" "$tmp/out"
}

# counts TEXT ARGUMENT...: a clean search that says so in its last line
counts() {
	local text=$1

	shift
	exits 0 exhaust "$@"
	prints "$text"
	ok "nothing on stderr" [ ! -s "$tmp/err" ]
}

# finds KEY OPS OPTION...: the first finding, by a program of so many ops
finds() {
	local key=$1 ops=$2

	shift 2
	exits 1 exhaust --ops 5 "$@"
	ok "finds $key" grep -q "^ASSERTION FAILED: pcpu divergence FuzzerHash=$key$" "$tmp/out"
	prints "stopped at a program of $ops ops: .*"
	sed -n '/^pcpu-program /,/^----/p' "$tmp/out" | grep -v '^----' >"$tmp/found.pcpu"
	ok "$ops ops" [ "$(grep -vc -e '^pcpu-program ' -e '^machine ' "$tmp/found.pcpu")" -eq "$ops" ]
	exits 1 run "$@" "$tmp/found.pcpu"
	ok "the program shows it" grep -q "FuzzerHash=$key$" "$tmp/out"
	exits 0 run "$tmp/found.pcpu"
}

# All of them, and the same again.  One more CPU has more faults, but no more states.
counts "all programs of up to 3 ops: 2008 states, 22942 programs" --ops 3
sed 's/, [0-9.]* s of CPU.*//; s/  *[0-9.]* s$//' "$tmp/out" >"$tmp/first"
exits 0 exhaust --ops 3
ok "the same again" cmp -s "$tmp/first" <(sed 's/, [0-9.]* s of CPU.*//; s/  *[0-9.]* s$//' "$tmp/out")
ok "a line for each level" [ "$(grep -c '^ [0-3] ops: ' "$tmp/out")" -eq 4 ]
counts "all programs of up to 3 ops: 2008 states, 29048 programs" --ops 3 --cpus 2
counts "all programs of up to 2 ops: 285 states, 1920 programs" --ops 2 --full
counts "all programs of up to 2 ops: 313 states, 2049 programs" --ops 2 --target pcpu_linux61

# Subjects that are not put back but run again come to the same.
counts "all programs of up to 2 ops: 313 states, 2049 programs" --ops 2 --subject "$like"
counts "all programs of up to 2 ops: 313 states, 2049 programs" --ops 2 --subject "ours,$like"

# It can fail: each quirk is an error if it is not tolerated.
finds chunk_hint_under.free 3 --quirk free-end
finds chunk_scan.end 1 --quirk hint-lag
finds chunk_scan.end 2 --quirk scan-equal
# a build with sanitizers takes minutes for programs of 5 ops, and shows no more
[ "${PCPUFUZZ_SANITIZED:-}" ] || finds chunk_scan.end 5 --quirk scan-same
finds frame_mapped.alloc 1 --quirk map-unwind
finds bad_free.free 2 --quirk bad-free
finds chunk_edges.start 0 --quirk chunk-edges
exits 1 exhaust --ops 3 --subject "ours,$like" --no-quirk scan-equal
ok "in lockstep" grep -q '^verdict: linux-like: breaks chunk_scan ' "$tmp/out"

# From a program: its machine, and its ops come first.
cat >"$tmp/from.pcpu" <<'END'
pcpu-program 1
machine cpus=1 page=256 unit_pages=2 static=64 reserved=0 dyn=256 vm_pages=4 frames=3
r0 = alloc size=4 align=256
r1 = alloc size=132 align=4
END
exits 1 exhaust --quirk free-end --from "$tmp/from.pcpu"
prints "stopped at a program of 1 ops: .*"
ok "finds it" grep -q "FuzzerHash=chunk_hint_under.free$" "$tmp/out"
ok "with the ops before" grep -qx "op:      2: free r0" "$tmp/out"
ok "how to see it again" grep -q "exhaust --quirk free-end --from $tmp/from.pcpu --ops 1$" "$tmp/out"
exits 0 exhaust --ops 1 --from "$tmp/from.pcpu"
printf 'pcpu-program 1\nmachine cpus=1 page=256 unit_pages=1 static=4 reserved=0 dyn=8 vm_pages=0 frames=0\n' \
	>"$tmp/closed.pcpu"
counts "longer programs come to no other states" --from "$tmp/closed.pcpu" --ops 20
printf 'pcpu-program 1\nmachine cpus=1 page=256 unit_pages=2 static=4 reserved=64 dyn=64 backing=km vm_pages=0 frames=4\n' \
	>"$tmp/km.pcpu"
exits 0 exhaust --ops 3 --from "$tmp/km.pcpu"
exits 0 exhaust --ops 1 --from corpus/quirks/free-end.pcpu

# What does not come to its end says how far it is.
counts "all programs of up to [1-7] ops: .*" --ops 8 --time 1
ok "how far" grep -q '^the time is over: of programs of [2-8] ops, those are done' "$tmp/out"
if [ ! "${PCPUFUZZ_SANITIZED:-}" ]; then
	counts "all programs of up to 4 ops: 32768 states" --ops 8 --memory 1
	ok "how far" grep -q '^the memory is over: of programs of 5 ops, those are done' "$tmp/out"
fi

# What is no search.
exits 0 exhaust --help
for option in --ops --cpus --from --time --memory --subject; do
	ok "help on $option" grep -q -- "^  $option " "$tmp/out"
done
exits 2 exhaust --ops 0
complains "exhaust: --ops: expected a number, 1 to 64"
exits 2 exhaust --cpus 3
complains "exhaust: --cpus: expected a number, 1 to 2"
exits 2 exhaust --time
complains "exhaust: --time: expected a number"
exits 2 exhaust --memory x
complains "exhaust: --memory: expected a number"
exits 2 exhaust --from
complains "exhaust: --from: expected a value"
exits 2 exhaust --from "$tmp/none"
complains "$tmp/none: "
exits 2 exhaust corpus
complains "exhaust: unknown option 'corpus'"
exits 2 exhaust --subject nothing
complains "--subject nothing: "
exits 2 exhaust --subject "$like" --from "$tmp/km.pcpu" --ops x
complains "exhaust: --ops: expected"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
