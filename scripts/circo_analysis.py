#!/usr/bin/env python3
"""Looks at runs of Circo: a command, and a module for scripts and notebooks.

    scripts/circo_analysis.py summary RUN                   what it was and what came of it
    scripts/circo_analysis.py plot RUN [--out DIR]          space.png, traffic.png, curves.png
    scripts/circo_analysis.py animate RUN [--out FILE]      the space in motion, a .gif or .mp4
    scripts/circo_analysis.py graph RUN --out FILE          the traffic: .graph (METIS), .graphml or .gexf (networkx)
    scripts/circo_analysis.py diff RUN OTHER                the first step at which two runs differ

    import sys; sys.path.append("scripts")
    from circo_analysis import Run, to_networkx
    run = Run("runs/list")
    frame = run.frames[-1]                                  # read when asked for; run.frames.steps: all of them
    frame["position"][frame["scheduler"] == 3].mean(axis=0)
    run.metrics["remote_share"], run.parameters["seed"], frame.records()

RUN is the folder that `circo run` left, or is writing; a run that was resumed is read as one. Exit codes: 0 done, 1 the
runs differ, 2 bad input, 3 a Python package is missing.
"""

import argparse
import sys
from pathlib import Path

import system_python

try:
    import numpy as np
    from circo_graph import to_networkx, write_graph
    from circo_runs import OF_LAYOUT, OF_TIME, BadInput, Frame, Run, read_traffic
except ImportError as missing:
    if __name__ != "__main__":
        raise
    system_python.restart()
    sys.exit(print(f"circo_analysis: Python has no module '{missing.name}'; install the Debian packages python3-h5py "
                   "python3-numpy python3-matplotlib", file=sys.stderr) or 3)

__all__ = ["BadInput", "Frame", "Run", "difference", "remote_share", "summary", "to_networkx", "write_graph"]


def remote_share(frame):
    """The part of the frame's traffic that crosses schedulers; NaN without any."""
    weight = np.abs(frame.traffic["weight"].astype(float))
    owner = frame["scheduler"][frame.traffic["rows"]]
    return weight[owner[:, 0] != owner[:, 1]].sum() / weight.sum() if weight.sum() > 0 else float("nan")


def summary(run):
    """A run in lines of text."""
    lines = [f"{run.name}: {run.folder}"]
    if run.summary:
        lines.append(f"  ended: {run.summary.get('end', 'unknown')}, {run.summary.get('supersteps', 0):,} supersteps, "
                     f"{run.summary.get('messages', 0):,} messages, {run.summary.get('wall_s', 0):.3g} s")
    for group in (("version", "git", "MPI", "HDF5"), ("model", "mode", "seed", "balancer", "law", "schedulers-per-rank")):
        known = [f"{name} {run.parameters[name]}" for name in group if name in run.parameters]
        lines += ["  " + ", ".join(known)] if known else []
    lines.append(f"  frames: {len(run.frames)}" + (f", of epochs {run.frames.steps[0]:,} to {run.frames.steps[-1]:,}"
                                                   if len(run.frames) else ""))
    for index in sorted({0, len(run.frames) - 1}) if len(run.frames) else []:
        frame = run.frames[index]
        kinds = ", ".join(f"{(frame['species'] == number).sum():,} {name}" for number, name in run.species.items()
                          if number >= 0 and "species" in frame.columns)
        lines.append(f"  epoch {frame.step:,}: {len(frame):,} actors ({kinds}) on {len(frame.schedulers['position']):,} schedulers, "
                     f"{len(frame.traffic['weight']):,} edges")
        if len(frame.traffic["weight"]):
            lines.append(f"    {100 * remote_share(frame):.3g} % of this traffic crosses schedulers")
        for name in sorted(set(frame.columns) - {"id", "position", "species", "scheduler", "rank"}):
            values = frame[name][~np.isnan(frame[name])]
            if len(values):
                lines.append(f"    {name}: {values.min():.6g} to {values.max():.6g}, mean {values.mean():.6g}")
    for name in ("remote_share", "imbalance", "messages_per_s", "migrated"):
        if run.metrics is not None and name in run.metrics:
            lines.append(f"  {name}: {run.metrics[name][0]:.4g} in the first epoch, {run.metrics[name][-1]:.4g} in the last")
    return "\n".join(lines)


def same(a, b):
    return a.shape == b.shape and a.dtype == b.dtype and a.tobytes() == b.tobytes()


def unlike(a, b):
    """Which rows of two columns differ; NaN is as good as NaN."""
    different = a != b
    if a.dtype.kind == "f":
        different &= ~(np.isnan(a) & np.isnan(b))
    return different.reshape(len(a), -1).any(axis=1)


def differing(a, b):
    """What differs between two frames of one step, as texts. Bit by bit, but for what depends on time or on which rank
    hosts what."""
    if not same(a["id"], b["id"]):
        return [f"actors: {len(a):,} and {len(b):,}, {len(np.intersect1d(a['id'], b['id'])):,} of them the same"]
    found = []
    for name in sorted((set(a.columns) | set(b.columns)) - set(OF_LAYOUT)):
        if name not in a.columns or name not in b.columns:
            found.append(f"{name}: only in one of them")
        elif not same(a[name], b[name]):
            rows = unlike(a[name], b[name])
            found.append(f"{name}: of {rows.sum():,} actors" + (f", the first is {a['id'][rows][0]:#x}" if rows.any() else ""))
    if not all(same(a.traffic[name], b.traffic[name]) for name in a.traffic):
        found.append(f"traffic: {len(a.traffic['weight']):,} and {len(b.traffic['weight']):,} edges")
    for name in sorted((set(a.observables) & set(b.observables)) - {*OF_TIME, *OF_LAYOUT}):
        values = np.array([a.observables[name], b.observables[name]])
        if not same(values[:1], values[1:]):
            found.append(f"{name}: {values[0]:g} and {values[1]:g}")
    return found


