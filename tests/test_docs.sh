#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Tests of what is written for users: tables made from the source are up to date, and each command
# says how it is used.  Does not judge prose.
#
# Usage: tests/test_docs.sh PCPUFUZZ

# shellcheck source=tests/tool-lib.sh
. "$(dirname "$0")/tool-lib.sh"

# script ARGUMENT...: run a script of the tree
script() {
	last=$*
	status=0
	"$@" >"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
}

# ---- the table of rules ----

script scripts/contract-table --check
ok "the table of rules in docs/contract.md is up to date" [ "$status" -eq 0 ]

# a copy whose new rule nothing trips
mkdir -p "$tmp/tree/scripts" "$tmp/tree/impl" "$tmp/tree/oracle" "$tmp/tree/tests" "$tmp/tree/docs"
cp scripts/contract-table "$tmp/tree/scripts"
cp -r impl/bugs impl/quirks.def "$tmp/tree/impl"
cp oracle/*.def "$tmp/tree/oracle"
cp tests/sabotage_*.c "$tmp/tree/tests"
cp docs/contract.md "$tmp/tree/docs"
echo 'RULE(never_tripped, end, "nothing", "nowhere")' >>"$tmp/tree/oracle/rules.def"
script "$tmp/tree/scripts/contract-table" --check
ok "a rule that nothing trips is seen" [ "$status" -eq 1 ]
ok "and named" grep -q "nothing trips rule never_tripped" "$tmp/err"
ok "and the table is out of date" grep -q "not up to date" "$tmp/err"

# ---- links ----

# the files that links of a page name; pictures are made, not kept
links() { # PAGE
	grep -vE '^!\[' "$1" | grep -oE '\]\([^)# ]+' | cut -c 3- | grep -v '^https\?:' || true
}

: >"$tmp/broken"
find . -name '*.md' ! -path './build/*' ! -path './work/*' >"$tmp/pages"
while IFS= read -r page; do
	while IFS= read -r link; do
		[[ -e $(dirname "$page")/$link ]] || echo "$page: $link" >>"$tmp/broken"
	done < <(links "$page")
done <"$tmp/pages"
last="links"
cp "$tmp/broken" "$tmp/out"
ok "every link to a file names one" [ ! -s "$tmp/broken" ]

# ---- who may know whom: docs/architecture.md ----

# others FILE... of a folder that their #include "../..." lines reach, without the allowed ones
others() { # ALLOWED FILE...
	local allowed=$1

	shift
	last="includes of $1 ..."
	grep -h '^#include "\.\./' "$@" | grep -vE "\"(\.\./)+($allowed)\"" >"$tmp/out"
	: >"$tmp/err"
}

find impl -maxdepth 1 -name '*.[ch]' ! -name 'adapter*' >"$tmp/files"
mapfile -t files <"$tmp/files"
others 'nothing' "${files[@]}"
ok "the allocator knows nothing of its judge" [ ! -s "$tmp/out" ]
others 'oracle/(subject|steps|boot_machine)\.h' impl/adapter*.[ch]
ok "its adapter only the interface" [ ! -s "$tmp/out" ]
others 'pcpu\.h|oracle/(subject|steps)\.h' impl/linux/*.[ch]
ok "a kernel's, too" [ ! -s "$tmp/out" ]
others 'impl/(pcpu|env|boot)\.h|impl/quirks\.def' oracle/*.[ch]
ok "the oracle knows names of the allocator, and no code" [ ! -s "$tmp/out" ]

# ---- help, and the man pages out of it ----

# scripts/mutate is as wide as its terminal
script scripts/man-pages --tool "$tool" "$tmp/man"
grep -v '^scripts/man-pages: pcpufuzz-scripts-mutate: ' "$tmp/err" >"$tmp/faults"
ok "each command has --help, exits with 0 and fits 100 columns" [ ! -s "$tmp/faults" ]
"$tool" --help | sed -n 's/^  \([a-z]*\)  .*/\1/p' >"$tmp/commands"
find scripts -maxdepth 1 -type f -perm -u+x -printf '%f\n' >>"$tmp/commands"
ok "a page for each, and one for all" \
	[ "$(find "$tmp/man" -name '*.1' | wc -l)" -eq $(($(wc -l <"$tmp/commands") + 1)) ]
for page in "$tmp"/man/*.1; do
	command -v man >/dev/null || break
	last="man -l $(basename "$page")"
	LC_ALL=C.UTF-8 MANWIDTH=100 man --warnings -l "$page" >"$tmp/out" 2>"$tmp/err"
	ok "$(basename "$page") is a man page without a warning" [ ! -s "$tmp/err" ]
	ok "with all its parts" [ "$(grep -cE '^(NAME|SYNOPSIS|DESCRIPTION)$' "$tmp/out")" -eq 3 ]
done

# ---- the planted bug of the README ----

if git clone -q --shared . "$tmp/clone" 2>/dev/null; then
	script "$tmp/clone/scripts/bugs" plant M07
	ok "a bug is planted" [ "$status" -eq 0 ]
	ok "in its file only" [ "$(git -C "$tmp/clone" diff --name-only)" = impl/percpu-hint.c ]
	ok "without its marks" [ -z "$(git -C "$tmp/clone" diff | grep '^+.*BUG')" ]
	script "$tmp/clone/scripts/bugs" plant M20
	ok "a second one is refused" [ "$status" -eq 2 ]
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
