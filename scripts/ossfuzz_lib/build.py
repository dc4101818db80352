# SPDX-License-Identifier: GPL-2.0-only
"""Calling build.sh as the base images do, and running what it put into $OUT."""

import functools
import os
import re
import shutil
import subprocess
import zipfile

import riglib
from riglib import ROOT, die, target_names

from ossfuzz_lib import shapes

TOP = os.path.join(ROOT, "build/ossfuzz")


def can_unshare(*options):
    """Whether a namespace of that kind can be made here; the words to put before a command."""
    for words in (["unshare", *options], ["unshare", "-r", *options]):
        try:
            if not subprocess.run([*words, "true"], capture_output=True, check=False).returncode:
                return words
        except OSError:
            return None
    return None


def project_files():
    """What is in a clone, as of now."""
    done = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT,
                          capture_output=True, check=False)
    if done.returncode:
        die("expected a git checkout")
    names = done.stdout.decode().split("\0")
    return [name for name in names if name and os.path.isfile(os.path.join(ROOT, name))]


class Build:
    """One shape: a folder with src, work and out, as / has in the image."""

    def __init__(self, shape, folder=None):
        self.shape = shape
        self.folder = folder or os.path.join(TOP, shape.name)
        self.src, self.work, self.out = (os.path.join(self.folder, name)
                                         for name in ("src", "work", "out"))
        self.log = os.path.join(self.folder, "log")
        self.env = {}

    def prepare(self, keep=False):
        """Make the folders, and copy what a clone has."""
        if not keep:
            shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(self.out, ignore_errors=True)
        for folder in (self.work, self.out):
            os.makedirs(folder, exist_ok=True)
        names = project_files()
        if keep:
            self._drop_all_but(names)
        for name in names:
            source, copy = os.path.join(ROOT, name), os.path.join(self.src, "pcpufuzz", name)
            if keep and os.path.exists(copy) and \
                    os.path.getmtime(copy) == os.path.getmtime(source):
                continue
            os.makedirs(os.path.dirname(copy), exist_ok=True)
            shutil.copy2(source, copy)
        shutil.copy2(os.path.join(ROOT, ".clusterfuzzlite/build.sh"), self.src)
        self.env = shapes.environment(self.shape, self.folder)

    def _drop_all_but(self, names):
        """Remove what is no part of the project any more."""
        top = os.path.join(self.src, "pcpufuzz")
        wanted = {os.path.join(top, name) for name in names}
        for folder, _, files in os.walk(top):
            for name in files:
                if os.path.join(folder, name) not in wanted:
                    os.unlink(os.path.join(folder, name))

    def command(self):
        """How build.sh is called: without a network, if that can be done."""
        offline = can_unshare("-n") or []
        return [*offline, *riglib.setarch(), "bash", "-eux", os.path.join(self.src, "build.sh")]

    def start(self):
        """Call it."""
        return riglib.Run(
            ["env", "-i", "-C", os.path.join(self.src, "pcpufuzz"),
             *(f"{name}={value}" for name, value in self.env.items()), *self.command()], self.log)

    def targets(self):
        """Paths of the targets that there should be."""
        return [os.path.join(self.out, name + "_fuzzer") for name in target_names()]

    def text(self):
        """What build.sh printed."""
        with open(self.log, encoding="utf-8", errors="replace") as f:
            return f.read()

    def seeds(self, target, only_every=1):
        """The seeds of a target as files."""
        folder = os.path.join(self.folder, "seeds", os.path.basename(target))
        if not os.path.isdir(folder):
            os.makedirs(folder)
            with zipfile.ZipFile(target + "_seed_corpus.zip") as z:
                z.extractall(folder)
        names = sorted(os.listdir(folder))
        return [os.path.join(folder, name) for name in names[::only_every]]


# What base-runner sets, as far as it matters to a target.
RUN_ENV = {
    "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8",
    "ASAN_OPTIONS": "alloc_dealloc_mismatch=0:allocator_may_return_null=1:"
                    "detect_stack_use_after_return=0:handle_sigill=1:print_scariness=1:"
                    "strict_memcmp=1:symbolize=1:use_sigaltstack=1:dedup_token_length=3",
    "MSAN_OPTIONS": "handle_sigill=1:print_stats=1:symbolize=1:dedup_token_length=3",
    "UBSAN_OPTIONS": "handle_sigill=1:print_stacktrace=1:print_summary=1:"
                     "silence_unsigned_overflow=1:symbolize=1:dedup_token_length=3",
    "AFL_NO_UI": "1", "AFL_SKIP_CPUFREQ": "1", "AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES": "1",
    "AFL_NO_AFFINITY": "1",
}


@functools.lru_cache(maxsize=None)
def symbolizer():
    """The base images put it into $OUT."""
    return shapes.llvm_tool("llvm-symbolizer")


def run(words, cwd="/", env=None, timeout=120, before=()):
    """Run something as base-runner does: its exit status, None for too long, and its output."""
    all_env = dict(RUN_ENV, **(env or {}))
    for name in ("ASAN", "MSAN", "UBSAN"):
        all_env[name + "_SYMBOLIZER_PATH"] = symbolizer()
    try:
        done = subprocess.run([*riglib.setarch(), *before, *words], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, cwd=cwd,
                              env=all_env, timeout=timeout, check=False)
    except subprocess.TimeoutExpired as e:
        return None, (e.stdout or b"").decode(errors="replace")
    return done.returncode, done.stdout.decode(errors="replace")


def last_line(text):
    """The line that says most: of an error, else the last."""
    lines = [line for line in text.splitlines() if line.strip()]
    for line in lines:
        if re.search(r"ERROR:|error:|BAD |unrecognized|cannot|Permission|Read-only", line):
            return line.strip()[:160]
    return lines[-1].strip()[:160] if lines else "no output"
