"""The circo command as a user meets it: what it prints, what it leaves, and how it fails.

CIRCO and CIRCO_FAULTS name the programs, if not those of the release build.

Every command has a hard time limit. A failing one must end all ranks with the documented exit code (1: the run failed,
2: bad input) and say why in one line; `faults` is the command with models that misbehave (faults.cpp).
"""

import csv
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

try:
    import h5py
except ImportError:
    h5py = None

ROOT = Path(__file__).resolve().parents[3]
MPIRUN = ROOT / "scripts" / "mpirun"
PROGRAMS = {"circo": Path(os.environ.get("CIRCO", ROOT / "build/release/circo")),
            "faults": Path(os.environ.get("CIRCO_FAULTS", ROOT / "build/release/tests/test.faults"))}
TIMEOUT = 60  # seconds; generous, as other tests may run beside
ADDRESS_SPACE = 4 << 30
COLUMNS = ["epoch", "superstep", "wall_s", "actors", "messages", "messages_per_s", "remote_share", "rank_remote_share",
           "imbalance", "migrated", "placement_s"]
OF_TIME = {"wall_s", "messages_per_s", "placement_s"}
SMALL = ["linked_list", "--actors", "300", "--in-flight", "30"]


class Result:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    def own_errors(self):
        """The lines on standard error that are not mpirun's report of the exit code."""
        lines, skipping = [], False
        for line in self.err.splitlines():
            if re.fullmatch(r"-{60,}", line):
                skipping = not skipping
            elif line.startswith("circo: ") or not (skipping or not line.strip() or "ORTE_ERROR_LOG" in line
                                                    or "help-mpi" in line or "orte_base_help_aggregate" in line):
                lines.append(line)
        return lines


def limit_memory():
    """A runaway that the engine does not stop must not take the machine along."""
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))


def start(program, arguments, ranks, cwd):
    command = [str(PROGRAMS[program]), *map(str, arguments)]
    if ranks is not None:
        command = [str(MPIRUN), "-n", str(ranks), *command]
    # A session of its own, so that nothing of it outlives its time limit.
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace", cwd=cwd,
                            start_new_session=True, preexec_fn=limit_memory)


def stop(process):
    """Ends a command that has run too long: mpirun ends its ranks on SIGTERM."""
    process.terminate()
    try:
        process.communicate(timeout=5)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def read_metrics(folder):
    with open(Path(folder) / "metrics.csv", newline="") as file:
        return list(csv.DictReader(file))


def complete_steps(file):
    """Steps of the frames of an open snapshot file, each of which must be complete."""
    actors = file["particles/actors"]
    if "id" not in actors:
        return []
    steps = list(actors["id/step"][:])
    for name in ("id", "position", "species", "scheduler", "load"):
        assert len(actors[name]["value"]) >= len(steps), name
    for frame in range(len(steps)):
        ids = actors["id/value"][frame]
        assert len(set(ids)) == len(ids) and 0 not in ids, "a frame lacks actors"
    return steps


class CommandTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="circo-command-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def run_command(self, *arguments, ranks=None, program="circo", timeout=TIMEOUT):
        process = start(program, arguments, ranks, self.folder)
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            stop(process)
            self.fail(f"{program} {' '.join(map(str, arguments))} on {ranks} ranks did not end within {timeout} s")
        return Result(process.returncode, out, err)

    def succeed(self, *arguments, **options):
        result = self.run_command(*arguments, **options)
        self.assertEqual(result.code, 0, result.err)
        self.assertEqual(result.own_errors(), [])
        return result

    def complain(self, code, pattern, *arguments, **options):
        """The command ends with `code` and one line of complaint, which the pattern is found in."""
        result = self.run_command(*arguments, **options)
        self.assertEqual(result.code, code, f"{arguments}: {result.err or result.out}")
        lines = result.own_errors()
        self.assertEqual(len(lines), 1, f"{arguments}: {result.err}")
        self.assertTrue(lines[0].startswith("circo: "), lines[0])
        self.assertRegex(lines[0], pattern)
        self.assertLess(len(lines[0]), 500)
        return result

    def run_small(self, *arguments, **options):
        return self.succeed("run", *SMALL, "--progress", "none", *arguments, **options)


