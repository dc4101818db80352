# SPDX-License-Identifier: GPL-2.0-only
"""What is done with a mutant: compile, compare the code, replay, random programs, fuzz."""
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import threading
import time

from . import process
from .process import HANG

FINDING = re.compile(rb'^rule: +\w+.*\n', re.M)
MEMORY = 4 << 30
RANDOM_SHARE = 0.15 # of the time is for random programs, the rest for the fuzz targets
SEED_INPUTS = 200 # loading all of them would take half the time
SANITIZED_CPU = 40 # seconds; the allocator as it is takes a third of it
LOCKSTEP = 'linux-6.1' # ours decides as this does, with --target pcpu_linux61
SHORT_TRACE = 200000 # bytes: those take 1.2 s, the others 6 s
GEN_LENGTHS = (16, 32, 64, 128)
GEN_COUNT = {'boot': 20}
# Which fuzz targets reach a file best; the first that fits.
REACH = ((r'boot', ('boot', 'pcpu')),
         (r'vm|pgtable|treap|adapter_space', ('vm', 'pcpu')),
         (r'', ('pcpu', 'pcpu_linux61')))


# What only recordings run, and which long recordings run a file.
ONLY_TRACES = r'adapter_(steps|space)'
LONG_TRACES = ((r'boot', r'none'), (r'vm|pgtable|treap|adapter_space', r'\.vmap\.'),
               (r'adapter\.', r''), (r'', r'\.ops\.'))

# Which tests call the functions of a file.
UNIT_TESTS = ((r'boot', r'test_boot'),
              (r'vm|pgtable|treap|adapter_space', r'test_(adapter_space|vm|pgtable)'),
              (r'bitmap', r'test_(bitmap|slots|vm|pgtable)'), (r'list\.h', r'test_(slots|vm)'),
              (r'', r'test_(adapter|slots|maps|times|rules)'))


def by_file(table, name):
    return next(value for pattern, value in table if re.search(pattern, name))


class SetupError(Exception):
    """Something is not there, or the allocator as it is does not pass."""


def lane_commands(root, lane, target):
    out = subprocess.run(['ninja', '-C', str(root / 'build' / lane), '-t', 'commands', target],
                         capture_output=True, text=True, check=False)
    if out.returncode:
        raise SetupError('lane %s: ninja knows no %s' % (lane, target))
    return out.stdout.splitlines()


def hash_of_files(root, folders):
    total = hashlib.sha1()
    for folder in folders:
        for path in sorted((root / folder).rglob('*')):
            if path.is_file():
                total.update(str(path.relative_to(root)).encode() + b'\0')
                total.update(hashlib.sha1(path.read_bytes()).digest())
    return total.hexdigest()[:16]


