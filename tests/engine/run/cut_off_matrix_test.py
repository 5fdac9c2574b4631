"""Disks of many sizes that run full, and signals at many ranks: what was complete is there. Takes minutes (label long)."""

import signal
import subprocess
import time
import unittest

try:
    import h5py
except ImportError:
    h5py = None

from command_case import SMALL, TIMEOUT, CommandTest, complete_steps, start, stop


class CutOffMatrix(CommandTest):
    def expect_readable(self, run):
        """What a run that was cut off has left in its folder: whole rows, whole frames. Returns how many of each."""
        metrics = run / "metrics.csv"
        text = metrics.read_text() if metrics.exists() else ""
        self.assertTrue(not text or text.endswith("\n"), "the last row is cut off")
        lines = text.splitlines()
        for number, line in enumerate(lines):
            self.assertEqual(line.count(","), lines[0].count(","), line)
            if number:
                self.assertEqual(line.split(",")[0], str(number))
        frames = 0
        snapshots = run / "snapshots.h5"
        if h5py and snapshots.exists() and snapshots.stat().st_size:
            with h5py.File(snapshots) as file:
                frames = len(complete_steps(file))
        return max(0, len(lines) - 1), frames

    def test_a_full_disk_costs_nothing_that_was_complete(self):
        disk = self.folder / "disk"
        disk.mkdir()
        cases = [(size, ["--epochs", "300", "--no-snapshots"]) for size in ("4k", "12k", "16k", "24k", "28k")]
        cases += [(size, ["--epochs", "400", "--snapshot-every", "1"]) for size in ("1m", "1100k", "1500k", "2m", "4m")]
        for ranks in (1, 2, 3):
            for size, options in cases:
                with self.subTest(size=size, ranks=ranks):
                    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", disk], capture_output=True)
                    if mount.returncode != 0:
                        self.skipTest("a small disk cannot be mounted here")
                    try:
                        self.complain(1, r"disk/run.*[Nn]o space", "run", "linked_list", "--actors", "1000", "--in-flight",
                                      "500", "--epoch-min-supersteps", "8", "--progress", "none", "--out", disk / "run",
                                      *options, ranks=ranks, process=True)
                        rows, frames = self.expect_readable(disk / "run")
                        if size in ("24k", "28k"):
                            self.assertGreater(rows, 10)
                        if size in ("2m", "4m") and h5py:
                            self.assertGreater(frames, 2)
                    finally:
                        subprocess.run(["umount", disk], check=True)

    def test_a_signal_ends_it_at_once_and_leaves_what_was_complete(self):
        for ranks in (None, 1, 2, 3):
            for number in (signal.SIGINT, signal.SIGTERM):
                for program, model in (("circo", [*SMALL, "--snapshot-every", "5"]), ("faults", ["hang"])):
                    with self.subTest(ranks=ranks, signal=number.name, program=program):
                        out = self.folder / f"{ranks}{number.name}{program}"
                        process = start(program, ["run", *model, "--out", out], ranks, self.folder)
                        metrics = out / "metrics.csv"
                        limit = time.monotonic() + TIMEOUT
                        while time.monotonic() < limit and (not metrics.exists() or
                                                            program == "circo" and metrics.read_text().count("\n") < 30):
                            time.sleep(0.1)
                        process.send_signal(number)
                        if program == "faults":  # it makes no progress: the same signal ends it at once
                            time.sleep(1.1)
                            process.send_signal(number)
                        try:
                            process.communicate(timeout=8)
                        except subprocess.TimeoutExpired:
                            stop(process)
                            self.fail("it did not end")
                        self.assertNotEqual(process.returncode, 0)
                        rows, frames = self.expect_readable(out)
                        if program == "circo":
                            self.assertGreaterEqual(rows, 20)
                            if h5py:
                                self.assertGreaterEqual(frames, rows // 5)


if __name__ == "__main__":
    unittest.main(verbosity=2)
