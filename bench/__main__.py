"""Runs one benchmark by name: `scripts/bench NAME [--json] [its own options]`."""

import sys
from pathlib import Path

from bench.report import run

sys.exit(run("bench", Path(__file__).parent, sys.argv[1:]))
