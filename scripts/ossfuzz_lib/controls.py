# SPDX-License-Identifier: GPL-2.0-only
"""The negative controls: for each check builds with an error that must turn it red.

Most are copies of $OUT of a good build in which one file is changed.
"""

import collections
import os
import shlex
import shutil
import socket
import subprocess
import threading
import zipfile

from riglib import ROOT, die

from ossfuzz_lib import reports, shapes, static
from ossfuzz_lib.build import TOP, Build

# check, shape of the good build, what is wrong, how to make it so, and what the check then says
Control = collections.namedtuple("Control", "check shape wrong make says")


def copy_of(build, name):
    """A build whose $OUT can be changed without harm to the other."""
    copy = Build(build.shape, os.path.join(TOP, "self-test", name))
    shutil.rmtree(copy.folder, ignore_errors=True)
    os.makedirs(copy.folder)
    shutil.copytree(build.out, copy.out)
    copy.work, copy.log = build.work, build.log
    copy.env = dict(build.env, OUT=copy.out)
    return copy


def compile_broken(build, define, flags=None):
    """Put broken.c in the place of the first target."""
    target = build.targets()[0]
    words = shlex.split(build.env["CXXFLAGS"] if flags is None else flags)
    done = subprocess.run(
        [build.env["CC"], *words, f"-DBREAK_{define}", "-c",
         os.path.join(shapes.LIB, "broken.c"), "-o", target + ".o"],
        capture_output=True, text=True, check=False)
    if not done.returncode:
        os.unlink(target)
        done = subprocess.run([build.env["CXX"], *words, target + ".o", "-o", target,
                               *shlex.split(build.env["LIB_FUZZING_ENGINE"])],
                              capture_output=True, text=True, check=False)
    if done.returncode:
        die(f"broken.c does not compile: {done.stderr.strip()[:200]}")
    os.unlink(target + ".o")


def broken(define, flags=None):
    """How to make a build with such a target."""
    return lambda build: compile_broken(build, define, flags)


def hard_coded(build):
    """A target that reads a file where it was built."""
    compile_broken(build, f'PATH="{build.targets()[0]}.dict"')


def dotted(build):
    """A name with a dot: its target is missing, as far as OSS-Fuzz goes."""
    os.rename(build.targets()[0], build.targets()[0] + ".bin")


def replay(build):
    """A program in $OUT that replays inputs."""
    shutil.copy(build.targets()[0], os.path.join(build.out, "replay"))


def no_seeds(build):
    """A target without seeds."""
    os.unlink(build.targets()[0] + "_seed_corpus.zip")


def script(build):
    """A wrapper in the place of a target."""
    with open(build.targets()[0], "w", encoding="ascii") as f:
        f.write("#!/bin/sh\n# LLVMFuzzerTestOneInput\n")


def build_script(build, text):
    """A build with another build.sh, that ran."""
    build.src = os.path.join(build.folder, "src")
    os.makedirs(os.path.join(build.src, "pcpufuzz"))
    with open(os.path.join(build.src, "build.sh"), "w", encoding="ascii") as f:
        f.write(text)
    build.log = os.path.join(build.folder, "log")
    build.start_status = build.start().wait(60)


def warns(build):
    """A compiler that complains."""
    build_script(build, "echo 'int f(void) { int a; return 0; }' > $WORK/w.c\n"
                        "$CC $CFLAGS -Wall -c $WORK/w.c -o $WORK/w.o\n")


def fails(build):
    """A build.sh that does not come to its end."""
    build_script(build, "false\n")


def online(build):
    """A build.sh that needs the network, which there is outside."""
    server = socket.create_server(("127.0.0.1", 0))
    port = server.getsockname()[1]
    thread = threading.Thread(target=lambda: server.accept()[0].close(), daemon=True)
    thread.start()
    with socket.create_connection(("127.0.0.1", port)):
        pass
    thread = threading.Thread(target=server.accept, daemon=True)
    thread.start()
    build_script(build, f"exec 3<> /dev/tcp/127.0.0.1/{port}\n")


def sanitizes(build):
    """A CMakeLists.txt that adds a sanitizer."""
    source = os.path.join(build.folder, "source")
    shutil.copytree(os.path.join(ROOT), source, symlinks=True, ignore=lambda folder, names: [
        name for name in names if folder == ROOT and name in ("build", "work", ".git", "corpus")])
    lists = os.path.join(source, "CMakeLists.txt")
    with open(lists, encoding="utf-8") as f:
        text = f.read()
    with open(lists, "w", encoding="utf-8") as f:
        f.write(text.replace("add_compile_options(-Wall",
                             "add_compile_options(-fsanitize=undefined)\n"
                             "add_compile_options(-Wall"))
    build.work = os.path.join(build.folder, "work")
    done = subprocess.run(["cmake", "-G", "Ninja", "-S", source, "-B",
                           os.path.join(build.work, "pcpufuzz"), "-DPCPUFUZZ_FUZZERS=ON",
                           "-DPCPUFUZZ_TRACE=OFF"], env=build.env, capture_output=True, text=True,
                          check=False)
    if done.returncode:
        die(f"cmake: {done.stderr.strip()[:200]}")


def crashing_seed(build):
    """A seed that crashes."""
    compile_broken(build, "SEED")
    with zipfile.ZipFile(build.targets()[0] + "_seed_corpus.zip", "w") as z:
        z.writestr("good", b"fine")
        z.writestr("bad", b"CRASH")


