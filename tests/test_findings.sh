#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test_findings.sh - each finding of docs/findings/ is there in the kernels that the list of known
# errors says, and its fix, applied to a copy of the kernel, is one; with all fixes the kernel keeps
# the contract.
#
# Usage: test_findings.sh PCPUFUZZ [TREE]..., in the source folder.
set -u

if [ $# -lt 1 ]; then
	echo "usage: $0 PCPUFUZZ [TREE]..." >&2
	exit 2
fi
tool=$(realpath "$1")
shift
unset PCPUFUZZ_SUBJECT
fixes=docs/findings/fixes
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0
skipped=0

fail() {
	failed=$((failed + 1))
	echo "FAILED: $1"
	[ -z "${2:-}" ] || grep -aE '^(op|rule|found): |^impl/linux/build' <<<"$2" | sed 's/^/  /'
}

# has VERSION SINCE UNTIL: by the first two numbers
has() {
	[ "$(printf '%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ] &&
		{ [ "$3" = now ] || [ "$(printf '%s\n' "$1" "$3" | sort -V | head -n 1)" = "$1" ]; }
}

# build TREE NAME FIX...: make $work/NAME.so of a copy of the tree
build() {
	local tree=$1 name=$2 copy=$work/$2.tree part fix out

	shift 2
	mkdir "$copy" && cp -r "$tree/mm" "$copy/mm" || return
	for part in Makefile include lib; do
		ln -s "$tree/$part" "$copy/$part"
	done
	for fix; do
		part=$(sed -n 's/^# \(mm\/[a-z-]*\.c\): .*/\1/p' "$fixes/$fix.sed")
		sed -i -f "$fixes/$fix.sed" "$copy/$part"
		if cmp -s "$tree/$part" "$copy/$part"; then
			fail "$fixes/$fix.sed changes nothing in $part of $tree"
			return 1
		fi
	done
	out=$(impl/linux/build "$copy" "$work/$name.so" 2>&1) || {
		fail "$tree with ${*:-no fix} cannot be built" "$out"
		return 1
	}
	rm -rf "$copy" "$work/$name.build"
}

# options_for NAME WITNESS: so strict that the finding shows, and not another one first
options_for() {
	local other

	echo --strict
	for other in chunk-edges bad-free early-work; do
		case $1/$other in
		"$other/$other" | *-free/bad-free) continue ;;
		esac
		[[ " $names " != *" $other "* ]] || printf '%s\n' --tolerate "$other"
	done
	case $2 in
	*/scan-promote.pcpu) printf '%s\n' --tolerate scan-equal ;;
	*/unaligned-free.pcpu) printf '%s\n' --tolerate hint-lag ;;
	*-null.pcpu | *-chunk.pcpu | *-atomic.pcpu | *-edge.pcpu) echo --effects ;;
	esac
}

# check_witness NAME WITNESS FIXED.so
check_witness() {
	local out
	local -a options

	mapfile -t options < <(options_for "$1" "$2")
	if "$tool" run --subject "$work/stock.so" "${options[@]}" "$2" >/dev/null 2>&1; [ $? -ne 1 ]; then
		# the list promises only the first witness of all its versions
		[[ $2 == *-null.pcpu || $2 == *-stale.pcpu ]] || fail "$2 is clean on $version without the fix"
		return
	fi
	if out=$("$tool" run --subject "$3" "${options[@]}" "$2" 2>&1); then
		passed=$((passed + 1))
	else
		fail "$2 is not clean on $version with $1 fixed" "$out"
	fi
}

check_all() {
	local out

	if out=$("$tool" run --subject "$work/all.so" --strict --tolerate bad-free corpus 2>&1); then
		passed=$((passed + 1))
	else
		fail "$version with all fixes breaks a rule on the corpus" "$out"
	fi
	for target in pcpu vm boot; do
		if out=$("$tool" gen --run --target "$target" --subject "$work/all.so" --strict \
			--tolerate bad-free --total-ops 20000 2>&1); then
			passed=$((passed + 1))
		else
			fail "$version with all fixes breaks a rule, target $target" "$out"
		fi
	done
}

# fix_of NAME: one fix may be that of several
fix_of() {
	case $1 in
	wrap-late) echo size-wrap ;;
	search-page) echo search-length ;;
	unaligned-free) echo bad-free ;;
	*) echo "$1" ;;
	esac
}

check_tree() {
	local tree name since until main witness fix names=
	local -a known=() all=()

	tree=$(realpath "$1")
	version=$(sed -n -e 's/^VERSION = //p' -e 's/^PATCHLEVEL = //p' "$tree/Makefile" | paste -sd.)
	rm -rf "${work:?}"/*
	build "$tree" stock || return
	mapfile -t known < <("$tool" list known | grep ' breaks ' |
		while read -r name _ _ _ _ since _ until main; do
			! has "$version" "$since" "$until" || echo "$name $main"
		done)
	names=$(printf '%s\n' "${known[@]}" | cut -d ' ' -f 1 | paste -sd ' ')
	while read -r name main; do
		fix=$(fix_of "$name")
		if [ ! -e "$fixes/$fix.sed" ]; then
			skipped=$((skipped + 1))
			echo "skipped: $name, for which there is no fix"
			continue
		fi
		if [ ! -e "$work/$fix.so" ]; then
			build "$tree" "$fix" "$fix" || continue
			all+=("$fix")
		fi
		for witness in "$main" "${main%.pcpu}"-*.pcpu; do
			[ ! -e "$witness" ] || check_witness "$name" "$witness" "$work/$fix.so"
		done
	done < <(printf '%s\n' "${known[@]}")
	build "$tree" all "${all[@]}" || return
	check_all
}

if [ $# -eq 0 ]; then
	skipped=1
	echo "skipped: $(find "$fixes" -name '*.sed' | wc -l) fixes, as no kernel tree was named"
fi
for tree; do
	if [ -f "$tree/mm/percpu.c" ]; then
		check_tree "$tree"
	else
		fail "there is no kernel in $tree"
	fi
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
