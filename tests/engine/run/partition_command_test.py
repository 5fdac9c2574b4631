"""circo partition: what it prints and writes, and how it fails. CIRCO names the program, if not that of the release build."""

import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
MPIRUN = ROOT / "scripts" / "mpirun"
CIRCO = Path(os.environ.get("CIRCO", ROOT / "build/release/circo"))


def partition(*arguments, ranks=1):
    command = [MPIRUN, "-n", str(ranks)] if ranks > 1 else []
    return subprocess.run([*command, CIRCO, "partition", *arguments], capture_output=True, text=True, timeout=60)


def lacking(method):
    return "this build was made without" in partition("--graph", "ring:10", "--parts", "2", "--method", method).stderr


def cut_and_imbalance(edges, parts, loads):
    count = max(parts) + 1
    weights = [sum(load for load, part in zip(loads, parts) if part == p) for p in range(count)]
    return (sum(parts[u] != parts[v] for u, v in edges) / len(edges), max(weights) * count / sum(weights))


class PartitionCommandTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="circo-partition-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def succeed(self, *arguments, ranks=1):
        run = partition(*arguments, ranks=ranks)
        self.assertEqual(run.returncode, 0, run.stderr)
        return json.loads(run.stdout)

    def test_cut_and_imbalance_are_those_of_the_partition_file(self):
        side, out = 24, self.folder / "parts.txt"
        edges = [(y * side + x, y * side + x + 1) for y in range(side) for x in range(side - 1)]
        edges += [(y * side + x, (y + 1) * side + x) for y in range(side - 1) for x in range(side)]
        for method in ("metis", "scotch"):
            if lacking(method):
                continue
            with self.subTest(method=method):
                found = self.succeed("--graph", f"grid2d:{side}x{side}", "--parts", "4", "--method", method, "--seeds", "3",
                                     "--out", out)
                parts = [int(line) for line in out.read_text().split()]
                self.assertEqual(len(parts), side * side)
                cut, imbalance = cut_and_imbalance(edges, parts, [1] * len(parts))
                self.assertAlmostEqual(found["best"]["cut"], cut)
                self.assertAlmostEqual(found["best"]["imbalance"], imbalance)
                self.assertEqual([run["seed"] for run in found["runs"]], [0, 1, 2])
                balanced = [run["cut"] for run in found["runs"] if run["imbalance"] <= 1.05]
                self.assertEqual(found["best"]["cut"], min(balanced))
                self.assertEqual((found["vertices"], found["edges"]), (side * side, len(edges)))

    def test_loads_count(self):
        if lacking("metis"):
            self.skipTest("no METIS")
        graph, out = self.folder / "path.graph", self.folder / "parts.txt"
        graph.write_text("6 5 010\n10 2\n2 1 3\n2 2 4\n2 3 5\n2 4 6\n2 5\n")
        found = self.succeed("--graph", graph, "--loads", "file", "--parts", "2", "--out", out)
        self.assertEqual(found["best"]["imbalance"], 1)
        self.assertEqual(len(set(out.read_text().split()[1:])), 1)
        self.assertGreater(self.succeed("--graph", graph, "--parts", "2")["best"]["cut"], 0)

    def test_under_mpi_one_rank_does_it_and_all_agree(self):
        if lacking("metis"):
            self.skipTest("no METIS")
        self.assertEqual(self.succeed("--graph", "ring:100", "--parts", "2", ranks=3)["best"]["cut"], 0.02)
        self.assertEqual(partition("--graph", "nowhere.txt", ranks=3).returncode, 2)

    def test_wrong_options_are_refused_in_one_line(self):
        for arguments, words in ((("--parts", "0"), "expected a whole number"),
                                 (("--method", "meits"), "metis"),
                                 (("--graph", "gird2d"), "did you mean grid2d?"),
                                 (("--loads", "gauss"), "expected uniform, file or pareto"),
                                 (("--imbalance", "0.5"), "expected a number from 1"),
                                 (("--prats", "3"), "did you mean --parts?")):
            with self.subTest(arguments=arguments):
                run = partition(*arguments)
                self.assertEqual(run.returncode, 2)
                self.assertEqual(run.stdout, "")
                self.assertEqual(len(run.stderr.splitlines()), 1, run.stderr)
                self.assertIn(words, run.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
