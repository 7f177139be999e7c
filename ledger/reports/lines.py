"""What reports for people consist of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Line:
    """One line to print. ``kind`` ``cut``: on a terminal no longer than its width."""

    text: str
    kind: Literal["heading", "cut", "whole"] = "whole"
