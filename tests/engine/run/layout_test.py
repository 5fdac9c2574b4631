"""In strict mode the layout does not matter: six schedulers give the same bits however ranks and threads host them.

CIRCO and CIRCO_SERVE name the programs, if not those of the release build.
"""

import csv
import json
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import h5py

import sessions

ROOT = Path(__file__).resolve().parents[3]
CIRCO = Path(os.environ.get("CIRCO", ROOT / "build/release/circo"))

# Ranks, schedulers a rank, threads, topology. The first is what the others are compared with.
LAYOUTS = [(1, 6, 1, "complete"), (1, 6, 2, "complete"), (2, 3, 1, "complete"), (2, 3, 2, "grid"), (3, 2, 2, "complete"),
           (3, 2, 1, "grid"), (6, 1, 1, "complete"), (6, 1, 1, "grid")]
CASES = [(1, "infoton"), (20, "infoton"), (3, "random"), (4, "nearest")]
MODELS = {
    "linked_list": ["--actors", "400", "--in-flight", "60", "--epochs", "12", "--epoch-min-supersteps", "16"],
    "actor_tree": ["--levels", "9", "--epoch-supersteps", "5"],
    "ping_pong": ["--pairs", "100", "--hits", "200", "--epoch-min-supersteps", "16"],
    "graph": ["--graph", "rmat:8", "--loads", "pareto:1.3", "--epochs", "12", "--epoch-min-supersteps", "4",
              "--event", "3:rewire=0.2", "--event", "5:load=3@0.2", "--event", "6:traffic=4@0.3", "--event", "9:repair=0.5"],
    "pagerank": ["--graph", "rmat:8", "--epoch-min-supersteps", "16"],
    "search_tree": ["--keys", "1000", "--leaf", "20", "--searches", "500", "--in-flight", "60", "--push-every", "3",
                    "--epoch-min-supersteps", "16"],
    "worker_pool": ["--pools", "20", "--skew", "1.3", "--epochs", "8", "--epoch-min-supersteps", "12"],
}
DEPEND_ON_TIME = {"wall_s", "messages_per_s", "placement_s"}
DEPEND_ON_LAYOUT = {"rank_remote_share"}
EXEMPT = DEPEND_ON_TIME | DEPEND_ON_LAYOUT


def models():
    lines = subprocess.run([CIRCO, "models"], capture_output=True, text=True, check=True, timeout=20).stdout.splitlines()
    return [line.split()[0] for line in lines]


def what_a_run_leaves(folder):
    """Everything that must not depend on the layout, by name."""
    left = {}
    with h5py.File(folder / "snapshots.h5") as file:

        def take(name, item):
            # Which rank hosts whom is the layout itself.
            if isinstance(item, h5py.Dataset) and "rank" not in name.split("/"):
                left[name] = (item.shape, item[()].tobytes())

        for group in ("particles", "connectivity"):
            file[group].visititems(lambda name, item: take(f"{group}/{name}", item))
        for name, element in file["observables"].items():
            if name not in EXEMPT:
                left["observables/" + name] = element["value"][()].tobytes()
        left["frames"] = len(file["particles/actors/id/step"])
    with open(folder / "metrics.csv", newline="") as file:
        left["metrics"] = [{k: v for k, v in row.items() if k not in EXEMPT} for row in csv.DictReader(file)]
    summary = json.loads((folder / "summary.json").read_text())
    for key in ("end", "epochs", "supersteps", "messages", "dead_letters", "migrated", "result"):
        left["summary/" + key] = summary[key]
    return left


class LayoutTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="circo-layout-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def run_on(self, layout, *arguments):
        ranks, schedulers, threads, topology = layout
        out = self.folder / "-".join(map(str, layout))
        code, _, errors = sessions.run(
            "circo", ["run", *arguments, "--mode", "strict", "--progress", "none", "--snapshot-every", "3",
                      "--schedulers-per-rank", schedulers, "--threads", threads, "--topology", topology, "--out", out],
            ranks, self.folder, timeout=120)
        self.assertEqual(code, 0, errors)
        return what_a_run_leaves(out)

    def expect_same(self, model, seed, balancer, *more):
        arguments = [model, *MODELS[model], "--seed", str(seed), "--balancer", balancer, *more]
        expected = self.run_on(LAYOUTS[0], *arguments)
        self.assertGreater(expected["frames"], 2, "too short a run to show anything")
        if balancer == "random":
            self.assertGreater(expected["summary/migrated"], 0)
        for layout in LAYOUTS[1:]:
            with self.subTest(model=model, seed=seed, balancer=balancer, layout=layout):
                found = self.run_on(layout, *arguments)
                self.assertEqual(found.keys(), expected.keys())
                different = [name for name in expected if found[name] != expected[name]]
                self.assertEqual(different, [])
        for folder in self.folder.iterdir():
            for file in folder.iterdir():
                file.unlink()
            folder.rmdir()
        return expected

    def test_every_balancer_is_the_same_on_every_layout(self):
        lacking = [name for name in ("metis", "scotch") if self.lacks(name)]
        for balancer in ("greedy", "diffusion", "round_robin", "metis", "scotch"):
            if balancer not in lacking:
                expected = self.expect_same("linked_list", 6, balancer, "--start", "parent", "--migration-budget", "0.6")
                self.assertGreater(expected["summary/migrated"], 0)

    def lacks(self, balancer):
        run = subprocess.run([CIRCO, "run", "ping_pong", "--balancer", balancer, "--epochs", "1", "--no-snapshots", "--out",
                              self.folder / balancer], capture_output=True, text=True, timeout=60)
        shutil.rmtree(self.folder / balancer, ignore_errors=True)
        return "this build was made without" in run.stderr

    def test_another_seed_gives_another_run(self):
        one, two = (self.run_on((1, 6, 1, topology), "linked_list", *MODELS["linked_list"], "--seed", str(seed))
                    for seed, topology in ((1, "complete"), (2, "grid")))
        self.assertNotEqual(one["particles/actors/position/value"], two["particles/actors/position/value"])


def add_test(model):
    def test(self):
        if model not in models():
            self.skipTest(f"there is no model {model}")
        for seed, balancer in CASES:
            self.expect_same(model, seed, balancer)
        self.expect_same(model, 5, "infoton", "--law", "circo", "--start", "parent", "--infoton-every", "2", "--traffic-limit", "3")

    test.__name__ = f"test_{model}_is_the_same_on_every_layout"
    setattr(LayoutTest, test.__name__, test)


for name in MODELS:
    add_test(name)

if __name__ == "__main__":
    unittest.main(verbosity=2)
