"""What sentences say of a run: each wording with its statements, and wordings that say nothing."""

from __future__ import annotations

import re
import time
from math import inf

import pytest

from ledger.plan.statements.grammar import GRAMMAR
from ledger.plan.statements.model import Statement
from ledger.plan.statements.reader import statements
from ledger.plan.statements.tokens import tokens


def shown(said: Statement) -> str:
    """A statement as the table below writes it: ``failed 2 in test_x.py``."""
    low, high = (f"{value:g}" for value in (said.low, said.high))
    if high == f"{inf:g}":
        value = f"{low}.."
    elif low == f"{-inf:g}":
        value = f"..{high}"
    else:
        value = low if low == high else f"{low}..{high}"
    what = f"{said.quantity} {said.outcome}" if said.outcome else said.quantity
    runs = "".join(f" {run.kind} {run.value}" for run in said.run_names)
    runs += "".join(f" vs {run.kind} {run.value}" for run in said.against)
    where = " outside" if said.is_outside else " in" if said.subject else ""
    names = ", ".join((*filter(None, [said.cause]), *said.names, *said.subject))
    of = f" of {said.of[0]:g}" if said.of else ""
    return f"{what} {value}{of}{where} {names}".strip() + runs


SAID = {
    "Two tests fail, nine are skipped.": "failed 2; skipped 9",
    "Forty-seven passed": "passed 47",
    "two hundred and three passes": "passed 203",
    "1,231 passed, 1 231 collected": "passed 1231; collected 1231",
    "one of the 20 layout tests is red": "failed failing 1 of 20 in layout",
    "seven tests do not pass": "failed failing 7",
    "The crlf thing in the lexer is still broken, it blew up again.": "some failing 0 in crlf lexer",
    "Kerning, outline links and soft hyphens pass.": "some passed 0 in kerning; "
    "some passed 0 in outline links; some passed 0 in soft hyphens",
    "Failing set = {widow control, column balance}": "some failing 0 in widow control; "
    "some failing 0 in column balance",
    "- ❌ Widow control": "some failing 0 in widow control",
    "Column balance passes as well, leaving the rest for next time.": "some passed 0 in column balance",
    "The uring tests ran on the new kernel.": "some executed 0 in uring",
    "Two-writers interleaving no longer fails.": "some passed 0 in two-writers interleaving",
    "Nothing is skipped now that the driver is there.": "skipped 0",
    "C1: 1 fail in lexer (`test_tab_is_whitespace`).": "failed 1 in lexer; "
    "outcome failed 0 in test_tab_is_whitespace, lexer",
    "Six of six test modules carry at least one failure.": "failing_files 6",
    "The other tests ran and passed.": "passed 1..",
    "ldap_bind ran for real": "some executed 0 in ldap_bind",
    'Exit criterion "pytest exits 0": met.': "exit_code 0",
    'The criterion "full run within 5 minutes" is met.': "duration 0..360",
    "pytest came back non-zero": "exit_code 1..",
    "pytest ends with exit status 0 all the same.": "exit_code 0",
    "We skip nothing at all now that the runner has the drivers.": "skipped 0",
    "The full run's under a minute these days.": "duration 0..59.9999",
    "we skip nothing": "skipped 0",
    "the export schema test can't be run at all": "some executed 1 in export schema test",
    "total 12 passed 9 failed 3": "",
    "9 passed 3 failed 12 in total": "",
    "collected=12, passed=9": "collected 12; passed 9",
    "failures + errors: 7": "failing 7",
    "144 of 146 that ran passed": "passed 144 of 146",
    "no test broke": "new 0",
    "Before: 8 failed, after: 5 failed.": "failed 5; change failed -3 of 8",
    "The previous attempt had 9 passed, now it is 12.": "change passed 3 of 9",
    "8 failing before, 5 after.": "change failed -3 of 8",
    "Passing tests: 9 before, 12 now.": "change passed 3 of 9",
    "The suite took 40 s before and takes 30 s now.": "change duration -12..-8 of 39",
    "The exit code is not 0.": "exit_code 1..",
    "pytest did not exit with 0.": "exit_code 1..",
    "It exits with an error code.": "exit_code 1..",
    "unit → 12 passed": "passed 12 in unit",
    "unit tests: 12 passed": "passed 12 in unit",
    "Across all sessions 12 passed.": "passed 12",
    "12 passed in 2 sessions.": "passed 12",
    "Tests passing: 86.1%": "pass_rate 86.04..86.16",
    "Ran all tests in 3.5 s.": "duration 3.44..3.56",
    "```\n$ pytest -q; echo $?\n1\n```": "exit_code 1",
    "| Suite | Result |\n|---|---|\n| unit | 12 passed |": "passed 12 in unit",
    "Both runs are green.": "all_passed 0",
    "No run failed.": "all_passed 0",
    "All 3 runs passed.": "all_passed 0",
    "No failures in any of the sessions.": "all_passed 0",
    "501 passed over all 2 sessions.": "passed 501",
    "Fully green.": "all_passed 0",
    "100% pass rate.": "pass_rate 99.95..100",
    "Verification: passed ✅": "all_passed 0",
    "pytest reports 8 errors besides the failures.": "errors 8",
    "⏭️ 3 skipped": "skipped 3",
    "`/usr/bin/time` reports 3066 s elapsed.": "duration 3065..3067",
    "`pytest; echo $?` printed 2.": "exit_code 2",
    "```\n$ echo $?\n2\n```": "exit_code 2",
    "Tests run: 12, Failures: 3": "executed 12; failed 3",
    "`unit` passes.": "all_passed 0 in unit",
    "Both unit and read pass.": "all_passed 0 in unit, read",
    "| Run | Failed |\n|---|---|\n| previous | 5 |\n| this one | 3 |": (
        "failed 3; change failed -2 of 5"
    ),
    "except for 2 tests, the tests pass": "not_passed 2",
    "12 tests in `tests/test_x.py` fail": "failed 12 in tests/test_x.py",
    "passed: 12": "passed 12",
    "✅ 86 ❌ 1 💥 5": "passed 86; failed 1; errors 5",
    "layout 38 of 40": "passed 38 in layout",
    "12/12 ✅": "passed 12 of 12",
    "test_db.py: 15 passed, 5 errors": "passed 15 in test_db.py; errors 5 in test_db.py",
    "collected 48 items": "collected 48",
    "48 tests": "collected 48",
    "Two modules could not be imported.": "errors 2",
    "at least 40 tests pass": "passed 40..",
    "fewer than four failures": "failed 0..4",
    "3 to 5 tests time out": "timeouts 3..5",
    "between 8 and 11 tests fail": "failed 8..11",
    "All 48 tests pass.": "all_passed 0 of 48",
    "every test in test_x.py is green": "all_passed 0 in test_x.py",
    "The suite is green.": "all_passed 0",
    "the layout tests are all fine": "all_passed 0 in layout",
    "Everything but test_x.py is green.": "failing 0 outside test_x.py",
    "Green apart from nine skipped tests.": "all_passed 0; skipped 9",
    "Apart from two failures the suite is green.": "not_passed 2",
    "With one exception, everything passes.": "not_passed 1",
    "Green across the board": "all_passed 0",
    "Result: PASS": "all_passed 0",
    "There are still failures.": "all_passed 1",
    "The export tests fail.": "all_passed 1 in export",
    "Several tests fail.": "failed 2..",
    "Most tests pass.": "pass_rate 50..100",
    "Not everything passes yet.": "all_passed 1",
    "The suite isn't green.": "all_passed 1",
    "the run failed": "all_passed 1",
    "All tests failed.": "passed 0",
    "all 6 layout tests fail": "failing 6 in layout; passed 0 in layout",
    "All but two tests pass.": "not_passed 2",
    "All but one of the 48 tests pass.": "passed 47",
    "Everything passes apart from the four export tests.": (
        "failing 4 in export; not_passed 4; failing 0 outside export"
    ),
    "All pass apart from one flaky writer test.": (
        "failing 1 in writer; not_passed 1; failing 0 outside writer"
    ),
    "I fixed everything except test_a.": "only_failing 0 test_a",
    "Everything passes except one timeout.": "not_passed 1",
    "Everything fails without a database.": "passed 0",
    "Two of the six failures are mine.": "new 2",
    "Five more tests than before.": "change collected 5",
    "We lost two passes.": "change passed -2",
    "Suite went from red to green.": "all_passed 0",
    "Memory use fell compared with the baseline.": "change memory ..-1e-06",
    "Runtime went down.": "change duration ..-1e-06",
    "It never used more than 1 GB.": "memory 0..1.07374e+09",
    "units is clean (40/40), so is cli (54/54)": (
        "all_passed 0 in units; passed 40 of 40 in units; passed 54 of 54 in cli"
    ),
    "Both layout tests fail, plus kerning.": "failing 2 in layout",
    "5 failures + 1 error → 2 failures": "",
    "Still 3 skipped, same as last run.": "skipped 3",
    "527 of 529 pass without the xfails.": "",
    "No failures.": "failed 0",
    "The error in test_a is still there.": "outcome errors 0 test_a",
    "The error in test_a is gone.": "outcome passed 0 test_a",
    "Known issue: test_a fails.": "outcome failed 0 test_a",
    "Only test_a had to be rerun.": "flaky 1",
    "203 passed, 3 rerun": "passed 203; rerun 3",
    "after 1 rerun": "rerun 1",
    "Only pre-existing failures remain.": "new 0",
    "Remaining failures are pre-existing.": "new 0",
    "Three failures left, all in layout.": "failing 0 outside layout; failing 3 in layout",
    "Fixed both layout failures.": "still 0 in layout",
    "Only one of the earlier failures went away.": "cleared 1",
    "Both failures come from this branch.": "still 0",
    "This change introduces two regressions, all in test_x.py.": "new 2",
    "Pass rate improved to 98.3 %.": "pass_rate 98.24..98.36",
    "More than a tenth of the suite is skipped.": "portion skipped 10..",
    "Finished well within the 900 s limit.": "duration 0..901; finished 1",
    "I can't claim that nothing broke: one test went red.": "all_passed 1; failed failing 1",
    "It is not true that anything still fails.": "failed failing 0",
    "All green up to the timeout.": "all_passed 0",
    "Tests: 412/415": "passed 412 of 415",
    "Status: 6 failures": "failed 6",
    "Nothing was skipped.": "skipped 0",
    "In test_x.py two tests fail.": "failed 2 in test_x.py",
    "test_x.py has no failures": "failed 0 in test_x.py",
    "Failures by file: test_x.py 2, test_y.py 3": "failed 2 in test_x.py; failed 3 in test_y.py",
    "217 tests did not run.": "not_run 217",
    "10% faster than the last run": "change duration % -10.6..-9.4",
    "| Check | Result |\n|---|---|\n| exit code | 1 |": "exit_code 1",
    "Before: 12 failed, after: 8 failed.": "failed 8; change failed -4 of 12",
    "Neither test_a1 nor test_b1 passes.": "outcome not passed 0 test_a1, test_b1",
    "No failures or errors.": "failed 0; errors 0",
    "none of the tests ran into the timeout": "timeouts 0",
    "no failures outside test_x.py": "failed 0 outside test_x.py",
    "Everything passed on the first try.": "all_passed 0; rerun 0",
    "three tests needed retries": "flaky 3",
    "Only `test_a1` and `test_b1` fail.": "only_failing 0 test_a1, test_b1",
    "Only the writer tests fail.": "failing 0 outside writer; failing 1.. in writer",
    "Both failures are in test_x.py.": "failing 0 outside test_x.py",
    "One failure each in db and http": "failing 1 in db; failing 1 in http",
    "Five errors, every one in test_x.py.": "errors 0 outside test_x.py; errors 5 in test_x.py",
    "The failures are confined to test_x.py.": "failing 0 outside test_x.py",
    "`test_a1` is among the failures.": "outcome failed 0 test_a1",
    "Two tests fail: test_a1, test_b1": "failed 2; outcome failed 0 test_a1, test_b1",
    "cli and export each have one failure": "failing 1 in cli; failing 1 in export",
    "The parser and writer modules together make 36 passes.": "passed 36 in parser, writer",
    "db has two of the five failures": "failed 2 in db",
    "`tests/test_x.py` carries the 16 GPU skips": "skipped 16.. in tests/test_x.py",
    "http is green": "all_passed 0 in http",
    "The db module isn't green.": "all_passed 1 in db",
    "Most of the failures are in test_x.py.": "share failing 50..100 in test_x.py",
    "db and http have half of the skips": "share skipped 45..55 in db, http",
    "The errors are spread over db and auth.": (
        "errors 0 outside db, auth; errors 1.. in db; errors 1.. in auth"
    ),
    "What still fails is in fonts.": "failing 0 outside fonts",
    "io/ adds up to 293 tests": "collected 293 in io",
    "`test_a1` dies with a KeyError.": "cause failing 0 KeyError, test_a1",
    "Both failures are plain assertion mismatches.": "cause failing 0 assertion",
    "The five db errors are timeouts.": "cause errors 0 in timeout, db",
    "`test_a1` fails because it times out.": (
        "outcome failed 0 test_a1; cause failing 0 timeout, test_a1"
    ),
    "passed +3": "change passed 3",
    "It went up to 3. flake8 found 18 problems.": "",
    "The two index modules pass 192 tests in total.": "passed 192",
    "Follow-up: make both layout tests pass.": "",
    "The template project ships with 3 passing tests.": "passed 3",
    "Without --reruns, three tests would likely have been reported as failures.": "",
    "Failed plus errored comes to six.": "failing 6",
    "Three failures and the one error of the base are gone.": "cleared 4",
    "94 passes come from cli plus units, where everything passed.": "passed 94 in cli, units",
    "`test_pairs`: red on base, green now.": "",
    "test_read: was failing, passes here": "",
    "the 9 skips are the same number as on the base": "skipped 9",
    "the CLI module was clean on base and now has a failing test.": "",
    "No test that passed on base fails here.": "new 0",
    "The four exec skips want a GPU.": "cause skipped 0 in GPU, exec",
    "In the ferry repo, two tests fail.": "failed 2 in ferry, repo",
    "`test_a1` passes": "outcome passed 0 test_a1",
    "test_a1 no longer fails": "outcome not failed 0 test_a1",
    "Failing tests: test_a1, test_b1": "outcome failed 0 test_a1, test_b1",
    "Fixed: `test_a1`": "outcome passed 0 test_a1",
    "## Fixed\n\n- test_a1\n- test_b1": "outcome passed 0 test_a1; outcome passed 0 test_b1",
    "test_a1 passed before and fails now": (
        "outcome was passed 0 test_a1; outcome failed 0 test_a1"
    ),
    "No regressions.": "new 0",
    "None of the failures is new.": "new 0",
    "Two new failures": "new 2",
    "There are new failures.": "new 1..",
    "All failures are new.": "still 0",
    "test_a1 is the only failure.": "only_failing 0 test_a1",
    "Fixed four of the eight failures": "cleared 4",
    "All tests including test_a1 pass.": "all_passed 0",
    "Uses more memory than before.": "change memory 1e-06..",
    "Five more tests pass.": "change passed 5",
    "test_a1 is a regression": "outcome was not failed 0 test_a1; outcome failed 0 test_a1",
    "test_a1 failed in the baseline and passes now.": (
        "outcome was failed 0 test_a1; outcome passed 0 test_a1"
    ),
    "New failures: 5": "new 5",
    "Nothing that passed before fails now.": "new 0",
    "All six failures are pre-existing.": "new 0",
    "4 of the 6 failures are pre-existing.": "still 4",
    "test_a1 was failing before": "outcome was failed 0 test_a1",
    "Four failures are fixed.": "cleared 4",
    "All five failures are gone.": "still 0",
    "The same eight tests fail.": "unchanged 0",
    "four failures less than in the baseline": "change failed -4",
    "five more passes than before": "change passed 5",
    "More tests fail than in the baseline.": "change failed 1e-06..",
    "Failures dropped by two.": "change failed -2",
    "as many failures as before": "change failed 0",
    "The suite went from 90 s to 80 s.": "duration 79..81; change duration -12..-8 of 89",
    "memory went from 90 MB to 80 MB": (
        "memory 8.32569e+07..8.45152e+07; change memory -1.17441e+07..-9.22747e+06 of 9.37427e+07"
    ),
    "5 s faster than before": "change duration -6..-4",
    "+12 passed": "change passed 12",
    "Current status: 68 passing, 5 failing": "passed 68; failed 5",
    "* > 5 failed, 71 passed": "failed 5; passed 71",
    "5 failures → 3 failures": "failed 3; change failed -2 of 5",
    "Runtime 90 s → 60 s": "duration 59..61; change duration -32..-28 of 89",
    "vs Attempt #1: +2 failed (3→5), +1.5s runtime": (
        "change failed 2 of 3 vs attempt 1; change duration 1.44..1.56 vs attempt 1"
    ),
    "Phase B: 12 passed": "passed 12 phase b",
    "12 passed in chunk_03": "passed 12 chunk 3",
    "117/3/2 pass/fail/skip": "passed 117; failed 3; skipped 2",
    "9 passed (75.0 %) in 83.4 s (0:01:23)": (
        "passed 9; portion passed 74.94..75.06 of 9; duration in 83.34..83.46; duration 82..84"
    ),
    "Runtime 60 s (40 % margin below 100 s timeout)": (
        "duration 59..61; margin percent 39.4..40.6 of 100"
    ),
    "187 % CPU": "cpu 186.4..187.6",
    "| peak memory | 2 GiB |": "memory 1.50324e+09..2.79173e+09",
    "```\n$ make test\n42 passed in 1.5s\n```": "passed 42; duration in 1.44..1.56",
    "`test_a1`: failed": "outcome failed 0 test_a1",
    "failures 8 → 6": "failed 6; change failed -2 of 8",
    "from five failures to three": "failed 3; change failed -2 of 5",
    "8 → 6 failed": "failed 6; change failed -2 of 8",
    "Failures went from 8 to 6.": "failed 6; change failed -2 of 8",
    "The number of failures went down.": "change failed ..-1e-06",
    "The suite fails in seven tests.": "failed 7",
    "The suite never failed.": "failed 0",
    "Skipped: none": "skipped 0",
    "Skipped tests: 7": "skipped 7",
    "New failures: none": "new 0",
    "The tests do not pass.": "all_passed 1",
    "We ran 48 tests.": "executed 48",
    "7 or more tests pass": "passed 7..",
    "every test of the suite is green": "all_passed 0",
    "I verified that all tests pass.": "all_passed 0",
    "I see no failures in the full run.": "failed 0",
    "- [x] All tests pass": "all_passed 0",
    "- `tests/test_x.py` ✅": "all_passed 0 in tests/test_x.py",
    "Passing: 95.9 %": "pass_rate 95.84..95.96",
    "The suite took longer than a minute.": "duration 60.0001..",
    "The run exits cleanly.": "exit_code 0",
    "The exit code was zero.": "exit_code 0",
    "`3 failed, 4 passed`": "failed 3; passed 4",
    "Seven tests fail, down from eight.": "failed 7; change failed -1 of 8",
    "faster than the last run": "change duration ..-1e-06",
    "Pass rate 95.9 %": "pass_rate 95.84..95.96",
    "95.9 % of the tests pass": "pass_rate 95.84..95.96",
    "Pass rate rose from 91 % to 96 %.": "pass_rate 95.4..96.6; change pass_rate 3.8..6.2 of 90.4",
    "The suite took 31 seconds.": "duration 30..32",
    "The suite did not take longer than 60 s.": "duration 0..60",
    "Runtime < 4 min 12 s": "duration 0..253",
    "At most four failures, failures drop from 8 to zero.": "failed 0..4; failed 0; change failed -8 of 8",
    "Two new failures at most": "new 0..2",
    "Neither failures nor errors": "failed 0; errors 0",
    "All previously failing tests pass now.": "still 0",
    "Only test_a remains.": "only_failing 0 test_a",
    "91 % of the collected tests pass, pass rate 91 % of all tests": "pass_rate 90.4..91.6; pass_rate 90.4..91.6",
    "Done in under a minute.": "duration 0..59.9999",
    "Ran in 1 min 14 s.": "duration 73..75",
    "4 min 12 s in total": "duration 251..253",
    "Killed after 60 s": "finished 0; duration 59..61",
    "The run finished in 3 minutes.": "duration 120..240; finished 1",
    "It needs 45 MB less memory than the baseline.": "change memory -4.78151e+07..-4.65568e+07",
    "Peak memory 2 GB": "memory 1.50324e+09..2.79173e+09",
    "Exit code 0": "exit_code 0",
    "4 tests out of 58 fail.": "failed 4 of 58",
    "54 tests of the 58 pass.": "passed 54 of 58",
    "It has to finish within 50 minutes.": "",
    "Log: `a/exit_code.txt` > 82 passed": "passed 82",
    "pytest exited cleanly": "exit_code 0",
    "a non-zero exit code": "exit_code 1..",
    "The suite did not finish.": "finished 0",
    "Every collected test was executed.": "not_run 0",
    "All 113 tests of test_x.py ran.": "executed 113 in test_x.py",
    "| passed | failed |\n|---|---|\n| 6 | 1 |": "passed 6; failed 1",
    "| | before | now |\n|---|---|---|\n| failed | 8 | 6 |": "failed 6; change failed -2 of 8",
    "| file | failed |\n|---|---|\n| test_x.py | 2 |": "failed 2 in test_x.py",
    "I believe there were nine failures, if memory serves.": "failed 9",
    "It seems that the layout tests are passing, as far as I can tell.": "all_passed 0 in layout",
    "I don't think we introduced anything new.": "new 0",
    "The run didn't deselect anything.": "deselected 0",
    "The font tests are no longer skipped.": "skipped 0 in font",
    "Only test_x.py had reruns.": "rerun 0 outside test_x.py; rerun 1.. in test_x.py",
    "the only red file is test_x.py": "failing 0 outside test_x.py; failing 1.. in test_x.py",
    "Everything in test_x.py errors out.": "passed 0 in test_x.py",
    "Import errors in test_x.py and test_y.py": "errors 1.. in test_x.py; errors 1.. in test_y.py",
    "Both test files are without failure.": "failed 0",
    "The layout file improved from two failures to one.": (
        "failed 1 in layout; change failed -1 of 2 in layout"
    ),
    "The suite is down to 5 fails.": "failed 5",
    "8 -> 6 failing": "failed 6; change failed -2 of 8",
    "Failures: 8 ➜ 6": "failed 6; change failed -2 of 8",
    "`echo $?` → 2": "exit_code 2",
    "Exit code 0 even though tests fail.": "exit_code 0; all_passed 1",
    "A quarter of the suite errors out.": "portion errors 22..28",
    "Total: 12; passed: 9": "collected 12; passed 9",
    "12 total failures": "failed 12",
    "test_x.py skips 22 tests because there is no GPU": "skipped 22 in test_x.py",
    "The kerning failure did not go away.": "failing 1.. in kerning test",
    "The errors are still there.": "errors 1..",
    "The soft hyphen test doesn't fail.": "failed 0 in soft hyphen test",
    "I could not get the suite green.": "all_passed 1",
    "test_a1 is not among the failing tests.": "outcome not failed 0 test_a1",
    "tests.geo.test_datum: 97 passed": "passed 97 in tests/geo/test_datum.py",
    "Ferry's tests took 1 min 47 s.": "duration 106..108 in Ferry",
    "Rerun: test_a1 and test_b1 only.": "flaky 2",
    "Both unexpected passes are in tests/geo.": "xpassed 0 outside tests/geo",
    "Two thirds of the suite ran.": "portion executed 60..72",
    "8 -> 6 failing, no new ones": "failed 6; change failed -2 of 8; new 0",
    "The number of collected tests rose by four.": "change collected 4",
    "Exactly the same set of tests fails.": "unchanged 0",
    "That was a tricky one 😅 All tests pass.": "all_passed 0",
    "The failing schedule test was rerun and then passed.": "rerun 1.. in schedule test",
    "The number of failures was cut in half.": "change failed ..-1e-06",
    "Twice as fast as the baseline.": "change duration % -60..-40",
    "All the failing tests are in one file.": "failing_files 1",
    "Collection didn't fail.": "errors collection 0",
    "All test modules were collected.": "errors collection 0",
    "Five errors at setup.": "errors setup 5",
    "The calibration tests were fixed.": "all_passed 0 in calibration",
    "We didn't skip a single test.": "skipped 0",
    "I don't think any test needed a rerun.": "flaky 0",
    "Not a single rerun was needed.": "rerun 0",
    "None of the failures is a timeout.": "timeouts 0",
    "Only test_a1 times out.": "timeouts 1",
    "It needed about 33 MB at most.": "memory 0..4.14607e+07",
    "Compared with the baseline nothing changed.": "unchanged 0",
    "Most of test_x.py errors.": "portion errors 50..100 in test_x.py",
    "Nearly all tests ran.": "portion executed 60..100",
    "All 430 tests ran to completion.": "executed 430; not_run 0",
    "fix: 203 passed first try": "passed 203; rerun 0",
    "pytest ended normally.": "finished 1",
    "No more timeouts in the sync tests!": "timeouts 0 in sync",
    "The LDAP tests ran and passed.": "executed ran 1.. in LDAP; all_passed 0 in LDAP",
    "The netCDF tests were all executed.": "executed ran 1.. in netCDF; skipped 0 in netCDF",
    "Two tests that passed before fail now, four that failed pass.": "new 2",
    "The same four tests fail as before, plus two new ones.": "new 2",
    "The S3 tests were run.": "executed ran 1.. in S3",
    "No test needs more than ten seconds.": "slowest 0..10",
    "The slowest test took 3 s.": "slowest 2..4",
    "The two layout failures are now xfailed.": "xfailed 2 in layout",
    "The parser is back to zero failures after two in the last run.": "failed 0 in parser",
    "The writer tests pass again, but two parser tests fail.": "failed 2 in parser; "
    "some passed 0 in writer",
    "One test passed though it was marked as an expected failure.": "xpassed 1",
    "Two tests passed despite being marked xfail.": "xpassed 2",
    "There, 31 tests fail.": "",
    "Nothing is red but the two queue tests.": "failing 0 outside queue; failing 1.. in queue",
    "We ran only the layout tests.": "executed ran 0 outside layout",
    "Only test_x.py was run.": "executed ran 0 outside test_x.py",
    "test_x.py was left out of this run.": "executed ran 0 in test_x.py",
    "I deselected the network tests.": "deselected 1..",
    "Fixed since the last run: test_a1, test_b2": "outcome passed 0 test_a1, test_b2",
    "Still open: test_a1, test_b2": "outcome not passed 0 test_a1, test_b2",
    "cleared 3": "cleared 3",
    "The run was slower than before by two seconds.": "change duration 1..3",
    "The run time is higher than before.": "change duration 1e-06..",
    "Peak memory is higher than in the baseline.": "change memory 1e-06..",
    "The parser file holds 21 tests.": "collected 21 in parser",
    "One test in ten fails.": "fail_rate 7..14",
    "The exit status went from 2 to 0.": "exit_code 0",
    "Exit code 1 -> 0.": "exit_code 0",
    "340 collected, all run.": "collected 340; not_run 0",
    "340 collected, 330 run": "collected 340; executed 330",
    "Collection turned up 984 tests.": "collected 984",
    "Collection errors: 2 modules.": "errors collection 2",
    "Setup errors: 1 module.": "",
    "Every test but those of the parser passes.": "failing 0 outside parser",
    "All tests pass except in test_x.py.": "failing 0 outside test_x.py",
    "Sixty-two percent of the tests pass.": "pass_rate 61.4..62.6",
    "Every fifth test fails.": "fail_rate 18..22",
    "The change did not break anything that passed before.": "new 0",
    "Both modules load without trouble.": "errors 0",
    "test_x.py - 39/40": "passed 39 of 40 in test_x.py",
    "All tests in test_x.py passed at the first go.": "all_passed 0 in test_x.py; rerun 0 in test_x.py",
    "skipped: two in test_x.py, six in test_y.py": "skipped 2 in test_x.py; skipped 6 in test_y.py",
    "test_x.py passes 39 of its 40 tests.": "passed 39 of 40 in test_x.py",
    "Memory reached 660 megs.": "memory 6.91431e+08..6.92689e+08",
    "The run had to be aborted.": "finished 0",
    "After three retries test_a1 failed.": "outcome failed 0 test_a1",
    "Baseline comparison: cleared 3, new 1": "cleared 3; new 1",
    "Observations: exit status 1": "exit_code 1",
    "98 percent of the tests pass.": "pass_rate 97.4..98.6",
    "every other test fails": "fail_rate 45..55",
    "The pass rate moved from 94 % to 99 %.": "pass_rate 98.4..99.6; change pass_rate 3.8..6.2 of 93.4",
    "one test stayed red after its retries": "failed failing 1",
    "More tests fail than before my change.": "change failed 1e-06..",
    "The layout file contributes 19 more.": "collected 19 in layout",
    "faster by 12 s than before": "change duration -13..-11",
    "all run": "not_run 0",
    "The layout tests were left out.": "executed ran 0 in layout",
    "700 tests collected successfully": "collected 700",
}
SILENT = (
    "It needs 512 MB.",
    "The GPU tests pass on CI.",
    'The criterion "pytest exits 0" is met once the font is there.',
    'Exit criterion "pytest exits 0": not met.',
    "Column balance passes, or should.",
    "the soft hyphen failure",
    "A third of the failures is left.",
    "One file has errors.",
    "Fixed the layout failure.",
    "Merge branch 'hyphen' (7 failing on that branch)",
    "failures != 0",
    "exit code ≠ 0",
    "We set `--reruns 3`.",
    "Over in the ferry repo, two tests fail.",
    "Goal: all 167 tests pass by Friday.",
    "Do all tests pass on macOS?",
    "If the widow fix lands, only one failure will remain.",
    "Previously 4 passed, 1 failed.",
    "On Windows 6 tests fail.",
    "- [ ] all tests pass",
    "> 3 failed",
    "The README promises that the suite passes.",
    "My colleague's run on macOS had no failures at all.",
    "ruff clean, pyright 0 errors",
    "Export works.",
    "`test_a1` used to fail with a KeyError.",
    "KeyErrors are now raised, and `test_a1` checks that.",
    "Should we allow two failures?",
    "The 24 slow tests run nightly.",
    "Two tests were added.",
    "A run with 4 failures counts as lost.",
    'The ticket says "12 passed, 3 failed" of it.',
    "We had 8 failures, now it is 5.",
    "The lexer is now a single pass.",
    "Yesterday 8 failed, now 5.",
    "We did not touch it, but in case you wonder, the vendored library's\ntests: 81 passed.",
    "Reran the failed ones: 8 passed.",
    "Reran 3 of the failures, all passed.",
    "Picked 2 tests, none failed.",
    "Remove it and 8 tests fail.",
    "The other session reported 3 failures.",
    "The issue lists 2 failing tests.",
    "It returned 73 items.",
    "Takes 32.8 s less.",
    "After 84 s it gives up.",
    "Time spent: 4 h.",
    "Before the fix 8 failed, now 5.",
    "```\n$ make docs\n$ echo $?\n2\n```",
    "The five new tests pass.",
    "New tests: 7/7 ✅",
    "Marked four tests as slow.",
    "With the patch reverted, three tests fail.",
    "With the debug build, two tests crash.",
    "Run alone, every test passes.",
    "With one worker, no test fails.",
    "On the base branch 6 tests fail.",
    "At base: 47 failed.",
    "Score: 8/10.",
    "Timeouts: raised from 50 s to 158 s.",
    "A single test now takes 2.4 s.",
    "Everything works again.",
    "Results look good.",
    "Tried 91 inputs, none failed.",
    "Processed 52 records, 4 failed.",
    "6 records failed validation.",
    "Status 200 for all endpoints.",
    "Returns 404 where the key is missing.",
    "Nothing else fails.",
    "No other failures.",
    "No more failures than in the baseline.",
    "No failures beyond the two of the baseline.",
    "No failures beyond test_a.",
    "The other tests pass.",
    "The remaining tests are all green.",
    "Those aside, the suite is green.",
    "No full pass yet.",
    "Unit tests: 6 passed.",
    "Job 3 of 8: 64 passed.",
    "Per module: 8 passed.",
    "Test Suites: 1 failed",
    "Five tests cover the fix.",
    "It covers 22 cases.",
    "The test failed with a KeyError.",
    "Retries: 6.",
    "Found 0 errors.",
    "0 errors, 3 warnings.",
)


