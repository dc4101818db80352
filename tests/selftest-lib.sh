# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# selftest-lib.sh - what tests/*_selftest.sh share: a folder that goes away, and a line 'ok WHAT' or
# 'FAIL WHAT' for each check.
#
# Sourced with the name of the script that is tested, without scripts/.  Ends with failed=1 if a
# check failed.

set -euo pipefail

# shellcheck disable=SC2034 # setup-lib.sh wants to know
self=tests/$(basename "$0")
cd "$(dirname "$0")/.."
tested=$1
tmp=$(mktemp -d)
failed=0
always=() # arguments that the script gets each time, behind the others

# Redefined by tests that leave more behind.
# shellcheck disable=SC2317 # called by trap
clean_up() {
	rm -rf "$tmp"
}
trap clean_up EXIT

result() { # WHAT STATUS [FILE]
	if (($2 == 0)); then
		echo "ok $tested: $1"
		return
	fi
	echo "FAIL $tested: $1"
	[[ -z ${3:-} ]] || tail -n 12 "$3" | sed 's/^/  | /'
	# shellcheck disable=SC2034 # for the sourcer
	failed=1
}

holds() { # WHAT COMMAND...
	local what=$1 status=0

	shift
	"$@" || status=$?
	result "$what" "$status"
}

check() { # WHAT STATUS PATTERN ARGUMENT... of the script
	local what=$1 want=$2 pattern=$3 status=0 bad=0

	shift 3
	"scripts/$tested" "$@" "${always[@]}" >"$tmp/out" 2>&1 </dev/null || status=$?
	((status == want)) && grep -qE -- "$pattern" "$tmp/out" || bad=1
	((!bad)) || what+=": exit $status, expected $want and '$pattern'; got:"
	result "$what" "$bad" "$tmp/out"
}
