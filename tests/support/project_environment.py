"""Stands for ``python3 -m venv DIR`` and ``DIR/bin/pip install`` in the examples of the tutorial, which
would need a network: the environment has what the tests' own has, and the project's ``src``."""

from __future__ import annotations

import site
import sys
import sysconfig
import venv
from pathlib import Path

PIP = """#!/bin/sh
echo "$PWD/src" > {packages}/project.pth
printf '#!{bin}/python\\nimport sys\\nfrom pytest import main\\nsys.exit(main())\\n' > {bin}/pytest
chmod +x {bin}/pytest
"""


def create(place: Path) -> None:
    """Make the environment, with a ``pip`` that installs the project in the current folder."""
    venv.create(place, with_pip=False)
    [packages] = place.glob("lib/python3*/site-packages")
    own = [sysconfig.get_path("purelib"), *site.getsitepackages()]
    lines = [f"import site; site.addsitedir({path!r})" for path in dict.fromkeys(own)]
    (packages / "tests.pth").write_text("\n".join(lines) + "\n")
    pip = place / "bin" / "pip"
    pip.write_text(PIP.format(packages=packages, bin=place / "bin"))
    pip.chmod(0o755)


if __name__ == "__main__":
    _, option, module, folder = sys.argv
    assert (option, module) == ("-m", "venv")
    create(Path(folder).absolute())
