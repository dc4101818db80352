# SPDX-License-Identifier: GPL-2.0-only
"""The section about a run of scripts/test: lanes, from its JSON lines, and tests, from
JUnit files."""

import os
import xml.etree.ElementTree as ET

import riglib
from report_lib import page

COMMAND = "scripts/test"


def section(opts):
    """Lanes as they were run last, and each test of those that ctest runs."""
    out = page.Section("tests", "Tests")
    rows = riglib.read_jsonl(opts.tests)[0] if os.path.exists(opts.tests) else []
    last = {row["lane"]: row for row in rows if row.get("event") == "lane" and "lane" in row}
    if not last:
        out.lacks(f"No run of the tests is in {opts.shown(opts.tests)}", COMMAND)
        return out
    lanes = list(last.values())
    passed, failed, skipped = (sum(row.get(k, 0) for row in lanes)
                               for k in ("passed", "failed", "skipped"))
    out.tiles.append((f"{page.number(passed)}" if not failed else f"{page.number(failed)} failed",
                      f"tests passed, {skipped} skipped" if not failed else
                      f"of {page.number(passed + failed)} tests", "bad" if failed else "good"))
    out.said = f"{passed} tests passed, {failed} failed, {skipped} skipped, in {len(lanes)} lanes"
    out.body.append(page.table(
        "Each lane as it was run last",
        ["lane", "#passed", "#failed", "#skipped", "#seconds", "commit",
                                         "when"],
        [("bad" if row.get("failed") else None,
          [row["lane"], row.get("passed"), row.get("failed"), row.get("skipped"),
           row.get("seconds"),
           row.get("commit"), page.when(row["time"])]) for row in lanes],
        total=["all", passed, failed, skipped, sum(row.get("seconds", 0) for row in lanes), "",
               ""]))
    cases = [case for row in lanes for case in cases_of(opts, row["lane"])]
    if cases:
        out.body.append(page.table(
            "Tests that ctest runs", ["lane", "test", "what came of it", "#seconds"], cases,
            filter_by="Tests with the text", flag=("only what failed or was skipped", "bad")))
    return out


def cases_of(opts, lane):
    """Rows of the JUnit file of a lane, if it has one."""
    path = os.path.join(os.path.dirname(opts.tests), f"{lane}-test.xml")
    if not os.path.exists(path):
        return
    try:
        root = ET.parse(path).getroot()
    except ET.ParseError as e:
        riglib.die(f"{path}:{e.position[0]}: expected JUnit; {e}")
    for case in root.iter("testcase"):
        what = "passed"
        if case.find("skipped") is not None:
            what = "skipped"
        elif case.find("failure") is not None or case.get("status") == "fail":
            what = "failed"
        yield (None if what == "passed" else "bad",
               [lane, case.get("name"), what, float(case.get("time") or 0)])
