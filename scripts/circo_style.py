"""Colours and what else all pictures share. Part of circo_analysis."""

import matplotlib
from circo_runs import BadInput

matplotlib.use("Agg")
import matplotlib.pyplot as plt

INK, MUTED, GRID = "#1f2933", "#6b7785", "#e3e8ee"
# Twelve colours that stay apart in print and for most colour-blind readers; beyond that a continuous map takes over.
PALETTE = ["#3366cc", "#e8590c", "#2b9348", "#c2255c", "#7048e8", "#f2b705",
           "#0b9fb5", "#8d5524", "#ff8fab", "#7a8b00", "#495057", "#90c2ff"]

plt.rcParams.update({
    "font.family": "DejaVu Sans", "font.size": 10, "text.color": INK, "axes.labelcolor": INK, "axes.edgecolor": MUTED,
    "xtick.color": MUTED, "ytick.color": MUTED, "axes.titlesize": 11.5, "axes.titleweight": "bold",
    "axes.titlelocation": "left", "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True,
    "grid.color": GRID, "grid.linewidth": 0.8, "axes.axisbelow": True, "figure.facecolor": "white",
})


def percent(share):
    return f"{100 * share:.2g} %" if share < 0.1 else f"{100 * share:.0f} %"


def save(figure, path, dpi):
    try:
        figure.savefig(path, dpi=dpi)
    except OSError as error:
        raise BadInput(f"{path}: cannot be written: {error.strerror or error}") from error
    finally:
        plt.close(figure)
    print(path)
