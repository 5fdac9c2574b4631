"""Pictures of the actor space: before and after, in motion, and its traffic as a matrix. Part of circo_analysis."""

import matplotlib
import matplotlib.animation
import matplotlib.pyplot as plt
import numpy as np
from circo_runs import BadInput
from circo_style import GRID, INK, MUTED, PALETTE, percent, save
from matplotlib.ticker import MaxNLocator
from mpl_toolkits.mplot3d.art3d import Line3DCollection

MAX_POINTS = 20_000  # a panel; more hide each other
MAX_EDGES = 20_000  # a panel, the heaviest
FRAMES_PER_S = 12  # of the animation


def edges_in(frame, traffic):
    """Rows of a frame's actors [m][2] and weights of the edges between actors that it has, the heaviest first."""
    ids = frame["id"]
    if not len(ids):
        return np.zeros((0, 2), int), np.zeros(0)
    at = np.searchsorted(ids, traffic["ids"]).clip(max=len(ids) - 1)
    there = (ids[at] == traffic["ids"]).all(axis=1)
    heaviest = np.argsort(-np.abs(traffic["weight"][there]), kind="stable")
    return at[there][heaviest], traffic["weight"][there][heaviest]


def scheduler_colors(count):
    if count <= len(PALETTE):
        return np.array([matplotlib.colors.to_rgb(color) for color in PALETTE[:count]]).reshape(-1, 3)
    return plt.get_cmap("turbo")(np.linspace(0.03, 0.97, count))[:, :3]


def share_at(metrics, step):
    """The remote share in the epoch that a frame of `step` ends, or begins."""
    if metrics is None or "remote_share" not in metrics or not len(metrics["epoch"]):
        return None
    row = min(np.searchsorted(metrics["epoch"], step), len(metrics["epoch"]) - 1)
    share = metrics["remote_share"][row]
    return share if np.isfinite(share) else None


def draw_edges(axes, frame, colors, traffic, low, high):
    """Those within the box `low` to `high`: within a scheduler in its colour; between schedulers dark."""
    ends = edges_in(frame, traffic)[0]
    lines = frame["position"][ends]
    shown = ((lines >= low) & (lines <= high)).all(axis=(1, 2))
    ends, lines = ends[shown][:MAX_EDGES], lines[shown][:MAX_EDGES]
    owner = frame["scheduler"][ends]
    within = owner[:, 0] == owner[:, 1]
    thin = float(np.clip(30 / max(1, len(lines)) ** 0.5, 0.25, 1.0))
    axes.add_collection3d(Line3DCollection(lines[within], colors=colors[owner[within, 0] % len(colors)], linewidths=thin, alpha=0.6))
    axes.add_collection3d(Line3DCollection(lines[~within], colors=INK, linewidths=1.2 * thin,
                                           alpha=float(np.clip(300 / max(1, (~within).sum()), 0.06, 0.8))))


def draw_space(axes, frame, colors, traffic=None):
    position, owner, hosts = frame["position"], frame["scheduler"], frame.schedulers["position"]
    finite = np.isfinite(position).all(axis=1)
    position, owner = position[finite], owner[finite]
    # The same scale on all axes, around what is there; a few actors far out must not make the rest a dot.
    everything = np.vstack([position, hosts[np.isfinite(hosts).all(axis=1)]]) if len(position) else np.zeros((1, 3))
    low, high = np.percentile(everything, [0.2, 99.8], axis=0)
    middle, reach = (low + high) / 2, (high - low) / 2 * 1.04
    reach = np.maximum(reach, max(0.45 * reach.max(), 1e-6))
    if traffic is not None:
        draw_edges(axes, frame, colors, traffic, middle - reach, middle + reach)
    shown = np.arange(len(position))
    if len(position) > MAX_POINTS:
        shown = np.sort(np.random.default_rng(1).choice(len(position), MAX_POINTS, replace=False))
    size = float(np.clip(16_000 / max(1, len(shown)), 1.2, 22))
    axes.scatter(*position[shown].T, s=size, c=colors[owner[shown] % len(colors)], alpha=0.75, linewidths=0, depthshade=True)
    axes.computed_zorder = False  # the discs stand in front of the points, wherever they are
    axes.scatter(*hosts.T, s=150 if len(hosts) <= 16 else 40, c=colors[:len(hosts)], edgecolors=INK, linewidths=1.1,
                 marker="o", depthshade=False, zorder=10)
    if len(hosts) <= 16:
        for number, place in enumerate(hosts):
            dark = colors[number] @ [0.299, 0.587, 0.114] < 0.62
            axes.text(*place, str(number), ha="center", va="center", fontsize=7.5, weight="bold", zorder=11,
                      color="white" if dark else INK)
    for set_limits, center, half in zip((axes.set_xlim, axes.set_ylim, axes.set_zlim), middle, reach):
        set_limits(center - half, center + half)
    axes.set_box_aspect(reach, zoom=1.07)
    axes.view_init(elev=22, azim=-58)
    for axis in (axes.xaxis, axes.yaxis, axes.zaxis):
        axis.set_pane_color((0.975, 0.98, 0.985, 1))
        axis.line.set_color(GRID)
        axis._axinfo["grid"].update(color=GRID, linewidth=0.7)
        axis.set_major_locator(MaxNLocator(4))
    axes.tick_params(labelsize=7.5, pad=-1, colors=MUTED)
    return len(shown), len(position)


