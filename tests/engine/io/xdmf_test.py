"""snapshots.xdmf opens in ParaView's VTK: points with their columns, the traffic as lines, of every frame there is.

Skipped without a VTK that has an XDMF reader (Debian: python3-paraview; its python3-vtk9 has none).
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import h5py
import numpy as np

try:
    try:
        import paraview  # finds its VTK
    except ImportError:
        pass
    from vtkmodules.util.numpy_support import vtk_to_numpy
    from vtkmodules.vtkCommonExecutionModel import vtkStreamingDemandDrivenPipeline
    from vtkmodules.vtkIOXdmf2 import vtkXdmfReader
except ImportError:
    print("skipped: no VTK with an XDMF reader (Debian: python3-paraview)")
    sys.exit(77)

ROOT = Path(__file__).resolve().parents[3]
CIRCO = os.environ.get("CIRCO", str(ROOT / "build/release/circo"))
MPIRUN = str(ROOT / "scripts/mpirun")


def command(*arguments, ranks=2):
    return [MPIRUN, "-n", str(ranks), CIRCO, "run", *map(str, arguments), "--progress", "none"]


def blocks_of(data):
    return [data.GetBlock(number) for number in range(data.GetNumberOfBlocks())]


def read(path):
    """A list of (time, actors, traffic or None) of all frames, as VTK's grids."""
    frames = []
    reader = vtkXdmfReader()
    reader.SetFileName(str(path))
    reader.UpdateInformation()
    for moment in reader.GetOutputInformation(0).Get(vtkStreamingDemandDrivenPipeline.TIME_STEPS()):
        fresh = vtkXdmfReader()
        fresh.SetFileName(str(path))
        fresh.UpdateInformation()
        fresh.UpdateTimeStep(moment)
        grids = blocks_of(fresh.GetOutputDataObject(0))
        frames.append((moment, grids[0], grids[1] if len(grids) > 1 else None))
    return frames


def column(grid, name, of_cells=False):
    return vtk_to_numpy((grid.GetCellData() if of_cells else grid.GetPointData()).GetArray(name))


class XdmfTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="circo-xdmf-")
        self.addCleanup(folder.cleanup)
        self.out = Path(folder.name) / "run"

    def circo(self, *arguments, ranks=2):
        subprocess.run(command(*arguments, ranks=ranks), check=True, timeout=120, capture_output=True)

    def expect_frame(self, file, index, actors, traffic):
        """VTK's grids say what the snapshot file does."""
        stored = file["particles/actors"]
        exists = stored["id/value"][index] != 0
        self.assertEqual(actors.GetNumberOfPoints(), exists.sum())
        self.assertEqual(actors.GetNumberOfCells(), exists.sum())
        np.testing.assert_array_equal(vtk_to_numpy(actors.GetPoints().GetData()), stored["position/value"][index][exists])
        for name in set(stored) - {"box", "position", "id"}:
            np.testing.assert_array_equal(column(actors, name), stored[name]["value"][index][exists], name)
        edges = file["connectivity/traffic/value"][index].all(axis=1)
        self.assertEqual(traffic.GetNumberOfCells() if traffic else 0, edges.sum())
        if traffic is None:
            return
        self.assertEqual(traffic.GetNumberOfPoints(), exists.sum())
        np.testing.assert_array_equal(column(traffic, "weight", of_cells=True), file["connectivity/traffic/weight"][index][edges])
        for line in range(0, edges.sum(), 7):
            ends = traffic.GetCell(line).GetPointIds()
            self.assertEqual([ends.GetId(0), ends.GetId(1)], list(file["connectivity/traffic/rows"][index][line]))

    def test_every_frame_is_the_snapshot_s_while_actors_come_and_columns_too(self):
        self.circo("search_tree", "--keys", 3000, "--leaf", 50, "--searches", 3000, "--mode", "strict", "--epoch-supersteps", 4,
                   "--schedulers-per-rank", 2, "--snapshot-every", 1, "--out", self.out)
        frames = read(self.out / "snapshots.xdmf")
        with h5py.File(self.out / "snapshots.h5") as file:
            self.assertGreater(len(frames), 3)
            np.testing.assert_array_equal([moment for moment, *_ in frames], file["particles/actors/id/time"])
            for index, (_, actors, traffic) in enumerate(frames):
                self.expect_frame(file, index, actors, traffic)
        self.assertLess(frames[0][1].GetNumberOfPoints(), frames[-1][1].GetNumberOfPoints())
        self.assertEqual(column(frames[-1][1], "scheduler").max(), 3)

    def test_a_resumed_run_is_one_sequence_over_its_files(self):
        self.circo("linked_list", "--actors", 200, "--in-flight", 20, "--mode", "strict", "--epoch-min-supersteps", 8, "--epochs", 7,
                   "--snapshot-every", 2, "--checkpoint-every", 4, "--out", self.out)
        self.circo("--resume", self.out, "--epochs", 9, ranks=1)
        frames = read(self.out / "snapshots.xdmf")
        with h5py.File(self.out / "snapshots.1.h5") as before, h5py.File(self.out / "snapshots.h5") as after:
            self.assertEqual(list(before["particles/actors/id/step"]), [0, 2, 4, 6, 7])
            self.assertEqual(list(after["particles/actors/id/step"]), [4, 6, 8, 9])
            self.assertEqual(len(frames), 6)
            for index in range(3):
                self.expect_frame(before, index, *frames[index][1:])
            for index in range(1, 4):
                self.expect_frame(after, index, *frames[index + 2][1:])

    def test_it_is_whole_when_the_run_has_been_killed(self):
        with subprocess.Popen(command("linked_list", "--actors", 200, "--snapshot-every", 1, "--epoch-messages", 1,
                                      "--epoch-min-supersteps", 1, "--out", self.out), stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as process:
            xdmf = self.out / "snapshots.xdmf"
            deadline = time.monotonic() + 60
            while not (xdmf.exists() and xdmf.read_text().count("<!-- frame") > 12):
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.01)
            for rank in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split():
                os.kill(int(rank), signal.SIGKILL)
            process.wait(timeout=60)
        frames = read(xdmf)
        self.assertGreater(len(frames), 5)
        with h5py.File(self.out / "snapshots.h5") as file:
            for index in (0, len(frames) - 1):
                self.expect_frame(file, index, *frames[index][1:])


if __name__ == "__main__":
    unittest.main()
