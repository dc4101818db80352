#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Each quirk of impl/quirks.def is needed and does what it says: its witness trips the named rule
# with the quirk on, is clean if the oracle tolerates it, and is clean without it.  And so does the
# one tolerance of two together.
set -u
tool=${1:?usage: test_quirks.sh PCPUFUZZ}
count=2000
[ -z "${PCPUFUZZ_SANITIZED:-}" ] || count=250
passed=0
failed=0

check() { # what, expected exit code, command...
	local what=$1 want=$2 out code
	shift 2
	out=$("$@" 2>&1)
	code=$?
	if [ "$code" -eq "$want" ] && { [ -z "${rule:-}" ] || grep -q "^rule:    $rule " <<<"$out"; }; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		printf 'FAILED: %s: exit %d, expected %d%s\n%s\n' "$what" "$code" "$want" \
			"${rule:+ and rule $rule}" "$out"
	fi
}

while read -r quirk _ broken; do
	witness=corpus/quirks/$quirk.pcpu
	rule=$broken check "$witness with --quirk $quirk" 1 "$tool" run --quirk "$quirk" "$witness"
	rule='' check "$witness tolerated" 0 "$tool" run --quirk "$quirk" --tolerate "$quirk" "$witness"
	rule='' check "$witness without" 0 "$tool" run "$witness"
	rule='' check "$witness under linux-6.1" 0 "$tool" run --policy linux-6.1 \
		--tolerate linux-6.1 "$witness"
	rule='' check "$quirk alone, tolerated" 0 "$tool" gen --run --count "$count" --seed 3 \
		--quirk "$quirk" --tolerate "$quirk"
done < <("$tool" list quirks | grep ' breaks ')

# A block's left_free may be low where two of them are tolerated, and only there.
witness=corpus/upstream/left-stale.pcpu
both=(run --quirk scan-promote --quirk scan-same --without-rule block_scan --without-rule chunk_scan
	--without-rule block_hint_under --without-rule chunk_hint_under)
for one in scan-promote scan-same; do
	rule=block_left check "$witness, only $one tolerated" 1 "$tool" "${both[@]}" --tolerate "$one" \
		"$witness"
done
rule='' check "$witness, both tolerated" 0 "$tool" run --quirk scan-promote --quirk scan-same \
	--tolerate scan-promote --tolerate scan-same "$witness"

# After a failed population a chunk may be at the front of its list where scan-promote is tolerated, and
# only there.
witness=corpus/upstream/order-promote.pcpu
both=(run --quirk scan-promote --quirk hint-lag --tolerate hint-lag)
for rule in block_right block_hint_under; do
	both+=(--without-rule "$rule")
done
rule=list_order check "$witness, scan-promote not tolerated" 1 "$tool" "${both[@]}" "$witness"
rule='' check "$witness, tolerated" 0 "$tool" "${both[@]}" --tolerate scan-promote "$witness"
rule='' check "$witness without" 0 "$tool" run "$witness"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
