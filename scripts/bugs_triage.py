# SPDX-License-Identifier: GPL-2.0-only
"""The findings of the bug bank through triage: one bucket for each cause, none merged wrongly.

Imported by scripts/bugs, not run.  What the cause of an input is, is found here without triage and
without the minimiser: the key of its report, or, of a process that dies, how it died and the first
op that it takes for that.
"""

import itertools
import json
import os
import re
import shutil
import subprocess

import riglib
from bugs_repro import Failed, read_ops, write_program
from ossfuzz_lib import clusterfuzz
from riglib import ROOT, Run, verdict

GEN_SECONDS = 10  # to find it once more by random programs
ENV = {"ASAN_OPTIONS": "exitcode=99:symbolize=0:detect_leaks=0",
       "UBSAN_OPTIONS": "exitcode=99:symbolize=0"}


class Builds:
    """The tools and the fuzz target with a bug in it, and where they are."""

    def __init__(self, bug, lanes, tree):
        self.bug = bug
        self.tree = tree
        error = bug.patched(tree)
        for name, programs in (("plain", ["pcpufuzz"]),
                               ("fuzz", ["pcpufuzz", bug.target + "_fuzzer"])):
            os.makedirs(os.path.join(tree, name), exist_ok=True)
            objects = []
            if not error:
                objects, error = bug.objects(lanes[name], tree, ["-O1"])
            for program in programs:
                error = error or lanes[name].link(program, self.path(name, program), objects)
        if error:
            raise Failed(error)

    def path(self, build, program="pcpufuzz"):
        """Where a program is."""
        return os.path.join(self.tree, build, program)

    def tool(self, build, command, *args, seconds=20):
        """Exit status and output of the tool."""
        words = [*(riglib.setarch() if build == "fuzz" else ()), self.path(build), command,
                 "--target", self.bug.target, *args]
        run = Run(words, os.path.join(self.tree, "out"), ENV)
        return run.wait(seconds), run.text()

    def cause(self, program):
        """Rule or way to die, and kind of op, of a program; None if it shows nothing."""
        for build in ("fuzz", "plain"):  # what the sanitizers see comes first
            status, text = self.tool(build, "run", program)
            if status == 0:
                continue
            found = re.search(r"FuzzerHash=(\S+)", text)
            if found:
                return found[1]
            return f"{verdict(status, text)}.{self.deadly_op(build, program)}"
        return None

    def deadly_op(self, build, program):
        """The kind of op that it died in: by the first stack, and by what was reported as done."""
        run = Run(["stdbuf", "-oL", *(riglib.setarch() if build == "fuzz" else ()),
                   self.path(build), "run", "--print", "--target", self.bug.target, program],
                  os.path.join(self.tree, "out"),
                  {"ASAN_OPTIONS": "exitcode=99:detect_leaks=0:verify_asan_link_order=0",
                   "UBSAN_OPTIONS": "exitcode=99:print_stacktrace=1"})
        run.wait(20)
        stack = re.search(r"^ +#0 (?:.*\n +#\d+ )*.*", run.text(), re.M)
        if stack and " exec_start " in stack[0]:
            return "start"
        if stack and re.search(" exec_(finish|exit) ", stack[0]):
            return "end"
        done = re.findall(r"^(\d+) \w+ ", run.text(), re.M)
        _head, ops = read_ops(program)
        return kind(ops[int(done[-1]) + 1 if done else 0])


def kind(op):
    """Of a line of a program."""
    return re.sub(r"^\w+ = ", "", op).split()[0]


def random_finding(builds, path):
    """Have random programs find something: is there a program now."""
    for build in ("plain", "fuzz"):
        _status, text = builds.tool(build, "gen", "--run", "--count", "20000", seconds=GEN_SECONDS)
        program = re.search(r"^pcpu-program (?:.*\n)*?(?=---- finding)", text, re.M)
        if program:
            with open(path, "w", encoding="utf-8") as f:
                f.write(program[0])
            return True
        if build == builds.bug.lane:
            break
    return False


