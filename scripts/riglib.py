# SPDX-License-Identifier: GPL-2.0-only
"""What the scripts in Python share: lanes, allocators with changed files, and running programs.

Imported, not run.  The lanes themselves are built by setup-lib.sh.
"""

import atexit
import functools
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
SELF = "scripts/" + os.path.basename(sys.argv[0])


def die(text):
    """One clear error, exit 2."""
    sys.stdout.flush()
    print(f"{SELF}: {text}", file=sys.stderr)
    sys.exit(2)


def setup_lib(command):
    """Run a command of setup-lib.sh; what it says about errors is enough."""
    done = subprocess.run(
        ["bash", "-c", f". scripts/setup-lib.sh; {command}", SELF], cwd=ROOT,
        env=dict(os.environ, self=SELF), check=False)
    if done.returncode:
        sys.exit(2)


def build_lanes(lanes, targets, setup):
    """Install what is missing, and build these targets in these lanes."""
    if setup:
        setup_lib("setup_packages " + " ".join(lanes))
    for lane in lanes:
        setup_lib(f"build_lane {lane} {' '.join(targets[lane])}")


def target_names():
    """The first column of targets.def."""
    with open(os.path.join(ROOT, "targets/targets.def"), encoding="utf-8") as f:
        return re.findall(r"^TARGET\((\w+),", f.read(), re.M)


def commit():
    """The commit this is, with a word about changes."""
    try:
        name = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, check=True,
                              capture_output=True, text=True).stdout.strip()
        changed = subprocess.run(["git", "diff", "--quiet", "HEAD", "--", "impl", "oracle",
                                  "targets"], cwd=ROOT, check=False).returncode
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return name + (" with changes" if changed else "")


class Lane:
    """How a lane compiled a file of impl/ and linked its programs, to do it again with others."""

    def __init__(self, name):
        self.name = name
        self.dir = os.path.join(ROOT, "build", name)
        compiled = [c for c in self._commands("pcpu_impl") if c.endswith("/impl/bitmap.c")]
        if not compiled:
            die(f"lane {name}: expected a command that compiles impl/bitmap.c")
        # what comes before are the compiler and its flags
        self.cc = shlex.split(re.split(r" -MD | -o ", compiled[0])[0])
        self.link_of = {}

    def _commands(self, target):
        done = subprocess.run(["ninja", "-C", self.dir, "-t", "commands", target],
                              capture_output=True, text=True, check=False)
        if done.returncode:
            die(f"lane {self.name}: {done.stdout.strip() or done.stderr.strip()}")
        return [line for line in done.stdout.splitlines() if " " in line]

    def compile(self, source, out, flags=(), rig=False):
        """Compile one file; the error text, or None.  rig: to AFL++ it is not under test."""
        before = ["env", f"AFL_LLVM_DENYLIST={self.dir}/afl-denylist"] if rig else []
        return run_quietly(before + self.cc + list(flags) + ["-c", source, "-o", out], self.dir)

    def link(self, target, out, objects, instead=()):
        """Link a program of the lane; these objects come before the library that has the others.

        instead: pairs of an object of the lane and one to be taken in its place.
        """
        if target not in self.link_of:
            command = self._commands(target)[-1]
            command = command.removeprefix(": && ").removesuffix(" && :")
            self.link_of[target] = shlex.split(command)
        words = list(self.link_of[target])
        at = words.index("-o")
        words[at + 1] = out
        for old, new in instead:
            words[words.index(old)] = new
        return run_quietly(words[:at] + list(objects) + words[at:], self.dir)


def run_quietly(words, cwd):
    """The first line that says what is wrong, or None."""
    done = subprocess.run(words, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          stdin=subprocess.DEVNULL, text=True, errors="replace", check=False)
    if not done.returncode:
        return None
    lines = done.stdout.splitlines() or [f"{words[0]} ended with {done.returncode}"]
    return next((line for line in lines if "error" in line), lines[-1])


def copy_impl(to):
    """A tree in which files of impl/ can be changed: to/impl, and links beside it."""
    shutil.copytree(os.path.join(ROOT, "impl"), os.path.join(to, "impl"),
                    ignore=shutil.ignore_patterns("bugs", "linux"))
    for name in ("oracle", "targets"):
        os.symlink(os.path.join(ROOT, name), os.path.join(to, name))


RUNNING = set()


def end_all():
    """What still runs must not outlive the script."""
    for run in list(RUNNING):
        run.kill()


class Stopped(Exception):
    """The script is to end."""


STOPPING = threading.Event()


def on_term(_signal, _frame):
    """Ctrl-C and the like: other threads are to end, too."""
    STOPPING.set()
    raise KeyboardInterrupt


def check_stopped():
    """Called by threads now and then."""
    if STOPPING.is_set():
        raise Stopped


atexit.register(end_all)
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, on_term)


