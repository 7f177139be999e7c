"""The command: make the runs, ask about each, print the table."""

from __future__ import annotations

import sys

from tests.campaigns.runners.campaign import main

sys.exit(main())
