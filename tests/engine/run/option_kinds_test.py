"""Options of every kind that a model may have: config.toml and checkpoints keep what was given, whatever it is.

The program is options.cpp, whose model `kinds` reports the values of all its options.
"""

import itertools
import json
import os
import re
import tomllib
import unittest

from command_case import CommandTest

QUIET = ["--progress", "none", "--no-snapshots"]

# What is hard to keep: for TOML, for command lines, for CLI11.
HOSTILE_TEXTS = ["a#b", 'a"b', "a'b", "'", '"', '"""', "'''", "a\nb", "a\r\nb", "\n", "a\tb", "\x01\x7f", "a\\b", "\\n", "\\", " a ", " ",
                 "a=b", "a,b", "[a]", "[", "]", "[[a]]", "{}", "{a}", "%%", "a;b", "é € 𝄞", "\u00a0", "true", "false", "5", "0x10", "010",
                 "1_000", "nan", "inf", "1e400", "2026-01-01", "# a", "defaults", "model = 3", "a" * 5000, "-", "--", "-a", "--whole"]
NUMBERS = {
    "--whole": ["0", "-7", "2147483647", "-2147483648", "+5", "007", "0x10"],
    "--large": ["0", "9223372036854775807", "9223372036854775808", "18446744073709551615"],
    "--real": ["0.1", "-0.5", "1e-3", "1E5", ".5", "5.", "1e300", "5e-324", "0.30000000000000004", "123456789.123456789", "inf", "-inf"],
    "--third": ["0.333333", "0.3333333333333333", "1"],
}


