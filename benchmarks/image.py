"""Start-up and memory of the image, assembled and run without a container engine; as root.

    mvn -B -ntp -DskipTests package
    JAVA_HOME=JDK25 src/main/docker/assemble target/sallyport.jar target/image
    python3 benchmarks/image.py [ROUNDS]

Each round starts a process in 128 MiB, read-only and without capabilities, and waits for the first TLS handshake with an
answer of the backend. Prints the median and the worst of all rounds.
"""

import os
import re
import signal
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
CONTAINED = os.path.join(HERE, "..", "src", "test", "docker", "contained")
IMAGE = os.path.join(HERE, "..", "target", "image")
MEMORY = 128 * 1024 * 1024
# The first look at the files is after 10 seconds; what it took goes back to the kernel with the trim after that.
REST_SECONDS = 24


def serve(listening):
    while True:
        peer, _ = listening.accept()
        with peer:
            peer.recv(16)
            peer.sendall(b"hello")


def configuration(folder):
    tls = os.path.join(folder, "tls")
    os.mkdir(tls)
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
         "-keyout", os.path.join(tls, "tls.key"), "-out", os.path.join(tls, "tls.crt")],
        check=True, capture_output=True)
    os.chmod(os.path.join(tls, "tls.key"), 0o644)
    os.chmod(folder, 0o755)
    with open(os.path.join(IMAGE, "etc/sallyport/sallyport.conf")) as source:
        with open(os.path.join(folder, "sallyport.conf"), "w") as target:
            target.write(source.read())


def handshake(port, trusted):
    with socket.create_connection(("127.0.0.1", port), timeout=10) as plain:
        with trusted.wrap_socket(plain, server_hostname="localhost") as secure:
            secure.sendall(b"hi")
            return secure.recv(16) == b"hello"


def field(pid, name):
    with open(f"/proc/{pid}/status") as status:
        return int(re.search(rf"^{name}:\s+(\d+)", status.read(), re.M).group(1)) / 1024


def processor(pid):
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def inner(pid):
    for _ in range(2):
        with open(f"/proc/{pid}/task/{pid}/children") as children:
            pid = int(children.read().split()[0])
    return pid


def measure(folder, backend):
    environment = dict(os.environ, SALLYPORT_CONFIG="/etc/sallyport/sallyport.conf", SALLYPORT_BIND="127.0.0.1:0",
                       SALLYPORT_ADMIN_BIND="127.0.0.1:0", SALLYPORT_BACKEND=f"127.0.0.1:{backend}")
    trusted = ssl.create_default_context(cafile=os.path.join(folder, "tls", "tls.crt"))
    begin = time.monotonic()
    process = subprocess.Popen([CONTAINED, IMAGE, str(MEMORY), folder, "/opt/sallyport/bin/sallyport", "run"],
                               stdout=subprocess.PIPE, text=True, env=environment)
    try:
        line = process.stdout.readline()
        while '"message":"listening"' not in line:
            line = process.stdout.readline()
            if not line:
                raise SystemExit("not started")
        assert handshake(int(re.search(r"127\.0\.0\.1:(\d+)", line).group(1)), trusted)
        result = {"first handshake, ms": (time.monotonic() - begin) * 1000}
        pid = inner(process.pid)
        result["processor time until then, ms"] = processor(pid) * 1000
        result["resident, MiB"] = field(pid, "VmRSS")
        result["of it not shared with files, MiB"] = field(pid, "RssAnon")
        time.sleep(REST_SECONDS)
        result["resident at rest, MiB"] = field(pid, "VmRSS")
        result["of it not shared with files at rest, MiB"] = field(pid, "RssAnon")
        os.kill(pid, signal.SIGTERM)
        process.communicate(timeout=30)
        assert process.returncode == 0
        return result
    finally:
        if process.poll() is None:
            os.kill(inner(process.pid), signal.SIGKILL)


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    listening = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=serve, args=(listening,), daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        configuration(folder)
        results = [measure(folder, listening.getsockname()[1]) for _ in range(rounds)]
    size = subprocess.run(["du", "-sm", IMAGE], capture_output=True, text=True, check=True).stdout.split()[0]
    print(f"| the image, {rounds} starts | median | worst |\n|---|---:|---:|")
    for name in results[0]:
        values = [result[name] for result in results]
        print(f"| {name} | {statistics.median(values):.0f} | {max(values):.0f} |")
    print(f"| file system, MiB | {size} | |")


main()
