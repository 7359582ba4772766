"""An hour of mixed traffic, resets and reloads through one Sallyport, with Netty's leak detector at its strictest.

    mvn -B -ntp -DskipTests package
    mvn -B -ntp -P 'benchmarks,!strict' -Dmaven.test.skip=true package
    python3 benchmarks/soak.py [--seconds 3600]

At once: honest clients, none of which may fail; hostile ones, which reset, stall, cut short and send garbage; servers that
refuse and that reset; and an operator who replaces the certificate, takes a listener away and brings it back, and now and
then saves a file that does not parse. What must hold is said at the end, line by line, and exit 1 tells that something
does not. OUT/samples.csv has a line every ten seconds.
"""

import argparse
import collections
import contextlib
import os
import random
import resource
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "compare"))
import procfs
from early import unverified
from load import Load
from material import Material
from proxies import Sallyport, free_port
from works import MIB, WORKS

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# Of each kind of work, what takes about a second.
SOME = {"handshakes": 300, "exchanges": 4000, "bulk": 96}
HANDSHAKE_TIMEOUT = 5
LONGEST_ANSWER = 30
# Seconds from which on memory tells something.
LONG = 600
# Bytes of the access log that are kept: its end.
LOG_END = 16 * MIB
FAILED = 'sallyport_reloads_total{result="failure"}'
RESET = struct.pack("ii", 1, 0)
SOURCE = b"S" + struct.pack("!q", 8 * MIB)
SINK = b"D" + struct.pack("!q", 8 * MIB)


class Soaked(Sallyport):
    """With servers that refuse and that reset, and a listener that comes and goes."""

    reset_port = 0
    guest = True
    revision = 0
    broken = False

    def config(self, folder):
        for name in ("admin", "rude", "refused", "guest", "nobody"):
            self.ports.setdefault(name, free_port())
        backends = {"rude": self.reset_port, "refused": self.ports["nobody"]}
        if self.guest:
            backends["guest"] = self.backend
        served = f'tls.certificates = [ {{ chain = "{self.files.ecdsa_cert}", key = "{self.files.ecdsa_key}" }} ]'
        self.settings = [f'listeners.{name} {{ bind = "127.0.0.1:{self.ports[name]}", backend = {name}, {served} }}\n'
                         f'backends.{name}.servers = [ "127.0.0.1:{port}" ]' for name, port in backends.items()]
        self.settings += [f'admin.bind = "127.0.0.1:{self.ports["admin"]}"',
                          f"defaults.listener.timeouts.handshake = {HANDSHAKE_TIMEOUT}s",
                          f"defaults.listener.limits.connections-per-source = {8000 + self.revision % 2}"]
        text = super().config(folder)
        return text[:text.rindex("}")] if self.broken else text

    def save(self):
        folder = os.path.join(self.files.folder, self.name)
        replace(os.path.join(folder, "config"), self.config(folder))


def replace(path, text):
    """The watch must never meet half a file."""
    with open(path + ".new", "w", encoding="ascii") as out:
        out.write(text)
    os.chmod(path + ".new", 0o600)
    os.replace(path + ".new", path)


class RudeServer:
    """Reads a little, sends a little, resets."""

    def __init__(self):
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = self.listening.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            connection, _ = self.listening.accept()
            with contextlib.suppress(OSError), connection:
                connection.settimeout(0.2)
                connection.recv(100)
                connection.sendall(b"x" * random.choice((0, 1, 40_000)))
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)


