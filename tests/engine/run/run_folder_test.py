"""What a run leaves in its folder, prints, and sums up."""

import csv
import json
import unittest

from command_case import SMALL, CommandTest, read_metrics


COLUMNS = ["epoch", "superstep", "wall_s", "actors", "messages", "messages_per_s", "remote_share", "rank_remote_share",
           "imbalance", "migrated", "placement_s"]


class Runs(CommandTest):
    def test_a_run_leaves_what_is_documented(self):
        for ranks in (1, 2, 3):
            out = self.folder / f"run{ranks}"
            text = self.run_small("--epochs", "5", "--out", out, ranks=ranks).out
            self.assertIn(str(out), text)
            for word in ("cross schedulers", "cross ranks", "imbalance", "messages/s", "migrated", "peak memory"):
                self.assertIn(word, text)
            self.assertEqual({path.name for path in out.iterdir()},
                             {"config.toml", "metrics.csv", "snapshots.h5", "snapshots.xdmf", "summary.json", "log.txt"})
            rows = read_metrics(out)
            self.assertEqual([row["epoch"] for row in rows], ["1", "2", "3", "4", "5"])
            self.assertEqual(list(rows[0])[:len(COLUMNS)], COLUMNS)
            for row in rows:
                self.assertEqual(row["actors"], "301")
                for share in ("remote_share", "rank_remote_share"):
                    self.assertTrue(0 <= float(row[share]) <= 1)
                self.assertGreaterEqual(float(row["imbalance"]), 1)
            summary = json.loads((out / "summary.json").read_text())
            for key in ("circo", "git", "model", "end", "ranks", "schedulers", "seed", "epochs", "supersteps", "wall_s",
                        "messages", "messages_per_s", "migrated", "peak_memory_bytes", "first", "last", "result"):
                self.assertIn(key, summary)
            self.assertEqual((summary["ranks"], summary["model"], summary["epochs"]), (ranks, "linked_list", 5))
            for end in ("first", "last"):
                self.assertLessEqual(set(COLUMNS), set(summary[end]))
                self.assertIsInstance(summary[end]["actors"], int)
            self.assertEqual(summary["result"]["wrong_sums"], 0)

    def test_the_traffic_that_a_run_writes_is_its_actors_ring(self):
        texts = []
        for ranks in (1, 2, 3):
            self.run_small("--epochs", "8", "--mode", "strict", "--schedulers-per-rank", 6 // ranks, "--write-traffic",
                           "--infoton-every", "1", "--epoch-min-supersteps", "60", "--out", f"run{ranks}", ranks=ranks)
            texts.append((self.folder / f"run{ranks}/traffic.csv").read_text())
        self.assertEqual(texts[0], texts[1])
        self.assertEqual(texts[0], texts[2])
        partners = {}
        for row in csv.DictReader(texts[0].splitlines()):
            self.assertLess(int(row["actor"]), int(row["partner"]))
            self.assertGreater(float(row["weight"]), 0)
            for one, other in (("actor", "partner"), ("partner", "actor")):
                partners.setdefault(row[one], []).append(row[other])
        self.assertEqual(len(partners), 301)
        for some in partners.values():
            self.assertEqual(len(some), 2)
        self.complain(2, "--write-traffic.*none.*infoton", "run", *SMALL, "--balancer", "none", "--write-traffic")

    def test_the_traffic_limit_costs_edges_that_are_counted(self):
        # Each inner vertex has six neighbors, of which it may know two.
        for limit in ("0", "2"):
            out = self.folder / f"limit{limit}"
            self.succeed("run", "graph", "--graph", "grid3d:6x6x6", "--infoton-every", "1", "--epochs", "3", "--no-snapshots",
                         "--traffic-limit", limit, "--out", out, ranks=2)
            dropped = [int(row["dropped_edges"]) for row in read_metrics(out)]
            self.assertEqual(len(dropped), 3)
            if limit == "0":
                self.assertEqual(dropped, [0, 0, 0])
            else:
                self.assertGreater(min(dropped), 0)

    def test_steps_wait_while_little_can_be_won_and_come_back_when_load_changes(self):
        def epochs_of_steps(name, *options):
            out = self.folder / name
            self.succeed("run", "graph", "--graph", "grid2d:24x24", "--schedulers-per-rank", "3", "--mode", "strict",
                         "--epoch-min-supersteps", "2", "--no-snapshots", "--out", out, *options, ranks=2)
            return [int(row["epoch"]) for row in read_metrics(out) if row["sweeps"] != "0"]

        self.assertEqual(epochs_of_steps("third", "--epochs", "12", "--epochs-per-step", "3"), [3, 6, 9])
        self.assertEqual(epochs_of_steps("each", "--epochs", "13", "--epochs-per-step", "1"), list(range(1, 13)))
        steps = epochs_of_steps("asked", "--epochs", "330", "--event", "300:load=3@0.2")
        pauses = [b - a for a, b in zip(steps, steps[1:])]
        self.assertEqual(steps[0], 1, "while most of the traffic is between schedulers")
        self.assertGreater(pauses[0], 1, "the first step has won most of it")
        self.assertGreater(max(pauses), 8)
        self.assertLess(sum(step <= 300 for step in steps), 60)
        self.assertEqual([step for step in steps if 300 < step < 303], [301, 302],
                         "after the event, of which epoch 301 is the first to tell")
        self.assertNotIn(300, steps)

    def test_progress_is_plain_lines_when_asked_for(self):
        text = self.succeed("run", *SMALL, "--epochs", "3", "--progress", "plain", "--out", "run", ranks=2).out
        self.assertNotIn("\r", text)
        self.assertNotIn("\033", text)
        self.assertRegex(text, r"(?m)^epoch 1/3 .*messages/s.*remote.*imbalance")
        self.assertRegex(text, r"(?m)^epoch 3/3 ")

    def test_an_earlier_run_is_moved_aside(self):
        self.run_small("--epochs", "1", "--seed", "1", "--out", "run")
        self.run_small("--epochs", "1", "--seed", "2", "--out", "run/", ranks=2)
        self.run_small("--epochs", "1", "--seed", "3", "--out", "./run")
        for seed, name in ((1, "run.1"), (2, "run.2"), (3, "run")):
            self.assertEqual(json.loads((self.folder / name / "summary.json").read_text())["seed"], seed)
        self.run_small("--epochs", "1")
        self.run_small("--epochs", "1")
        self.assertEqual(sorted(path.name for path in (self.folder / "runs").iterdir()), ["linked_list-1", "linked_list-2"])

    def test_files_of_others_in_the_run_folder_are_not_touched(self):
        (self.folder / "mine").mkdir()
        (self.folder / "mine/metrics.csv").write_text("precious")
        self.run_command("run", *SMALL, "--epochs", "1", "--out", "mine")
        self.assertIn("precious", [path.read_text() for path in self.folder.glob("mine*/metrics.csv")])

    def test_every_balancer_and_law_sums_right(self):
        balancers = [line.split()[0] for line in self.succeed("balancers").out.splitlines()]
        laws = [line.split()[0] for line in self.succeed("laws").out.splitlines()]
        pairs = [(balancer, "spring") for balancer in balancers]
        pairs += [(balancer, law) for law in laws if law != "spring" for balancer in ("infoton", "nearest")]
        for ranks in (1, 2, 3, 4):
            for mode in ("relaxed", "strict"):
                for balancer, law in pairs:
                    with self.subTest(ranks=ranks, mode=mode, balancer=balancer, law=law):
                        out = self.folder / f"{ranks}{mode}{balancer}{law}"
                        self.run_small("--sums", "300", "--mode", mode, "--balancer", balancer, "--law", law, "--out", out,
                                       "--schedulers-per-rank", "2", "--threads", "2", "--no-snapshots", ranks=ranks)
                        result = json.loads((out / "summary.json").read_text())["result"]
                        self.assertEqual(result["wrong_sums"], 0)
                        self.assertGreaterEqual(result["sums"], 300)


if __name__ == "__main__":
    unittest.main(verbosity=2)
