"""``python -m ledger``."""

import os
import sys

# Python puts the current folder first, where a repository may have a module of any name.
if sys.path[:1] == [os.getcwd()]:  # noqa: PTH109 - as Python writes it
    del sys.path[0]

from ledger.cli import run

run()
