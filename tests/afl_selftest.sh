#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# afl_selftest.sh - AFL++ here: only what is under test has edges, every input runs the same ones each
# time, and scripts/run with --engine afl and both finds an error that was put in, files it once, and
# takes inputs from one engine to the other.
#
# Needs the lanes plain, fuzz, afl, afl-plain and afl-cmplog.  Prints 'ok WHAT' or 'FAIL WHAT' for each
# check.

# shellcheck source=tests/selftest-lib.sh
. "$(dirname "$0")/selftest-lib.sh" afl
# shellcheck source=scripts/setup-lib.sh
. scripts/setup-lib.sh
name=afl-selftest-$$
# shellcheck disable=SC2317 # called by trap
clean_up() {
	rm -rf "$tmp" build/*/subjects/"$name"*.so
}
prepare_sanitizers

# ---- subjects: our allocator as a shared object, with an error or unsteady ----

# subject FILE FOLDER FLAG...: FOLDER stands in the place of impl/.  The canary remembers what it has
# seen, so it has no edges.
subject() {
	local out=$1 impl=$2

	shift 2
	clang -shared -fPIC -O1 -std=gnu11 -fvisibility=hidden -Wno-unused "$@" tests/plugin.c \
		-include impl/bugs/canary.h "$impl"/*.c oracle/machine.c oracle/boot_machine.c \
		"$tmp/canary.o" -o "$out"
}

mkdir "$tmp/tree"
cp -r impl "$tmp/tree/"
ln -s "$root/oracle" "$root/targets" "$tmp/tree/"
# a new object is zeroed up to the next multiple of 8 bytes: seldom, and always of one key
patch -p1 -s -d "$tmp/tree" -i "$root/impl/bugs/W02.patch"
mkdir -p build/{plain,fuzz,afl,afl-plain,afl-cmplog}/subjects
clang -fPIC -O1 -c impl/bugs/canary.c -o "$tmp/canary.o"
subject "build/plain/subjects/$name.so" "$tmp/tree/impl" &
subject "build/fuzz/subjects/$name.so" "$tmp/tree/impl" -fsanitize=fuzzer-no-link
wait $!
subject "build/afl/subjects/$name.so" "$tmp/tree/impl" -fsanitize-coverage=trace-pc-guard &
subject "$tmp/unsteady.so" impl -DPLUGIN_UNSTEADY -fsanitize-coverage=trace-pc-guard
wait $!
cp "build/afl/subjects/$name.so" build/afl-plain/subjects/
cp "build/afl/subjects/$name.so" build/afl-cmplog/subjects/

set +e # from here on a failure is a result

# ---- what has edges ----

# guards LANE FOLDER: how many edges its objects there have
guards() {
	local sum=0 size

	while read -r size; do
		sum=$((sum + 16#$size / 4))
	done < <(find "build/$1/CMakeFiles" -path "*/$2/*" -name '*.o' -exec objdump -h {} + |
		awk '$2 == "__sancov_guards" { print $3 }')
	echo "$sum"
}

for lane in afl afl-plain afl-cmplog; do
	result "$lane: impl/ has edges, $(guards "$lane" impl)" "$(($(guards "$lane" impl) < 1000))"
	result "$lane: oracle/ and targets/ have none" \
		$(($(guards "$lane" oracle) + $(guards "$lane" targets) > 0))
done
compared() {
	find "build/$1/CMakeFiles" -path "*/$2/*" -name '*.o' -exec nm {} + | grep -c ' U __cmplog'
}
result "afl-cmplog: impl/ notes what it compares" $(($(compared afl-cmplog impl) == 0))
result "afl-cmplog: oracle/ and targets/ do not" \
	$(($(compared afl-cmplog oracle) + $(compared afl-cmplog targets) > 0))

# ---- stability ----

mkdir "$tmp/in"
build/plain/pcpufuzz convert --bytes --target pcpu -o "$tmp/in" corpus/basic

# stability FOLDER TARGET VARIABLE...: run it a little, from a few seeds; its stability in percent
stability() {
	local out=$1 target=$2

	shift 2
	env AFL_NO_UI=1 AFL_NO_AFFINITY=1 AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 \
		PCPUFUZZ_TARGET="$target" AFL_INPUT_LEN_MAX=4096 "$@" "${san[@]}" afl-fuzz \
		-i "$tmp/in" -o "$out" -E 1500 -s 3 -t 10000 -- "build/afl-plain/${target}_fuzzer" \
		>"$out.log" 2>&1 || true
	sed -n 's/^stability *: *//p' "$out/default/fuzzer_stats" 2>/dev/null || true
}