def count_schedulers(frames):
    return max(max(len(frame.schedulers["position"]), int(frame["scheduler"].max(initial=0)) + 1) for frame in frames)


def plot_space(frames, metrics, traffic, name, path, dpi):
    count = count_schedulers(frames)
    colors = scheduler_colors(max(count, 1))
    figure = plt.figure(figsize=(6.4 * len(frames), 6.9))
    words = ["before", "after"] if len(frames) == 2 else [""]
    for number, (frame, word) in enumerate(zip(frames, words)):
        axes = figure.add_axes([number / len(frames), 0.09, 1 / len(frames), 0.75], projection="3d")
        shown, there = draw_space(axes, frame, colors, traffic)
        left = (number + 0.06) / len(frames)
        figure.text(left, 0.875, f"{word}  ·  epoch {frame.step:,}".strip(" ·"), fontsize=13, weight="bold")
        share = share_at(metrics, frame.step)
        facts = f"{there:,} actors" + (f" ({shown:,} shown)" if shown < there else "")
        if share is not None:
            facts += f"  ·  {percent(share)} of the messages cross schedulers"
        figure.text(left, 0.845, facts, fontsize=10, color=MUTED)
    figure.text(0.06 / len(frames), 0.94, f"{name}: the actor space", fontsize=17, weight="bold")
    if count <= 16:
        handles = [plt.Line2D([], [], linestyle="", marker="o", markersize=8, color=colors[k], label=str(k)) for k in range(count)]
        legend = figure.legend(handles=handles, loc="lower center", ncol=count, frameon=False, fontsize=9.5, columnspacing=1.3,
                               handletextpad=0.1, title="an actor has the colour of its scheduler; large numbered discs are the schedulers")
        legend.get_title().set(fontsize=9, color=MUTED)
    else:
        figure.text(0.5, 0.035, f"an actor has the colour of its scheduler (of {count:,}); large discs are the schedulers",
                    ha="center", fontsize=9, color=MUTED)
    save(figure, path, dpi)


def animate_space(frames, traffic, name, path, dpi):
    """`frames`: a sequence, read one at a time. By the name: a GIF, or an MP4, which needs ffmpeg."""
    is_gif = path.suffix.lower() == ".gif"
    if not is_gif and not matplotlib.animation.FFMpegWriter.isAvailable():
        raise BadInput(f"{path}: a film needs the program ffmpeg, which is not here; install it, or ask for a .gif")
    writer = (matplotlib.animation.PillowWriter if is_gif else matplotlib.animation.FFMpegWriter)(fps=FRAMES_PER_S)
    colors = None
    figure = plt.figure(figsize=(6.4, 6.4))
    try:
        with writer.saving(figure, path, dpi):
            for frame in frames:
                if colors is None:
                    colors = scheduler_colors(max(count_schedulers([frame]), 1))
                figure.clear()
                draw_space(figure.add_axes([0, 0.02, 1, 0.88], projection="3d"), frame, colors, traffic)
                figure.text(0.05, 0.93, f"{name}  ·  epoch {frame.step:,}", fontsize=14, weight="bold")
                writer.grab_frame()
            for _ in range(2 * FRAMES_PER_S):  # the last one stands for a while
                writer.grab_frame()
    except (OSError, ValueError) as error:
        raise BadInput(f"{path}: cannot be written: {getattr(error, 'strerror', None) or error}") from error
    finally:
        plt.close(figure)
    print(path)


def plot_traffic(frames, traffic, name, path, dpi):
    """The traffic from scheduler to scheduler: the same edges, with the actors where they were and where they are."""
    count = max(count_schedulers(frames), 1)
    figure, panels = plt.subplots(1, len(frames), figsize=(5.6 * len(frames) + 0.6, 6), squeeze=False)
    figure.subplots_adjust(left=0.07, right=0.9, top=0.79, bottom=0.08, wspace=0.16)
    figure.text(0.07, 0.92, f"{name}: traffic between schedulers", fontsize=17, weight="bold")
    matrices = []
    for frame in frames:
        ends, weight = edges_in(frame, traffic)
        owner = frame["scheduler"][ends]
        matrix = np.zeros((count, count))
        for a, b in ((0, 1), (1, 0)):
            np.add.at(matrix, (owner[:, a], owner[:, b]), np.abs(weight) / 2)
        matrices.append(matrix)
    largest = max(matrix.max() for matrix in matrices) or 1
    norm = matplotlib.colors.LogNorm(largest / 1e4, largest)
    for axes, frame, matrix in zip(panels[0], frames, matrices):
        image = axes.imshow(np.where(matrix > 0, np.maximum(matrix, norm.vmin), np.nan), norm=norm, cmap="magma_r", interpolation="nearest")
        share = 1 - np.trace(matrix) / (matrix.sum() or 1)
        axes.set_title(f"epoch {frame.step:,}", pad=20)
        axes.text(0, 1.025, f"{percent(share)} off the diagonal", transform=axes.transAxes, fontsize=9, color=MUTED)
        axes.grid(False)
        axes.xaxis.set_major_locator(MaxNLocator(8, integer=True))
        axes.yaxis.set_major_locator(MaxNLocator(8, integer=True))
        axes.set_xlabel("scheduler")
    figure.colorbar(image, cax=figure.add_axes([0.925, 0.14, 0.015, 0.6]), label="weight of the traffic")
    save(figure, path, dpi)
