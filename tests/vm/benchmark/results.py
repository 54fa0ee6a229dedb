"""From samples to cells: medians and spread, as JSON lines and as a table."""

import json
import statistics
import sys

from plan import DEVICES, PATHS, TIMES, WORKLOADS

KEY = ("device", "workload", "path", "rtt_ms", "rate_limit", "cpus")


def cells_of(samples):
    """One cell for all samples of the same workload on the same path in the same network."""
    groups = {}
    for sample in samples:
        if sample["path"] == "direct":
            # No network had a part in it.
            sample = sample | {"rtt_ms": None, "rate_limit": None}
        groups.setdefault(tuple(sample[name] for name in KEY), []).append(sample)
    cells = [cell_of(key, group, groups.get(tuple("kernel" if name == "path" else value for name, value in zip(KEY, key)), []))
             for key, group in groups.items()]
    return sorted(cells, key=order)


def cell_of(key, group, of_kernel):
    values = [sample["value"] for sample in group]
    cell = dict(zip(KEY, key)) | {
        "unit": group[0]["unit"],
        "median": round(statistics.median(values), 4), "low": min(values), "high": max(values),
        "cpu_ms_per_urb": medians(group, "cpu_ms_per_urb"), "cpu_ms_per_mb": medians(group, "cpu_ms_per_mb"),
        "wakes_per_urb": medians(group, "wakes_per_urb"),
        "repeats": len(values), "run": group[0]["run"],
    }
    for name in ("tlb_flushes_per_urb", "p50_ms", "p99_ms"):
        found = [sample[name] for sample in group if name in sample]
        cell[name] = statistics.median(found) if found else None
    for name in ("lost", "out_of_order"):
        if name in group[0]:
            cell[name] = sum(sample[name] for sample in group)
    found = ratios(group, of_kernel)
    for name, which in (("ratio_to_kernel", statistics.median), ("ratio_low", min), ("ratio_high", max)):
        cell[name] = round(which(found), 3) if found else None
    return cell


def medians(group, field):
    """By process."""
    names = {name for sample in group for name in sample[field]}
    return {name: round(statistics.median(sample[field].get(name, 0) for sample in group), 4) for name in sorted(names)}


def ratios(group, of_kernel):
    """How many times as fast as the kernel's own USB/IP, in each turn in which both were measured."""
    kernel = {sample["turn"]: sample["value"] for sample in of_kernel}
    pairs = [(sample["value"], kernel[sample["turn"]], sample["unit"]) for sample in group if sample["turn"] in kernel]
    return [theirs / ours if unit in TIMES else ours / theirs for ours, theirs, unit in pairs if ours and theirs]


def order(cell):
    return (list(DEVICES).index(cell["device"]), WORKLOADS.index(cell["workload"]),
            cell["rate_limit"] or 0, -1 if cell["rtt_ms"] is None else cell["rtt_ms"], -cell["cpus"], list(PATHS).index(cell["path"]))


def others(path, cells):
    """The cells that the file has and that are not among these, and the conditions of the runs that they are from."""
    new = {tuple(cell[name] for name in KEY) for cell in cells}
    try:
        conditions, *found = map(json.loads, path.read_text().splitlines())
    except (OSError, ValueError):
        return [], []
    kept = [cell for cell in found if tuple(cell[name] for name in KEY) not in new]
    runs = {cell["run"] for cell in kept}
    return kept, [run for run in conditions["conditions"] if run["run"] in runs]


def write(file, conditions, cells):
    """The conditions of each run are the first line, and each further line is a cell."""
    for line in [{"conditions": conditions}, *cells]:
        file.write(json.dumps(line) + "\n")


def table(cells):
    """Lines for people."""
    yield (f"{'device':13} {'workload':17} {'ms':>4} {'Mbit':>4} {'cpus':>4} {'path':14} {'median':>9} {'low':>9} {'high':>9} {'unit':9}"
           f"{'p50 ms':>8} {'p99 ms':>8} {'x kernel':>8}  processor ms, wake-ups, TLB flushes")
    before = None
    for cell in cells:
        place = (cell["device"], cell["workload"])
        if before and place != before:
            yield ""
        before = place
        rtt = "-" if cell["rtt_ms"] is None else f"{cell['rtt_ms']:g}"
        per = "MB" if cell["unit"].endswith("iB/s") and cell["cpu_ms_per_mb"] else "URB"
        used = ", ".join(f"{name} {ms:.3g}" for name, ms in cell[f"cpu_ms_per_{per.lower()}"].items())
        wakes = ", ".join(f"{name} {count:.3g}" for name, count in cell.get("wakes_per_urb", {}).items())
        flushes = "" if cell.get("tlb_flushes_per_urb") is None else f"; {cell['tlb_flushes_per_urb']:.3g} flushed per URB"
        lost = f"  LOST {cell['lost']}" if cell.get("lost") else ""
        yield (f"{cell['device']:13} {cell['workload']:17} {rtt:>4} {text(cell['rate_limit'], '.0f'):>4} {cell['cpus']:4} {cell['path']:14} "
               f"{cell['median']:9.4g} {cell['low']:9.4g} {cell['high']:9.4g} {cell['unit']:9}"
               f"{text(cell['p50_ms'], '.2f'):>8} {text(cell['p99_ms'], '.2f'):>8} {text(cell['ratio_to_kernel'], '.2f'):>8}"
               f"  {used + ' per ' + per if used else '-'}{'; ' + wakes + ' per URB' if wakes else ''}{flushes}{lost}")


def text(value, form):
    return "-" if value is None else format(value, form)


def main():
    """results.py FILE: prints the table of a file that was written before."""
    with open(sys.argv[1]) as file:
        print(*table([cell for cell in map(json.loads, file) if "workload" in cell]), sep="\n")


if __name__ == "__main__":
    main()
