# SPDX-License-Identifier: GPL-2.0-only
"""Where a logic error can be made: the mutants of impl/, from clang's syntax trees.

The trees say what is a condition, a statement, an argument; all changes are made in the text.  What
comes out of a macro is left alone, so assert() is, too.  Does not compile or judge anything.
"""
import bisect
import hashlib
import pathlib
import re

from clang import cindex
from clang.cindex import CursorKind as K, TypeKind

# The slow twin of bitmap.c: only its own test calls it.
LEFT_OUT = ('impl/bitmap_naive.c',)

RELATIONAL = {'<': ('<=', '>='), '<=': ('<', '>'), '>': ('>=', '<='), '>=': ('>', '<'),
              '==': ('!=',), '!=': ('==',)}
ARITHMETIC = {'+': '-', '-': '+', '*': '/', '/': '*', '%': '/', '<<': '>>', '>>': '<<',
              '&': '|', '|': '&', '^': '|', '+=': '-=', '-=': '+=', '*=': '/=', '/=': '*=',
              '<<=': '>>=', '>>=': '<<=', '&=': '|=', '|=': '&=', '^=': '|=', '++': '--',
              '--': '++'}
LOGICAL = {'&&': '||', '||': '&&'}
ASSIGNS = ('=', '+=', '-=', '*=', '/=', '%=', '<<=', '>>=', '&=', '|=', '^=')
CLASSES = {
    'relational': 'a comparison becomes its neighbour or its opposite',
    'arithmetic': 'an operator becomes its counterpart',
    'logical': '&& becomes || and the reverse, or one side is dropped',
    'literal': 'a number is one more or one less; true and false swapped',
    'condition': 'a condition negated, or always true or false',
    'statement': 'a statement or the initialiser of a field deleted',
    'return': 'what is returned becomes 0 or its opposite',
    'arguments': 'two arguments of one type swapped; min and max',
    'mask': 'a mask, modulus, ~, ! or - dropped',
}

TOKEN = re.compile(rb'''
    (?P<skip>\s+ | //[^\n]* | /\*.*?\*/)
  | (?P<string>"(?:\\.|[^"\\])*" | '(?:\\.|[^'\\])*')
  | (?P<number>\.?[0-9](?:[eEpP][+-]|[0-9A-Za-z_.])*)
  | (?P<name>[A-Za-z_]\w*)
  | (?P<op><<=|>>=|\.\.\.|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|\#\#|.)
''', re.X | re.S)


class Source:
    """A file of impl/ and its tokens."""

    def __init__(self, root, name):
        self.name = name
        self.data = (root / name).read_bytes()
        self.tokens = [(m.start(), m.group().decode('latin-1'), m.lastgroup)
                       for m in TOKEN.finditer(self.data) if m.lastgroup != 'skip']
        self.starts = [t[0] for t in self.tokens]
        self.line_starts = [0] + [m.end() for m in re.finditer(rb'\n', self.data)]

    def text(self, start, end):
        return self.data[start:end].decode('latin-1')

    def token_from(self, offset):
        i = bisect.bisect_left(self.starts, offset)
        return self.tokens[i] if i < len(self.tokens) else (len(self.data), '', '')

    def line_of(self, offset):
        return bisect.bisect_right(self.line_starts, offset)

    def line_text(self, line):
        end = self.line_starts[line] if line < len(self.line_starts) else len(self.data)
        return ' '.join(self.text(self.line_starts[line - 1], end).split())


class Mutant:
    """One change: the bytes [start, end) of a file become @new."""

    def __init__(self, source, function, kind, start, end, new):
        old = source.text(start, end)
        self.file = source.name
        self.function = function
        self.kind = kind
        self.start = start
        self.end = end
        # lines keep their numbers, which assert() prints
        self.new = new + '\n' * max(0, old.count('\n') - new.count('\n'))
        self.line = source.line_of(start)
        self.text = source.line_text(self.line)
        self.change = '%s -> %s' % (' '.join(old.split()), ' '.join(new.split()) or '(nothing)')
        self.key = None

    def apply(self, data):
        return data[:self.start] + self.new.encode('latin-1') + data[self.end:]

    def name_it(self, nth):
        """The key: by content, so that lines added elsewhere do not change it."""
        if nth > 1:
            self.change += ' #%d' % nth
        what = '\0'.join((self.file, self.function, self.kind, self.text, self.change))
        self.key = hashlib.sha1(what.encode()).hexdigest()[:10]


