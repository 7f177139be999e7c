"""Claims: what a fix plan's prose says that can be checked, and whether the evidence agrees.

``entries`` finds what an attempt cites and calls its own, and ``prose`` lays out its text. What is
said of a run in words is read by ``plan.statements`` and judged in ``words``: ``observations`` are
what runs have of it, ``doubts`` why another value is no contradiction yet. ``names`` reads and
judges tests, files, commits, attempts and dates, ``rounds`` what is said of rounds. ``runs`` lays
out what runs say, and ``judge`` goes through a plan.
"""