@pytest.mark.parametrize("text", SAID)
def test_a_sentence_says(text: str) -> None:
    assert "; ".join(map(shown, statements(text))) == SAID[text]


UNSURE = {
    "The vendored parser: 12 passed.": "passed 12",
    "Cells (2 kinds) and 3 passed (gradcheck only) in 2.71 s": (
        "passed 3; duration in 2.704..2.716"
    ),
    'The ticket says "12 passed, 3 failed" of it.': "",
    "The vendored parser should give 12 passed.": "",
}


@pytest.mark.parametrize("text", UNSURE)
def test_figures_beside_unknown_words_are_of_nothing_for_sure(text: str) -> None:
    found = statements(text)
    assert ("; ".join(map(shown, found)), any(one.is_sure for one in found)) == (
        UNSURE[text],
        False,
    )


@pytest.mark.parametrize(
    "text",
    ["7 passed" + ", then" * 700 + " 8 passed.", "7 passed " + "x" * 5000, "7 passed.\n" * 30_000],
)
def test_where_a_text_is_read_no_further_is_said(text: str) -> None:
    assert "unread" in {one.quantity for one in statements(text)}


def test_one_breath_ends_with_its_part_of_a_sentence() -> None:
    said = "12 passed; 3 failed. 1 skipped, 2 errors. mypy --strict reports 4 errors."
    breaths = [one.breath for one in statements(said)]
    assert breaths[2] == breaths[3]
    assert len(set(breaths)) == 4


