"""What SnapshotWriter leaves is an H5MD 1.1 file, by the text of the specification, and says what was written.

CIRCO_WRITE_SNAPSHOT names the program that writes the example; CIRCO_MPIRUN, if set, starts it on several ranks.
"""

import filecmp
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

import h5py
import numpy as np

INTEGER, FLOAT, ENUM, STRING = h5py.h5t.INTEGER, h5py.h5t.FLOAT, h5py.h5t.ENUM, h5py.h5t.STRING


def write_example(path, ranks):
    launcher = [os.environ["CIRCO_MPIRUN"], "-n", str(ranks)] if ranks > 1 else []
    subprocess.run([*launcher, os.environ["CIRCO_WRITE_SNAPSHOT"], str(path)], check=True, timeout=120)


def type_class(item):
    return item.id.get_type().get_class()


def is_fixed_string(attributes, name, shape=()):
    attribute = attributes.get_id(name)
    kind = attribute.get_type()
    return kind.get_class() == STRING and not kind.is_variable_str() and attribute.shape == shape


def complaints(root):
    """Where the file `root` departs from H5MD 1.1 (nongnu.org/h5md/releases/h5md-1.1.0.html), section by section."""
    found = []

    def expect(condition, text):
        if not condition:
            found.append(text)

    def time_dependent(element, values, rank):
        expect(isinstance(element, h5py.Group) and {"step", "value"} <= set(element), f"{element.name}: needs step and value")
        step, time, value = element["step"], element.get("time"), element["value"]
        expect(type_class(step) == INTEGER and step.ndim == 1, f"{step.name}: expected Integer[variable]")
        expect(np.all(np.diff(step[:]) > 0), f"{step.name}: not increasing")
        if time is not None:
            expect(type_class(time) in (FLOAT, INTEGER) and time.shape == step.shape, f"{time.name}: expected Float[variable]")
            expect(np.all(np.diff(time[:]) >= 0), f"{time.name}: not increasing")
        expect(value.shape[0] == step.shape[0], f"{value.name}: first dimension is not that of step")
        expect(value.maxshape[0] is None, f"{value.name}: frames cannot be added")
        expect(type_class(value) in values, f"{value.name}: wrong class of type")
        expect(value.ndim == rank, f"{value.name}: expected {rank} dimensions")

    # H5MD metadata
    h5md = root["h5md"]
    version = h5md.attrs.get_id("version")
    expect(version.get_type().get_class() == INTEGER and version.shape == (2,), "h5md: version: expected Integer[2]")
    expect(tuple(h5md.attrs["version"]) == (1, 1), "h5md: version is not 1.1")
    expect(is_fixed_string(h5md["author"].attrs, "name"), "h5md/author: name: expected a fixed-length String[]")
    for name in ("name", "version"):
        expect(is_fixed_string(h5md["creator"].attrs, name), f"h5md/creator: {name}: expected a fixed-length String[]")
    expect(set(root) <= {"h5md", "particles", "observables", "connectivity", "parameters"}, "root: unknown groups")

    # Particles group, simulation box
    kinds = {"position": ({FLOAT, INTEGER}, 3), "velocity": ({FLOAT, INTEGER}, 3), "species": ({ENUM, INTEGER}, 2), "id": ({INTEGER}, 2)}
    for group in root["particles"].values():
        box = group["box"]
        dimension = box.attrs.get_id("dimension")
        expect(dimension.get_type().get_class() == INTEGER and dimension.shape == (), f"{box.name}: dimension: expected Integer[]")
        expect(is_fixed_string(box.attrs, "boundary", (box.attrs["dimension"],)), f"{box.name}: boundary: expected String[D]")
        expect(set(box.attrs["boundary"]) <= {b"none", b"periodic"}, f"{box.name}: unknown boundary")
        expect("edges" in box or set(box.attrs["boundary"]) == {b"none"}, f"{box.name}: needs edges")
        counts = set()
        for name, element in group.items():
            if name == "box":
                continue
            values, rank = kinds.get(name, ({FLOAT, INTEGER}, 2))
            time_dependent(element, values, rank)
            counts.add(element["value"].shape[1])
            if name == "position":
                expect(element["value"].shape[2] == box.attrs["dimension"], f"{element.name}: not of the box's dimension")
        expect(len(counts) == 1, f"{group.name}: elements differ in their number of particles")
        if "id" in group:
            for ids in group["id/value"]:
                existing = ids[ids != group["id/value"].fillvalue]
                expect(len(np.unique(existing)) == len(existing), f"{group.name}/id: not unique")

    # Observables group
    for element in root["observables"].values():
        time_dependent(element, {FLOAT, INTEGER}, 1)
    return found


