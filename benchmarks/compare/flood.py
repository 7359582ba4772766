"""What becomes of one kept-alive connection while others do nothing but handshakes.

The proxy has one core. The flood has the other one, and shares it with the measured connection and the backend, which run
at real-time priority: what they wait for is mostly the proxy. Since both still wait for what the kernel does for the flood on
their core, the time in the proxy is measured by itself, too. What they take of that core the flood has not: what is kept of
the handshakes is counted by the clock and by the proxy's processor time.
"""

import statistics
import sys
import time

import procfs
from load import Load
from wire import PERCENTILES, Wire
from works import WORKS

FULL = next(work for work in WORKS if work.name == "full 1.3 ECDSA")
LANES = (32, 1000)
BACKEND_PRIORITY = 20
METER_PRIORITY = 30
WARM_UP = 120_000
EXCHANGES = 8_000
# A connection without a pause would have the more of the proxy the better it is served, and leave the flood less.
PAUSE_MICROS = 400
MESSAGE_BYTES = 64
SECONDS_ALONE = 3
# Rounds before those that count. A JVM compiles for two minutes, in pieces of some milliseconds: first what every handshake
# does, then what happens once a second or at every collection.
UNCOUNTED = 1
UNCOUNTED_OF_A_JVM = 3
# Until all lanes are under way.
SECONDS_TO_BEGIN = 0.5


class Flood:
    def __init__(self, options, files, start, stop):
        self.options = options
        self.files = files
        self.start = start
        self.stop = stop
        self.scale = 0.25 if options.quick else max(options.scale, 0.25)

    def load(self):
        return Load(self.options.java, self.load_jar, self.options.load_cores)

    def all(self, classes, load_jar):
        self.load_jar = load_jar
        results = {}
        backend = self.load()
        self.meter = self.load()
        self.client = self.load()
        try:
            self.backend_port = backend.ask("backend")["port"]
            self.meter.ask("exchanges", port=self.backend_port, plain="true", count=WARM_UP, lanes=1, size=MESSAGE_BYTES)
            backend.real_time(BACKEND_PRIORITY)
            self.meter.real_time(METER_PRIORITY)
            for proxy_class in classes:
                # haproxy's own protection is a rate, of what it does at most.
                rate = results.get("haproxy", {}).get("32", {}).get("alone_per_second", 0)
                proxy = self.start(proxy_class, self.backend_port, rate)
                results[proxy.name] = self.measure(proxy)
                self.stop(proxy)
        finally:
            for each in (self.meter, self.client, backend):
                each.close()
        return results

    def measure(self, proxy):
        on_a_jvm = proxy.name.startswith("sallyport")
        warm = WARM_UP if on_a_jvm else WARM_UP // 15
        self.client.ask(FULL.kind, **FULL.command(proxy, int(warm * self.scale), self.files), lanes=LANES[0])
        rounds = 1 if self.options.quick else self.options.rounds
        uncounted = UNCOUNTED_OF_A_JVM if on_a_jvm and not self.options.quick else UNCOUNTED
        taken = [{lanes: self.round(proxy, lanes) for lanes in LANES} for _ in range(uncounted + rounds)][uncounted:]
        results = {}
        for lanes in LANES:
            each = [one[lanes] for one in taken]
            result = {key: statistics.median(one[key] for one in each) for key in each[0]}
            result["errors"] = sum(one["errors"] for one in each)
            result["rounds"] = each
            results[str(lanes)] = result
        print(table({proxy.name: results}), file=sys.stderr, flush=True)
        return results

    def round(self, proxy, lanes):
        count = int(EXCHANGES * self.scale)
        flood = dict(FULL.command(proxy, 0, self.files), lanes=lanes)
        unloaded, wire = self.exchange(proxy, count)
        result = figures("unloaded", unloaded, wire.end(count))
        self.client.ask("flood", **flood)
        time.sleep(SECONDS_TO_BEGIN)
        alone = Window(proxy, self.client)
        time.sleep(SECONDS_ALONE * self.scale)
        alone.end()
        beside = Window(proxy, self.client)
        flooded, wire = self.exchange(proxy, count)
        beside.end()
        ended = self.client.ask("flood-end")
        # Not sooner: reading what was seen takes a core, which the flood would miss.
        result.update(figures("flooded", flooded, wire.end(count)))
        result["p99_factor"] = flooded["p99"] / max(unloaded["p99"], 1)
        result["p999_factor"] = flooded["p999"] / max(unloaded["p999"], 1)
        result["alone_per_second"] = alone.per_second
        result["beside_per_second"] = beside.per_second
        result["kept"] = beside.per_second / alone.per_second
        result["kept_by_processor"] = alone.processor_each / beside.processor_each
        result["errors"] = unloaded["errors"] + flooded["errors"] + ended["errors"]
        return result

    def exchange(self, proxy, count):
        port = proxy.ports["ecdsa"]
        wire = Wire(port, self.backend_port, MESSAGE_BYTES)
        return self.meter.ask("exchanges", count=count, port=port, lanes=1, size=MESSAGE_BYTES,
                              pause=PAUSE_MICROS), wire


class Window:
    """The handshakes of a stretch of the flood, and the proxy's processor time for each."""

    def __init__(self, proxy, client):
        self.proxy = proxy
        self.client = client
        self.at = self.now()

    def now(self):
        processor = sum(procfs.cpu_seconds(self.proxy.pid()))
        return time.monotonic(), self.client.ask("flood-so-far")["count"], processor

    def end(self):
        seconds, count, processor = (after - before for before, after in zip(self.at, self.now()))
        if count == 0:
            raise RuntimeError(f"no handshake in {seconds:.1f} s")
        self.per_second = count / seconds
        self.processor_each = max(processor, 1e-9) / count


def figures(when, ends, in_proxy):
    return {f"{when}_{where}{name}": each[name]
            for where, each in (("", ends), ("in_proxy_", in_proxy)) for name in PERCENTILES}


def table(results):
    """The medians of the rounds; each round is in the results."""
    lines = [
        "| flood | proxy | p50 | p99 | p99.9 | p99 × | p99.9 × | in the proxy p50 | p99 | p99.9 | handshakes/s alone | beside the connection | kept | by processor time |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for lanes in LANES:
        for name, by_lanes in results.items():
            row = by_lanes[str(lanes)]
            ends, in_proxy = ([f"{row[f'unloaded_{where}{key}']:.0f} → {row[f'flooded_{where}{key}']:.0f}" for key in PERCENTILES]
                              for where in ("", "in_proxy_"))
            cells = [lanes, name, *ends, f"{row['p99_factor']:.1f}", f"{row['p999_factor']:.1f}", *in_proxy,
                     f"{row['alone_per_second']:.0f}", f"{row['beside_per_second']:.0f}",
                     f"{100 * row['kept']:.0f} %", f"{100 * row['kept_by_processor']:.0f} %"]
            lines.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    return "\n".join(lines)
