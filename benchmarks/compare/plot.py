"""Bar charts as SVG, without a library."""

import os
from xml.sax.saxutils import escape

COLOURS = ("#4c72b0", "#dd8452", "#55a868", "#c44e52", "#8172b3", "#937860", "#da8bc3", "#8c8c8c", "#ccb974", "#64b5cd")
WIDTH, BAR, GAP, LABELS, TOP = 900, 13, 14, 250, 60


def all_of(results, ratios, folder):
    if ratios:
        save(folder, "processor-time.svg", "Processor time per unit, haproxy = 1 (less is better)", ratios)
    idle = {name: figures["idle"] for name, figures in results["start"].items()}
    if idle:
        counts = list(next(iter(idle.values())))
        save(folder, "idle-memory.svg", "Memory of an idle connection, KiB", {
            f"{int(count):,} connections": {name: steps[count]["kib_each"] for name, steps in idle.items()}
            for count in counts if int(count) > 1})
    if results["paced"]:
        save(folder, "latency.svg", f"Requests of 1 KiB at {results['paced_rate']} a second, µs", {
            words: {name: figures[key] for name, figures in results["paced"].items()}
            for words, key in (("p50", "p50"), ("p99", "p99"), ("p99.9", "p999"))})


def save(folder, name, title, groups):
    with open(os.path.join(folder, name), "w", encoding="utf-8") as out:
        out.write(bars(title, groups))


def bars(title, groups):
    """Horizontal bars: {group: {series: value}}."""
    series = list(dict.fromkeys(name for group in groups.values() for name in group))
    top = max((value for group in groups.values() for value in group.values()), default=1) or 1
    # One outlier must not flatten the rest: longer bars are cut and keep their figure.
    limit = min(top, 3 * sorted(v for g in groups.values() for v in g.values())[len([v for g in groups.values() for v in g]) // 2])
    scale = (WIDTH - LABELS - 70) / (limit or 1)
    parts, y = [], TOP + 16 * ((len(series) + 3) // 4)
    for group, values in groups.items():
        parts.append(text(LABELS - 8, y + BAR * len(values) / 2 + 4, group, "end"))
        for name, value in values.items():
            colour = COLOURS[series.index(name) % len(COLOURS)]
            length = max(1, min(value, limit) * scale)
            parts.append(f'<rect x="{LABELS}" y="{y}" width="{length:.1f}" height="{BAR - 2}" fill="{colour}"/>')
            parts.append(text(LABELS + length + 4, y + BAR - 4, f"{value:.2f}" if top < 20 else f"{value:.0f}", "start", 10))
            y += BAR
        y += GAP
    legend = []
    for index, name in enumerate(series):
        x, line = 20 + (index % 4) * 215, 38 + 16 * (index // 4)
        legend.append(f'<rect x="{x}" y="{line - 9}" width="10" height="10" fill="{COLOURS[index % len(COLOURS)]}"/>')
        legend.append(text(x + 15, line, name, "start"))
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y + 10}" font-family="sans-serif">'
            f'<rect width="100%" height="100%" fill="white"/>{text(20, 20, title, "start", 15)}'
            + "".join(legend) + "".join(parts) + "</svg>\n")


def text(x, y, words, anchor, size=12):
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}">{escape(words)}</text>'