class Crowd:
    """Everybody, until it is over. `problems` are what honest clients met; `done` counts what each kind has done."""

    def __init__(self, proxy, loads, files, seed):
        self.proxy = proxy
        self.files = files
        self.seed = seed
        self.over = threading.Event()
        self.done = collections.Counter()
        self.problems = []
        self.context = unverified()
        self.hostiles = [
            self.reset_at_once, self.reset_in_hello, self.reset_after_hello, self.end_in_hello, self.garbage, self.http,
            self.reset_in_download, self.reset_in_upload, self.cut_short, self.slow_reader, self.stranger, self.rude,
            self.refused, self.guest, self.silent]
        lanes = [(self.honest, load, kinds) for load, kinds in loads]
        # Two of each: one that is waited for for long does not keep the others from their turns.
        lanes += [(self.hostile, kind, number) for number in range(2) for kind in self.hostiles]
        self.threads = [threading.Thread(target=self.lane, args=lane, daemon=True) for lane in lanes]
        for thread in self.threads:
            thread.start()

    def end(self):
        self.over.set()
        for thread in self.threads:
            thread.join(2 * LONGEST_ANSWER)
            if thread.is_alive():
                self.problems.append("a client has not ended")

    def lane(self, run, *words):
        try:
            run(*words)
        except Exception as problem:  # Whatever it is, the run has failed.
            self.problems.append(f"{run.__name__} {words}: {problem!r}")

    def honest(self, load, kinds):
        chance = random.Random(self.seed)
        while not self.over.is_set():
            work = chance.choice([work for work in WORKS if work.kind in kinds and work.fits(self.proxy)])
            answer = load.ask(work.kind, **work.command(self.proxy, SOME[work.kind], self.files))
            self.done[f"honest {work.unit}"] += SOME[work.kind]
            if answer["errors"]:
                self.problems.append(f"{work.name}: {answer}")

    def hostile(self, kind, number):
        chance = random.Random(f"{self.seed} {kind.__name__} {number}")
        while not self.over.wait(chance.uniform(0.05, 0.5)):
            # What becomes of them is their own affair; that they are let go of is counted at the end.
            with contextlib.suppress(OSError):
                kind()
            self.done[kind.__name__] += 1

    # ---- hostile clients

    def connect(self, listener="ecdsa"):
        connection = socket.create_connection(("127.0.0.1", self.proxy.ports[listener]), LONGEST_ANSWER)
        connection.settimeout(LONGEST_ANSWER)
        return connection

    def tls(self, listener="ecdsa"):
        return self.context.wrap_socket(self.connect(listener))

    def hello(self):
        outgoing = ssl.MemoryBIO()
        with contextlib.suppress(ssl.SSLWantReadError):
            self.context.wrap_bio(ssl.MemoryBIO(), outgoing).do_handshake()
        return outgoing.read()

    def reset_at_once(self):
        reset(self.connect())

    def reset_in_hello(self):
        connection = self.connect()
        connection.sendall(self.hello()[:random.randrange(1, 200)])
        reset(connection)

    def reset_after_hello(self):
        connection = self.connect()
        connection.sendall(self.hello())
        reset(connection)

    def end_in_hello(self):
        with self.connect() as connection:
            connection.sendall(self.hello()[:random.randrange(1, 200)])
            connection.shutdown(socket.SHUT_WR)
            drain(connection)

    def garbage(self):
        with self.connect() as connection:
            connection.sendall(random.randbytes(random.randrange(1, 3000)))
            drain(connection)

    def http(self):
        with self.connect() as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            drain(connection)

    def reset_in_download(self):
        connection = self.tls()
        connection.sendall(SOURCE)
        connection.recv(random.randrange(1, 100_000))
        reset(connection)

    def reset_in_upload(self):
        connection = self.tls()
        connection.sendall(SINK + bytes(random.randrange(1, 2_000_000)))
        reset(connection)

    def cut_short(self):
        """FIN without close_notify, and the answer is read all the same."""
        with self.tls() as connection:
            connection.sendall(b"E" + bytes(10_000))
            connection.shutdown(socket.SHUT_WR)
            drain(connection)

    def slow_reader(self):
        with self.tls() as connection:
            connection.sendall(SOURCE)
            for _ in range(20):
                connection.recv(1000)
                time.sleep(0.1)

    def stranger(self):
        """The listener asks for a certificate."""
        with self.tls("mtls") as connection:
            drain(connection)

    def rude(self):
        with self.tls("rude") as connection:
            connection.sendall(b"anything")
            drain(connection)

    def refused(self):
        with self.tls("refused") as connection:
            drain(connection)

    def guest(self):
        with self.tls("guest") as connection:
            connection.sendall(b"E" + bytes(1000))
            connection.recv(1000)

    def silent(self):
        with self.connect() as connection:
            drain(connection)


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    connection.close()


def drain(connection):
    while connection.recv(65_536):
        pass


