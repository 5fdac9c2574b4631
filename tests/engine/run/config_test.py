"""Config files and graph files: refused by name and line when they are wrong, and the same run again from config.toml."""

import re
import unittest
from pathlib import Path

try:
    import h5py
except ImportError:
    h5py = None

from command_case import CommandTest, complete_steps, read_metrics


OF_TIME = {"wall_s", "messages_per_s", "placement_s"}


class ConfigFiles(CommandTest):
    def config(self, text):
        path = self.folder / "in.toml"
        path.write_text(text)
        return path

    def test_files_that_are_no_config_are_refused_by_name(self):
        self.complain(2, r"nosuch\.toml", "run", "--config", "nosuch.toml")
        self.complain(2, r"nosuch\.toml", "run", "linked_list", "--config", "nosuch.toml")
        self.complain(2, re.escape(str(self.folder)), "run", "--config", self.folder)
        self.complain(2, "--config", "run", "--config")

    def test_malformed_files_are_refused_with_file_and_key(self):
        for pattern, text in ((r"in\.toml.*model", "actors = 5\n"),
                              (r"in\.toml.*epohcs.*did you mean epochs", 'model = "linked_list"\nepohcs = 3\n'),
                              (r"in\.toml.*epochs", 'model = "linked_list"\nepochs = "many"\n'),
                              (r"in\.toml.*epochs", 'model = "linked_list"\nepochs = -3\n'),
                              (r"linked_lst.*did you mean linked_list", 'model = "linked_lst"\n'),
                              (r"in\.toml", 'model = "linked_list"\n]]garbage[[\n'),
                              (r"in\.toml.*group", 'model = "linked_list"\n[group]\nactors = 5\n')):
            with self.subTest(text):
                self.complain(2, pattern, "run", "--config", self.config(text))
        (self.folder / "in.toml").write_bytes(bytes(range(256)) * 20)
        self.complain(2, r"in\.toml", "run", "--config", "in.toml")

    def test_the_config_of_another_model_is_refused(self):
        config = self.config('model = "linked_list"\nactors = 300\n')
        self.complain(2, r"in\.toml", "run", "ping_pong", "--config", config)

    def test_the_command_line_wins_over_the_file(self):
        config = self.config('model = "linked_list"\nactors = 300\nin-flight = 30\nepochs = 4\nout = "a"\n')
        self.succeed("run", "--config", config, "--epochs", "2", "--out", "b")
        self.assertEqual(len(read_metrics(self.folder / "b")), 2)
        self.assertFalse((self.folder / "a").exists())
        self.assertIn("epochs=2", (self.folder / "b/config.toml").read_text().replace(" ", ""))

    def test_the_config_of_a_run_makes_it_again(self):
        for ranks, out in ((None, "one"), (3, "a 'b' c")):
            self.run_small("--mode", "strict", "--seed", "11", "--epochs", "8", "--snapshot-every", "2", "--schedulers-per-rank",
                           "2", "--max-memory", "3GiB", "--out", out, ranks=ranks)
            again = self.succeed("run", "--config", f"{out}/config.toml", ranks=ranks)
            earlier = Path(f"{self.folder / out}.1")
            self.assertIn(f"{out}.1", again.out)
            first, second = read_metrics(earlier), read_metrics(self.folder / out)
            self.assertEqual(len(first), 8)
            for a, b in zip(first, second, strict=True):
                self.assertEqual({k: v for k, v in a.items() if k not in OF_TIME},
                                 {k: v for k, v in b.items() if k not in OF_TIME})
            self.assertEqual((earlier / "config.toml").read_text(), (self.folder / out / "config.toml").read_text())
            if h5py:
                with h5py.File(earlier / "snapshots.h5") as a, h5py.File(self.folder / out / "snapshots.h5") as b:
                    self.assertEqual(len(complete_steps(a)), 5)
                    names = []
                    a["particles"].visit(names.append)
                    for name in names:
                        if isinstance(a["particles"][name], h5py.Dataset):
                            self.assertEqual(a["particles"][name][()].tobytes(), b["particles"][name][()].tobytes(), name)


class GraphFiles(CommandTest):
    def setUp(self):
        super().setUp()
        if "pagerank" not in self.succeed("models").out:
            self.skipTest("there is no model pagerank")

    def test_files_that_are_no_graph_are_refused_by_name_and_line(self):
        for ranks in (None, 2, 3):
            self.complain(2, r"nosuch\.txt", "run", "pagerank", "--graph", "nosuch.txt", ranks=ranks)
        self.complain(2, re.escape(str(self.folder)), "run", "pagerank", "--graph", self.folder)
        for name, line, text in (("a.txt", 3, "0 1\n1 2\nx y\n"), ("b.txt", 2, "0 1\n-1 2\n"), ("c.graph", 2, "2 1\n7\n1\n"),
                                 ("d.graph", 1, "two 1\n2\n1\n"), ("f.mtx", 1, "%%MatrixMrket\n1 1 1\n1 1 1\n"),
                                 ("e.mtx", 3, "%%MatrixMarket matrix coordinate pattern general\n2 2 1\n3 1\n")):
            (self.folder / name).write_text(text)
            for ranks in (None, 2):
                with self.subTest(name=name, ranks=ranks):
                    self.complain(2, rf"{name}:{line}\b", "run", "pagerank", "--graph", name, ranks=ranks)

    def test_a_graph_without_vertices_is_refused_or_ranked(self):
        (self.folder / "empty.txt").write_text("")
        result = self.run_command("run", "pagerank", "--graph", "empty.txt", ranks=2)
        self.assertIn(result.code, (0, 2), result.err)


if __name__ == "__main__":
    unittest.main(verbosity=2)
