# SPDX-License-Identifier: GPL-2.0-only
"""Checks that look at a build without running it.

Each gets a Build and returns what is wrong in a line, or None.
"""

import configparser
import os
import re
import subprocess

from riglib import ROOT, target_names

from ossfuzz_lib.build import run

ENTRY = b"LLVMFuzzerTestOneInput"
COMPANIONS = ("_seed_corpus.zip", ".dict", ".options")
# Of bad_build_check: at least, and at most, calls of each runtime.
CALLS = {
    "address": {"asan": (1000, None), "msan": (0, 3), "ubsan": (0, 200)},
    "undefined": {"asan": (0, 0), "msan": (0, 3), "ubsan": (169, None)},
    "memory": {"asan": (0, 0), "msan": (1000, None), "ubsan": (0, 200)},
}
MAX_UBSAN_I386 = 280


def shown(path):
    """The name of a file in $OUT."""
    return os.path.basename(path)


def check_warnings(build):
    """The compilers have nothing to complain of."""
    for line in build.text().splitlines():
        if re.search(r"\bwarning:", line):
            return line.strip()[:160]
    return None


def check_flags(build):
    """No flag that changes what code is made, but those of the environment."""
    done = subprocess.run(["ninja", "-C", os.path.join(build.work, "pcpufuzz"), "-t", "commands",
                           *(shown(target) for target in build.targets())],
                          capture_output=True, text=True, check=False)
    if done.returncode:
        return f"no commands of ninja: {done.stdout.strip()[-100:]}"
    given = set((build.env["CFLAGS"] + " " + build.env["LIB_FUZZING_ENGINE"]).split())
    for word in set(re.findall(r"(?<=\s)-\S+", done.stdout)):
        if re.match(r"-fsanitize|-fno-sanitize(?!-coverage)|-march|-mtune|-O|-DNDEBUG|-m32|-flto",
                    word) and word not in given:
            return f"{word} is not in CFLAGS"
    return None


def is_elf(path):
    """By its first bytes."""
    with open(path, "rb") as f:
        return f.read(4) == b"\x7fELF"


def check_names(build):
    """What is in $OUT: every target with what goes beside it, and nothing else."""
    wanted = set()
    for target in build.targets():
        name = shown(target)
        if not os.path.isfile(target):
            return f"{name} is missing"
        if not re.fullmatch(r"[A-Za-z0-9_-]+_fuzzer", name):
            return f"{name}: expected letters, digits, - and _, and _fuzzer at the end"
        if not os.access(target, os.X_OK) or not is_elf(target):
            return f"{name}: expected an ELF file that can be executed"
        with open(target, "rb") as f:
            if ENTRY not in f.read():
                return f"{name}: has no {ENTRY.decode()}"
        wanted |= {name, *(name + suffix for suffix in COMPANIONS)}
    there = set(os.listdir(build.out))
    for name in sorted(there - wanted):
        path = os.path.join(build.out, name)
        with open(path, "rb") as f:
            if ENTRY in f.read():
                return f"{name}: is no target, but has {ENTRY.decode()}"
        return f"{name}: is not expected"
    for name in sorted(wanted - there):
        return f"{name} is missing"
    return None


def check_architecture(build):
    """As file(1) has it."""
    word = {"x86_64": "x86-64", "i386": "80386"}[build.shape.arch]
    for target in build.targets():
        if word not in subprocess.run(["file", target], capture_output=True, text=True,
                                      check=False).stdout:
            return f"{shown(target)}: is not built for {build.shape.arch}"
    return None


def count_calls(path):
    """Calls of the runtimes of sanitizers, as bad_build_check counts them."""
    counts = dict.fromkeys(("asan", "dfsan", "msan", "ubsan"), 0)
    with subprocess.Popen(["objdump", "-dC", path], stdout=subprocess.PIPE) as objdump:
        for line in objdump.stdout:
            call = re.search(rb"\bcallq?\s+[0-9a-f]+\s+<__(asan|dfsan|msan|ubsan)", line)
            if call:
                counts[call[1].decode()] += 1
    return counts


def check_sanitizers(build):
    """The sanitizer that was asked for is in each target, and no other."""
    limits = CALLS.get(build.shape.sanitizer)
    if not limits:
        return None
    for target in build.targets():
        counts = count_calls(target)
        if counts["dfsan"]:
            return f"{shown(target)}: {counts['dfsan']} calls of dfsan"
        for name, (least, most) in limits.items():
            if name == "ubsan" and most and build.shape.arch == "i386":
                most = MAX_UBSAN_I386
            if counts[name] < least:
                return f"{shown(target)}: {counts[name]} calls of {name}, expected {least}"
            if most is not None and counts[name] > most:
                return f"{shown(target)}: {counts[name]} calls of {name}, expected at most {most}"
    return None


def check_dict(build):
    """libFuzzer takes every entry of each dictionary."""
    for target in build.targets():
        path = target + ".dict"
        with open(path, encoding="ascii") as f:
            entries = sum(1 for line in f if line.strip() and not line.startswith("#"))
        status, text = run([target, "-runs=1", f"-dict={path}"])
        taken = re.search(r"^Dictionary: (\d+) entries", text, re.M)
        if status or not taken or int(taken[1]) != entries or not entries:
            return f"{shown(path)}: {entries} entries, libFuzzer takes {taken[1] if taken else 0}"
    return None


