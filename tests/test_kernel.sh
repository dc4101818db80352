#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test_kernel.sh - the unmodified allocator of Linux as a subject: corpus, lockstep, reset, traces.
#
# 'scripts/test --lane kernel' builds what this needs.

set -u

usage() {
	cat <<END
usage: tests/test_kernel.sh [--count N] [--version V] PLAIN FUZZ [M32]

Run everything on subject linux-V of these builds of the tool: PLAIN, built by gcc -O2, FUZZ, with
ASan and UBSan, and M32, 32-bit.  Beside PLAIN there must be linux-V-km, too.

  --count N    generated programs in lockstep, over all targets (default: 20000)
  --version V  of Linux (default: 6.1)
  --help       print this

A line for each check, 'ok NAME' or 'FAIL NAME'.  Exit code: 0 all passed, 1 some failed, 2 usage.
END
}

die() {
	printf 'tests/test_kernel.sh: %s\n' "$*" >&2
	exit 2
}

count=20000
version=6.1
tools=()
while (($#)); do
	case $1 in
	--help | -h)
		usage
		exit 0
		;;
	--count)
		[[ ${2:-} =~ ^[1-9][0-9]{0,8}$ ]] || die "--count: expected a number; got '${2:-}'"
		count=$2
		shift
		;;
	--version)
		[[ ${2:-} =~ ^[0-9]+\.[0-9]+$ ]] || die "--version: expected 6.1 or the like; got '${2:-}'"
		version=$2
		shift
		;;
	-*) die "unknown option '$1', see tests/test_kernel.sh --help" ;;
	*)
		[[ -x $1 ]] || die "expected a build of pcpufuzz; got '$1'"
		tools+=("$(realpath "$1")")
		;;
	esac
	shift