def stepped(literal):
    """The numbers beside a literal of C, or nothing."""
    m = re.fullmatch(r'(0[xX][0-9a-fA-F]+|[0-9]+)([uUlL]*)', literal)
    if not m:
        return []
    digits = m.group(1)
    base = 16 if digits[:2].lower() == '0x' else 8 if digits[0] == '0' and len(digits) > 1 else 10
    value = int(digits, base)
    form = {16: '%#x', 8: '0%o', 10: '%d'}[base]
    less = '(%s)' % (form % -1 + m.group(2)) if value == 0 else form % (value - 1) + m.group(2)
    return [form % (value + 1) + m.group(2), less]


class Unit:
    """Walks one translation unit, and adds what it finds to @found."""

    def __init__(self, root, sources, tu, found):
        self.root = root
        self.sources = sources
        self.found = found
        self.macros = {}
        self.tu = tu
        self.names = {}

    def file_of(self, cursor):
        f = cursor.location.file
        if f is None:
            return None
        if f.name not in self.names:
            path = pathlib.Path(f.name).resolve()
            name = None
            if path.parent == self.root / 'impl':
                name = 'impl/' + path.name
            self.names[f.name] = name if name in self.sources else None
        return self.names[f.name]

    def walk(self, seen):
        todo = []
        for c in self.tu.cursor.get_children():
            name = self.file_of(c)
            if not name:
                continue
            if c.kind == K.MACRO_INSTANTIATION:
                self.macros.setdefault(name, []).append((c.extent.start.offset, c.extent.end.offset))
            elif c.kind == K.FUNCTION_DECL and c.is_definition():
                todo.append((name, c))
        for name, c in todo:
            at = (name, c.extent.start.offset)
            if at not in seen:
                seen.add(at)
                self.function(name, c)

    # ---- a function ----

    def function(self, name, cursor):
        self.source = self.sources[name]
        self.where = cursor.spelling
        self.extremes = set()
        self.result = cursor.result_type.get_canonical().kind
        self.ranges = sorted(self.macros.get(name, []))
        body = [c for c in cursor.get_children() if c.kind == K.COMPOUND_STMT]
        if not body:
            return
        kids = list(body[0].get_children())
        self.last = kids[-1].extent.start.offset if kids else None
        self.visit(body[0], cursor)
        self.flat(body[0].extent.start.offset, body[0].extent.end.offset)

    def add(self, kind, start, end, new):
        if not self.in_macro(start) or self.is_word(start):
            self.found.append(Mutant(self.source, self.where, kind, start, end, new))

    def in_macro(self, offset):
        """Inside of what a macro is given, or itself its name."""
        i = bisect.bisect_right(self.ranges, (offset, float('inf')))
        # they nest, so the last one that begins before need not be the longest
        return any(s <= offset < e for s, e in self.ranges[max(0, i - 8):i])

    def is_word(self, offset):
        """A macro that is a single word: what begins with it can be changed as a whole."""
        i = bisect.bisect_right(self.ranges, (offset, float('inf')))
        inside = [r for r in self.ranges[max(0, i - 8):i] if r[0] <= offset < r[1]]
        return len(inside) == 1 and inside[0][0] == offset and \
            self.source.text(*inside[0]).isidentifier()

    def span(self, cursor):
        return cursor.extent.start.offset, cursor.extent.end.offset

    def text(self, cursor):
        return self.source.text(*self.span(cursor))

    def made_by_macro(self, cursor):
        start, end = self.span(cursor)
        return any(s <= start and end <= e for s, e in self.ranges)

    @staticmethod
    def bare(cursor):
        """Without parentheses and implicit conversions."""
        while cursor.kind in (K.PAREN_EXPR, K.UNEXPOSED_EXPR):
            kids = list(cursor.get_children())
            if len(kids) != 1:
                break
            cursor = kids[0]
        return cursor

    def operator(self, cursor):
        """(offset, text) of a binary operator, or of an assignment."""
        kids = list(cursor.get_children())
        if len(kids) != 2:
            return None
        offset, text, kind = self.source.token_from(kids[0].extent.end.offset)
        if kind != 'op' or offset >= kids[1].extent.start.offset or self.in_macro(offset):
            return None
        return offset, text

    def is_comparison(self, cursor):
        cursor = self.bare(cursor)
        if cursor.kind != K.BINARY_OPERATOR:
            return False
        op = self.operator(cursor)
        return bool(op) and op[1] in RELATIONAL

    def visit(self, cursor, parent):
        kids = list(cursor.get_children())
        kind = cursor.kind
        if kind in (K.BINARY_OPERATOR, K.COMPOUND_ASSIGNMENT_OPERATOR):
            self.binary(cursor, kids)
        elif kind == K.UNARY_OPERATOR:
            self.unary(cursor, kids)
        elif kind == K.INTEGER_LITERAL:
            self.literal(cursor)
        elif kind == K.CALL_EXPR:
            self.call(cursor)
        elif kind == K.IF_STMT:
            self.extreme(kids[0], kids[1:])
            self.condition(kids[0], ('1', '0'))
        elif kind == K.CONDITIONAL_OPERATOR:
            self.extreme(kids[0], kids[1:])
            self.condition(kids[0], ('1', '0'))
        elif kind == K.WHILE_STMT:
            self.condition(kids[0], ('0',))
        elif kind == K.DO_STMT:
            self.condition(kids[1], ('0',))
        elif kind == K.FOR_STMT:
            self.loop(cursor, kids)
        elif kind == K.RETURN_STMT and kids:
            self.returned(kids[0])
        self.statements(cursor, kids)

        for kid in kids:
            if kind == K.CASE_STMT and kid == kids[0] and len(kids) > 1:
                continue
            if kind == K.VAR_DECL:
                if cursor.storage_class.name == 'STATIC':
                    continue # a table
                if cursor.type.kind == TypeKind.CONSTANTARRAY and kid.kind != K.INIT_LIST_EXPR:
                    continue # its size
            if kid.kind == K.CXX_UNARY_EXPR: # sizeof
                continue
            self.visit(kid, cursor)

    # ---- expressions ----

    def binary(self, cursor, kids):
        op = self.operator(cursor)
        if not op:
            return
        at, text = op
        end = at + len(text)
        start, stop = self.span(cursor)
        for new in RELATIONAL.get(text, ()):
            if not (at in self.extremes and new in (text + '=', text[:-1])):
                self.add('relational', at, end, new)
        if text in LOGICAL:
            self.add('logical', at, end, LOGICAL[text])
            left = self.bare(kids[0])
            inner = self.operator(left) if left.kind == K.BINARY_OPERATOR else None
            if not self.macro_edge(cursor):
                self.add('logical', start, stop, self.text(kids[0]))
                if not inner or inner[1] != text:
                    self.add('logical', start, stop, self.text(kids[1]))
        pointers = any(k.type.get_canonical().kind in (TypeKind.POINTER, TypeKind.CONSTANTARRAY)
                       for k in kids)
        if text in ARITHMETIC and not (pointers and text not in ('+', '-', '+=', '-=')):
            self.add('arithmetic', at, end, ARITHMETIC[text])
        if text in ('&', '%') and not self.macro_edge(cursor):
            self.add('mask', start, stop, self.text(kids[0]))

    def macro_edge(self, cursor):
        """Begins or ends inside of what a macro is given: its text is not what it seems."""
        start, stop = self.span(cursor)
        return any(s < start < e or s < stop < e for s, e in self.ranges)

    def unary(self, cursor, kids):
        start, stop = self.span(cursor)
        if self.made_by_macro(cursor) or not kids:
            return
        _, first, _ = self.source.token_from(start)
        if first in ('!', '~', '-'):
            self.add('mask', start, stop, self.text(kids[0]))
        for text in ('++', '--'):
            if first == text:
                self.add('arithmetic', start, start + 2, ARITHMETIC[text])
            elif self.source.text(stop - 2, stop) == text:
                self.add('arithmetic', stop - 2, stop, ARITHMETIC[text])

    def extreme(self, cond, branches):
        """In 'if (a < b) a = b' and 'a < b ? a : b' it is all one what becomes of equals."""
        if cond.kind != K.BINARY_OPERATOR or not self.is_comparison(cond):
            return
        sides = [self.text(k) for k in cond.get_children()]
        if any(re.search(r'[(=]|\+\+|--', side) for side in sides):
            return
        if len(branches) == 1 and branches[0].kind == K.BINARY_OPERATOR and \
                (self.operator(branches[0]) or (0, ''))[1] == '=':
            branches = list(branches[0].get_children())
        if len(branches) == 2 and sorted(self.text(b) for b in branches) == sorted(sides):
            self.extremes.add(self.operator(cond)[0])

    def literal(self, cursor):
        offset, text, kind = self.source.token_from(cursor.extent.start.offset)
        if kind == 'number' and not self.in_macro(offset):
            for new in stepped(text):
                self.add('literal', offset, offset + len(text), new)

    def call(self, cursor):
        if self.made_by_macro(cursor):
            return
        start, _ = self.span(cursor)
        name = cursor.spelling
        for one, other in (('min', 'max'), ('max', 'min')):
            new = re.sub('(?<![a-z])%s(?![a-z])' % one, other, name)
            if new != name and self.source.text(start, start + len(name)) == name:
                self.add('arguments', start, start + len(name), new)
        args = list(cursor.get_arguments())
        for a, b in zip(args, args[1:]):
            if a is None or b is None or a.kind == K.INVALID_FILE or b.kind == K.INVALID_FILE:
                continue
            if a.type.get_canonical().spelling != b.type.get_canonical().spelling:
                continue
            (s, e), (t, u) = self.span(a), self.span(b)
            if e > t or self.text(a) == self.text(b):
                continue
            if self.macro_edge(a) or self.macro_edge(b):
                continue
            self.add('arguments', s, u, self.text(b) + self.source.text(e, t) + self.text(a))

    def condition(self, cond, constants):
        if cond.kind in (K.COMPOUND_STMT, K.DECL_STMT) or self.macro_edge(cond):
            return
        start, stop = self.span(cond)
        if start >= stop or (self.made_by_macro(cond) and not self.is_word(start)):
            return
        text = self.text(cond)
        if text in ('0', '1', 'true', 'false'):
            return
        bare = self.bare(cond)
        negated = bare.kind == K.UNARY_OPERATOR and \
            self.source.token_from(bare.extent.start.offset)[1] == '!'
        if not self.is_comparison(cond) and not negated:
            self.add('condition', start, stop, '!(%s)' % text)
        for new in constants:
            self.add('condition', start, stop, new)

    def loop(self, cursor, kids):
        """The condition of a for is what lies between its semicolons."""
        start, _ = self.span(cursor)
        if self.in_macro(start):
            return
        i = bisect.bisect_left(self.source.starts, start)
        depth, marks = 0, []
        for offset, text, _ in self.source.tokens[i + 1:]:
            depth += text in ('(', '{', '[')
            depth -= text in (')', '}', ']')
            if text == ';' and depth == 1:
                marks.append(offset)
            if depth == 0 or len(marks) == 2:
                break
        if len(marks) == 2:
            for kid in kids:
                if marks[0] < kid.extent.start.offset < marks[1]:
                    self.condition(kid, ('0',))

    def returned(self, value):
        if self.macro_edge(value) or (self.made_by_macro(value) and
                                      not self.is_word(value.extent.start.offset)):
            return
        start, stop = self.span(value)
        text = self.text(value)
        bare = self.bare(value)
        if text in ('true', 'false', 'NULL') or bare.kind == K.INTEGER_LITERAL:
            return
        if self.result == TypeKind.BOOL:
            if not self.is_comparison(value):
                self.add('return', start, stop, '!(%s)' % text)
        elif self.result not in (TypeKind.VOID, TypeKind.RECORD):
            self.add('return', start, stop, '0')

    # ---- statements ----

    def statements(self, cursor, kids):
        kind = cursor.kind
        if kind == K.COMPOUND_STMT:
            body = kids
        elif kind == K.IF_STMT:
            body = kids[1:]
        elif kind in (K.FOR_STMT, K.WHILE_STMT, K.CASE_STMT, K.DEFAULT_STMT, K.LABEL_STMT):
            body = kids[-1:]
        elif kind == K.DO_STMT:
            body = kids[:1]
        else:
            return
        for kid in body:
            start, stop = self.span(kid)
            if start >= stop or self.made_by_macro(kid) or self.macro_edge(kid):
                continue
            if self.deletable(kid) and self.source.token_from(stop)[1] == ';':
                self.add('statement', start, stop, '')

    def deletable(self, c):
        if c.kind in (K.CALL_EXPR, K.COMPOUND_ASSIGNMENT_OPERATOR, K.BREAK_STMT,
                      K.CONTINUE_STMT, K.GOTO_STMT):
            return True
        if c.kind == K.BINARY_OPERATOR:
            op = self.operator(c)
            return bool(op) and (op[1] in ASSIGNS or op[1] == ',')
        if c.kind == K.UNARY_OPERATOR:
            text = self.text(c)
            return text[:2] in ('++', '--') or text[-2:] in ('++', '--')
        return c.kind == K.RETURN_STMT and c.extent.start.offset != self.last

    # ---- by tokens alone ----

    def flat(self, start, stop):
        tokens = self.source.tokens
        first = bisect.bisect_left(self.source.starts, start)
        last = bisect.bisect_left(self.source.starts, stop)
        for i in range(first, last):
            offset, text, _ = tokens[i]
            if text in ('true', 'false') and self.is_word(offset):
                self.add('literal', offset, offset + len(text),
                         'false' if text == 'true' else 'true')
            if text == '.' and i > first and tokens[i - 1][1] in ('{', ',') and \
                    tokens[i + 2][1] == '=' and not self.in_macro(offset):
                self.field(i)

    def field(self, i):
        """One .name = value of an initialiser, from its dot to its comma."""
        tokens = self.source.tokens
        depth, start = 0, tokens[i][0]
        for offset, text, _ in tokens[i:]:
            if depth == 0 and text == ',':
                self.add('statement', start, offset + 1, '')
                return
            if depth == 0 and text == '}':
                end = len(self.source.data[:offset].rstrip())
                self.add('statement', start, end, '')
                return
            depth += text in ('(', '{', '[')
            depth -= text in (')', '}', ']')


