"""Debian's packages belong to Debian's Python, which need not be the first one on PATH."""

import os
import sys

SYSTEM_PYTHON = "/usr/bin/python3"


def restart():
    """Runs the script anew with the system's Python; returns if it is running with that already, or there is none."""
    if os.path.exists(SYSTEM_PYTHON) and "CIRCO_SYSTEM_PYTHON" not in os.environ:
        os.environ["CIRCO_SYSTEM_PYTHON"] = SYSTEM_PYTHON
        os.execv(SYSTEM_PYTHON, [SYSTEM_PYTHON, *sys.argv])