done
((${#tools[@]} == 2 || ${#tools[@]} == 3)) || die "expected PLAIN FUZZ [M32]"
plain=${tools[0]}
fuzz=${tools[1]}
m32=${tools[2]:-}
linux=linux-$version
root=$(realpath "$(dirname "$0")/..")
cd "$root" || exit 2
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
unset PCPUFUZZ_SUBJECT
failed=0

# check NAME COMMAND...: it must end with 0
check() {
	local name=$1

	shift
	if "$@" >"$tmp/out" 2>&1 </dev/null; then
		echo "ok    $name"
	else
		failed=$((failed + 1))
		echo "FAIL  $name"
		tail -n 12 "$tmp/out" | cut -c 1-200 | sed 's/^/      | /'
	fi
}

# says PATTERN COMMAND...: and the output has a line like that
says() {
	local pattern=$1

	shift
	"$@" && grep -qE -- "$pattern" "$tmp/out"
}

# refuses PATTERN COMMAND...: exit code 2, with one line on stderr, and it is like that
refuses() {
	local pattern=$1 status=0

	shift
	"$@" 2>"$tmp/err" >/dev/null || status=$?
	cat "$tmp/err"
	((status == 2)) && (($(wc -l <"$tmp/err") == 1)) && grep -qE -- "$pattern" "$tmp/err"
}

# ---- the order of programs changes nothing, whatever else they are run with ----

# these take longest, so they run beside the others
orders=()
for subject in "$linux" "$linux-km"; do
	tests/identical.sh --count 15 --subject "$subject" "$plain" >"$tmp/order-$subject" 2>&1 &
	orders+=("$!")
done

# ---- the corpus ----

folders=()
for folder in corpus/{basic,cover,quirks,bugs,regress,upstream}; do
	[[ ! -d $folder ]] || folders+=("$folder")
done
for folder in "${folders[@]}"; do
	check "$folder on $linux" "$plain" run --subject "$linux" "$folder"
	check "$folder in lockstep with ours" "$plain" run --subject "ours,$linux" "$folder"
	check "$folder on $linux, sanitized" "$fuzz" run --subject "$linux" "$folder"
	check "$folder in lockstep, sanitized" "$fuzz" run --subject "ours,$linux" "$folder"
done
check "corpus/basic checked in full" "$plain" run --full --subject "ours,$linux" corpus/basic
check "corpus/cover has programs for $linux" says \
	'^[1-9][0-9]{2,} programs, .* [1-9][0-9]{3,} ops compared' \
	"$plain" run --subject "ours,$linux" corpus/cover

# ---- chunks in the linear map ----

km=(corpus/basic/km-*.pcpu)
check "km programs on $linux-km" "$plain" run --subject "$linux-km" "${km[@]}"
check "km programs on $linux-km, sanitized" "$fuzz" run --subject "$linux-km" "${km[@]}"
check "km programs in lockstep with ours" says ' [1-9][0-9]* ops compared' \
	"$plain" run --subject "ours,$linux-km" "${km[@]}"
check "they are not for $linux" refuses 'not applicable to linux' \
	"$plain" run --subject "$linux" "${km[0]}"

# ---- 32 bits ----

if [[ $m32 ]]; then
	check "corpus/cover on $linux, 32-bit" "$m32" run --subject "$linux" corpus/cover
	check "a 32-bit window on $linux, 32-bit" says '^50 programs, .* 0 findings' \
		"$m32" gen --run --subject "ours,$linux" --count 50 --target pcpu
fi

# ---- what is known to be wrong, as of this version ----

mkdir -p "$tmp/known/subjects"
cp "$plain" "$tmp/known/tool"
cp "$(dirname "$plain")/subjects/$linux.so" "$tmp/known/subjects/"
check "what is known has not expired" says ' 0 failed' tests/test_known.sh "$tmp/known/tool"

# ---- findings as C programs ----

# c_program NAME: the witness of one known error, the other quirks tolerated, minimised and as C,
# shows it
c_program() {
	local witness=corpus/upstream/$1.pcpu key name
	local -a options=(--subject "$linux" --strict)

	while read -r name; do
		[[ $name == "$1" ]] || options+=(--tolerate "$name")
	done < <("$plain" list quirks | sed -n 's/^\([a-z-]*\) *breaks .*/\1/p')
	"$plain" min "${options[@]}" -o "$tmp/small.pcpu" "$witness" || return 1
	key=$(sed -n 's/^# finding: //p' "$tmp/small.pcpu")
	"$plain" c "${options[@]}" -o "$tmp/repro.c" "$tmp/small.pcpu" || return 1
	cc -I. -o "$tmp/repro" "$tmp/repro.c" impl/*.c oracle/*.c -ldl || return 1
	"$tmp/repro" "$(dirname "$plain")/subjects/$linux.so" >"$tmp/shown"
	(($? == 1)) && grep -qx "ASSERTION FAILED: .* FuzzerHash=$key" "$tmp/shown"
}
for name in map-unwind scan-promote search-length size-wrap; do
	check "$name as a C program" c_program "$name"
done

# ---- traces of booted kernels ----

traces=corpus/traces
check "traces on ours and $linux" says "^total on $linux: 7 files, .* differences 0," \
	"$plain" trace --subject "ours,$linux" $traces/{A-la,A-n4,A-pg,A-s1,V-s4}.ops.txt.xz \
	$traces/V-s4.vmap.txt.xz $traces/V-s4.state.tar.xz
check "places that Linux did not find are the same" says "^  of these 23433 times the subject" \
	"$plain" trace --subject "$linux" $traces/W-s4-scale2.vmap.txt.xz
check "traces on $linux, sanitized" says "^total on $linux: 5 files, .* differences 0," \
	"$fuzz" trace --subject "$linux" $traces/{A-la,A-n4,A-pg,A-s1}.ops.txt.xz \
	$traces/V-s4.vmap.txt.xz

# ---- generated programs ----

targets=$(sed -n 's/^TARGET(\([a-z0-9_]*\),.*/\1/p' targets/targets.def)
for target in $targets; do
	nr=$((count * 19 / 60))
	# these take longest by far
	[[ $target != boot ]] || nr=$((count / 20))
	check "$nr programs of $target in lockstep" says "^$nr programs, .* 0 findings" \
		"$plain" gen --run --subject "ours,$linux" --count "$nr" --seed 21 --target "$target"
done
check "programs in lockstep, sanitized" says '^200 programs, .* 0 findings' \
	"$fuzz" gen --run --subject "ours,$linux" --count 200 --seed 22

# ---- what cannot be had ----

check "a version that there is none of" refuses 'linux-0.99' \
	"$plain" run --subject linux-0.99 corpus/basic
check "no such source" refuses 'scripts/kernel: .*linux-source-0\.99' \
	scripts/kernel 0.99 --no-setup
check "no such folder" refuses 'scripts/kernel: expected a version or the folder' \
	scripts/kernel "$tmp/nowhere" --no-setup
mkdir -p "$tmp/tree/mm"
check "no kernel at all" refuses 'the tree lacks mm/percpu.c' \
	impl/linux/build "$tmp/tree" "$tmp/out.so"
touch "$tmp/tree/mm/percpu.c"
check "a tree that does not fit" refuses 'the tree lacks ' \
	impl/linux/build "$tmp/tree" "$tmp/out.so"

# ---- and the order of programs ----

for subject in "$linux" "$linux-km"; do
	wait "${orders[0]}" || failed=$((failed + 1))
	orders=("${orders[@]:1}")
	if grep -qE '^(ok|FAIL) ' "$tmp/order-$subject"; then
		sed -E "s!^((ok|FAIL) +)[^ ]*!\\1order on $subject!" "$tmp/order-$subject"
	else
		echo "FAIL  order on $subject"
		tail -n 3 "$tmp/order-$subject" | sed 's/^/      | /'
	fi
done

((failed == 0))
