"""``python -m ledger``."""

from __future__ import annotations

from ledger.cli import run

run()