class Texts(CommandTest):
    def test_without_arguments_it_explains_itself(self):
        for arguments in ([], ["--help"], ["-h"], ["help"]):
            text = self.succeed(*arguments).out
            for word in ("run", "models", "balancers", "laws", "--version", "Exit codes"):
                self.assertIn(word, text)

    def test_version_names_what_it_is_built_with(self):
        for ranks in (None, 2):
            text = self.succeed("--version", ranks=ranks).out
            self.assertRegex(text, r"^circo \d+\.\d+\.\d+")
            self.assertEqual(text.count("HDF5"), 1)

    def test_lists_have_a_line_each_with_a_description(self):
        for what, names in (("models", ["actor_tree", "linked_list", "ping_pong"]),
                            ("balancers", ["infoton", "none", "random", "round_robin"]), ("laws", ["circo", "spring"])):
            lines = self.succeed(what, ranks=2).out.splitlines()
            entries = dict(line.split(None, 1) for line in lines)
            self.assertEqual(len(entries), len(lines))
            self.assertLessEqual(set(names), set(entries))

    def test_help_of_a_model_has_groups_and_a_description_for_every_option(self):
        for line in self.succeed("models").out.splitlines():
            model = line.split()[0]
            text = self.succeed("run", model, "--help").out
            for group in (f"Model {model}", "Layout", "Loop", "Limits", "Placement", "Output"):
                self.assertRegex(text, rf"(?m)^{group}:$")
            rows = text.splitlines()
            for row, below in zip(rows, [*rows[1:], ""]):
                if row.startswith("  -"):
                    # Beside a short option, else below it.
                    self.assertTrue(row[32:].strip() or re.match(r" {32}\S", below), f"{row} has no description")
            for name in ("--config", "--seed", "--threads", "--out", "--max-memory"):
                self.assertIn(name, text)
            longest = max((row for row in rows if row.startswith(" ")), key=len)
            self.assertLess(len(longest), 160, longest)

    def test_help_of_run_without_a_model_shows_the_common_options(self):
        text = self.succeed("run", "--help").out
        self.assertIn("--schedulers-per-rank", text)
        self.assertIn("circo models", text)


class BadOptions(CommandTest):
    def test_a_slip_of_the_pen_is_answered_with_the_nearest_name(self):
        for pattern, arguments in ((r"modles.*models", ["modles"]), (r"lnked_list.*linked_list", ["run", "lnked_list"]),
                                   (r"--actrs.*--actors", ["run", "linked_list", "--actrs", "5"]),
                                   (r"--actrs.*--actors", ["run", "linked_list", "--actrs=5"]),
                                   (r"infotn.*did you mean infoton", ["run", "linked_list", "--balancer", "infotn"]),
                                   (r"sprng.*did you mean spring", ["run", "linked_list", "--law", "sprng"]),
                                   (r"strct.*did you mean strict", ["run", "linked_list", "--mode", "strct"]),
                                   (r"gird.*grid", ["run", "linked_list", "--topology", "gird"]),
                                   (r"blok.*did you mean block", ["run", "linked_list", "--start", "blok"])):
            with self.subTest(arguments):
                self.complain(2, pattern, *arguments)

    def test_values_out_of_range_are_refused(self):
        for option in ("--actors", "--in-flight", "--sums", "--schedulers-per-rank", "--threads", "--seed", "--epochs",
                       "--supersteps", "--superstep-budget", "--staleness", "--epoch-min-supersteps", "--epoch-supersteps",
                       "--epoch-messages", "--epoch-seconds", "--seconds", "--max-actors", "--max-memory", "--sweeps",
                       "--infoton-every", "--migration-budget", "--snapshot-every"):
            for value in ("-1", "abc", "", "nan", "99999999999999999999999"):
                if value == "99999999999999999999999" and option in ("--epoch-messages", "--epoch-seconds", "--seconds"):
                    continue
                with self.subTest(option=option, value=value):
                    self.complain(2, option, "run", "linked_list", "--seconds=0.1", f"{option}={value}", "--no-snapshots")

    def test_zero_of_what_there_must_be_one_of_is_refused(self):
        for option in ("--actors", "--in-flight", "--schedulers-per-rank", "--superstep-budget", "--sweeps"):
            with self.subTest(option):
                self.complain(2, option, "run", "linked_list", f"{option}=0")

    def test_other_nonsense_is_refused(self):
        for pattern, arguments in ((r"model", ["run"]), (r"extra", ["run", "linked_list", "extra"]),
                                   (r"extra", ["models", "extra"]), (r"-x", ["run", "linked_list", "-x"]),
                                   (r"--actors", ["run", "linked_list", "--actors"]),
                                   (r"--seed", ["run", "linked_list", "--seed", "1", "--seed", "2"]),
                                   (r"--epoch-seconds", ["run", "linked_list", "--mode", "strict", "--epoch-seconds", "1"]),
                                   (r"4x|unit", ["run", "linked_list", "--max-memory", "4x"])):
            with self.subTest(arguments):
                self.complain(2, pattern, *arguments)

    def test_all_ranks_end_with_the_same_code(self):
        for ranks in (2, 3):
            self.complain(2, "--actors", "run", "linked_list", "--actors=-1", ranks=ranks)
            self.complain(2, "linked_list", "run", "lnked_list", ranks=ranks)

    def test_more_schedulers_than_fit_are_refused(self):
        for ranks, schedulers in ((None, 16_000_000), (2, 5_000_000), (3, 16_000_000)):
            with self.subTest(ranks=ranks):
                self.complain(2, "schedulers", "run", *SMALL, "--schedulers-per-rank", schedulers, ranks=ranks)


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


