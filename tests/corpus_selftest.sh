#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# corpus_selftest.sh - scripts/corpus adds what is new, refuses what is not, and sees what is wrong.
#
# Needs the lanes plain and fuzz.  Prints 'ok WHAT' or 'FAIL WHAT' for each check.

# shellcheck source=tests/selftest-lib.sh
. "$(dirname "$0")/selftest-lib.sh" corpus
tool=$PWD/build/plain/pcpufuzz
corpus=$tmp/corpus
always=(--no-setup --corpus "$corpus")

# A tool whose allocator has an error.
cat >"$tmp/wrong" <<END
#!/bin/bash
case \$1 in
run | min) exec "$tool" "\$@" --quirk chunk-edges ;;
*) exec "$tool" "\$@" ;;
esac
END
chmod +x "$tmp/wrong"

head='pcpu-program 1
machine cpus=2 page=256 unit_pages=4 static=20 reserved=64 dyn=300 vm_pages=64 frames=64'
mkdir "$corpus"
printf '%s\nr7 = alloc size=0x40 align=8 kernel  # one\n\nfree r7+0\n' "$head" >"$tmp/one.pcpu"
printf '%s\nr0 = alloc size=64 align=8\nfree r0\nbalance\nr1 = alloc size=60 align=4\n' "$head" \
	>"$tmp/more.pcpu"
printf '%s\nr0 = alloc size=64 align=8\n' "$head" >"$tmp/again.pcpu"
cp corpus/quirks/chunk-edges.pcpu "$tmp/edges.pcpu"
"$tool" convert --bytes --target vm -o "$tmp/bytes" "$tmp/one.pcpu"

# ---- add ----

check "what is new is added" 0 'added as .*/cover/first\.pcpu, [1-9][0-9]* new edges' \
	add --name first "$tmp/one.pcpu"
holds "as canonical text" cmp -s "$corpus/cover/first.pcpu" <(
	printf '%s\nr0 = alloc size=64 align=8\nfree r0\n' "$head"
)
check "the same, as bytes, is refused" 1 'the same program as .*/cover/first\.pcpu' \
	add --target vm "$tmp/bytes"
check "what runs nothing new is refused" 1 'runs no edge of impl/' add "$tmp/again.pcpu"
check "what runs more is added under a name of its own" 0 'cover/[0-9a-f]{12}\.pcpu, ' \
	add "$tmp/more.pcpu"
check "a fixed finding is a regression" 0 'added as .*/regress/fixed\.pcpu$' \
	add --name fixed --found slot.free --why "a test" "$tmp/again.pcpu"
holds "it says what it is" grep -qx '# slot.free with target pcpu: a test' \
	"$corpus/regress/fixed.pcpu"
check "a name that is taken is refused" 2 'fixed\.pcpu: is there already' \
	add --name fixed --found slot.free --why "a test" "$tmp/edges.pcpu"
check "a finding needs a reason" 2 'expected --why' add --found slot.free "$tmp/edges.pcpu"
check "what is still found is minimised" 0 'regress/edges\.pcpu; chunk_edges\.[a-z]* is still' \
	add --tool "$tmp/wrong" --name edges --why "a test" "$tmp/edges.pcpu"
holds "it is no longer than before" [ \
	"$(grep -c = "$corpus/regress/edges.pcpu")" -le "$(grep -c = "$tmp/edges.pcpu")" ]
printf '# scripts/run found this; target vm, cause vm_find.vfree\n%s\npurge\n' "$head" \
	>"$tmp/found.pcpu"
check "what scripts/run stored is known" 0 'added as .*/regress/' add --why "a test" \
	"$tmp/found.pcpu"
holds "with its target" grep -qrx '# vm_find.vfree with target vm: a test' "$corpus/regress"
check "no such file" 2 '^scripts/corpus: /none: expected a file$' add /none
check "no such target" 2 '^scripts/corpus: --target: expected one of' add --target x "$tmp/one.pcpu"
printf 'pcpu-program 1\nmachine cpus=0\n' >"$tmp/bad.pcpu"
check "no program" 2 '^scripts/corpus: pcpufuzz: .*bad\.pcpu:2: ' add "$tmp/bad.pcpu"

# ---- check ----

check "a good corpus" 0 '^[0-9]+ programs, 0 problems$' check
check "an error is seen" 1 'edges\.pcpu: target pcpu finds chunk_edges\.' check --tool "$tmp/wrong"
spoil() { # DESCRIPTION PATTERN TEXT
	printf '%b' "$3" >"$corpus/regress/spoilt.pcpu"
	check "$1" 1 "$2" check
	rm "$corpus/regress/spoilt.pcpu"
}
spoil "no program" "spoilt.pcpu:4: expected 'size='" "# x\n$head\nr0 = alloc siez=64 align=8\n"
spoil "text that is not canonical" "spoilt.pcpu: expected 'r0 = alloc size=9 align=8'; got" \
	"# x\n$head\nr0 = alloc size=0x9 align=8\n"
spoil "the same twice" "spoilt.pcpu: the same program as .*/cover/first.pcpu" \
	"# x\n$head\nr0 = alloc size=64 align=8\nfree r0\n"
spoil "a regression that says nothing" "spoilt.pcpu: expected a comment" "$head\nvmallocinfo\n"

# ---- pack ----

check "seeds" 0 ' [0-9]+ programs$' pack --target vm -o "$tmp/a.zip"
check "seeds again" 0 ' [0-9]+ programs$' pack --target vm -o "$tmp/b.zip"
holds "the same zip each time" cmp -s "$tmp/a.zip" "$tmp/b.zip"
holds "with all programs" [ "$(python3 -c 'import sys, zipfile
print(len(zipfile.ZipFile(sys.argv[1]).namelist()))' "$tmp/a.zip")" -eq \
	"$(find "$corpus" -name '*.pcpu' | wc -l)" ]
check "nowhere to write" 2 'No such file' pack --target vm -o "$tmp/none/a.zip"
check "no such target" 2 '^scripts/corpus: --target: expected one of' pack --target x -o "$tmp/x"

exit "$failed"
