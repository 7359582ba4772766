"""The first handshakes of what is installed: an archive or an image's file system, by its launcher with its cache.

    mvn -B -ntp -P 'benchmarks,!strict' -Dmaven.test.skip=true package
    python3 benchmarks/installed.py [--rounds 5] NAME=FOLDER [NAME=FOLDER ...]

FOLDER holds bin/sallyport. Each round starts every one in turn, on one core, with the load generator on another: the time
until the first whole handshake, then so many handshakes that carry a byte there and back, half of them resumed and half of
them TLS 1.2. Prints the medians of all rounds, and each round's ratio to the first one's.
"""

import argparse
import os
import signal
import statistics
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "compare"))
import procfs
from load import Load
from material import Material
from proxies import Sallyport
from works import handshake

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
STEP = 2_500
KINDS = [handshake(f"{kind} {version[4:]}", STEP, version=version, **words)
         for version in ("TLSv1.3", "TLSv1.2") for kind, words in (("full", {}), ("resumed", {"resume": "true"}))]


def installed(name, folder):
    launcher = os.path.join(os.path.abspath(folder), "bin", "sallyport")
    if not os.access(launcher, os.X_OK):
        sys.exit(f"{launcher}: no such program")

    class Installed(Sallyport):
        def command(self, config):
            return [launcher, "run", "-c", config]

    Installed.name = name
    return Installed


def measure(proxy_class, load, files, scale):
    proxy = proxy_class(files, load.ask("backend")["port"])
    proxy.start("0")
    try:
        load.ask("first", port=proxy.ports["ecdsa"])
        result = {"first handshake, ms": (time.monotonic() - proxy.started) * 1000,
                  "processor time until then, ms": cpu(proxy) * 1000}
        began, before, count = time.monotonic(), cpu(proxy), 0
        for work in KINDS:
            each = int(work.count * scale)
            answer = load.ask(work.kind, **work.command(proxy, each, files))
            if answer["errors"]:
                raise SystemExit(f"{proxy.name}: {answer}")
            count += each
        result[f"first {count:,}: processor time, µs each"] = (cpu(proxy) - before) / count * 1e6
        result[f"first {count:,}: on the clock, µs each"] = (time.monotonic() - began) / count * 1e6
        result["resident after them, MiB"] = procfs.rss_kib(proxy.pid()) / 1024
        return result
    finally:
        proxy.stop()


def cpu(proxy):
    return sum(procfs.cpu_seconds(proxy.pid()))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--java", default="java", help="the JVM of the load generator")
    parser.add_argument("--load-jar", default=os.path.join(ROOT, "target", "benchmarks", "benchmarks.jar"))
    parser.add_argument("installed", nargs="+", metavar="NAME=FOLDER")
    options = parser.parse_args()
    # Ends the proxies too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    classes = [installed(*words.split("=", 1)) for words in options.installed]
    results = {each.name: [] for each in classes}
    with tempfile.TemporaryDirectory(prefix="sallyport-installed-") as folder:
        files = Material(folder)
        load = Load(options.java, options.load_jar, "1")
        try:
            # The load generator's own start, and the first look at the files, are nobody's.
            for number in range(options.rounds + 1):
                for each in classes if number % 2 else classes[::-1]:
                    result = measure(each, load, files, 1 if number else 0.1)
                    print(f"round {number}{' (not counted)' if not number else ''}: {each.name}: "
                          + ", ".join(f"{value:.0f}" for value in result.values()), file=sys.stderr, flush=True)
                    if number:
                        results[each.name].append(result)
        finally:
            load.close()
    print(table(results))


def table(results):
    names = list(results)
    lines = ["| | " + " | ".join(names) + " |", "| --- |" + " ---: |" * len(names)]
    first = results[names[0]]
    for what in first[0]:
        cells = []
        for name in names:
            values = [result[what] for result in results[name]]
            ratio = statistics.median(value / of[what] for value, of in zip(values, first))
            cells.append(f"{statistics.median(values):.0f} ({ratio:.2f})")
        lines.append(f"| {what} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


main()
