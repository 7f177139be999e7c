"""The addresses in the metadata: those of the repository that a release is built from, which its
workflow tells in ``HOME_URL`` (docs/contributing.md). A build without it has none."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

PAGES = {
    "Source": "",
    "Documentation": "/blob/HEAD/docs/index.md",
    "Changelog": "/blob/HEAD/docs/changelog.md",
    "Issues": "/issues",
    "Security": "/blob/HEAD/docs/security.md",
}
# ![The page](docs/pictures/today.png)
_PICTURE = re.compile(r"(?<=\]\()(?=docs/pictures/)")
# [Tutorial](docs/tutorial/first-attempt.md), not [uv](https://...) and not [above](#quick-start)
_RELATIVE = re.compile(r"(?<=\]\()(?!https?:|#)(?=[\w.])")


class Addresses(MetadataHookInterface):
    """The project's pages, and the README with links that lead there from anywhere."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Add ``readme`` and ``urls``."""
        home = os.environ.get("HOME_URL", "").rstrip("/")
        readme = (Path(self.root) / "README.md").read_text("utf-8")
        if home:
            metadata["urls"] = {name: home + page for name, page in PAGES.items()}
            readme = _PICTURE.sub(f"{home}/raw/HEAD/", readme)
            readme = _RELATIVE.sub(f"{home}/blob/HEAD/", readme)
        metadata["readme"] = {"content-type": "text/markdown", "text": readme}
