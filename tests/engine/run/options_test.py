"""What the circo command says of itself, and to options that cannot be."""

import json
import os
import re
import unittest

from command_case import SMALL, CommandTest


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
                       "--infoton-every", "--migration-budget", "--snapshot-every", "--snapshot-edges", "--snapshot-compress"):
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

    def test_threads_of_the_environment_are_a_number_or_refused(self):
        before = os.environ.pop("OMP_NUM_THREADS", None)
        self.addCleanup(lambda: os.environ.pop("OMP_NUM_THREADS", None) if before is None
                        else os.environ.update(OMP_NUM_THREADS=before))
        for wrong in ("garbage", "0", "-1", "2x", "", "99999"):
            os.environ["OMP_NUM_THREADS"] = wrong
            result = self.run_command("run", *SMALL, "--epochs", "1", process=True)
            self.assertEqual(result.code, 2, wrong)
            lines = [line for line in result.own_errors() if not line.startswith("libgomp: ")]  # which complains, too
            self.assertEqual(len(lines), 1, lines)
            self.assertRegex(lines[0], f"circo: .*OMP_NUM_THREADS is '{wrong}'; expected a whole number")
        os.environ["OMP_NUM_THREADS"] = "2,1"
        self.succeed("run", *SMALL, "--epochs", "1", "--schedulers-per-rank", "4", "--progress", "none", "--out", "run", process=True)
        self.assertEqual(json.loads((self.folder / "run/summary.json").read_text())["threads"], 2)

    def test_more_schedulers_than_fit_are_refused(self):
        for ranks, schedulers in ((None, 16_000_000), (2, 5_000_000), (3, 16_000_000)):
            with self.subTest(ranks=ranks):
                self.complain(2, "schedulers", "run", *SMALL, "--schedulers-per-rank", schedulers, ranks=ranks)


if __name__ == "__main__":
    unittest.main(verbosity=2)
