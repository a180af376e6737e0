"""Lets `python -m bot` be the `kith` command."""

import sys

from bot.cli import main

sys.exit(main(sys.argv[1:]))