class OptionKinds(CommandTest):
    def run_kinds(self, *arguments, out="run", program="options", **options):
        self.succeed("run", *arguments, *QUIET, "--out", out, program=program, **options)
        return self.values(out)

    def values(self, out):
        text = json.loads((self.folder / out / "summary.json").read_text())["result"]["values"]
        return dict(item.split("=", 1) for item in text.split("; "))

    def expect_kept(self, *arguments):
        """The run and that from its config have the same values, which it returns, and leave the same config."""
        first = self.run_kinds("kinds", *arguments, out="first")
        again = self.run_kinds("--config", "first/config.toml", out="second")
        self.assertEqual(first, again, (self.folder / "first/config.toml").read_text())
        texts = [re.sub(r"(?m)^out = .*$", "", (self.folder / out / "config.toml").read_text()) for out in ("first", "second")]
        self.assertEqual(*texts)
        tomllib.loads(texts[0])
        return first

    def test_what_is_not_given_keeps_the_defaults_that_only_the_program_knows(self):
        values = self.expect_kept()
        self.assertEqual((values["whole"], values["flag"], values["list"], values["third"], values["wrong-default"]),
                         ("5", "1", "1 2 ", "0.33333333333333331", "5"))
        config = tomllib.loads((self.folder / "first/config.toml").read_text())
        self.assertNotIn("whole", config)
        self.assertEqual(config["known-list"], [3, 4])
        self.assertIn("third", config["defaults"])
        self.assertIs(config["no-snapshots"], True)

    def test_texts_are_kept_letter_by_letter(self):
        options = ["--text", "--known", "--path", "--some"]
        for text in HOSTILE_TEXTS:
            with self.subTest(text):
                # Of its own, as CLI11 takes the quotes off --text='...'.
                arguments = [part for option in options for part in ([f"{option}={text}"] if text[0] == "-" else [option, text])]
                if text == "--":
                    continue
                values = self.expect_kept(*arguments)
                for option in options:
                    if not (option == "--some" and text[0] in "[{%-"):
                        self.assertEqual(values[option[2:]], text.encode().hex(), option)
        with self.subTest("empty"):
            self.assertEqual(self.expect_kept("--text", "")["text"], "")

    def test_numbers_are_kept(self):
        for numbers in itertools.zip_longest(*NUMBERS.values(), fillvalue="1"):
            with self.subTest(numbers):
                values = self.expect_kept(*(f"{option}={number}" for option, number in zip(NUMBERS, numbers)))
                for option, number in zip(NUMBERS, numbers):
                    if number.isdigit() and number[0] != "0":
                        self.assertEqual(values[option[2:]], number)

    def test_all_other_kinds_are_kept(self):
        for expected, arguments in (
                ({"input": b"some file".hex()}, ["some file"]), ({"truth": "0"}, ["--truth", "false"]), ({"flag": "0"}, ["--no-flag"]),
                ({"flag": "1"}, ["--flag"]), ({"flag": "0"}, ["--flag=false"]), ({"colour": "0"}, ["--no-colour"]),
                ({"verbose": "3"}, ["-vvv"]), ({"verbose": "2"}, ["-v", "--verbose"]), ({"verbose": "4"}, ["--verbose=4"]),
                ({"level": "3"}, ["--level"]), ({"level": "9"}, ["--highest"]), ({"level": "7"}, ["--level=7"]),
                ({"list": "7 "}, ["--list", "7"]), ({"list": "7 -8 9 "}, ["--list", "7", "-8", "9"]),
                ({"known-list": "5 6 "}, ["--known-list", "5", "6"]), ({"point": "0.10000000000000001 2 -3 "}, ["--point", "0.1", "2", "-3"]),
                ({"comma": "1 2 3 "}, ["--comma", "1,2,3"]),
                ({"rules": " ".join(text.encode().hex() for text in ("a b", "c\nd", "e,f")) + " "},
                 ["--rule", "a b", "--rule", "c\nd", "--rule", "e,f"]),
                ({"pair": "7 " + b"a, b".hex()}, ["--pair", "7", "a, b"]),
                ({"pairs": f"7 {b'a'.hex()} 8 {b'b'.hex()} "}, ["--pairs", "7", "a", "8", "b"]),
                ({"triple": f"7 {b'x y'.hex()} 0.5"}, ["--triple", "7", "x y", "0.5"]), ({"maybe": "0.500000"}, ["--maybe", "0.5"]),
                ({"some": b"all".hex()}, ["--some"]), ({"some": b"one".hex()}, ["--some", "one"]),
                ({"shade": "5"}, ["--shade", "green"]), ({"swap": "b"}, ["--swap", "a"]), ({"swap": "c"}, ["--swap", "b"]),
                ({"bytes": str(3 << 30)}, ["--bytes", "3GiB"]), ({"wait": "7000"}, ["--wait", "7s"]), ({"wait": "7"}, ["--wait", "7 ms"]),
                ({"cores": "3"}, ["--cores", "3"]), ({"wrong-default": "7"}, ["--wrong-default", "7"]), ({"s": "3"}, ["-s", "3"]),
                ({"a.b": "3"}, ["--a.b", "3"]), ({"inner": "3"}, ["--inner", "3"]), ({"second": "3"}, ["--second", "3"]),
                ({"first": "1"}, ["--first", "1"])):
            with self.subTest(arguments):
                values = self.expect_kept(*arguments)
                self.assertEqual({key: values[key] for key in expected}, expected)

    def test_a_resumed_run_has_the_options_of_the_checkpoint(self):
        arguments = ["kinds", "some file", "--text", 'a#b\n"c"', "--no-flag", "--no-colour", "-vv", "--level", "--list", "7", "-8", "9",
                     "--rule", "a, b", "--rule", "[c", "--pair", "7", "a b", "--shade", "green", "--swap", "a", "--bytes", "3GiB",
                     "--wait", "7s", "--cores", "3", "--real", "1e-3", "--inner", "3"]
        for given in (["kinds"], arguments):
            with self.subTest(given):
                values = self.run_kinds(*given, "--supersteps", "50", "--epoch-supersteps", "10", "--checkpoint-every", "1")
                for out in ("on", "further"):
                    self.assertEqual(self.run_kinds("--resume", "run", "--supersteps", "0", out=out), values)
        self.complain(2, "--whole no value.*7.*leave it out", "run", "--resume", "run", "--whole", "7", program="options")
        self.complain(2, "--swap a.*b.*leave it out", "run", "--resume", "run", "--swap", "b", program="options")

    def test_the_environment_is_kept_and_what_is_not_for_files_is_refused_there(self):
        os.environ["CIRCO_TEST_OPTION"] = "8"
        self.addCleanup(os.environ.pop, "CIRCO_TEST_OPTION", None)
        self.assertEqual(self.run_kinds("kinds", out="first", process=True)["environment"], "8")
        del os.environ["CIRCO_TEST_OPTION"]
        self.assertEqual(self.run_kinds("--config", "first/config.toml", out="second")["environment"], "8")
        (self.folder / "in.toml").write_text('model = "kinds"\n\nnot-kept = 3\n')
        self.complain(2, r"in\.toml:3: not-kept: .*command line", "run", "--config", "in.toml", program="options")

    def test_hand_written_files_may_use_other_names_and_forms(self):
        for key, expected, lines in (("flag", "0", "no-flag = true"), ("colour", "0", "no-colour = true"), ("level", "3", "level = true"),
                                     ("level", "9", "highest = true"), ("a.b", "3", "a.b = 3"), ("list", "7 8 ", "list = [7, 8]"),
                                     ("list", "1 2 ", "list = []"), ("large", "16", "large = 0x10"), ("whole", "1000", "whole = 1_000"),
                                     ("text", b"a\nb".hex(), 'text = """a\nb"""'), ("verbose", "2", "verbose = 2")):
            with self.subTest(lines):
                (self.folder / "in.toml").write_text(f'model = "kinds"\n{lines}\n')
                self.assertEqual(self.run_kinds("--config", "in.toml")[key], expected)

    def test_values_that_are_wrong_are_refused_with_file_line_and_key(self):
        for pattern, lines in (("--whole: expected a whole number, not 'many'", 'whole = "many"'), ("--point", "point = [1, 2]"),
                               ("--large.*at least 0", "large = -1"), ("list.*lists in a list", "list = [[1], [2]]"),
                               ("--shade", 'shade = "blue"'), ("flag", 'flag = "perhaps"')):
            with self.subTest(lines):
                (self.folder / "in.toml").write_text(f'model = "kinds"\n\n# a comment\n{lines}\n')
                self.complain(2, rf"in\.toml:4: .*{pattern}|in\.toml:4: {pattern}", "run", "--config", "in.toml", program="options")
        self.complain(2, "--large.*at least 0", "run", "kinds", "--large=-1", program="options")
        self.complain(2, "--whole: .*whole number", "run", "kinds", "--whole", "1\n2", program="options")
        self.complain(2, "--first excludes --second", "run", "kinds", "--first", "1", "--second", "2", program="options")

    def test_text_that_is_no_utf_8_is_refused(self):
        self.complain(2, "--text: expected text in UTF-8", "run", "kinds", "--text", b"M\xfcnchen".decode(errors="surrogateescape"),
                      program="options", process=True)


class Clashes(CommandTest):
    def test_a_name_that_circo_uses_itself_is_answered_with_model_and_option(self):
        for model, option in (("clash_seed", "--seed"), ("clash_second_name", "--speed"), ("clash_model", "--model"),
                              ("clash_version", "--version"), ("clash_config", "--config"), ("clash_resume", "--resume"),
                              ("clash_force", "--force"), ("clash_help", "help"), ("clash_short", ": h "), ("clash_defaults", "--defaults"),
                              ("clash_git", "--git"), ("clash_positional", "seed"), ("clash_no_name", "option"), ("clash_itself", "one")):
            for ranks in (None, 2):
                with self.subTest(model=model, ranks=ranks):
                    self.complain(2, rf"model {model} .*{option}", "run", model, program="options", ranks=ranks)
        self.assertIn("clash_seed", self.succeed("models", program="options").out)


if __name__ == "__main__":
    unittest.main(verbosity=2)
