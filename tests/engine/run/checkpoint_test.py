"""Runs that are interrupted, killed or signalled, and go on from a checkpoint, on other ranks and schedulers.

See checkpoint_case.py for the environment. CIRCO_KILLS=20 kills 20 runs instead of a few.
"""

import json
import os
import shutil
import signal
import time
import unittest

import h5py
from checkpoint_case import MODELS, STRICT, TIMEOUT, CheckpointTest, checkpoints, is_alive, ranks_of, what_is_left

KILLS = int(os.environ.get("CIRCO_KILLS", "4"))


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


if __name__ == "__main__":
    unittest.main(verbosity=2)
