#!/usr/bin/env python3
"""The primary moves: Patroni's guide beside haproxy with the guide's own file, and beside Sallyport.

    python3 benchmarks/patroni.py [--rounds 3] [--jar target/sallyport.jar]

Two nodes of PostgreSQL under Patroni, with etcd, each on a loopback address of its own. Writers go through haproxy and through
Sallyport, with the guide's checks (inter 3s fall 3 rise 2) and with one a second, and directly as libpq finds the primary.
All of them at the same time, so that one switchover is the same for all. Each writer keeps its session for as long as it lasts,
whatever the server answers, as a connection pool does. The last move is none that is planned: Patroni is killed beside
a primary that goes on. A write that is taken by the old primary after the new one has taken one, a write that is lost, and a
session that is left behind are counted.
"""

import argparse
import collections
import glob
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LONGEST_RUN = 180
LONGEST_MOVE = 60
WRITERS = 2
BETWEEN_WRITES = 0.05
BETWEEN_TRIES = 0.2
LONGEST_LOGIN = 3
NODES = {"a": "127.0.0.11", "b": "127.0.0.12"}
READ_ONLY = "25006"
DIRECT = "direct"

Outcome = collections.namedtuple("Outcome", "last_on_old first_on_new all_on_new read_only late left")


def free_ports(count):
    """Ports that nobody has on any of the addresses."""
    found = []
    while len(found) < count:
        held = []
        try:
            port = 0
            for address in ["127.0.0.1", *NODES.values()]:
                held.append(socket.create_server((address, port)))
                port = held[0].getsockname()[1]
            if port not in found:
                found.append(port)
        except OSError:
            pass
        finally:
            for each in held:
                each.close()
    return found


def wait_until(what, test, seconds=LONGEST_MOVE):
    over = time.monotonic() + seconds
    while time.monotonic() < over:
        found = test()
        if found:
            return found
        time.sleep(0.1)
    sys.exit(f"not within {seconds} s: {what}")


