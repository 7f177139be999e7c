"""The main dialect: ``## [ID] Title`` sections, fields as bullets, an attempts history."""

from __future__ import annotations

from ledger.dialects.attempts.reading import read

__all__ = ["read"]
