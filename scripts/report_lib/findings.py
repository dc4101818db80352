# SPDX-License-Identifier: GPL-2.0-only
"""The section about findings: what scripts/triage has filed, each with a film strip of its program.

The film strip itself is targets/show/film.js, of what pcpufuzz show --json says.
"""

import json
import os
import shlex
import subprocess

import riglib
from report_lib import page
from triage_lib import filing

COMMAND = "scripts/run"
FILM_SECONDS = 20
FILM_LARGEST = 8 << 20
LARGEST = 200000  # characters of a file that are shown
FIELDS = ("subject", "op", "rule", "source", "found", "verdict")
FILM = ("targets/show/film.js", "targets/show/film.css")


class Finding:
    """What is filed of one cause."""

    def __init__(self, store, name):
        self.name = name
        self.folder = os.path.join(store.path, name)
        path = os.path.join(self.folder, "info.json")
        self.info = riglib.read_json(path) if os.path.exists(path) else {}
        if not isinstance(self.info, dict):
            riglib.die(f"{path}: expected an object of JSON")
        path = os.path.join(self.folder, "seen.jsonl")
        self.seen = riglib.read_jsonl(path)[0] if os.path.exists(path) else []
        self.said = store.said(name)
        times = [s["time"] for s in self.seen if isinstance(s.get("time"), int)]
        self.last = max(times, default=None)
        self.first = self.info.get("first") or min(times, default=None)

    def text(self, name):
        """A file of it, or nothing."""
        try:
            with open(os.path.join(self.folder, name), encoding="utf-8", errors="replace") as f:
                text = f.read(LARGEST + 1)
        except FileNotFoundError:
            return ""
        return text if len(text) <= LARGEST else text[:LARGEST] + "\n(the file goes on)\n"

    def film(self, tool):
        """What the tool shows of its program: (data, None), or (None, why not)."""
        program = os.path.join(self.folder, "program.pcpu")
        if not os.path.exists(program):
            return None, "its folder has no program.pcpu"
        words = [tool, "show", "--json", *shlex.split(str(self.info.get("options", ""))), program]
        try:
            done = subprocess.run(words, cwd=riglib.ROOT, capture_output=True, timeout=FILM_SECONDS,
                                  stdin=subprocess.DEVNULL, check=False)
        except subprocess.TimeoutExpired:
            return None, f"the program did not end in {FILM_SECONDS} s"
        except OSError as e:
            return None, f"{tool}: {e.strerror}"
        if len(done.stdout) > FILM_LARGEST:
            return None, f"it would take {len(done.stdout) >> 20} MB"
        try:
            return json.loads(done.stdout), None
        except ValueError:
            said = done.stderr.decode(errors="replace").strip().splitlines()
            return None, said[0] if said else f"the tool ended with {done.returncode}"


def section(opts):
    """All that is filed."""
    out = page.Section("findings", "Findings")
    folder = os.path.join(opts.work, "findings")
    if not os.path.isdir(folder):
        out.lacks(f"No folder of findings is in {opts.shown(opts.work)}",
                  COMMAND if not opts.given_work else f"{COMMAND} --work {opts.shown(opts.work)}")
        return out
    store = filing.Store(folder)
    causes, lost = store.names()
    found = sorted((Finding(store, name) for name in causes), key=lambda f: (-len(f.seen), f.name))
    out.tiles.append((page.number(len(found)), "findings, each a cause"
                      + (f"; {len(lost)} inputs that nothing shows again" if lost else ""),
                      "bad" if found or lost else "good"))
    out.said = f"{len(found)} findings, {len(lost)} unreproducible inputs"
    if not found:
        out.body.append(page.tag("p", f"None is filed in {opts.shown(folder)}.", class_="none"))
    else:
        opts.prepare_tool()
        out.body.append(index(found))
        films = 0
        for f in found:
            body, has_film = article(opts, f)
            films += has_film
            out.body.append(body)
        out.said += f", {films} film strips"
    if lost:
        out.body.append(page.table("Inputs that no build shows again", ["input", "#times"],
                                   [[name, store.times("unreproducible/" + name)]
                                    for name in lost]))
    fixed = os.path.join(folder, "fixed")
    if os.path.isdir(fixed) and os.listdir(fixed):
        out.body.append(page.table("Put away: nothing shows them any more", ["finding"],
                                   [[name] for name in sorted(os.listdir(fixed))]))
    return out


def index(found):
    """The table on top of them."""
    return page.table("Findings, by cause", ["cause", "target", "subject", "#times", "first seen",
                                             "last seen", "commit"],
                      [[page.tag("a", f.name, href="#f-" + f.name), f.info.get("target"),
                        f.info.get("subject"), len(f.seen), f.first and page.when(f.first),
                        f.last and page.when(f.last), f.info.get("commit")] for f in found],
                      filter_by="Findings with the text" if len(found) > 5 else "")


def article(opts, f):
    """One finding: what is wrong, its film, its files; and has it a film."""
    rows = []
    for line in f.said:
        key, _, value = line.partition(":")
        if key not in FIELDS:
            key, value = "what", line
        rows.append(page.tag("div", page.tag("dt", key), page.tag("dd", value.strip())))
    program = os.path.join(f.folder, "program.pcpu")
    command = f"./build/{f.info.get('build', 'plain')}/pcpufuzz run {f.info.get('options', '')} "
    rows.append(page.tag("div", page.tag("dt", "reproduce"), page.tag("dd", page.tag(
        "code", command + opts.shown(program)))))
    data, why = f.film(opts.tool)
    if data is not None:
        film = [page.tag("div", class_="film", data_film="film-" + f.name),
                page.embedded_json("film-" + f.name, data)]
    else:
        film = page.lacking(f"No film strip: {why}", "")
    files = [page.tag("details", page.tag("summary", what), page.tag(
        "div", page.tag("pre", f.text(name)), class_="scroll", tabindex="0", role="region",
        aria_label=f"{name} of {f.name}"), open=name == "program.pcpu")
             for name, what in (("program.pcpu", "Program"), ("report.txt", "Report of the tool"),
                                ("stack.txt", "What the fuzz target says"), ("repro.c", "As C"))
             if f.text(name)]
    return page.tag("article", page.tag("h3", f.name), page.tag("dl", rows), film, files,
                    id="f-" + f.name), data is not None
