# SPDX-License-Identifier: GPL-2.0-only
"""Checks that run the targets of a build.

Each gets a Build and returns what is wrong in a line, or None.
"""

import os
import re
import shlex
import shutil
import subprocess
import tempfile

from riglib import target_names

from ossfuzz_lib import shapes
from ossfuzz_lib.build import can_unshare, last_line, run
from ossfuzz_lib.static import shown

STARTUP = ["-seed=1337", "-runs=4"]
MIN_EDGES = 100
REPEATS = 100
# All of / read-only, nothing but /tmp to write to, no devices.
SANDBOX = """
set -e
mount --make-rprivate /
tmp=$(mktemp -d)
mount -t tmpfs none "$tmp"
mkdir "$tmp/out"
cp "$1" "$tmp/out/"
mount --move "$tmp" /tmp
mount -t tmpfs -o ro none /dev
while read -r _ _ _ _ at _; do
	case $at in
	/proc* | /sys* | /tmp | /dev) ;;
	*) mount -o remount,bind,ro "$at" 2>> /tmp/refused || true ;;
	esac
done < /proc/self/mountinfo
if echo > /ossfuzz-check-was-here; then rm -f /ossfuzz-check-was-here; exit 98; fi 2> /tmp/expected
cd /
name=$(basename "$1")
shift
exec "/tmp/out/$name" "$@" <&-
"""


def starts(status, text, wanted="Done 4 runs"):
    """Whether libFuzzer came to its end; else what it said."""
    if status == 0 and wanted in text:
        return None
    return f"exit {status}: {last_line(text)}"


def check_startup(build):
    """Each target starts, and has edges; with AFL++ it can be fuzzed."""
    for target in build.targets():
        if shapes.is_standin(build.shape):
            wrong = standin(target, build.seeds(target)[:4])
        elif build.shape.engine == "afl":
            wrong = afl_startup(target, build)
        elif build.shape.sanitizer == "coverage":
            wrong = None  # see check_coverage
        else:
            status, text = run([target, *STARTUP])
            edges = re.search(r"INFO: Loaded \d+ module.*\(.*(?:counters|guards)\): *(\d+)", text)
            wrong = starts(status, text)
            if not wrong and (not edges or int(edges[1]) < MIN_EDGES):
                wrong = f"{edges[1] if edges else 0} edges, expected {MIN_EDGES}"
        if wrong:
            return f"{shown(target)}: {wrong}"
    return None


def standin(target, files, *options):
    """Run files with standin.c; what is wrong, or None."""
    status, text = run([target, *options, *files], timeout=300)
    end = re.search(r"^standin: (\d+) inputs, (\d+) edges, (\d+) differ$", text, re.M)
    if not end or int(end[1]) != len(files):
        return f"exit {status}: {last_line(text)}"
    if int(end[2]) < MIN_EDGES:
        return f"{end[2]} edges, expected {MIN_EDGES}"
    if status or int(end[3]):
        return f"{end[3]} of {end[1]} inputs differ"
    if text.count("\n") != 1:
        return f"it prints: {text.splitlines()[0][:100]}"
    return None


def afl_startup(target, build):
    """afl-fuzz takes it, with its dictionary, and finds it stable."""
    with tempfile.TemporaryDirectory() as tmp:
        seeds, out = os.path.join(tmp, "in"), os.path.join(tmp, "out")
        os.mkdir(seeds)
        for i, path in enumerate(build.seeds(target, 60)):
            shutil.copy(path, os.path.join(seeds, str(i)))
        env = dict(ASAN_OPTIONS="abort_on_error=1:symbolize=0:detect_odr_violation=0",
                   MSAN_OPTIONS="exit_code=86:symbolize=0", UBSAN_OPTIONS="symbolize=0",
                   AFL_TMPDIR=tmp, AFL_FORKSRV_INIT_TMOUT="30000", AFL_FAST_CAL="1")
        status, text = run(["afl-fuzz", "-i", seeds, "-o", out, "-x", target + ".dict", "-t",
                            "5000+", "-V", "2", "--", target], env=env, timeout=90)
        with open(target + ".dict", encoding="ascii") as f:
            entries = len(f.readlines())
        if "All set and ready to roll" not in text:
            return f"afl-fuzz: {last_line(text)}"
        if f"Loaded {entries} extra tokens" not in text:
            return f"afl-fuzz does not load the {entries} entries of the dictionary"
        try:
            with open(os.path.join(out, "default/fuzzer_stats"), encoding="ascii") as f:
                stable = re.search(r"^stability *: (\S+)$", f.read(), re.M)
        except OSError:
            return f"afl-fuzz ended with {status} and left no statistics"
        if not stable or stable[1] != "100.00%":
            return f"stability {stable[1] if stable else 'unknown'}, expected 100 %"
    return None


