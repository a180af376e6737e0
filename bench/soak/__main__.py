"""Runs one long trial by name: `scripts/soak NAME [--json] [its own options]`."""

import sys
from pathlib import Path

from bench.report import run

sys.exit(run("bench.soak", Path(__file__).parent, sys.argv[1:]))
