#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""make - a small work folder for test_report.sh, with all that scripts/report shows.

Usage: make.py FOLDER.  The figures are made up; what must agree with the tree is taken from it.
"""

import hashlib
import json
import os
import shutil
import sys

TOP = sys.argv[1]
BEGIN = 1700000000
EVIL = "<script>document.title = 'broken'</script><img src=x onerror=\"document.title='broken'\">"
KEY = "chunk_hint_under.free"


def put(name, text):
    """One file."""
    path = os.path.join(TOP, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def put_json(name, data):
    """One file of JSON."""
    put(name, json.dumps(data) + "\n")


def put_lines(name, rows):
    """One file of JSON lines."""
    put(name, "".join(json.dumps(row) + "\n" for row in rows))


def findings():
    """A finding that the tool can show, one that never ends, and inputs that nothing shows."""
    info = {"build": "plain", "commit": "0123abc", "first": BEGIN, "key": KEY,
            "options": "--target pcpu --quirk free-end", "subject": "ours", "target": "pcpu"}
    seen = [{"time": BEGIN + i, "target": "pcpu", "commit": "0123abc"} for i in range(3)]
    folder = f"work/findings/{KEY}"
    put_json(f"{folder}/info.json", info)
    with open("corpus/quirks/free-end.pcpu", encoding="utf-8") as f:
        put(f"{folder}/program.pcpu", f.read() + f"# {EVIL}\n")
    put(f"{folder}/report.txt",
        f"op:      4: free r1\nfound:   {EVIL}\nrule:    chunk_hint_under\n")
    put_lines(f"{folder}/seen.jsonl", seen)
    put_json("work/findings/hang.alloc@other/info.json", dict(
        info, key="hang.alloc", subject="other", options="--target pcpu --subject nosuch"))
    put("work/findings/hang.alloc@other/report.txt", "hang.alloc: the process did not end\n")
    shutil.copy("corpus/quirks/free-end.pcpu", f"{TOP}/work/findings/hang.alloc@other/program.pcpu")
    put_lines("work/findings/hang.alloc@other/seen.jsonl", seen[:1])
    put("work/findings/unreproducible/0a1b2c/info.json", "{}\n")


def run_log():
    """Two runs of two targets; the second was killed, in the middle of a line."""
    rows = []
    for run, begin in enumerate((BEGIN, BEGIN + 100000)):
        rows.append({"time": begin, "event": "start", "group": "ours", "commit": "0123abc"})
        for t in range(0, 60, 5):
            for job, target in enumerate(("pcpu", "vm")):
                n = t * 100 + 10
                rows.append({"time": begin + t, "event": "job", "group": "ours", "job": job,
                             "target": target, "role": "libfuzzer", "programs": n, "ops": n * 40,
                             "programs_per_s": 100 + t, "ops_per_s": (100 + t) * 40,
                             "edges": 1000 + 10 * t + 100 * job, "last_edge": begin + t})
        rows.append({"time": begin + 60, "event": "finding-new", "group": "ours", "target": "pcpu",
                     "finding": KEY})
        if not run:
            rows.append({"time": begin + 60, "event": "end", "group": "ours", "why": "</script>",
                         "programs": 12000, "ops": 480000})
    put_lines("work/run.jsonl", rows)
    with open(os.path.join(TOP, "work/run.jsonl"), "a", encoding="utf-8") as f:
        f.write('{"time":17000')
    put("work/stats/replay-pcpu", "programs 10\nops 400\nrule.chunk_free 400\nrule.boot_leak 0\n")


def others():
    """Coverage, bugs, speed, tests."""
    lines = [{"line": 7, "text": "\treturn a < b;", "why": "only `a` < `b`"},
             {"line": 90, "text": "\tbreak;", "why": ""}]
    put_json("coverage.json", {"commit": "0123abc", "time": BEGIN, "files": [
        {"file": "impl/a.c", "lines": 40, "covered": 38, "uncovered": lines},
        {"file": "impl/b.c", "lines": 200, "covered": 200, "uncovered": []}]})
    hunt = {"trials": 3, "budget": 60, "reached": 3, "triggered": 3, "detected": 3, "rule": "r"}
    bug = {"wrong": "a < b", "rule": "r", "needs": "sequence", "upstream": "mutant"}
    put_json("bugs.json", {f"M{i:02d}": dict(bug, engines={
        "libfuzzer": dict(hunt, median_time=t, worst_time=t, median_execs=100),
        "gen": dict(hunt, median_time=t and t / 2, worst_time=t, median_execs=50)})
        for i, t in enumerate((0.5, 12.0, 2.5, None))})
    put_json("bench.json", {"commit": "0123abc", "command": "bench --json", "rows": [
        {"target": "pcpu", "sanitizer": "none", "subject": "ours", "exec_per_s": 900.5,
         "ops_per_s": 300000},
        {"target": "pcpu", "sanitizer": "address", "subject": "ours", "exec_per_s": 90,
         "ops_per_s": 50000}],
        "growth": [{"areas": 100, "instructions": 1200}, {"areas": 1000, "instructions": 1300}]})
    put_lines("test.jsonl",
              [{"time": BEGIN, "event": "lane", "lane": "plain", "passed": n, "failed": 0,
                              "skipped": 1, "seconds": 60, "commit": "0123abc"} for n in (1, 2)])
    put("plain-test.xml", '<testsuite><testcase name="one" time="0.5" status="run"/><testcase '
        'name="two" time="12" status="run"/><testcase name="three" time="0"><skipped/></testcase>'
        "</testsuite>\n")


def mutants():
    """Results about a file as it is, and one of a file as it was."""
    name = "impl/bitmap.c"
    with open(name, "rb") as f:
        state = hashlib.sha1(f.read()).hexdigest()[:16]
    row = {"file": name, "function": "f", "kind": "relational", "line": 3, "text": "if (a < b)",
           "change": "< -> <=", "state": state, "time": 20, "code": "c"}
    put_lines("mutate/results.jsonl", [
        dict(row, key="1", outcome="killed", stage="corpus", verdict="r", by="x"),
        dict(row, key="2", outcome="killed", stage="fuzz", verdict="hang", by="x"),
        dict(row, key="3", outcome="survived", differs=None),
        dict(row, key="4", outcome="killed", stage="fuzz", verdict="hang", by="x", state="0")])


for make in (findings, run_log, others, mutants):
    make()
