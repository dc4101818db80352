#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# bugs_selftest.sh - scripts/bugs can fail: patches that do not apply or compile, witnesses that show
# nothing, marks that are not triggered, errors that nobody finds, and bad input.
#
# Needs the lanes plain and fuzz, and builds what AFL++ needs, if it is installed.  Prints 'ok WHAT' or
# 'FAIL WHAT' for each check.

# shellcheck source=tests/selftest-lib.sh
. "$(dirname "$0")/selftest-lib.sh" bugs

bank=$tmp/bank
mkdir "$bank"

# spoil NAME SED-COMMAND...: the patch M02, spoilt
spoil() {
	local name=$1

	shift
	sed -e "s/^id: M02/id: $name/" "$@" impl/bugs/M02.patch >"$bank/$name.patch"
}

spoil good
# shellcheck disable=SC2016 # a script of sed
spoil stale -e 's/^ .*first_free.*/&x/' -e '/^@@/,$s/^ \(.*[a-z].*\)/ \1 was changed/'
spoil broken -e 's/^+\(.*\)/+\1 (((/'
spoil unmarked -e 's/BUG_HERE(.*);/(void)0;/' -e 's/\bBUG(\(.*\), .*);/\1;/'
spoil otherrule -e 's/^rule: .*/rule: tlb_stale/'
sed '/^[a-z]* *=\|^free\|^r0/d' corpus/bugs/M02.pcpu >"$tmp/empty.pcpu"
spoil otherwitness -e "s,^witness: .*,witness: $tmp/empty.pcpu,"

run=(test --no-setup --jobs 1 --bank "$bank")
check "a bug and its witness" 0 '^ok good: ' "${run[@]}" good
check "a patch that no longer applies" 1 '^FAIL stale: no longer applies' "${run[@]}" stale
check "a patch that does not compile" 1 '^FAIL broken: does not compile' "${run[@]}" broken
check "an error without a mark" 1 '^FAIL unmarked: no canary mark' "${run[@]}" unmarked
check "another rule than expected" 1 '^FAIL otherrule: expected tlb_stale; got block_first' \
	"${run[@]}" otherrule
check "a witness that shows nothing" 1 '^FAIL otherwitness: .*got clean' "${run[@]}" otherwitness

run=(repro --no-setup --jobs 1 --bank "$bank")
# an error that is in the tool and not in the C program, and the other way round
spoil nowhere -e 's/BUG_HERE(.*);/if (!program_is("pcpufuzz")) md->first_free = pcpu_min_int(md->first_free, start); else &/'
spoil other -e 's/BUG_HERE(.*);/if (program_is("with")) md->left_free = -1; else &/'
for name in nowhere other; do
	# shellcheck disable=SC2016 # a script of awk
	awk '/^@@/ { print "@@ -1,1 +1,8 @@"
		print "+#include <stdbool.h>"
		print "+#include <string.h>"
		print "+extern char *program_invocation_short_name;"
		print "+static inline bool program_is(const char *name)"
		print "+{"
		print "+	return !strcmp(program_invocation_short_name, name);"
		print "+}"
		print " // SPDX-License-Identifier: GPL-2.0-only" }
		{ print }' "$bank/$name.patch" | sed 's/^@@ -111,7 +111,7/@@ -111,7 +118,7/' \
		>"$tmp/patch"
	mv "$tmp/patch" "$bank/$name.patch"
done
check "a bug minimised, and as a C program" 0 '^good +block_first_free.free .* 2 .* 2$' "${run[@]}" good
check "a witness that shows nothing" 1 '^FAIL otherwitness: the witness shows nothing' \
	"${run[@]}" otherwitness
check "a patch that no longer applies" 1 '^FAIL stale: no longer applies' "${run[@]}" stale
check "a C program that shows nothing" 1 '^FAIL nowhere: the C program shows clean, expected block' \
	"${run[@]}" nowhere
check "a C program that shows something else" 1 '^FAIL other: the C program shows block_left' \
	"${run[@]}" other

# ---- buckets ----

run=(triage --no-setup --jobs 1 --bank "$bank")
check "one bucket for each cause" 0 '0 are merged wrongly' "${run[@]}" good
check "a witness that shows nothing is no finding" 1 '^FAIL otherwitness: the witness shows nothing' \
	"${run[@]}" otherwitness

# an error that is none is not found, and that is said
# shellcheck disable=SC2016 # a script of sed
spoil harmless -e '/^---/,$d'
cat >>"$bank/harmless.patch" <<'END'
--- a/impl/quirks.c
+++ b/impl/quirks.c
@@ -1,1 +1,2 @@
+/* nothing */
 // SPDX-License-Identifier: GPL-2.0-only
END
hunt=(hunt --no-setup --jobs 1 --bank "$bank" --out "$tmp/hunt" --trials 1)
check "an error that is found from nothing" 0 '1 trials, 0 without success' "${hunt[@]}" --time 20 good
check "what is done is not done again" 0 '0 trials of .* 1 were done' "${hunt[@]}" --time 20 good
check "an error that is not found" 1 '1 trials, 1 without success' "${hunt[@]}" --time 1 harmless
if command -v afl-fuzz >/dev/null; then
	check "an error that AFL++ finds from nothing" 0 '1 trials, 0 without success' hunt --no-setup \
		--jobs 1 --bank "$bank" --out "$tmp/afl" --trials 1 --engine afl --time 60 good
	if grep -q '"engine": "afl", .*"execs": [1-9].*"rule": "block_first' "$tmp/afl/hunt.jsonl"; then
		echo "ok bugs: AFL++ finds it as what it is"
	else
		echo "FAIL bugs: AFL++ finds it as what it is; got $(tail -n 1 "$tmp/afl/hunt.jsonl")"
		failed=1
	fi
else
	echo "skipped bugs: AFL++ is not installed"
fi
printf '{"id": "go' >>"$tmp/hunt/hunt.jsonl"
check "a line that was cut off" 0 '^\| good \|' table --bank "$bank" --out "$tmp/hunt"
{
	echo 'no JSON'
	echo '{}'
} >>"$tmp/hunt/hunt.jsonl"
check "a damaged line" 2 'hunt.jsonl:3: expected an object of JSON' table --out "$tmp/hunt"

sed -e '/^needs: /d' "$bank/good.patch" >"$bank/bad.patch"
check "a header without a field" 2 "bad.patch: expected a line 'needs: '" list --bank "$bank" bad
sed -e 's/^id: good/id: bad/' -e 's/^needs: .*/colour: red/' "$bank/good.patch" >"$bank/bad.patch"
check "an unknown field" 2 "bad.patch:4: expected one of" list --bank "$bank" bad
check "an unknown bug" 2 "got 'M99'" show M99
check "an unknown engine" 2 "got 'magic'" hunt --no-setup --engine magic M02
check "a bad number" 2 'expected a number from 1' hunt --trials 0
check "help" 0 '^usage: scripts/bugs' --help
check "no results" 2 'expected results in' table --out "$tmp/none"
exit $failed
