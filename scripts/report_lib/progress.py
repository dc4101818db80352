# SPDX-License-Identifier: GPL-2.0-only
"""The section about fuzzing: edges and ops per second over time, jobs, and how often each rule was
checked.

From run.jsonl of scripts/run or fuzz.jsonl of scripts/fuzz, and their statistics.  What was found
is in findings.py.
"""

import collections
import glob
import os

import plotlib
import riglib
from report_lib import page

COMMAND = "scripts/run"
LOGS = ("run.jsonl", "fuzz.jsonl")
POINTS = 300  # of a line
EVENTS = 100  # rows


class History:
    """The log, with time counted while jobs ran only."""

    def __init__(self, events):
        self.length = 0
        self.starts = []  # when each run began
        self.jobs = {}  # (group, job): its last event, with the means of its run
        self.edges = {}  # (group, target, engine): points
        self.ops = {}  # group: points
        self.events = []  # what is no job's
        self.programs, self.all_ops, self.seconds = 0, 0, 0
        self._rounds, self._rates, self._peaks = {}, {}, {}
        begin = None
        for event in events:
            if event["event"] == "start":
                self._end_run(None)
                begin = event["time"] - self.length
                self.starts.append(self.length)
            elif begin is not None:
                self.length = max(self.length, event["time"] - begin)
            if event["event"] == "job":
                if begin is not None:
                    self._job(event, event["time"] - begin)
            else:
                self.events.append(event)
            if event["event"] == "end":
                self._end_run(event)
                begin = None
        self._end_run(None)

    def _job(self, event, at):
        group = event["group"]
        series = (group, event["target"], "libFuzzer" if event["role"] == "libfuzzer" else "AFL++")
        points = self.edges.setdefault(series, [])
        last = points[-1][1] if points and points[-1] else 0
        if event["edges"] > last:
            points.append((at, event["edges"]))
        elif last:
            points.append((at, last))
        of = self._rounds.setdefault(group, {})
        if event["job"] in of:
            self._end_round(group)
            of = self._rounds.setdefault(group, {})
        of[event["job"]] = (at, event["ops_per_s"])
        key = (group, event["job"])
        rates = self._rates.setdefault(key, [])
        if event["programs_per_s"]:
            rates.append((event["programs_per_s"], event["ops_per_s"]))
        self.jobs[key] = dict(event, rates=rates)
        # its process may have been another before
        peaks = self._peaks.setdefault(key, [(0, 0)])
        if event["programs"] < peaks[-1][0]:
            peaks.append((0, 0))
        peaks[-1] = max(peaks[-1], (event["programs"], event["ops"]))

    def _end_round(self, group):
        of = self._rounds.pop(group, {})
        if of:
            self.ops.setdefault(group, []).append((max(at for at, _ in of.values()),
                                                   sum(rate for _, rate in of.values())))

    def _end_run(self, event):
        """What it came to; without its own word it is what was seen of it last."""
        for group in list(self._rounds):
            self._end_round(group)
        if event and "programs" in event:
            self.programs += event["programs"]
            self.all_ops += event["ops"]
        else:
            for peaks in self._peaks.values():
                self.programs += sum(p for p, _ in peaks)
                self.all_ops += sum(o for _, o in peaks)
        for points in [*self.edges.values(), *self.ops.values()]:
            if points and points[-1]:
                points.append(None)
        self._rates, self._peaks = {}, {}


def section(opts):
    """Plots and tables of all logs in the folder."""
    out = page.Section("run", "Fuzzing")
    paths = [os.path.join(opts.work, name) for name in LOGS]
    paths = [path for path in paths if os.path.exists(path)]
    if not paths:
        out.lacks(f"No log of a run is in {opts.shown(opts.work)}",
                  COMMAND if not opts.given_work else f"{COMMAND} --work {opts.shown(opts.work)}")
    for path in paths:
        try:
            fill(opts, out, History(riglib.read_jsonl(path)[0]), path)
        except (KeyError, TypeError) as e:
            riglib.die(f"{path}: expected what scripts/run or scripts/fuzz writes; a line "
                       f"lacks {e}")
    rules(opts, out)
    return out


def state_totals(opts):
    """Programs and ops as scripts/fuzz has them, which counts what no log has."""
    total = collections.Counter()
    for path in glob.glob(os.path.join(glob.escape(opts.work), "state", "[!.]*")):
        with open(path, encoding="utf-8", errors="replace") as f:
            for line in f:
                words = line.split()
                if len(words) == 2 and words[0] in ("programs", "ops") and words[1].isdigit():
                    total[words[0]] += int(words[1])
    return total["programs"], total["ops"]


def fill(opts, out, history, path):
    """All of one log."""
    programs, ops = history.programs, history.all_ops
    if path.endswith("fuzz.jsonl"):
        programs, ops = max((programs, ops), state_totals(opts))
    most = max([p[1] for points in history.edges.values() for p in points if p], default=0)
    out.tiles += [(page.number(ops), f"checked ops in {page.duration(history.length)}", ""),
                  (page.number(most), "edges, the most of any target", "")]
    out.said += (f"{'; ' if out.said else ''}{opts.shown(path)}: {len(history.starts)} runs, "
                 f"{page.duration(history.length)}, {programs} programs, {ops} ops, {most} edges")
    out.body.append(page.tag(
        "p", f"{page.number(programs)} programs and {page.number(ops)} ops in "
        f"{page.duration(history.length)}, from {opts.shown(path)}. Time counts while jobs ran; a "
        "line through the plots is the start of a run."))
    groups = list(history.ops)
    for group in groups:
        draw_edges(out, history, group)
    draw_ops(out, history, groups)
    out.body.append(job_table(history))
    events_table(out, history)


