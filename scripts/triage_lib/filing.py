# SPDX-License-Identifier: GPL-2.0-only
"""The folder of findings: one folder per cause, each complete or not there at all.

    findings/KEY/                 of ours; of another subject KEY@SUBJECT
        program.pcpu              the smallest program that shows it
        report.txt                what the tool says of that
        stack.txt                 what the fuzz target says of it: the sanitizers' stack
        repro.c                   the same without the rig
        finding.sarif             for code-scanning services
        found.pcpu, found.bin     what was found first, as program and as bytes
        info.json                 cause, options, first time
        seen.jsonl                a line each time that it was found
    findings/unreproducible/HASH/ what no build shows again: found.bin, log.txt, info.json, seen.jsonl
    findings/fixed/KEY/           what was put away, see --recheck; KEY-2, ... if it came again

A folder is made under another name and then renamed, so a kill or a full disk leaves none half done.
"""

import hashlib
import json
import os
import re
import shutil
import time

PART = ".part-"
NO_CAUSES = ("unreproducible", "fixed")
REPORT = re.compile(r"(subject|op|rule|source|found|verdict): |.*runtime error:|"
                    r"=+\d+=+ ?ERROR:|\S+: the process ")
REPORT_LINES = 12


def safe(name):
    """As a folder name."""
    return re.sub(r"[^A-Za-z0-9_.,@+-]+", "-", name)[:120].strip("-.") or "unknown"


def folder_of(key, subject):
    """Where findings of this cause are."""
    if not subject or subject == "ours":
        return safe(key)
    names = [os.path.basename(name).removesuffix(".so") for name in subject.split(",")]
    return safe(f"{key}@{','.join(names)}")


class Store:
    """A folder of findings."""

    def __init__(self, path):
        self.path = path
        os.makedirs(path, exist_ok=True)
        for name in os.listdir(path):
            # of a run that was killed; its input is still where it was
            if name.startswith(PART) and not os.path.exists("/proc/" + name.split("-")[1]):
                shutil.rmtree(os.path.join(path, name), ignore_errors=True)

    def has(self, name):
        """Is there such a folder."""
        return os.path.isdir(os.path.join(self.path, name))

    def begin(self):
        """A folder to put files in, for commit()."""
        path = os.path.join(self.path, f"{PART}{os.getpid()}-{time.monotonic_ns()}")
        os.mkdir(path)
        return path

    def commit(self, part, name):
        """Make it a finding; everything is on the disk when this returns."""
        for entry in os.scandir(part):
            with open(entry.path, "rb") as f:
                os.fsync(f.fileno())
        final = os.path.join(self.path, name)
        os.makedirs(os.path.dirname(final), exist_ok=True)
        try:
            os.rename(part, final)
        except OSError:
            if not os.path.isdir(final):
                raise
            shutil.rmtree(part)  # another process was first
        fd = os.open(os.path.dirname(final), os.O_RDONLY)
        os.fsync(fd)
        os.close(fd)

    def put_away(self, name):
        """Nothing shows it any more: where it is kept."""
        folder = os.path.join(self.path, "fixed")
        os.makedirs(folder, exist_ok=True)
        to, number = os.path.join(folder, name), 1
        while os.path.exists(to):
            number += 1
            to = os.path.join(folder, f"{name}-{number}")
        os.rename(os.path.join(self.path, name), to)
        return to

    def seen(self, name, record):
        """Note that it was found once more: one write of one line, so that none mix."""
        line = (json.dumps(record, sort_keys=True) + "\n").encode()
        path = os.path.join(self.path, name, "seen.jsonl")
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            if os.write(fd, line) != len(line):
                raise OSError(28, "cut off", path)
            os.fsync(fd)
        finally:
            os.close(fd)

    def times(self, name):
        """How often it was found: whole lines only."""
        try:
            with open(os.path.join(self.path, name, "seen.jsonl"), "rb") as f:
                return f.read().count(b"\n")
        except FileNotFoundError:
            return 0

    def names(self):
        """All causes, and all that no build shows again."""
        causes = sorted(e.name for e in os.scandir(self.path)
                        if e.is_dir() and not e.name.startswith(".") and e.name not in NO_CAUSES)
        lost = os.path.join(self.path, "unreproducible")
        return causes, sorted(os.listdir(lost)) if os.path.isdir(lost) else []

    def said(self, name):
        """What is wrong: those lines of its report."""
        try:
            with open(os.path.join(self.path, name, "report.txt"), encoding="utf-8",
                      errors="replace") as f:
                return [line.rstrip() for line in f if REPORT.match(line)][:REPORT_LINES]
        except FileNotFoundError:
            return []

    def info(self, name):
        """What info.json says."""
        try:
            with open(os.path.join(self.path, name, "info.json"), encoding="utf-8") as f:
                return json.load(f)
        except (FileNotFoundError, json.JSONDecodeError):
            return {}


def digest(path):
    """Name of an input."""
    with open(path, "rb") as f:
        return hashlib.sha1(f.read()).hexdigest()


def write(folder, name, text):
    """One file of a finding."""
    with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
        f.write(text)