class Cluster:
    """etcd, and two nodes of Patroni that have a process id in `processes`."""

    def __init__(self, folder):
        self.folder = folder
        self.bin = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
        # initdb refuses root.
        self.user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"] if os.getuid() == 0 else []
        self.postgres, self.rest, self.etcd, peer = free_ports(4)
        self.processes = {}
        if self.user:
            shutil.chown(folder, "postgres", "postgres")
        self.start("etcd", ["etcd", "--data-dir", "etcd", "--log-level", "error",
                            "--listen-client-urls", f"http://127.0.0.1:{self.etcd}",
                            "--advertise-client-urls", f"http://127.0.0.1:{self.etcd}",
                            "--listen-peer-urls", f"http://127.0.0.1:{peer}",
                            "--initial-advertise-peer-urls", f"http://127.0.0.1:{peer}",
                            "--initial-cluster", f"default=http://127.0.0.1:{peer}"])
        for node in NODES:
            with open(self.file(node), "w", encoding="ascii") as conf:
                json.dump(self.configuration(node), conf, indent=2)  # JSON is YAML

    def file(self, node):
        return f"{self.folder}/{node}.yml"

    def configuration(self, node):
        """As the guide's postgres0.yml; without passwords, and found by its address."""
        rest, postgres = f"{NODES[node]}:{self.rest}", f"{NODES[node]}:{self.postgres}"
        return {
            "scope": "batman", "name": node,
            "restapi": {"listen": rest, "connect_address": rest},
            "etcd3": {"host": f"127.0.0.1:{self.etcd}"},
            "bootstrap": {
                "dcs": {"ttl": 30, "loop_wait": 10, "retry_timeout": 10, "maximum_lag_on_failover": 1048576,
                        "postgresql": {"use_pg_rewind": True}},
                "initdb": [{"encoding": "UTF8"}, "data-checksums", {"auth": "trust"}, "no-sync"],
                "pg_hba": ["host replication all 127.0.0.0/8 trust", "host all all 127.0.0.0/8 trust"]},
            "postgresql": {
                "listen": postgres, "connect_address": postgres, "data_dir": f"{self.folder}/{node}", "bin_dir": self.bin,
                "pgpass": f"{self.folder}/{node}.pass",
                "authentication": {"replication": {"username": "postgres"}, "superuser": {"username": "postgres"},
                                   "rewind": {"username": "postgres"}},
                "parameters": {"unix_socket_directories": "", "fsync": "off", "max_connections": 100}}}

    def start(self, name, command):
        with open(f"{self.folder}/{name}.log", "ab") as log:
            self.processes[name] = subprocess.Popen(self.user + command, cwd=self.folder, stdout=log, stderr=log)

    def start_node(self, node):
        self.start(node, ["patroni", self.file(node)])

    def is_primary(self, node):
        return self.status(node, "/primary") == 200

    def is_replica(self, node):
        return self.status(node, "/replica") == 200

    def status(self, node, path):
        try:
            with socket.create_connection((NODES[node], self.rest), 2) as connection:
                connection.settimeout(2)
                connection.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())
                return int(connection.makefile("rb").readline().split()[1])
        except (OSError, IndexError):
            return 0

    def bootstrap(self):
        self.start_node("a")
        wait_until("a primary", lambda: self.is_primary("a"))
        self.start_node("b")
        wait_until("a replica", lambda: self.is_replica("b"))
        self.query("a", "create table writes (way text, writer int, number int, server text)")

    def query(self, node, sql):
        return subprocess.run(
            [f"{self.bin}/psql", "-XAtq", "-h", NODES[node], "-p", str(self.postgres), "-U", "postgres", "-c", sql],
            check=True, capture_output=True, text=True).stdout.strip()

    def switch(self, primary, other):
        done = subprocess.run(
            ["patronictl", "-c", self.file(primary), "switchover", "batman", "--leader", primary, "--candidate", other, "--force"],
            capture_output=True, text=True)
        if done.returncode or not done.stdout.count("Successfully switched over"):
            sys.exit(f"no switchover: {done.stdout}{done.stderr}")

    def kill_patroni(self, node):
        """PostgreSQL goes on without it."""
        self.processes[node].kill()
        self.processes[node].wait()

    def stop(self):
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for node in NODES:
            # Where Patroni was killed.
            if os.path.exists(f"{self.folder}/{node}/postmaster.pid"):
                subprocess.run(self.user + [f"{self.bin}/pg_ctl", "-D", f"{self.folder}/{node}", "-m", "immediate", "stop"],
                               cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


HAPROXY = """
global
    maxconn 100
defaults
    mode tcp
    retries 2
    timeout client 30m
    timeout connect 4s
    timeout server 30m
    timeout check 5s
"""

# The guide's section, for two sets of checks.
HAPROXY_LISTEN = """
listen {name}
    bind 127.0.0.1:{port}
    option httpchk OPTIONS /primary
    http-check expect status 200
    default-server inter {interval} fall {fall} rise {rise} on-marked-down shutdown-sessions
    server a {a}:{postgres} maxconn 100 check port {rest}
    server b {b}:{postgres} maxconn 100 check port {rest}
"""

SALLYPORT = """
sallyport {{
  listeners {{
    guide {{ bind = "127.0.0.1:{guide}", backend = guide, starttls = postgresql, tls {{}} }}
    fast {{ bind = "127.0.0.1:{fast}", backend = fast, starttls = postgresql, tls {{}} }}
  }}
  defaults {{
    listener.tls.certificates = [{{ chain = tls.crt, key = tls.key }}]
    backend {{
      servers = ["{a}:{postgres}", "{b}:{postgres}"]
      on-down = close
      health-check {{ type = http, port = {rest}, path = "/primary", timeout = 5s, jitter = 0% }}
    }}
  }}
  backends {{
    guide.health-check {{ interval = 3s, fall = 3, rise = 2 }}
    fast.health-check {{ interval = 1s, fall = 1, rise = 1 }}
  }}
  access-log.target = access.jsonl
  admin.bind = "127.0.0.1:{admin}"
}}
"""


class Proxies:
    def __init__(self, folder, cluster, java, jar):
        self.folder = folder
        self.haproxy, self.haproxy_fast, self.sallyport, self.sallyport_fast, admin = free_ports(5)
        places = dict(NODES, postgres=cluster.postgres, rest=cluster.rest)
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
             "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
             "-keyout", f"{folder}/tls.key", "-out", f"{folder}/tls.crt"], check=True, capture_output=True)
        os.chmod(f"{folder}/tls.key", 0o600)
        os.chmod(f"{folder}/tls.crt", 0o644)
        with open(f"{folder}/haproxy.cfg", "w", encoding="ascii") as conf:
            conf.write(HAPROXY)
            conf.write(HAPROXY_LISTEN.format(name="guide", port=self.haproxy, interval="3s", fall=3, rise=2, **places))
            conf.write(HAPROXY_LISTEN.format(name="fast", port=self.haproxy_fast, interval="1s", fall=1, rise=1, **places))
        with open(f"{folder}/sallyport.conf", "w", encoding="ascii") as conf:
            conf.write(SALLYPORT.format(guide=self.sallyport, fast=self.sallyport_fast, admin=admin, **places))
        self.processes = []
        self.start("haproxy", ["haproxy", "-db", "-f", f"{folder}/haproxy.cfg"])
        self.start("sallyport", [java, "-jar", jar, "run", "-c", f"{folder}/sallyport.conf"])

    def start(self, name, command):
        with open(f"{self.folder}/{name}.log", "wb") as log:
            self.processes.append(subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log))

    def stop(self):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(40)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


