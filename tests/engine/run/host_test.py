"""A host program runs the command again and again, on all ranks and on half of them, and finds its process as it was."""

import os
import unittest

from command_case import PROGRAMS, ROOT, CommandTest

PROGRAMS["host"] = os.environ.get("CIRCO_HOST", ROOT / "build/release/tests/test.host")


class Host(CommandTest):
    def test_commands_one_after_another_leave_the_process_as_it_was(self):
        for ranks in (None, 2, 4):
            for mode in ("mpi", "none"):
                with self.subTest(ranks=ranks, mode=mode):
                    result = self.run_command(mode, program="host", ranks=ranks)
                    told = [line for line in result.out.splitlines() if line.startswith("host: ")]
                    self.assertEqual(told, [], result.err)
                    self.assertEqual(result.code, 0, result.err)
                    lines = result.own_errors()
                    self.assertEqual(len([line for line in lines if "MPI_COMM_NULL" in line]), ranks or 1, lines)
                    for text, times in (("--throw", 1), ("out of memory", 2)):
                        self.assertEqual(len([line for line in lines if text in line and "NULL" not in line]), times, lines)


if __name__ == "__main__":
    unittest.main(verbosity=2)
