#!/usr/bin/env python3
"""PostgreSQL through Sallyport, through stunnel, with its own TLS, and without any; and while certificates are replaced.

    python3 benchmarks/pgbench.py [--seconds 10] [--rounds 3] [--jar target/sallyport.jar]

pgbench's select-only script, in two ways: 8 sessions that stay, and a new session for each transaction (-C), which is where
a proxy costs most. Each way is done by each in turn before the next round; the median counts. The server, pgbench and the
proxy are on loopback and on the same processors. A transaction that fails, or a session that breaks, ends the run.
"""

import argparse
import glob
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "compare"))
import procfs  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ROTATION = 0.5
MOST_TRIES = 10
WAYS = {"sessions stay": ["-c", "8"], "a session for each": ["-c", "8", "-C"]}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def await_port(port, process):
    for _ in range(1500):
        if process.poll() is not None:
            sys.exit(f"{process.args[0]} has ended: {process.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    sys.exit(f"{process.args[0]} does not listen")


def certificate(folder):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
         "-subj", "/CN=localhost", "-keyout", f"{folder}/new.key", "-out", f"{folder}/new.crt"],
        check=True, capture_output=True)
    os.chmod(f"{folder}/new.key", 0o600)
    os.rename(f"{folder}/new.key", f"{folder}/tls.key")
    os.rename(f"{folder}/new.crt", f"{folder}/tls.crt")


class Postgres:
    """A cluster in the folder, which anybody on loopback may use."""

    def __init__(self, folder):
        self.port = free_port()
        self.bin = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
        self.user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"] if os.getuid() == 0 else []
        self.folder = os.path.join(folder, "pg")
        os.mkdir(self.folder)
        os.chmod(folder, 0o755)
        for name in ("tls.crt", "tls.key"):
            shutil.copy(os.path.join(folder, name), self.folder)
        os.chmod(f"{self.folder}/tls.key", 0o600)
        if self.user:
            subprocess.run(["chown", "-R", "postgres:postgres", self.folder], check=True)
        self.run("initdb", "-D", "data", "-A", "trust", "-U", "postgres", "-N", "--no-locale")
        options = (f"-h 127.0.0.1 -k '' -p {self.port} -c fsync=off -c max_connections=60 -c ssl=on"
                   " -c ssl_cert_file=../tls.crt -c ssl_key_file=../tls.key")
        self.run("pg_ctl", "-D", "data", "-l", "log", "-w", "-o", options, "start")
        self.run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "bench")
        self.run("pgbench", "-i", "-q", "-s", "10", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "bench")

    def run(self, program, *arguments):
        subprocess.run(self.user + [f"{self.bin}/{program}", *arguments], cwd=self.folder, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def stop(self):
        self.run("pg_ctl", "-D", "data", "-m", "immediate", "-w", "stop")


class Sallyport:
    def __init__(self, folder, postgres, java, jar):
        self.port, self.folder = free_port(), folder
        with open(f"{folder}/sallyport.conf", "w", encoding="ascii") as conf:
            conf.write(f"""
sallyport {{
  event-loops = 1
  listeners.pg {{
    bind = "127.0.0.1:{self.port}", backend = pg, starttls = postgresql
    tls.certificates = [{{ chain = tls.crt, key = tls.key }}]
  }}
  backends.pg.servers = ["127.0.0.1:{postgres.port}"]
  access-log.target = access.jsonl
  reload.poll = 1s
}}
""")
        self.process = subprocess.Popen([java, "-jar", jar, "run", "-c", f"{folder}/sallyport.conf"],
                                        stdout=open(f"{folder}/sallyport.log", "w", encoding="utf-8"))
        await_port(self.port, self.process)


class Stunnel:
    def __init__(self, folder, postgres):
        self.port = free_port()
        with open(f"{folder}/stunnel.conf", "w", encoding="ascii") as conf:
            conf.write(f"""foreground = yes
pid =
syslog = no
debug = 3
socket = l:TCP_NODELAY=1
socket = r:TCP_NODELAY=1
[pg]
protocol = pgsql
accept = 127.0.0.1:{self.port}
connect = 127.0.0.1:{postgres.port}
cert = {folder}/tls.crt
key = {folder}/tls.key
""")
        self.process = subprocess.Popen(["stunnel", f"{folder}/stunnel.conf"], stderr=subprocess.DEVNULL)
        await_port(self.port, self.process)


def pgbench(bin_folder, port, tls, way, seconds, process):
    """(transactions a second, ms each, µs of the proxy's processor each); ends the run where one fails."""
    environment = dict(os.environ, PGSSLMODE="require" if tls else "disable", LC_ALL="C")
    before = sum(procfs.cpu_seconds(process.pid)) if process else 0
    done = subprocess.run(
        [f"{bin_folder}/pgbench", "-n", "-S", "-T", str(seconds), *WAYS[way], "-h", "127.0.0.1", "-p", str(port),
         "-U", "postgres", "bench"],
        env=environment, capture_output=True, text=True)
    output = done.stdout + done.stderr
    if done.returncode or "aborted" in output or not re.search(r"failed transactions: 0 ", output):
        sys.exit(f"pgbench failed:\n{output}")
    count = int(re.search(r"actually processed: (\d+)", output).group(1))
    # With -C the first number counts connecting too, as the work here does.
    rate = float(re.search(r"^tps = ([\d.]+)", output, re.M).group(1))
    latency = float(re.search(r"latency average = ([\d.]+)", output).group(1))
    used = (sum(procfs.cpu_seconds(process.pid)) - before) * 1e6 / count if process else None
    return rate, latency, used


class Rotation:
    """A new certificate every half second, while it runs."""

    def __init__(self, folder):
        self.folder, self.count, self.over = folder, 0, threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self):
        while not self.over.wait(ROTATION):
            certificate(self.folder)
            self.count += 1

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()


