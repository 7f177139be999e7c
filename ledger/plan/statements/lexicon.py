"""What words mean: each has a letter, and the grammar is written in letters.

A new wording is a word here, or a row there. English is all that is known.
"""

from typing import Final

# What words mean. A blank joins the words of a phrase; the longest phrase counts.
_LETTERS: Final[dict[str, str]] = {
    # all
    "A": (
        "100 percent of, all, all of, both, each, entire, every, every last, every one, every "
        "single, every test case, everything"
    ),
    # none
    "Z": (
        "free of, neither, no, no more, no single, nobody, none, not a single, not any, not one, "
        "nothing, without, without a, without a single, without any, zero"
    ),
    # only
    "O": "just, lone, merely, one and only, only, sole, solely",
    # but for
    "B": (
        "apart from, aside from, bar, besides, but, except, except for, excepting, minus, other "
        "than, save for, with the exception of"
    ),
    # tests
    "T": (
        "case, cases, checks in the suite, items, regression test, regression tests, test, test "
        "case, test cases, test functions, test items, testcase, testcases, tests, tests cases, "
        "unit test, unit tests"
    ),
    # a command
    "ŵ": "ci job, collection, command, job, process",
    # the whole run
    "W": (
        "board, branch, build status, complete suite, complete test suite, entire suite, entire "
        "test suite, full regression suite, full rerun, full run, full suite, full test run, full "
        "test suite, pipeline of tests, py.test, pytest, regression suite, regression test suite, "
        "rerun, run, session, suite, test run, test session, test suite, tests status, the bar, "
        "whole regression suite, whole run, whole suite, whole test suite, whole thing"
    ),
    # passed
    "P": (
        "a pass, a success, all right, came back clean, came back green, came back successful, "
        "came out green, clean, come back green, come out green, comes back green, fine, go "
        "through, goes through, good, green, happy, healthy, ok, okay, pass, pass cleanly, "
        "passed, passes, passing, sound, succeed, succeeded, succeeds, success, successful, "
        "successfully, went through, work, worked, working, works"
    ),
    # failed
    "F": (
        "a fail, a failure, assertion failure, assertion failures, blew up, blow up, break, "
        "breaks, broke, broken, came back red, came out red, come out red, comes back red, crash, "
        "crashes, earlier failure, earlier failures, fail, fail outright, failed, failed test, "
        "failing, failing assertion, failing assertions, failing test, fails, failure, failures, "
        "go red, goes red, in trouble, not green, not pass, not passing, old failure, old "
        "failures, previous failures, red, test failure, test failures, turned red, unhappy, went "
        "red"
    ),
    # errors
    "E": (
        "cannot be imported, cannot be set up, collection error, collection errors, could not be "
        "imported, could not be loaded, could not be set up, error, error out, errored, errored "
        "out, erroring, errors, errors at setup, errors at teardown, errors during collection, "
        "errors in setup, errors out, import error, import errors, setup error, setup errors, "
        "teardown errors"
    ),
    # skipped
    "S": "is skipped, skip, skipped, skipping, skips, test skips, were skipped",
    # expected failures
    "X": (
        "an expected failure, expected failure, expected failures, expectedly fail, fail as "
        "expected, failed as expected, xfail, xfailed, xfails"
    ),
    # unexpected passes
    "Y": (
        "pass unexpectedly, passed unexpectedly, passes unexpectedly, unexpected pass, unexpected "
        "passes, xpass, xpassed, xpasses"
    ),
    # collected
    "L": "collect, collected, collects, discovered, found, picked up",
    # ran
    "R": (
        "are run, completed, executed, got run, have been run, ran, reached, start, started, that "
        "ran, that were run, was executed, was run, were executed, were run"
    ),
    # deselected
    "D": "deselected, filtered out, left out, unselected",
    # not zero
    "≠": "non-zero code, nonzero code, non-zero, nonzero, unequal to zero",
    # modules and files
    "µ": "file, files, module, modules, test file, test files, test module, test modules",
    # passed in the run before
    "π": (
        "passed before, passed in the baseline, passed in the last run, passed on the baseline, "
        "previously passed, that passed before, used to be green, used to pass, used to work, was "
        "green before, was passing before, were passing before, worked before"
    ),
    # from
    "«": "down from, from, up from",
    # to
    "»": "to",
    # tried again
    "U": (
        "flake, flakes, flaky, flaky test, flaky tests, had to be repeated, had to be rerun, had "
        "to be retried, needed a rerun, needed a retry, needed reruns, needed retries, reruns, "
        "retried, retries, retry, was retried, were rerun, were retried"
    ),
    # timed out
    "V": (
        "hang, hangs, hit the timeout, hit their limit, hit their timeout, hits the timeout, "
        "hung, ran into a timeout, ran into the timeout, run into the timeout, time out, timed "
        "out, timeout, timeouts, times out, timing out"
    ),
    # new failures
    "K": (
        "freshly broken, new, new breakage, new breakages, new failure, new failures, new "
        "regressions, newly, newly broken, newly failing, newly red, regress, regressed, "
        "regression, regressions"
    ),
    # mended
    "M": (
        "clear, cleared, clears, closes, disappeared, fix, fixed, fixes, go away, gone, has gone, "
        "have disappeared, have gone, mended, now fixed, repaired, resolved, resolves, solved, "
        "vanished, went away"
    ),
    # there before
    "Q": (
        "already before, already before my change, already before this change, already broken, "
        "already failing, already failing before, already red, already there, also fail in the "
        "baseline, also failed before, also in the baseline, before my change, before my changes, "
        "before the change, before these changes, before this change, before this pr, failed "
        "before as well, failed before too, in the baseline already, known, known before, known "
        "failure, known failures, not new, old, pre-existing, preexisting, there before, was "
        "failing before, was there before, were there before"
    ),
    # no words of a run, though they look like it
    "u": ("a single pass, first pass, next pass, second pass, single pass, single-pass"),
    # compared with the run before
    "c": (
        "against the baseline, against the earlier attempt, against the last attempt, against the "
        "last run, against the previous attempt, against the previous run, as before, as in the "
        "baseline, as in the earlier attempt, as in the last attempt, as in the last run, as in "
        "the previous attempt, as in the previous run, as last time, as the baseline, as the last "
        "run, compared to baseline, compared to the baseline, compared to the last attempt, "
        "compared to the last run, compared to the previous run, compared with before, compared "
        "with the baseline, compared with the last attempt, compared with the last run, compared "
        "with the previous run, from the base run, from the baseline, from the baseline run, from "
        "the earlier attempt, from the last attempt, from the last run, from the previous "
        "attempt, in the base run, in the baseline, in the earlier attempt, in the last attempt, "
        "in the previous attempt, in the previous run, of the earlier attempt, of the last "
        "attempt, of the last run, of the previous attempt, of the previous run, on the baseline, "
        "over the baseline, relative to the baseline, since the baseline, since the earlier "
        "attempt, since the last attempt, since the last run, since the previous attempt, than "
        "before, than in the baseline, than in the earlier attempt, than in the last attempt, "
        "than in the last run, than in the previous attempt, than in the previous run, than last "
        "time, than on the baseline, than previously, than the base run, than the baseline, than "
        "the earlier attempt, than the last attempt, than the last one, than the last run, than "
        "the previous attempt, than the previous one, than the previous run, than the run before, "
        "to before, to the base run, to the baseline, to the earlier attempt, to the last "
        "attempt, to the last run, to the previous attempt, to the previous run, versus the "
        "baseline, vs baseline, vs the baseline, vs the last run, vs. baseline, vs. the baseline, "
        "vs. the last run"
    ),
    # more
    "w": "gained, more",
    # fewer
    "v": "fewer, less",
    # the same
    "j": (
        "did not change, didn't change, does not change, has not changed, identical, no "
        "different, same, unchanged"
    ),
    # how long it took
    "H": (
        "clocked in, completed in, done in, duration, duration_s, elapsed, elapsed time, "
        "elapsed_s, finish, finished, finished in, finishes, in total, needed, needs, ran in, run "
        "time, run_time, runs in, runtime, runtime of, take, takes, test time, time taken, took, "
        "took about, total test time, total time, wall, wall clock, wall time, wall-clock, "
        "wall_time, walltime"
    ),
    # memory
    "G": (
        "at the peak, high-water mark, max rss, maxrss, memory, memory peak, memory peaked, "
        "memory usage, memory use, peak, peak memory, peak resident memory, peak rss, peak usage, "
        "peaked, ram, resident memory, rss"
    ),
    # exit code
    "I": (
        "came back with, exit, exit code, exit code of, exit code was, exit codes, exit status, "
        "exit_code, exitcode, exited, exited with, exited with code, exited with status, exits, "
        "exits with, exits with code, finished with code, quit with, quit with code, rc, return "
        "code, returncode, returned, status, status code, with code, with exit code"
    ),
    # not
    "b": "can not, cannot, hardly, never, no longer, nor, not, not yet",
    # of
    "g": "among, from among, of, of the, out of, out of the",
    # left over: says nothing by itself
    "J": (
        "everything else, keep, keeps, left, other ones, others, remain, remainder, remaining, "
        "remaining are, remains, rest, still, to go"
    ),
    # pass rate
    "h": (
        "a pass rate, a pass rate of, a success rate of, pass percentage, pass quota, pass rate, "
        "pass rate of, passing rate, passrate, success rate"
    ),
    # failure rate
    "k": "error rate, fail rate, failure rate",
    # and
    "&": "and, as well as, nor any, or, plus, with, yet",
    # came to its end
    "z": (
        "came to an end, came to its end, complete, got to the end, ran through, ran to "
        "completion, ran to the end, run to completion, runs through, runs to completion, to the "
        "end"
    ),
    # cut short
    "y": (
        "aborted, broke off, crashed, cut short, died, ended early, incomplete, interrupted, "
        "killed, stopped, stopped early, terminated, unfinished, was killed"
    ),
    # faster
    "e": "faster, quicker",
    # slower
    "r": "slower",
    # went down, or up
    "↓": ("declined, decreased, down, dropped, fell, sank, shrank, went down"),
    "↑": ("climbed, grew, increased, jumped, rose, up, went up"),
    # behind a number
    "⩾": "or more",
    "⩽": "or fewer, or less",
    # harmless words, which are left out
    " ": (
        "a, actually, after my change, after my changes, after that, after the change, after "
        "the fix, after these changes, after this change, again, again now, all done, already, "
        "also, altogether, am, an, any, any more, anymore, are, artifact, artifacts, as "
        "expected, as well, at all, at present, at the end, at this point, attempt, be, been, "
        "before it hung, before it passed, before it was stopped, before passing, before the "
        "kill, before the run was stopped, before the stop, before the timeout, before they "
        "passed, being, by now, came, caveat, caveats, changed, cleanly, collected tests, come, "
        "comes, commits, completely, conclusion, confirmed that, consists of, count, counted, "
        "covered, covers, current, current status, currently, did, do, does, doing, done, "
        "either, end, ended, ends, entirely, even, ever, evidence, exactly, existing, files "
        "there, final, finally, finding, for good, for now, full, fully, get, gets, good news, "
        "got, had, happily, has, have, having, heads-up, hence, here, however, i, i can confirm "
        "that, i checked that, i confirmed that, i get, i see, i verified that, improved, in "
        "all, in full, in place, in the end, in the run, in the suite, in this run, in this "
        "session, in this suite, indeed, individual, is, issue, issues, it, its, latest, left "
        "over, list, list of, locally, log, logs, marked, marked as, metrics, my, newest, "
        "nicely, note, now, number of, of them, of these, of those, on this branch, ones, our, "
        "outcome, output, outputs, overall, own, per se, precisely, problem, problems, reads, "
        "really, reliably, remaining ones, report, reported, reporting, reports, reports that, "
        "result, results, right now, saw, see, selected, set, show, showed, shown, shows, so, "
        "so far, stands at, state, status of tests, summary, summary of tests, tally, test "
        "results, test summary, that, that said, the, the number of, their, them, then, there, "
        "there are, there is, there was, there were, therefore, these, they, this, this time, "
        "those, thus, to date, today, too, total, totally, totals, turn, turns, until then, up "
        "to the point where it stopped, up to then, update, validation, verification, verified "
        "that, warning, was, we, we got, we have, we see, well, went, were, were there, which, "
        "whole, wide, with an assertion, with an assertion error, with my change, with the fix, "
        "with this, with this change, you"
    ),
    # another time or place: nothing that goes on with it is said of this run
    "ð": (
        "ago, before, earlier, elsewhere, formerly, historically, i had, initially, last, nightly, "
        "originally, past, previous, previously, prior, upstream, used to, we had, yesterday"
    ),
    # doubt, wishes, rules, other times: nothing is said of this run
    "d": (
        "aim, aims, allow, allowed, almost, alone, appear, appears, as if, as though, assert, "
        "asserts, assume, assuming, baseline had, basically, budget, by itself, can, check that, "
        "check whether, claim, claimed, claims, could, criteria, criterion, e.g., ensure, "
        "ensures, essentially, estimate, estimated, eventually, example, excluding, expect, "
        "expected, expecting, expects, for example, future, goal, goals, had been, half, hope, "
        "hopes, how, if, imagine, in isolation, in order to, individually, instead of, largely, "
        "later, let, lets, likely, limit, make sure, maximum, may, maybe, meaning, means, might, "
        "minimum, mostly, must, nearly, need, next, normally, now and then, occasionally, often, "
        "on its own, once, otherwise, ought, partly, perhaps, plan, planned, planning, plans, "
        "possibly, practically, presumably, pretend, probably, promise, promises, provided, "
        "rather than, require, required, requires, seem, seems, separately, shall, should, so "
        "that, sometimes, soon, such as, suggests, suppose, supposed, target, targets, threshold, "
        "to be, to do, to make, todo, tolerance, tomorrow, tries, try, typically, unless, unlike, "
        "until, usually, verify that, virtually, want, wanted, wants, were to, when, whenever, "
        "whether, while, why, will, would, would have"
    ),
    # a reason: what follows is not looked at
    "q": (
        "as, as it, as they, because, because of, by, caused by, due to, for all, for lack of, "
        "for missing, for want of, missing, on account of, owing to, since, thanks to, that need, "
        "they need, waiting, waiting for, which need"
    ),
    # at the first try
    "①": (
        "at the first attempt, at the first try, first time, on first try, on the first attempt, "
        "on the first try, without a retry, without reruns, without retries"
    ),
    # places
    "i": (
        "above, across, after, against, at, behind, below, between, during, in, inside, into, on, "
        "onto, outside, over, per, through, under, using, via, within"
    ),
}
PHRASES: Final[dict[tuple[str, ...], str]] = {
    tuple(phrase.split()): letter
    for letter, phrases in reversed(_LETTERS.items())
    for phrase in phrases.split(", ")
}
"""Each phrase's letter. One that has several has the first."""
LONGEST: Final = max(map(len, PHRASES))
"""The most words of a phrase."""
MARKS: Final = {
    "✅": "P", "✓": "P", "✔": "P", "🟢": "P", "❌": "F", "✗": "F", "✘": "F", "🔴": "F",
    "💥": "E", "⏭": "S", "⚪": "S", "—": "–", " - ": "–", "→": "a", "⇒": "a", "->": "a", "=>": "a",
}  # fmt: skip
"""Letters of marks; others stand for themselves."""

