"""Checkpoints that are damaged, cannot be written, or are of another run or circo: told of in one line, and never a wrong result.

See checkpoint_case.py for the environment.
"""

import json
import re
import shutil
import subprocess
import unittest
from pathlib import Path

import h5py
from checkpoint_case import CIRCO, STRICT, CheckpointTest, checkpoints, what_is_left


class Damaged(CheckpointTest):
    def setUp(self):
        super().setUp()
        self.whole, self.out = self.folder / "whole", self.folder / "run"
        self.run_on(2, *self.model("linked_list", self.whole, ranks=2))
        self.run_on(2, *self.model("linked_list", self.out, "--checkpoint-every", 15, ranks=2))
        self.assertEqual(len(checkpoints(self.out)), 2)

    def damage(self, file):
        size = file.stat().st_size
        with open(file, "r+b") as opened:
            if self.random.random() < 0.3:
                opened.truncate(self.random.randrange(size))
            else:
                at = self.random.randrange(size)
                opened.seek(at)
                byte = opened.read(1)[0]
                opened.seek(at)
                opened.write(bytes([byte ^ self.random.randrange(1, 256)]))

    def test_a_damaged_one_is_told_of_and_the_one_before_is_taken(self):
        older, newer = checkpoints(self.out)
        self.damage(newer)
        _, err = self.run_on(3, "--resume", self.out)
        self.assertIn(newer.name, err)
        self.expect_same(self.out, what_is_left(self.whole))
        self.assertTrue(Path(str(newer) + ".damaged").exists())

    def test_when_all_are_damaged_or_gone_it_says_so_and_runs_nothing(self):
        for file in checkpoints(self.out):
            self.damage(file)
        _, err = self.run_on(2, "--resume", self.out, code=2)
        self.assertRegex(err, "circo: run --resume: .* has no undamaged checkpoint to resume from")
        shutil.rmtree(self.out / "checkpoint")
        _, err = self.run_on(2, "--resume", self.out, code=2)
        self.assertRegex(err, "has no checkpoint to resume from")


class Faults(CheckpointTest):
    def test_a_removed_folder_is_made_again(self):
        out = self.folder / "run"
        process = self.start(2, *self.model("linked_list", out, "--checkpoint-every", 2, ranks=2))
        self.wait_for(lambda: checkpoints(out))
        shutil.rmtree(out / "checkpoint", ignore_errors=True)
        self.finish(process)
        self.assertEqual(len(checkpoints(out)), 2)

    def test_a_full_disk_costs_no_checkpoint_that_is_there_and_the_run_goes_on(self):
        disk = self.folder / "disk"
        disk.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", disk], capture_output=True).returncode != 0:
            self.skipTest("may not mount a file system")
        try:
            out = disk / "run"
            # A checkpoint has some 2 MiB: two fit, and no third beside them.
            text, _ = self.run_on(2, "linked_list", "--actors", "10000", "--in-flight", "3000", *STRICT, "--epochs", "30",
                                  "--no-snapshots", "--checkpoint-every", "3", "--out", out)
            self.assertRegex(text, "cannot write the checkpoint .*[Nn]o space left.*; the run goes on")
            self.assertEqual(list((out / "checkpoint").glob("*.part")), [])
            self.assertGreater(len(checkpoints(out)), 0)
            self.run_on(2, "--resume", out, "--out", self.folder / "resumed")
        finally:
            subprocess.run(["umount", disk], check=True)
        self.assertEqual(json.loads((self.folder / "resumed" / "summary.json").read_text())["epochs"], 30)


