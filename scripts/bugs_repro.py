# SPDX-License-Identifier: GPL-2.0-only
"""The findings of the bug bank as reports: minimised programs, and C programs that show the same.

Imported by scripts/bugs, not run.
"""

import glob
import os
import re
import shutil

import riglib
from riglib import ROOT, Run, verdict

PADS = (300, 100, 30, 10, 4, 1)  # ops that are put in front of a witness
SEEDS = 4  # of each of these
MIN_SECONDS = 60


class PlainCc:
    """A plain C compiler, and the objects of impl/ and oracle/ as it made them."""

    def __init__(self, flags, into):
        self.name = "cc"
        self.flags = flags
        self.dir = into
        os.mkdir(into)
        self.impl, self.oracle = {}, []
        for source in sorted(glob.glob(os.path.join(ROOT, "impl/*.c"))
                             + glob.glob(os.path.join(ROOT, "oracle/*.c"))):
            folder, name = source.split("/")[-2:]
            out = os.path.join(into, f"{folder}-{name}.o")
            error = self.compile(source, out)
            if error:
                riglib.die(f"{folder}/{name}: {error}")
            if folder == "impl":
                self.impl[name] = out
            else:
                self.oracle.append(out)

    def compile(self, source, out, flags=(), _rig=False):
        """Compile one file, as Lane.compile(); the error text, or None."""
        return riglib.run_quietly(["cc", *self.flags, *flags, "-c", source, "-o", out], ROOT)

    def link(self, source, out, instead=()):
        """A reproducer with the allocator as it is, but for these objects; the error, or None."""
        new = {}
        for path in instead:
            # cc-NAME.c.o, see Bug.objects
            new[os.path.basename(path).removeprefix("cc-").removesuffix(".o")] = path
        return riglib.run_quietly(["cc", *self.flags, "-I", ROOT, "-o", out, source,
                                   *{**self.impl, **new}.values(), *self.oracle], ROOT)


class Compilers:
    """One for each set of flags that a reproducer asks for."""

    def __init__(self, tmp):
        self.tmp = tmp
        self.known = {}

    def of(self, flags):
        """The one with these."""
        if flags not in self.known:
            self.known[flags] = PlainCc(flags, os.path.join(self.tmp, f"cc{len(self.known)}"))
        return self.known[flags]


class Failed(Exception):
    """What is not as it should be with a bug."""


class Tool:
    """The tool with the bug in it."""

    def __init__(self, path, bug, sanitized, tree):
        self.words = [*(riglib.setarch() if sanitized else ()), path]
        self.target = ["--target", bug.target]
        self.tree = tree

    def run(self, command, *args, seconds=20):
        """Its exit status and output."""
        env = dict(riglib.SANITIZED)
        env["ASAN_OPTIONS"] += ":symbolize=0:detect_leaks=0"
        run = Run([*self.words, command, *self.target, *args],
                  os.path.join(self.tree, "out"), env)
        return run.wait(seconds), run.text()

    def minimise(self, program, out):
        """Key of its finding, None if it is clean."""
        status, text = self.run("min", "--time", str(MIN_SECONDS), "-o", out, program,
                                seconds=MIN_SECONDS + 30)
        if status == 2 and "it is clean" in text:
            return None
        if status != 0:
            raise Failed(f"min: exit {status}: {text.strip()[-200:]}")
        if "the time is over" in text:
            raise Failed(f"min: not done after {MIN_SECONDS} s")
        with open(out, encoding="utf-8") as f:
            return re.search(r"^# finding: (\S+)", f.read(), re.M)[1]


def read_ops(path):
    """The lines of a program that are not ops, and those that are."""
    with open(path, encoding="utf-8") as f:
        lines = [line.split("#")[0].rstrip() for line in f]
    lines = [line for line in lines if line]
    head = [line for line in lines if re.match(r"pcpu-program |machine ", line)]
    return head, [line for line in lines if line not in head]


def padded(head, pad, ops):
    """A program that does what both do, one after the other."""
    count = {letter: sum(line.startswith(letter) and " = " in line for line in pad)
             for letter in "rvg"}

    def rename(match):
        return match[1] + str(int(match[2]) + count[match[1]])
    return head + pad + [re.sub(r"\b([rvg])(\d+)\b", rename, line) for line in ops]


def write_program(path, lines):
    """A program of these lines."""
    with open(path, "w", encoding="utf-8") as f:
        f.write("\n".join(lines) + "\n")


