# SPDX-License-Identifier: GPL-2.0-only
"""What came of the mutants: results that are kept, survivors with a reason, the tables."""
import datetime
import difflib
import json
import os
import re
import subprocess
import threading

COUNTED = ('killed', 'survived')
STAGES = ('corpus', 'lockstep', 'sanitized', 'traces', 'random', 'fuzz', 'tests')


class Results:
    """The file of results, one JSON object per line; the last one of a key counts."""

    def __init__(self, path):
        self.path = path
        self.lock = threading.Lock()
        self.by_key = {}
        self.torn = False
        if path.exists():
            data = path.read_bytes()
            for line in data.split(b'\n'):
                try:
                    r = json.loads(line)
                    self.by_key[r['key']] = r
                except (ValueError, KeyError, TypeError):
                    pass # torn: it was being written when the run was killed
            self.torn = bool(data) and not data.endswith(b'\n')
        self.file = None

    def add(self, result):
        with self.lock:
            if self.file is None:
                self.file = self.path.open('a')
                if self.torn:
                    self.file.write('\n')
            self.file.write(json.dumps(result, sort_keys=True) + '\n')
            self.file.flush()
            self.by_key[result['key']] = result


class Reasons:
    """docs/mutate-survivors.md: file | function | line | change | why.

    A cell must equal what it is about; '...' in it stands for anything."""

    def __init__(self, path):
        self.rows = []
        if not path.exists():
            return
        for number, line in enumerate(path.read_text().splitlines(), 1):
            cells = [c.strip().replace('\1', '|')
                     for c in line.replace('\\|', '\1').split('|')]
            if len(cells) != 7 or not re.fullmatch(r'impl/[\w.-]+\.[ch]', cells[1]):
                continue
            cells = [re.sub(r'^`+ ?|(?<! ) ?`+$', '', c) for c in cells[1:5]] + [cells[5]]
            self.rows.append({'number': number, 'cells': cells, 'used': 0,
                              'patterns': [pattern(c) for c in cells[1:4]]})

    def why(self, m):
        found = None
        for row in self.rows:
            if row['cells'][0] == m.file and all(
                    p.fullmatch(t) for p, t in zip(row['patterns'], (m.function, m.text, m.change))):
                row['used'] += 1
                found = found or row['cells'][4]
        return found


def pattern(cell):
    return re.compile('.*'.join(re.escape(' '.join(p.split())) if p.strip() == p else
                                re.escape(p) for p in cell.split('...')), re.S)


def diff(root, m):
    old = (root / m.file).read_bytes()
    new = m.apply(old)
    return ''.join(difflib.unified_diff(old.decode('latin-1').splitlines(True),
                                        new.decode('latin-1').splitlines(True),
                                        m.file, m.file, n=3))


