"""Runs that grow without end are stopped, and messages that nobody can get are counted or refused."""

import json
import resource
import unittest

from command_case import CommandTest


class Faults(CommandTest):
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
        self.assertLess(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10, 450)

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
