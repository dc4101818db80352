#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test_trace.sh - pcpufuzz trace on traces of real kernels, and on input that is no trace.
#
# usage: test_trace.sh PCPUFUZZ

set -u

(($# >= 1)) || {
	echo "usage: test_trace.sh PCPUFUZZ" >&2
	exit 2
}
tool=$(realpath "$1")
root=$(realpath "$(dirname "$0")/..")
corpus=$root/corpus/traces
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
passed=0
failed=0

ok() {
	passed=$((passed + 1))
	echo "ok    $1"
}

fail() {
	failed=$((failed + 1))
	echo "FAIL  $1"
	sed 's/^/      | /' "$tmp/out" "$tmp/err" | head -20
}

# run NAME STATUS [ARG]...: run the tool and see how it ends
run() {
	local name=$1 want=$2 got

	shift 2
	"$tool" trace "$@" >"$tmp/out" 2>"$tmp/err"
	got=$?
	if ((got == want)); then
		ok "$name"
		return 0
	fi
	fail "$name: exit code $got, expected $want"
	return 1
}

# says NAME FILE PATTERN: what the last run printed
says() {
	if grep -qE -- "$3" "$tmp/$2"; then
		ok "$1"
	else
		fail "$1: expected '$3'"
	fi
}

# bad NAME PATTERN FILE: exit code 2 and exactly one line, which names the file, the line and more
bad() {
	run "$1" 2 "$3" || return
	if (($(wc -l <"$tmp/err") == 1)); then
		says "$1: message" err "^pcpufuzz: $3:$2"
	else
		fail "$1: expected one line on stderr"
	fi
}

# The same again with one thing wrong; sed script in $2.
edit() {
	sed "$2" "$tmp/good.txt" >"$tmp/$1"
}

equal() {
	local name

	name=$(basename "$1")
	run "$name is equal" 0 "$1" || return
	case $name in
	*.ops.txt.xz) says "$name: snapshots" out 'snapshots compared 6 .* skipped 0' ;;
	*.tp.txt.xz) says "$name: says what it cannot do" out 'placement is not predicted' ;;
	esac
}

