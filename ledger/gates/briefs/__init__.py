"""Briefs: the documents by which one phase of work is handed over to the next."""

from __future__ import annotations

from ledger.gates.briefs.reading import read

__all__ = ["read"]