class Output(CommandTest):
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

    def expect_readable(self, run):
        """What a run that was cut off has left in its folder: whole rows, whole frames. Returns how many of each."""
        text = (run / "metrics.csv").read_text()
        self.assertTrue(not text or text.endswith("\n"), "the last row is cut off")
        lines = text.splitlines()
        for number, line in enumerate(lines):
            self.assertEqual(line.count(","), lines[0].count(","), line)
            if number:
                self.assertEqual(line.split(",")[0], str(number))
        frames = 0
        snapshots = run / "snapshots.h5"
        if h5py and snapshots.exists() and snapshots.stat().st_size:
            with h5py.File(snapshots) as file:
                frames = len(complete_steps(file))
        return max(0, len(lines) - 1), frames

    def test_a_full_disk_costs_nothing_that_was_complete(self):
        disk = self.folder / "disk"
        disk.mkdir()
        cases = [(size, ["--epochs", "300", "--no-snapshots"]) for size in ("4k", "8k", "12k", "16k", "20k")]
        cases += [(size, ["--epochs", "400", "--snapshot-every", "1"]) for size in ("1m", "1100k", "1500k", "2m", "4m")]
        for ranks in (1, 2, 3):
            for size, options in cases:
                with self.subTest(size=size, ranks=ranks):
                    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", disk], capture_output=True)
                    if mount.returncode != 0:
                        self.skipTest("a small disk cannot be mounted here")
                    try:
                        self.complain(1, r"disk/run.*[Nn]o space", "run", "linked_list", "--actors", "1000", "--in-flight",
                                      "500", "--epoch-min-supersteps", "8", "--progress", "none", "--out", disk / "run",
                                      *options, ranks=ranks)
                        rows, frames = self.expect_readable(disk / "run")
                        if size in ("16k", "20k"):
                            self.assertGreater(rows, 10)
                        if size in ("2m", "4m") and h5py:
                            self.assertGreater(frames, 2)
                    finally:
                        subprocess.run(["umount", disk], check=True)

    def test_a_signal_ends_it_at_once_and_leaves_what_was_complete(self):
        for ranks in (None, 1, 2, 3):
            for number in (signal.SIGINT, signal.SIGTERM):
                for program, model in (("circo", [*SMALL, "--snapshot-every", "5"]), ("faults", ["hang"])):
                    with self.subTest(ranks=ranks, signal=number.name, program=program):
                        out = self.folder / f"{ranks}{number.name}{program}"
                        process = start(program, ["run", *model, "--out", out], ranks, self.folder)
                        metrics = out / "metrics.csv"
                        limit = time.monotonic() + TIMEOUT
                        while time.monotonic() < limit and (not metrics.exists() or
                                                            program == "circo" and metrics.read_text().count("\n") < 30):
                            time.sleep(0.1)
                        process.send_signal(number)
                        try:
                            process.communicate(timeout=8)
                        except subprocess.TimeoutExpired:
                            stop(process)
                            self.fail("it did not end")
                        self.assertNotEqual(process.returncode, 0)
                        rows, frames = self.expect_readable(out)
                        if program == "circo":
                            self.assertGreaterEqual(rows, 20)
                            if h5py:
                                self.assertGreaterEqual(frames, rows // 5)


class Faults(CommandTest):
    def fault(self, pattern, *arguments, ranks, code=1):
        with self.subTest(arguments=arguments, ranks=ranks):
            return self.complain(code, pattern, "run", *arguments, "--out", "run", "--progress", "none", ranks=ranks,
                                 program="faults")

    def test_what_a_handler_throws_is_told_with_actor_message_rank_and_superstep(self):
        for ranks in (1, 2, 3, 4):
            last = ranks - 1
            where = f"rank {last}.*" if ranks > 1 else ""
            for what, text in (("runtime", "the bomb went off"), ("other", "not a std::exception"), ("memory", "out of memory"),
                               ("error", "the user can mend this")):
                for mode in ("relaxed", "strict"):
                    self.fault(rf"{where}Bomb.*Tick.*{text}.*superstep 5", "throws", "--what", what, "--on", last, "--mode",
                               mode, ranks=ranks)

    def test_what_throws_elsewhere_in_an_actor_is_told_with_the_actor(self):
        for ranks in (1, 2, 3):
            last = ranks - 1
            where = f"rank {last}.*" if ranks > 1 else ""
            for place, actor in (("on_spawn", "Child"), ("on_death", "Child"), ("load", "Bomb"), ("on_migrate", "Bomb")):
                for what, text in (("runtime", "the bomb went off"), ("other", "not a std::exception")):
                    if place == "on_migrate" and ranks == 1:
                        continue
                    self.fault(rf"{'' if place == 'load' else where}{actor}.*{text}", "throws", "--in", place, "--what", what,
                               "--on", last, "--epoch-supersteps", "10", "--balancer", "random", ranks=ranks)

    def test_what_a_model_throws_on_one_rank_ends_all(self):
        for ranks in (1, 2, 3, 4):
            for place in ("prepare", "setup", "finish"):
                for what, text in (("runtime", "the bomb went off"), ("other", "not a std::exception"),
                                   ("memory", "out of memory|bad_alloc"), ("error", "the user can mend this")):
                    code = 2 if place == "prepare" and what == "error" else 1
                    self.fault(text, "throws", "--in", place, "--what", what, "--on", ranks - 1, "--epochs", "1", ranks=ranks,
                               code=code)

    def test_too_many_actors_end_the_run(self):
        for ranks in (1, 2, 3):
            for takes in ("spawn", "spawns", "actors"):
                self.fault("--max-actors", "runaway", "--takes", takes, "--max-actors", "1000", "--epoch-messages", "1000",
                           ranks=ranks)

    def test_too_much_memory_ends_the_run_while_it_is_little_over_the_limit(self):
        for ranks in (1, 2, 3):
            for takes in ("spawns", "sends", "memory", "actors"):
                self.fault("--max-memory", "runaway", "--takes", takes, "--max-memory", "300MiB", ranks=ranks)
        # Of the largest process so far, ranks included.
        self.assertLess(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10, 700)

    def test_messages_to_the_dead_and_to_nobody_are_dead_letters(self):
        for ranks in (1, 2, 3):
            for mode in ("relaxed", "strict"):
                for what in ("dead", "nobody", "nonsense"):
                    with self.subTest(what=what, mode=mode, ranks=ranks):
                        out = self.folder / f"{what}{mode}{ranks}"
                        self.succeed("run", "stray", "--what", what, "--mode", mode, "--out", out, ranks=ranks, program="faults")
                        summary = json.loads((out / "summary.json").read_text())
                        self.assertEqual((summary["dead_letters"], summary["end"]), (20 * ranks, "no message left"))

    def test_messages_that_cannot_be_are_refused(self):
        for ranks in (1, 2, 3):
            for what, pattern in (("unheard", "Sender.*Unheard.*received by no"), ("unlisted", "Tick.*Mortal.*Receives"),
                                  ("large", "Parcel.*16777216.*parts"), ("nowhere", "Sender.*address"),
                                  ("forward", "forward")):
                self.fault(pattern, "stray", "--what", what, ranks=ranks)

    def test_the_largest_message_arrives(self):
        for ranks in (1, 2):
            self.succeed("run", "stray", "--what", "largest", "--out", f"run{ranks}", ranks=ranks, program="faults")


if __name__ == "__main__":
    unittest.main(verbosity=2)
