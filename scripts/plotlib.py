# SPDX-License-Identifier: GPL-2.0-only
"""Plots of lines as SVG, with what stands beside them: axes, ticks, labels at the ends of lines.

Imported, not run.  Knows what the plot of the bug bank looks like; what is in others, the caller
says.
A plot stands alone, as a file, with its own style, or in a page, which has css() in its own.
"""

import html
import math

COLOURS = {"libfuzzer": "#1b7f4b", "gen": "#b8730a", "bytes": "#7a4fd0", "afl": "#1f6fc4",
           "afl-bytes": "#c2447a"}
# of lines that have no name of their own; those next to each other differ most
MORE = ("#1f6fc4", "#b8730a", "#1b7f4b", "#c2447a", "#7a4fd0", "#5f7d0e", "#0f8391", "#a3482f")
STANDALONE = ("svg{background:#fff;color:#222;font:13px sans-serif}.g{stroke:#8886}"
              "@media(prefers-color-scheme:dark){svg{background:#15181c;color:#ddd}}"
              "text{fill:currentColor}path{fill:none;stroke-width:2}")


class Axis:
    """From low to high, with ticks (value, text), and what it is."""

    def __init__(self, name, low, high, ticks, log=False):
        self.name, self.low, self.high, self.log = name, low, high, log
        self.ticks = [(value, text) for value, text in ticks if low <= value <= high]

    def part(self, value):
        """Where a value is, from 0 to 1."""
        if self.log:
            return math.log(max(value, self.low) / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)


class Line:
    """Points (x, y), or None where it is broken; and the text at its end."""

    def __init__(self, colour, points, text="", steps=False):
        self.colour, self.points, self.text, self.steps = colour, points, text, steps


def lighter(colour):
    """The same on a dark ground."""
    return "#" + "".join(f"{(int(colour[i:i + 2], 16) + 170) // 2:02x}" for i in (1, 3, 5))


def css(used=None):
    """The colours of lines and of their texts, and of a swatch of one; used: of which (all)."""
    of = dict(COLOURS)
    of.update({str(i): colour for i, colour in enumerate(MORE)})
    of = {f"c-{name}": colour for name, colour in of.items() if used is None or name in used}

    def rules(change):
        return "".join(f"path.{k}{{stroke:{change(v)}}}text.{k}{{fill:{change(v)}}}"
                       f"i.{k}{{background:{change(v)}}}" for k, v in of.items())
    return rules(str) + "@media screen and (prefers-color-scheme:dark){" + rules(lighter) + "}"


def nice(high, most=6):
    """Ticks from 0 to at least high: 1, 2 or 5 times a power of ten apart."""
    step = 10 ** math.floor(math.log10(max(high, 1)))
    step = next((s for s in (step / 5, step / 2, step, step * 2, step * 5)
                 if high / s <= most), step * 10)
    step = max(step, 1)
    return [step * i for i in range(math.ceil(max(high, 1) / step) + 1)]


def short(value):
    """A number as text of a tick."""
    for unit, name in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= unit:
            return f"{value / unit:g}{name}"
    return f"{value:g}"


def time_ticks(seconds, most=6):
    """Ticks of a time axis that begins with 0."""
    steps = ((1, "s", 1), (2, "s", 1), (5, "s", 1), (10, "s", 1), (20, "s", 1), (60, "min", 60),
             (120, "min", 60), (300, "min", 60), (600, "min", 60), (1200, "min", 60),
             (3600, "h", 3600),
             (7200, "h", 3600), (21600, "h", 3600), (43200, "h", 3600), (86400, "d", 86400),
             (172800, "d", 86400), (604800, "d", 86400))
    step, name, unit = next((s for s in steps if seconds / s[0] <= most), steps[-1])
    return [(t, f"{t // unit} {name}") for t in range(0, int(seconds) + 1, step)]


def spread(labels, apart=17):
    """Move labels [y, ...] upwards until none is on another; the lowest keeps its place."""
    labels.sort(key=lambda label: label[0])
    for i in range(len(labels) - 1, 0, -1):
        labels[i - 1][0] = min(labels[i - 1][0], labels[i][0] - apart)
    return labels


