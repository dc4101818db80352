# SPDX-License-Identifier: GPL-2.0-only
"""The check that the report of every rule is one crash of its own to ClusterFuzz.

tests/test_rules.c knows how to break each rule; linked as a fuzz target, tests/rules_fuzzer.c, it
makes the real report and the real stack of each.
"""

import concurrent.futures
import glob
import os
import re
import shlex
import subprocess
import tempfile

from riglib import ROOT

from ossfuzz_lib import clusterfuzz, shapes
from ossfuzz_lib.build import run

# Names of the rule, of the kind of op, and nothing else; short enough for a line of a state.
KEY = re.compile(r"^ASSERTION FAILED: (pcpu divergence FuzzerHash=([a-z0-9_]+)\.[a-z_]+)$", re.M)
MAX_KEY = 80
# How the process ends: with the sanitizer's handler, as in ClusterFuzz; of every eighth rule also
# with libFuzzer's, which differs in what comes before the same stack.
HANDLERS = {"ClusterFuzz": ({}, 1),
            "libFuzzer": ({"ASAN_OPTIONS": "handle_sigill=0:dedup_token_length=3"}, 8)}


def rule_names():
    """The first column of rules.def."""
    with open(os.path.join(ROOT, "oracle/rules.def"), encoding="utf-8") as f:
        return re.findall(r"^RULE\((\w+),", f.read(), re.M)


def build_target(build, folder, broken=None):
    """Build rules_fuzzer as the targets were; its path, and what went wrong.

    broken: which of broken_report.c is to be in the place of report_crash()
    """
    words = shlex.split(build.env["CFLAGS"]) + ["-std=gnu11"]
    link = []
    sources = [os.path.join(ROOT, "tests", name) for name in ("test_rules.c", "rules_fuzzer.c")]
    sources += sorted(glob.glob(os.path.join(ROOT, "tests/sabotage_*.c")))
    if broken:
        sources.append(os.path.join(shapes.LIB, "broken_report.c"))
        words.append(f"-DBREAK_{broken}")
        link.append("-Wl,--wrap=report_crash")
    objects, jobs = [], []
    for source in sources:
        objects.append(os.path.join(folder, os.path.basename(source) + ".o"))
        jobs.append([build.env["CC"], *words, "-Dmain=test_rules_main", "-c", source, "-o",
                     objects[-1]])
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        done = list(pool.map(lambda job: subprocess.run(job, capture_output=True, text=True,
                                                        check=False), jobs))
    for one in done:
        if one.returncode:
            return None, one.stderr.strip()[:160]
    target = os.path.join(folder, "rules_fuzzer")
    made = os.path.join(build.work, "pcpufuzz")
    one = subprocess.run(
        [build.env["CXX"], *shlex.split(build.env["CXXFLAGS"]), *objects, *link, "-o", target,
         "-Wl,--start-group", os.path.join(made, "libpcpu_rig.a"),
         os.path.join(made, "libpcpu_impl.a"), "-Wl,--end-group", "-ldl",
         *shlex.split(build.env["LIB_FUZZING_ENGINE"])], capture_output=True, text=True,
        check=False)
    return target, one.stderr.strip()[:160] if one.returncode else None


def crashes(target, rules, env):
    """The report of each rule."""
    def one(rule):
        with tempfile.TemporaryDirectory() as tmp:
            path = os.path.join(tmp, "input")
            with open(path, "w", encoding="ascii") as f:
                f.write(rule)
            return run([target, path], cwd=tmp, env=env)[1]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip(rules, pool.map(one, rules)))


def judge(reports):
    """What is wrong with the reports of all rules, or None."""
    states = {}
    for rule, report in reports.items():
        keys = KEY.findall(report)
        crash = clusterfuzz.parse(report)
        if len(keys) != 1 or keys[0][1] != rule:
            return f"{rule}: expected a line with its key alone; got {keys}"
        if len(keys[0][0]) >= MAX_KEY:
            return f"{rule}: the key is {len(keys[0][0])} characters long"
        if crash.type != "ASSERT":
            return f"{rule}: is taken for {crash.type or 'no crash'}"
        lines = crash.state.splitlines()
        if lines[0] != keys[0][0] or lines[1:2] != [f"rule_{rule}"]:
            return f"{rule}: the state is {lines}"
        states[rule] = crash
    return merged(states)


def merged(states):
    """Pairs that are taken for one crash."""
    names = list(states)
    pairs = [(a, b) for i, a in enumerate(names) for b in names[i + 1:]
             if clusterfuzz.are_merged(states[a], states[b])]
    if pairs:
        return f"{len(pairs)} pairs are merged, such as {' and '.join(pairs[0])}"
    return None


def check_reports(build):
    """Every rule has a crash of its own, whoever handles the signal."""
    with tempfile.TemporaryDirectory() as tmp:
        target, wrong = build_target(build, tmp)
        if wrong:
            return f"rules_fuzzer: {wrong}"
        for handler, (env, every) in HANDLERS.items():
            wrong = judge(crashes(target, rule_names()[::every], env))
            if wrong:
                return f"signal handled by {handler}: {wrong}"
    return None


def check_broken_reports(build, broken, only_merging=False):
    """The same of some rules, with a report that is broken."""
    with tempfile.TemporaryDirectory() as tmp:
        target, wrong = build_target(build, tmp, broken)
        if wrong:
            return f"rules_fuzzer: {wrong}"
        reports = crashes(target, rule_names()[::16], {})
    if only_merging:
        return merged({rule: clusterfuzz.parse(report) for rule, report in reports.items()})
    return judge(reports)
