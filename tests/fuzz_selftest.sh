#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# fuzz_selftest.sh - scripts/fuzz finds two errors that were put in, one of which never ends; all its
# processes are killed, and after 'resume' each is filed once, small, with a C program that shows it;
# known findings are counted; a full disk ends it without a loss.
#
# Needs the lanes plain and fuzz.  Prints 'ok WHAT' or 'FAIL WHAT' for each check.

# shellcheck disable=SC2317 # functions are called by await

# shellcheck source=tests/selftest-lib.sh
. "$(dirname "$0")/selftest-lib.sh" fuzz
# shellcheck source=scripts/setup-lib.sh
. scripts/setup-lib.sh
name=fuzz-selftest-$$
work=$tmp/work
# shellcheck disable=SC2317 # called by trap
clean_up() {
	scripts/fuzz stop --work "$work" >/dev/null 2>&1 || true
	! mountpoint -q "$tmp/disk" || umount "$tmp/disk"
	rm -rf "$tmp" build/*/subjects/"$name.so"
}
prepare_sanitizers

says() { # WHAT PATTERN FILE
	local status=0

	grep -qE -- "$2" "$3" || status=1
	result "$1" "$status" "$3"
}

# ---- a subject with two errors ----

mkdir "$tmp/tree"
cp -r impl "$tmp/tree/"
ln -s "$root/oracle" "$root/targets" "$tmp/tree/"
# a new object is zeroed up to the next multiple of 8 bytes: seldom, and always of one key
patch -p1 -s -d "$tmp/tree" -i "$root/impl/bugs/W02.patch"
# an alloc never ends if a certain number of pages is populated
patch -p1 -s -d "$tmp/tree" -i "$root/tests/data/planted/hang.patch"
mkdir -p build/{plain,fuzz}/subjects
subject() { # LANE FLAG...
	local lane=$1

	shift
	clang -shared -fPIC -O1 -std=gnu11 -fvisibility=hidden -Wno-unused "$@" tests/plugin.c \
		-include impl/bugs/canary.h impl/bugs/canary.c "$tmp/tree/impl"/*.c \
		oracle/machine.c oracle/boot_machine.c -o "build/$lane/subjects/$name.so"
}
subject plain &
subject fuzz -fsanitize=fuzzer-no-link
wait $!

set +e # from here on a failure is a result

# ---- finding, being killed, going on ----

fuzz() { # COMMAND ARGUMENT...
	scripts/fuzz "$@" --work "$work" --no-setup >"$tmp/out" 2>&1
}

filed() {
	find "$work/findings" -mindepth 2 -maxdepth 2 -name info.json ! -path '*/unreproducible/*' | wc -l
}

# await SECONDS COMMAND...: until it is true
await() {
	local end=$((SECONDS + $1))

	shift
	until "$@"; do
		((SECONDS < end)) || return 1
		sleep 0.5
	done
}
has_filed() {
	(($(filed) >= $1))
}
counted() { # what was found again
	scripts/fuzz status --work "$work" >"$tmp/out" 2>&1
	grep -qE ' [1-9][0-9]* times something known' "$tmp/out"
}

scripts/fuzz start --work "$work" --target nothing >"$tmp/out" 2>&1
result "a wrong option is a usage error" $(($? != 2)) "$tmp/out"
fuzz resume
result "nothing to resume is a usage error" $(($? != 2)) "$tmp/out"
fuzz start --subject "$name" --target pcpu --jobs 2 --seed 11
result "start" $? "$tmp/out"
fuzz start --subject "$name"
result "a second start is refused" $(($? != 2)) "$tmp/out"
await 120 has_filed 1
result "something is filed" $?
pkill -9 -f -- "--work $work" # the supervisor; what is below dies with it
sleep 1
result "nothing runs on" $(($(pgrep -fc "$work|$name") > 0))
fuzz status
result "status says that it died" $(($? != 2)) "$tmp/out"
says "and how to go on" 'died .* scripts/fuzz resume' "$tmp/out"
fuzz resume
result "resume" $? "$tmp/out"
await 240 has_filed 2
result "the other one is filed, too" $?
await 60 counted
result "known findings are counted" $? "$tmp/out"
fuzz stop
result "stop says that there are findings" $(($? != 1)) "$tmp/out"
grep -c triage-failed "$work/fuzz.jsonl" >"$tmp/failed"
result "each input was filed by one triage" $(($(<"$tmp/failed") > 0)) "$work/supervisor.log"
says "it has stopped" 'ended: stopped' "$tmp/out"

# ---- what is filed ----

keys=$(find "$work/findings" -mindepth 1 -maxdepth 1 -type d ! -name unreproducible -printf '%f\n' | sort |
	paste -sd ' ')
[[ $keys == "content_intact.alloc@$name hang.alloc@$name" ]]
result "exactly these two: $keys" $?
result "nothing is half filed" "$(find "$work/findings" -name '.part-*' | wc -l)"
result "nothing waits to be filed" "$(find "$work"/*/intake -type f | wc -l)"
for key in $keys; do
	folder=$work/findings/$key
	for file in program.pcpu report.txt stack.txt repro.c finding.sarif found.pcpu found.bin info.json \
		seen.jsonl; do
		[[ -s $folder/$file ]] || result "$key: $file" 1
	done
	result "$key: at most 30 ops" $(($(grep -vc -e '^#' -e '^pcpu-' -e '^machine' "$folder/program.pcpu") > 30)) \
		"$folder/program.pcpu"
	cc -w -I. -o "$tmp/repro" "$folder/repro.c" impl/*.c oracle/*.c -ldl >"$tmp/out" 2>&1
	result "$key: the C program compiles" $? "$tmp/out"
	timeout -s KILL 5 "$tmp/repro" >"$tmp/out" 2>&1
	status=$?
	if [[ $key == hang* ]]; then
		result "$key: the C program hangs" $((status != 137)) "$tmp/out"
	else
		says "$key: the C program breaks the rule" "FuzzerHash=${key%@*}" "$tmp/out"
	fi
done
python3 - "$work/findings/findings.sarif" <<'END'
import json, sys
runs = json.load(open(sys.argv[1]))["runs"]
sys.exit([r["ruleId"] for r in runs[0]["results"]] != ["content_intact", "hang"])
END
result "SARIF has both" $?
python3 -c 'import json, sys
for line in open(sys.argv[1]): json.loads(line)' "$work/fuzz.jsonl"
result "the log is lines of JSON" $?

# ---- a full disk ----

mkdir "$tmp/disk"
if mount -t tmpfs -o size=120m none "$tmp/disk" 2>/dev/null; then
	work=$tmp/disk/work
	fuzz start --target vm --jobs 1 --keep-free 40
	result "start on a small disk" $? "$tmp/out"
	head -c 70M /dev/zero >"$tmp/disk/other"
	ended() {
		[[ -s $work/ended ]]
	}
	await 60 ended
	result "it ends when the disk is full" $?
	fuzz status
	result "and says so" $(($? != 2)) "$tmp/out"
	says "in words" 'ended: no room on the disk' "$tmp/out"
	fuzz resume
	result "it does not go on without room" $(($? != 2)) "$tmp/out"
	rm "$tmp/disk/other"
	fuzz resume
	result "it goes on with room" $? "$tmp/out"
	fuzz stop
	result "and stops" $? "$tmp/out"
else
	echo "note: tmpfs cannot be mounted here, so no disk was filled"
fi
exit "$failed"
