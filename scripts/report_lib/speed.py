# SPDX-License-Identifier: GPL-2.0-only
"""The section about speed: the tables of bench --json."""

import os

import riglib
from report_lib import page

COMMAND = "cmake --build build/plain --target bench && build/plain/bench --json work/bench.json"
NAMES = {"exec_per_s": "programs/s", "ops_per_s": "ops/s"}


def section(opts):
    """A table for each list in the file."""
    out = page.Section("speed", "Speed")
    if not os.path.exists(opts.bench):
        out.lacks(f"No figures are in {opts.shown(opts.bench)}", COMMAND)
        return out
    data = riglib.read_json(opts.bench)
    tables = [(key, rows) for key, rows in data.items() if is_table(rows)] \
        if isinstance(data, dict) else []
    if not tables:
        riglib.die(f"{opts.bench}: expected what bench --json writes")
    about = "; ".join(f"{key} {value}" for key, value in data.items()
                      if isinstance(value, (str, int)))
    out.body.append(page.tag("p", about))
    out.said = f"{sum(len(rows) for _, rows in tables)} rows in {len(tables)} tables"
    for key, rows in tables:
        caption = "Programs and ops per second" if key == "rows" else key.replace("_", " ")
        out.body.append(table(caption, rows))
        if key == "rows":
            best = max(rows, key=lambda row: row.get("ops_per_s") or 0)
            out.tiles.append((page.number(round(best.get("ops_per_s") or 0)),
                              "ops/s, the fastest of: " + about_row(best), ""))
    return out


def is_table(rows):
    """A list of objects."""
    return isinstance(rows, list) and bool(rows) and all(isinstance(row, dict) for row in rows)


def about_row(row):
    """Which one it is."""
    return ", ".join(str(v) for v in row.values() if isinstance(v, str))


def table(caption, rows):
    """Numbers to the right, and a bar for ops per second."""
    keys = list(dict.fromkeys(key for row in rows for key in row
                              if not isinstance(row[key], (list, dict))))
    numeric = {key for key in keys if all(isinstance(row.get(key), (int, float, type(None)))
                                          for row in rows)}
    most = max((row.get("ops_per_s") or 0 for row in rows), default=0)
    columns = [("#" if key in numeric else "") + NAMES.get(key, key.replace("_", " "))
               for key in keys]
    return page.table(caption, columns + (["share of the fastest"] if most else []), [
        [value(row.get(key)) for key in keys]
        + ([page.Cell(page.bar(row.get("ops_per_s") or 0, most),
                      row.get("ops_per_s") or 0)] if most else [])
        for row in rows])


def value(of):
    """Large numbers without their fractions."""
    return round(of) if isinstance(of, float) and abs(of) >= 100 else of


