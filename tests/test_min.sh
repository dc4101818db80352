#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test_min.sh - programs of findings are made smaller: the finding stays the same, the result is a
# program again, and cannot be made smaller once more.
#
# Usage: test_min.sh PCPUFUZZ, in the source folder.
set -u

# shellcheck source=tests/tool-lib.sh
. "$(dirname "$(realpath "$0")")/tool-lib.sh"
like=$(dirname "$tool")/tests/subjects/linux-like.so

complains() {
	ok "one line on stderr" [ "$(wc -l <"$tmp/err")" -eq 1 ]
	ok "stderr has 'pcpufuzz: $1'" grep -qF -- "pcpufuzz: $1" "$tmp/err"
}

key_of() { # FILE OPTION...: of its finding
	"$tool" run "${@:2}" "$1" 2>&1 | sed -n 's/^.* FuzzerHash=//p'
}

subject_of() { # FILE OPTION...: the one that broke the rule, if they have names
	"$tool" run "${@:2}" "$1" 2>&1 | sed -n 's/^subject: //p' | head -n 1
}

ops_of() { # FILE
	grep -vc -e '^#' -e '^pcpu-program ' -e '^machine ' "$1"
}

# minimises FILE MAX OPTION...: to at most MAX ops
minimises() {
	local file=$1 max=$2 key

	shift 2
	key=$(key_of "$file" "$@")
	ok "$file has a finding" [ -n "$key" ]
	exits 0 min "$@" -o "$tmp/min.pcpu" "$file"
	ok "$file: nothing on standard output" [ ! -s "$tmp/out" ]
	ok "$file: $key as before" [ "$(key_of "$tmp/min.pcpu" "$@")" = "$key" ]
	ok "$file: says so" grep -qx "# finding: $key" "$tmp/min.pcpu"
	ok "$file: at most $max ops" [ "$(ops_of "$tmp/min.pcpu")" -le "$max" ]
	exits 0 convert --text "$tmp/min.pcpu"
	ok "$file: canonical" cmp -s "$tmp/out" <(grep -v '^#' "$tmp/min.pcpu")
	exits 0 min "$@" "$tmp/min.pcpu"
	ok "$file: cannot be made smaller" cmp -s "$tmp/out" "$tmp/min.pcpu"
}

quirks() { # with sanitizers some of them are as good
	local most=99

	[ -z "${PCPUFUZZ_SANITIZED:-}" ] || most=3
	"$tool" list quirks | grep ' breaks ' | head -n "$most"
}

# The witnesses, and the first long program that shows a quirk.
while read -r quirk _; do
	minimises "corpus/quirks/$quirk.pcpu" "$(ops_of "corpus/quirks/$quirk.pcpu")" --quirk "$quirk"
	exits 1 gen --run --ops 1000 --count 1000 --quirk "$quirk"
	seed=$(sed -n 's/^reproduce: .* --seed //p' "$tmp/out")
	exits 0 gen --ops 1000 --seed "$seed"
	cp "$tmp/out" "$tmp/$quirk.pcpu"
	minimises "$tmp/$quirk.pcpu" 20 --quirk "$quirk"
	exits 0 convert --bytes -o "$tmp/bytes" "$tmp/$quirk.pcpu"
	exits 0 min --quirk "$quirk" "$tmp/bytes"
	ok "$quirk: bytes do as well" cmp -s "$tmp/out" "$tmp/min.pcpu"
	exits 0 min --quirk "$quirk" "$tmp/$quirk.pcpu"
	ok "$quirk: the same again" cmp -s "$tmp/out" "$tmp/min.pcpu"
done < <(quirks)

# Other machines and ops: the errors of a caller that only a kernel would accept.
for target in pcpu vm boot; do
	for seed in 1 2 3; do
		"$tool" gen --target "$target" --ops 200 --seed "$seed" >"$tmp/program.pcpu"
		if ! "$tool" run --quirk chunk-edges --quirk bad-free --quirk scan-promote \
			--tolerate chunk-edges "$tmp/program.pcpu" >/dev/null 2>&1; then
			minimises "$tmp/program.pcpu" 20 --quirk chunk-edges --quirk bad-free \
				--quirk scan-promote --tolerate chunk-edges
		fi
	done
done

