#!/usr/bin/env python3
"""A folder of many certificates: how long it takes to start with, how long until one that is replaced is served, and memory.

    python3 benchmarks/directory.py [--pairs 10000] [--proxies haproxy,sallyport]

Each pair is a file of its own with a self-signed P-256 certificate and its key, which both proxies read. haproxy is told of a
change by SIGUSR2 to its master, Sallyport finds it by itself. Everything is on loopback; each proxy runs alone.
"""

import argparse
import concurrent.futures
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "compare"))
import procfs  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PATIENCE = 600


def name(number):
    return f"n{number:05}.example"


def write_pair(folder, number):
    key, cert = os.path.join(folder, f".{number}.key"), os.path.join(folder, f".{number}.crt")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
         "-subj", f"/CN={name(number)}", "-addext", f"subjectAltName=DNS:{name(number)}", "-keyout", key, "-out", cert],
        check=True, capture_output=True)
    both = os.path.join(folder, f".{number}.pem")
    with open(os.open(both, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as out:
        for part in (cert, key):
            with open(part, "rb") as source:
                out.write(source.read())
            os.remove(part)
    os.rename(both, os.path.join(folder, f"{name(number)}.pem"))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def served(port, number):
    """The certificate that is served for a name; None while there is none."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with socket.create_connection(("127.0.0.1", port), 5) as tcp:
            with context.wrap_socket(tcp, server_hostname=name(number)) as tls:
                return tls.getpeercert(binary_form=True)
    except OSError:
        return None


def on_disk(folder, number):
    with open(os.path.join(folder, f"{name(number)}.pem"), encoding="ascii") as pem:
        text = pem.read()
    return ssl.PEM_cert_to_DER_cert(text[: text.index("-----BEGIN PRIVATE")])


def await_served(process, port, folder, number):
    """Seconds until it is what lies on disk."""
    begin = time.monotonic()
    expected = on_disk(folder, number)
    while served(port, number) != expected:
        if process.poll() is not None or time.monotonic() - begin > PATIENCE:
            sys.exit(f"{name(number)} is not served")
        time.sleep(0.01)
    return time.monotonic() - begin


def haproxy(work, folder, port):
    config = os.path.join(work, "haproxy.cfg")
    with open(config, "w", encoding="ascii") as out:
        out.write(f"""
global
  nbthread 1
defaults
  mode tcp
  timeout connect 5s
  timeout client 30s
  timeout server 30s
frontend https
  bind 127.0.0.1:{port} ssl crt {folder} strict-sni
  default_backend app
backend app
  server app 127.0.0.1:9
""")
    return ["haproxy", "-W", "-q", "-f", config], lambda process: process.send_signal(signal.SIGUSR2)


def sallyport(work, folder, port):
    config = os.path.join(work, "sallyport.conf")
    with open(config, "w", encoding="ascii") as out:
        out.write(f"""sallyport {{
  event-loops = 1
  listeners.https {{ bind = "127.0.0.1:{port}", backend = app, tls.certificates = [{{ directory = "{folder}" }}]
    tls.unknown-server-name = reject }}
  backends.app.servers = ["127.0.0.1:9"]
  admin.bind = "", access-log.target = none, log.level = off
}}""")
    java = os.environ.get("SALLYPORT", f"java -Xmx512m -jar {ROOT}/target/sallyport.jar")
    return [*java.split(), "run", "-c", config], lambda process: None


def measure(proxy, work, folder, pairs):
    port = free_port()
    command, tell = proxy(work, folder, port)
    begin = time.monotonic()
    process = subprocess.Popen(command, cwd=work)
    try:
        await_served(process, port, folder, pairs - 1)
        start, cpu = time.monotonic() - begin, sum(procfs.cpu_seconds(process.pid))
        rss = procfs.rss_kib(process.pid)
        reloads = []
        for number in range(3):
            write_pair(folder, number)
            tell(process)
            reloads.append(await_served(process, port, folder, number))
            time.sleep(2)
        spent = sum(procfs.cpu_seconds(process.pid)) - cpu
        peak = procfs.peak_kib(process.pid)
        print(f"{proxy.__name__}: start {start:.1f} s ({cpu:.1f} s of a processor), {rss >> 10} MiB; one replaced is served"
              f" after {', '.join(f'{each:.2f}' for each in reloads)} s ({spent / 3:.2f} s of a processor each); then"
              f" {procfs.rss_kib(process.pid) >> 10} MiB, {peak >> 10} at the most", flush=True)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=10_000)
    parser.add_argument("--proxies", default="haproxy,sallyport")
    parser.add_argument("--folder", help="of a run before; it is made if it is not there")
    options = parser.parse_args()
    work = tempfile.mkdtemp()
    try:
        folder = options.folder or os.path.join(work, "certs")
        if not os.path.isdir(folder):
            os.mkdir(folder)
            with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
                list(pool.map(lambda number: write_pair(folder, number), range(options.pairs)))
        print(f"{len(os.listdir(folder))} files, {os.cpu_count()} processors", flush=True)
        for each in options.proxies.split(","):
            measure({"haproxy": haproxy, "sallyport": sallyport}[each], work, folder, options.pairs)
    finally:
        shutil.rmtree(work)


main()
