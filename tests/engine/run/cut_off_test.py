"""A run that cannot write, or is ended by a signal, says so and keeps what was complete."""

import os
import signal
import subprocess
import time
import unittest

from command_case import SMALL, TIMEOUT, CommandTest, Result, start, stop


class CutOff(CommandTest):
    def test_a_folder_that_cannot_be_made_is_named(self):
        (self.folder / "file").write_text("")
        for ranks in (1, 2, 3):
            for out in ("file", "file/below", "/proc/nothing"):
                with self.subTest(out=out, ranks=ranks):
                    self.complain(1, rf"{out}.*--out", "run", *SMALL, "--epochs", "1", "--out", out, ranks=ranks)
        self.assertEqual((self.folder / "file").read_text(), "")

    @unittest.skipIf(os.geteuid() == 0, "root may write everywhere")
    def test_a_folder_that_must_not_be_written_is_named(self):
        (self.folder / "locked").mkdir(mode=0o500)
        for out in ("locked", "locked/run"):
            self.complain(1, rf"{out}", "run", *SMALL, "--epochs", "1", "--out", out, ranks=2)

    def test_a_signal_in_a_superstep_of_six_seconds_ends_it_with_a_checkpoint(self):
        # Side by side, as each takes its time.
        runs = []
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGUSR2):
            out = self.folder / number.name
            runs.append((number, out, start("faults", ["run", "hang", "--sleep", 6, "--progress", "none", "--out", out], None, self.folder)))
        for number, out, process in runs:
            limit = time.monotonic() + TIMEOUT
            while time.monotonic() < limit and not (out / "metrics.csv").exists():
                time.sleep(0.02)
        time.sleep(0.5)
        for number, out, process in runs:
            process.send_signal(number)
        for number, out, process in runs:
            with self.subTest(signal=number.name):
                try:
                    text, err = process.communicate(timeout=TIMEOUT)
                except subprocess.TimeoutExpired:
                    stop(process)
                    self.fail("it did not end")
                self.assertEqual(process.returncode, 3, err)
                self.assertIn("circo run --resume", text)
                self.assertEqual(len(list((out / "checkpoint").glob("superstep-*.h5"))), 1)

    def test_a_snapshot_file_that_is_removed_ends_it_with_a_line_that_says_so(self):
        for ranks in (1, 3):
            with self.subTest(ranks=ranks):
                out = self.folder / f"removed{ranks}"
                process = start("circo", ["run", *SMALL, "--snapshot-every", "5", "--progress", "none", "--out", out], ranks, self.folder)
                limit = time.monotonic() + TIMEOUT
                while time.monotonic() < limit and not ((out / "snapshots.xdmf").exists() and (out / "metrics.csv").stat().st_size):
                    time.sleep(0.1)
                (out / "snapshots.h5").unlink()
                try:
                    out_text, err = process.communicate(timeout=TIMEOUT)
                except subprocess.TimeoutExpired:
                    stop(process)
                    self.fail("it did not end")
                lines = Result(process.returncode, out_text, err).own_errors()
                self.assertEqual(process.returncode, 1, err)
                self.assertEqual(len(lines), 1, err)
                self.assertRegex(lines[0], r"snapshots\.h5: it has been removed, moved or replaced")


if __name__ == "__main__":
    unittest.main(verbosity=2)