# real kernels
for trace in "$corpus"/*.ops.txt.xz "$corpus"/*.tp.txt.xz; do
	equal "$trace"
done
more=$root/../shared/traces
if [[ -d $more ]]; then
	for trace in "$more"/*.ops.txt.xz "$more"/*.tp.txt.xz; do
		[[ -e $trace && ! -e $corpus/$(basename "$trace") ]] && equal "$trace"
	done
else
	echo "note: ../shared/traces is not there, so only corpus/traces was replayed"
fi

# address space of real kernels
for trace in V-s4 W-s4-scale2; do
	run "$trace.vmap is equal" 0 "$corpus/$trace.vmap.txt.xz"
	says "$trace.vmap: snapshots" out 'snapshots compared 3'
	run "$trace vectors are equal" 0 "$corpus/$trace.state.tar.xz"
done
says "W-s4-scale2 vectors: all of them" out 'congruent compared 123, .* skipped 0'
run "V-s4.vmap again" 0 "$corpus/V-s4.vmap.txt.xz"
says "V-s4.vmap: no deviation" out 'areas 921, congruent 33, no room 0, upstream deviations 0'

xz -dc "$corpus/V-s4.vmap.txt.xz" >"$tmp/vmap.txt"
cp "$corpus/V-s4.state.tar.xz" "$tmp/v.state.tar.xz"
# vmap NAME LINE PATTERN SED: one thing wrong, so that it differs
vmap() {
	sed "$4" "$tmp/vmap.txt" >"$tmp/v.vmap.txt"
	run "$1" 1 "$tmp/v.vmap.txt" && says "$1: message" out "v.vmap.txt:$2: .*$3"
}
# the first line of a kind that is replayed, as lines before boot_done are not
first() {
	awk -v kind="$1" '$1 == kind && $2 > 843 { print NR; exit }' "$tmp/vmap.txt"
}
at=$(first V)
vmap "area elsewhere" "$at" 'expected 0x[0-9a-f]+, actual 0x[0-9a-f]+' \
	"${at}s/ ffffc9\\([0-9a-f]*\\) / ffffd0\\1 /"
vmap "area upon another" "$at" 'to be free, actual taken' \
	"${at}s/ ffffc9[0-9a-f]* / ffffc90000000000 /"
vmap "a missing area" '[0-9]+' 'expected' "${at}d"
at=$(first G)
vmap "congruent areas elsewhere" "$at" 'expected 0x.*-0x.*, actual 0x' \
	"${at}s/ ffffe8\\([0-9a-f]*\\) / ffffe7\\1 /"
vmap "congruent areas that did not fail" '[0-9]+' 'to fit nowhere, actual they always fitted' \
	"${at}d"
at=$(first h)
vmap "free of no congruent area" "$at" 'expected a live congruent area' \
	"${at}s/ ffff[0-9a-f]*\$/ ffffd00000000000/"
at=$(first l)
vmap "free of a part" "$at" 'expected' "${at}s/[0-9a-f]* \\([0-9a-f]*\\)\$/ffffc90000000000 \\1/"
at=$(awk '$2 > 843 && $1 == "V" { at[$5] = 1 } $1 == "l" && at[$5] { print NR; exit }' \
	"$tmp/vmap.txt")
vmap "purge of a live area" '[0-9]+' 'expected freed areas, actual the live one' "${at}d"
at=$(first U)
vmap "purge of what is free" "$at" 'to be taken, actual free' \
	"${at}s/[0-9a-f]* [0-9a-f]*\$/ffffd00000000000 ffffd00000001000/"
vmap "a missing purge" '[0-9]+' 'expected' "${at}d"

grep -v '^# snapshot fsinit' "$tmp/vmap.txt" >"$tmp/v.vmap.txt"
run "a stream without fsinit" 0 "$tmp/v.vmap.txt"
says "a stream without fsinit: begins later" out 'areas compared 833, .* snapshots compared 2'

vmap_bad() {
	sed "$3" "$tmp/vmap.txt" >"$tmp/v.vmap.txt"
	bad "$1" "$2" "$tmp/v.vmap.txt"
}
vmap_bad "unknown letter of a stream" "$at: expected one of the letters" "${at}s/^U/Y/"
vmap_bad "too few columns of a stream" "$at: expected 6 columns, found 5" "${at}s/ [0-9a-f]*\$//"
vmap_bad "no number in a stream" "$at: expected a hex number in column 5" \
	"${at}s/ ffff[0-9a-f]* / 0xyz /"
vmap_bad "ts going back in a stream" "$at: expected a time stamp" "${at}s/^U [0-9]*/U 3/"
at=$(first V)
vmap_bad "align no power of two in a stream" "$at: expected an alignment" \
	"${at}s/ [0-9a-f]* \\(ffff[0-9a-f]* ffff[0-9a-f]*\)\$/ 3000 \\1/"
at=$(first g)
vmap_bad "other groups" "$at: expected 1 areas aligned to 0x200000" "${at}s/ 1 200000/ 2 200000/"
vmap_bad "success of nothing" "[0-9]+: expected a line g of the same pid" "${at}d"
vmap_bad "no boot_done" "[0-9]+: expected a header line '# snapshot boot_done" \
	'/^# snapshot boot_done/d'
cp "$tmp/vmap.txt" "$tmp/lonely.vmap.txt"
bad "no archive" "[0-9]+: expected the start of the replay" "$tmp/lonely.vmap.txt"
bad "an archive without vectors" "1: expected an intact .tar.xz file with vec.jsonl" \
	"$corpus/A-s1.state.tar.xz"

