"""Reads the folder that `circo run` left: snapshots, metrics, parameters. Part of circo_analysis."""

import csv
import json
import re
import sys
import time
from pathlib import Path

import h5py
import numpy as np

OF_LAYOUT = ("rank", "rank_remote_share")  # what depends on which rank hosts what
OF_TIME = ("wall_s", "messages_per_s", "placement_s")  # what is never twice the same


class BadInput(Exception):
    """One line for the user."""


class Frame:
    """The actor space at one moment. Columns are arrays with an entry an actor, in the order of id; actors that there
    are not have no entry.

    step, time      the epoch; seconds since the start, or supersteps in strict mode
    columns         name -> array: id, position [n][3], species, scheduler, rank, load, and what the model observes
    schedulers      name -> array [S]: position [S][3], rank
    traffic         name -> array: ids [m][2], rows [m][2] (where the two stand in the columns), weight [m]
    observables     name -> number: the metrics
    """

    def __init__(self, file, index):
        actors = file["particles/actors"]
        self.step = int(actors["position/step"][index])
        self.time = float(actors["position/time"][index])
        exists = actors["id/value"][index] != actors["id/value"].fillvalue
        self.columns = {name: actors[name]["value"][index][exists] for name in actors if name != "box"}
        self.schedulers = {name: element["value"][index] for name, element in file["particles/schedulers"].items() if name != "box"}
        self.observables = {name: float(element["value"][index]) for name, element in file.get("observables", {}).items()}
        self.traffic = {"ids": np.zeros((0, 2), "u8"), "rows": np.zeros((0, 2), "u4"), "weight": np.zeros(0, "f4")}
        if "connectivity/traffic" in file:
            traffic = file["connectivity/traffic"]
            there = (traffic["value"][index] != traffic["value"].fillvalue).all(axis=1)
            self.traffic = {name: traffic[stored][index][there]
                            for name, stored in (("ids", "value"), ("rows", "rows"), ("weight", "weight"))}
        for name, found in (("actors", len(self)), ("edges", len(self.traffic["ids"]))):
            expected = int(self.observables.pop(f"snapshot_{name}", found))
            if found != expected:
                raise ValueError(f"the frame of epoch {self.step:,} has {found:,} of its {expected:,} {name}")

    def __len__(self):
        return len(self["id"])

    def __getitem__(self, name):
        return self.columns[name]

    def records(self):
        """All columns as one structured array, which pandas.DataFrame takes; position as x, y, z."""
        flat = {}
        for name, values in self.columns.items():
            flat.update({axis: values[:, k] for k, axis in enumerate("xyz")} if values.ndim == 2 else {name: values})
        return np.rec.fromarrays(list(flat.values()), names=list(flat))


