"""Every option of every model, and of `circo partition`, against values that are no number or out of any range.

Each is either refused with exit code 2 and one line that names the option, or, where a list below says so, taken.
"""

import re
import unittest

from command_case import CommandTest

HOSTILE = ["nan", "inf", "-inf", "-1", "1e400", "", " ", "0x10", "18446744073709551616", "1e30", "5 "]
# Names of files, which may be any text.
ANY_TEXT = {"--out"}
# Numbers that may be large: seconds, minutes, messages.
LARGE_REAL = {"--epoch-messages", "--epoch-seconds", "--seconds", "--checkpoint-minutes", "--time-limit", "--tolerance"}
# What needs no value takes an empty one.
FLAGS = {"--force", "--no-snapshots", "--write-traffic", "--trace", "--no-check"}
# What is not a number of its own: the value in its place, and what the message must name.
WITHIN = {
    # All parameters of all generators: see test_parameters_of_graph_generators_...
    "--graph": ("rmat: parameter", ["rmat:scale={}"]),
    "--loads": ("loads|pareto", ["pareto:{}", "pareto:shape={}", "pareto:1.3,most={}"]),
    "--event": ("event", ["{}:load=2@0.1", "3:load={}@0.1", "3:load=2@{}", "3:load=2@0.1:{}", "3:traffic={}@0.1", "3:rewire={}",
                          "3:repair={}"]),
    "--level-weights": ("--level-weights", ["{0},{0},{0}", "1,{},2", "1,2,{}"]),
}
RUN = ["--supersteps=1", "--no-snapshots", "--progress=none", "--out=run"]


class OptionValues(CommandTest):
    def options(self, *command):
        """Options that take a value, as --help lists them."""
        text = self.succeed(*command, "--help").out
        return [name for name, rest in re.findall(r"(?m)^  (?:-\w,)?(--[a-z-]+)(.*)", text)
                if rest.startswith((" ", "=")) and re.match(r"=| +[A-Z\[]+|  ?[a-z]+\|", rest) and name not in ("--help", "--resume", "--config")]

    def refuse(self, pattern, *arguments):
        with self.subTest(arguments=arguments):
            self.complain(2, pattern, *arguments)

    def check(self, command, option, value):
        arguments = [part for part in command if part.split("=")[0] != option]
        if option in WITHIN:
            pattern, forms = WITHIN[option]
            for form in forms:
                self.refuse(pattern, *arguments, f"{option}={form.format(value)}")
        elif option not in ANY_TEXT and not (option in FLAGS and value == "") and not (option in LARGE_REAL and value in ("1e30", "18446744073709551616")):
            self.refuse(option, *arguments, f"{option}={value}")

    def test_options_of_the_engine_refuse_what_is_no_number_of_theirs(self):
        for option in self.options("run"):
            for value in HOSTILE:
                self.check(["run", "ping_pong", *RUN], option, value)

    def test_options_of_models_refuse_what_is_no_number_of_theirs(self):
        common = set(self.options("run"))
        for line in self.succeed("models").out.splitlines():
            model = line.split()[0]
            for option in self.options("run", model):
                if option not in common:
                    for value in HOSTILE:
                        self.check(["run", model, *RUN], option, value)

    def test_parameters_of_graph_generators_refuse_what_is_no_number_of_theirs(self):
        text = self.succeed("run", "graph", "--help").out.split("Graph generators:\n")[1]
        generators = re.findall(r"(?m)^(\w+): .*Parameters: (.*)$", text)
        self.assertGreaterEqual(len(generators), 9)
        for generator, parameters in generators:
            for parameter in re.findall(r"(\w+)=", parameters):
                for value in HOSTILE:
                    self.refuse(f"{generator}: parameter ", "run", "graph", *RUN, f"--graph={generator}:{parameter}={value}")

    def test_options_of_partition_refuse_what_is_no_number_of_theirs(self):
        for option in self.options("partition"):
            for value in HOSTILE:
                self.check(["partition", "--graph=grid2d:4x4", "--parts=2"], option, value)

    def test_all_options_are_found(self):
        self.assertLessEqual({"--seed", "--level-weights", "--max-memory", "--mode", "--out", "--time-limit"}, set(self.options("run")))
        self.assertLessEqual({"--graph", "--event", "--loads", "--rate", "--ticks"}, set(self.options("run", "graph")))
        self.assertEqual({"--graph", "--loads", "--parts", "--method", "--imbalance", "--seed", "--seeds", "--out"},
                         set(self.options("partition")))


if __name__ == "__main__":
    unittest.main(verbosity=2)