def reloads(folder):
    """How often Sallyport says that it has taken something up."""
    with open(f"{folder}/sallyport.log", encoding="utf-8") as log:
        return sum("reload" in line and '"level":"info"' in line.lower() for line in log)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--java", default="java")
    parser.add_argument("--jar", default=os.path.join(ROOT, "target", "sallyport.jar"))
    options = parser.parse_args()
    for program in ("stunnel", "openssl", options.java):
        if not shutil.which(program):
            sys.exit(f"missing: {program}")
    if not os.path.exists(options.jar):
        sys.exit(f"missing: {options.jar} (mvn -B -ntp -DskipTests package)")
    folder = tempfile.mkdtemp(prefix="sallyport-pgbench")
    certificate(folder)
    postgres, proxies = Postgres(folder), []
    try:
        sallyport = Sallyport(folder, postgres, options.java, options.jar)
        proxies.append(sallyport)
        stunnel = Stunnel(folder, postgres)
        proxies.append(stunnel)
        runs = {
            "directly, without TLS": (postgres.port, False, None),
            "directly, PostgreSQL's TLS": (postgres.port, True, None),
            "stunnel (protocol = pgsql)": (stunnel.port, True, stunnel.process),
            "Sallyport (starttls = postgresql)": (sallyport.port, True, sallyport.process),
        }
        for way in WAYS:  # a JVM that has just started is slow
            pgbench(postgres.bin, sallyport.port, True, way, options.seconds, None)
        print("| | | transactions a second | ms each | proxy's processor, µs each |\n|---|---|---|---|---|", flush=True)
        for way in WAYS:
            results = {name: [] for name in runs}
            for _ in range(options.rounds):
                for name, (port, tls, process) in runs.items():
                    results[name].append(pgbench(postgres.bin, port, tls, way, options.seconds, process))
            for name, each in results.items():
                rate, latency = (statistics.median(one[i] for one in each) for i in (0, 1))
                used = "" if each[0][2] is None else f"{statistics.median(one[2] for one in each):.0f}"
                print(f"| {way} | {name} | {rate:.0f} | {latency:.2f} | {used} |", flush=True)
        for way in WAYS:
            before, taken = reloads(folder), 0
            with Rotation(folder) as rotation:
                for _ in range(MOST_TRIES):  # a busy machine may have taken none up in such a short time
                    rate, latency, used = pgbench(
                        postgres.bin, sallyport.port, True, way, options.seconds, sallyport.process)
                    taken = reloads(folder) - before
                    if taken:
                        break
            print(f"| {way} | Sallyport, {rotation.count} new certificates, {taken} taken up, no error |"
                  f" {rate:.0f} | {latency:.2f} | {used:.0f} |", flush=True)
            if taken == 0:
                sys.exit("no certificate was taken up")
    finally:
        for proxy in proxies:
            proxy.process.terminate()
            proxy.process.wait(30)
        postgres.stop()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