def cpu_of(pid):
    """Seconds of CPU that the main thread of a process took."""
    try:
        with open(f"/proc/{pid}/schedstat", encoding="ascii") as f:
            return int(f.read().split()[0]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0


def cpu_of_dead_children(pid):
    """Seconds of CPU of those that it waited for."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as f:
            fields = f.read().rpartition(")")[2].split()
        return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return 0.0


class Run:
    """A program that runs, in a process group of its own, with its output in a file."""

    def __init__(self, words, log, env=None, cpu=None):
        def child():
            if cpu is not None:
                os.sched_setaffinity(0, {cpu})
        self.log = log
        with open(log, "wb") as f:
            # pylint: disable=consider-using-with,subprocess-popen-preexec-fn
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *words], stdout=f, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, cwd=ROOT,
                env=dict(os.environ, **(env or {})), start_new_session=True, preexec_fn=child)
        self.took = 0.0
        RUNNING.add(self)

    def has_ended(self):
        """Without taking note of it, so that cpu() still works."""
        return self.process.returncode is not None or os.waitid(
            os.P_PID, self.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def cpu(self):
        """Seconds of CPU that its main thread took."""
        return cpu_of(self.process.pid)

    def cpu_of_all(self):
        """And those of all processes that it started, and these; as much as was ever seen."""
        pids, total = [self.process.pid], 0.0
        for pid in pids:
            total += cpu_of(pid) + cpu_of_dead_children(pid)
            try:
                with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as f:
                    pids += map(int, f.read().split())
            except OSError:
                pass  # it has just ended
        self.took = max(self.took, total)
        return self.took

    def ended(self):
        """Its exit status, negative for a signal, or None."""
        return self.process.poll()

    def wait(self, seconds):
        """Its exit status; None if it had to be killed."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            return None

    def kill(self):
        """End it, and all it started."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        RUNNING.discard(self)

    def stop(self, seconds=1):
        """End it after a word, and so much time for what it still has to do."""
        try:
            os.killpg(self.process.pid, signal.SIGTERM)
        except ProcessLookupError:
            pass
        self.wait(seconds)

    def text(self):
        """What it printed so far."""
        with open(self.log, encoding="utf-8", errors="replace") as f:
            return f.read()


SANITIZED = {
    "ASAN_OPTIONS": "exitcode=99",
    "UBSAN_OPTIONS": "exitcode=99:print_stacktrace=0",
}


def verdict(status, text):
    """What came of a program as one word: clean, a rule, or what a sanitizer saw."""
    if status == 0:
        return "clean"
    if status is None:
        return "hang"
    found = re.search(r"FuzzerHash=([a-z0-9_]+)", text)
    if found:
        return found[1]
    found = re.search(r"ERROR: AddressSanitizer: ([A-Za-z-]+)", text)
    if found:
        return found[1]
    if "runtime error:" in text:
        return "undefined-behaviour"
    if re.search(r"Assertion .* failed", text):
        return "assertion"
    if "libFuzzer: timeout" in text:
        return "hang"
    return f"exit-{status}" if status > 0 else f"signal-{-status}"


@functools.lru_cache(maxsize=None)
def setarch():
    """What to put before programs with sanitizers, see prepare_sanitizers in setup-lib.sh."""
    try:
        with open("/proc/sys/vm/mmap_rnd_bits", encoding="ascii") as f:
            bits = int(f.read())
    except OSError:
        bits = 0
    words = ["setarch", os.uname().machine, "-R"]
    if bits > 28 and not subprocess.run(words + ["true"], capture_output=True,
                                        check=False).returncode:
        return tuple(words)
    return ()


class Live:
    """The line that changes; off a terminal one every ten seconds."""

    def __init__(self):
        self.last = time.monotonic()

    def show(self, text):
        """Replace it."""
        if sys.stdout.isatty():
            print(f"\r  {text}\x1b[K", end="", flush=True)
        elif time.monotonic() - self.last >= 10:
            self.last = time.monotonic()
            print(f"  {text}", flush=True)

    @staticmethod
    def clear():
        """Remove it."""
        if sys.stdout.isatty():
            print("\r\x1b[K", end="", flush=True)


def shown(path):
    """From the top of the project if it is in there."""
    path = os.path.abspath(path)
    return os.path.relpath(path, ROOT) if path.startswith(ROOT + "/") else path


def read_json(path):
    """A file of JSON."""
    try:
        with open(path, encoding="utf-8") as f:
            return json.load(f)
    except OSError as e:
        die(f"{path}: {e.strerror}")
    except json.JSONDecodeError as e:
        die(f"{path}:{e.lineno}: expected JSON; {e.msg}")
    except UnicodeDecodeError:
        die(f"{path}: expected JSON; it is no UTF-8")
    return None


def read_jsonl(path):
    """A file of JSON, an object in each line: they, and was a last one cut off, which is none."""
    try:
        with open(path, "rb") as f:
            lines = f.read().split(b"\n")
    except OSError as e:
        die(f"{path}: {e.strerror}")
    objects = []
    for number, line in enumerate(lines, 1):
        try:
            if line:
                objects.append(json.loads(line))
                if not isinstance(objects[-1], dict):
                    raise ValueError
        except ValueError:
            if number < len(lines):
                die(f"{path}:{number}: expected an object of JSON")
    return objects, bool(lines[-1])


def replace_between(path, name, text):
    """Put text between the lines <!-- name --> and <!-- /name --> of a file."""
    with open(path, encoding="utf-8") as f:
        old = f.read()
    begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->\n"
    if begin not in old or end not in old:
        die(f"{path}: expected lines <!-- {name} --> and <!-- /{name} -->")
    head, rest = old.split(begin, 1)
    tail = rest.split(end, 1)[1]
    with open(path + ".new", "w", encoding="utf-8") as f:
        f.write(head + begin + text + end + tail)
    os.replace(path + ".new", path)
