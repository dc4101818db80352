# SPDX-License-Identifier: GPL-2.0-only
"""The section about made errors: what scripts/mutate has kept, with its own tables."""

import collections
import hashlib
import os
import pathlib
import types

import riglib
from mutate_lib import report as mutate_report
from report_lib import page

COMMAND = "scripts/mutate"


def section(opts):
    """Score, tables, survivors."""
    out = page.Section("mutation", "Mutation")
    path = pathlib.Path(opts.mutate) / "results.jsonl"
    if not path.exists():
        out.lacks(f"No results are in {opts.shown(opts.mutate)}", COMMAND)
        return out
    kept = mutate_report.Results(path).by_key.values()
    try:
        current = [r for r in kept if r["state"] == state_of(r["file"])]
        fill(out, current, len(kept) - len(current))
    except (KeyError, TypeError) as e:
        riglib.die(f"{path}: expected what scripts/mutate writes; a line has no {e}")
    return out


def state_of(name, known={}):  # pylint: disable=dangerous-default-value
    """What scripts/mutate calls the state of a file."""
    if name not in known:
        path = pathlib.Path(riglib.ROOT, name)
        known[name] = hashlib.sha1(path.read_bytes()).hexdigest()[:16] if path.is_file() else None
    return known[name]


def fill(out, results, stale):
    """results: those of files as they are."""
    if not results:
        out.lacks(f"All {stale} results are of files as they were before", COMMAND)
        return
    reasons = mutate_report.Reasons(pathlib.Path(riglib.ROOT, "docs/mutate-survivors.md"))
    mutants = [types.SimpleNamespace(**{k: r[k] for k in ("key", "file", "function", "kind", "text",
                                                         "change", "line")}) for r in results]
    kinds = sorted({r["kind"] for r in results})
    all_of = mutate_report.Report(mutants, {r["key"]: r for r in results}, reasons, kinds)
    tally, bare = all_of.all, all_of.unexplained()
    out.tiles.append((f"{tally.adjusted()} %",
                      f"of {page.number(tally.errors())} made errors noticed; "
                      f"{len(bare)} survivors without a reason", "bad" if bare else "good"))
    out.said = all_of.summary().splitlines()[0]
    longest = max(r["time"] for r in results)
    hasty = sum(r["time"] < longest for _, r, _ in all_of.survivors)
    out.body.append(page.tag(
        "p", all_of.summary().replace("\n", ". "), ". Of the mutants that were run",
        f"; {page.number(stale)} results are of files as they were before, and do not count"
        if stale
        else "", ". ",
        f"{page.number(hasty)} survivors had less time than the {longest} s that others "
        "had. " if hasty else "", "How it is done: docs/mutate.md."))
    for caption, rows in zip(("Files", "Classes of changes"), all_of.tables()):
        is_files = rows[-1][0] == "all"
        out.body.append(page.table(
            caption, [rows[0][0]] + [f"#{name}" for name in rows[0][1:]],
            [cells(row) for row in (rows[1:-1] if is_files else rows[1:])],
            total=cells(rows[-1]) if is_files else None))
    out.body.append(page.table(
        "Survivors", ["place", "function", "change", "line", "why"],
        [("bare" if not why else None, [page.Cell(f"{m.file}:{m.line}", f"{m.file}:{m.line:06d}"),
                                        m.function, page.tag("code", m.change),
                                        page.tag("code", m.text),
                                        why or page.tag("strong", "no reason given")])
         for m, _, why in all_of.survivors], filter_by="Survivors with the text",
        flag=("only those without a reason", "bare"), wide=(2, 3, 4)))
    verdicts = collections.Counter(all_of.verdicts)
    out.body.append(page.table("Noticed by", ["rule, or how the process died", "#mutants"],
                               [list(pair) for pair in verdicts.most_common()],
                               filter_by="Rules with the text"))


def cells(row):
    """Of its tables, where percentages are text."""
    return [row[0]] + [page.Cell(c, float(c) if c != "-" else -1) if isinstance(c, str) else c
                       for c in row[1:]]
