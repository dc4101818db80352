# SPDX-License-Identifier: GPL-2.0-only
"""What ClusterFuzz makes of a report: its type, and the state by which it tells crashes apart.

Written after src/clusterfuzz/stacktraces of google/clusterfuzz: the parts that apply to crashes of
C programs on Linux.  A report is read line by line; a line may set the type, begin the state anew,
or add a frame to it, up to three in all.
"""

import difflib
import re

MAX_FRAMES = 3
MAX_LINE = 80
SIMILAR = 0.8

ASSERT = re.compile(r"(?:\[.*?\]|.*\.(?:c|cc|cpp|cxx|h|hh|hpp|hxx):.*)?"
                    r"\s*(?:ASSERT(?:ION)? FAIL(?:URE|ED)|panic): (.*)", re.I)
ASSERT_GLIBC = re.compile(r".*:\s*assertion [`'\"]?(.*?)[`'\"]? failed\.?$", re.I)
# After an assertion these signals are only how it ended.
ENDED_BY = re.compile(r".*[a-zA-Z]+Sanitizer: (ABRT|breakpoint|ILL|TRAP) ")
AT_ADDRESS = re.compile(r".*ERROR: [a-zA-Z]+Sanitizer[: ]*(.*) on (?:unknown address |address |)"
                        r"[xX0-9a-fA-F]+")
FRAME = re.compile(r"\s*#(\d+)\s+([xX0-9a-fA-F]+)\s+(?:in\s+(.*)|\((.*)\))$")
KERNEL_FRAME = re.compile(r"\(?((\w+)\+\w+/\w+)\)?")

# Whatever the state is by then, these set the type and begin it anew: pattern, type or group.
RESET = [
    (re.compile(r".*(?:Thread|Memory)Sanitizer:\s+(?!ABRT)(?!ILL)([^(:]+)"), 1),
    (re.compile(r".*Sanitizer.*SEGV on unknown address"), "UNKNOWN"),
    (re.compile(r".*[a-zA-Z]+Sanitizer: FPE "), "Floating-point-exception"),
    (AT_ADDRESS, 1),
    (re.compile(r"Kernel panic - not syncing: (.*)"), "Kernel failure"),
    (re.compile(r".*ERROR:\s*libFuzzer:\s*timeout"), "Timeout"),
    (re.compile(r".*(?:libFuzzer: out-of-memory \(|Sanitizer: out of memory|rss limit exhausted|"
                r"Sanitizer: allocation-size-too-big|Sanitizer: calloc-overflow|"
                r"Out of memory\. (?:Dying\.|size=)|ERROR.*Sanitizer failed to allocate)"),
     "Out-of-memory"),
]
# These set the type and leave the state.
RETYPE = [
    (re.compile(r"kernel BUG at (.*)"), "Kernel failure"),
    (re.compile(r"BUG: KASAN: (.*) (?:in|on)"), "Kernel failure"),
    (re.compile(r"KASAN: (.*?) (?:in|on) range"), "Kernel failure"),
    (re.compile(r"general protection fault:.*KASAN"), "Kernel failure"),
]
# These count only as long as there is no type.
FIRST = [
    (re.compile(r"(.*): runtime error: (.*)"), "Undefined-behaviour"),
    (re.compile(r".*ERROR: (?:HWAddressSanitizer|AddressSanitizer)[: ]*([^(:;]+)"), 1),
    (re.compile(r"\s*\[[^\]]*:[^\](]*.*\].*Check failed:\s*(.*)"), "CHECK failure"),
    (re.compile(r"#\s*Fatal error in (.*)"), "Fatal error"),
    (re.compile(r".*ERROR:\s*libFuzzer:\s*deadly signal"), "Fatal-signal"),
    (re.compile(r".*ERROR:\s*libFuzzer:\s*fuzz target exited"), "Unexpected-exit"),
]
STOP = ("Direct leak of", "Uninitialized value was stored to memory at", "allocated by thread",
        "created by main thread at", "located in stack of thread", "previously allocated by")
SKIPPED_LINES = re.compile(r".*(?:SUMMARY:|WARNING: AddressSanitizer)|"
                           r"(?:Address|Leak|Memory|UndefinedBehavior|Thread)Sanitizer:"
                           r"DEADLYSIGNAL")

