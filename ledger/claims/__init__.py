"""Claims: what a fix plan's prose says that can be checked, and whether the evidence agrees.

``entries`` finds what an attempt cites and calls its own, ``prose`` and ``figures`` read its text,
``runs`` lays out what runs say and what is said of one run in one breath. ``counts``, ``times``,
``changes`` and ``names`` each read one kind of claim and judge it; ``judge`` goes through a plan.
"""
