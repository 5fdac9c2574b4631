"""Whatever an actor or a model does wrong ends all ranks with one line that names it."""

import json
import resource
import unittest

from command_case import CommandTest


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
            for place, actor in (("on_spawn", "Child"), ("on_death", "Child"), ("load", "Bomb"), ("observe", "Bomb"), ("on_migrate", "Bomb")):
                for what, text in (("runtime", "the bomb went off"), ("other", "not a std::exception")):
                    if place == "on_migrate" and ranks == 1:
                        continue
                    self.fault(rf"{'' if place in ('load', 'observe') else where}{actor}.*{text}", "throws", "--in", place, "--what", what,
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