def constants(source, found):
    """The numbers and operators of a file's own macros."""
    for m in re.finditer(rb'^#[ \t]*define[ \t]+(\w+)(\([^)]*\))?(.*)$', source.data, re.M):
        if m.group(3).rstrip().endswith(b'\\') or b'offsetof' in m.group(3):
            continue
        name = m.group(1).decode()
        before = None
        for t in TOKEN.finditer(source.data, m.start(3), m.end(3)):
            kind, text = t.lastgroup, t.group().decode('latin-1')
            if kind == 'skip':
                continue
            if kind == 'number':
                for new in stepped(text):
                    found.append(Mutant(source, name, 'literal', t.start(), t.end(), new))
            elif text in ARITHMETIC and before and (before in (')', ']') or before[0].isalnum()):
                found.append(Mutant(source, name, 'arithmetic', t.start(), t.end(),
                                    ARITHMETIC[text]))
            before = text


def shared_headers(root):
    """Headers of impl/ that the rig includes: their constants are the interface, not logic."""
    shared, todo = set(), []
    for folder in ('oracle', 'targets'):
        for path in sorted((root / folder).rglob('*.[ch]')):
            todo += re.findall(r'#include "(?:\.\./)+(impl/[\w.-]+\.h)"', path.read_text())
    while todo:
        name = todo.pop()
        if name not in shared:
            shared.add(name)
            todo += ['impl/' + h for h in
                     re.findall(r'#include "([\w.-]+\.h)"', (root / name).read_text())]
    return shared


