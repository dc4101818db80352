# SPDX-License-Identifier: GPL-2.0-only
"""The environments in which OSS-Fuzz's base images call build.sh, with the compilers of Debian.

Taken from google/oss-fuzz, infra/base-images: base-clang/Dockerfile, base-builder/Dockerfile,
base-builder/compile and compile_*, and centipede/clang-flags.txt of google/fuzztest.  What differs:

- -stdlib=libc++ is left out, as Debian's libFuzzer is built with libstdc++.
- -Wno-unknown-warning-option is added, as some of their -Wno-error options are newer than clang 14.
- The engines of honggfuzz and centipede, of which Debian has no packages, are replaced by
  standin.c, which calls the target in the same way.
- AFL++'s options that are drawn at random there are left out.
"""

import collections
import os
import shutil
import subprocess

from riglib import ROOT, die

LIB = os.path.join(ROOT, "scripts/ossfuzz_lib")

BASE = ("-O1 -fno-omit-frame-pointer -gline-tables-only "
        "-Wno-error=enum-constexpr-conversion "
        "-Wno-error=incompatible-function-pointer-types -Wno-error=int-conversion "
        "-Wno-error=deprecated-declarations -Wno-error=implicit-function-declaration "
        "-Wno-error=implicit-int -Wno-error=vla-cxx-extension "
        "-DFUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION -Wno-unknown-warning-option")
UNDEFINED = ("array-bounds,bool,builtin,enum,function,integer-divide-by-zero,null,object-size,"
             "return,returns-nonnull-attribute,shift,signed-integer-overflow,%sunreachable,"
             "vla-bound,vptr")
SANITIZER_FLAGS = {
    "address": "-fsanitize=address -fsanitize-address-use-after-scope",
    "undefined": f"-fsanitize={UNDEFINED % 'unsigned-integer-overflow,'} "
                 f"-fno-sanitize-recover={UNDEFINED % ''}",
    "memory": "-fsanitize=memory -fsanitize-memory-track-origins",
    "introspector": "-O0 -flto -fno-inline-functions -fuse-ld=gold "
                    "-Wno-unused-command-line-argument",
    "coverage": "",
    "none": "",
}
COVERAGE_FLAGS = "-fsanitize=fuzzer-no-link"
COVERAGE_FLAGS_COVERAGE = ("-fprofile-instr-generate -fcoverage-mapping -pthread "
                           "-Wl,--no-as-needed -Wl,-ldl -Wl,-lm "
                           "-Wno-unused-command-line-argument")
COVERAGE_FLAGS_HONGGFUZZ = "-fsanitize-coverage=trace-pc-guard,indirect-calls,trace-cmp"
CENTIPEDE_FLAGS = ("-DFUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION -fno-builtin "
                   "-fsanitize-coverage=trace-pc-guard,pc-table,trace-cmp -O2 -gline-tables-only "
                   "-Wno-unused-command-line-argument -Wl,-ldl -Wl,-lrt -Wl,-lpthread ")
AFL_DRIVER = "/usr/lib/afl/libAFLDriver.a"

# name, sanitizer and engine as $SANITIZER and $FUZZING_ENGINE, architecture, packages of Debian
Shape = collections.namedtuple("Shape", "name sanitizer engine arch needs")
SHAPES = [
    Shape("address", "address", "libfuzzer", "x86_64", ()),
    Shape("undefined", "undefined", "libfuzzer", "x86_64", ()),
    Shape("memory", "memory", "libfuzzer", "x86_64", ()),
    Shape("coverage", "coverage", "libfuzzer", "x86_64", ()),
    Shape("i386", "address", "libfuzzer", "i386", ()),
    Shape("afl", "address", "afl", "x86_64", ("afl-clang-fast", "afl-fuzz", AFL_DRIVER)),
    Shape("honggfuzz", "address", "honggfuzz", "x86_64", ()),
    Shape("centipede", "none", "centipede", "x86_64", ()),
    Shape("introspector", "introspector", "libfuzzer", "x86_64", ("ld.gold",)),
]


