# SPDX-License-Identifier: GPL-2.0-only
"""The section about the bug bank: what scripts/bugs table --json says, and its plot."""

import os

import plotlib
import riglib
from report_lib import page

COMMAND = "scripts/bugs hunt && scripts/bugs table --json docs/bugs.json"


def section(opts):
    """Engines, plot, bugs."""
    out = page.Section("bugs", "Bug bank")
    if not os.path.exists(opts.bugs):
        out.lacks(f"No hunt is in {opts.shown(opts.bugs)}", COMMAND)
        return out
    data = riglib.read_json(opts.bugs)
    try:
        fill(out, {name: bug for name, bug in data.items() if bug["rule"] != "none"}, len(data))
    except (KeyError, TypeError, AttributeError):
        riglib.die(f"{opts.bugs}: expected what scripts/bugs table --json writes")
    return out


def fill(out, bugs, total):
    """bugs: those that are errors."""
    summary = {name: bug["engines"] for name, bug in bugs.items() if bug["engines"]}
    seen = {engine for of in summary.values() for engine in of}
    engines = [e for e in plotlib.COLOURS if e in seen] + sorted(seen - set(plotlib.COLOURS))
    if not engines:
        out.lacks(f"The bank has {total} bugs, which were not hunted", COMMAND)
        return
    main = engines[0]
    tried = [of[main] for of in summary.values() if main in of]
    caught = sum(r["median_time"] is not None for r in tried)
    out.tiles.append((f"{caught}/{len(tried)}", f"known errors found from nothing ({main})",
                      "good" if caught == len(tried) else "bad"))
    out.said = f"{caught} of {len(tried)} bugs found in most trials of {main}; {total} in the bank"
    out.body.append(page.tag(
        "p",
        f"{total} errors, of which {total - len(bugs)} make no difference. Each hunt begins with "
        "an empty corpus, on one core; a trial without success counts as longer than any other. "
        "What they are: docs/bugs.md."))

    def draw(**how):
        return plotlib.survival(summary, engines, **how)
    lines = [plotlib.Line(e if e in plotlib.COLOURS else "0", [],
                          f"{e}: {left(summary, e)} not found")
             for e in engines]
    out.body.append(page.plot("Bugs not yet found, against time", draw, lines))
    out.body.append(page.table(
        "What each engine found",
        ["engine", "#bugs", "#found in most trials", "#sum of medians, s"],
        [engine_row(summary, e) for e in engines]))
    columns = ["id", "error", "needs", "rule", "found as", f"#trials of {main}",
               f"#median s, {main}",
               f"#worst s, {main}", "#programs"]
    columns += [f"#median s, {e}" for e in engines[1:]]
    out.body.append(page.table("Bugs", columns, [bug_row(name, bug, engines)
                                                 for name, bug in bugs.items()],
                               filter_by="Bugs with the text", flag=("only those missed", "bad"),
                               wide=(1,)))


def left(summary, engine):
    """How many an engine did not find in most trials."""
    return sum(of[engine]["median_time"] is None for of in summary.values() if engine in of)


def engine_row(summary, engine):
    """What it found of all that it was tried on."""
    rows = [of[engine] for of in summary.values() if engine in of]
    times = [r["budget"] if r["median_time"] is None else r["median_time"] for r in rows]
    return [engine, len(rows), len(rows) - left(summary, engine), float(sum(times))]


def bug_row(name, bug, engines):
    """One bug."""
    of = bug["engines"]
    r = of.get(engines[0])
    cells = [name, bug["wrong"], bug["needs"], bug["rule"]]
    if r:
        cells += [r["rule"],
                  page.Cell(f"{r['detected']}/{r['trials']}", r["detected"] / r["trials"]),
                  seconds(r["median_time"]), seconds(r["worst_time"]),
                  None if r["median_execs"] is None else int(r["median_execs"])]
    else:
        cells += [None] * 5
    cells += [seconds(of.get(e, {}).get("median_time")) for e in engines[1:]]
    return ("bad" if r and r["median_time"] is None else None, cells)


def seconds(value):
    """A time; none is longer than any."""
    return page.Cell("-", 1e9) if value is None else float(value)