def check_options(build):
    """Each file of options parses, and libFuzzer knows each option and takes its value."""
    for target in build.targets():
        path = target + ".options"
        parser = configparser.ConfigParser()
        try:
            parser.read(path)
        except configparser.Error as e:
            return f"{shown(path)}: {str(e).splitlines()[0]}"
        if parser.sections() != ["libfuzzer"] or not parser["libfuzzer"]:
            return f"{shown(path)}: expected options in the section libfuzzer"
        options = [f"-{name}={value}" for name, value in parser["libfuzzer"].items()]
        for option in options:
            if not re.fullmatch(r"-[a-z_]+=\d+", option):
                return f"{shown(path)}: expected a number; got '{option}'"
        status, text = run([target, "-runs=1", *options])
        if status or "unrecognized flag" in text:
            unknown = re.search(r"unrecognized flag '([^']*)'", text)
            return f"{shown(path)}: libFuzzer does not know {unknown[1] if unknown else options}"
    return None


# ---- files of the project ----

def yaml_lists(text):
    """Of a file as simple as project.yaml: values by key, lists as lists."""
    values, key = {}, None
    for line in text.splitlines():
        item = re.match(r"\s+-\s+(\S+)\s*$", line)
        pair = re.match(r"([a-z_]+):\s*\"?([^\"#]*?)\"?\s*$", line)
        if item and key:
            values[key] = (values[key] or []) + [item[1]]
        elif pair:
            key = pair[1]
            values[key] = pair[2]
        elif line.strip() and not line.startswith("#"):
            values[None] = line
    return values


def check_triplet(folder, needed):
    """The three files of a project."""
    files = {}
    for name in ("project.yaml", "Dockerfile", "build.sh"):
        try:
            with open(os.path.join(folder, name), encoding="utf-8") as f:
                files[name] = f.read()
        except OSError as e:
            return f"{name}: {e.strerror}", {}
    values = yaml_lists(files["project.yaml"])
    if None in values:
        return f"project.yaml: does not parse: {values[None]}", values
    for key in needed:
        if not values.get(key):
            return f"project.yaml: expected {key}", values
    if not re.search(r"^FROM gcr\.io/oss-fuzz-base/base-builder", files["Dockerfile"], re.M):
        return "Dockerfile: expected the base image base-builder", values
    if re.search(r"apt-get install", files["Dockerfile"]) and \
            not re.search(r"apt-get update && apt-get install", files["Dockerfile"]):
        return "Dockerfile: expected apt-get update before apt-get install", values
    script = [line for line in files["build.sh"].splitlines() if line and line[0] != "#"]
    if script != ['exec "$SRC/pcpufuzz/scripts/ossfuzz-build"']:
        return "build.sh: expected nothing but a call of scripts/ossfuzz-build", values
    clone = re.search(r"git clone .*?(https://\S+)", files["Dockerfile"])
    if "main_repo" in needed and (not clone or clone[1] != values["main_repo"]):
        return "Dockerfile: expected a clone of main_repo", values
    return None, values


def check_project(_build, top=ROOT):
    """.clusterfuzzlite/ and oss-fuzz/ are whole, and say what the builds here show to work."""
    wrong, values = check_triplet(os.path.join(top, ".clusterfuzzlite"), ("language",))
    if wrong:
        return f".clusterfuzzlite/{wrong}"
    wrong, values = check_triplet(os.path.join(top, "oss-fuzz"), (
        "homepage", "language", "primary_contact", "main_repo", "sanitizers", "fuzzing_engines",
        "architectures"))
    if wrong:
        return f"oss-fuzz/{wrong}"
    known = {"sanitizers": {"address", "undefined", "memory"},
             "fuzzing_engines": {"libfuzzer", "afl", "honggfuzz", "centipede"},
             "architectures": {"x86_64", "i386"}}
    for key, names in known.items():
        for name in values[key]:
            if name not in names:
                return f"oss-fuzz/project.yaml: {key}: {name} is not built here"
    for workflow in ("cflite_pr", "cflite_batch", "cflite_cron", "cflite_build"):
        wrong = check_workflow(os.path.join(top, ".github/workflows", workflow + ".yml"))
        if wrong:
            return f".github/workflows/{workflow}.yml: {wrong}"
    return None if target_names() else "targets.def: no targets"


def check_workflow(path):
    """Actions are pinned, and know the language."""
    try:
        with open(path, encoding="utf-8") as f:
            text = f.read()
    except OSError as e:
        return e.strerror
    used = re.findall(r"uses: (\S+)", text)
    for action in used:
        if not re.search(r"@[0-9a-f]{40}$", action):
            return f"expected {action} pinned to a commit"
    builds = sum("build_fuzzers@" in action for action in used)
    if not builds or len(re.findall(r"language: c$", text, re.M)) < builds:
        return "expected build_fuzzers for language c"
    return None
