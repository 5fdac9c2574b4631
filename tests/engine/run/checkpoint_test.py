"""Checkpoints as a user meets them: runs that are killed, signalled or damaged, and what comes of them when they are resumed.

CIRCO names the program, if not that of the release build. CIRCO_KILLS=20 kills 20 runs instead of a few, CIRCO_TEST_SEED
repeats the random choices of a test.
"""

import csv
import json
import os
import random
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

import h5py

ROOT = Path(__file__).resolve().parents[3]
MPIRUN = ROOT / "scripts" / "mpirun"
CIRCO = Path(os.environ.get("CIRCO", ROOT / "build/release/circo"))
KILLS = int(os.environ.get("CIRCO_KILLS", "4"))
TIMEOUT = 300  # seconds; generous, as other tests may run beside

# Twelve schedulers, so that 2, 3, 4 and 6 ranks can host them; runs of a second or two.
SCHEDULERS = 12
STRICT = ["--mode", "strict", "--progress", "none", "--epoch-min-supersteps", "16"]
MODELS = {
    "linked_list": ["--actors", "3000", "--in-flight", "1500", "--epochs", "40"],
    "actor_tree": ["--levels", "15", "--epoch-supersteps", "5"],
    "pagerank": ["--graph", "rmat:10", "--epoch-supersteps", "8"],
    "search_tree": ["--keys", "20000", "--leaf", "100", "--in-flight", "300", "--epochs", "40"],
}
OF_TIME = {"wall_s", "messages_per_s", "placement_s", "rank_remote_share"}


def what_is_left(folder):
    """What must be the same however often a run was interrupted, and wherever it went on."""
    summary = json.loads((folder / "summary.json").read_text())
    left = {key: summary[key] for key in ("end", "epochs", "supersteps", "messages", "dead_letters", "migrated", "result")}
    with open(folder / "metrics.csv", newline="") as file:
        left["metrics"] = [{k: v for k, v in row.items() if k not in OF_TIME} for row in csv.DictReader(file)]
    with h5py.File(folder / "snapshots.h5") as file:
        for name in ("id", "position", "species", "scheduler", "load"):
            left["last frame/" + name] = file[f"particles/actors/{name}/value"][-1].tobytes()
    return left


def checkpoints(folder):
    return sorted((folder / "checkpoint").glob("superstep-*.h5"))