ours=("AFL_CUSTOM_MUTATOR_LIBRARY=$root/build/plain/libpcpufuzz-afl-mutator.so"
	AFL_CUSTOM_MUTATOR_ONLY=1)
for target in $(target_names); do
	got=$(stability "$tmp/$target" "$target" "${ours[@]}")
	[[ $got == 100.00% ]]
	result "$target: stability 100 %" $? "$tmp/$target.log"
	compgen -G "$tmp/$target/default/queue/*,mutate-*-ops*" >/dev/null
	result "$target: inputs are of our mutator" $?
	got=$(stability "$tmp/$target-bytes" "$target")
	[[ $got == 100.00% ]]
	result "$target: stability 100 % with AFL++'s own mutations" $? "$tmp/$target-bytes.log"
done
got=$(stability "$tmp/unsteady" pcpu "${ours[@]}" "PCPUFUZZ_SUBJECT=$tmp/unsteady.so")
[[ $got =~ ^[0-9]+\.[0-9]+%$ && $got != 100.00% ]]
result "a subject that is not steady has less: $got" $? "$tmp/unsteady.log"

# ---- scripts/run ----

# found ENGINE SECONDS JOBS: it found the error, and nothing else
found() {
	local engine=$1 work=$tmp/work-$1 out=$tmp/run-$1 status=0
	local -a files

	scripts/run --no-setup --engine "$engine" --subject "$name" --target pcpu --jobs "$3" --seed 1 \
		--time "$2" --work "$work" >"$out" 2>&1 </dev/null || status=$?
	result "--engine $engine: exit code 1" $((status != 1)) "$out"
	mapfile -t files < <(compgen -G "$work/findings/*/program.pcpu")
	result "--engine $engine: one finding is filed" $((${#files[@]} != 1)) "$out"
	[[ ${files[0]:-} == *"/content_intact.alloc@$name/program.pcpu" ]]
	result "--engine $engine: it is the one that was put in" $? "$out"
	status=0
	build/plain/pcpufuzz run --target pcpu --subject "$name" "${files[0]:-none}" >"$tmp/one" 2>&1 ||
		status=$?
	result "--engine $engine: its file shows it" $((status != 1)) "$tmp/one"
	grep -q "^     reproduce: ./build/plain/pcpufuzz run --target pcpu --subject $name " "$out" &&
		grep -q '^     rule: *content_intact ' "$out"
	result "--engine $engine: the summary says what is wrong, and how to see it" $? "$out"
	grep -q '^afl++: .* stability 100.00 %;' "$out"
	result "--engine $engine: stability 100 % in the summary" $? "$out"
}

found afl 15 3
grep -qE '^afl\+\+: .*; [1-9][0-9]* inputs to the corpus' "$tmp/run-afl"
result "--engine afl: the corpus has what it found" $? "$tmp/run-afl"

# AFL++ looks for new files each half minute
found both 45 2
grep -qE '^afl\+\+: .*; [1-9][0-9]* inputs to the corpus, [1-9][0-9]* taken from it' "$tmp/run-both"
result "--engine both: each engine has inputs of the other" $? "$tmp/run-both"
# a process that lives long enough says RELOAD; the next one after a finding reads the folder at once
grep -qaE '[[:space:]]RELOAD |INFO: +[1-9][0-9]* files found in .*/corpus/' "$tmp"/work-both/logs/pcpu-*.log
result "--engine both: libFuzzer loads the corpus to which AFL++ adds" $? "$tmp/run-both"

# what AFL++ cannot start with is no success
mkdir "$tmp/path"
printf '#!/bin/sh\necho "[-] PROGRAM ABORT : it does not like this machine"\nexit 1\n' \
	>"$tmp/path/afl-fuzz"
chmod +x "$tmp/path/afl-fuzz"
PATH=$tmp/path:$PATH scripts/run --no-setup --engine afl --target pcpu --time 5 --subject "$name" \
	--work "$tmp/work-abort" >"$tmp/run-abort" 2>&1 </dev/null
status=$?
((status == 1)) && grep -q 'PROGRAM ABORT : it does not like' "$tmp/run-abort"
result "an AFL++ that does not start is said, with its reason" $? "$tmp/run-abort"
scripts/run --engine magic >"$tmp/magic" 2>&1
((status = $? != 2)) || grep -q "got 'magic'" "$tmp/magic"
result "an unknown engine" $? "$tmp/magic"
exit $failed