# In lockstep: the same subject, and machines that both can be.
while read -r quirk _; do
	options=(--subject "ours,$like" --no-quirk "$quirk")
	[ "$quirk" != bad-free ] || options+=(--bad-frees)
	exits 1 gen --run --ops 200 --count 2000 "${options[@]}"
	seed=$(sed -n 's/^reproduce: .* --seed //p' "$tmp/out")
	exits 0 gen --ops 200 --seed "$seed" --subject "ours,$like"
	cp "$tmp/out" "$tmp/program.pcpu"
	subject=$(subject_of "$tmp/program.pcpu" "${options[@]}")
	minimises "$tmp/program.pcpu" 20 "${options[@]}"
	ok "$quirk: in the same subject" \
		[ "$(subject_of "$tmp/min.pcpu" "${options[@]}" | cut -d: -f1)" = "${subject%%:*}" ]
	"$tool" run --subject "ours,$like" --bad-frees "$tmp/min.pcpu" >"$tmp/out" 2>"$tmp/err"
	ok "$quirk: clean with the quirk" [ $? -eq 0 ]
done < <(quirks)

# A free inside an object, in both of them: the end, without a finding.
cat >"$tmp/inside.pcpu" <<'END'
pcpu-program 1
machine cpus=1 page=256 unit_pages=4 static=20 reserved=0 dyn=300 vm_pages=64 frames=64
r0 = alloc size=64 align=8
free r0+32
r1 = alloc size=8 align=8
END
exits 0 run --bad-frees --subject "ours,$like" "$tmp/inside.pcpu"
exits 0 run --subject "ours,$like" "$tmp/inside.pcpu"
exits 1 run --bad-frees --subject "ours,$like" --no-quirk bad-free "$tmp/inside.pcpu"
ok "the verdict" grep -q '^verdict: linux-like: breaks bad_free (safety) at op 1, known as bad-free$' \
	"$tmp/out"

# While generating.
exits 1 gen --run --min --count 100 --quirk free-end
ok "minimised" grep -q '^---- minimised: [0-9]* ops of 64 ----$' "$tmp/out"
sed -n '/^---- minimised: /,/^$/p' "$tmp/out" | sed 1d >"$tmp/gen.pcpu"
ok "a finding" [ -n "$(key_of "$tmp/gen.pcpu" --quirk free-end)" ]
exits 0 gen --run --min --count 3
exits 2 gen --min
complains "gen: --min: expected with --run"

# What cannot be made smaller.
exits 2 min corpus/quirks/free-end.pcpu
complains "corpus/quirks/free-end.pcpu: expected a program with a finding; it is clean"
exits 2 min
complains "min: expected a file"
exits 2 min a b
complains "min: expected one file"
exits 2 min "$tmp/none"
complains "$tmp/none: "
exits 2 min corpus
complains "corpus: "
exits 2 min --time 0 corpus/quirks/free-end.pcpu
complains "min: --time: expected a number, 1 to 1000000"
exits 2 min --time
complains "min: --time: expected a number, 1 to 1000000"
exits 2 min --no-quirk nothing corpus/quirks/free-end.pcpu
complains "--no-quirk: expected"
exits 2 min --quirk free-end -o "$tmp/no/such" corpus/quirks/free-end.pcpu
complains "$tmp/no/such: "
exits 0 min --quirk free-end --time 100 corpus/quirks/free-end.pcpu
exits 2 min --subject "$like" - # nothing on standard input
complains "-"
printf 'pcpu-program 1\nmachine cpus=80 page=256 unit_pages=1 static=4 reserved=0 dyn=8 vm_pages=0 frames=0\n' \
	>"$tmp/wide.pcpu"
exits 2 min --subject "$like" --strict "$tmp/wide.pcpu"
complains "$tmp/wide.pcpu: not applicable to linux-like: it has more than 64 CPUs"

# Any input: either there is a finding or there is not.
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	awk -v seed="$i" 'BEGIN { srand(seed); n = 20 + 100 * seed
		for (i = 0; i < n; i++) printf "%c", 1 + int(255 * rand()) }' >"$tmp/garbage"
	last="pcpufuzz min on garbage $i"
	status=0
	"$tool" min --policy linux-6.1 "$tmp/garbage" >"$tmp/out" 2>"$tmp/err" || status=$?
	ok "exit 0 or 2 (was $status)" [ $((status & ~2)) -eq 0 ]
	ok "one line on stderr" [ "$(wc -l <"$tmp/err")" -eq 1 ]
	printf 'pcpu-program 1\n' | cat - "$tmp/garbage" >"$tmp/garbage.pcpu"
	exits 2 min --policy linux-6.1 "$tmp/garbage.pcpu"
	complains "$tmp/garbage.pcpu:"
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
