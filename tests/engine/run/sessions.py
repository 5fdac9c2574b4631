"""Runs of the command without a process for each: a session is one program under mpirun that makes run after run.

A run of a session says and leaves what a command of its own would; so do runs that fail, as long as all ranks agree on the
failure. What ends the process ends the session, and the next run starts another one. What a test is to show of the process
itself (how mpirun ends, signals, memory limits) takes a process of its own.

CIRCO_SERVE, CIRCO_FAULTS and CIRCO_OPTIONS name the programs, if not those of the release build.
"""

import atexit
import json
import os
import resource
import selectors
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
MPIRUN = ROOT / "scripts" / "mpirun"
PROGRAMS = {"circo": [os.environ.get("CIRCO_SERVE", ROOT / "build/release/tests/test.serve")],
            "faults": [os.environ.get("CIRCO_FAULTS", ROOT / "build/release/tests/test.faults"), "--serve"],
            "options": [os.environ.get("CIRCO_OPTIONS", ROOT / "build/release/tests/test.options"), "--serve"]}
ADDRESS_SPACE = 4 << 30


class Timeout(Exception):
    pass


def limit_memory():
    """A runaway that the engine does not stop must not take the machine along."""
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))


class Session:
    def __init__(self, program, ranks):
        self.ranks, self.runs = ranks, 0
        self.folder = Path(tempfile.mkdtemp(prefix="circo-session-"))
        self.log = open(self.folder / "mpirun.err", "w+")
        # Its runs may have several threads, which must not keep the cores while they wait. A session of its own, so that
        # nothing of it outlives its time limit.
        self.process = subprocess.Popen([MPIRUN, "-n", str(ranks), *map(str, PROGRAMS[program])], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=self.log, text=True, cwd=self.folder,
                                        env={"OMP_WAIT_POLICY": "passive", **os.environ}, start_new_session=True,
                                        preexec_fn=limit_memory)
        self.output = selectors.DefaultSelector()
        self.output.register(self.process.stdout, selectors.EVENT_READ)

    def run(self, arguments, cwd, timeout):
        """Exit code, standard output and standard error of a run."""
        self.runs += 1
        prefix = self.folder / str(self.runs)
        request = {"cwd": str(Path(cwd).resolve()), "args": list(map(str, arguments)), "output": str(prefix)}
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        if not self.output.select(timeout):
            self.kill()
            raise Timeout
        answer = self.process.stdout.readline().strip()
        out, err = ("".join(file.read_text(errors="replace") for file in sorted(self.folder.glob(f"{self.runs}.*.{end}")))
                    for end in ("out", "err"))
        if not answer:  # it has ended
            code = self.process.wait(timeout=20)
            self.log.seek(0)
            return code, out, err + self.log.read()
        for file in self.folder.glob(f"{self.runs}.*"):
            file.unlink()
        return int(answer), out, err

    def is_alive(self):
        return self.process.poll() is None

    def kill(self):
        self.process.terminate()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def close(self):
        if not self.process.stdin.closed:
            try:
                self.process.stdin.close()
            except BrokenPipeError:
                pass
        self.process.stdout.close()
        if self.is_alive():
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.kill()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)


_sessions = {}


def run(program, arguments, ranks, cwd, timeout):
    """Exit code, standard output and standard error of a run in the session of this program and number of ranks."""
    session = _sessions.get((program, ranks))
    if session is None or not session.is_alive():
        if session is not None:
            session.close()
        session = _sessions[program, ranks] = Session(program, ranks)
    return session.run(arguments, cwd, timeout)


@atexit.register
def close_all():
    for session in _sessions.values():
        session.close()
    _sessions.clear()
