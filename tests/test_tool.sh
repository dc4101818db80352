#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test_tool.sh - what scripts and people rely on in the command-line tool: exit codes, messages,
# round trips, repeatable output.
#
# Usage: test_tool.sh PCPUFUZZ, in the source folder.  Does not judge what programs come to.
set -u

# shellcheck source=tests/tool-lib.sh
. "$(dirname "$(realpath "$0")")/tool-lib.sh"

quiet() {
	ok "nothing on stderr" [ ! -s "$tmp/err" ]
}

says() { # PATTERN on standard output
	ok "output has '$1'" grep -q -- "$1" "$tmp/out"
}

# The one line on stderr begins with the tool's name and then $1, literally.
complains() {
	local line

	ok "one line on stderr" [ "$(wc -l < "$tmp/err")" -eq 1 ]
	line=$(cat "$tmp/err")
	ok "stderr begins with 'pcpufuzz: ${1-}'" [ "${line#"pcpufuzz: ${1-}"}" != "$line" ]
}

# Usage.
exits 2
says '^usage: pcpufuzz COMMAND'
exits 0 --help
quiet
says 'Exit code: 0 clean, 1 findings, 2 bad input or usage'
commands=$(sed -n 's/^  \([a-z][a-z]*\)  *.*/\1/p' "$tmp/out")
ok "help lists the commands" [ "$(echo "$commands" | wc -w)" -ge 5 ]
for command in $commands; do
	exits 0 "$command" --help
	quiet
	ok "help of $command says something" [ -s "$tmp/out" ]
	exits 2 "$command" --no-such-option
	ok "$command names itself" grep -q '^pcpufuzz: ' "$tmp/err"
done
for command in run show convert gen min list; do
	exits 2 "$command" --no-such-option
	complains "$command: "
done
for command in run show convert min list; do
	exits 2 "$command"
	complains "$command: expected "
done
exits 2 frobnicate
complains "expected a command"
for option in --target --policy --quirk --no-quirk --tolerate --without-rule; do
	exits 2 run "$option"
	complains "$option: expected "
	exits 2 run "$option" no-such-value
	complains "$option: expected "
done
exits 2 gen --seed
complains "gen: --seed: expected a number"
exits 2 gen --seed 12x
complains "gen: --seed: expected a number"
exits 2 gen --ops 65537
complains "gen: --ops: expected a number"
exits 2 convert --target
complains "--target: expected a value"
exits 2 convert --target no-such-value "$0"
complains "--target: expected one of"
exits 2 list nothing
complains "list: expected one of"

# Tables.
for table in rules quirks ops targets; do
	exits 0 list "$table"
	quiet
done
exits 0 list rules
ok "every rule is listed" [ "$(wc -l < "$tmp/out")" -eq "$(grep -c '^RULE(' oracle/rules.def)" ]

exits 0 list ops
ok "every op is listed" [ "$(wc -l < "$tmp/out")" -eq "$(grep -c '^OP(' targets/program/ops.def)" ]
targets=$(sed -n 's/^TARGET(\([a-z0-9_]*\),.*/\1/p' targets/targets.def)
exits 0 list targets
ok "every target is listed" [ "$(cut -d ' ' -f 1 "$tmp/out")" = "$targets" ]

