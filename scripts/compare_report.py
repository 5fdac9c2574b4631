"""What scripts/compare says of its runs: figures, the table, CSV and pictures."""

import csv
import math
import statistics
import sys

# A ratio counts as reached within this share of the traffic: some graphs have cuts of a few edges, or none.
SLACK = 0.0005
COLUMNS = {
    "remote share": "share", "/ METIS": "to_metis", "/ best": "to_best", "imbalance": "imbalance",
    "epochs to 1.5x": "epochs_150", "sweeps": "sweeps_150", "epochs to 1.15x": "epochs_115", "sweeps ": "sweeps_115",
    "moves/actor": "moves", "placement s": "placement_s", "of run": "placement_part",
}


def ratio(share, reference):
    return share / reference if reference > 0 else 1.0 if share == 0 else math.inf


def measure(metrics, reference):
    """The figures of a run."""
    cuts, sweeps = metrics["cut_share"], metrics["sweeps"]

    def reached(factor):
        at = next((k for k, cut in enumerate(cuts) if cut <= factor * reference["metis"] + SLACK), None)
        return (math.inf, math.inf) if at is None else (at + 1, sum(sweeps[:at + 1]))

    placement = sum(metrics["placement_s"])
    figures = {
        "share": cuts[-1], "to_metis": ratio(cuts[-1], reference["metis"]), "to_best": ratio(cuts[-1], reference["best"]),
        "imbalance": metrics["load_imbalance"][-1], "moves": sum(metrics["migrated"]) / max(1.0, metrics["actors"][-1]),
        "placement_s": placement, "placement_part": placement / max(metrics["wall_s"][-1], 1e-9),
        "moved_last": sum(metrics["migrated"][-max(1, len(cuts) // 5):]),
    }
    figures["epochs_150"], figures["sweeps_150"] = reached(1.5)
    figures["epochs_115"], figures["sweeps_115"] = reached(1.15)
    return figures | reference


def medians(rows):
    return {key: statistics.median(row[key] for row in rows) for key in rows[0]}


def geometric_mean(values):
    finite = [value for value in values if 0 < value < math.inf]
    return math.exp(sum(map(math.log, finite)) / len(finite)) if finite else math.nan


def show(column, value):
    if not math.isfinite(value):
        return "-"
    if column in ("share",):
        return f"{value:.4f}"
    if column in ("to_metis", "to_best", "imbalance"):
        return f"{value:.3f}"
    if column == "placement_part":
        return f"{100 * value:.0f} %"
    return f"{value:.2f}" if column in ("moves", "placement_s") else f"{value:.0f}"


def print_table(table, balancers):
    wide = max([len(case.label()) for case, _ in table] + [24])
    print(f"\n{'graph, schedulers':<{wide}}  {'balancer':<12}" + "".join(f"{name.strip():>{len(name) + 3}}" for name in COLUMNS))
    for case, rows in table:
        for number, (balancer, row) in enumerate(rows.items()):
            line = f"{case.label() if number == 0 else '':<{wide}}  {balancer:<12}"
            print(line + "".join(f"{show(key, row[key]):>{len(name) + 3}}" for name, key in COLUMNS.items()))
        row = next(iter(rows.values()), None)
        if row:
            print(f"{'':<{wide}}  METIS {row['metis']:.4f} (imbalance {row['metis_imbalance']:.3f}), best of METIS and Scotch "
                  f"{row['best']:.4f} ({row['best_imbalance']:.3f})")
    print("\ngeometric mean of the ratios, where both have a cut:")
    for balancer in balancers:
        of = [rows[balancer] for _, rows in table if balancer in rows]
        if of:
            print(f"  {balancer:<12} {geometric_mean([row['to_metis'] for row in of]):.3f} x METIS, "
                  f"{geometric_mean([row['to_best'] for row in of]):.3f} x the best of METIS and Scotch ({len(of)} graphs)")


def write_csv(path, head, rows):
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows(rows)
    print(path)


def draw(folder, table, curves, balancers):
    """curves.png: the cut over sweeps, a panel a graph; ratios.png: bars of the ratios to METIS. `curves`: by case and
    balancer the runs' metrics."""
    try:
        import matplotlib
    except ImportError:
        print("compare: no figures, as Python has no matplotlib; install the Debian package python3-matplotlib", file=sys.stderr)
        return
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator
    color = {balancer: plt.get_cmap("tab10")(number % 10) for number, balancer in enumerate(balancers)}
    # Balancers that do not sweep get the place in time of those that do.
    sweeps = max((max(run["sweeps"]) for runs in curves.values() for run in runs), default=0) or 1
    across = min(3, len(table))
    down = -(-len(table) // across)
    figure, panels = plt.subplots(down, across, figsize=(4.6 * across, 3.2 * down), squeeze=False, layout="constrained")
    for panel in panels.flat[len(table):]:
        panel.set_visible(False)
    for panel, (case, rows) in zip(panels.flat, table):
        for balancer, row in rows.items():
            cuts = [run["cut_share"] for run in curves[case, balancer]]
            middle = [max(statistics.median(column), 1e-5) for column in zip(*cuts)]
            panel.plot([sweeps * (k + 1) for k in range(len(middle))], middle, color=color[balancer], label=balancer)
            panel.axhline(max(row["metis"], 1e-5), color="0.4", linewidth=0.8, linestyle=":")
            panel.axhline(max(row["best"], 1e-5), color="0.4", linewidth=0.8)
        panel.set_yscale("log")
        panel.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        panel.yaxis.set_minor_locator(NullLocator())
        panel.yaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:g} %"))
        panel.set_title(case.label(), fontsize=10, loc="left")
        panel.set_xlabel(f"sweeps of the infoton step ({sweeps:.0f} an epoch)", fontsize=8)
        panel.tick_params(labelsize=8)
    panels.flat[0].legend(frameon=False, fontsize=8)
    figure.suptitle("Remote share (medians; dotted: METIS, line: best of METIS and Scotch)", fontsize=12)
    save(figure, folder / "curves.png")

    figure, axes = plt.subplots(figsize=(max(7, 1.1 * len(table)), 5), layout="constrained")
    width = 0.8 / len(balancers)
    most = 2.0
    for number, balancer in enumerate(balancers):
        for place, (case, rows) in enumerate(table):
            value = rows[balancer]["to_metis"] if balancer in rows else math.nan
            x = place + (number - (len(balancers) - 1) / 2) * width
            axes.bar(x, min(value, most), width, color=color[balancer], label=balancer if place == 0 else None)
            if value > most:
                axes.text(x, most, f"{value:.0f}" if math.isfinite(value) else "inf", rotation=90, ha="center", va="top",
                          fontsize=7, color="white")
    axes.axhline(1, color="0.3", linewidth=0.8)
    axes.set_ylim(0, most)
    axes.set_xticks(range(len(table)), [case.label() for case, _ in table], rotation=40, ha="right", fontsize=8)
    axes.set_ylabel(f"remote share / METIS (cut off at {most:g})")
    axes.legend(frameon=False, fontsize=8, ncols=len(balancers), loc="lower left", bbox_to_anchor=(0, 1))
    save(figure, folder / "ratios.png")


def save(figure, path):
    figure.savefig(path, dpi=120)
    print(path)
