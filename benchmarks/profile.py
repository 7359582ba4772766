"""Where the processor time of a handshake goes: kernel, TLS library, Java and the rest, of haproxy and of each Sallyport.

    mvn -B -ntp -P 'benchmarks,!strict' -Dmaven.test.skip=true package
    python3 benchmarks/profile.py before=java@OLD.jar now=java@target/sallyport.jar

Needs root and perf (Debian package linux-perf). All run at once on one core, with the load generator on another, each idle
while another works. perf looks at the processor's clock and costs a tenth of it, so these figures are for shares.
"""

import argparse
import collections
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "compare"))
import procfs
from load import Load
from material import Material
from proxies import HaProxy, Sallyport
from works import WORKS

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
KINDS = ("full 1.3 ECDSA", "resumed 1.3", "full 1.2 ECDSA", "resumed 1.2")
WARM_UP = 15_000
COUNT = 3_000
# The first that fits a mapped file's name.
PARTS = (("kernel", r"kernel"), ("TLS library", r"netty_tcnative|libssl|libcrypto"), ("JVM", r"libjvm"),
         ("Java", r"perf-\d+\.map|anon|\.jsa|JIT"), ("libc", r"libc\.|libc-|ld-linux"))


def sallyport(words):
    name, rest = words.split("=", 1)
    java, jar = rest.split("@")
    return type("Sallyport", (Sallyport,), {"name": name, "java": java, "jar": os.path.abspath(jar)})


def part_of(mapped):
    return next((part for part, pattern in PARTS if re.search(pattern, mapped)), "other")


def samples(data):
    report = subprocess.run(["perf", "report", "-i", data, "--sort", "dso", "--stdio", "-q", "-n"],
                            capture_output=True, text=True, check=True)
    counts = collections.Counter()
    for line in report.stdout.splitlines():
        found = re.match(r"\s*[\d.]+%\s+(\d+)\s+(.*\S)", line)
        if found:
            counts[part_of(found[2])] += int(found[1])
    return counts


def cpu(proxy):
    return sum(procfs.cpu_seconds(proxy.pid()))


def measure(proxy, work, load, files):
    data = os.path.join(files.folder, "perf.data")
    perf = subprocess.Popen(["perf", "record", "-q", "-e", "cpu-clock", "-F", "1999", "-o", data, "-p", str(proxy.pid())],
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    # It says nowhere that it has begun; what it misses of the first handshakes is like the rest.
    time.sleep(0.5)
    before = cpu(proxy)
    answer = load.ask(work.kind, **work.command(proxy, COUNT, files))
    time.sleep(0.15)
    micros = (cpu(proxy) - before) / COUNT * 1e6
    perf.send_signal(signal.SIGINT)
    perf.wait()
    if answer["errors"]:
        raise SystemExit(f"{proxy.name}: {answer}")
    return micros, samples(data)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--load-jar", default=os.path.join(ROOT, "target", "benchmarks", "benchmarks.jar"))
    parser.add_argument("sallyports", nargs="+", metavar="NAME=JAVA@JAR")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    works = [work for work in WORKS if work.name in KINDS]
    running = []
    with tempfile.TemporaryDirectory(prefix="sallyport-profile-") as folder:
        files = Material(folder)
        load = Load("java", options.load_jar, "1")
        try:
            for each in [HaProxy, *map(sallyport, options.sallyports)]:
                proxy = each(files, load.ask("backend")["port"])
                running.append(proxy)
                proxy.start("0")
                load.ask("first", port=proxy.ports["ecdsa"])
            for proxy in running:
                for work in works:
                    load.ask(work.kind, **work.command(proxy, WARM_UP if isinstance(proxy, Sallyport) else 500, files))
            results = collections.defaultdict(list)
            for _ in range(options.rounds):
                for work in works:
                    for proxy in running:
                        results[work.name, proxy.name].append(measure(proxy, work, load, files))
        finally:
            for proxy in running:
                proxy.stop()
            load.close()
    print(table(works, [proxy.name for proxy in running], results))


def table(works, names, results):
    parts = [part for part, _ in PARTS] + ["other"]
    lines = ["| µs a handshake | " + " | ".join(["in all", *parts]) + " |", "| --- |" + " ---: |" * (len(parts) + 1)]
    for work in works:
        for name in names:
            rounds = results[work.name, name]
            micros = statistics.median(each for each, _ in rounds)
            counts = sum((each for _, each in rounds), collections.Counter())
            shares = [f"{counts[part] / counts.total() * micros:.0f}" for part in parts]
            lines.append(f"| {work.name}, {name} | {micros:.0f} | " + " | ".join(shares) + " |")
    return "\n".join(lines)


main()
