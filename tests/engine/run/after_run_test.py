"""What cannot be written after a run does not lose its result: that is printed, then the failure is told in one line."""

import subprocess
import time
import unittest

from command_case import TIMEOUT, CommandTest, Result, start, stop

RUN = ["run", "linked_list", "--actors", "300", "--in-flight", "30", "--seconds", "1", "--trace", "--write-traffic", "--progress", "none"]


class AfterRun(CommandTest):
    def spoil(self, ranks, spoil, pattern):
        """Runs it, with `spoil` called when it is under way. Returns the run's folder."""
        out = self.folder / "run"
        process = start("circo", [*RUN, "--out", out], ranks, self.folder)
        limit = time.monotonic() + TIMEOUT
        while time.monotonic() < limit and not ((out / "snapshots.xdmf").exists() and (out / "metrics.csv").stat().st_size):
            time.sleep(0.02)
        spoil(out)
        try:
            text, err = process.communicate(timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            stop(process)
            self.fail("it did not end")
        self.assertEqual(process.returncode, 1, err)
        self.assertIn("ended as time limit reached", text)
        self.assertIn("run folder: ", text)
        lines = Result(process.returncode, text, err).own_errors()
        self.assertEqual(len(lines), 1, err)
        self.assertRegex(lines[0], pattern)
        return out

    def test_a_timeline_that_cannot_be_written(self):
        out = self.spoil(3, lambda out: (out / "trace.json").mkdir(), r"trace\.json")
        self.assertTrue((out / "summary.json").is_file())
        self.assertTrue((out / "traffic.csv").is_file())

    def test_traffic_that_cannot_be_written(self):
        out = self.spoil(2, lambda out: (out / "traffic.csv").mkdir(), r"traffic\.csv")
        self.assertTrue((out / "summary.json").is_file())
        self.assertTrue((out / "trace.json").is_file())

    def test_a_summary_that_cannot_be_written(self):
        out = self.spoil(None, lambda out: (out / "summary.json").mkdir(), r"summary\.json")
        self.assertTrue((out / "traffic.csv").is_file())

    def test_a_last_frame_that_cannot_be_written(self):
        out = self.spoil(2, lambda out: (out / "snapshots.h5").unlink(), r"snapshots\.h5: it has been removed")
        self.assertTrue((out / "summary.json").is_file())


if __name__ == "__main__":
    unittest.main(verbosity=2)
