"""Outputs of known outcomes, made by really running test runners, and what ``ledger evidence``
and ``ledger append`` make of them.

``python -m tests.campaigns.runners --count 40 --seed 1`` makes projects from the seed, small
trees of tests that end in every way, and runs them with pytest 7, 8 and 9 (with xdist,
rerunfailures, subtests and timeout, also by nox and tox), jest, vitest, mocha and ``node --test``.
The runners come from PyPI and npm into a folder of their own, ``~/.cache/ledger-runners`` or one
below ``LEDGER_RUNNERS``; what cannot be had is one line and exit code 2.

The truth of each run is what its runner said in its own machine output: for pytest a plugin that
writes down each report, for jest and vitest their JSON, for mocha and node a reporter that writes
their events. The outputs of the run (JUnit XML, log, report files, exit code) lie in folders alone
and together, and each answer is held to it: every test by name with its outcome, the sums, the
last line, and never complete or success where the runner failed.

Names may differ in spelling: ``tests/test_a.py::TestX::test_y`` is ``tests.test_a.TestX::test_y``
(`model.plain`). Reporters for JavaScript join files, suites and titles each in a way of its own;
there a name counts that ends, letters and digits alone, with its suites and title, or with its
title where the reporter has no room for suites (`model.Judge.bags`).

Runs of projects with an odd number are counted and not shown. The exit code is 1 for a difference
that is not in ``KNOWN``, and with ``--count 180`` for one in there that no longer occurs.
"""