class Writer:
    """Writes numbers, each in a transaction of its own, and remembers what became of them."""

    def __init__(self, bin_folder, way, number, connection):
        self.way, self.number = way, number
        self.command = [f"{bin_folder}/psql", "-XAtq", "-v", "VERBOSITY=sqlstate", f"{connection} application_name={way}"]
        self.taken = []  # (when by the server's clock, server, number)
        self.refused = []  # when a server that is no primary has answered
        self.over = threading.Event()
        self.session = None
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        count = 0
        while not self.over.is_set():
            self.session = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                            stderr=subprocess.DEVNULL, text=True)
            if self.over.is_set():
                self.session.kill()
            try:
                while self.write(count):
                    count += 1
                    time.sleep(BETWEEN_WRITES)
                count += 1
            except BrokenPipeError:
                pass
            self.session.stdout.close()
            try:
                self.session.stdin.close()
            except BrokenPipeError:
                pass
            self.session.wait()
            self.over.wait(BETWEEN_TRIES)

    def write(self, count):
        """Whether the session goes on."""
        self.session.stdin.write(
            f"insert into writes values ('{self.way}', {self.number}, {count}, host(inet_server_addr()))"
            " returning server, extract(epoch from clock_timestamp());\n"
            "\\echo . :SQLSTATE\n")
        self.session.stdin.flush()
        answer = self.session.stdout.readline().strip()
        end = answer if answer.startswith(".") else self.session.stdout.readline().strip()
        if end == ". 00000":
            server, when = answer.split("|")
            self.taken.append((float(when), server, count))
        elif end == f". {READ_ONLY}":
            self.refused.append(time.time())
        return end != ""

    def stop(self):
        self.over.set()
        if self.session:
            self.session.kill()

    def last_on(self, server, since):
        return max((when for when, where, _ in self.taken if where == server), default=since)

    def first_on(self, server, since):
        return min((when for when, where, _ in self.taken if where == server and when > since), default=None)


def move(cluster, writers, old, new, begin, is_planned):
    """One move of the primary; {way: Outcome}."""
    since = time.time()
    begin()
    address, former = NODES[new], NODES[old]
    wait_until("every writer behind a proxy on the new primary",
               lambda: all(writer.first_on(address, since) for way, each in writers.items() if way != DIRECT for writer in each))
    results, everyone = {}, [writer for each in writers.values() for writer in each]
    on_new = min(filter(None, (writer.first_on(address, since) for writer in everyone)))
    # A planned move takes its time before it stops the old primary.
    zero = max(writer.last_on(former, 0) for writer in everyone) if is_planned else since
    for way, each in writers.items():
        firsts = [writer.first_on(address, since) for writer in each]
        results[way] = Outcome(
            last_on_old=max(writer.last_on(former, 0) for writer in each) - zero,
            first_on_new=min(firsts) - zero if all(firsts) else None,
            all_on_new=max(firsts) - zero if all(firsts) else None,
            read_only=sum(when > since for writer in each for when in writer.refused),
            late=sum(when > on_new and where == former for writer in each for when, where, _ in list(writer.taken)),
            left=sessions_left(cluster, old, way))
    return results


def sessions_left(cluster, node, way):
    """After a while: a server notices the end of a session a little later."""
    over = time.monotonic() + 3
    while True:
        left = int(cluster.query(node, f"select count(*) from pg_stat_activity where application_name = '{way}'"))
        if left == 0 or time.monotonic() > over:
            return left
        time.sleep(0.1)


def lost(cluster, primary, writers):
    """{way: writes that were taken and are not there}; what is taken on the primary meanwhile comes on top."""
    taken = {way: {(writer.number, count) for writer in each for _, _, count in list(writer.taken)}
             for way, each in writers.items()}
    rows = cluster.query(primary, "select way, writer, number from writes").splitlines()
    there = {way: set() for way in writers}
    for way, writer, number in (row.split("|") for row in rows):
        there[way].add((int(writer), int(number)))
    return {way: len(taken[way] - there[way]) for way in writers}


def seconds(values):
    if None in values:
        return "never"
    each = ", ".join(f"{value:.1f}".replace("-0.0", "0.0") for value in values)
    return each if len(values) < 3 else f"**{statistics.median(values):.1f}** ({each})".replace("-0.0", "0.0")


