"""The metrics of a run over its epochs, as curves. Part of circo_analysis."""

import matplotlib.pyplot as plt
import numpy as np
from circo_style import MUTED, PALETTE, percent, save
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator


def smooth(values, width):
    """Running median over `width` rows, shorter at the ends."""
    padded = np.pad(values, width // 2, constant_values=np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(padded, width)
    with np.errstate(all="ignore"):
        return np.nanmedian(windows, axis=1) if np.isfinite(values).any() else values


def draw_curve(axes, metrics, column, color, label=None):
    """The raw values, pale, and over them their running median when there are many. Returns whether there was anything."""
    if column not in metrics:
        return False
    epochs, values = metrics["epoch"], metrics[column]
    if not np.isfinite(values).any():
        return False
    width = len(values) // 60 * 2 + 1
    if width > 1:
        axes.plot(epochs, values, color=color, alpha=0.28, linewidth=0.8)
    middle = smooth(values, width) if width > 1 else values
    axes.plot(epochs, middle, color=color, linewidth=2, label=label, marker="o" if len(values) < 3 else None)
    return True


def finish(axes, title, note=""):
    axes.set_title(title, pad=20)
    axes.text(0, 1.025, note, transform=axes.transAxes, fontsize=9, color=MUTED)
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.set_xmargin(0.02)


def first_to_last(metrics, column, text):
    values = metrics.get(column, np.array([]))
    values = values[np.isfinite(values)]
    return f"{text(values[0])} → {text(values[-1])}" if len(values) else "no values"


def amount(value, _=None):
    for limit, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= limit:
            return f"{value / limit:.3g} {unit}"
    return f"{value:.3g}"


def plot_curves(metrics, name, path, dpi):
    figure, ((shares, balance), (rate, moves)) = plt.subplots(2, 2, figsize=(12, 8))
    figure.subplots_adjust(left=0.07, right=0.975, top=0.83, bottom=0.08, hspace=0.44, wspace=0.18)
    figure.text(0.07, 0.94, f"{name}: the run over its epochs", fontsize=17, weight="bold")

    drawn = [draw_curve(shares, metrics, "remote_share", PALETTE[0], "between schedulers"),
             draw_curve(shares, metrics, "rank_remote_share", PALETTE[1], "between ranks")]
    drawn_values = np.concatenate([metrics.get(c, np.array([])) for c in ("remote_share", "rank_remote_share")])
    positive = drawn_values[np.isfinite(drawn_values) & (drawn_values > 0)]
    if len(positive) and positive.max() > 8 * positive.min():
        shares.set_yscale("log")
        bottom = max(positive.min() / 1.5, positive.max() / 1e5)
        shares.set_ylim(bottom, positive.max() * 1.3)
        shares.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if positive.max() < 200 * bottom else (1,)))
        if positive.max() < 200 * bottom:
            shares.yaxis.set_minor_locator(NullLocator())
    else:
        shares.set_ylim(bottom=0)
    shares.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g} %"))
    if any(drawn):
        shares.legend(frameon=False, fontsize=9)
    finish(shares, "Messages that cross", "between schedulers: " + first_to_last(metrics, "remote_share", percent))

    draw_curve(balance, metrics, "imbalance", PALETTE[2])
    balance.axhline(1, color=MUTED, linewidth=1, linestyle=(0, (4, 3)))
    balance.set_ylim(bottom=min(0.98, balance.get_ylim()[0]))
    finish(balance, "Imbalance: busiest scheduler / mean", first_to_last(metrics, "imbalance", lambda value: f"{value:.2f}")
           + "  (1 is even)")

    draw_curve(rate, metrics, "messages_per_s", PALETTE[4])
    rate.set_ylim(0, 1.12 * np.nanmax(metrics.get("messages_per_s", np.array([])), initial=1))
    rate.yaxis.set_major_formatter(FuncFormatter(amount))
    rate.set_xlabel("epoch")
    finish(rate, "Messages per second", first_to_last(metrics, "messages_per_s", amount))

    draw_curve(moves, metrics, "migrated", PALETTE[3])
    moved = metrics.get("migrated", np.array([0.0]))
    if len(moved) and np.nanmax(moved, initial=0) > 50:
        moves.set_yscale("symlog", linthresh=1, linscale=0.4)
    moves.set_ylim(0, max(1, 1.3 * np.nanmax(moved, initial=0)))
    moves.yaxis.set_major_formatter(FuncFormatter(amount))
    moves.set_xlabel("epoch")
    finish(moves, "Actors that moved, an epoch", f"{amount(np.nansum(moved))} moves in all")
    save(figure, path, dpi)