mkdir "$tmp/vec"
tar -C "$tmp/vec" --strip-components=1 --force-local -xJf "$corpus/V-s4.state.tar.xz"
run "vec.jsonl" 0 "$tmp/vec/vec.jsonl"
says "vec.jsonl: all of it" out 'congruent compared 33,'
sed -i '7s/"res": \[\[18446718784[0-9]*/"res": [[18446718783000000512/' "$tmp/vec/vec.jsonl"
run "a vector differs" 1 "$tmp/vec/vec.jsonl"
says "a vector differs: message" out 'vec.jsonl:7: expected 0x.*-0x.*, actual 0x'
sed -i '7s/"res": [^a-z]*, "removed"/"res": null, "removed"/' "$tmp/vec/vec.jsonl"
run "a vector did not fail" 1 "$tmp/vec/vec.jsonl"
says "a vector did not fail: message" out 'vec.jsonl:7: expected no room, actual 0x'
sed -i '7s/"free": [^a-z]*, "retry"/"free": [[18446683600570023936, 18446683600570028032]], "retry"/' \
	"$tmp/vec/vec.jsonl"
run "a vector that fails" 0 "$tmp/vec/vec.jsonl"
says "a vector that fails: counted" out 'failures compared 1,'
sed -i '7s/.*/{"free": null, "res": null}/' "$tmp/vec/vec.jsonl"
run "a vector without a list" 0 "$tmp/vec/vec.jsonl"
says "a vector without a list: counted" out 'skipped 1$'
sed -i '9s/"free": \[\[1,/"free": [[1;/' "$tmp/vec/vec.jsonl"
bad "a wrong vector" "9: expected a line with the lists" "$tmp/vec/vec.jsonl"
rm "$tmp/vec/snap-boot_done.json"
bad "vectors without a snapshot" "1: expected a file snap-boot_done.json beside it" \
	"$tmp/vec/vec.jsonl"

# other subjects: ours once more, from a shared object, and a Linux that offers no steps
plugins=$(dirname "$tool")/tests/subjects
if [[ -e $plugins/copy.so ]]; then
	run "two subjects" 0 --subject "ours,$plugins/copy.so" "$corpus/C-s4.ops.txt.xz" \
		"$corpus/V-s4.vmap.txt.xz" "$corpus/V-s4.state.tar.xz"
	for subject in ours copy; do
		says "two subjects: $subject" out "C-s4.ops.txt.xz: equal on $subject\$"
		says "two subjects: $subject, address space" out "V-s4.vmap.txt.xz: equal on $subject\$"
		says "two subjects: total of $subject" out "^total on $subject: 3 files, events 52678,"
	done
	run "another subject without a quirk" 1 --subject "$plugins/copy.so" \
		--without scan-promote "$corpus/C-s4.ops.txt.xz"
	run "a subject without steps" 2 --subject "$plugins/linux-like.so" \
		"$corpus/A-s1.ops.txt.xz" "$corpus/V-s4.vmap.txt.xz"
	says "a subject without steps: message" err 'linux-like: it offers no single steps$'
	says "a subject without a space: message" err \
		'linux-like: it offers no single requests for address space$'
fi
run "no such subject" 2 --subject nonsense "$corpus/A-s1.ops.txt.xz"
says "no such subject: message" err '^pcpufuzz: trace: --subject nonsense: there is no'

# a comparison that cannot fail proves nothing
run "without a quirk it differs" 1 --without scan-promote "$corpus/C-s4.ops.txt.xz"
says "without a quirk it differs: where" out 'C-s4.ops.txt.xz:[0-9]+: expected 0x.* actual 0x'
run "--full" 0 --full --stats "$corpus/A-s1.ops.txt.xz"
says "--stats" out 'place_offset +[1-9]'
run "--help" 0 --help
run "no file" 2
run "unknown option" 2 --nonsense x
run "unknown quirk" 2 --without nonsense x