def path_of(line, x, y):
    """The path of one line."""
    path, is_open = "", False
    for point in line.points:
        if point is None:
            is_open = False
        elif not is_open:
            path += f"M{x(point[0]):.1f} {y(point[1]):.1f}"
            is_open = True
        elif line.steps:
            path += f"H{x(point[0]):.1f}V{y(point[1]):.1f}"
        else:
            path += f"L{x(point[0]):.1f} {y(point[1]):.1f}"
    return path


# pylint: disable=too-many-arguments,too-many-locals
def svg(label, x_axis, y_axis, lines, *, marks=(), width=760, height=380, right=170,
        standalone=False, shown="plot"):
    """The plot.  marks: x where something changed; right: room for the texts; shown: a class."""
    left, bottom, top = 56, 46, 34

    def x(value):
        return left + (width - left - right) * x_axis.part(value)

    def y(value):
        return top + (height - top - bottom) * (1 - y_axis.part(value))

    def text(at_x, at_y, what, more=""):
        return f'<text x="{at_x:.1f}" y="{at_y:.1f}"{more}>{html.escape(what)}</text>'

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
           f'class="{shown}" aria-label="{html.escape(label)}">']
    if standalone:
        out.append(f"<style>{STANDALONE}{css({line.colour for line in lines})}</style>")
    out.append(text(left, 20, y_axis.name))
    for at in marks:
        out.append(f'<line class="mark" x1="{x(at):.1f}" x2="{x(at):.1f}" y1="{top}" '
                   f'y2="{height - bottom}"/>')
    for value, what in x_axis.ticks:
        out.append(f'<line class="g" x1="{x(value):.1f}" x2="{x(value):.1f}" y1="{top}" '
                   f'y2="{height - bottom}"/>'
                   + text(x(value), height - bottom + 18, what, ' text-anchor="middle"'))
    out.append(text((left + width - right) / 2, height - 8, x_axis.name, ' text-anchor="middle"'))
    for value, what in y_axis.ticks:
        out.append(f'<line class="g" x1="{left}" x2="{width - right}" y1="{y(value):.1f}" '
                   f'y2="{y(value):.1f}"/>' + text(left - 8, y(value) + 4, what,
                                                   ' text-anchor="end"'))
    labels = []
    for line in lines:
        out.append(f'<path class="c-{line.colour}" d="{path_of(line, x, y)}"/>')
        points = [p for p in line.points if p]
        if line.text and points and right > 60:
            labels.append([y(points[-1][1]), line.text, line.colour])
    out += [text(width - right + 8, at + 4, what, f' class="c-{colour}"')
            for at, what, colour in spread(labels)]
    return "\n".join(out + ["</svg>"]) + "\n"


def survival(summary, engines, **how):
    """The part of bugs not yet found against time, a step line for each engine.

    summary: {bug: {engine: {median_time, budget, ...}}}, as scripts/bugs has it; how: see svg().
    """
    low, high = 0.05, max(r["budget"] for bug in summary.values() for r in bug.values())
    x_axis = Axis("seconds of one core", low, high,
                  [(t, f"{t:g}") for t in (0.05, 0.1, 0.3, 1, 3, 10, 30, 60, 300)], log=True)
    y_axis = Axis("bugs not yet found (median of the trials)", 0, 1,
                  [(n / 100, f"{n} %") for n in range(0, 101, 20)])
    lines = []
    for engine in engines:
        rows = [bug[engine] for bug in summary.values() if engine in bug]
        alive, points = len(rows), [(low, 1)]
        for t in sorted(r["median_time"] for r in rows if r["median_time"] is not None):
            alive -= 1
            points.append((t, alive / len(rows)))
        points.append((max(r["budget"] for r in rows), alive / len(rows)))
        lines.append(Line(engine if engine in COLOURS else "0", points,
                          f"{engine}: {alive} of {len(rows)} left", steps=True))
    return svg("part of the bugs not yet found, against time, for each engine", x_axis, y_axis,
               lines, **how)
