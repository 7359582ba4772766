"""Turns the figures of one run into a table and plots."""

import os
import statistics

import plot
from works import PACED, WORKS

REFERENCE = "haproxy"
MLKEM = "full 1.3 ECDSA X25519MLKEM768"


def med(entries, key):
    return statistics.median(entry[key] for entry in entries)


def errors(results):
    """Every piece of work that did not go as planned."""
    found = []
    for work, by_proxy in results["steady"].items():
        for proxy, rounds in by_proxy.items():
            found += [f"{work}, {proxy}: {each['errors']} errors ({each.get('error')})" for each in rounds if each["errors"]]
            if work.startswith("resumed") and "without TLS" not in proxy:
                # The first of each lane has nothing to resume.
                found += [f"{work}, {proxy}: resumed {each['resumed']} of {each['units']}"
                          for each in rounds if each["units"] >= 200 and each["resumed"] < 0.9 * each["units"]]
            if work.startswith("full"):
                found += [f"{work}, {proxy}: resumed" for each in rounds if each["resumed"]]
    for proxy, figures in results["paced"].items():
        if figures["errors"]:
            found.append(f"{PACED.name}, {proxy}: {figures['errors']} errors ({figures.get('error')})")
    for proxy, figures in results["start"].items():
        found += [f"{count} idle connections, {proxy}: {idle['errors']} errors"
                  for count, idle in figures["idle"].items() if idle["errors"]]
    for proxy, by_lanes in results.get("flood", {}).items():
        found += [f"flood of {lanes}, {proxy}: {figures['errors']} errors" for lanes, figures in by_lanes.items()
                  if figures["errors"]]
    return found


def ratios(results):
    """Processor time per unit against the reference, by work and proxy."""
    table = {}
    for work, by_proxy in results["steady"].items():
        against = results["steady"].get("full 1.3 ECDSA" if work == MLKEM else work, {}).get(REFERENCE)
        if against:
            base = med(against, "cpu_us")
            table[work] = {proxy: med(rounds, "cpu_us") / base for proxy, rounds in by_proxy.items() if base}
    return table


def row(cells):
    return "| " + " | ".join(cells) + " |"


def rows(head, lines):
    return "\n".join([row(head), row(["---"] * len(head))] + [row(line) for line in lines])


def write(results, folder):
    parts = [about(results)]
    if results["steady"]:
        parts += [cpu(results), speed(results)]
    if results["paced"]:
        parts.append(paced(results))
    if results["start"]:
        parts.append(start(results))
    if results["peak_kib"]:
        parts.append(peak(results))
    wrong = errors(results)
    if wrong:
        parts.append("Not as planned:\n\n" + "\n".join(f"- {line}" for line in wrong))
    text = "\n\n".join(parts) + "\n"
    with open(os.path.join(folder, "table.md"), "w", encoding="utf-8") as out:
        out.write(text)
    plot.all_of(results, ratios(results), folder)
    return text


def about(results):
    facts = results["about"]
    lines = [f"{facts['date']}, {facts['machine']}, {facts['openssl']}; load average {facts['load_average_at_start']:.1f} "
             f"before and {facts.get('load_average_at_end', 0):.1f} after, {facts.get('seconds', 0)} s."]
    lines += [f"- {name}: {version}" for name, version in facts["versions"].items()]
    lines.append(f"\n`{facts['command'].strip()}`")
    return "\n".join(lines)


def proxies_of(results):
    return list(results["about"]["versions"])


def cpu(results):
    names = proxies_of(results)
    table = ratios(results)
    lines = []
    for work in WORKS:
        by_proxy = results["steady"].get(work.name)
        if not by_proxy:
            continue
        cells = [f"{work.name}"]
        for name in names:
            if name not in by_proxy:
                cells.append("–")
                continue
            cost = med(by_proxy[name], "cpu_us")
            ratio = table.get(work.name, {}).get(name)
            cells.append(f"{cost:.1f}" + (f" ({ratio:.2f})" if ratio is not None else ""))
        lines.append(cells)
    return "Processor time of the proxy, µs a unit (ratio to haproxy):\n\n" + rows(["work"] + names, lines)


def speed(results):
    names = proxies_of(results)
    lines = []
    for work in WORKS:
        by_proxy = results["steady"].get(work.name)
        if by_proxy:
            lines.append([work.name] + [speed_cell(by_proxy.get(name), work.kind) for name in names])
    return ("Throughput, units a second; p50 / p99 / p99.9 in µs at full load (*: the proxy's core was not full, the load "
            "generator set the pace):\n\n" + rows(["work"] + names, lines))


def speed_cell(rounds, kind):
    if not rounds:
        return "–"
    mark = "" if med(rounds, "proxy_busy") > 0.9 else "*"
    words = f"{med(rounds, 'per_second'):.0f}{mark}"
    if kind == "bulk":
        return words
    return words + f"; {med(rounds, 'p50'):.0f} / {med(rounds, 'p99'):.0f} / {med(rounds, 'p999'):.0f}"


def paced(results):
    lines = [[name, *(f"{figures[key]:.0f}" for key in ("p50", "p99", "p999", "max"))]
             for name, figures in results["paced"].items()]
    return (f"Requests of 1 KiB at {results['paced_rate']} a second, timed from when they were due, µs:\n\n"
            + rows(["proxy", "p50", "p99", "p99.9", "max"], lines))


def start(results):
    lines = []
    for name, figures in results["start"].items():
        idle = figures["idle"]
        lines.append([name, f"{min(figures['first_handshake_seconds']):.3f}", f"{figures['rss_after_start_kib'] / 1024:.1f}",
                      *(f"{each['kib_each']:.1f}" for each in idle.values()),
                      f"{figures['cold']['cpu_us']:.0f}", f"{figures['cold']['seconds']:.1f}"])
    counts = list(next(iter(results["start"].values()))["idle"])
    head = ["proxy", "start to first handshake, s", "resident after it, MiB"]
    head += [f"KiB each of {int(count):,} idle" for count in counts]
    units = next(iter(results["start"].values()))["cold"]["units"]
    head += [f"first {units:,} handshakes, µs each", "s in all"]
    return "A fresh process:\n\n" + rows(head, lines)


def peak(results):
    return "Peak resident memory over all the work above:\n\n" + rows(
        ["proxy", "MiB"], [[name, f"{kib / 1024:.1f}"] for name, kib in results["peak_kib"].items()])