# a trace without snapshots
xz -dc "$corpus/A-s1.ops.txt.xz" >"$tmp/good.txt"
cp "$tmp/good.txt" "$tmp/alone.ops.txt"
run "no snapshots" 0 "$tmp/alone.ops.txt"
says "no snapshots: says so" out 'snapshots not compared'
cp "$tmp/good.txt" "$tmp/x y'z.ops.txt"
cp "$corpus/A-s1.state.tar.xz" "$tmp/x y'z.state.tar.xz"
run "a name with blanks and quotes" 0 "$tmp/x y'z.ops.txt"
says "a name with blanks and quotes: snapshots" out 'snapshots compared 6'

# differences: exit code 1, and the line, what was expected and what was found
number=$(grep -n '^a 68 ' "$tmp/good.txt" | cut -d: -f1)
differs() {
	run "$1" 1 "$tmp/bad.ops.txt" && says "$1: message" out "bad.ops.txt:$2: .*$3"
}
edit bad.ops.txt "${number}s/ 7[0-9]* t$/ 7776 t/"
differs "wrong offset" "$number" 'expected 0x[0-9a-f]+\+7776, actual 0x[0-9a-f]+\+[0-9]+'
edit bad.ops.txt "${number}s/ ffff[0-9a-f]* / ffffe8ffffc00000 /"
differs "wrong chunk" "$number" 'actual 0x[0-9a-f]+'
edit bad.ops.txt "${number}s/^a \\(.*\\) [0-9a-f]* [0-9]* t$/n \\1/"
differs "not found made of found" "$number" 'expected no fit, actual 0x'
edit bad.ops.txt "${number}s/.*/f 68 0 0 ffff88813ba37000 7748/"
differs "free of nothing" "$number" 'expected a live object .*, actual none'
edit bad.ops.txt "${number}s/.*/f 68 0 0 1000 0/"
differs "free in no chunk" "$number" 'actual no such chunk'
edit bad.ops.txt "${number}s/.*/k 68 0 0 ffff88813ba37000 alloc/"
differs "chunk upon a chunk" "$number" 'expected room for a new chunk'
edit bad.ops.txt "${number}s/.*/q 68 0 0 ffff88813ba37000 0 1/"
differs "pages of the first chunk" "$number" 'expected a chunk whose pages may change'
edit bad.ops.txt "${number}s/.*/D 68 0 0 ffff88813ba37000/"
differs "destruction of the first chunk" "$number" 'actual none'
edit bad.ops.txt "${number}s/.*/R 68 0 0 ffff88813ba37000/"
differs "reclaim of a chunk in use" "$number" 'to be reclaimed'
edit bad.ops.txt "${number}s/.*/B 68 0 0 0 99/"
differs "wrong nr_empty" "$number" 'expected 99 empty'
edit bad.ops.txt "s/^\\(# slots nr=\\)23/\\122/"
differs "wrong slots" '[0-9]+' 'expected 22 slots'
edit bad.ops.txt '0,/^f /{/^f /d}'
cp "$corpus/A-s1.state.tar.xz" "$tmp/bad.state.tar.xz"
differs "a missing free" '[0-9]+' 'expected .*, actual'
cp "$corpus/A-la.state.tar.xz" "$tmp/bad.state.tar.xz"
cp "$tmp/good.txt" "$tmp/bad.ops.txt"
differs "snapshots of another machine" '[0-9]+' 'snapshot pretrace: expected'
rm "$tmp/bad.state.tar.xz"