def percent(part, whole):
    # downwards: what is short of the limit must not look as if it were not
    return '%.1f' % (1000 * part // whole / 10) if whole else '-'


class Tally:
    """Counts of some mutants."""

    def __init__(self):
        self.n = {}
        self.explained = 0
        self.none = 0 # no errors at all, by argument

    def add(self, result, why):
        self.n[result['outcome']] = self.n.get(result['outcome'], 0) + 1
        if result['outcome'] == 'killed':
            self.n[result['stage']] = self.n.get(result['stage'], 0) + 1
        self.explained += bool(why)
        self.none += bool(why) and why.startswith('equivalent')

    def get(self, name):
        return self.n.get(name, 0)

    def counted(self):
        return self.get('killed') + self.get('survived')

    def score(self):
        return percent(self.get('killed'), self.counted())

    def errors(self):
        return self.counted() - self.none

    def adjusted(self):
        return percent(self.get('killed'), self.errors())

    def row(self):
        return [self.counted()] + [self.get(s) for s in STAGES] + \
            [self.get('survived'), self.explained, self.none, self.score(), self.adjusted()]


HEAD = ['counted'] + list(STAGES) + ['survived', 'explained', 'as equivalent', '%', '% without these']


class Report:
    """All of a run."""

    def __init__(self, mutants, results, reasons, classes):
        self.all = Tally()
        self.files, self.kinds = {}, {k: Tally() for k in classes}
        self.survivors = []
        self.verdicts = {}
        self.missing = 0
        for m in mutants:
            r = results.get(m.key)
            if r is None:
                self.missing += 1
                continue
            why = reasons.why(m) if r['outcome'] == 'survived' else None
            for t in (self.all, self.files.setdefault(m.file, Tally()), self.kinds[m.kind]):
                t.add(r, why)
            if r['outcome'] == 'survived':
                self.survivors.append((m, r, why))
            elif r['outcome'] == 'killed':
                self.verdicts[r['verdict']] = self.verdicts.get(r['verdict'], 0) + 1

    def unexplained(self):
        return [s for s in self.survivors if not s[2]]

    def table(self, name, tallies):
        rows = [[name] + HEAD]
        rows += [[label] + t.row() for label, t in tallies]
        return rows

    def tables(self):
        return (self.table('file', sorted(self.files.items()) + [('all', self.all)]),
                self.table('class', list(self.kinds.items())))

    def summary(self):
        a = self.all
        return ('%d killed of %d, %s %%; %d survived, %d of them explained, %d as '
                'equivalent, without which it is %s %%\n'
                'not counted: %d proven equivalent by a compiler, %d the same code as another, '
                '%d do not compile' % (
                    a.get('killed'), a.counted(), a.score(), a.get('survived'), a.explained, a.none,
                    a.adjusted(), a.get('equivalent'), a.get('duplicate'), a.get('stillborn')))


def plain_table(rows):
    width = [max(len(str(r[i])) for r in rows) for i in range(len(rows[0]))]
    return '\n'.join('  '.join(str(c).ljust(w) if not i else str(c).rjust(w)
                               for i, (c, w) in enumerate(zip(r, width))).rstrip() for r in rows)


def cell(text):
    return str(text).replace('|', '\\|')


def markdown_table(rows):
    lines = ['| ' + ' | '.join(cell(c) for c in r) + ' |' for r in rows]
    lines.insert(1, '|' + '---|' * len(rows[0]))
    return '\n'.join(lines)


def git(root, *argv):
    out = subprocess.run(['git', '-C', str(root)] + list(argv), capture_output=True, text=True,
                         check=False)
    return out.stdout.strip() if out.returncode == 0 else None


def markdown(root, report, how):
    commit = git(root, 'rev-parse', '--short', 'HEAD') or 'unknown'
    if git(root, 'diff', '--quiet', 'HEAD', '--', 'impl', 'oracle', 'targets', 'corpus') is None:
        commit += ' with changes'
    parts = ['Commit %s, %s, %d CPUs: `%s`' % (commit, datetime.date.today().isoformat(),
                                               os.cpu_count(), how),
             report.summary().replace('\n', '  \n')]
    parts += [markdown_table(t) for t in report.tables()]
    rows = [['killed by', 'mutants']] + sorted(report.verdicts.items(), key=lambda v: (-v[1], v[0]))
    parts.append(markdown_table(rows))
    if report.unexplained():
        parts.append('Survivors without a reason:\n\n' + '\n'.join(
            '- `%s` %s:%d %s(): `%s`' % (m.key, m.file, m.line, m.function, m.change)
            for m, _, _ in report.unexplained()))
    return '\n\n'.join(parts) + '\n'


def write_markdown(path, text):
    """Between the lines <!-- mutate --> and <!-- /mutate --> if the file has them."""
    first, last = '<!-- mutate -->\n', '<!-- /mutate -->'
    if path.exists():
        old = path.read_text()
        if first in old:
            head, rest = old.split(first, 1)
            if last not in rest:
                raise ValueError('%s: expected a line %s' % (path, last))
            text = head + first + text + last + rest.split(last, 1)[1]
    path.write_text(text)
