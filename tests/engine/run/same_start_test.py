"""Ranks that are started differently: one line says which rank differs in what, all ranks end with exit code 2, at once."""

import os
import stat
import time
import unittest

from command_case import PROGRAMS, CommandTest, read_metrics

MODEL = ["run", "linked_list", "--actors", "100", "--epochs", "1", "--progress", "none"]


class DifferentStarts(CommandTest):
    def wrapper(self, odd, what, otherwise="exec {program} {arguments}", program="circo"):
        """A script that is `what` on rank `odd`, and else `otherwise`."""
        fill = {"program": PROGRAMS[program], "arguments": '"$@"'}
        path = self.folder / "wrapper"
        path.write_text(f'#!/bin/bash\nif [ "$OMPI_COMM_WORLD_RANK" = {odd} ]; then\n{what.format(**fill)}\nelse\n'
                        f'{otherwise.format(**fill)}\nfi\n')
        path.chmod(path.stat().st_mode | stat.S_IEXEC)
        PROGRAMS["wrapper"] = path
        self.addCleanup(PROGRAMS.pop, "wrapper", None)

    def refuse(self, pattern, what, *arguments, ranks=3, odd=1, **options):
        self.wrapper(odd, what, **options)
        start = time.monotonic()
        self.complain(2, pattern, *(arguments or MODEL), program="wrapper", ranks=ranks, timeout=20)
        self.assertLess(time.monotonic() - start, 15)
        self.assertFalse((self.folder / "runs").exists())

    def test_other_arguments_are_told_by_rank_option_and_both_values(self):
        run = "exec {program} {arguments} "
        for ranks, odd in ((2, 1), (3, 2), (4, 1)):
            with self.subTest(ranks=ranks, odd=odd):
                self.refuse(f"rank {odd}: .*--seed 2.*rank 0.*--seed 1", run + "--seed 2", otherwise=run + "--seed 1", ranks=ranks, odd=odd)
        self.refuse("rank 1: .*--seed=2.*rank 0.*nothing more", run + "--seed=2")
        self.refuse("rank 1: .*nothing more.*rank 0.*--seed 2", run, otherwise=run + "--seed 2")
        self.refuse("rank 1: .*--seed 2.*rank 0.*--seed 1", run + "--seed 1", otherwise=run + "--seed 2", odd=0)

    def test_other_commands_are_told(self):
        for one, other in (("run linked_list", "run ping_pong"), ("run linked_list", "models"), ("--help", "--version"), ("", "models"),
                           ("run linked_list", "run linked_list --help"), ("partition", "run linked_list"), ("nonsense", "models"),
                           ("run linked_list --actors=-1", "run linked_list"), ("run --config nosuch.toml", "run --resume nosuch")):
            with self.subTest(one=one, other=other):
                self.refuse("rank 1: started with .*, and rank 0 with ", "exec {program} " + one, otherwise="exec {program} " + other)

    def test_another_folder_is_told(self):
        (self.folder / "elsewhere").mkdir()
        self.refuse("rank 2: .*the folder .*elsewhere.*rank 0 with the folder", "cd elsewhere; exec {program} {arguments}", odd=2)

    def test_another_program_is_told(self):
        self.refuse("rank 1: started with.*rank 0", f"exec {PROGRAMS['faults']} {{arguments}}", "run", "linked_list", ranks=2)

    def test_options_from_the_environment_are_told(self):
        self.refuse("rank 1: .*--from-environment 7.*rank 0", "CIRCO_TEST_OPTION=7 exec {program} {arguments}", "run", "kinds",
                    program="options")
        self.refuse("rank 1: .*--from-environment.*not 'many'.*rank 0", "CIRCO_TEST_OPTION=many exec {program} {arguments}", "run", "kinds",
                    program="options")

    def test_threads_of_the_environment_may_differ(self):
        self.wrapper(1, "OMP_NUM_THREADS=2 exec {program} {arguments}", "OMP_NUM_THREADS=1 exec {program} {arguments}")
        self.succeed(*MODEL, "--schedulers-per-rank", "2", "--out", "run", program="wrapper", ranks=3)
        self.assertEqual(len(read_metrics(self.folder / "run")), 1)

    def test_a_config_file_is_read_by_rank_0_alone(self):
        (self.folder / "in.toml").write_text('model = "linked_list"\nactors = 100\nepochs = 1\nout = "run"\n')
        self.succeed("run", "--config", "in.toml", ranks=3)
        os.remove(self.folder / "in.toml")
        self.complain(2, r"in\.toml", "run", "--config", "in.toml", ranks=3)


if __name__ == "__main__":
    unittest.main(verbosity=2)