# input that is no trace
edit bad.txt "${number}s/.*/what is this/"
bad "garbage line" "$number: expected one of the letters" "$tmp/bad.txt"
edit bad.txt "${number}s/^a/y/"
bad "unknown letter" "$number: expected one of the letters.*found 'y'" "$tmp/bad.txt"
edit bad.txt "${number}s/^a .*/a 68 0 0 0/"
bad "too few columns" "$number: expected 10 columns .*found 5" "$tmp/bad.txt"
edit bad.txt "${number}s/\$/ 1 2/"
bad "too many columns" "$number: expected 10 columns .*found 13" "$tmp/bad.txt"
edit bad.txt "${number}s/ t\$/ u/"
bad "unknown flag" "$number: expected the flag t or t\\*.*'u'" "$tmp/bad.txt"
edit bad.txt "${number}s/ [0-9]* t\$/ 77x4 t/"
bad "no number" "$number: expected a decimal byte offset in column 10.*77x4" "$tmp/bad.txt"
edit bad.txt "${number}s/ [0-9]* t\$/ 99999999999999999999 t/"
bad "number too large" "$number: expected a decimal byte offset" "$tmp/bad.txt"
edit bad.txt "${number}s/ffff88813ba37000/0xyz/"
bad "no address" "$number: expected a hex chunk base" "$tmp/bad.txt"
edit bad.txt "${number}s/^a 68 0 0 0 0 32 16/a 68 0 0 0 0 32 24/"
bad "align no power of two" "$number: expected a decimal power of two" "$tmp/bad.txt"
edit bad.txt "${number}s/^a 68/a 6/"
bad "ts going back" "$number: expected a time stamp of at least" "$tmp/bad.txt"
edit bad.txt '/^# geom/d'
bad "missing geom" "[0-9]+: expected a header line '# geom" "$tmp/bad.txt"
edit bad.txt '/^# pcpu_base_addr/d'
bad "missing base" "[0-9]+: expected a header line '# pcpu_base_addr" "$tmp/bad.txt"
edit bad.txt '/^#/d'
bad "no header" "1: expected a header line" "$tmp/bad.txt"
edit bad.txt '/^# geom/s/unit=[0-9]*/unit=1000/'
bad "unit of no whole pages" "[0-9]+: expected a unit of whole pages" "$tmp/bad.txt"
edit bad.txt '/^# geom/s/dyn=[0-9]*/dyn=2097152/'
bad "sizes above a unit" "[0-9]+: expected static, reserved and dyn" "$tmp/bad.txt"
edit bad.txt '/^# geom/s/static=[0-9]*/static=many/'
bad "geom without a number" "[0-9]+: expected static=N" "$tmp/bad.txt"
edit bad.txt '/^# groups/s/.*/# groups nonsense/'
bad "groups no JSON" "[0-9]+: expected a JSON array" "$tmp/bad.txt"
edit bad.txt "/^# group_offsets/s/'0x0'\\]\$/zero]/"
bad "unit offsets no list" "[0-9]+: expected unit_offsets" "$tmp/bad.txt"
: >"$tmp/bad.txt"
bad "empty file" "1: expected a trace, found an empty file" "$tmp/bad.txt"
: >"$tmp/bad.txt.xz"
bad "empty .xz" "1: expected an intact .xz" "$tmp/bad.txt.xz"
head -c 2000 "$corpus/A-s1.ops.txt.xz" >"$tmp/bad.txt.xz"
bad "truncated xz" "1: expected an intact .xz" "$tmp/bad.txt.xz"
head -c 2000 "$corpus/A-s1.ops.txt.xz" >"$tmp/bad.txt"
bad "truncated xz by another name" "1: expected an intact .xz" "$tmp/bad.txt"
head -c 3000 /dev/zero >"$tmp/bad.txt"
bad "zeros" "1: expected a" "$tmp/bad.txt"
bad "no such file" "1: expected a readable file" "$tmp/nowhere.txt"
bad "a directory" "1: expected a trace file, found a directory" "$tmp"
cp "$tmp/good.txt" "$tmp/cut.ops.txt"
head -c 9000 "$corpus/A-s1.state.tar.xz" >"$tmp/cut.state.tar.xz"
run "truncated snapshots" 2 "$tmp/cut.ops.txt"
says "truncated snapshots: message" err 'cut.state.tar.xz:1: expected an intact .tar.xz'
run "bad input does not hide the next file" 2 "$tmp/bad.txt" "$corpus/A-s1.ops.txt.xz"
says "bad input does not hide the next file: total" out 'total: 2 files, events 472'