class Run:
    """A run folder. `frames` is a sequence of Frame, read when asked for, over all its snapshot files: a run that was
    resumed has several; what a later one has anew counts, but for its first frame, the state that it went on from, when
    there is one of that step. The run may still be going on; what was complete when this was made is what there is."""

    def __init__(self, folder):
        self.folder = Path(folder)
        if not self.folder.is_dir():
            raise BadInput(f"{self.folder}: is no folder; expected the folder that circo run left")
        self.metrics = read_metrics(self.folder / "metrics.csv")
        self.parameters, self.species, found = {}, {}, []
        for path in snapshot_files(self.folder):
            steps = self._look_into(path)
            if steps:
                found = [entry for entry in found if entry[0] <= steps[0]]
                last = found[-1][0] if found else -1
                found += [(step, path, number) for number, step in enumerate(steps) if step > last]
        self.frames = Frames(found)
        try:
            self.summary = json.loads((self.folder / "summary.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            self.summary = {}
        model = self.summary.get("model") if isinstance(self.summary, dict) else None
        self.name = model if isinstance(model, str) else self.folder.resolve().name

    def _look_into(self, path):
        def look(file):
            actors = file["particles/actors"]
            if "position" not in actors:
                return []
            if "parameters" in file:
                self.parameters = {name: value.decode() for name, value in file["parameters"].attrs.items()}
            names = h5py.check_enum_dtype(actors["species/value"].dtype) if "species" in actors else None
            self.species = {number: name for name, number in (names or {}).items()}
            return [int(step) for step in actors["position/step"]]

        steps = read_snapshots(path, look)
        try:
            read_snapshots(path, lambda file: steps and Frame(file, len(steps) - 1))
        except BadInput as error:
            print(f"{error}; this frame is left out", file=sys.stderr)
            steps.pop()
        return steps


class Frames:
    def __init__(self, found):
        self._found = found
        self.steps = [step for step, _, _ in found]

    def __len__(self):
        return len(self._found)

    def __getitem__(self, index):
        if isinstance(index, slice):
            return [self[k] for k in range(*index.indices(len(self)))]
        _, path, number = self._found[index]
        return read_snapshots(path, lambda file: Frame(file, number))


def snapshot_files(folder):
    """snapshots.1.h5, snapshots.2.h5 ... as resumed runs have left them, then snapshots.h5; those that there are."""
    earlier = {int(match[1]): path for path in folder.glob("snapshots.*.h5")
               if (match := re.fullmatch(r"snapshots\.(\d+)\.h5", path.name))}
    last = folder / "snapshots.h5"
    return [earlier[number] for number in sorted(earlier)] + ([last] if last.exists() else [])


def read_snapshots(path, work, patience_s=2):
    """work(file) of the open file. A file that is being written may be seen half-way through a change of its index, which
    shows as an error or as fill values: then once more."""
    deadline = time.monotonic() + patience_s
    while True:
        try:
            with h5py.File(path, "r") as file:
                return work(file)
        except (OSError, LookupError, ValueError, RuntimeError) as error:
            is_growing = path.exists() and time.time() - path.stat().st_mtime < patience_s
            if not is_growing or time.monotonic() > deadline:
                raise BadInput(f"{path}: is no snapshot file of circo, or is damaged: {error}") from error
        time.sleep(0.05)


def read_metrics(path):
    """The columns of metrics.csv as arrays; None without anything in it. A row that is still being written is left out."""
    rows = read_csv(path)
    if not rows:
        return None  # the first epoch has not closed
    header = rows[0]
    if "epoch" not in header:
        raise BadInput(f"{path}:1: expected a header line with a column 'epoch'")
    columns = {name: [] for name in header}
    for number, row in enumerate(rows[1:], start=2):
        if not row:
            continue
        try:
            if len(row) != len(header):
                raise ValueError(f"{len(row)} fields; expected {len(header)}, as in the header")
            values = [float(field) for field in row]
        except ValueError as error:
            if number == len(rows):
                break
            raise BadInput(f"{path}:{number}: {error}") from error
        for name, value in zip(header, values):
            columns[name].append(value)
    return {name: np.array(values) for name, values in columns.items()} if columns["epoch"] else None


def read_traffic(path):
    """The edges of traffic.csv as Frame.traffic has them, without rows; None without a file."""
    rows = read_csv(path)
    if rows is None:
        return None
    try:
        places = [rows[0].index(name) for name in ("actor", "partner", "weight")]
        edges = [[row[place] for place in places] for row in rows[1:]]
        ids = np.array([[int(a), int(b)] for a, b, _ in edges], dtype="u8").reshape(-1, 2)
        return {"ids": ids, "weight": np.array([float(weight) for *_, weight in edges])}
    except (IndexError, ValueError) as error:
        raise BadInput(f"{path}: is no traffic file of circo: {error}") from error


def read_csv(path):
    if not path.exists():
        return None
    try:
        with open(path, newline="", encoding="utf-8") as file:
            return list(csv.reader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"{path}: cannot be read: {error}") from error
