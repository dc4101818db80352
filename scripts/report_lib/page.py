# SPDX-License-Identifier: GPL-2.0-only
"""The page: elements, tables, sections, and the whole of it in one file.

All text goes through tag(), which escapes it; what is not to be escaped is Raw.  Does not know what
the sections are about.
"""

import base64
import dataclasses
import hashlib
import html
import json
import os
import time

import plotlib
from riglib import ROOT, die

HERE = os.path.join(ROOT, "scripts/report_lib")
VOID = ("meta", "input", "br", "hr", "col")


class Raw(str):
    """Text that is HTML already."""


def esc(content):
    """Content of an element; None is nothing, lists are their parts."""
    if content is None:
        return ""
    if isinstance(content, Raw):
        return content
    if isinstance(content, (list, tuple)):
        return Raw("".join(esc(each) for each in content))
    return Raw(html.escape(str(content)))


def tag(name, /, *content, **attributes):
    """An element.  class_, for_: words of Python; a_b is a-b; True: an attribute with no value."""
    words = ""
    for key, value in attributes.items():
        if value is not None and value is not False:
            key = key.rstrip("_").replace("_", "-")
            words += f' {key}="{"" if value is True else html.escape(str(value))}"'
    if name in VOID:
        return Raw(f"<{name}{words}>")
    return Raw(f"<{name}{words}>{esc(content)}</{name}>")


@dataclasses.dataclass
class Section:
    """A part of the page: its numbers on top, its body, and what is said of it on the terminal.

    missing: the command that makes what is not there."""

    name: str
    title: str
    tiles: list = dataclasses.field(default_factory=list)
    body: list = dataclasses.field(default_factory=list)
    said: str = ""
    missing: str = ""

    def lacks(self, what, command):
        """Say that something is not there."""
        self.body.append(lacking(what, command))
        if not self.said:
            self.missing = command
            self.said = what


def lacking(what, command):
    """What is not there, and the command that makes it."""
    return tag("p", what, ". ", tag("code", command), " makes it." if command else "",
               class_="missing")


def number(value):
    """With thin spaces between thousands."""
    return f"{value:,}".replace(",", "\u202f")


def percent(part, whole):
    """Downwards: what is short of all must not look as if it were not."""
    return f"{1000 * part // whole / 10:.1f} %" if whole else "-"


def when(seconds):
    """A time, as text that sorts."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))


def duration(seconds):
    """Seconds, as one reads them."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


def bar(part, whole):
    """A bar beside a figure."""
    width = 100 * part / whole if whole else 0
    return tag("span", tag("span", style=f"width:{width:.1f}%"), class_="bar", aria_hidden="true")


class Cell:
    """A cell whose order is not that of its text."""

    def __init__(self, content, key):
        self.content, self.key = content, key


def table(caption, columns, rows, *, filter_by="", flag=None, total=None, wide=()):
    """A table whose columns can be sorted, and whose rows can be filtered by their text.

    columns: their names; those of numbers have "#" before it.  flag: (text, class): a box to tick,
    for rows of that class alone; a row is a list of cells, or (class, list).  wide: columns of much
    text.
    """
    heads = []
    for i, name in enumerate(columns):
        heads.append(tag("th", tag("button", name.lstrip("#"), type="button"), scope="col",
                         class_="n" if name[0] == "#" else "wide" if i in wide else None))
    body = []
    for row in rows:
        kind, cells = row if isinstance(row, tuple) else (None, row)
        body.append(tag("tr", [cell_of(c, columns[i], i in wide) for i, c in enumerate(cells)],
                        class_=kind))
    foot = tag("tfoot", tag("tr", [cell_of(c, columns[i], False) for i, c in enumerate(total)])) \
        if total else None
    what = tag("table", tag("caption", caption), tag("thead", tag("tr", heads)),
               tag("tbody", body), foot)
    tools = []
    if filter_by:
        tools.append(tag("label", filter_by, " ", tag("input", type="search", class_="filter",
                                                      autocomplete="off", spellcheck="false")))
    if flag:
        tools.append(tag("label", tag("input", type="checkbox", class_="flag", data_class=flag[1]),
                         " ",
                         flag[0]))
    if tools:
        tools.append(tag("output", f"{len(rows)} of {len(rows)} rows", class_="shown"))
    return tag("div", tag("div", tools, class_="tools") if tools else None,
               tag("div", what, class_="scroll", tabindex="0", role="region", aria_label=caption),
               class_="sorted")