def bad_dict(build):
    """An entry without its last quote."""
    with open(build.targets()[0] + ".dict", "a", encoding="ascii") as f:
        f.write('bad="\\x00\n')


def bad_options(build):
    """An option that libFuzzer does not have."""
    with open(build.targets()[0] + ".options", "a", encoding="ascii") as f:
        f.write("max_length = 3\n")


def no_section(build):
    """Options outside any section."""
    with open(build.targets()[0] + ".options", "w", encoding="ascii") as f:
        f.write("max_len = 3\n")


def check_other_project(build):
    """The project's files with another main_repo."""
    top = os.path.join(build.folder, "top")
    for name in (".clusterfuzzlite", "oss-fuzz", ".github"):
        shutil.copytree(os.path.join(ROOT, name), os.path.join(top, name), dirs_exist_ok=True)
    path = os.path.join(top, build.changed[0])
    with open(path, encoding="utf-8") as f:
        text = f.read()
    if build.changed[1] not in text:
        die(f"{build.changed[0]}: expected {build.changed[1]}")
    with open(path, "w", encoding="utf-8") as f:
        f.write(text.replace(*build.changed[1:]))
    return static.check_project(build, top)


def change(*changed):
    """How to make a project with a change: file, old, new."""
    def make(build):
        build.changed = changed
    return make


def nothing(_build):
    """Nothing is changed: the check itself is called with an error."""


CONTROLS = [
    Control("build", "address", "a build.sh that fails", fails, "exit 1"),
    Control("offline", "address", "a build.sh that connects to a server", online,
            "Network is unreachable"),
    Control("warnings", "address", "a compiler that warns", warns, "warning: unused variable"),
    Control("flags", "address", "a sanitizer in CMakeLists.txt", sanitizes,
            "-fsanitize=undefined is not in CFLAGS"),
    Control("names", "address", "a name with a dot", dotted, "is missing"),
    Control("names", "address", "a replay binary", replay, "replay: is no target, but has"),
    Control("names", "address", "no seeds beside a target", no_seeds, "seed_corpus.zip is missing"),
    Control("names", "address", "a script as a target", script, "expected an ELF file"),
    Control("architecture", "address", "a 32-bit target",
            broken("NOTHING", "-m32 -O1 -fsanitize=fuzzer-no-link"), "is not built for x86_64"),
    Control("sanitizers", "address", "no sanitizer",
            broken("NOTHING", "-O1 -fsanitize=fuzzer-no-link"), "calls of asan, expected 1000"),
    Control("sanitizers", "address", "two sanitizers",
            broken("SUMS", "-O1 -fsanitize=address,undefined,fuzzer-no-link"),
            "calls of ubsan, expected at most 200"),
    Control("startup", "address", "a target that exits", broken("START"), "exit "),
    Control("startup", "address", "a target with few edges", broken("EDGES"), "edges, expected"),
    Control("moved", "address", "a path where it was built", hard_coded, "no file where it was"),
    Control("sandbox", "address", "a target that needs /dev/null", broken("SANDBOX"),
            "no /dev/null"),
    Control("sandbox", "address", "a target that writes to the current folder", broken("CWD"),
            "no file in the current folder"),
    Control("cwd", "address", "a target that writes to the current folder", broken("CWD"),
            "leaves was-here"),
    Control("environment", "address", "a target that needs OUT", broken("OUT"), "no OUT"),
    Control("seeds", "address", "a seed that crashes", crashing_seed, "ILL"),
    Control("seeds", "honggfuzz", "a target that prints", broken("QUIET"), "it prints: hello"),
    Control("repeats", "honggfuzz", "a target that counts its runs", broken("REPEATS"), "differ"),
    Control("coverage", "coverage", "a target that makes no profile",
            broken("NOTHING", "-O1 -fsanitize=fuzzer-no-link"), "exit 0"),
    Control("dictionary", "address", "an entry without its last quote", bad_dict, "takes 0"),
    Control("options", "address", "an option that there is not", bad_options,
            "does not know -max_length=3"),
    Control("options", "address", "no section", no_section, "no section headers"),
    Control("reports", "address", "a report through one abort()", nothing, "pairs are merged"),
    Control("reports", "address", "a key with a value", nothing, "expected a line with its key"),
    Control("reports", "address", "a word that hides the key", nothing,
            "is taken for Kernel failure"),
    Control("project", "address", "a clone of something else",
            change("oss-fuzz/project.yaml", 'main_repo: "https', 'main_repo: "http'),
            "expected a clone of main_repo"),
    Control("project", "address", "a second copy of the build's logic",
            change("oss-fuzz/build.sh", "exec", "cmake -S . ;exec"), "nothing but a call"),
    Control("project", "address", "an action that is not pinned",
            change(".github/workflows/cflite_pr.yml", "run_fuzzers@", "run_fuzzers@v1 #"),
            "pinned to a commit"),
]

BROKEN_REPORTS = {
    "a report through one abort()": ("ABORT", True),
    "a key with a value": ("VALUE", False),
    "a word that hides the key": ("HIDE", False),
}


def run_control(control, checks, build):
    """What the check says of the broken build."""
    number = CONTROLS.index(control)
    bad = copy_of(build, f"{number:02}-{control.check}")
    control.make(bad)
    if control.check == "reports":
        return reports.check_broken_reports(bad, *BROKEN_REPORTS[control.wrong])
    if control.check == "project":
        return check_other_project(bad)
    return checks[control.check](bad)