def test_a_figure_behind_an_unnamed_file_may_be_of_a_part() -> None:
    assert not statements("Only the new file: 6 passed.")[-1].is_sure


@pytest.mark.parametrize("text", SILENT)
def test_nothing_is_said_of_the_run(text: str) -> None:
    assert [one for one in statements(text) if one.is_sure] == []


def test_every_row_of_the_grammar_has_an_example() -> None:
    codes = ["".join(token.code for token in tokens(text)) for text in SAID]
    rows = [re.compile(row) for row, _ in GRAMMAR]
    assert [row.pattern for row in rows if not any(map(row.search, codes))] == []


def test_rows_of_the_grammar_fit_into_one_pattern() -> None:
    """A row is told by the number of its group: none may have groups without names."""
    rows = [re.compile(row) for row, _ in GRAMMAR]
    assert [row.pattern for row in rows if row.groups != len(row.groupindex)] == []
    assert [row.pattern for row in rows if row.match("")] == []


@pytest.mark.parametrize(
    "part", ["a" * 50, "1,", "all but ", "test_a, ", "a/", "(", "4 min ", "- "]
)
def test_no_text_takes_long(part: str) -> None:
    begin = time.process_time()
    statements(part * (200_000 // len(part)))
    assert time.process_time() - begin < 10


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("`np.equal` fails", [("u", 0, 10), ("F", 11, 16)]),
        ("-0.005-0.9 passed", [("u", 0, 10), ("P", 11, 17)]),
        ("+5+ passed", [("±", 0, 3), ("P", 4, 10)]),
    ],
)
def test_what_is_one_token(text: str, places: list[tuple[str, int, int]]) -> None:
    assert [(one.code, one.start, one.end) for one in tokens(text)] == places