def cell_of(cell, column, is_wide):
    """One cell."""
    key = None
    if isinstance(cell, Cell):
        cell, key = cell.content, cell.key
    if isinstance(cell, int) and not isinstance(cell, bool):
        cell, key = number(cell), cell
    elif isinstance(cell, float):
        cell, key = f"{cell:,.2f}".replace(",", "\u202f"), cell
    elif cell is None:
        cell, key = "-", "" if key is None else key
    kind = "n" if column[0] == "#" else "wide" if is_wide else None
    return tag("td", cell, class_=kind, data_key=key)


def legend(lines):
    """What the colours of a plot are, in words."""
    return tag("ul", [tag("li", tag("i", class_=f"c-{line.colour}"), line.text) for line in lines],
               class_="legend")


def plot(caption, draw, lines):
    """A plot in two widths, of which one is shown.  draw(width, right, shown): the SVG."""
    return tag("figure", tag("figcaption", caption),
               Raw(draw(width=760, right=190, shown="plot broad")),
               Raw(draw(width=360, right=28, shown="plot narrow")), legend(lines))


def embedded_json(name, data):
    """JSON in the page, out of which nothing can get."""
    text = json.dumps(data, separators=(",", ":"))
    for bad in "<>&\u2028\u2029":
        text = text.replace(bad, f"\\u{ord(bad):04x}")
    return tag("script", Raw(text), type="application/json", id=name)


def script(text):
    """A script in the page, and the word by which the page's policy allows it."""
    if "</script" in text.lower() or "<!--" in text:
        die("expected scripts that can stand in a page")
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return tag("script", Raw(text)), f"'sha256-{digest}'"


def asset(*parts):
    """A file of the project that goes into the page."""
    with open(os.path.join(ROOT, *parts), encoding="utf-8") as f:
        return f.read()


def tiles(sections):
    """The numbers on top."""
    out = []
    for section in sections:
        for value, caption, tone in section.tiles or [("-", section.title, "none")]:
            out.append(tag("li", tag("a", tag("b", value), tag("span", caption),
                                     href=f"#{section.name}"), class_=tone))
    return tag("ul", out, class_="tiles")


def whole(title, about, sections, scripts, styles):
    """The file."""
    made = [script(text) for text in scripts]
    policy = ("default-src 'none'; style-src 'unsafe-inline'; script-src "
              + " ".join(m[1] for m in made))
    head = tag("head", tag("meta", charset="utf-8"),
               tag("meta", http_equiv="Content-Security-Policy", content=policy),
               tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
               tag("meta", name="color-scheme", content="light dark"), tag("title", title),
               tag("style", Raw("\n".join([asset("scripts/report_lib/page.css"), plotlib.css(),
                                           *styles]))))
    nav = tag("nav", tag("ul", [tag("li", tag("a", s.title, href=f"#{s.name}")) for s in sections]),
              aria_label="sections")
    parts = [tag("section", tag("h2", s.title), s.body, id=s.name) for s in sections]
    body = tag("body", tag("a", "To the findings", href="#findings", class_="skip"),
               tag("header", tag("h1", title), tag("p", about, class_="about")), nav,
               tag("main", tag("section", tag("h2", "In numbers", class_="hidden"), tiles(sections),
                               id="summary"), parts), [m[0] for m in made])
    return "<!DOCTYPE html>\n" + tag("html", head, body, lang="en") + "\n"