class Refused(CheckpointTest):
    def setUp(self):
        super().setUp()
        self.out = self.folder / "run"
        self.run_on(2, *self.model("actor_tree", self.out, "--checkpoint-every", 2, ranks=2))

    def refuse(self, pattern, *arguments):
        _, err = self.run_on(2, *arguments, code=2)
        self.assertRegex(err, "(?m)^circo: run.*" + pattern)

    def test_what_would_make_another_run_of_it_is_refused_by_name(self):
        self.refuse("the checkpoint is one of the model actor_tree, not of linked_list", "linked_list", "--resume", self.out)
        self.refuse("--levels 15, and this one would have 16: that cannot be changed", "--resume", self.out, "--levels", "16")
        self.refuse("--seed 0, and this one would have 1", "--resume", self.out, "--seed=1", "--force")
        self.refuse("--balancer infoton, and this one would have none", "--resume", self.out, "--balancer", "none")
        self.refuse("expected no --config beside it", "--resume", self.out, "--config", self.out / "config.toml")
        self.refuse("nowhere has no checkpoint", "--resume", self.folder / "nowhere")
        self.refuse("unknown option --no-such", "--resume", self.out, "--no-such")

    def test_options_of_the_loop_need_force_and_limits_and_output_do_not(self):
        self.refuse("or add --force", "--resume", self.out, "--epoch-supersteps", "9")
        self.run_on(2, "--resume", self.out, "--epoch-supersteps", "9", "--force")
        self.run_on(2, "actor_tree", "--resume", self.out, "--max-actors", "1000000", "--progress", "plain", "--snapshot-every", "1")

    def test_another_version_or_format_is_refused(self):
        # The seal is made anew by hand: the file is whole, and of another circo.
        version = subprocess.run([CIRCO, "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
        for file in checkpoints(self.out):
            with h5py.File(file, "r+") as opened:
                opened.attrs.modify("circo", b"9" * len(version))
            reseal(file)
        self.refuse(f"was written by circo 9+, and this is circo {re.escape(version)}", "--resume", self.out)
        self.run_on(2, "--resume", self.out, "--force", "--out", self.folder / "forced")
        for file in checkpoints(self.out):
            with h5py.File(file, "r+") as opened:
                opened.attrs["format"] = 99
            reseal(file)
        self.refuse("it has format 99, and this circo reads format [0-9]+", "--resume", self.out, "--force")

    def test_states_of_another_layout_are_refused_before_anything_is_touched(self):
        before = {path: path.read_bytes() for path in self.out.iterdir() if path.is_file()}
        for attribute, whose in (("types", "of the model"), ("layout", "of the engine")):
            saved = {}
            for file in checkpoints(self.out):
                with h5py.File(file, "r+") as opened:
                    saved[file] = text = opened.attrs[attribute]
                    at = text.index(b"bytes:") + 8
                    opened.attrs.modify(attribute, text[:at] + b"?" + text[at + 1:])
                reseal(file)
            self.refuse(rf"was written by a program with other types {whose} \(circo .*commit .*it has '.*' where this one has '.*'",
                        "--resume", self.out, "--force")
            for file, text in saved.items():
                with h5py.File(file, "r+") as opened:
                    opened.attrs.modify(attribute, text)
                reseal(file)
        self.assertEqual({path: path.read_bytes() for path in self.out.iterdir() if path.is_file()}, before)
        self.run_on(2, "--resume", self.out)

    def test_metrics_that_were_removed_begin_with_a_header(self):
        (self.out / "metrics.csv").unlink()
        self.run_on(2, "--resume", self.out)
        lines = (self.out / "metrics.csv").read_text().splitlines()
        self.assertTrue(lines[0].startswith("epoch,superstep,"))
        self.assertTrue(lines[1][0].isdigit())
        self.assertEqual(sum(line.startswith("epoch") for line in lines), 1)


def mix(z):
    mask = (1 << 64) - 1
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & mask
    z = (z ^ z >> 27) * 0x94D049BB133111EB & mask
    return z ^ z >> 31


def checksum(data):
    total = len(data)
    for at in range(0, len(data), 8):
        total = mix(total ^ int.from_bytes(data[at:at + 8], "little")) + 1 & (1 << 64) - 1
    return total


def reseal(file):
    """Writes a file's seal as io/seal.hpp says, independently of it."""
    data = file.read_bytes()
    assert checksum(data[:504]) == int.from_bytes(data[504:512], "little"), "the seal is not made as this test thinks"
    slices = [data[at:at + (4 << 20)] for at in range(512, len(data), 4 << 20)]
    contents = checksum(b"".join(checksum(each).to_bytes(8, "little") for each in slices))
    seal = data[:24] + len(data).to_bytes(8, "little") + contents.to_bytes(8, "little") + data[40:504]
    file.write_bytes(seal + checksum(seal).to_bytes(8, "little") + data[512:])


if __name__ == "__main__":
    unittest.main(verbosity=2)
