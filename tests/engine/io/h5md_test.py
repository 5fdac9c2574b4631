"""What SnapshotWriter leaves is an H5MD 1.1 file, by the text of the specification, and says what was written.

CIRCO_WRITE_SNAPSHOT names the program that writes the example; CIRCO_MPIRUN, if set, starts it on several ranks.
"""

import filecmp
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import h5py
import numpy as np
from h5md_checker import complaints

def write_example(path, ranks):
    launcher = [os.environ["CIRCO_MPIRUN"], "-n", str(ranks)] if ranks > 1 else []
    subprocess.run([*launcher, os.environ["CIRCO_WRITE_SNAPSHOT"], str(path)], check=True, timeout=120)


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
            "of no particle": lambda root: root["connectivity/traffic/value"].__setitem__((1, 0, 1), 7),
            "object reference": lambda root: root["connectivity/traffic"].attrs.__setitem__("particles_group", 1),
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
                np.testing.assert_array_equal(actors["rank/value"][frame, :count], number % 4 // 2)
                mass = np.where((number % 2 == 1) & (frame > 0), number / 4, np.nan)
                np.testing.assert_array_equal(actors["mass/value"][frame, :count], mass)
                edges = 0 if frame == 0 else count - 1
                traffic = {name: root["connectivity/traffic"][name][frame] for name in ("value", "rows", "weight")}
                np.testing.assert_array_equal(traffic["value"][:edges], 10 * np.stack([number, number + 1], 1)[:edges] + 1)
                np.testing.assert_array_equal(traffic["rows"][:edges], np.stack([number, number + 1], 1)[:edges])
                np.testing.assert_array_equal(traffic["weight"][:edges], number[:edges] % 5)
                for name, values in traffic.items():
                    self.assertTrue(np.all(values[edges:] == root["connectivity/traffic"][name].fillvalue), name)
            self.assertEqual(actors["mass/value"].attrs["unit"], b"kg")
            self.assertEqual(list(root["observables/remote_share/value"]), [1, 1 / 11, 1 / 26])
            self.assertEqual(root["parameters"].attrs["seed"], b"7")

    def test_entries_without_an_actor_hold_the_fill_values(self):
        with h5py.File(self.path) as root:
            actors = root["particles/actors"]
            self.assertEqual(h5py.check_enum_dtype(actors["species/value"].dtype), {"none": -1, "Item": 0, "Head": 1})
            for frame, count in enumerate((300, 500, 200)):
                for name in ("id", "species", "scheduler", "rank"):
                    value = actors[name]["value"]
                    self.assertTrue(np.all(value[frame, count:] == value.fillvalue), name)
                for name in ("position", "load", "mass"):
                    self.assertTrue(np.isnan(actors[name]["value"].fillvalue), name)
                    self.assertTrue(np.all(np.isnan(actors[name]["value"][frame, count:])), name)
            self.assertEqual(actors["id/value"].fillvalue, 0)

    def test_elements_share_step_and_time_by_hard_links(self):
        with h5py.File(self.path) as root:
            first = root["particles/actors/position"]
            elements = [e for g in root["particles"].values() for n, e in g.items() if n != "box"]
            for element in [*elements, *root["observables"].values(), *root["connectivity"].values()]:
                for which in ("step", "time"):
                    self.assertEqual(element[which], first[which])

    @unittest.skipUnless(shutil.which("h5dump"), "there is no h5dump (Debian: hdf5-tools)")
    def test_h5dump_reads_it(self):
        def dump(*arguments):
            return subprocess.run(["h5dump", *arguments, self.path], check=True, capture_output=True, text=True, timeout=60).stdout

        self.assertIn("/connectivity/traffic/rows", dump("-n"))
        self.assertRegex(dump("-d", "/particles/actors/species/value", "-s", "0,298", "-c", "1,4"), r"Item, Head, none, none")
        self.assertRegex(dump("-d", "/particles/actors/mass/value", "-s", "1,1", "-c", "1,1"), r": 0\.25\n")
        self.assertIn("GROUP", dump("-a", "/connectivity/traffic/particles_group"))

    @unittest.skipUnless("CIRCO_MPIRUN" in os.environ, "CIRCO_MPIRUN names no launcher")
    def test_the_file_does_not_depend_on_the_number_of_ranks(self):
        for ranks in (2, 3):
            other = self.folder / f"on_{ranks}.h5"
            write_example(other, ranks)
            self.assertTrue(filecmp.cmp(self.path, other, shallow=False), f"{ranks} ranks")


if __name__ == "__main__":
    unittest.main()