def by_name(name):
    """The shape of this name."""
    return next(shape for shape in SHAPES if shape.name == name)


def missing(shape):
    """What this machine lacks for a shape, or None."""
    for need in shape.needs:
        if not shutil.which(need) and not os.path.exists(need):
            return need
    return None


def is_standin(shape):
    """Is the engine replaced by standin.c."""
    return shape.engine in ("honggfuzz", "centipede")


def llvm_tool(name):
    """The path of a tool of clang's version."""
    return subprocess.run(["clang", f"-print-prog-name={name}"], capture_output=True, text=True,
                          check=True).stdout.strip()


def compile_object(words, source, out):
    """One file of this folder."""
    done = subprocess.run([*words, "-c", os.path.join(LIB, source), "-o", out],
                          capture_output=True, text=True, check=False)
    if done.returncode:
        die(f"{source} does not compile: {done.stderr.strip().splitlines()[0]}")


def engine(shape, folder):
    """Make $LIB_FUZZING_ENGINE in a folder; its value, and flags that come with it."""
    library = os.path.join(folder, "libFuzzingEngine.a")
    if shape.engine == "libfuzzer":
        return "-fsanitize=fuzzer", ""
    if shape.engine == "afl":
        shutil.copy(AFL_DRIVER, library)
        return library, ""
    extra = ""
    made = os.path.join(folder, "standin.o")
    compile_object(["clang", "-O1", "-g"], "standin.c", made)
    if shape.engine == "centipede":
        weak = os.path.join(folder, "weak.o")
        compile_object(["clang", "-O1"], "weak.c", weak)
        extra = f"{CENTIPEDE_FLAGS}-Wl,{weak}"
    if os.path.exists(library):
        os.unlink(library)
    subprocess.run(["ar", "rcs", library, made], check=True)
    return library, extra


def environment(shape, folder):
    """All of the environment of build.sh; folder has src, out and work."""
    value, extra = engine(shape, folder)
    coverage = COVERAGE_FLAGS
    if shape.sanitizer == "coverage":
        coverage = COVERAGE_FLAGS_COVERAGE
    elif shape.engine == "honggfuzz":
        coverage = COVERAGE_FLAGS_HONGGFUZZ
    elif shape.engine == "afl":
        coverage = ""
    flags = " ".join(part for part in (
        "-m32" if shape.arch == "i386" else "", BASE, extra, SANITIZER_FLAGS[shape.sanitizer],
        coverage) if part)
    env = {
        "PATH": os.environ["PATH"], "HOME": folder, "LC_ALL": "C.UTF-8",
        "SRC": os.path.join(folder, "src"), "OUT": os.path.join(folder, "out"),
        "WORK": os.path.join(folder, "work"), "SANITIZER": shape.sanitizer,
        "FUZZING_ENGINE": shape.engine, "FUZZING_LANGUAGE": "c", "ARCHITECTURE": shape.arch,
        "CC": "clang", "CXX": "clang++", "CCC": "clang++", "CFLAGS": flags, "CXXFLAGS": flags,
        "LIB_FUZZING_ENGINE": value, "UBSAN_OPTIONS": "silence_unsigned_overflow=1",
        "CMAKE_BUILD_PARALLEL_LEVEL": str(os.cpu_count() or 1),
    }
    if shape.engine == "afl":
        env.update(CC="afl-clang-fast", CXX="afl-clang-fast++", AFL_QUIET="1",
                   ASAN_OPTIONS="detect_leaks=0:symbolize=0:detect_odr_violation=0:"
                                "abort_on_error=1")
    if shape.sanitizer == "introspector":
        env.update(LDFLAGS="-fuse-ld=gold -flto", AR=llvm_tool("llvm-ar"),
                   RANLIB=llvm_tool("llvm-ranlib"), NM=llvm_tool("llvm-nm"))
    return env