_UNITS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
SMALL: Final = {word: number for number, word in enumerate((*_UNITS.split(), "twenty"), 1)}
"""Numbers up to twenty, in letters."""
COUNT: Final = rf"(?:\d{{1,7}}|(?:{'|'.join(SMALL)})\b)"
"""The pattern of a count, in digits or in letters."""
NUMBERS: Final[dict[str, int]] = {
    **SMALL,
    **{word: 10 * number for number, word in enumerate(_TENS.split(), 2)},
    "single": 1, "dozen": 12, "couple": 2, "hundred": 100, "thousand": 1000,
}  # fmt: skip
SCALES: Final = {"hundred": 100, "thousand": 1000, "dozen": 12}
"""Words that a number before them is multiplied with."""
_BOUNDS: Final[dict[str, str]] = {
    ">=": "at least, no fewer than, no less than, not less than, a minimum of",
    "<=": "at most, no more than, not more than, up to, within, a maximum of",
    ">": (
        "a bit over, a little over, above, beyond, exceeding, longer than, more than, north of, "
        "over, upwards of, well above, well over"
    ),
    "<": (
        "a bit below, a little under, below, fewer than, just under, less than, not even, under, "
        "well below, well under"
    ),
    "~": (
        "about, almost, approx., approximately, around, ca., circa, close to, just over, nearly, "
        "roughly, some, something like"
    ),
    "=": "exactly, precisely",
}
BOUNDS: Final[dict[str, str]] = {
    phrase: sign for sign, phrases in _BOUNDS.items() for phrase in phrases.split(", ")
}
"""What stands before a number and makes a bound of it."""
