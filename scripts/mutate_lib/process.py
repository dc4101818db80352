# SPDX-License-Identifier: GPL-2.0-only
"""Running programs that may hang, print without end, or eat all memory.

Each is a process group of its own that dies with this process, even if that is killed.
"""
import os
import re
import selectors
import signal
import subprocess
import threading
import time

OUTPUT_MAX = 1 << 20
HANG = 'hang'

lock = threading.Lock()
groups = set()
stopping = threading.Event()


class Stopped(Exception):
    """The run is to end."""


def kill_group(pid):
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass


def stop_all():
    stopping.set()
    with lock:
        for pid in groups:
            kill_group(pid)


def run(argv, cwd=None, env=None, wall=60, cpu=None, memory=None, until=None,
        output_max=OUTPUT_MAX):
    """Returns (status, output): the exit code, minus the signal, HANG, or None if the text
    matched @until and the program was ended for it.  Both outputs are one."""
    limits = ['prlimit', '--core=0']
    if cpu:
        limits.append('--cpu=%d:%d' % (cpu, cpu + 1))
    if memory:
        limits.append('--as=%d' % memory)
    with lock:
        if stopping.is_set():
            raise Stopped
        child = subprocess.Popen(limits + ['setpriv', '--pdeathsig', 'KILL'] + argv, cwd=cwd, env=env,
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT, start_new_session=True)
        groups.add(child.pid)
    try:
        status, output = follow(child, wall, until, output_max)
    finally:
        kill_group(child.pid)
        child.stdout.close()
        child.wait()
        with lock:
            groups.discard(child.pid)
    if stopping.is_set():
        raise Stopped
    if status == 'exited':
        status = child.returncode
        if status in (-signal.SIGXCPU, 128 + signal.SIGXCPU):
            status = HANG
    return status, output


def follow(child, wall, until, output_max):
    end = time.monotonic() + wall
    data = b''
    fd = child.stdout.fileno()
    with selectors.DefaultSelector() as ready:
        ready.register(fd, selectors.EVENT_READ)
        while True:
            left = end - time.monotonic()
            if left <= 0 or len(data) > output_max:
                return HANG, text_of(data)
            if not ready.select(left):
                continue
            part = os.read(fd, 65536)
            if not part:
                break
            data += part
            if until and re.search(until, data):
                return None, text_of(data)
    try:
        child.wait(max(0.1, end - time.monotonic()))
    except subprocess.TimeoutExpired:
        return HANG, text_of(data)
    return 'exited', text_of(data)


def text_of(data):
    return data.decode('utf-8', 'replace')