# Dictionaries: records of 12 bytes under names that all engines take, and no more than AFL++ uses.
for target in $targets; do
	exits 0 list dict --target "$target"
	quiet
	ok "$target: records" \
		[ "$(grep -cvE '^[a-z0-9_]+="(\\x[0-9A-F]{2}){12}"$' "$tmp/out")" -eq 0 ]
	ok "$target: at least 100 records" [ "$(wc -l < "$tmp/out")" -ge 100 ]
	ok "$target: at most 256 records" [ "$(wc -l < "$tmp/out")" -le 256 ]
	ok "$target: none twice" [ -z "$(cut -d = -f 2 "$tmp/out" | sort | uniq -d)" ]
	# those that need no handle mean what their names say
	while IFS= read -r entry; do
		record=${entry#*=?}
		{
			head -c 32 /dev/zero
			printf '%b' "${record%?}"
		} > "$tmp/record"
		"$tool" convert --text --target "$target" "$tmp/record" > "$tmp/text"
		ok "$target: $entry" grep -qE "^([a-z]0 = )?${entry%%_raw*}( |\$)" "$tmp/text"
		name=${entry%%=*}
		[ "${name%_fail_*}" = "$name" ] ||
			ok "$target: $entry" grep -q "(fail ${name##*_} " "$tmp/text"
	done < <(grep '_raw' "$tmp/out")
done
exits 2 list dict --target none
complains "--target: expected one of"
exits 2 list dict none
complains "list dict: expected "

# Programs to work on.
head='pcpu-program 1
machine cpus=2 page=256 unit_pages=4 static=20 reserved=64 dyn=300 vm_pages=64 frames=64'
mkdir "$tmp/texts" "$tmp/corpus"
"$tool" gen --seed 5 --count 50 | awk -v dir="$tmp/texts" '
	/^pcpu-program/ { n++ }
	NF { print > sprintf("%s/%02d.pcpu", dir, n) }'
ok "50 programs were generated" [ "$(find "$tmp/texts" -name '*.pcpu' | wc -l)" -eq 50 ]
printf '%s\nr0 = alloc size=64 align=8\nfree r0\n' "$head" > "$tmp/clean.pcpu"
printf '%s\nr0 = alloc size=64 align=8\nfree r0\nfree r0\n' "$head" > "$tmp/twice.pcpu"

# Rules that are left out: the output says so.
exits 1 run --quirk chunk-edges --without-rule slot corpus/quirks/chunk-edges.pcpu
says '^rule:    chunk_edges '
says '^without: slot$'
says ', 1 findings, without the rules slot$'
exits 0 run --quirk chunk-edges --without-rule slot --without-rule chunk_edges \
	corpus/quirks/chunk-edges.pcpu
says ', 0 findings, without the rules chunk_edges slot$'
exits 0 gen --run --count 2 --without-rule lockstep
says ', without the rules lockstep$'
exits 0 gen --run --count 2
ok "nothing is left out" test -z "$(grep without "$tmp/out")"

# Bad input.
exits 2 run "$tmp/none.pcpu"
complains "$tmp/none.pcpu: "
exits 2 convert "$tmp/none.pcpu"
complains "$tmp/none.pcpu: "
printf '%s\n\n# fine so far\nr0 = alloc siez=64 align=8\n' "$head" > "$tmp/bad.pcpu"
for command in run show convert; do
	exits 2 "$command" "$tmp/bad.pcpu"
	complains "$tmp/bad.pcpu:5: expected 'size='; got 'siez=64'"
done
printf 'pcpu-program 1\nmachine cpus=2 page=255\n' > "$tmp/bad.pcpu"
exits 2 run "$tmp/bad.pcpu"
complains "$tmp/bad.pcpu:2: "
printf 'no program' > "$tmp/bad.pcpu"
exits 2 run "$tmp/bad.pcpu"
complains "$tmp/bad.pcpu:1: "
: > "$tmp/empty.pcpu"
exits 2 run "$tmp/empty.pcpu"
complains "$tmp/empty.pcpu:"
: > "$tmp/empty"
exits 0 run "$tmp/empty"
says '^1 programs, [0-9]* ops, 0 findings$'
# the good ones are run all the same
exits 2 run "$tmp/bad.pcpu" "$tmp/clean.pcpu"
complains "$tmp/bad.pcpu:1: "
says '^1 programs, [1-9][0-9]* ops, 0 findings$'

# Runs.
exits 0 run "$tmp/clean.pcpu"
quiet
says '^1 programs, [1-9][0-9]* ops, 0 findings$'
exits 0 run "$tmp/texts"
says '^50 programs, [0-9]* ops, 0 findings$'
cp "$tmp/out" "$tmp/forward"
exits 0 run --reverse "$tmp/texts"
ok "the same in reverse" cmp -s "$tmp/out" "$tmp/forward"
exits 0 run --full "$tmp/clean.pcpu"
exits 0 run --target pcpu_linux61 "$tmp/texts"
exits 0 run --policy linux-6.1 --tolerate linux-6.1 "$tmp/texts"
exits 0 run --print "$tmp/texts"
cp "$tmp/out" "$tmp/first"
exits 0 run --print "$tmp/texts"
ok "printed the same twice" cmp -s "$tmp/out" "$tmp/first"
exits 0 run --print "$tmp/clean.pcpu"
says '^0 alloc c0+88 [0-9a-f]\{16\}$'
says '^1 free c0+88 [0-9a-f]\{16\}$'
exits 0 run --stats "$tmp/stats" "$tmp/clean.pcpu"
ok "number of programs" grep -qx 'programs 1' "$tmp/stats"
ok "number of ops" grep -q "^1 programs, $(grep '^ops ' "$tmp/stats" | cut -d ' ' -f 2) ops, " \
	"$tmp/out"
ok "number of findings" grep -qx 'findings 0' "$tmp/stats"
ok "a line for each rule" \
	[ "$(grep -c '^rule\.' "$tmp/stats")" -eq "$(grep -c '^RULE(' oracle/rules.def)" ]
ok "checks are counted" grep -q '^rule.alloc_map [1-9]' "$tmp/stats"
exits 2 run --stats "$tmp/no/such/folder" "$tmp/clean.pcpu"
complains "$tmp/no/such/folder: "
last="pcpufuzz run - < clean.pcpu"
"$tool" run - < "$tmp/clean.pcpu" > "$tmp/out" 2> "$tmp/err"
ok "a program from standard input" [ $? -eq 0 ]
says '^1 programs, [1-9][0-9]* ops, 0 findings$'

# A finding.
exits 0 run "$tmp/twice.pcpu"
exits 1 run --quirk bad-free "$tmp/twice.pcpu"
quiet
says "^$tmp/twice.pcpu: finding\$"
says '^rule:    bad_free (safety): '
says '^source:  '
says '^op:      2: free r0$'
says '^ASSERTION FAILED: pcpu divergence FuzzerHash=bad_free\.free$'
says "^reproduce: .*pcpufuzz run --quirk bad-free $tmp/twice.pcpu\$"
says '^1 programs, [1-9][0-9]* ops, 1 findings$'
exits 0 run --quirk bad-free --tolerate bad-free "$tmp/twice.pcpu"
exits 1 run --quirk bad-free "$tmp/twice.pcpu" "$tmp/clean.pcpu"
says '^2 programs, [1-9][0-9]* ops, 1 findings$'
exits 1 show --quirk bad-free "$tmp/twice.pcpu"
says '^rule:    bad_free (safety): '

# Show.
exits 0 show "$tmp/clean.pcpu"
quiet
says '^ *0  r0 = alloc size=64 align=8  *# c0+88$'
says '^ *1  free r0  *# c0+88$'
exits 0 show "$tmp/twice.pcpu"
says '^ *2  free r0  *# refused (no live object)$'
exits 0 show --maps "$tmp/clean.pcpu"
says '^c0: 2 pages of 256 bytes'

# Generated programs depend on the seed alone.
exits 0 gen --seed 77 --count 5
cp "$tmp/out" "$tmp/first"
exits 0 gen --seed 77 --count 5
ok "same seed, same programs" cmp -s "$tmp/out" "$tmp/first"
exits 0 gen --seed 78 --count 5
ok "other seed, other programs" [ "$(cat "$tmp/out")" != "$(cat "$tmp/first")" ]
exits 0 gen --seed 0x4d --count 5
ok "the seed in hexadecimal" cmp -s "$tmp/out" "$tmp/first"
exits 0 gen --ops 3 --count 20
ok "at most 3 ops" [ "$(grep -c . "$tmp/out")" -le 100 ]
for target in vm boot; do
	exits 0 gen --seed 77 --count 5 --target "$target"
	ok "other target, other programs" [ "$(cat "$tmp/out")" != "$(cat "$tmp/first")" ]
	says "$([ "$target" = vm ] && echo ' = get_vm_area ' || echo '^boot ')"
done
exits 0 gen --count 0
ok "no program" [ ! -s "$tmp/out" ]
exits 0 gen --seed 3 --count 20 --run
says '^20 programs, [0-9]* ops, 0 findings$'
exits 1 gen --seed 3 --count 20 --run --quirk chunk-edges
says ' ops, 1 findings$'
exits 1 gen --seed 3 --count 20 --run --keep-going --quirk chunk-edges
says '^20 programs, '

# Text to bytes to text: the same canonical text.  In the folder, as names are made of paths.
round_trip() { # FOLDER TARGET
	local file name

	rm -rf "$tmp/canonical" "$tmp/bytes" "$tmp/again"
	cd "$tmp" || exit 1
	exits 0 convert --text -o canonical "$1"
	exits 0 convert --bytes --target "$2" -o bytes canonical
	exits 0 convert --text --target "$2" -o again bytes
	cd - > /dev/null || exit 1
	for file in "$tmp"/canonical/*.pcpu; do
		name=${file##*/}
		ok "$name has a header and whole ops" \
			[ $((($(wc -c < "$tmp/bytes/canonical-${name%.pcpu}") - 32) % 12)) -eq 0 ]
		ok "$name is the same again" cmp -s "$file" "$tmp/again/bytes-canonical-$name"
	done
}

