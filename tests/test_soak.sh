#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test_soak.sh - scripts/soak counts what was checked, goes on where it ended, and can fail.
#
# usage: test_soak.sh PCPUFUZZ

set -uo pipefail
# shellcheck source=tests/tool-lib.sh
. "$(dirname "$0")/tool-lib.sh"
cd "$(dirname "$0")/.." || exit 2

soak() { # ARGUMENT...
	last="scripts/soak $*"
	status=0
	scripts/soak --no-setup --jobs 1 "$@" >"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
}

soaks() { # STATUS ARGUMENT...
	local want=$1

	shift
	soak "$@"
	ok "exit $want of: $last (was $status)" [ "$status" -eq "$want" ]
}

counted() { # AT-LEAST: the last line counts so many, or some more
	local n

	n=$(sed -n 's/^\([0-9]*\) checked ops in all, 0 findings; .*/\1/p' "$tmp/out")
	ok "at least $1 ops, not many more: '$n'" [ "$((n >= $1 && n < $1 + 20000))" -eq 1 ]
}

dir=$tmp/soak
soaks 0 --tool "$tool" --dir "$dir" --ops 4000
counted 4000
ok "each target has its turn" [ "$(grep -c ' [1-9][0-9]* checked ops$' "$tmp/out")" -eq 4 ]
lines=$(wc -l <"$dir/log")
soaks 0 --tool "$tool" --dir "$dir" --ops 4000
ok "what is done is not done again" [ "$(wc -l <"$dir/log")" -eq "$lines" ]
printf 'cut o' >>"$dir/log"
soaks 0 --tool "$tool" --dir "$dir" --ops 5e3
counted 5000
ok "the line that was cut off is named" grep -q '^note: the last line' "$tmp/out"
ok "it goes on" grep -q '^going on after' "$tmp/out"

# another build starts at 0; one with an error ends with a finding
printf '#!/bin/sh\nexec "%s" "$@" --quirk hint-lag\n' "$tool" >"$tmp/wrong"
chmod +x "$tmp/wrong"
soaks 1 --tool "$tmp/wrong" --dir "$dir" --ops 1000000
ok "the finding is kept" grep -q '^rule:' "$dir"/findings/*

rm -rf "$dir/findings"
echo 'what is this' >>"$dir/log"
soaks 2 --tool "$tool" --dir "$dir" --ops 1e6
ok "the line is named" grep -qE "/log:[0-9]+: expected 'build target" "$tmp/err"
soaks 2 --ops none
soaks 2 --jobs 0
soaks 2 --tool "$tmp/nothing"
soaks 2 --magic
soaks 0 --help

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
