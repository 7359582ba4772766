"""What becomes of one kept-alive connection while others do nothing but handshakes.

The proxy has one core. The flood has the other one, and shares it with the measured connection and the backend, which run
at real-time priority: what they wait for is mostly the proxy. What they take of that core the flood has not, so what is
kept of the handshakes is counted by the proxy's processor time: with that of the measured connection, and without what its
requests cost when nothing else is done. And since both still wait for what the kernel does for the flood on their core, the
time in the proxy is measured by itself, too.
"""

import sys
import threading
import time

import procfs
from load import Load
from wire import PERCENTILES, Wire
from works import WORKS

FULL = next(work for work in WORKS if work.name == "full 1.3 ECDSA")
LANES = (32, 1000)
REALTIME = ("chrt", "-f")
BACKEND_PRIORITY = "20"
METER_PRIORITY = "30"
PIECE = 4000
MESSAGE_BYTES = 64


class Flood:
    def __init__(self, options, files, start, stop):
        self.options = options
        self.files = files
        self.start = start
        self.stop = stop

    def load(self, *prefix):
        return Load(self.options.java, self.load_jar, self.options.load_cores, prefix)

    def all(self, classes, load_jar):
        self.load_jar = load_jar
        results = {}
        backend = self.load(*REALTIME, BACKEND_PRIORITY)
        meter = self.load(*REALTIME, METER_PRIORITY)
        client = self.load()
        try:
            self.backend_port = backend.ask("backend")["port"]
            for proxy_class in classes:
                # haproxy's own protection is a rate, of what it does at most.
                rate = results.get("haproxy", {}).get("32", {}).get("alone_per_second", 0)
                proxy = self.start(proxy_class, self.backend_port, rate)
                results[proxy.name] = self.measure(proxy, meter, client)
                self.stop(proxy)
        finally:
            for each in (meter, client, backend):
                each.close()
        return results

    def measure(self, proxy, meter, client):
        scale = 0.05 if self.options.quick else max(self.options.scale, 0.05)
        count = int(20_000 * scale)
        handshakes = int(PIECE * scale)
        warm = 15 if proxy.name.startswith("sallyport") else 1
        client.ask(FULL.kind, **FULL.command(proxy, handshakes * warm, self.files), lanes=32)
        # Both at once, too, or the first of the floods would be measured while a JVM compiles for it.
        warming = Flooding(client, dict(FULL.command(proxy, handshakes, self.files), lanes=LANES[0]))
        _, wire = self.exchange(proxy, meter, count)
        warming.end()
        wire.end(count)
        results = {}
        for lanes in LANES:
            flood = dict(FULL.command(proxy, handshakes, self.files), lanes=lanes)
            busy = processor(proxy)
            alone = client.ask(FULL.kind, **dict(flood, count=3 * handshakes))
            alone_each = (processor(proxy) - busy) / alone["count"]
            busy = processor(proxy)
            unloaded, wire = self.exchange(proxy, meter, count)
            requests = processor(proxy) - busy
            unloaded_in_proxy = wire.end(count)
            busy = processor(proxy)
            flooding = Flooding(client, flood)
            time.sleep(0.5)
            flooded, wire = self.exchange(proxy, meter, count)
            beside_per_second = flooding.end()
            beside = processor(proxy) - busy
            # Not sooner: reading what was seen takes a core, which the flood would miss.
            flooded_in_proxy = wire.end(count)
            beside_each = beside / flooding.count
            result = {
                "unloaded": {key: unloaded[key] for key in PERCENTILES},
                "flooded": {key: flooded[key] for key in PERCENTILES},
                "unloaded_in_proxy": unloaded_in_proxy,
                "flooded_in_proxy": flooded_in_proxy,
                "alone_per_second": alone["count"] / alone["seconds"],
                "flood_per_second": beside_per_second,
                "kept": alone_each / max(beside_each, 1e-9),
                "kept_beside_requests": alone_each * flooding.count / max(beside - requests, 1e-9),
                "errors": unloaded["errors"] + flooded["errors"],
            }
            result["p99_factor"] = flooded["p99"] / max(unloaded["p99"], 1)
            result["p999_factor"] = flooded["p999"] / max(unloaded["p999"], 1)
            results[str(lanes)] = result
            print(f"flood of {lanes:4} {proxy.name:20} p99 {unloaded['p99']:.0f} to {flooded['p99']:.0f} "
                  f"({result['p99_factor']:.1f} x), p99.9 {unloaded['p999']:.0f} to {flooded['p999']:.0f} "
                  f"({result['p999_factor']:.1f} x) µs, in the proxy {unloaded_in_proxy['p99']:.0f} to "
                  f"{flooded_in_proxy['p99']:.0f} and {unloaded_in_proxy['p999']:.0f} to "
                  f"{flooded_in_proxy['p999']:.0f}, {result['alone_per_second']:.0f} handshakes/s alone, "
                  f"{result['flood_per_second']:.0f} beside it, {100 * result['kept']:.0f} % kept, "
                  f"{100 * result['kept_beside_requests']:.0f} % without the requests' own cost", file=sys.stderr, flush=True)
        return results

    def exchange(self, proxy, meter, count):
        port = proxy.ports["ecdsa"]
        wire = Wire(port, self.backend_port, MESSAGE_BYTES)
        return meter.ask("exchanges", count=count, port=port, lanes=1, size=MESSAGE_BYTES), wire


def processor(proxy):
    return sum(procfs.cpu_seconds(proxy.pid()))


class Flooding:
    """Handshakes without an end, until one is asked for."""

    def __init__(self, client, words):
        self.client = client
        self.words = words
        self.ending = False
        self.count = 0
        self.seconds = 0.0
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while not self.ending:
            answer = self.client.ask(FULL.kind, **self.words)
            self.count += answer["count"]
            self.seconds += answer["seconds"]

    def end(self):
        self.ending = True
        self.thread.join()
        return self.count / max(self.seconds, 1e-9)


def table(results):
    lines = [
        "| flood | proxy | p50 | p99 | p99.9 | in the proxy p50 | p99 | p99.9 | handshakes/s alone | beside the connection | kept | without the requests |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for lanes in LANES:
        for name, by_lanes in results.items():
            row = by_lanes[str(lanes)]
            times = " | ".join(f"{row['unloaded' + where][key]:.0f} → {row['flooded' + where][key]:.0f}"
                               for where in ("", "_in_proxy") for key in PERCENTILES)
            lines.append(f"| {lanes} | {name} | {times} | {row['alone_per_second']:.0f} | {row['flood_per_second']:.0f} "
                         f"| {100 * row['kept']:.0f} % | {100 * row['kept_beside_requests']:.0f} % |")
    return "\n".join(lines)
