"""Compares Sallyport with haproxy, nginx, hitch and stunnel, side by side. See ../README.md."""

import argparse
import datetime
import glob
import json
import os
import platform
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import counts
import procfs
import report
from load import Load
from material import Material
from counts import Counts
import early
from early import Early
from flood import Flood, table
from proxies import HaProxy, HaProxyLimited, HaProxyPlain, Hitch, Nginx, NginxPlain, Sallyport, Stunnel
from works import COLD, IDLE_STEPS, PACED, WARM_UP, WORKS

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LOAD_JAR = os.path.join(ROOT, "target", "benchmarks", "benchmarks.jar")


def main():
    options = parse()
    # Ends the proxies too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    proxies = chosen(options)
    complain(options, proxies)
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with tempfile.TemporaryDirectory(prefix="sallyport-compare-") as folder:
        run = Run(options, proxies, Material(folder))
        try:
            run.all()
        finally:
            run.close()
            if options.keep:
                shutil.copytree(folder, options.keep, dirs_exist_ok=True)
            # Also what there is of a run that was interrupted.
            save(run.results, options.out)
    text = report.write(run.results, options.out)
    if "flood" in run.results:
        text += "\n" + table(run.results["flood"]) + "\n"
    if "early" in run.results:
        text += "\n" + early.table(run.results["early"]) + "\n"
    if "counts" in run.results:
        text += "\n" + counts.table(run.results["counts"]) + "\n"
    print(text)
    return 1 if report.errors(run.results) else 0


def save(results, folder):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "results.json"), "w", encoding="utf-8") as out:
        json.dump(results, out, indent=1)