@unittest.skipUnless("CIRCO_WRITE_SNAPSHOT" in os.environ, "CIRCO_WRITE_SNAPSHOT names no program")
class H5mdTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.path = self.folder / "snapshots.h5"
        write_example(self.path, 1)

    def test_the_file_follows_the_specification(self):
        with h5py.File(self.path) as root:
            self.assertEqual(complaints(root), [])

    def test_the_checker_sees_departures(self):
        spoilers = {
            "version": lambda root: root["h5md"].attrs.__setitem__("version", [1, 0]),
            "boundary": lambda root: root["particles/actors/box"].attrs.__setitem__("boundary", "none"),
            "increasing": lambda root: root["particles/actors/position/step"].__setitem__(1, 0),
            "unique": lambda root: root["particles/actors/id/value"].__setitem__((0, 1), 1),
        }
        for word, spoil in spoilers.items():
            with self.subTest(word):
                write_example(self.path, 1)
                with h5py.File(self.path, "r+") as root:
                    spoil(root)
                    self.assertIn(word, " ".join(complaints(root)))

    def test_values_come_back_as_written(self):
        with h5py.File(self.path) as root:
            actors = root["particles/actors"]
            self.assertEqual(actors["position/value"].shape, (3, 500, 3))
            self.assertEqual(list(actors["position/step"]), [0, 10, 25])
            self.assertEqual(list(actors["position/time"]), [0, 5, 12.5])
            for frame, count in enumerate((300, 500, 200)):
                number = np.arange(count)
                np.testing.assert_array_equal(actors["id/value"][frame, :count], 10 * number + 1)
                np.testing.assert_array_equal(actors["position/value"][frame, :count, 0], number)
                np.testing.assert_array_equal(actors["position/value"][frame, :count, 1], number / 2)
                np.testing.assert_array_equal(actors["species/value"][frame, :count], number % 2)
                np.testing.assert_array_equal(actors["scheduler/value"][frame, :count], number % 4)
                np.testing.assert_array_equal(actors["load/value"][frame, :count], number % 3)
            self.assertEqual(list(root["observables/remote_share/value"]), [1, 1 / 11, 1 / 26])
            self.assertEqual(root["parameters"].attrs["seed"], b"7")

    def test_entries_without_an_actor_hold_the_fill_values(self):
        with h5py.File(self.path) as root:
            actors = root["particles/actors"]
            self.assertEqual(h5py.check_enum_dtype(actors["species/value"].dtype), {"none": -1, "Item": 0, "Head": 1})
            for frame, count in enumerate((300, 500, 200)):
                for name in ("id", "species", "scheduler"):
                    value = actors[name]["value"]
                    self.assertTrue(np.all(value[frame, count:] == value.fillvalue), name)
                for name in ("position", "load"):
                    self.assertTrue(np.isnan(actors[name]["value"].fillvalue), name)
                    self.assertTrue(np.all(np.isnan(actors[name]["value"][frame, count:])), name)
            self.assertEqual(actors["id/value"].fillvalue, 0)

    def test_elements_share_step_and_time_by_hard_links(self):
        with h5py.File(self.path) as root:
            first = root["particles/actors/position"]
            elements = [e for g in root["particles"].values() for n, e in g.items() if n != "box"]
            for element in [*elements, *root["observables"].values()]:
                for which in ("step", "time"):
                    self.assertEqual(element[which], first[which])

    @unittest.skipUnless("CIRCO_MPIRUN" in os.environ, "CIRCO_MPIRUN names no launcher")
    def test_the_file_does_not_depend_on_the_number_of_ranks(self):
        for ranks in (2, 3):
            other = self.folder / f"on_{ranks}.h5"
            write_example(other, ranks)
            self.assertTrue(filecmp.cmp(self.path, other, shallow=False), f"{ranks} ranks")


if __name__ == "__main__":
    unittest.main()