def difference(one, other):
    """(step, what differs) of the first step at which two runs differ; (None, []) when they do not. A step that only one of
    them has is a difference."""
    for step in sorted(set(one.frames.steps) | set(other.frames.steps)):
        missing = [run for run in (one, other) if step not in run.frames.steps]
        if missing:
            return step, [f"{missing[0].folder} has no frame of it"]
        found = differing(*(run.frames[run.frames.steps.index(step)] for run in (one, other)))
        if found:
            return step, found
    return None, []


def plot(run, out, dpi):
    from circo_curves import plot_curves
    from circo_pictures import plot_space, plot_traffic

    traffic = read_traffic(run.folder / "traffic.csv")
    if run.metrics is None and not len(run.frames):
        raise BadInput(f"{run.folder}: has neither a metrics.csv nor a snapshots.h5 with anything in it; expected a run folder")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"{out}: cannot be made: {error.strerror or error}") from error
    if len(run.frames):
        frames = [run.frames[index] for index in sorted({0, len(run.frames) - 1})]
        traffic = traffic or last_traffic(frames)
        plot_space(frames, run.metrics, traffic, run.name, out / "space.png", dpi)
        if traffic is not None:
            plot_traffic(frames, traffic, run.name, out / "traffic.png", dpi)
    else:
        print(f"plot: no frame in {run.folder / 'snapshots.h5'}, so no space.png (see --snapshot-every)", file=sys.stderr)
    if run.metrics is not None:
        plot_curves(run.metrics, run.name, out / "curves.png", dpi)
    else:
        print(f"plot: no row in {run.folder / 'metrics.csv'}, so no curves.png", file=sys.stderr)


def last_traffic(frames):
    return frames[-1].traffic if len(frames[-1].traffic["weight"]) else None


def animate(run, out, dpi):
    from circo_pictures import animate_space

    if not len(run.frames):
        raise BadInput(f"{run.folder}: has no snapshots with a frame in them; see --snapshot-every")
    traffic = read_traffic(run.folder / "traffic.csv") or last_traffic(run.frames[-1:])
    animate_space(run.frames, traffic, run.name, out, dpi)


def parse(arguments):
    parser = argparse.ArgumentParser(prog="circo_analysis", description=__doc__.split("\n", maxsplit=1)[0])
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name, text):
        command = commands.add_parser(name, help=text, description=text + ".")
        command.add_argument("run", type=Path, metavar="RUN", help="folder that circo run left")
        return command

    def add_dpi(command, default):
        command.add_argument("--dpi", type=int, default=default, metavar="N", help="dots an inch, 20 to 600 (default: %(default)s)")

    add("summary", "Says what a run was and what came of it")
    pictures = add("plot", "Makes space.png, curves.png and, when there is traffic, traffic.png")
    pictures.add_argument("--out", type=Path, metavar="DIR", help="where the pictures go (default: RUN)")
    pictures.add_argument("--animate", action="store_true", help="also make space.gif of all snapshots")
    add_dpi(pictures, 110)
    film = add("animate", "Makes a film of all snapshots")
    film.add_argument("--out", type=Path, metavar="FILE", help="a .gif or, with ffmpeg, .mp4 (default: RUN/space.gif)")
    add_dpi(film, 110)
    graph = add("graph", "Writes the traffic of a frame as a graph")
    graph.add_argument("--out", type=Path, metavar="FILE", required=True, help=".graph or .metis, .graphml, .gexf")
    graph.add_argument("--frame", type=int, default=-1, metavar="K", help="the K-th frame from 0; -1, the last, is the default")
    add("diff", "Tells the first step at which two runs differ").add_argument("other", type=Path, metavar="OTHER")
    chosen = parser.parse_args(arguments)
    if not 20 <= getattr(chosen, "dpi", 20) <= 600:
        parser.error(f"--dpi is {chosen.dpi}; expected 20 to 600")
    return chosen


def carry_out(chosen):
    run = Run(chosen.run)
    if chosen.command == "summary":
        print(summary(run))
    elif chosen.command == "plot":
        plot(run, chosen.out or chosen.run, chosen.dpi)
        if chosen.animate:
            animate(run, (chosen.out or chosen.run) / "space.gif", chosen.dpi)
    elif chosen.command == "animate":
        animate(run, chosen.out or chosen.run / "space.gif", chosen.dpi)
    elif chosen.command == "graph":
        if not -len(run.frames) <= chosen.frame < len(run.frames):
            raise BadInput(f"{run.folder}: has no frame {chosen.frame}; there are {len(run.frames)}")
        write_graph(run.frames[chosen.frame], chosen.out, run.species)
        print(chosen.out)
    else:
        step, found = difference(run, Run(chosen.other))
        print(f"the first difference is at epoch {step}: " + "; ".join(found) if found else f"no difference in {len(run.frames)} frames")
        return 1 if found else 0
    return 0


def main(arguments=None):
    try:
        return carry_out(parse(arguments))
    except BadInput as error:
        print(f"circo_analysis: {' '.join(str(error).split())}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