# the text of a kernel's own trace file
raw() {
	{
		echo "# tracer: nop"
		echo "# entries-in-buffer/entries-written: ${entries:-9/9}   #P:4"
		cat
	} >"$tmp/raw.txt"
}
event() {
	echo "            a b-411     [001] d..1.    12.345678: percpu_$*"
}
alloc() {
	event "alloc_percpu: call_site=f+0x1/0x2 reserved=0 is_atomic=0 size=$1 align=$2" \
		"base_addr=ffffe8ffffc00000 off=$3 ptr=00000000deadbeef bytes_alloc=32" \
		"gfp_flags=GFP_KERNEL"
}
free() {
	event "free_percpu: base_addr=ffffe8ffffc00000 off=$1 ptr=00000000deadbeef"
}
chunk() {
	event "$1_chunk: base_addr=ffffe8ffffc00000"
}
{
	free 64
	alloc 8 8 64
	alloc 6 4 72
	free 72
	free 64
	event "alloc_percpu_fail: reserved=0 is_atomic=1 size=8 align=8"
	echo "   swapper/0-1 [000] ..... 1.0: sched_switch: something else"
} | raw
run "own trace" 0 "$tmp/raw.txt"
says "own trace: counts" out 'checked 2, failed 1, frees 3 \(1 of them of objects from before\)'
says "own trace: says what it cannot do" out 'placement is not predicted'
{ alloc 8 8 64; alloc 8 4 68; } | raw
run "overlap" 1 "$tmp/raw.txt"
says "overlap: message" out 'raw.txt:4: expected free memory, actual .* live object of line 3'
{ alloc 8 8 68; } | raw
run "misaligned" 1 "$tmp/raw.txt"
says "misaligned: message" out 'raw.txt:3: expected an offset aligned to 8'
{ alloc 8 2 66; } | raw
run "no multiple of 4" 1 "$tmp/raw.txt"
{ alloc 8 4 64; free 64; free 64; } | raw
run "double free" 1 "$tmp/raw.txt"
says "double free: message" out 'raw.txt:5: expected a live object .* freed by line 4'
{ alloc 8 4 64; free 68; } | raw
run "inner free" 1 "$tmp/raw.txt"
{ chunk create; free 68; } | raw
run "free of what never was" 1 "$tmp/raw.txt"
{ chunk create; alloc 8 4 64; chunk destroy; } | raw
run "destruction with live objects" 1 "$tmp/raw.txt"
{ chunk create; alloc 8 4 64; free 64; chunk destroy; chunk create; alloc 8 4 64; } | raw
run "address used again" 0 "$tmp/raw.txt"
{ alloc 8 4 64; echo "CPU:2 [LOST 117 EVENTS]"; alloc 8 4 64; } | raw
run "lost events" 0 "$tmp/raw.txt"
says "lost events: says so" out 'lost events at 1 place'
{ alloc 8 4 64; } | entries=9/10 raw
bad "overwritten events" "2: expected all 10 events" "$tmp/raw.txt"
{ event "free_percpu: base_addr=(____ptrval____) off=1 ptr=0"; } | raw
bad "no address in an event" "3: expected base_addr=" "$tmp/raw.txt"
{ event "alloc_percpu: base_addr=1 off=4 size=0 align=4"; } | raw
bad "size 0 in an event" "3: expected a size" "$tmp/raw.txt"
printf 'A 3 0 0 0 0 4 4 ff 2208 1 24 G f+1\nF 4 0 0 ff\n' >"$tmp/bad.txt"
bad "short form, wrong columns" "2: expected 7 columns" "$tmp/bad.txt"

# recording one's own
"$root/scripts/capture-trace" --time soon >"$tmp/out" 2>"$tmp/err"
if (($? == 2)) && (($(wc -l <"$tmp/err") == 1)); then
	ok "capture-trace refuses a wrong option"
else
	fail "capture-trace refuses a wrong option"
fi

echo "$passed passed, $failed failed"
((failed == 0))
