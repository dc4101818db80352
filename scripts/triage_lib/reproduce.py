# SPDX-License-Identifier: GPL-2.0-only
"""What an input of a fuzz engine is: run in both builds, made small, and shown in all ways there are.

Does not file anything, see filing.py.
"""

import os
import re

import riglib
from riglib import Run

RUN_SECONDS = 60
MIN_SECONDS = 30
LOOK_SECONDS = 1 # to see what it is
MEMORY = 3 << 30 # bytes of a plain build
BUILDS = ("plain", "fuzz")


class Failed(Exception):
    """The tool did not do what it must; nothing is known of the input then."""


class Builds:
    """The tools that inputs are run with, and for what."""

    def __init__(self, tmp, target, subject, tools):
        self.tmp = tmp
        self.options = ["--target", target] + (["--subject", subject] if subject else [])
        self.target = target
        self.tools = tools

    def tool(self, build, command, *args, seconds=RUN_SECONDS, options=None):
        """Run one command of the tool: its exit status, None if it took too long, and its output."""
        # those with sanitizers reserve more than there is, and have a limit of their own
        limit = riglib.setarch() if build == "fuzz" else ("prlimit", f"--as={MEMORY}")
        words = [*limit, self.tools[build], command,
                 *(self.options if options is None else options), *args]
        env = {"ASAN_OPTIONS": "exitcode=99:detect_leaks=0:hard_rss_limit_mb=1024",
               "UBSAN_OPTIONS": "exitcode=99:print_stacktrace=1"}
        run = Run(words, os.path.join(self.tmp, "out"), env)
        status = run.wait(seconds)
        riglib.RUNNING.discard(run)
        return status, run.text()

    def minimise(self, build, path, out, seconds):
        """Make it small: (key, program text), or None if this build shows nothing.

        A key is of the rule and the kind of op, or of how the process died and the kind of op.
        """
        status, text = self.tool(build, "min", "--time", str(seconds), "-o", out, path,
                                 seconds=60 + 4 * seconds)
        if status == 2 and "it is clean" in text:
            return None
        if status != 0:
            raise Failed(f"{path}: pcpufuzz min: exit {status}: {text.strip()[-300:]}")
        with open(out, encoding="utf-8") as f:
            program = f.read()
        if "not applicable" in program or not program:
            raise Failed(f"{path}: {text.strip()[-300:]}")
        return re.search(r"^# finding: (\S+)", program, re.M)[1], program

    def look(self, path):
        """The build to make it small in, and the key; None if no build shows anything.

        The sanitizers decide: after a memory error the plain build may show anything.  Where both
        show the same, the plain one is faster.
        """
        out = os.path.join(self.tmp, "look.pcpu")
        made = {build: self.minimise(build, path, out, LOOK_SECONDS) for build in BUILDS}
        keys = {build: made[build] and made[build][0] for build in BUILDS}
        if keys["fuzz"] and keys["fuzz"] != keys["plain"]:
            return "fuzz", keys["fuzz"]
        return ("plain", keys["plain"]) if keys["plain"] else (None, None)

    def text_of(self, path):
        """The input as a program."""
        status, text = self.tool("plain", "convert", "--text", path)
        if status != 0:
            raise Failed(f"pcpufuzz convert: exit {status}: {text.strip()[-300:]}")
        return text

    def bytes_of(self, path, out):
        """A program as the bytes of this target."""
        status, text = self.tool("plain", "convert", "--bytes", "-o", out, path)
        if status != 0:
            raise Failed(f"pcpufuzz convert: exit {status}: {text.strip()[-300:]}")

    def c_of(self, build, path, out):
        """The program as C, None if that cannot be."""
        status, text = self.tool(build, "c", "-o", out, path)
        return None if status == 0 else f"pcpufuzz c: exit {status}: {text.strip()[-300:]}"


def rules(builds):
    """{name: (class, statement, source)} of the oracle."""
    status, text = builds.tool("plain", "list", "rules", options=())
    if status != 0:
        raise Failed(f"pcpufuzz list rules: exit {status}")
    found = {}
    for line in text.splitlines():
        match = re.match(r"(\S+) +(\S+) +(.*) \((.*)\)$", line)
        if match:
            found[match[1]] = match.groups()[1:]
    return found
