"""What tests of the circo command share: to run it, and what it must print and leave when it works and when it fails.

CIRCO, CIRCO_FAULTS, CIRCO_OPTIONS and CIRCO_SERVE name the programs, if not those of the release build.

Every command has a hard time limit. A failing one must end all ranks with the documented exit code (1: the run failed,
2: bad input) and say why in one line; `faults` is the command with models that misbehave (faults.cpp),
`options` one with models that have options of every kind (options.cpp).
"""

import csv
import os
import re
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path

import sessions

ROOT = Path(__file__).resolve().parents[3]
MPIRUN = ROOT / "scripts" / "mpirun"
PROGRAMS = {"circo": Path(os.environ.get("CIRCO", ROOT / "build/release/circo")),
            "faults": Path(os.environ.get("CIRCO_FAULTS", ROOT / "build/release/tests/test.faults")),
            "options": Path(os.environ.get("CIRCO_OPTIONS", ROOT / "build/release/tests/test.options"))}
TIMEOUT = 60  # seconds; generous, as other tests may run beside
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


def start(program, arguments, ranks, cwd):
    command = [str(PROGRAMS[program]), *map(str, arguments)]
    if ranks is not None:
        command = [str(MPIRUN), "-n", str(ranks), *command]
    # A session of its own, so that nothing of it outlives its time limit.
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace", cwd=cwd,
                            start_new_session=True, preexec_fn=sessions.limit_memory)


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

    def run_command(self, *arguments, ranks=None, program="circo", timeout=TIMEOUT, process=False):
        """Runs a command, in a session (sessions.py) if the program has one and `process` asks for no processes of its own:
        they are needed where exit codes under mpirun, signals, memory or the environment are tested."""
        if not process and program in sessions.PROGRAMS:
            try:
                return Result(*sessions.run(program, arguments, ranks or 1, self.folder, timeout))
            except sessions.Timeout:
                self.fail(f"{program} {' '.join(map(str, arguments))} on {ranks} ranks did not end within {timeout} s")
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

    def fault(self, pattern, *arguments, ranks, code=1, **options):
        with self.subTest(arguments=arguments, ranks=ranks):
            return self.complain(code, pattern, "run", *arguments, "--out", "run", "--progress", "none", ranks=ranks,
                                 program="faults", **options)