mkdir "$tmp/one"
printf '# a remark\n%s # more\n\n r7=alloc size=0x40 align=8 kernel\nfree r07+0\n' "$head" \
	> "$tmp/one/a.pcpu"
printf '%s\n' "$head" > "$tmp/one/b.pcpu"
round_trip one pcpu
ok "canonical text" cmp -s "$tmp/canonical/one-a.pcpu" "$tmp/clean.pcpu"
round_trip texts vm
round_trip texts pcpu
for file in "$tmp"/texts/*.pcpu; do
	ok "generated text is canonical" cmp -s "$file" "$tmp/canonical/texts-${file##*/}"
done
mkdir "$tmp/areas"
for target in vm boot; do
	for seed in 1 2 3 4 5 6 7 8; do
		"$tool" gen --seed "$seed" --target "$target" > "$tmp/areas/$target$seed.pcpu"
	done
done
for target in pcpu vm boot; do
	round_trip areas "$target"
	for file in "$tmp"/areas/*.pcpu; do
		ok "generated text is canonical" \
			cmp -s "$file" "$tmp/canonical/areas-${file##*/}"
	done
done
find corpus -name '*.pcpu' -exec cp --parents {} "$tmp/" \; 2> /dev/null
if [ -n "$(find "$tmp/corpus" -name '*.pcpu')" ]; then
	round_trip corpus pcpu
	ok "every file of the corpus" [ "$(find "$tmp/canonical" -type f | wc -l)" -eq \
		"$(find corpus -name '*.pcpu' | wc -l)" ]
fi
exits 2 convert "$tmp/texts"
complains "convert: a folder or several files need -o"
exits 2 convert -o "$tmp/no/such/folder" "$tmp/clean.pcpu"
complains "$tmp/no/such/folder: "
# both forms of a program run the same
exits 0 convert --bytes -o "$tmp/clean" "$tmp/clean.pcpu"
exits 0 run --print "$tmp/clean"
sed 1d "$tmp/out" > "$tmp/first"
exits 0 run --print "$tmp/clean.pcpu"
sed 1d "$tmp/out" > "$tmp/second"
ok "text and bytes run the same" cmp -s "$tmp/first" "$tmp/second"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
