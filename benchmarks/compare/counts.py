"""What a handshake asks of the kernel and of the collector.

These are numbers of things and not times: a busy machine changes them little. System calls are those that strace counts in
all threads of the proxy while the work is done. Allocated bytes are what the JVM's eden has grown by.
"""

import os
import re
import shutil
import signal
import subprocess
import tempfile

import procfs
from works import WORKS

WARM_UP = 20_000
COUNT = 3_000
# One by one in the table; the rest is one number.
SHOWN = 14


def missing():
    return None if shutil.which("strace") else "strace (Debian package strace)"


class Counts:
    """One proxy after the other: strace slows down whatever it looks at."""

    def __init__(self, load, files, begin, end, scale):
        self.load = load
        self.files = files
        self.begin = begin
        self.end = end
        self.scale = scale

    def all(self, proxies, works):
        return {proxy.name: self.of(proxy, works) for proxy in proxies if not proxy.plain}

    def of(self, proxy_class, works):
        proxy, _ = self.begin(proxy_class)
        try:
            return {work.name: self.counted(proxy, work) for work in works
                    if work.kind == "handshakes" and work.fits(proxy)}
        finally:
            self.end(proxy)

    def counted(self, proxy, work):
        count = max(100, int(COUNT * min(1, self.scale)))
        jcmd = jcmd_of(proxy)
        self.do(proxy, work, max(100, int(WARM_UP * min(1, self.scale) * (1 if jcmd else 0.05))))
        calls = system_calls(proxy.pid(), lambda: self.do(proxy, work, count))
        allocated = allocated_bytes(jcmd, proxy.pid(), lambda: self.do(proxy, work, count)) if jcmd else None
        return {"calls": {name: number / count for name, number in calls.items()},
                "allocated": allocated / count if allocated else None}

    def do(self, proxy, work, count):
        self.load.ask(work.kind, **work.command(proxy, count, self.files))


def jcmd_of(proxy):
    """The one of the proxy's own JDK; None for what is no JVM."""
    java = shutil.which(getattr(proxy, "java", ""))
    return os.path.join(os.path.dirname(os.path.realpath(java)), "jcmd") if java else None


def system_calls(pid, work):
    """Calls by name."""
    with tempfile.NamedTemporaryFile(mode="r", suffix=".strace") as out:
        processes = [word for each in procfs.tree(pid) for word in ("-p", str(each))]
        strace = subprocess.Popen(["strace", "-f", "-c", "-U", "calls,name", "-o", out.name, *processes],
                                  stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        # Its first line says that it has attached.
        strace.stderr.readline()
        work()
        strace.send_signal(signal.SIGINT)
        strace.communicate(timeout=30)
        rows = (line.split() for line in out.read().splitlines())
        return {row[1]: int(row[0]) for row in rows if len(row) == 2 and row[0].isdigit() and row[1] != "total"}


def allocated_bytes(jcmd, pid, work):
    """None where the JVM has collected meanwhile."""
    asked(jcmd, pid, "GC.run")
    before = eden(jcmd, pid)
    work()
    after = eden(jcmd, pid)
    return after - before if after > before else None


def eden(jcmd, pid):
    counters = asked(jcmd, pid, "PerfCounter.print")
    return int(re.search(r"^sun\.gc\.generation\.0\.space\.0\.used=(\d+)$", counters, re.M).group(1))


def asked(jcmd, pid, command):
    return subprocess.run([jcmd, str(pid), command], check=True, capture_output=True, text=True).stdout


def table(results):
    names = list(results)
    lines = ["| system calls a handshake, bytes allocated | " + " | ".join(names) + " |", "| --- |" + " --- |" * len(names)]
    for work in WORKS:
        cells = [cell(results[name].get(work.name)) for name in names]
        if any(cell != "–" for cell in cells):
            lines.append(f"| {work.name} | " + " | ".join(cells) + " |")
    for name in names:
        for work, figures in results[name].items():
            ordered = sorted(figures["calls"].items(), key=lambda pair: -pair[1])
            shown = ", ".join(f"{call} {number:.1f}" for call, number in ordered[:SHOWN])
            rest = sum(number for _, number in ordered[SHOWN:])
            lines += ["", f"{name}, {work}: {shown}; others {rest:.1f}"]
    return "\n".join(lines)


def cell(figures):
    if not figures:
        return "–"
    allocated = figures["allocated"]
    return f"{sum(figures['calls'].values()):.1f}" + (f", {allocated / 1024:.1f} KiB" if allocated else "")
