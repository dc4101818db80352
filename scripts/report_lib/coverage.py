# SPDX-License-Identifier: GPL-2.0-only
"""The section about the lines of impl/ that corpus/ runs, and why the others do not: of
scripts/coverage --json."""

import os
import re
import subprocess

import riglib
from report_lib import page

COMMAND = "scripts/coverage --json build/coverage.json"


def measure(opts):
    """Run scripts/coverage, which ends with 1 if lines have no reason."""
    words = ["scripts/coverage", "--json", opts.coverage]
    done = subprocess.run(words + ([] if opts.setup else ["--no-setup"]), cwd=riglib.ROOT,
                          text=True,
                          capture_output=True, check=False)
    if done.returncode not in (0, 1):
        riglib.die(f"scripts/coverage: {(done.stderr.strip().splitlines() or ['it died'])[-1]}")


def code(text):
    """What is between backticks is code."""
    return [page.tag("code", part) if i % 2 else part for i, part in enumerate(re.split("`", text))]


def section(opts):
    """Files, and the lines that nothing runs."""
    out = page.Section("coverage", "Coverage")
    if opts.measure:
        measure(opts)
    if not os.path.exists(opts.coverage):
        out.lacks(f"No coverage is in {opts.shown(opts.coverage)}", COMMAND)
        return out
    data = riglib.read_json(opts.coverage)
    try:
        fill(out, data)
    except (KeyError, TypeError, AttributeError):
        riglib.die(f"{opts.coverage}: expected what scripts/coverage --json writes")
    return out


def fill(out, data):
    """The tables."""
    files = data["files"]
    lines, covered = sum(f["lines"] for f in files), sum(f["covered"] for f in files)
    left = [(f["file"], u) for f in files for u in f["uncovered"]]
    bare = sum(not u["why"] for _, u in left)
    out.tiles.append((page.percent(covered, lines), f"of {page.number(lines)} lines covered, "
                      f"{bare} without a reason", "bad" if bare else "good"))
    out.said = (f"{page.percent(covered, lines)} of {lines} lines of impl/, {len(left)} uncovered, "
                f"{bare} of these without a reason")
    out.body.append(page.tag(
        "p", f"Lines of impl/ that the programs and traces in corpus/ run, with every target, at "
        f"commit {data['commit']}, {page.when(data['time'])}. Reasons: "
        "docs/coverage-justified.md."))
    out.body.append(page.table(
        "Files", ["file", "#lines", "#covered", "#not", "#%", "share"],
        [[f["file"], f["lines"], f["covered"], f["lines"] - f["covered"],
          page.Cell(page.percent(f["covered"], f["lines"]), f["covered"] / max(f["lines"], 1)),
          page.Cell(page.bar(f["covered"], f["lines"]), f["covered"] / max(f["lines"], 1))]
         for f in files],
        total=["all", lines, covered, lines - covered, page.percent(covered, lines),
               page.bar(covered, lines)]))
    out.body.append(page.table(
        "Lines that do not run", ["line", "code", "why"],
        [("bare" if not u["why"] else None,
          [page.Cell(f"{name}:{u['line']}", f"{name}:{u['line']:06d}"),
           page.tag("code", u["text"].strip()),
           code(u["why"]) if u["why"] else page.tag("strong", "no reason given")])
         for name, u in left], filter_by="Lines with the text",
        flag=("only those without a reason", "bare"),
        wide=(1, 2)))