class Operator:
    """Changes something every few seconds, one after the other, and counts what it has broken on purpose."""

    def __init__(self, proxy, files):
        self.proxy = proxy
        self.files = files
        self.done = collections.Counter()

    def act(self):
        act = [self.renew, self.change, self.ask_again, self.renew, self.take_and_bring, self.renew, self.break_and_mend][
            sum(self.done.values()) % 7]
        act()
        self.done[act.__name__] += 1

    def renew(self):
        _, _, renewed = self.files.ecdsa("renewed")
        os.replace(renewed, self.files.ecdsa_cert)

    def change(self):
        self.proxy.revision += 1
        self.proxy.save()

    def ask_again(self):
        self.proxy.process.send_signal(signal.SIGHUP)

    def take_and_bring(self):
        self.proxy.guest = not self.proxy.guest
        self.proxy.save()

    def break_and_mend(self):
        failures = metrics(self.proxy)[FAILED]
        self.proxy.broken = True
        self.proxy.save()
        await_true(lambda: metrics(self.proxy)[FAILED] > failures, "a broken file was not told")
        self.proxy.broken = False
        self.proxy.save()


def metrics(proxy):
    with urllib.request.urlopen(f"http://127.0.0.1:{proxy.ports['admin']}/metrics", timeout=10) as answer:
        lines = answer.read().decode().splitlines()
    return collections.defaultdict(float, ((key, float(value)) for key, value in (
        line.rsplit(" ", 1) for line in lines if not line.startswith("#"))))


def total(values, name, label=""):
    return sum(value for key, value in values.items() if key.split("{")[0] == name and label in key)