class Rig:
    """The lanes as they are built, the corpus, and what the allocator as it is makes of it."""

    def __init__(self, root, out, seconds, build):
        self.root = root
        self.build = build # build(lane)
        self.out = out
        self.tmp = out / 'tmp'
        self.seconds = seconds
        self.env = {k: v for k, v in os.environ.items() if not k.startswith('PCPUFUZZ_')}
        self.env.update(ASAN_OPTIONS='symbolize=0', UBSAN_OPTIONS='symbolize=0')
        self.hash = hash_of_files(root, ('impl', 'oracle', 'targets', 'corpus'))
        self.lock = threading.Lock()
        self.locks = {}
        self.kills = {} # by program: how many mutants it killed
        self.base = {}
        self.compilers = {}
        self.ld = {}
        self.tool = root / 'build/plain/pcpufuzz'
        other = root / 'build/plain/subjects' / (LOCKSTEP + '.so')
        self.lockstep = ['--subject', 'ours,%s' % other] if other.exists() else None
        self.san = []

    def prepare(self):
        shutil.rmtree(self.tmp, ignore_errors=True)
        self.tmp.mkdir(parents=True)
        defs = (self.root / 'targets/targets.def').read_text()
        self.targets = re.findall(r'^TARGET\((\w+),', defs, re.M)
        plain = self.read_lane('plain', ['pcpufuzz'])
        self.compilers = {'gcc -O1': plain + ['-O1'], 'gcc -O2': plain + ['-O2'],
                          'clang -O2': ['clang', '-std=gnu11', '-w', '-O2']}
        bits = pathlib.Path('/proc/sys/vm/mmap_rnd_bits')
        if bits.exists() and int(bits.read_text()) > 28: # see prepare_sanitizers in setup-lib.sh
            setarch = ['setarch', os.uname().machine, '-R']
            if subprocess.run(setarch + ['true'], capture_output=True, check=False).returncode == 0:
                self.san = setarch
        self.tests = sorted('tests/' + p.stem for p in (self.root / 'tests').glob('test_*.c'))
        self.programs = sorted(str(p.relative_to(self.root))
                               for p in (self.root / 'corpus').rglob('*.pcpu'))
        self.traces = sorted((str(p.relative_to(self.root)) for pattern in ('*.ops.txt.xz', '*.vmap.txt.xz')
                              for p in (self.root / 'corpus/traces').glob(pattern)),
                             key=lambda p: ((self.root / p).stat().st_size, p))
        self.base_src = self.tree('base')
        status, verdict, by = self.replay(self.tool)
        if status:
            raise SetupError('the allocator as it is does not pass the corpus: %s, %s' % (verdict, by))

    def read_lane(self, lane, programs):
        """How a lane that is built compiles and links."""
        cc = None
        for line in lane_commands(self.root, lane, 'pcpu_impl'):
            if re.search(r' -c .*/impl/bitmap\.c$', line):
                cc = [w for w in line.split(' -MD')[0].split() if w not in ('-g', '-O2')] + ['-w']
        if not cc:
            raise SetupError('lane %s: expected a command that compiles impl/bitmap.c' % lane)
        for program in programs:
            line = lane_commands(self.root, lane, program)[-1]
            if ' -o %s ' % program not in line:
                raise SetupError('lane %s: expected a command that links %s' % (lane, program))
            self.ld[lane, program] = line.replace(': && ', '', 1).rsplit(' && :', 1)[0]
        return cc

    def need_fuzz(self):
        """The lane with the sanitizers: built when the first mutant gets that far."""
        with self.once('fuzz'):
            if 'fuzz' not in self.compilers:
                self.build('fuzz')
                programs = ['pcpufuzz'] + [t + '_fuzzer' for t in self.targets]
                self.compilers['fuzz'] = self.read_lane('fuzz', programs) + ['-O1']

    def tree(self, name):
        """A copy of what a file of impl/ needs to compile; the same paths for all of them."""
        src = self.tmp / name / 'src'
        (src / 'impl').mkdir(parents=True)
        (src / 'oracle').mkdir()
        for part in ('impl', 'oracle'):
            for path in (self.root / part).iterdir():
                if path.suffix in ('.c', '.h', '.def') and (part == 'impl' or path.suffix != '.c'):
                    shutil.copy(path, src / part / path.name)
        return src

    def once(self, name):
        with self.lock:
            return self.locks.setdefault(name, threading.Lock())

    # ---- compiling ----

    def compile(self, src, how, name, obj):
        """Compile one file of src/impl: the hash of the object, or None."""
        status, _ = process.run(self.compilers[how] + ['-c', name, '-o', str(obj)], cwd=src, env=self.env,
                                wall=120, cpu=60)
        if status != 0:
            return None
        return hashlib.sha1(obj.read_bytes()).hexdigest()[:16]

    def base_object(self, how, name):
        """The hash of the object as it is."""
        with self.once(('base', how, name)):
            if (how, name) not in self.base:
                obj = self.tmp / 'base' / (how.replace(' ', '') + name.replace('/', '-') + '.o')
                self.base[how, name] = self.compile(self.base_src, how, name, obj)
                if self.base[how, name] is None:
                    raise SetupError('%s does not compile with %s' % (name, how))
                obj.unlink()
        return self.base[how, name]

    def link(self, lane, target, objects, out):
        command = self.ld[lane, target].replace(
            ' -o %s ' % target, ' %s -o %s ' % (' '.join(map(str, objects)), out))
        status, text = process.run(['sh', '-c', command], cwd=self.root / 'build' / lane, env=self.env,
                                   wall=120)
        if status != 0:
            raise SetupError('%s does not link: %s' % (target, text[-300:]))

    # ---- running: each returns (killed, verdict, by what) ----

    def order(self):
        with self.lock:
            return sorted(self.programs, key=lambda p: (-self.kills.get(p, 0), p))

    def replay(self, tool):
        """All programs, those that killed most mutants before first."""
        for target in ('pcpu', 'pcpu_linux61'):
            status, text = process.run(
                [str(tool), 'run', '--target', target] + self.order(),
                cwd=self.root, env=self.env, wall=120, cpu=4, memory=MEMORY, until=FINDING)
            if status == 0:
                continue
            by = re.findall(r'^(\S+\.pcpu): finding$', text, re.M)
            return True, verdict_of(status, text), '%s %s' % (target, by[0] if by else 'corpus')
        return self.quirks(tool)

    def replay_sanitized(self, tool):
        """All programs under ASan and UBSan: what the oracle does not see, they may."""
        for target in ('pcpu', 'pcpu_linux61'):
            status, text = process.run(
                self.san + [str(tool), 'run', '--target', target] + self.order(),
                cwd=self.root, env=self.env, wall=300, cpu=SANITIZED_CPU, until=FINDING)
            if status != 0:
                by = re.findall(r'^(\S+\.pcpu): finding$', text, re.M)
                return True, verdict_of(status, text), '%s %s' % (target, by[0] if by else 'corpus')
        return False, None, None

    def replay_lockstep(self, tool):
        """All programs, beside the real kernel: what the contract allows, Linux may do otherwise."""
        if not self.lockstep:
            return False, None, None
        status, text = process.run(
            [str(tool), 'run', '--target', 'pcpu_linux61'] + self.lockstep + self.order(), cwd=self.root, env=self.env, wall=300, cpu=20, memory=MEMORY, until=FINDING)
        if status == 2:
            raise SetupError('lockstep: %s' % text[-300:])
        if status == 0:
            return False, None, None
        by = re.findall(r'^(\S+\.pcpu): finding$', text, re.M)
        return True, verdict_of(status, text), 'lockstep %s' % (by[0] if by else 'corpus')

    def quirks(self, tool):
        """Each quirk alone: its program shows it, and nothing but it."""
        for program in self.programs:
            if not program.startswith('corpus/quirks/'):
                continue
            name = pathlib.Path(program).stem
            for tolerate, want in (([], 1), (['--tolerate', name], 0)):
                status, text = process.run(
                    [str(tool), 'run', '--quirk', name] + tolerate + [program], cwd=self.root,
                    env=self.env, wall=60, cpu=4, memory=MEMORY)
                if status != want:
                    verdict = verdict_of(status, text) if status else 'quirk not seen'
                    return True, verdict, '--quirk %s %s' % (name, program)
        return False, None, None

    def unit_tests(self, program_of, name):
        """The tests written in C that call a file.  program_of(test) is that with the mutant."""
        for test in self.tests:
            if not re.match(by_file(UNIT_TESTS, name), test.split('/')[1]):
                continue
            with self.once(('ld', test)):
                if ('plain', test) not in self.ld:
                    self.read_lane('plain', [test])
            status, text = process.run([str(program_of(test))], cwd=self.root, env=self.env, wall=120,
                                       cpu=40, memory=MEMORY)
            if status != 0:
                return True, verdict_of(status, text), test
        return False, None, None

    def random_programs(self, tool, end):
        seed = 0
        while time.monotonic() < end or seed == 0:
            target = self.targets[seed % len(self.targets)]
            length = GEN_LENGTHS[seed // len(self.targets) % len(GEN_LENGTHS)]
            seed += 1
            how = ['gen', '--run', '--target', target]
            if target == 'pcpu_linux61' and self.lockstep:
                how += self.lockstep
            how += ['--count', str(GEN_COUNT.get(target, 100)),
                   '--ops', str(length), '--seed', str(seed)]
            status, text = process.run([str(tool)] + how, cwd=self.root, env=self.env, wall=60, cpu=6,
                                       memory=MEMORY, until=FINDING)
            if status != 0:
                return True, verdict_of(status, text), ' '.join(how)
        return False, None, None

    def recordings(self, tool, wanted=None):
        """The short ones, or the long ones whose name fits."""
        for path in self.traces:
            short = (self.root / path).stat().st_size <= SHORT_TRACE
            if short != (wanted is None) or (wanted and not re.search(wanted, path)):
                continue
            status, text = process.run([str(tool), 'trace', path], cwd=self.root, env=self.env, wall=120,
                                       cpu=20, memory=MEMORY)
            if status != 0:
                return True, verdict_of(status, text), path
        return False, None, None

    def seeds(self, target):
        folder = self.tmp / 'seeds' / target
        with self.once(('seeds', target)):
            if not folder.exists():
                folder.mkdir(parents=True)
                subprocess.run([str(self.tool), 'convert', '--bytes', '--target', target, '-o',
                                str(folder), 'corpus'], cwd=self.root, env=self.env, check=True,
                               capture_output=True)
        return folder

    def fuzz(self, program, target, key, seconds, work):
        """One fuzz target for some seconds, from a part of the corpus that depends on the key."""
        files = sorted(self.seeds(target).iterdir(),
                       key=lambda p: hashlib.sha1((key + p.name).encode()).digest())
        listed = work / 'inputs'
        listed.write_text(','.join(str(p) for p in files[:SEED_INPUTS]))
        new = work / 'new'
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir()
        status, text = process.run(
            self.san + [str(program), '-fork=0', '-seed=%d' % (int(key[:6], 16) + 1), '-reload=0',
                        '-max_len=4096', '-timeout=5', '-entropic=0', '-rss_limit_mb=2048', '-print_pcs=0',
                        '-max_total_time=%d' % seconds, '-artifact_prefix=%s/' % new,
                        '-seed_inputs=@%s' % listed, str(new)],
            cwd=self.root, env=self.env, wall=seconds + 60)
        shutil.rmtree(new, ignore_errors=True)
        if status == 0:
            return False, None, None
        return True, verdict_of(status, text), target

    def passes(self, stage, run):
        """The allocator as it is must pass a stage before mutants are judged by it."""
        with self.once(('control', stage)):
            stamp = self.out / 'control' / ('%s-%s' % (self.hash, stage))
            if not stamp.exists():
                killed, verdict, by = run()
                if killed:
                    raise SetupError('the allocator as it is does not pass: %s, %s' % (verdict, by))
                stamp.parent.mkdir(exist_ok=True)
                stamp.touch()

    # ---- comparing what came of programs ----

    def results(self, tool, target):
        inputs = self.tmp / 'generated'
        with self.once('generated'):
            if not inputs.exists():
                inputs.mkdir()
                for t in self.targets:
                    out = subprocess.run([str(self.tool), 'gen', '--target', t, '--count', '100',
                                          '--seed', '77'], capture_output=True, text=True,
                                         env=self.env, check=True).stdout
                    for i, text in enumerate(re.split(r'^(?=pcpu-program )', out, flags=re.M)):
                        if text.startswith('pcpu-program'):
                            (inputs / ('%s-%03d.pcpu' % (t, i))).write_text(text)
        _, text = process.run([str(tool), 'run', '--print', '--target', target, 'corpus', str(inputs)],
                              cwd=self.root, env=self.env, wall=120, cpu=30, memory=MEMORY,
                              output_max=64 << 20)
        return text.splitlines()

    def difference(self, tool):
        """The first op whose result or state is not as it was, or None: nothing is different."""
        for target in ('pcpu', 'pcpu_linux61'):
            with self.once(('results', target)):
                if ('results', target) not in self.base:
                    self.base['results', target] = self.results(self.tool, target)
            was, now = self.base['results', target], self.results(tool, target)
            program = ''
            for a, b in zip(was, now):
                if a.startswith('program '):
                    program = a.split('/')[-1]
                if a != b:
                    return '%s, %s: op %s' % (target, program, ' '.join(a.split()[:2]))
            if len(was) != len(now):
                return '%s: another number of lines' % target
        return None


def verdict_of(status, text):
    m = re.search(r'^rule: +(\w+)', text, re.M) or re.search(r'FuzzerHash=(\w+)', text)
    if m:
        return m.group(1)
    if status == HANG or 'libFuzzer: timeout' in text:
        return 'hang'
    if 'Assertion' in text or status == -6 and 'ERROR: ' not in text:
        return 'assertion'
    m = re.search(r'ERROR: (?:Address|Leak|Undefined\w+)Sanitizer: ([A-Za-z-]+)', text)
    if m:
        return m.group(1)
    if 'runtime error:' in text:
        return 'undefined-behaviour'
    m = re.search(r'libFuzzer: ([a-z-]+)', text)
    if m:
        return m.group(1)
    if isinstance(status, int) and status < 0:
        return 'signal-%d' % -status
    return 'differs' if status == 1 else 'exit-%s' % status


class Worker:
    """Judges one mutant at a time, in a folder of its own."""

    def __init__(self, rig, number, users):
        self.rig = rig
        self.users = users
        self.dir = rig.tmp / ('w%d' % number)
        self.src = rig.tree('w%d' % number)

    def objects(self, how, files, keep):
        """Compile: {file: hash} of those whose code is not as it was; None if one does not."""
        changed = {}
        for name in files:
            obj = self.dir / (pathlib.PurePath(name).stem + '.o')
            digest = self.rig.compile(self.src, how, name, obj)
            if digest is None:
                return None
            if digest != self.rig.base_object(how, name):
                changed[name] = digest
                if keep:
                    obj.rename(self.dir / ('new-' + obj.name))
        return changed

    def linked(self, lane, target, files):
        out = self.dir / ('%s-%s' % (lane, target.replace('/', '-')))
        self.rig.link(lane, target, [self.dir / ('new-%s.o' % pathlib.PurePath(n).stem) for n in files],
                      out)
        return out

    def judge(self, m, claim, before):
        """A result: outcome, and what says so.  claim(m, code) is another mutant of that code, @before
        what came of this one in an earlier run."""
        path = self.src / m.file
        data = path.read_bytes()
        path.write_bytes(m.apply(data))
        begin = time.monotonic()
        try:
            result = self.stages(m, claim, before or {})
        finally:
            path.write_bytes(data)
            for p in self.dir.iterdir():
                if p.is_file():
                    p.unlink()
        result['seconds'] = round(time.monotonic() - begin, 2)
        return result

    def stages(self, m, claim, before):
        rig = self.rig
        files = self.users[m.file]
        changed = self.objects('gcc -O1', files, True)
        if changed is None:
            return {'outcome': 'stillborn'}
        if not changed:
            return {'outcome': 'equivalent', 'by': 'gcc -O1'}
        code = hashlib.sha1(repr(sorted(changed.items())).encode()).hexdigest()[:16]
        other = claim(m, code)
        if other:
            return {'outcome': 'duplicate', 'by': other}

        def killed(stage, outcome):
            return {'outcome': 'killed', 'stage': stage, 'verdict': outcome[1], 'by': outcome[2],
                    'code': code}

        def end():
            """What the programs do not show, a test may."""
            self.objects('gcc -O1', files, True) # in the place of those for the sanitizers
            rig.passes('tests-' + re.sub(r'\W', '-', m.file),
                       lambda: rig.unit_tests(lambda t: rig.root / 'build/plain' / t, m.file))
            outcome = rig.unit_tests(lambda t: self.linked('plain', t, changed), m.file)
            if outcome[0]:
                return killed('tests', outcome)
            return {'outcome': 'survived', 'code': code, 'differs':
                    None if only_traces else before['differs'] if known else rig.difference(tool)}

        tool = self.linked('plain', 'pcpufuzz', changed)
        outcome = rig.replay(tool)
        if outcome[0]:
            if outcome[2].endswith('.pcpu'):
                program = outcome[2].split(' ')[1]
                with rig.lock:
                    rig.kills[program] = rig.kills.get(program, 0) + 1
            return killed('corpus', outcome)
        known = before.get('code') == code # a survivor's: what compilers say of it will not change
        for how in () if known else ('gcc -O2', 'clang -O2'):
            if self.objects(how, list(changed), False) == {}:
                return {'outcome': 'equivalent', 'by': how}
        only_traces = re.search(ONLY_TRACES, m.file)
        again = None
        if not only_traces:
            rig.passes('lockstep', lambda: rig.replay_lockstep(rig.tool))
            outcome = rig.replay_lockstep(tool)
            if outcome[0]:
                return killed('lockstep', outcome)
            rig.need_fuzz()
            again = self.objects('fuzz', list(changed), True)
            if again is None:
                raise SetupError('%s: %s compiles with gcc but not with clang' % (m.file, m.change))
            if not again:
                return {'outcome': 'equivalent', 'by': 'clang -O1'}
            rig.passes('sanitized', lambda: rig.replay_sanitized(rig.root / 'build/fuzz/pcpufuzz'))
            program = self.linked('fuzz', 'pcpufuzz', list(again))
            outcome = rig.replay_sanitized(program)
            program.unlink()
            if outcome[0]:
                return killed('sanitized', outcome)
        if not rig.seconds and not only_traces:
            return end()
        random = rig.seconds * RANDOM_SHARE
        long = by_file(LONG_TRACES, m.file)
        todo = [('traces', 'short-traces', rig.recordings),
                ('random', 'random', lambda t: rig.random_programs(t, time.monotonic() + random)),
                ('traces', 'long-traces-' + re.sub(r'\W', '', long), lambda t: rig.recordings(t, long))]
        for stage, control, run in todo:
            if only_traces and stage != 'traces':
                continue
            rig.passes(control, lambda run=run: run(rig.tool))
            outcome = run(tool)
            if outcome[0]:
                return killed(stage, outcome)
        if only_traces:
            return end()
        targets = by_file(REACH, m.file)
        for target in targets:
            rig.passes(target, lambda t=target: rig.fuzz(
                rig.root / ('build/fuzz/%s_fuzzer' % t), t, '0' * 10, 10, self.dir))
            program = self.linked('fuzz', target + '_fuzzer', list(again))
            outcome = rig.fuzz(program, target, m.key, max(1, round((rig.seconds - random) / len(targets))),
                               self.dir)
            program.unlink()
            if outcome[0]:
                return killed('fuzz', outcome)
        return end()