def group_lines(history, group):
    """A line for each target and engine."""
    series = [(key, points) for key, points in history.edges.items() if key[0] == group]
    engines = {key[2] for key, _ in series}
    for i, (key, points) in enumerate(series):
        name = key[1] + (f", {key[2]}" if len(engines) > 1 else "")
        last = next((p[1] for p in reversed(points) if p), 0)
        yield plotlib.Line(str(i % len(plotlib.MORE)), thin_steps(points),
                           f"{name}: {page.number(last)}",
                           steps=True)


def thin_steps(points):
    """Only where something changes, and the ends."""
    out = []
    for i, point in enumerate(points):
        around = points[i - 1] if i else None, points[i + 1] if i + 1 < len(points) else None
        if not point or not around[0] or not around[1] or point[1] != around[0][1]:
            out.append(point)
    return out


def thin_means(points):
    """Means of neighbours, if there are too many."""
    take = max(1, -(-len(points) // POINTS))
    out, run = [], []
    for point in [*points, None]:
        if point:
            run.append(point)
        if run and (not point or len(run) == take):
            out.append(tuple(sum(p[i] for p in run) / len(run) for i in (0, 1)))
            run = []
        if not point and out and out[-1]:
            out.append(None)
    return out


def draw(out, caption, y_name, history, lines):
    """One plot over time."""
    high = max([p[1] for line in lines for p in line.points if p], default=0)
    if not high or history.length <= 0:
        out.body.append(page.lacking(f"{caption}: nothing was logged yet", ""))
        return
    ticks = plotlib.nice(high)
    y_axis = plotlib.Axis(y_name, 0, ticks[-1], [(t, plotlib.short(t)) for t in ticks])

    def svg(**how):
        x_axis = plotlib.Axis("time of fuzzing", 0, history.length, plotlib.time_ticks(
            history.length, 8 if how["width"] > 500 else 4))
        return plotlib.svg(caption, x_axis, y_axis, lines, marks=history.starts[1:], height=320,
                           **how)
    out.body.append(page.plot(caption, svg, lines))


def draw_edges(out, history, group):
    """Edges of each target."""
    draw(out, f"Edges over time, {group}", "edges", history, list(group_lines(history, group)))


def draw_ops(out, history, groups):
    """Ops per second of all jobs of a subject."""
    lines = []
    for i, group in enumerate(groups):
        points = thin_means(history.ops[group])
        rates = [p[1] for p in history.ops[group] if p]
        mean = sum(rates) / len(rates) if rates else 0
        lines.append(plotlib.Line(str(i % len(plotlib.MORE)), points,
                                  f"{group}: {page.number(round(mean))} on average"))
    draw(out, "Ops per second over time, all jobs of a subject", "ops/s", history, lines)


def job_table(history):
    """The jobs of the last run that each had."""
    rows = []
    for (group, _), job in history.jobs.items():
        rates = job["rates"]
        means = [round(sum(r[i] for r in rates) / len(rates)) if rates else 0 for i in (0, 1)]
        ago = max(job["time"] - job["last_edge"], 0) if job["last_edge"] else None
        edges = history.edges[group, job["target"],
                              "libFuzzer" if job["role"] == "libfuzzer" else "AFL++"]
        rows.append([group, job["job"], job["target"], job["role"], means[0], means[1],
                     next((p[1] for p in reversed(edges) if p), 0),
                     page.Cell("never", 1e12) if ago is None
                     else page.Cell(page.duration(ago), ago)])
    return page.table("Jobs: means of their last run", [
        "subject", "#job", "target", "engine", "#programs/s", "#ops/s", "#edges of the target",
        "#since the last new edge"], rows)


def events_table(out, history):
    """What else was logged."""
    skip = ("time", "event", "group")
    rows = [[page.when(e["time"]), e["event"], e.get("group") or "-",
             ", ".join(f"{k} {v}" for k, v in e.items() if k not in skip)]
            for e in history.events[-EVENTS:]]
    if rows:
        name = "Events" if len(history.events) <= EVENTS else f"The last {EVENTS} events"
        out.body.append(page.tag(
            "details", page.tag("summary", f"{name} ({len(rows)})"), page.table(
                name, ["time", "event", "subject", "what"], rows, filter_by="Events with the text",
            wide=(3,))))


def rules(opts, out):
    """How often each rule was checked, by the statistics that the processes left."""
    sums = collections.Counter()
    root = glob.escape(opts.work)
    for path in glob.glob(f"{root}/stats/*") + glob.glob(f"{root}/*/stats/*"):
        try:
            with open(path, encoding="utf-8", errors="replace") as f:
                for line in f:
                    name, _, count = line.strip().partition(" ")
                    if name.startswith("rule.") and count.isdigit():
                        sums[name[5:]] += int(count)
        except OSError:
            pass  # it has just been added up
    if sums:
        never = sum(not n for n in sums.values())
        what = f"Checks of each rule ({len(sums)} rules, {never} never checked)"
        out.body.append(page.tag("details", page.tag("summary", what), page.table(
            "How often each rule was checked", ["rule", "#checks"],
            [("bad" if not n else None, [name, n]) for name, n in sums.items()],
            filter_by="Rules with the text", flag=("only those never checked", "bad"))))