def await_true(condition, otherwise, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise RuntimeError(otherwise)
        time.sleep(0.1)


def sample(proxy):
    values = metrics(proxy)
    return {"descriptors": len(os.listdir(f"/proc/{proxy.pid()}/fd")),
            "threads": len(os.listdir(f"/proc/{proxy.pid()}/task")),
            "resident_mib": round(procfs.rss_kib(proxy.pid()) / 1024, 1),
            "connections": int(values["sallyport_connections_active"]),
            "contexts": int(values["sallyport_tls_contexts"]),
            "direct_mib": round(values["sallyport_direct_memory_used_bytes"] / MIB, 1),
            "handshakes": int(total(values, "sallyport_handshakes_total", 'result="success"')),
            "reloads": int(total(values, "sallyport_reloads_total", 'result="success"'))}


def at_rest(proxy, before=None):
    """Once nobody is connected, and what has been replaced is freed. `before`: what there may be of descriptors and contexts
    again; one may be open for a moment longer, as that of the request that asks."""
    await_true(lambda: metrics(proxy)["sallyport_connections_active"] == 0, "connections that nobody ends")
    end = time.monotonic() + 30
    while True:
        time.sleep(1)
        now = sample(proxy)
        if not before or time.monotonic() > end or all(now[each] <= before[each] for each in ("descriptors", "contexts")):
            return now


def soak(proxy, loads, files, options):
    for load, _ in loads:
        load.ask("first", port=proxy.ports["ecdsa"])
    before = at_rest(proxy)
    operator = Operator(proxy, files)
    samples = []
    crowd = Crowd(proxy, loads, files, options.seed)
    begun = time.monotonic()
    with open(os.path.join(options.out, "samples.csv"), "w", encoding="ascii") as out:
        print("seconds", *before, sep=",", file=out)
        while time.monotonic() - begun < options.seconds and not crowd.problems:
            operator.act()
            time.sleep(5)
            if time.monotonic() - begun > 10 * len(samples):
                samples.append(sample(proxy))
                print(round(time.monotonic() - begun), *samples[-1].values(), sep=",", file=out, flush=True)
    crowd.end()
    proxy.guest = True
    proxy.save()
    after = at_rest(proxy, before)
    end = metrics(proxy)
    code = stop(proxy)
    print("done:", ", ".join(f"{count:,} {name}" for name, count in sorted((crowd.done + operator.done).items())))
    print("before, after:", before, after)
    checks = judge(crowd, operator, before, after, end, code, output(proxy))
    if options.seconds >= LONG:
        checks.update(judge_memory(samples))
    for what, holds in checks.items():
        print("holds " if holds else "FAILS ", what)
    return 0 if all(checks.values()) else 1


def stop(proxy):
    proxy.process.send_signal(signal.SIGTERM)
    try:
        return proxy.process.wait(30)
    except subprocess.TimeoutExpired:
        return "not ended in 30 s"


def output(proxy):
    with open(os.path.join(proxy.files.folder, proxy.name, "output"), encoding="utf-8") as lines:
        return lines.read()


def keep(folder, out):
    """What tells why something has failed."""
    with contextlib.suppress(OSError):
        shutil.copy(os.path.join(folder, "output"), out)
        with open(os.path.join(folder, "log", "access.log"), "rb") as log, open(os.path.join(out, "access.log"), "wb") as last:
            log.seek(max(0, os.path.getsize(log.name) - LOG_END))
            shutil.copyfileobj(log, last)


def judge(crowd, operator, before, after, end, code, text):
    honest = crowd.done["honest handshake"]
    idle = [kind.__name__ for kind in crowd.hostiles if not crowd.done[kind.__name__]]
    inside = total(end, "sallyport_handshake_failures_total", "internal_error") \
        + total(end, "sallyport_connections_closed_total", "internal_error")
    broken = operator.done["break_and_mend"]
    return {
        f"no honest client failed: {crowd.problems[:3]}": not crowd.problems,
        f"every honest handshake is counted: {after['handshakes']:,} of at least {honest:,}": after["handshakes"] >= honest > 0,
        f"every kind of hostile client had its turns: {idle}": not idle,
        "no buffer was lost: no LEAK in the log": "LEAK" not in text,
        f"nothing failed inside: {inside:.0f} internal errors": not inside,
        f"only what was broken failed to load: {end[FAILED]:.0f} loads, {broken} broken files":
            broken <= end[FAILED] <= 3 * broken,
        f"what was changed was loaded: {after['reloads']} loads": after["reloads"] > sum(operator.done.values()) / 3,
        f"descriptors are back: {before['descriptors']}, {after['descriptors']}": after["descriptors"] <= before["descriptors"],
        f"contexts are back: {before['contexts']}, {after['contexts']}": after["contexts"] == before["contexts"],
        f"it ends when it is told to: exit code {code}": code == 0,
    }


def judge_memory(samples):
    """A JVM takes what it may for a while; after that it must not take more."""
    quarter = len(samples) // 4
    second, last = (max(each["resident_mib"] for each in part) for part in (samples[quarter:2 * quarter], samples[-quarter:]))
    return {f"memory does not grow: at most {second} MiB in the second quarter, {last} in the last": last < 1.1 * second}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=3600)
    parser.add_argument("--java", default="java")
    parser.add_argument("--jar", default=os.path.join(ROOT, "target", "sallyport.jar"))
    parser.add_argument("--load-jar", default=os.path.join(ROOT, "target", "benchmarks", "benchmarks.jar"))
    parser.add_argument("--seed", default=str(time.time_ns()), help="of what is done when; printed, to be given again")
    parser.add_argument("--out", default=os.path.join(ROOT, "target", "soak"))
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    print("seed", options.seed, flush=True)
    os.makedirs(options.out, exist_ok=True)
    Soaked.java, Soaked.jar = options.java, os.path.abspath(options.jar)
    # Small, so that what is held shows.
    Soaked.options = ("-Xmx160m", "-Dio.netty.leakDetection.level=paranoid")
    if Soaked.missing():
        sys.exit(f"missing: {Soaked.missing()}")
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with tempfile.TemporaryDirectory(prefix="sallyport-soak-") as folder:
        files = Material(folder)
        # One file for both, so that one rename replaces them.
        files.ecdsa_cert = files.ecdsa_key = files.ecdsa_pem
        Soaked.reset_port = RudeServer().port
        loads = [(Load(options.java, options.load_jar, "1"), kinds)
                 for kinds in (("handshakes", "exchanges"), ("bulk", "exchanges"))]
        proxy = Soaked(files, loads[0][0].ask("backend")["port"])
        try:
            proxy.start("0")
            return soak(proxy, loads, files, options)
        finally:
            proxy.stop()
            for load, _ in loads:
                load.close()
            keep(os.path.join(folder, proxy.name), options.out)


if __name__ == "__main__":
    sys.exit(main())
