"""scripts/compare on tiny graphs: the table, the files it leaves, that it goes on where it was, and how it fails."""

import csv
import math
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "compare"
sys.path.insert(0, str(ROOT / "scripts"))
import compare_graphs
import compare_report

CIRCO = Path(os.environ.get("CIRCO", ROOT / "build/release/circo"))


def lacking():
    return "this build was made without" in subprocess.run([CIRCO, "partition", "--graph", "ring:10"], capture_output=True,
                                                           text=True, timeout=60).stderr


class CompareTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="circo-compare-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.out = self.folder / "out"

    def compare(self, *arguments, code=0):
        process = subprocess.run([sys.executable, "-B", SCRIPT, "--out", self.out, "--circo", CIRCO, *arguments],
                                 capture_output=True, text=True, timeout=300, cwd=self.folder)
        self.assertEqual(process.returncode, code, process.stderr)
        return process

    def table(self):
        with open(self.out / "table.csv", newline="") as file:
            return {(row["graph"], row["balancer"]): {k: v for k, v in row.items() if not k.startswith("placement")}
                    for row in csv.DictReader(file)}

    def test_a_small_matrix_gives_table_files_and_figures_and_goes_on_where_it_was(self):
        if lacking():
            self.skipTest("no METIS")
        graph = self.folder / "two.edges"
        cliques = [(c + a, c + b) for c in (0, 20) for a in range(20) for b in range(20) if a != b]
        graph.write_text("".join(f"{u} {v}\n" for u, v in [*cliques, (0, 20), (20, 0)]))
        arguments = ["--quick", "--only", "grid", "two", "--graphs", str(graph), "--schedulers", "2", "--balancers", "metis",
                     "round_robin", "--epochs", "4", "--seeds", "1", "2"]
        first = self.compare(*arguments)
        self.assertIn("[8/8] two, 2: round_robin, seed 2", first.stdout)
        self.assertIn("geometric mean", first.stdout)
        rows = self.table()
        self.assertEqual(set(rows), {(g, b) for g in ("grid 32^2", "two") for b in ("metis", "round_robin")})
        two = rows["two", "metis"]
        self.assertAlmostEqual(float(two["metis"]), 2 / (2 + len(cliques)))
        self.assertAlmostEqual(float(two["to_metis"]), 1, places=5)
        self.assertEqual(float(two["epochs_115"]), 2, "a division is judged by traffic that it was not fitted to")
        self.assertEqual(float(two["moved_last"]), 0)
        self.assertEqual(float(rows["two", "round_robin"]["epochs_115"]), math.inf)
        self.assertGreater(float(rows["two", "round_robin"]["to_metis"]), 50)
        with open(self.out / "runs.csv", newline="") as file:
            self.assertEqual(len(list(csv.DictReader(file))), 8)
        for picture in ("curves.png", "ratios.png"):
            self.assertGreater((self.out / picture).stat().st_size, 5000)

        # A run that is missing is made, the others are not.
        (self.out / "runs" / "two__2-metis-1.json").unlink()
        again = self.compare(*arguments)
        lines = [line for line in again.stdout.splitlines() if line.startswith("[")]
        self.assertEqual([line.split(":")[0] for line in lines if "as before" not in line], ["[5/8] two, 2"])
        self.assertEqual(self.table(), rows)

    def test_a_run_that_fails_is_told_and_the_others_go_on(self):
        if lacking():
            self.skipTest("no METIS")
        failed = self.compare("--quick", "--only", "grid", "--balancers", "round_robin", "--options", "--rate -1", code=1)
        self.assertIn("grid 32^2, 4: round_robin, seed 1: circo run ended with code 2", failed.stderr)

    def test_bad_input_is_refused_in_one_line(self):
        for arguments, code, words in ((["--balancers", "metsi"], 2, "expected some of"), (["--only", "moon"], 2, "moon"),
                                       (["--quick", "--ranks", "3"], 2, "shared equally"), (["--epochs", "-4"], 2, "--epochs"),
                                       (["--epochs", "0"], 2, "--epochs"), (["--partition-seeds", "0"], 2, "--partition-seeds"),
                                       (["--circo", "nowhere"], 3, "build it")):
            with self.subTest(arguments=arguments):
                process = self.compare(*arguments, code=code)
                self.assertEqual(len(process.stderr.splitlines()), 1)
                self.assertIn(words, process.stderr)

    def test_the_graphs_that_it_writes_are_what_their_names_say(self):
        self.out.mkdir()
        compare_graphs.search_tree(self.out / "tree", 3)
        self.assertEqual((self.out / "tree").read_text().splitlines(),
                         ["7 6 011", "4 2 2 3 2", "2 1 2 4 1 5 1", "2 1 2 6 1 7 1", "1 2 1", "1 2 1", "1 3 1", "1 3 1"])
        compare_graphs.uneven_pools(self.out / "pools", 100, 3, 1)
        lines = [line.split() for line in (self.out / "pools").read_text().splitlines()]
        edges = {(int(u), int(v)) for u, v, _ in lines}
        # Sizes in shares of 6, 2 and 6/5.
        sizes = [65, 22, 13]
        self.assertEqual(len(edges), sum(size * (size - 1) for size in sizes))
        self.assertEqual(edges, {(v, u) for u, v in edges})
        self.assertTrue(all((u < 65) == (v < 65) and (u < 87) == (v < 87) for u, v in edges))
        # Everyone talks as much.
        self.assertAlmostEqual(sum(float(weight) for u, _, weight in lines if u == "99"), 1, places=4)
        self.assertAlmostEqual(sum(float(weight) for u, _, weight in lines if u == "0"), 1, places=4)

    def test_figures_of_a_run_are_those_of_its_rows(self):
        metrics = {"cut_share": [0.9, 0.3, 0.11, 0.1], "sweeps": [4, 4, 4, 0], "placement_s": [1, 1, 1, 0], "wall_s": [2, 4, 6, 8],
                   "load_imbalance": [1, 1, 1.2, 1.1], "migrated": [50, 10, 5, 0], "actors": [100] * 4}
        found = compare_report.measure(metrics, {"metis": 0.2, "metis_imbalance": 1, "best": 0.1, "best_imbalance": 1})
        self.assertEqual(found["share"], 0.1)
        self.assertEqual((found["to_metis"], found["to_best"], found["imbalance"]), (0.5, 1, 1.1))
        self.assertEqual((found["epochs_150"], found["sweeps_150"], found["epochs_115"]), (2, 8, 3))
        self.assertEqual((found["moves"], found["placement_s"], found["placement_part"]), (0.65, 3, 0.375))
        self.assertEqual(compare_report.ratio(0, 0), 1)
        self.assertEqual(compare_report.ratio(0.1, 0), math.inf)
        self.assertAlmostEqual(compare_report.geometric_mean([2, 0.5, math.inf]), 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
