"""Whatever an actor or a model throws ends all ranks with one line that names it."""

import unittest

from command_case import CommandTest


class Throws(CommandTest):
    def test_what_a_handler_throws_is_told_with_actor_message_rank_and_superstep(self):
        for ranks in (1, 2, 3, 4):
            last = ranks - 1
            where = f"rank {last}.*" if ranks > 1 else ""
            for what, text in (("runtime", "the bomb went off"), ("other", "not a std::exception"), ("memory", "out of memory"),
                               ("error", "the user can mend this")):
                for mode in ("relaxed", "strict"):
                    self.fault(rf"{where}Bomb.*Tick.*{text}.*superstep 5", "throws", "--what", what, "--on", last, "--mode",
                               mode, ranks=ranks, process=(what, mode) == ("other", "strict"))

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
            for place in ("prepare", "setup", "epoch", "finished"):
                for what, text in (("runtime", "the bomb went off"), ("other", "not a std::exception"),
                                   ("memory", "out of memory|bad_alloc"), ("error", "the user can mend this")):
                    code = 2 if place == "prepare" and what == "error" else 1
                    self.fault(text, "throws", "--in", place, "--what", what, "--on", ranks - 1, "--epochs", "1", "--epoch-supersteps", "3",
                               ranks=ranks, code=code, process=code == 2)

    def test_a_model_that_throws_while_other_ranks_wait_for_it_ends_them(self):
        for ranks in (1, 3):
            self.fault("the bomb went off", "throws", "--in", "finish", "--on", ranks - 1, "--epochs", "1", ranks=ranks)

    def test_what_a_model_throws_when_the_run_is_over_does_not_lose_its_result(self):
        for place in ("epoch", "finished"):
            result = self.fault("the bomb went off", "throws", "--in", place, "--on", 1, "--epochs", "1", ranks=2)
            self.assertIn("ended as epochs reached", result.out)


if __name__ == "__main__":
    unittest.main(verbosity=2)
