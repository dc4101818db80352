#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test_show.sh - the pictures of 'pcpufuzz show': well-formed, repeatable, on their own, and with the
# finding in them; and in a browser, if chromium is there, that they are drawn and take keys.
#
# Usage: test_show.sh PCPUFUZZ, in the source folder.  Does not judge how they look.
set -u

# shellcheck source=tests/tool-lib.sh
. "$(dirname "$(realpath "$0")")/tool-lib.sh"

python=/usr/bin/python3

complains() { # how the one line on stderr begins after the tool's name
	local line

	line=$(cat "$tmp/err")
	ok "stderr begins with 'pcpufuzz: $1'" [ "${line#"pcpufuzz: $1"}" != "$line" ]
}

# Options.
exits 2 show --html --svg "$0"
complains "show: --html and --svg cannot"
exits 2 show --html corpus/basic/tour.pcpu corpus/basic/kill.pcpu
complains "show: --html: expected one program, got 2"
exits 2 show --html --maps corpus/basic/tour.pcpu
complains "show: --html has the maps"
exits 2 show -o "$tmp/x" corpus/basic/tour.pcpu
complains "show: -o, --op and --frames"
for value in x 4.. 5..4 65536; do
	exits 2 show --json --op "$value" corpus/basic/tour.pcpu
	complains "show: --op: expected numbers of ops"
done
exits 2 show --json --op 99 corpus/basic/tour.pcpu
complains "show: --op: expected some of the 19 ops"
exits 2 show --json --frames 0 corpus/basic/tour.pcpu
complains "show: --frames: expected a number from 1"
exits 2 show --json --op
complains "show: --op: expected a value"
exits 2 show --color=blue corpus/basic/tour.pcpu
complains "show: --color: expected auto, always or never"
exits 2 show --svg -o "$tmp/no/such" corpus/basic/tour.pcpu
complains "$tmp/no/such: "

# Every program in every form.
mkdir "$tmp/films"
folders=(basic quirks bugs)
if [ -n "${PCPUFUZZ_SANITIZED:-}" ]; then # an eighth of them takes as long there
	folders=(basic quirks)
