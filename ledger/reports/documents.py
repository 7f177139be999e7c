"""JSON as text."""

from __future__ import annotations

import json
import re
from typing import Final

_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def dumps(value: object) -> str:
    """``value`` as indented JSON in plain UTF-8, ending in a newline; a surrogate, which UTF-8
    cannot hold, becomes U+FFFD."""
    return _SURROGATE.sub("\ufffd", json.dumps(value, ensure_ascii=False, indent=2)) + "\n"