def check_moved(build):
    """Each target starts from another folder, while $OUT is gone."""
    aside = build.out + "-moved"
    os.rename(build.out, aside)
    try:
        for target in build.targets():
            status, text = run([os.path.join(aside, shown(target)), *STARTUP])
            wrong = starts(status, text)
            if wrong:
                return f"{shown(target)}: {wrong}"
    finally:
        os.rename(aside, build.out)
    return None


def check_sandbox(build):
    """Each target starts with a read-only file system but /tmp, and without devices."""
    inside = can_unshare("-m")
    if not inside:
        return "skip: no mount namespace can be made here"
    for target in build.targets():
        status, text = run([target, *STARTUP],
                           before=(*inside, "bash", "-c", SANDBOX, "sandbox"))
        wrong = starts(status, text)
        if wrong:
            return f"{shown(target)}: {wrong}"
    return None


def check_cwd(build):
    """Each target starts in any folder, and leaves nothing in it."""
    with tempfile.TemporaryDirectory() as tmp:
        for target in build.targets():
            for cwd in ("/", tmp, build.out):
                before = set(os.listdir(cwd))
                status, text = run([target, *STARTUP], cwd=cwd)
                wrong = starts(status, text)
                new = set(os.listdir(cwd)) - before
                if new and not wrong:
                    wrong = f"leaves {' '.join(sorted(new))} in the current folder"
                for name in new:
                    os.unlink(os.path.join(cwd, name))
                if wrong:
                    return f"{shown(target)} in {cwd}: {wrong}"
    return None


def check_out_unset(build):
    """Each target starts without the environment that it was built in."""
    for target in build.targets():
        status, text = run(["env", "-u", "OUT", "-u", "SRC", "-u", "WORK", "-u", "HOME", target,
                            *STARTUP])
        wrong = starts(status, text)
        if wrong:
            return f"{shown(target)}: {wrong}"
    return None


def odd_inputs(folder):
    """No bytes, one, and many of each kind."""
    made = {"empty": b"", "zero": b"\0", "ones": b"\xff" * 4096, "zeros": bytes(4096),
            "count": bytes(range(256)) * 16, "text": b"pcpu-program 1\n" * 100}
    paths = []
    for name, data in made.items():
        paths.append(os.path.join(folder, name))
        with open(paths[-1], "wb") as f:
            f.write(data)
    return paths


def check_seeds(build):
    """All seeds, and odd inputs, are run without a finding or a word."""
    with tempfile.TemporaryDirectory() as tmp:
        odd = odd_inputs(tmp)
        for target in build.targets():
            files = build.seeds(target) + odd
            if shapes.is_standin(build.shape):
                wrong = standin(target, files)
            else:
                status, text = run([target, *files], timeout=300, env=dict(
                    LLVM_PROFILE_FILE=os.path.join(tmp, "profile")))
                wrong = None
                if build.shape.engine != "afl" and text.count("\nExecuted ") != len(files):
                    wrong = f"exit {status}: {last_line(text)}"
                elif status:
                    wrong = f"exit {status}: {last_line(text)}"
                elif re.search(r"ERROR|runtime error|FuzzerHash|Sanitizer", text):
                    wrong = last_line(text)
            if wrong:
                return f"{shown(target)}: {wrong}"
    return None


def check_repeats(build):
    """100 runs of an input take the same edges, in any order of inputs.

    That two do is part of check_seeds, for all seeds.
    """
    for target in build.targets():
        wrong = standin(target, build.seeds(target, 12), "--repeat", str(REPEATS))
        if wrong:
            return f"{shown(target)}: {wrong}"
    return None


def check_coverage(build):
    """Running the seeds makes a profile, and that a report on sources where they were built."""
    with tempfile.TemporaryDirectory() as tmp:
        for target in build.targets():
            raw, merged = os.path.join(tmp, "raw"), os.path.join(tmp, "merged")
            status, text = run([target, *build.seeds(target)], timeout=300,
                               env=dict(LLVM_PROFILE_FILE=raw))
            if status or not os.path.exists(raw):
                return f"{shown(target)}: exit {status}: {last_line(text)}"
            script = (f"$(clang -print-prog-name=llvm-profdata) merge -o {shlex.quote(merged)} "
                      f"{shlex.quote(raw)} && $(clang -print-prog-name=llvm-cov) show "
                      f"{shlex.quote(target)} -instr-profile={shlex.quote(merged)}")
            done = subprocess.run(["bash", "-c", script], capture_output=True, text=True,
                                  errors="replace", check=False)
            if done.returncode or "pcpu_alloc" not in done.stdout:
                return f"{shown(target)}: no report: {last_line(done.stderr)}"
    return None if target_names() else "no targets"
