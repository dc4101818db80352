#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# identical.sh - the same programs give the same results, whatever built the tool.
#
# Runs all programs of corpus/ and generated ones with each build of pcpufuzz, forwards and
# backwards, for every target.  Every result and every hash of the state must equal, byte by byte.

set -euo pipefail

usage() {
	cat <<END
usage: tests/identical.sh [--count N] [--seed N] [--subject LIST] PCPUFUZZ...

Compare the builds PCPUFUZZ... of the tool: the first is what the others must equal.  One build is
enough with --subject: the order of the programs must not matter then.

  --count N   programs to generate per target besides the corpus (default: 75)
  --seed N    where generating begins (default: 1)
  --subject LIST  what to run on, as 'pcpufuzz run' takes it
  --help      print this

Exit code: 0 identical, 1 not, 2 usage error.
END
}

die() {
	printf 'tests/identical.sh: %s\n' "$*" >&2
	exit 2
}

count=75
seed=1
subject=()
tools=()
while (($#)); do
	case $1 in
	--help | -h)
		usage
		exit 0
		;;
	--count | --seed)
		[[ ${2:-} =~ ^[0-9]{1,9}$ ]] || die "$1: expected a number; got '${2:-}'"
		case $1 in
		--count) count=$2 ;;
		--seed) seed=$2 ;;
		esac
		shift
		;;
	--subject)
		[[ ${2:-} ]] || die "$1: expected names"
		subject=(--subject "$2")
		shift
		;;
	-*) die "unknown option '$1', see tests/identical.sh --help" ;;
	*)
		[[ -x $1 ]] || die "expected a build of pcpufuzz; got '$1'"
		tools+=("$(realpath "$1")")
		;;
	esac
	shift
done
((${#tools[@]} >= (${#subject[@]} ? 1 : 2))) || die "expected at least two builds of pcpufuzz"

root=$(realpath "$(dirname "$0")/..")
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$root"
failed=0

# compare NAME EXPECTED ACTUAL
compare() {
	if cmp -s "$2" "$3"; then
		echo "ok    $1"
	else
		failed=$((failed + 1))
		echo "FAIL  $1"
		diff "$2" "$3" | head -n 6 | cut -c 1-200 | sed 's/^/      | /' || true
	fi
}

# results TOOL TARGET [OPTION]: all results, and the exit code, which may be that of a finding
results() {
	local status=0

	"$1" run --target "$2" --print "${subject[@]}" "${@:3}" "${inputs[@]}" 2>&1 </dev/null || status=$?
	echo "exit $status"
}

# The programs of an output in reverse order.
turn() {
	awk '
	/^program / || /: not applicable to / { n++ }
	/^exit / { last = $0; next }
	{ block[n] = block[n] $0 "\n" }
	END {
		for (i = n; i > 0; i--)
			printf "%s", block[i]
		print last
	}' "$1"
}

# Programs as each target has them.
mapfile -t targets < <("${tools[0]}" list targets | cut -d ' ' -f 1)
mkdir "$tmp/generated"
inputs=("$tmp/generated")
for target in "${targets[@]}"; do
	"${tools[0]}" gen --seed "$seed" --count "$count" --target "$target" "${subject[@]}" \
		>"$tmp/all-$target"
	awk -v dir="$tmp/generated/$target-" '
		/^pcpu-program / { if (file) close(file); file = sprintf("%s%05d.pcpu", dir, n++) }
		file { print > file }' "$tmp/all-$target"
done
[[ $(find "$tmp/generated" -type f | wc -l) -eq $((10#$count * ${#targets[@]})) ]] ||
	die "expected $count generated programs for each target"
if [[ -n $(find corpus -name '*.pcpu' -print -quit 2>/dev/null) ]]; then
	inputs+=(corpus)
fi

for tool in "${tools[@]}"; do
	name=${tool#"$root"/}
	for target in "${targets[@]}"; do
		if [[ $tool != "${tools[0]}" ]]; then
			"$tool" gen --seed "$seed" --count "$count" --target "$target" "${subject[@]}" \
				>"$tmp/gen"
			compare "$name generates the same for $target" "$tmp/all-$target" "$tmp/gen"
		fi
		if [[ $tool == "${tools[0]}" ]]; then
			results "$tool" "$target" >"$tmp/$target"
			grep -q '^exit [01]$' "$tmp/$target" ||
				die "$name does not run: $(tail -n 2 "$tmp/$target" | head -n 1)"
		else
			results "$tool" "$target" >"$tmp/forward"
			compare "$name --target $target" "$tmp/$target" "$tmp/forward"
		fi
		results "$tool" "$target" --reverse >"$tmp/backward"
		turn "$tmp/backward" >"$tmp/turned"
		compare "$name --target $target --reverse" "$tmp/$target" "$tmp/turned"
	done
done
((failed == 0)) || exit 1