fi
for file in "${folders[@]/#/corpus/}"; do
	printf '%s\n' "$file"/*.pcpu
done >"$tmp/files"
while read -r file; do
	name=$(basename "$file" .pcpu)
	options=()
	want=0
	if [[ $file == corpus/quirks/* ]]; then
		options=(--quirk "$name")
		want=1
	fi
	for form in json html svg; do
		exits "$want" show "--$form" "${options[@]}" "$file"
		ok "nothing on stderr" [ ! -s "$tmp/err" ]
		mv "$tmp/out" "$tmp/films/$name.$form"
	done
	run show --json "${options[@]}" "$file"
	ok "again the same: $file" cmp -s "$tmp/out" "$tmp/films/$name.json"
done <"$tmp/files"

cat >"$tmp/check.py" <<'PYTHON'
import json, pathlib, re, sys, xml.dom.minidom

bad = 0


def check(what, holds):
    global bad
    if not holds:
        bad += 1
        print(what)


def check_film(path, film):
    check(f"{path}: format", film["format"] == "pcpufuzz-film 1" and film["frames"])
    names = [s["name"] for s in film["subjects"]]
    for frame in film["frames"]:
        check(f"{path}: subjects", len(frame["subjects"]) == len(names))
        for subject in filter(None, frame["subjects"]):
            for i in subject.get("chunks", []) + [subject[k] for k in ("lists", "space")
                                                 if k in subject]:
                check(f"{path}: state {i}", 0 <= i < len(film["states"]))
            for i in subject.get("chunks", []):
                check_chunk(path, film["states"][i], film["finding"] is None)
    if not frame["finding"]:
        check(f"{path}: clean", film["finding"] is None)


# What is neither free nor hidden is an object, and the truth adds up.
def check_chunk(path, chunk, clean):
    units = chunk["pages"] * chunk["block"]
    used = sum(run[1] for run in chunk["objects"] + chunk["hidden"])
    where = f"{path}: {chunk['name']}"
    check(f"{where}: units", units - used == chunk["truth"][4])
    check(f"{where}: objects", len(chunk["objects"]) == chunk["nr_alloc"])
    check(f"{where}: owners", all(run[2] for run in chunk["objects"]))
    check(f"{where}: longest", max(b[0] for b in chunk["blocks"]) == chunk["in_block"])
    if clean:
        check(f"{where}: shown", chunk["seen"] and not chunk["seen"]["diff"])
        check(f"{where}: free", chunk["seen"]["free"] == chunk["truth"][4])


def check_page(path, text):
    check(f"{path}: loads nothing", not re.search(r"https?:", text.replace(
        "http://www.w3.org/2000/svg", "")))
    check(f"{path}: loads nothing", not re.search(r"<(link(?! rel=\"icon\" href=\"data:,\")|img|"
                                                  r"iframe)|src=|@import|url\((?!#gone\))", text))


for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        check("no <", "<" not in text)
        check_film(path.name, json.loads(text))
    elif path.suffix == ".svg":
        xml.dom.minidom.parseString(text)
        check_page(path.name, text)
    else:
        check_page(path.name, text)
        data = re.search(r'id="film-data">\n(.*?)</script>', text, re.S).group(1)
        check("the same data", data == path.with_suffix(".json").read_text())
sys.exit(bad != 0)
PYTHON
last="check.py"
status=0
"$python" "$tmp/check.py" "$tmp/films" >"$tmp/out" 2>"$tmp/err" || status=$?
ok "all films are well-formed" [ "$status" -eq 0 ]

# The finding is in all of them.
films=$tmp/films
for form in json html svg; do
	ok "the rule in $form" grep -q 'chunk_hint_under' "$films/free-end.$form"
	ok "what was found in $form" grep -q 'contig_hint 38, truth 49' "$films/free-end.$form"
done
ok "the hint in red" grep -q 'class="m b red".*hint 38 . true 49' "$films/free-end.svg"
ok "the brackets in red" grep -q 'class="br wrong"' "$films/free-end.svg"
ok "mapped pages" grep -q 'class="map"' "$films/tour.svg"
ok "frames of chunks" grep -q 'class="o o0"' "$films/tour.svg"
cat >"$tmp/freed.pcpu" <<'PROGRAM'
pcpu-program 1
machine cpus=1 page=256 unit_pages=4 static=20 reserved=0 dyn=300 vm_pages=64 frames=32
v0 = vmalloc size=1000 node=0
vfree v0
PROGRAM
exits 0 show --svg "$tmp/freed.pcpu"
ok "frames of a vmalloc area" [ "$(grep -c '<rect class="o o2"' "$tmp/out")" -eq 5 ]
ok "a freed area" [ "$(grep -c 'class="o o2 lazy"' "$tmp/out")" -eq 1 ]
ok "is hatched" grep -q '.o.lazy{fill:url(#gone)' "$tmp/out"
ok "the report without JavaScript" grep -q '^source:  mm/percpu.c, pcpu_block_update' \
	"$films/free-end.html"

# Ranges.
exits 0 show --json --op 3..5 corpus/basic/tour.pcpu
ok "three frames" [ "$(grep -c '"when":"op"' "$tmp/out")" -eq 3 ]
exits 0 show --json --frames 2 corpus/basic/tour.pcpu
ok "two frames" [ "$(grep -c '"when":"op"' "$tmp/out")" -eq 2 ]
ok "the last ones" grep -q '"op":18,' "$tmp/out"

# Colours.
exits 1 show --maps --quirk free-end corpus/quirks/free-end.pcpu
ok "none into a file" [ "$(grep -c $'\033' "$tmp/out")" -eq 0 ]
cp "$tmp/out" "$tmp/plain"
exits 1 show --maps --color --quirk free-end corpus/quirks/free-end.pcpu
ok "red for the hint" grep -q $'\033\\[1;31mcontig 38' "$tmp/out"
sed 's/\x1b\[[0-9;]*m//g' "$tmp/out" >"$tmp/without"
ok "nothing but colours is different" cmp -s "$tmp/plain" "$tmp/without"

# Two subjects, of which one is the other under another name.
copy=$(dirname "$tool")/tests/subjects/copy.so
if [ -e "$copy" ]; then
	exits 0 show --html --subject "ours,$copy" corpus/basic/cached-hole.pcpu
	ok "both are there" grep -q '"name":"copy"' "$tmp/out"
	exits 1 show --json --subject "ours,$copy" --quirk free-end corpus/quirks/free-end.pcpu
	ok "a finding with two" grep -q '"finding":{"when":"op"' "$tmp/out"
fi

# ---- in a browser ----

finish() {
	echo "$passed passed, $failed failed"
	[ "$failed" -eq 0 ]
	exit
}

if [ -n "${PCPUFUZZ_SANITIZED:-}" ] || ! command -v chromium >/dev/null; then
	echo "no chromium, or not the plain build: not tried in a browser"
	finish
fi

dump() { # URL: the page after its scripts have run
	timeout 120 chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
		--disable-background-networking --disable-component-update --disable-sync \
		--user-data-dir="$tmp/browser" --window-size=1280,800 --virtual-time-budget=4000 \
		--dump-dom "$1" >"$tmp/out" 2>"$tmp/err" </dev/null
	last="chromium $1"
}

# What a page is asked; the answers are in its title.
cat >"$tmp/ask.js" <<'JS'
<script>
const said = [];
const pf = document.querySelector(".pf");
const press = (key) => {
	document.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
	said.push(key + "=" + pf.dataset.op);
};
const boxes = [...document.querySelectorAll("svg.pf-chunk")].map((s) => s.getBoundingClientRect());
said.push("charts=" + (boxes.length > 0 && boxes.every((b) => b.width > 300 && b.height > 40)));
said.push("fits=" + (document.documentElement.scrollWidth <= innerWidth));
said.push("wrong=" + document.querySelectorAll(".pf-chunk .pf-wrong").length);
said.push("opens=" + pf.dataset.op);
for (const key of ["Home", "ArrowRight", "j", "k", "ArrowLeft", "End", "PageUp", "n", "f"])
	press(key);
said.push("live=" + document.querySelector("[aria-live]").textContent);
said.push("names=" + [...document.querySelectorAll("nav button")].every((b) => b.ariaLabel));
press("?");
said.push("help=" + document.querySelector("dialog").open);
document.title = said.join("; ");
</script>
JS

says() { # TEXT in the title
	ok "the page says $1" grep -q "<title>.*$1[;<]" "$tmp/out"
}

ask() { # PAGE FRAGMENT
	{
		sed '/^<\/body>/,$d' "$1"
		cat "$tmp/ask.js"
		printf '</body>\n</html>\n'
	} >"$tmp/asked.html"
	dump "file://$tmp/asked.html$2"
}

ask "$films/free-end.html" ""
for answer in charts=true fits=true opens=1 Home=start ArrowRight=0 j=1 k=0 ArrowLeft=start End=1 \
	PageUp=start n=0 f=1 'live=op 1: free r0.*Finding: chunk_hint_under.*' names=true help=true; do
	says "$answer"
done
ok "the finding is red" grep -q '<title>.*wrong=[1-9]' "$tmp/out"
ask "$films/tour.html" "#op=4"
for answer in charts=true fits=true opens=4 wrong=0 Home=start End=18 PageUp=8; do
	says "$answer"
done

# Two films on a page: the keys go to the one that was used last.
{
	printf '<!DOCTYPE html><meta charset="utf-8"><style>'
	cat targets/show/film.css
	printf '</style><div id="a"></div><div id="b"></div><script>'
	cat targets/show/film.js
	printf 'pcpufuzzFilm(a, '
	cat "$films/tour.json"
	printf '); const last = pcpufuzzFilm(b, '
	cat "$films/free-end.json"
	cat <<'JS'
);
const press = (key) => document.dispatchEvent(new KeyboardEvent("keydown", { key }));
const at = () => [...document.querySelectorAll(".pf")].map((f) => f.dataset.op).join(",");
const said = [at()];
press("End");
said.push(at());
a.querySelector("nav button").click();
press("End");
said.push(at());
document.title = said.join(" ");
</script>
JS
} >"$tmp/two.html"
dump "file://$tmp/two.html"
ok "keys go to the film in use" grep -q '<title>start,1 start,1 18,1</title>' "$tmp/out"
finish