NOT_IN_STATE = re.compile("|".join((
    r"(?:abort|exit|raise|tgkill|pthread_create|pthread_kill|__chk_fail|__fortify_fail|panic)$",
    r"(?:__)?(?:mem(?:cmp|cpy|move|set)|str(?:cmp|cpy|dup|len|ncpy))",
    r"abort|calloc|delete|free|fuzzer::|gsignal|main|malloc|new|New|operator|realloc|scanf",
    r"LLVMFuzzerTestOneInput|SignalHandler|dump_stack|show_stack|generic_cpp_|g_log",
    r"_start|__GI_|__libc_|__assert_|__cxa_|__run_exit_handlers|__pthread_kill|__dump_stack",
    r"_?_?(?:a|hwa|l|m|t|ub)san_|__(?:a|hwa|l|m|t|ub)san::|_?_?sanitizer_|__sanitizer::",
    r"__interceptor_|MSanAtExitWrapper|ExitCallback|<null>",
    r".*assert|.*logger|.*libpthread|.*<unknown module>|.*\+Unknown|.*ieee754-",
    r".*/gcc/|.*/glibc-|.*/libc/|.*/llvm-build/|.*/sanitizer_common/|.*/libc\+\+",
    r".*libc\.so|.*libstdc\+\+\.so|.*libc-.*\.so|<unknown>$|\[vdso\]$|linux-gate\.so",
)))


class Crash:
    """Type and state so far."""

    def __init__(self):
        self.type = ""
        self.state = ""
        self.frames = 0

    def begin(self, kind):
        """Begin the state anew."""
        self.type, self.state, self.frames = kind, "", 0

    def add(self, frame):
        """A frame, if it is one that counts."""
        if len(frame) < 3 or NOT_IN_STATE.match(frame.replace("\\", "/")):
            return
        name = re.match(r"(.+?)[(\[]", frame)
        name = name[1].strip() if name else frame.strip().split(" ")[0]
        if self.frames < MAX_FRAMES:
            self.state += name + "\n"
            self.frames += 1


def set_type(crash, line):
    """What a line says of the type; true if there is nothing else in it."""
    if not crash.type.startswith("Kernel failure"):
        for pattern in (ASSERT, ASSERT_GLIBC):
            match = pattern.match(line)
            if match:
                crash.type, crash.frames = "ASSERT", 1
                if match[1]:
                    crash.state = match[1] + "\n"
    for pattern, kind in RESET:
        match = pattern.match(line)
        if match and not (pattern is AT_ADDRESS and crash.type.startswith("Kernel failure")):
            crash.begin(match[kind].strip().capitalize() if isinstance(kind, int) else kind)
            return True
    for pattern, kind in RETYPE:
        if pattern.match(line):
            crash.type = kind
    for pattern, kind in FIRST:
        match = pattern.match(line)
        if match and not crash.type:
            crash.begin(match[kind].strip().capitalize() if isinstance(kind, int) else kind)
    return False


def without_numbers(state):
    """Addresses and long numbers are no part of a state."""
    state = re.sub(r"\+0x[0-9a-fA-F]+\n", "\n", state)
    state = re.sub(r"0x[a-fA-F0-9]{4,}U*", "ADDRESS", state)
    return re.sub(r"(?<![:0-9.])(?:[0-9.]{4,}|(?<=[@#])[0-9]+)(?![A-Za-z0-9.])", "NUMBER", state)


def parse(report):
    """A report as a crash."""
    crash = Crash()
    for line in report.splitlines():
        if SKIPPED_LINES.match(line):
            continue
        if ENDED_BY.match(line) and crash.type in ("ASSERT", "CHECK failure", "Fatal error"):
            continue
        if set_type(crash, line):
            continue
        if crash.state and any(stop in line for stop in STOP):
            crash.frames = MAX_FRAMES
            continue
        if not crash.type:
            continue
        frame = FRAME.match(line)
        kernel = KERNEL_FRAME.match(line)
        if frame:
            crash.add((frame[3] or frame[4]).strip())
        elif kernel:
            crash.add(kernel[2])
    lines = "".join(c for c in crash.state if c.isascii() and (c.isprintable() or c == "\n"))
    crash.state = "".join(line[:MAX_LINE] + "\n"
                          for line in without_numbers(lines).splitlines()) or "NULL"
    return crash


def common(a, b):
    """How many lines two states have in common, in this order."""
    matcher = difflib.SequenceMatcher(None, a, b, autojunk=False)
    return sum(block.size for block in matcher.get_matching_blocks())


def are_merged(a, b):
    """Whether these two crashes are taken for one."""
    if a.type != b.type:
        return False
    if a.state == b.state:
        return True
    if "FuzzerHash=" in a.state:
        return False
    mine, other = a.state.splitlines(), b.state.splitlines()
    if common(mine, other) >= 2:
        return True
    ratios = [difflib.SequenceMatcher(None, x, y).ratio() for x, y in zip(mine, other)]
    return bool(ratios) and sum(ratios) / len(ratios) > SIMILAR