def table(title, names, results, missing):
    """Prints it, and ends the run where Sallyport has not kept a promise."""
    print(f"\n{title}\n")
    print("| | last write on the old primary, s | first on the new one, s | all sessions there, s |"
          " answers of the old one as a replica | writes on the old one after that | sessions left there | writes lost |")
    print("|---|---|---|---|---|---|---|---|")
    for way, name in names.items():
        each = [result[way] for result in results]
        times = (seconds([getattr(one, key) for one in each]) for key in ("last_on_old", "first_on_new", "all_on_new"))
        late, left = sum(one.late for one in each), sum(one.left for one in each)
        print(f"| {name} | {' | '.join(times)} | {sum(one.read_only for one in each)} | {late} | {left} | {missing[way]} |",
              flush=True)
        if way.startswith("sallyport") and (late or left or missing[way]):
            sys.exit(f"{name}: {late} late, {left} left, {missing[way]} lost (expected: none)")


def run(options, folder, to_stop):
    cluster = Cluster(folder)
    to_stop.append(cluster.stop)
    cluster.bootstrap()
    proxies = Proxies(folder, cluster, options.java, options.jar)
    to_stop.append(proxies.stop)
    tls = f"hostaddr=127.0.0.1 host=localhost sslmode=verify-full sslrootcert={folder}/tls.crt gssencmode=disable"
    plain = "host=127.0.0.1 sslmode=disable gssencmode=disable"
    both, port = ",".join(NODES.values()), cluster.postgres
    ways = {
        DIRECT: (f"host={both} port={port},{port} target_session_attrs=read-write sslmode=disable gssencmode=disable",
                 "directly, libpq looks for the primary"),
        "haproxy": (f"{plain} port={proxies.haproxy}", "haproxy, the guide's file"),
        "sallyport": (f"{tls} port={proxies.sallyport}", "Sallyport, the guide's intervals"),
        "haproxy-fast": (f"{plain} port={proxies.haproxy_fast}", "haproxy, inter 1s fall 1 rise 1"),
        "sallyport-fast": (f"{tls} port={proxies.sallyport_fast}", "Sallyport, interval = 1s, fall = 1, rise = 1"),
    }
    names = {way: name for way, (_, name) in ways.items()}
    login = f"dbname=postgres user=postgres connect_timeout={LONGEST_LOGIN}"
    writers = {way: [] for way in ways}
    to_stop.append(lambda: [writer.stop() for each in writers.values() for writer in each])
    for way, (connection, _) in ways.items():
        for number in range(WRITERS):
            writers[way].append(Writer(cluster.bin, way, number, f"{connection} {login}"))
    primary, other = "a", "b"
    wait_until("every writer on the first primary",
               lambda: all(writer.first_on(NODES[primary], 0) for each in writers.values() for writer in each))
    results = []
    for _ in range(options.rounds):
        results.append(move(cluster, writers, primary, other, lambda: cluster.switch(primary, other), True))
        primary, other = other, primary
        wait_until("the old primary as a replica", lambda: cluster.is_replica(other))
    table("Switchovers by patronictl; from the last write that the old primary has taken",
          names, results, lost(cluster, primary, writers))
    result = move(cluster, writers, primary, other, lambda: cluster.kill_patroni(primary), False)
    table("Patroni killed beside the primary, which goes on; from the kill", names, [result], lost(cluster, other, writers))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="switchovers (default 3)")
    parser.add_argument("--java", default="java")
    parser.add_argument("--jar", default=os.path.join(ROOT, "target", "sallyport.jar"))
    parser.add_argument("--keep", action="store_true", help="leave the folder with the logs")
    options = parser.parse_args()
    for program in ("patroni", "patronictl", "etcd", "haproxy", "openssl", options.java):
        if not shutil.which(program):
            sys.exit(f"missing: {program}")
    if not os.path.exists(options.jar):
        sys.exit(f"missing: {options.jar} (mvn -B -ntp -DskipTests package)")
    signal.signal(signal.SIGALRM, lambda *_: sys.exit(f"not done within {LONGEST_RUN} s"))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))
    signal.alarm(LONGEST_RUN)
    folder = tempfile.mkdtemp(prefix="sallyport-patroni")
    os.chmod(folder, 0o755)
    to_stop = []
    try:
        run(options, folder, to_stop)
    finally:
        signal.alarm(0)
        for stop in reversed(to_stop):
            stop()
        if options.keep:
            print(folder, file=sys.stderr)
        else:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
