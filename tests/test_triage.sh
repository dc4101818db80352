#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test_triage.sh - what a fuzz engine found is filed: once per cause, whole, and never lost.
#
# Usage: test_triage.sh PCPUFUZZ, in the source folder.
set -u

# shellcheck source=tests/tool-lib.sh
. "$(dirname "$(realpath "$0")")/tool-lib.sh"
subjects=$(dirname "$tool")/tests/subjects
findings=$tmp/findings
export ASAN_OPTIONS=symbolize=0

triages() { # STATUS ARGUMENT...
	local want=$1

	shift
	last="triage $*"
	status=0
	# what is no build with sanitizers has no limit of its own in the place of one
	(
		ulimit -v 4000000
		scripts/triage --no-setup --min-time 6 --tool "plain=$tool" --tool "fuzz=$tool" \
			--findings "$findings" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
	) || status=$?
	ok "exit $want of: $last (was $status)" [ "$status" -eq "$want" ]
}

says() { # PATTERN
	ok "it says $1" grep -qE -- "$1" "$tmp/out"
}

times() { # FOLDER
	wc -l <"$findings/$1/seen.jsonl"
}

# ---- one cause, twice, as text and as bytes ----

like=$subjects/linux-like.so
export PCPUFUZZ_PLUGIN_QUIRKS=free-end
"$tool" convert --bytes -o "$tmp/input" corpus/quirks/free-end.pcpu
cp corpus/quirks/free-end.pcpu "$tmp/text"
lockstep=(--subject "ours,$like")
triages 1 "${lockstep[@]}" "$tmp/text" "$tmp/input"
folder=$(find "$findings" -mindepth 1 -maxdepth 1 -name '*@*' -printf '%f\n')
ok "one folder" [ "$(wc -w <<<"$folder")" -eq 1 ]
says "^2 inputs: 1 new causes, 1 of causes known, 0 not reproduced$"
ok "seen twice" [ "$(times "$folder")" -eq 2 ]
ok "the inputs are where they were" [ -e "$tmp/input" ]
triages 1 --take "${lockstep[@]}" "$tmp/input"
ok "taken" [ ! -e "$tmp/input" ]
ok "seen three times" [ "$(times "$folder")" -eq 3 ]
triages 1 --list
says "^$folder: 3 times, "

# ---- a process that dies, and one that never ends ----

printf 'pcpu-program 1\nmachine cpus=1 page=256 unit_pages=4 static=20 reserved=0 dyn=300 vm_pages=64 frames=64\n' \
	>"$tmp/head"
{
	cat "$tmp/head"
	printf 'r0 = alloc size=8 align=4\npurge\nr1 = alloc size=8 align=4\n'
} >"$tmp/hang"
{
	cat "$tmp/head"
	printf 'r0 = alloc size=8 align=4\nvmallocinfo\nr1 = alloc size=8 align=4\n'
} >"$tmp/dies"
deadly=$subjects/deadly.so
triages 1 --subject "$deadly" "$tmp/hang" "$tmp/dies"
says '2 new causes'
for key in hang.purge@deadly signal-6.vmallocinfo@deadly; do
	for file in program.pcpu report.txt stack.txt repro.c finding.sarif found.pcpu found.bin info.json \
		seen.jsonl; do
		ok "$key: $file" [ -e "$findings/$key/$file" ]
	done
	ok "$key: one op" [ "$(grep -vc -e '^#' -e '^pcpu-' -e '^machine ' "$findings/$key/program.pcpu")" -eq 1 ]
done
ok "half a folder is nowhere" [ -z "$(find "$findings" -name '.part-*')" ]

# ---- memory that is taken for ever is another cause than time ----