def parse():
    parser = argparse.ArgumentParser(prog="compare", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a smoke run: every piece of work, a few seconds a proxy")
    parser.add_argument("--rounds", type=int, default=3, help="times that each piece of work is done; the median counts")
    parser.add_argument("--scale", type=float, default=1.0, help="factor for the amount of work")
    parser.add_argument("--proxies", default="", help="comma separated; default: all that there are")
    parser.add_argument("--only", default="", help="only work whose name contains one of these, comma separated")
    parser.add_argument("--phases", default="start,steady,paced", help="start, steady, paced; flood, early and counts are not among them by themselves")
    parser.add_argument("--proxy-cores", default="0", help="as taskset takes them")
    parser.add_argument("--load-cores", default="1", help="as taskset takes them")
    parser.add_argument("--jar", default=os.path.join(ROOT, "target", "sallyport.jar"))
    parser.add_argument("--java", default="java", help="the JVM for Sallyport and for the load generator")
    parser.add_argument("--java-options", default="", help="the JVM's options for Sallyport")
    parser.add_argument("--also", action="append", default=[], metavar="NAME=JAVA[ OPTIONS][ @JAR][ +SETTING]",
                        help="one more Sallyport, e.g. 'jdk25=/usr/lib/jvm/.../bin/java -XX:AOTCache=x @other.jar'")
    parser.add_argument("--out", default=os.path.join(ROOT, "target", "compare"))
    parser.add_argument("--keep", default="", help="a folder for the configurations and outputs of the proxies")
    return parser.parse_args()


def chosen(options):
    proxies = [HaProxy, Nginx, Hitch, Stunnel, HaProxyPlain, NginxPlain]
    proxies.append(sallyport("sallyport", options.java, options.java_options.split(), options.jar))
    extra = list(options.also)
    if not extra and not options.proxies:
        jdk25 = sorted(glob.glob("/usr/lib/jvm/*25*/bin/java"))
        extra = [f"jdk25={jdk25[0]}"] if jdk25 else []
    for words in extra:
        name, rest = words.split("=", 1)
        java, *flags = rest.split()
        jars = [flag[1:] for flag in flags if flag.startswith("@")]
        settings = [flag[1:] for flag in flags if flag.startswith("+")]
        flags = [flag for flag in flags if flag[0] not in "@+"]
        proxies.append(sallyport(f"sallyport {name}", java, flags, jars[0] if jars else options.jar, settings))
    wanted = [name.strip() for name in options.proxies.split(",") if name.strip()]
    if wanted:
        proxies = [proxy for proxy in proxies if proxy.name in wanted or proxy.name.startswith("sallyport ")]
    return proxies


def sallyport(name, java, flags, jar, settings=()):
    return type("Sallyport", (Sallyport,), {
        "name": name, "java": java, "options": tuple(flags), "jar": os.path.abspath(jar), "settings": tuple(settings)})


def complain(options, proxies):
    """Names everything that is missing at once, and installs nothing."""
    missing = [proxy.missing() for proxy in proxies]
    missing += [None if shutil.which(tool) else tool for tool in ("taskset", "openssl", options.java)]
    if "counts" in options.phases.split(","):
        missing.append(counts.missing())
    if needs_load(options) and not os.path.exists(LOAD_JAR):
        missing.append(f"{LOAD_JAR} (mvn -B -ntp -P 'benchmarks,!strict' -Dmaven.test.skip=true package)")
    if len(os.sched_getaffinity(0)) < 2:
        missing.append("a second processor core: one is for the proxy, one for the load")
    missing = sorted({item for item in missing if item})
    if missing:
        sys.exit("missing:\n  " + "\n  ".join(missing))


def needs_load(options):
    """What tells whole answers apart needs neither speed nor the load generator."""
    return options.phases != "early"


class Run:
    def __init__(self, options, proxies, files):
        self.options = options
        self.classes = proxies
        self.files = files
        self.begun = time.monotonic()
        self.step = 0
        self.steps = 1
        self.running = []
        self.load = Load(options.java, LOAD_JAR, options.load_cores) if needs_load(options) else None
        self.settle = 0.02 if options.quick else 0.15
        self.scale = 0.02 if options.quick else options.scale
        self.rounds = 1 if options.quick else options.rounds
        self.works = [work for work in WORKS if self.selected(work.name)]
        self.results = {"about": self.about(), "start": {}, "steady": {}, "paced": {}, "peak_kib": {}}

    def selected(self, name):
        wanted = [word.strip() for word in self.options.only.split(",") if word.strip()]
        return not wanted or any(word in name for word in wanted)

    def about(self):
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown")
        return {
            "date": datetime.date.today().isoformat(),
            "machine": f"{model}, {os.cpu_count()} cores, Linux {platform.release()}",
            "load_average_at_start": os.getloadavg()[0],
            "command": "python3 benchmarks/compare " + " ".join(
                word for word in sys.argv[1:]),
            "openssl": subprocess.run(["openssl", "version"], capture_output=True, text=True, check=True).stdout.strip(),
            "versions": {proxy.name: proxy.version() for proxy in self.classes},
        }

    def all(self):
        phases = self.options.phases.split(",")
        fitting = sum(work.fits(proxy) for work in self.works for proxy in self.classes)
        self.steps = ("start" in phases) * 2 * len(self.classes) + ("steady" in phases) * self.rounds * fitting \
            + ("paced" in phases) * len(self.classes)
        if "start" in phases:
            for proxy in self.classes:
                self.start_phase(proxy)
        if "steady" in phases or "paced" in phases:
            self.steady_phase("steady" in phases, "paced" in phases)
        if "flood" in phases:
            self.results["flood"] = Flood(self.options, self.files, self.begin_flood, self.end).all(
                self.flooded_classes(), LOAD_JAR)
        if "early" in phases:
            self.results["early"] = Early(self.files, self.begin_early, self.end).all(
                [proxy for proxy in self.classes if not proxy.plain])
        if "counts" in phases:
            self.results["counts"] = Counts(self.load, self.files, self.begin, self.end, self.scale).all(self.classes, self.works)
        self.results["about"]["seconds"] = round(time.monotonic() - self.begun)
        self.results["about"]["load_average_at_end"] = os.getloadavg()[0]

    def close(self):
        for proxy in self.running:
            proxy.stop()
        if self.load:
            self.load.close()

    # ---- a fresh process

    def start_phase(self, proxy_class):
        proxy, first = self.begin(proxy_class)
        result = {"first_handshake_seconds": [first], "rss_after_start_kib": procfs.rss_kib(proxy.pid())}
        words = {} if not proxy.plain else {"plain": "true"}
        self.load.ask("handshakes", port=proxy.ports["ecdsa"], count=200, **words)
        time.sleep(self.settle)
        base = procfs.pss_kib(proxy.pid())
        result["idle"] = {}
        steps = (1, 100) if self.options.quick else IDLE_STEPS
        for count in steps:
            answer = self.load.ask("idle", port=proxy.ports["ecdsa"], count=count, **words)
            time.sleep(3 * self.settle)
            result["idle"][count] = {"kib_each": round((procfs.pss_kib(proxy.pid()) - base) / count, 2),
                                     "errors": answer["errors"]}
        self.load.ask("idle", port=proxy.ports["ecdsa"], count=0, **words)
        self.end(proxy)
        self.tell("start, idle connections", proxy, f"{first:.3f} s, {result['idle'][steps[-1]]['kib_each']:.1f} KiB each")
        proxy, first = self.begin(proxy_class)
        result["first_handshake_seconds"].append(first)
        result["cold"] = self.measure(proxy, COLD, max(100, int(COLD.count * min(1, self.scale))))
        self.end(proxy)
        self.tell(COLD.name, proxy, f"{result['cold']['cpu_us']:.0f} µs each")
        self.results["start"][proxy.name] = result

    def begin(self, proxy_class):
        """Starts a proxy; the seconds until its first whole handshake."""
        proxy = proxy_class(self.files, self.load.ask("backend")["port"])
        proxy.start(self.options.proxy_cores)
        self.running.append(proxy)
        words = {"plain": "true"} if proxy.plain else {}
        self.load.ask("first", port=proxy.ports["ecdsa"], **words)
        return proxy, time.monotonic() - proxy.started

    def end(self, proxy):
        self.running.remove(proxy)
        proxy.stop()

    # ---- a flood of handshakes

    def flooded_classes(self):
        classes = [proxy for proxy in self.classes if not proxy.plain]
        return [each for proxy in classes for each in ((HaProxy, HaProxyLimited) if proxy is HaProxy else (proxy,))]

    def begin_flood(self, proxy_class, backend_port, rate):
        proxy = proxy_class(self.files, backend_port)
        proxy.rate = rate
        proxy.start(self.options.proxy_cores)
        self.running.append(proxy)
        self.load.ask("first", port=proxy.ports["ecdsa"])
        return proxy

    # ---- early answers

    def begin_early(self, proxy_class, backend_port):
        proxy = proxy_class(self.files, backend_port)
        proxy.start(self.options.proxy_cores)
        self.running.append(proxy)
        early.await_handshake(proxy.ports["ecdsa"])
        return proxy

    # ---- the steady state

    def steady_phase(self, steady, paced):
        """All of them run at once, each idle while another works, so that a slow hour of the machine hits all."""
        proxies = [self.begin(proxy_class)[0] for proxy_class in self.classes]
        for proxy in proxies:
            self.warm_up(proxy)
        if steady:
            for number in range(self.rounds):
                for work in self.works:
                    for proxy in proxies:
                        if work.fits(proxy):
                            figures = self.measure(proxy, work, max(1, int(work.count * self.scale)))
                            self.results["steady"].setdefault(work.name, {}).setdefault(proxy.name, []).append(figures)
                            self.tell(work.name, proxy, f"round {number + 1}: {figures['cpu_us']:.1f} µs a {work.unit}")
        if paced:
            self.paced(proxies)
        for proxy in proxies:
            self.results["peak_kib"][proxy.name] = procfs.peak_kib(proxy.pid())
            self.end(proxy)

    def warm_up(self, proxy):
        print(f"warming up {proxy.name}", file=sys.stderr)
        part = min(1.0, self.scale) * (1 if proxy.name.startswith("sallyport") else 0.02)
        for kind, total in WARM_UP.items():
            works = [work for work in self.works if work.kind == kind and work.fits(proxy)]
            for work in works:
                self.measure(proxy, work, max(1, int(total * part / len(works))))

    def paced(self, proxies):
        """Requests at a fixed rate, the same for all: 70 % of what haproxy, or else the slowest, does at most."""
        tops = {}
        for proxy in proxies:
            answer = self.load.ask("exchanges", **PACED.command(proxy, int(20_000 * max(self.scale, 0.1)), self.files))
            tops[proxy.name] = answer["count"] / answer["seconds"]
        with_tls = [tops[proxy.name] for proxy in proxies if not proxy.plain]
        rate = int(0.7 * tops.get("haproxy", min(with_tls or tops.values())))
        self.results["paced_rate"] = rate
        for proxy in proxies:
            words = PACED.command(proxy, int(rate * (0.5 if self.options.quick else 8)), self.files)
            figures = self.load.ask("exchanges", rate=rate, **words)
            self.results["paced"][proxy.name] = figures
            self.tell(PACED.name, proxy, f"p50 {figures['p50']:.0f} p99 {figures['p99']:.0f} p99.9 {figures['p999']:.0f} µs")

    def measure(self, proxy, work, count):
        user, system = procfs.cpu_seconds(proxy.pid())
        load_before = sum(procfs.cpu_seconds(self.load.process.pid))
        figures = self.load.ask(work.kind, **work.command(proxy, count, self.files))
        load_after = sum(procfs.cpu_seconds(self.load.process.pid))
        # What a proxy leaves for later, such as its log, is part of the work.
        time.sleep(self.settle)
        user_after, system_after = procfs.cpu_seconds(proxy.pid())
        seconds = max(figures["seconds"], 1e-9)
        figures["units"] = count
        figures["cpu_us"] = (user_after - user + system_after - system) / count * 1e6
        figures["user_us"] = (user_after - user) / count * 1e6
        figures["per_second"] = count / seconds
        figures["proxy_busy"] = (user_after - user + system_after - system) / seconds
        figures["load_busy"] = (load_after - load_before) / seconds
        return figures

    def tell(self, what, proxy, figures):
        self.step += 1
        clock = time.strftime("%M:%S", time.gmtime(time.monotonic() - self.begun))
        print(f"[{clock} {self.step:3}/{self.steps}] {what:32} {proxy.name:20} {figures}", file=sys.stderr, flush=True)



if __name__ == "__main__":
    sys.exit(main())