def triage(builds, store, inputs):
    """Folders in which triage puts these."""
    done = subprocess.run(
        ["scripts/triage", "--no-setup", "--no-build", "--findings", store, "--target",
         builds.bug.target, "--tool", "plain=" + builds.path("plain"),
         "--tool", "fuzz=" + builds.path("fuzz"), *inputs],
        cwd=ROOT, capture_output=True, text=True, check=False)
    folders = re.findall(r"^(?:new|again|not reproduced): \S+: (\S+)$", done.stdout, re.M)
    if done.returncode != 1 or len(folders) != len(inputs):
        raise Failed(f"scripts/triage: exit {done.returncode}: {done.stderr.strip()[-200:]}")
    return [os.path.relpath(os.path.join(ROOT, folder), store) for folder in folders]


def of_bug(bug, lanes, tmp, store):
    """Pairs of cause and folder, for each input of a bug; raises Failed."""
    tree = os.path.join(tmp, bug.name)
    os.mkdir(tree)
    try:
        builds = Builds(bug, lanes, tree)
        witness = os.path.join(ROOT, bug.header["witness"])
        cause = builds.cause(witness)
        if not cause:
            raise Failed("the witness shows nothing")
        raw = os.path.join(tree, "witness.bin")
        status, text = builds.tool("plain", "convert", "--bytes", "-o", raw, witness)
        if status:
            raise Failed(f"convert: exit {status}: {text.strip()[-200:]}")
        causes, inputs = [cause, cause], [witness, raw]
        found = os.path.join(tree, "found.pcpu")
        if random_finding(builds, found):
            causes.append(builds.cause(found))
            inputs.append(found)
        return list(zip(causes, triage(builds, store, inputs)))
    finally:
        shutil.rmtree(tree)


def merged_by_clusterfuzz(store, bugs_of):
    """Pairs of folders, of different bugs, whose stacks ClusterFuzz takes for one."""
    crashes = {}
    for folder in bugs_of:
        with open(os.path.join(store, folder, "stack.txt"), encoding="utf-8") as f:
            crashes[folder] = clusterfuzz.parse(f.read())
    return [(a, b) for a, b in itertools.combinations(sorted(crashes), 2)
            if clusterfuzz.are_merged(crashes[a], crashes[b]) and not bugs_of[a] & bugs_of[b]]


def check(bugs, lanes, tmp, pool):
    """All of them, a line each; how much is wrong."""
    store = os.path.join(tmp, "findings")
    os.mkdir(store)
    live = riglib.Live()
    failed, seen, bugs_of = 0, [], {}

    def one(bug):
        try:
            return of_bug(bug, lanes, tmp, store), None
        except Failed as error:
            return [], error
    for i, (bug, (rows, error)) in enumerate(zip(bugs, pool.map(one, bugs)), 1):
        live.clear()
        wrong = error or next((f"{cause} is filed as {folder}" for cause, folder in rows
                               if cause != folder), None)
        failed += bool(wrong)
        print(f"FAIL {bug.name}: {wrong}" if wrong else
              f"ok {bug.name}: {', '.join(sorted({cause for cause, _ in rows}))}", flush=True)
        seen += rows
        for _cause, folder in rows:
            bugs_of.setdefault(folder, set()).add(bug.name)
        live.show(f"{i} of {len(bugs)}, {failed} failed")
    live.clear()
    causes, buckets = {cause for cause, _ in seen}, {folder for _, folder in seen}
    # two findings in one bucket that are of two causes
    wrongly = sum(a[0] != b[0] and a[1] == b[1] for a, b in itertools.combinations(set(seen), 2))
    pairs = len(causes) * (len(causes) - 1) // 2
    print(f"{len(seen)} inputs, {len(causes)} causes, {len(buckets)} buckets; of {pairs} pairs of"
          f" causes {wrongly} are merged wrongly")
    by_state = merged_by_clusterfuzz(store, bugs_of)
    print(f"by type and state of ClusterFuzz {len(by_state)} pairs of different bugs are merged"
          + "".join(f"\n  {a} and {b}" for a, b in by_state))
    with open(os.path.join(store, "findings.sarif"), encoding="utf-8") as f:
        listed = len(json.load(f)["runs"][0]["results"])
    if listed != len(buckets):
        print(f"FAIL findings.sarif: {listed} results")
    return failed + wrongly + (len(causes) != len(buckets)) + len(by_state) + \
        (listed != len(buckets))