def find_mutants(root, resource_dir, only=()):
    """All mutants, or those of the .c files @only, and for each file of impl/ what is compiled of it: {name: [.c files]}."""
    names = sorted('impl/' + p.name for p in (root / 'impl').glob('*.[ch]'))
    units = [n for n in names if n.endswith('.c')]
    sources = {n: Source(root, n) for n in names if n not in LEFT_OUT}
    users = {n: [] for n in names}
    index = cindex.Index.create()
    found, seen = [], set()
    for name in only or units:
        tu = index.parse(str(root / name), args=['-std=gnu11', '-resource-dir', resource_dir],
                         options=cindex.TranslationUnit.PARSE_DETAILED_PROCESSING_RECORD)
        bad = [d for d in tu.diagnostics if d.severity >= cindex.Diagnostic.Error]
        if bad:
            raise RuntimeError('%s: %s' % (name, bad[0].spelling))
        users[name].append(name)
        for inc in tu.get_includes():
            path = pathlib.Path(inc.include.name).resolve()
            if path.parent == root / 'impl' and name not in users.get('impl/' + path.name, [name]):
                users['impl/' + path.name].append(name)
        if name not in LEFT_OUT:
            Unit(root, sources, tu, found).walk(seen)
    shared = shared_headers(root)
    for name, source in sources.items():
        if name not in shared and (not only or name in only):
            constants(source, found)

    unique = {}
    for m in found:
        if sources[m.file].text(m.start, m.end) != m.new and (not only or m.file in only):
            unique.setdefault((m.file, m.start, m.end, m.new), m)
    mutants = sorted(unique.values(), key=lambda m: (m.file, m.start, m.end, m.new))
    times = {}
    for m in mutants:
        what = (m.file, m.function, m.kind, m.text, m.change)
        times[what] = times.get(what, 0) + 1
        m.name_it(times[what])
    return mutants, users
