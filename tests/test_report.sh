#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test_report.sh - the page of scripts/report: well-formed, whole, safe; and in a browser.
#
# Usage: test_report.sh PCPUFUZZ, in the source folder.  Skipped (77) after the other checks if there is
# no chromium: its pictures and controls are then not looked at.

set -u
# shellcheck source=tests/tool-lib.sh
. "$(dirname "$(realpath "$0")")/tool-lib.sh"
data=tests/data/report
page=$tmp/page.html

report() { # STATUS ARGUMENT... of scripts/report
	local want=$1

	shift
	last="scripts/report $*"
	status=0
	scripts/report --no-setup --tool "$tool" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
	ok "exit $want of: $last (was $status)" [ "$status" -eq "$want" ]
}

refuses() { # PATTERN ARGUMENT...: one clear error
	local pattern=$1

	shift
	report 2 "$@"
	ok "one line" [ "$(wc -l <"$tmp/err")" -eq 1 ]
	ok "it says $pattern" grep -qE -- "$pattern" "$tmp/err"
}

says() { # PATTERN
	ok "it says $1" grep -qE -- "$1" "$tmp/out"
}

# ---- all of it ----

/usr/bin/python3 "$data/make.py" "$tmp/in" || exit 1
in=(--work "$tmp/in/work" --coverage "$tmp/in/coverage.json" --bugs "$tmp/in/bugs.json"
	--mutate "$tmp/in/mutate" --bench "$tmp/in/bench.json" --tests "$tmp/in/test.jsonl")
report 0 "${in[@]}" --out "$page"
says '^findings: +2 findings, 1 unreproducible inputs, 1 film strips$'
says '^fuzzing: .*run\.jsonl: 2 runs, 2 min, 23020 programs, 920800 ops, 1650 edges$'
says '^coverage: +99\.1 % of 240 lines of impl/, 2 uncovered, 1 of these without a reason$'
says '^bug bank: +3 of 4 bugs found'
says '^mutation: +2 killed of 3, 66\.6 %'
says '^speed: +4 rows in 2 tables$'
says '^tests: +2 tests passed, 0 failed, 1 skipped, in 1 lanes$'
ok "well-formed and self-contained" /usr/bin/python3 "$data/check.py" "$page" "$data/checks.js" \
	"$tmp/checked.html"
ok "text of a program is text" grep -q 'document\.title = &#x27;broken' "$page"
ok "and nothing else" [ -z "$(grep -c '<script>document\.title' "$page" | grep -v '^0$')" ]
ok "the input is as it was" [ "$(tail -c 13 "$tmp/in/work/run.jsonl")" = '{"time":17000' ]

# ---- nothing ----

mkdir "$tmp/empty"
report 0 --work "$tmp/empty" --no-coverage --mutate "$tmp/empty"
ok "in its folder" [ -s "$tmp/empty/report.html" ]
says '^fuzzing: +No log of a run is in .*; to make it: scripts/run --work '
says '^findings: .*; to make it: scripts/run'
ok "the page says it, too" grep -q '<p class="missing">No log of a run' "$tmp/empty/report.html"
ok "well-formed" /usr/bin/python3 "$data/check.py" "$tmp/empty/report.html"

# ---- what it refuses ----

refuses "--work: expected a folder; got" --work "$tmp/nowhere"
refuses "--bugs: expected a file; got" --bugs "$tmp/nowhere" --no-coverage
refuses "unrecognized arguments" --nonsense
refuses "--out: expected a file in a folder" --out "$tmp/nowhere/a.html" --work "$tmp/in/work"
cp -r "$tmp/in" "$tmp/broken"
sed -i '3s/.*/{"time":/' "$tmp/broken/work/run.jsonl"
refuses "run\.jsonl:3: expected an object of JSON" --work "$tmp/broken/work" --no-coverage
cp "$tmp/in/work/run.jsonl" "$tmp/broken/work/"
sed -i '3s/"edges"/"sides"/' "$tmp/broken/work/run.jsonl"
refuses "run\.jsonl: expected what scripts/run or scripts/fuzz writes; a line lacks 'edges'" \
	--work "$tmp/broken/work" --no-coverage
echo '{"key":' >"$tmp/broken/work/findings/hang.alloc@other/info.json"
refuses "hang\.alloc@other/info\.json:2: expected JSON" --work "$tmp/broken/work" --no-coverage
for what in coverage bugs bench; do
	echo '[1]' >"$tmp/broken/$what.json"
	refuses "$what\.json: expected what" --work "$tmp/empty" --no-coverage --"$what" \
		"$tmp/broken/$what.json"
done
last="scripts/report --help"
scripts/report --help >"$tmp/out" 2>"$tmp/err"
says '--no-coverage'

# ---- in a browser ----

browse() { # WIDTH: what the checks say there
	timeout 300 "$browser" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
		--disable-background-networking --disable-component-update --disable-sync \
		--user-data-dir="$tmp/profile-$1" --window-size="$1,800" --virtual-time-budget=5000 \
		--dump-dom "file://$tmp/checked.html" >"$tmp/dom" 2>"$tmp/err" </dev/null || true
	sed -n '/<pre id="checks">/,/<\/pre>/p' "$tmp/dom" >"$tmp/out"
	last="chromium, $1 wide"
	ok "the checks have run" grep -q '^ok ' "$tmp/out"
	ok "all hold" [ -z "$(grep '^FAIL ' "$tmp/out")" ]
	! grep -q '^FAIL ' "$tmp/out" || grep '^FAIL ' "$tmp/out"
}

browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome)
if [ -n "$browser" ]; then
	browse 1280
	browse 500
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] || exit 1
if [ -z "$browser" ]; then
	echo "skipped: no chromium, so pictures and controls were not looked at"
	exit 77
fi
