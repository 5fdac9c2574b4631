"""scripts/plot makes pictures from run folders of every kind, and says in one line what is wrong with the others."""

import os
import struct
import subprocess
import tempfile
import unittest
from pathlib import Path

import h5py
import numpy as np

PLOT = Path(__file__).resolve().parents[2] / "scripts" / "plot"
HEADER = "epoch,superstep,wall_s,actors,messages,messages_per_s,remote_share,rank_remote_share,imbalance,migrated,placement_s"


def write_metrics(run, epochs, share=lambda epoch: 0.83 / (1 + epoch)):
    rows = [f"{e},{40 * e},{0.1 * e},200,8000,{1e6 + e},{share(e)},{share(e) / 2},{1 + 1 / (1 + e)},{max(0, 90 - e)},0.001"
            for e in range(epochs)]
    (run / "metrics.csv").write_text("\n".join([HEADER, *rows, ""]))


def write_snapshots(run, actors=200, schedulers=6, frames=2):
    """The parts of SnapshotWriter's file that plot reads. The last tenth of the entries of each frame is no actor."""
    random = np.random.default_rng(3)
    steps = 10 * np.arange(frames)
    with h5py.File(run / "snapshots.h5", "w") as file:
        def element(path, value, **options):
            group = file.create_group(path)
            group["step"], group["time"] = steps, 0.5 * steps
            group.create_dataset("value", data=value, **options)

        exists = np.arange(actors) < 0.9 * actors
        element("particles/actors/id", np.tile(np.where(exists, np.arange(actors) + 1, 0), (frames, 1)).astype("u8"), fillvalue=0)
        element("particles/actors/position", random.normal(size=(frames, actors, 3)).astype("f4"))
        owners = random.integers(0, schedulers, (frames, actors))
        element("particles/actors/scheduler", np.where(exists, owners, 2**32 - 1).astype("u4"))
        element("particles/schedulers/position", random.normal(size=(frames, schedulers, 3)).astype("f4"))


def write_traffic(run, actors=180, edges=400):
    """Edges between actors of write_snapshots, and one to an actor that no snapshot has."""
    random = np.random.default_rng(4)
    rows = [f"{a},{b},{weight}" for a, b, weight in zip(random.integers(1, actors, edges), random.integers(1, actors, edges),
                                                         random.normal(size=edges))]
    (run / "traffic.csv").write_text("\n".join(["actor,partner,weight", *rows, "1,999999,5", ""]))


def picture_size(path):
    head = path.read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n", path
    return struct.unpack(">II", head[16:24])


class PlotTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.run_folder = Path(folder.name) / "run"
        self.run_folder.mkdir()

    def plot(self, *arguments):
        environment = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")}
        return subprocess.run([str(PLOT), *map(str, arguments)], capture_output=True, text=True, timeout=120,
                              env=environment)

    def expect_pictures(self, *arguments, out=None, names=("space.png", "curves.png")):
        result = self.plot(self.run_folder, "--dpi", 40, *arguments)
        self.assertEqual(result.returncode, 0, result.stderr)
        out = out or self.run_folder
        self.assertEqual(result.stdout.split(), [str(out / name) for name in names])
        self.assertEqual({path.name for path in out.glob("*.png")}, set(names))
        for name in names:
            width, height = picture_size(out / name)
            self.assertGreater(min(width, height), 200)
        return result

    def expect_error(self, text, *arguments):
        result = self.plot(self.run_folder, *arguments)
        self.assertEqual(result.returncode, 2, result.stderr)
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        self.assertIn(text, result.stderr)

    def test_a_run_gives_both_pictures(self):
        write_metrics(self.run_folder, 50)
        write_snapshots(self.run_folder)
        self.assertEqual(self.expect_pictures().stderr, "")

    def test_a_run_that_wrote_its_traffic_gives_the_matrix_too(self):
        write_metrics(self.run_folder, 50)
        write_traffic(self.run_folder)
        for actors in (200, 0):
            write_snapshots(self.run_folder, actors=actors)
            self.assertEqual(self.expect_pictures(names=("space.png", "traffic.png", "curves.png")).stderr, "")

    def test_the_animation_has_a_picture_for_each_frame(self):
        write_snapshots(self.run_folder, actors=50, frames=4)
        self.assertEqual(self.plot(self.run_folder, "--animate", "--dpi", 40).returncode, 0)
        # A graphic control extension stands before each picture of a GIF; the last picture stands on.
        self.assertGreaterEqual((self.run_folder / "space.gif").read_bytes().count(b"\x21\xf9\x04"), 4)

    def test_a_file_that_is_no_traffic(self):
        write_snapshots(self.run_folder)
        for text in ("a,b\n1,2\n", "actor,partner,weight\n1,x,2\n", "actor,partner,weight\n1\n"):
            (self.run_folder / "traffic.csv").write_text(text)
            self.expect_error("traffic.csv: is no traffic file")

    def test_a_run_whose_first_epoch_has_not_closed(self):
        (self.run_folder / "metrics.csv").write_text("")
        write_snapshots(self.run_folder, frames=1)
        self.assertIn("no curves.png", self.expect_pictures(names=("space.png",)).stderr)

    def test_they_go_where_out_says(self):
        write_metrics(self.run_folder, 50)
        write_snapshots(self.run_folder)
        out = self.run_folder.parent / "pictures" / "here"
        self.expect_pictures("--out", out, out=out)

    def test_one_epoch_and_one_frame_are_enough(self):
        write_metrics(self.run_folder, 1)
        write_snapshots(self.run_folder, frames=1)
        self.assertEqual(self.expect_pictures().stderr, "")

    def test_long_runs_with_many_actors_and_schedulers(self):
        write_metrics(self.run_folder, 3000)
        write_snapshots(self.run_folder, actors=60000, schedulers=200)
        self.assertEqual(self.expect_pictures().stderr, "")

    def test_no_actor_left_no_message_sent_and_values_that_are_no_numbers(self):
        write_metrics(self.run_folder, 20, share=lambda epoch: float("nan") if epoch % 2 else 0)
        write_snapshots(self.run_folder, actors=0)
        self.assertEqual(self.expect_pictures().stderr, "")

    def test_without_snapshots_only_the_curves(self):
        write_metrics(self.run_folder, 5)
        self.assertIn("no space.png", self.expect_pictures(names=("curves.png",)).stderr)

    def test_without_metrics_only_the_space(self):
        write_snapshots(self.run_folder)
        self.assertIn("no curves.png", self.expect_pictures(names=("space.png",)).stderr)

    def test_a_row_that_is_still_being_written_is_left_out(self):
        write_metrics(self.run_folder, 5)
        with open(self.run_folder / "metrics.csv", "a") as file:
            file.write("5,200,0.")
        self.expect_pictures(names=("curves.png",))

    @unittest.skipUnless("CIRCO_WRITE_SNAPSHOT" in os.environ, "CIRCO_WRITE_SNAPSHOT names no program")
    def test_the_engine_s_own_snapshots(self):
        subprocess.run([os.environ["CIRCO_WRITE_SNAPSHOT"], str(self.run_folder / "snapshots.h5")], check=True, timeout=120)
        self.expect_pictures(names=("space.png", "traffic.png"))

    def test_a_missing_run_is_named(self):
        self.run_folder = self.run_folder / "nowhere"
        self.expect_error("nowhere: is no folder")

    def test_an_empty_folder_is_no_run(self):
        self.expect_error("expected a run folder")

    def test_a_bad_field_is_named_with_its_line(self):
        write_metrics(self.run_folder, 5)
        path = self.run_folder / "metrics.csv"
        path.write_text(path.read_text().replace("\n2,80", "\ntwo,80"))
        self.expect_error("metrics.csv:4: could not convert string to float: 'two'")

    def test_a_missing_field_is_named_with_its_line(self):
        (self.run_folder / "metrics.csv").write_text(f"{HEADER}\n1,2\n")
        with open(self.run_folder / "metrics.csv", "a") as file:
            file.write("0,0,0,0,0,0,0,0,0,0,0\n")
        self.expect_error("metrics.csv:2: 2 fields; expected 11")

    def test_metrics_without_a_header(self):
        (self.run_folder / "metrics.csv").write_text("1,2,3\n")
        self.expect_error("metrics.csv:1: expected a header")

    def test_a_file_that_is_no_snapshot(self):
        (self.run_folder / "snapshots.h5").write_text("no HDF5")
        self.expect_error("snapshots.h5: is no snapshot file")

    def test_a_cut_off_snapshot(self):
        write_snapshots(self.run_folder)
        path = self.run_folder / "snapshots.h5"
        path.write_bytes(path.read_bytes()[:3000])
        self.expect_error("snapshots.h5: is no snapshot file")

    def test_a_folder_for_pictures_that_cannot_be_made(self):
        write_metrics(self.run_folder, 5)
        self.expect_error("cannot be made", "--out", self.run_folder / "metrics.csv" / "x")

    def test_a_resolution_out_of_range(self):
        result = self.plot(self.run_folder, "--dpi", 5)
        self.assertEqual(result.returncode, 2)
        self.assertIn("expected 20 to 600", result.stderr)


if __name__ == "__main__":
    unittest.main()