mkdir "$tmp/tree"
cp -r impl "$tmp/tree/"
ln -s "$PWD/oracle" "$PWD/targets" "$tmp/tree/"
patch -p1 -s -d "$tmp/tree" -i "$PWD/tests/data/planted/oom.patch"
plugin() { # FILE FOLDER
	cc -shared -fPIC -O1 -std=gnu11 -fvisibility=hidden -w tests/plugin.c "$2"/*.c oracle/machine.c \
		oracle/boot_machine.c -o "$1"
}

plugin "$tmp/oom.so" "$tmp/tree/impl"
{
	printf 'pcpu-program 1\nmachine cpus=1 page=256 unit_pages=2 static=4 reserved=0 dyn=8 vm_pages=64 frames=64\n'
	# two pages each
	for ((i = 0; i < 20; i++)); do
		echo "r$i = alloc size=260 align=4"
	done
} >"$tmp/grows"
triages 1 --subject "$tmp/oom.so" "$tmp/grows"
ok "its key" [ -s "$findings/out-of-memory.alloc@oom/program.pcpu" ]

# ---- what is filed, once more ----

triages 1 --recheck --subject "$deadly"
ok "nothing is put away" [ ! -s "$tmp/out" ]
triages 0 --list --long --subject nosuch
says '^  0 causes'
triages 1 --list --long --subject "$deadly"
says '^  1\. hang\.purge@deadly \(target pcpu, 1 times\)$'
says "^     reproduce: \./build/plain/pcpufuzz run --target pcpu --subject $deadly /.*/hang\.purge@deadly/program\.pcpu$"
says '^     hang\.purge: the process did not end$'
folder=out-of-memory.alloc@oom
plugin "$tmp/oom.so" impl
triages 0 --recheck --subject "$tmp/oom.so"
says "^fixed: $folder: .*/findings/fixed/$folder$"
ok "it is put away" [ ! -e "$findings/$folder" ]
ok "whole" [ -s "$findings/fixed/$folder/repro.c" ]
plugin "$tmp/oom.so" "$tmp/tree/impl"
triages 1 --subject "$tmp/oom.so" "$tmp/grows"
says '1 new causes'

# ---- what shows nothing ----

triages 1 corpus/basic/tour.pcpu
says '^not reproduced: '
lost=$(find "$findings/unreproducible" -mindepth 1 -maxdepth 1)
ok "it is kept" cmp -s "$lost/found.bin" corpus/basic/tour.pcpu
triages 1 corpus/basic/tour.pcpu
ok "once" [ "$(find "$findings/unreproducible" -mindepth 1 -maxdepth 1 | wc -l)" -eq 1 ]

# ---- all of them for other programs ----

ok "SARIF" /usr/bin/python3 - "$findings" <<'END'
import json, os, sys
path = sys.argv[1]
run, = json.load(open(os.path.join(path, "findings.sarif")))["runs"]
keys = sorted(r["partialFingerprints"]["pcpufuzzKey/v1"] for r in run["results"])
names = sorted(n for n in os.listdir(path) if "@" in n)
rules = [r["id"] for r in run["tool"]["driver"]["rules"]]
for result in run["results"]:
    assert result["ruleId"] in rules and result["message"]["text"]
    place = result["locations"][0]["physicalLocation"]
    lines = open(os.path.join(path, place["artifactLocation"]["uri"])).read().splitlines()
    line = lines[place["region"]["startLine"] - 1]
    head = "#", "pcpu-", "machine "
    assert not line.startswith(head) or all(each.startswith(head) for each in lines), line
assert keys == sorted(n.split("@")[0] for n in names), (keys, names)
END

# ---- what is left of a run that was killed, and a full disk ----

mkdir "$findings/.part-999999999-1"
triages 1 corpus/basic/tour.pcpu
ok "it is cleared away" [ ! -e "$findings/.part-999999999-1" ]
cp "$tmp/dies" "$tmp/again"
if mkdir "$tmp/small" && mount -t tmpfs -o size=64k none "$tmp/small" 2>/dev/null; then
	head -c 60k /dev/zero >"$tmp/small/other"
	findings=$tmp/small/findings
	triages 2 --take --subject "$deadly" "$tmp/again"
	ok "it says why" grep -q 'no room on the disk' "$tmp/err"
	ok "nothing is lost" [ -e "$tmp/again" ]
	ok "nothing is half there" [ ! -e "$findings/signal-6.vmallocinfo@deadly" ]
	umount "$tmp/small"
	findings=$tmp/findings
fi

# ---- usage ----

for wrong in "--min-time 0 $tmp/text" "--target nothing $tmp/text" "$tmp/nothing" "--tool plain=/nothing $tmp/text" ""; do
	# shellcheck disable=SC2086 # words
	triages 2 $wrong
	ok "one line" [ "$(wc -l <"$tmp/err")" -eq 1 ]
done
echo "pcpu-program 9" >"$tmp/wrong"
triages 2 "$tmp/wrong"
ok "one line" [ "$(wc -l <"$tmp/err")" -eq 1 ]

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
