#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test_known.sh - what is known to be wrong with released kernels is still so: each witness breaks
# a rule on each kernel that has been built, and none when that is tolerated.
#
# Usage: test_known.sh PCPUFUZZ, in the source folder.  Kernels are the linux-VERSION.so in the
# folder subjects beside it; scripts/kernel builds them.
set -u

if [ $# -ne 1 ]; then
	echo "usage: $0 PCPUFUZZ" >&2
	exit 2
fi
tool=$(realpath "$1")
folder=$(dirname "$tool")/subjects
unset PCPUFUZZ_SUBJECT
passed=0
failed=0
skipped=0

# has VERSION SINCE UNTIL: by the first two numbers
has() {
	[ "$(printf '%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ] &&
		{ [ "$3" = now ] || [ "$(printf '%s\n' "$1" "$3" | sort -V | head -n 1)" = "$1" ]; }
}

fail() {
	failed=$((failed + 1))
	echo "FAILED: $1"
	[ -z "${2:-}" ] || tail -n 4 <<<"$2" | sed 's/^/  /'
}

# can_be SUBJECT WITNESS: a kernel cannot be any machine
can_be() {
	"$tool" run --subject "$1" "$2" >/dev/null 2>&1
	[ $? -ne 2 ]
}

# breaks SUBJECT RULE WITNESS OTHER...: is the rule broken, when the others are tolerated, or all
# but one or two of them, or none?  Which of these shows it is tried out: one error can hide behind
# another, or be excused with it.  A bad free is issued only if that is what is looked for.
breaks() {
	local subject=$1 rule=$2 witness=$3 i j k
	local -a tolerate

	shift 3
	for ((i = 0; i <= $#; i++)); do
		for ((j = 0; j <= i; j++)); do
			tolerate=()
			for ((k = 1; k <= $#; k++)); do
				((k == i || k == j)) || tolerate+=(--tolerate "${!k}")
			done
			breaks_with "$rule" "$subject" "$witness" "${tolerate[@]}" && return
		done
	done
	breaks_with "$rule" "$subject" "$witness"
}

# breaks_with RULE SUBJECT WITNESS OPTION...
breaks_with() {
	local rule=$1 subject=$2 witness=$3

	shift 3
	[[ $witness == *-free.pcpu ]] || set -- --tolerate bad-free "$@"
	"$tool" run --subject "$subject" --strict "$@" "$witness" 2>&1 | grep -q "^rule:    $rule "
}

# check SUBJECT NAME RULE WITNESS OTHER...
check() {
	local subject=$1 name=$2 rule=$3 witness out status=0

	witness=$4
	shift 4
	if ! can_be "$subject" "$witness"; then
		skipped=$((skipped + 1))
		echo "skipped: $name on $subject, which cannot be the machine of $witness"
		return
	fi
	if breaks "$subject" "$rule" "$witness" "$@"; then
		passed=$((passed + 1))
	else
		fail "$name has expired: $witness does not break $rule on $subject"
	fi
	out=$("$tool" run --subject "$subject" "$witness" 2>&1) || status=$?
	if [ "$status" -eq 0 ]; then
		passed=$((passed + 1))
	else
		fail "$name: $witness breaks more than is known on $subject" "$out"
	fi
}

for object in "$folder"/linux-[0-9]*.so; do
	[ -e "$object" ] || continue
	subject=$(basename "$object" .so)
	mapfile -t names < <("$tool" list known | sed -n 's/ *breaks .*//p')
	while read -r name _ rule _ _ since _ until witness; do
		has "${subject#linux-}" "$since" "$until" || continue
		others=()
		for other in "${names[@]}"; do
			[ "$other" = "$name" ] || [ "$other" = bad-free ] || others+=("$other")
		done
		check "$subject" "$name" "$rule" "$witness" "${others[@]}"
	done < <("$tool" list known | grep ' breaks ')
done

if [ $((passed + failed + skipped)) -eq 0 ]; then
	number=$("$tool" list known | grep -c ' breaks ')
	echo "skipped: $number known errors, as no kernel is built in $folder"
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
