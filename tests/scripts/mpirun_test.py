"""scripts/mpirun has waiting threads sleep where there are more of them than cores, and only there."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

MPIRUN = Path(__file__).resolve().parents[2] / "scripts" / "mpirun"


class MpirunTest(unittest.TestCase):
    def wait_policy(self, *arguments, **environment):
        """What OMP_WAIT_POLICY is in the program, on a machine with four cores; None when it is not set."""
        with tempfile.TemporaryDirectory() as folder:
            for name, says in (("nproc", 'echo "${OMP_NUM_THREADS:-4}"'), ("mpirun", 'echo "${OMP_WAIT_POLICY-not set}" "$@"')):
                program = Path(folder, name)
                program.write_text(f"#!/bin/sh\n{says}\n")
                program.chmod(0o755)
            kept = {name: value for name, value in os.environ.items() if not name.startswith("OMP_")}
            path = f"{folder}:{os.environ['PATH']}"
            run = subprocess.run([MPIRUN, *arguments], env={**kept, **environment, "PATH": path}, capture_output=True, text=True,
                                 check=True)
        policy, passed_on = run.stdout.rstrip("\n").split(" --oversubscribe --bind-to none ")
        self.assertEqual(passed_on, " ".join(arguments))
        return None if policy == "not set" else policy

    def test_threads_with_a_core_each_wait_as_they_like(self):
        self.assertIsNone(self.wait_policy("-n", "1", "circo", "run", "graph", "--threads", "4"))
        self.assertIsNone(self.wait_policy("-np", "2", "circo", "run", "graph", "--threads=2"))
        self.assertIsNone(self.wait_policy("-n", "2", "circo", OMP_NUM_THREADS="2"))
        self.assertIsNone(self.wait_policy("-n", "4", "circo"))
        self.assertIsNone(self.wait_policy("circo"))

    def test_more_threads_than_cores_sleep_while_they_wait(self):
        self.assertEqual(self.wait_policy("-n", "1", "circo", "run", "graph", "--threads", "5"), "passive")
        self.assertEqual(self.wait_policy("-np", "3", "circo", "run", "graph", "--threads=2"), "passive")
        self.assertEqual(self.wait_policy("-n", "3", "circo", OMP_NUM_THREADS="2"), "passive")
        self.assertEqual(self.wait_policy("-n", "5", "circo"), "passive")

    def test_the_option_goes_before_the_variable_unless_it_is_0(self):
        self.assertIsNone(self.wait_policy("-n", "2", "circo", "--threads", "2", OMP_NUM_THREADS="9"))
        self.assertEqual(self.wait_policy("-n", "2", "circo", "--threads", "0", OMP_NUM_THREADS="9"), "passive")

    def test_without_a_number_of_ranks_there_is_one_a_core(self):
        self.assertEqual(self.wait_policy("circo", "--threads", "2"), "passive")

    def test_what_the_user_has_set_stays(self):
        self.assertEqual(self.wait_policy("-n", "9", "circo", OMP_WAIT_POLICY="active"), "active")
        self.assertEqual(self.wait_policy("-n", "1", "circo", OMP_WAIT_POLICY="passive"), "passive")

    def test_what_is_no_number_is_left_to_mpirun_and_the_program_to_refuse(self):
        self.assertIsNone(self.wait_policy("-n", "many", "circo", "--threads", "2"))


if __name__ == "__main__":
    unittest.main()