def pad_witness(tool, clean_tool, bug, key, tree):
    """The witness behind as many ops as can be that show nothing: file, ops, is there a pad."""
    head, ops = read_ops(os.path.join(ROOT, bug.header["witness"]))
    path = os.path.join(tree, "padded.pcpu")
    for nr in PADS:
        for seed in range(1, SEEDS + 1):
            for target in riglib.target_names():
                _status, text = clean_tool.run("gen", "--ops", str(nr), "--seed", str(seed),
                                               "--target", target)
                pad = text.splitlines()[2:]
                write_program(path, head + pad)
                status, _text = tool.run("run", path)
                if status != 0:
                    continue
                write_program(path, padded(head, pad, ops))
                status, text = tool.run("min", "--time", "1", path)
                if status == 0 and f"# finding: {key}\n" in text:
                    return path, len(pad) + len(ops), True
    return os.path.join(ROOT, bug.header["witness"]), len(ops), False


def flags_of(source):
    """The flags that a reproducer asks for in its head."""
    with open(source, encoding="utf-8") as f:
        return tuple(re.search(r"^//\tcc (.*)-I\. ", f.read(), re.M)[1].split())


def check_c(tool, bug, key, program, compilers, tree):
    """The reproducer shows the bug, and nothing in the allocator as it is."""
    source = os.path.join(tree, "repro.c")
    status, text = tool.run("c", "-o", source, program)
    if status:
        raise Failed(f"c: exit {status}: {text.strip()[-200:]}")
    cc = compilers.of(flags_of(source))
    objects, error = bug.objects(cc, tree)
    for name, instead in (("with", objects), ("without", ())):
        error = error or cc.link(source, os.path.join(tree, name), instead)
    if error:
        raise Failed(f"the C program does not compile: {error}")
    got = {}
    for name in ("with", "without"):
        run = Run([os.path.join(tree, name)], os.path.join(tree, "out"), riglib.SANITIZED)
        status = run.wait(30)
        got[name] = verdict(status, run.text())
        found = re.search(r"FuzzerHash=(\S+)", run.text())
        if name == "with" and found:
            got[name] = found[1]
    want = key if "." in got["with"] else key.rsplit(".", 1)[0]
    if got["with"] != want:
        raise Failed(f"the C program shows {got['with']}, expected {key}")
    if got["without"] != "clean":
        raise Failed(f"the C program shows {got['without']} without the error")


def check_bug(bug, lanes, compilers, tmp):
    """A row about a bug; raises Failed."""
    lane = lanes[bug.lane]
    tree = os.path.join(tmp, bug.name)
    os.mkdir(tree)
    try:
        path = os.path.join(tree, "pcpufuzz")
        error = bug.patched(tree)
        objects = []
        if not error:
            objects, error = bug.objects(lane, tree, ["-O1", "-g0"])
        error = error or lane.link("pcpufuzz", path, objects)
        if error:
            raise Failed(error)
        tool = Tool(path, bug, bug.lane == "fuzz", tree)
        clean = Tool(os.path.join(lane.dir, "pcpufuzz"), bug, bug.lane == "fuzz", tree)
        small = os.path.join(tree, "small.pcpu")
        witness = os.path.join(ROOT, bug.header["witness"])
        key = tool.minimise(witness, small)
        if not key or key.rsplit(".", 1)[0] not in bug.header["rule"].split():
            raise Failed(f"the witness shows {key or 'nothing'}")
        least = len(read_ops(small)[1])
        program, ops, is_padded = pad_witness(tool, clean, bug, key, tree)
        got = tool.minimise(program, small)
        if got != key:
            raise Failed(f"the padded program shows {got}, expected {key}")
        made = len(read_ops(small)[1])
        by_hand = len(read_ops(witness)[1])
        check_c(tool, bug, key, small, compilers, tree)
        if made > by_hand:
            raise Failed(f"{key}: {made} ops are left of {ops}, the witness has {by_hand}")
        return key, by_hand, least, ops, made, is_padded
    finally:
        shutil.rmtree(tree)


def check(bugs, lanes, tmp, pool):
    """All of them, a line each; how many failed."""
    compilers = Compilers(tmp)
    compilers.of(())
    live = riglib.Live()
    failed = unpadded = 0

    def one(bug):
        try:
            return check_bug(bug, lanes, compilers, tmp), None
        except Failed as error:
            return None, error
    print(f"{'':7} {'finding':38} {'by hand':>7} {'min':>4} {'padded':>6} {'min':>4}")
    for i, (bug, (row, error)) in enumerate(zip(bugs, pool.map(one, bugs)), 1):
        live.clear()
        if error:
            failed += 1
            print(f"FAIL {bug.name}: {error}", flush=True)
        else:
            unpadded += not row[5]
            print(f"{bug.name:7} {row[0]:38} {row[1]:7} {row[2]:4} {row[3]:6} {row[4]:4}",
                  flush=True)
        live.show(f"{i} of {len(bugs)}, {failed} failed")
    live.clear()
    if unpadded:
        print(f"{unpadded} break a rule before other ops can come to anything: of these the "
              "witness was minimised as it is")
    return failed
