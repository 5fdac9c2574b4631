"""What tests of checkpoints share: runs to interrupt, on any number of ranks, and what must be left of them.

CIRCO names the program, if not that of the release build; CIRCO_TEST_SEED repeats the random choices of a test.
"""

import csv
import json
import os
import random
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