def ranks_of(process):
    """The processes that mpirun has started."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    return [int(pid) for pid in children.read_text().split()] if children.exists() else []


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


class CheckpointTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="circo-checkpoint-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        seed = os.environ.get("CIRCO_TEST_SEED", str(random.SystemRandom().randrange(1 << 32)))
        print(f"CIRCO_TEST_SEED={seed}")
        self.random = random.Random(int(seed))

    def start(self, ranks, *arguments):
        process = subprocess.Popen([MPIRUN, "-n", str(ranks), CIRCO, "run", *map(str, arguments)], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, cwd=self.folder)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        return process

    def finish(self, process, code=0):
        try:
            out, err = process.communicate(timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            for pid in ranks_of(process):
                os.kill(pid, signal.SIGKILL)
            process.kill()
            self.fail("it hung:\n" + "".join(process.communicate()))
        self.assertEqual(process.returncode, code, out + err)
        return out, err

    def run_on(self, ranks, *arguments, code=0):
        return self.finish(self.start(ranks, *arguments), code)

    def model(self, name, out, *more, ranks=4):
        return [name, *MODELS[name], *STRICT, "--schedulers-per-rank", SCHEDULERS // ranks, "--out", out, *more]

    def wait_for(self, what, process=None):
        limit = time.monotonic() + TIMEOUT
        while not what():
            self.assertLess(time.monotonic(), limit, "it has not come to that")
            if process and process.poll() is not None:
                return False
            time.sleep(0.001)
        return True

    def expect_same(self, folder, expected):
        found = what_is_left(folder)
        self.assertEqual([name for name in expected if found[name] != expected[name]], [])


class Killed(CheckpointTest):
    def kill(self, process, out):
        """Kills a rank, all of them or mpirun, at a random moment or while a checkpoint is written. What it killed."""
        if not self.wait_for(lambda: checkpoints(out), process):
            return "nothing, as the run was over"
        moment = self.random.choice(["at any time", "while it writes"])
        if moment == "at any time":
            time.sleep(self.random.uniform(0, 1))
        else:
            self.wait_for(lambda: list((out / "checkpoint").glob("*.part")), process)
        ranks = ranks_of(process)
        whom = self.random.choice(["one rank", "all ranks", "mpirun"])
        victims = {"one rank": [self.random.choice(ranks)] if ranks else [], "all ranks": ranks, "mpirun": [process.pid]}[whom]
        for pid in victims:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        process.communicate(timeout=TIMEOUT)
        # Ranks end by themselves once they miss mpirun.
        limit = time.monotonic() + 20
        while any(map(is_alive, ranks)) and time.monotonic() < limit:
            time.sleep(0.01)
        for pid in filter(is_alive, ranks):
            os.kill(pid, signal.SIGKILL)
        return f"{whom} {moment}"

    def test_a_run_that_is_killed_ends_on_other_ranks_as_if_nothing_had_been(self):
        names = list(MODELS)
        expected = {}
        for name in names:
            self.run_on(3, *self.model(name, self.folder / name, ranks=3))
            expected[name] = what_is_left(self.folder / name)
        for kill in range(KILLS):
            name = names[kill % len(names)]
            out = self.folder / f"{name}-{kill}"
            process = self.start(4, *self.model(name, out, "--checkpoint-every", 1))
            told = [self.kill(process, out)]
            if self.random.random() < 0.5:
                ranks = self.random.choice([2, 3, 4, 6])
                process = self.start(ranks, "--resume", out, "--checkpoint-every", 1)
                told.append(f"on {ranks} ranks {self.kill(process, out)}")
            ranks = [2, 3, 4, 6][(kill + kill // len(names)) % 4]
            print(f"{name}: killed {', then '.join(told)}; resumed on {ranks} ranks", flush=True)
            with self.subTest(model=name, killed=told, ranks=ranks):
                self.run_on(ranks, "--resume", out)
                self.expect_same(out, expected[name])
            shutil.rmtree(out)


class Signalled(CheckpointTest):
    def test_usr1_has_a_checkpoint_written_and_changes_nothing(self):
        name = "linked_list"
        self.run_on(2, *self.model(name, self.folder / "whole", ranks=2))
        out = self.folder / "run"
        process = self.start(2, *self.model(name, out, ranks=2))
        self.wait_for(lambda: (out / "metrics.csv").exists() and (out / "metrics.csv").read_text().count("\n") > 5)
        os.kill(self.random.choice(ranks_of(process)), signal.SIGUSR1)
        self.finish(process)
        self.assertEqual(len(checkpoints(out)), 1)
        expected = what_is_left(self.folder / "whole")
        self.expect_same(out, expected)
        self.run_on(3, "--resume", out)
        self.expect_same(out, expected)

    def test_term_and_usr2_write_a_checkpoint_and_end_with_code_3(self):
        name = "linked_list"
        self.run_on(2, *self.model(name, self.folder / "whole", ranks=2))
        # mpirun passes SIGUSR2 on; for SIGTERM it ends its ranks in a way of its own.
        for number, whom in ((signal.SIGTERM, "a rank"), (signal.SIGUSR2, "a rank"), (signal.SIGUSR2, "mpirun")):
            with self.subTest(signal=number.name, whom=whom):
                out = self.folder / f"{number.name}-{whom}"
                process = self.start(2, *self.model(name, out, ranks=2))
                rows = self.random.randrange(3, 15)
                self.wait_for(lambda: (out / "metrics.csv").exists() and (out / "metrics.csv").read_text().count("\n") > rows)
                os.kill(process.pid if whom == "mpirun" else self.random.choice(ranks_of(process)), number)
                text, _ = self.finish(process, code=3)
                self.assertIn("Go on with: circo run --resume", text)
                self.run_on(6, "--resume", out)
                self.expect_same(out, what_is_left(self.folder / "whole"))

    def test_a_time_limit_ends_it_with_a_checkpoint(self):
        out = self.folder / "run"
        arguments = ["linked_list", "--progress", "none", "--checkpoint-minutes", "0.01", "--checkpoint-keep", "3"]
        self.run_on(3, *arguments, "--time-limit", 3, "--out", out, code=3)
        self.assertEqual(len(checkpoints(out)), 3)
        self.run_on(2, "--resume", out, "--time-limit", "2.5", code=3)
        self.run_on(1, "--resume", out, "--time-limit", "0", "--seconds", "1")


class Redistributed(CheckpointTest):
    def test_with_another_number_of_schedulers_and_in_relaxed_mode_the_result_is_the_same(self):
        arguments = {"linked_list": ["--actors", "2000", "--in-flight", "200", "--sums", "4000"],
                     "actor_tree": ["--levels", "15", "--mode", "strict", "--epoch-supersteps", "5"],
                     "pagerank": ["--graph", "rmat:10", "--epoch-supersteps", "8"]}
        for name, options in arguments.items():
            first = self.folder / name
            self.run_on(4, name, *options, "--progress", "none", "--checkpoint-every", 2, "--out", first)
            expected = json.loads((first / "summary.json").read_text())["result"]
            for ranks, schedulers in ((1, 1), (3, 1), (2, 5)):
                with self.subTest(model=name, ranks=ranks, schedulers=schedulers):
                    out = self.folder / f"{name}-{ranks}"
                    text, _ = self.run_on(ranks, "--resume", first, "--schedulers-per-rank", schedulers, "--out", out)
                    self.assertIn("written with 4 schedulers", text)
                    result = json.loads((out / "summary.json").read_text())["result"]
                    if name == "linked_list":
                        self.assertEqual(result["wrong_sums"], 0)
                        self.assertGreaterEqual(result["sums"], 4000)
                    elif name == "pagerank":
                        self.assertEqual(result["iterations"], expected["iterations"])
                        self.assertLess(result["largest_error"], 1e-12)
                    else:
                        self.assertEqual(result, expected)


class Listed(CheckpointTest):
    def test_options_that_are_lists_are_the_same_after_a_resume_and_a_resume_of_that(self):
        out = self.folder / "run"
        self.run_on(2, "graph", "--graph", "grid2d:20x20", "--ticks", "300", "--event", "3:load=2@0.1", "--event", "5:rewire=0.1",
                    "--event", "25:traffic=3", *STRICT, "--epoch-supersteps", "10", "--checkpoint-every", "9", "--out", out)
        whole = what_is_left(out)
        for _ in range(2):
            self.run_on(1, "--resume", out)
            self.expect_same(out, whole)
        # The first frame is that of the checkpoint, not of the beginning.
        with h5py.File(out / "snapshots.h5") as file:
            self.assertEqual(file["particles/actors/id/step"][0] % 9, 0)
            self.assertGreater(file["particles/actors/id/step"][0], 0)


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
