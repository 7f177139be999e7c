"""What words mean: each has a letter, and the grammar is written in letters.

A new wording is a word here, or a row there. English is all that is known.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import product
from typing import Final

# What words mean. A blank joins the words of a phrase, ``(in|on|)`` stands for one of its parts,
# and ``fail+`` for fail, fails, failed and failing. The longest phrase counts.
_LETTERS: Final[dict[str, str]] = {
    # all
    "A": (
        "(from|) (top to bottom|start to finish|beginning to end|end to end|a to z), (on|across) "
        "all (counts| fronts|sides), 100 percent of, across the board, all, all of, all the way "
        "(through|down), both, both of, each, each and every, each and every one of, each of, "
        "entire, every, every (last| single|one|last one|single one) (of|), every test case, "
        "everything, everything in (it| sight|there|the suite), everywhere, from start to end, on "
        "every front, the lot, the whole lot, through and through, without (exception| "
        "exceptions)"
    ),
    # none
    "Z": (
        "(completely|entirely|totally) free (of|from), (not|never) "
        "(see|get|find|have|observe|encounter|hit|spot| notice|record|report|produce| "
        "show|leave|contain|include| cause|introduce|be|been) (any|a| a single|one), (not|never) "
        "(true|the case) that (anything|any|any test|any tests|any of them), (not|never) a "
        "single, (not|never) any, (|is |are )back to (zero|no), absolutely (no|nothing), devoid "
        "of, exactly (zero|none|no), free (of|from), lacks any, neither, nil, no, no (further| "
        "additional|actual|real|remaining| outstanding|observed|reported), no more, no other, no "
        "sign of, no single, no such, no trace of, nobody, none, not one, nothing, sans, without, "
        "without (a|any|a single|the slightest|so much as a|one), zero, zero of"
    ),
    # only
    "O": (
        "exclusively, just, just the, lone, mere, merely, no one but, none but, nothing but, "
        "nothing more than, nothing other than, one and only, only, only the, purely, sole, "
        "solely"
    ),
    # a result
    "Ω": (
        "(test|suite) (result|results|outcome|verdict), end result, final (state|status|outcome), "
        "final result, final verdict, outcome, outcomes, result, results, validation, verdict, "
        "verification, observation, observations, (|the )(baseline|base) (comparison|diff), "
        "comparison (with|to|against) (|the )(baseline|base|last run|previous run)"
    ),
    # but for
    "B": (
        "(with|) the (exception|exceptions) of, apart from, aside from, bar, barring, besides, "
        "but, but for, but not, discounting, except, except for, excepting, excluding only, "
        "leaving aside, less only, minus, not counting, other than, outside of, save, save for, "
        "with the sole exception of"
    ),
    # exceptions
    "ξ": "exception, exceptions",
    # tests
    "T": (
        "(suite|suites) of tests, (unit|regression) (case|test), (| individual "
        ")(case|cases|test|tests|testcase|testcases), checks in the suite, items, ones, spec, "
        "specs, test (case|cases| function|functions|item|items|method| methods|check|checks), "
        "test points, tests cases"
    ),
    # runs, where all or none are meant
    "Ψ": "pytest runs, runs, sessions, test runs, test sessions",
    # a command
    "ŵ": "ci job, collection, command, job, process",
    # the whole run
    "W": (
        "(|full |whole |entire |complete |overall |total |final | latest |last full |resulting "
        ")(suite|run|rerun|re-run|test suite|testsuite|test run| regression suite|regression test "
        "suite|session|test session|run of tests|pytest run| pytest session|test execution), "
        "board, branch, build status, main run, main suite, main test suite, pipeline of tests, "
        "py.test, pytest, suite status, test status, tests status, the bar, the whole thing, we "
        "are, we're, whole thing"
    ),
    # passed
    "P": (
        "(come|comes|came|coming) (back|out|up) (|all |fully "
        ")(green|clean|fine|ok|okay|successful|good), (go|goes|going|went|turn|turns| "
        "turned|run|runs|ran|stay|stays| stayed|look| looks|looked|looking|end|ends| "
        "ended|finish|finishes|finished) (green|clean|fine|good| great|ok|okay|smoothly), "
        "(go|goes|gone|went|going|get|gets|got|come|comes|came|sail| "
        "sails|sailed|make|makes|made) through (|just fine|fine|ok|okay|cleanly|it all), "
        "(import|imports|imported|load|loads) (fine|ok|okay|cleanly|without errors), "
        "(make|makes|made) it (|through|to green), (pass|passes|passed) (every|each) time, "
        "(stopped|stops|quit) (failing|breaking), (with|has|have|given|gives|got) a clean bill of "
        "health, a clean (slate|sheet), a clean bill of health, a pass, a success, a-ok, all "
        "clear, all good, all right, alright, check(s|ed|ing|) out (|fine|ok|okay|), clean, clean "
        "bill of health, clean sheet, cleanly, failure-free, faultless, fine, flawless, "
        "flawlessly, good, good to go, green, greens, happy, healthy, held up, hold up, holds up, "
        "hunky-dory, immaculate, impeccable, in (|good |perfect |working )(order|shape), in the "
        "(green|clear| black), like a charm, ok, okay, okays, pass+, pass+ cleanly, perfect, "
        "perfectly, pristine, problem-free, ready to (go|ship|merge), shipshape, smoothly, sound, "
        "spotless, succeed+, success, successes, successful, successfully, thumbs up, "
        "trouble-free, up and running, with flying (colors|colours), with success, without "
        "(issue|issues|incident|a hitch|hitch|hitches|problem| problems|a "
        "problem|trouble|complaint|complaints|drama|any problems|any issues|any trouble|further "
        "ado|surprises), (import|imports|load|loads) without (trouble|problems|any trouble), work+"
    ),
    # failed
    "F": (
        "(an|) assertion (failure|failures|error|errors), (blow|blows|blew|blown|blowing) up, "
        "(come|comes| came|coming) (back|out|up|) (red|broken|failed), "
        "(continue|continues|start|starts| started|begin|begins|began|kept|keeps) (to "
        "fail|failing|breaking), (earlier|old| previous) (failure|failures), "
        "(failure|failures|fail) (count|total|tally), (fail|fails|failed) (every|each) "
        "(time|run), (fall|falls| fell|falling) (over|down|flat), (go|goes|going|gone| "
        "went|turn|turns|turned|turning| stay|stays|stayed|run|runs| ran|end|ends|ended|finish| "
        "finishes|finished|end up|ended up|ends up) (red|wrong|sour|in the red|in failure|in a "
        "failure), (not| never) (|yet |all |fully |really |quite "
        ")(pass|passed|passing|green|succeed|succeeding| clean|come back green|come back "
        "clean|come out green|hold|make it|go through|check out| successful|a "
        "success|healthy|fine), (previously|formerly) failing (|test|tests), (what|all that) (|is "
        "|remains )(|still |still is )(fails|failing|red|broken|left), a fail, a failure, among "
        "the (failing|failed|broken|red) (tests|ones), assert failures, bomb(s|ed) (out|), break, "
        "breakage, breakages, breaking, breaks, broke, broken, bust, busted, busts, casualties, "
        "casualty, count of (the|) (failures|failed tests|failing tests), crash, crashes, "
        "culprit, culprits, fail outright, fail with an assertion, fail+, failed "
        "(test|tests|case|cases), failing (assertion|assertions), failing (test|case), failure, "
        "failures, failures number, flunk+, go(es|) down in flames, in the red, in trouble, ko, "
        "misbehave(|s|d), no good, nok, not ok, number of (|the )(failures|failing tests|failed "
        "tests|red tests), offender, offenders, problem (test|tests), problematic (test|tests), "
        "red, red ones, reds, test (failure| failures), tests failures, trip(s|ped) up, unhappy, "
        "unsuccessful, unsuccessful tests, unsuccessfully, went down in flames, what's (still "
        "|)(failing|red|broken|left)"
    ),
    # errors
    "E": (
        "(an|) error (outcome|outcomes|result), (cannot|can not|could not|not|unable to) be "
        "(imported|set up|loaded|collected|built|started up), (errored|erroring|fail| "
        "fails|failed|failing) (in|during|at|on) (the |)(import|collection|setup|set-up| "
        "teardown), (error|errors) (in|during|at|on|from|while) (|the |test |their |its )(setup| "
        "set-up|teardown|tear-down|fixture setup|fixtures|fixture|setup phase), "
        "(fail|fails|failed|failing) to (import|load|collect|be collected|be imported|set up), "
        "(hit|hits|ran into|run into|runs into|threw|throw|throws|raise|raises|raised|end in|ends "
        "in|ended in|ended with|end with) (an error|errors|a setup error|setup errors|an import "
        "error|import errors), (| test )(collection|setup|set-up| "
        "teardown|import|fixture|loading| collecting) (|time )(error|errors|problem|problems), "
        "error(|s|ed) out, error+, erroring out, errors during (collection|import)"
    ),
    # skipped
    "S": (
        "(being|get|gets|got|been) skipped, (had|has|have|needs|need) to be (skipped|left out), "
        "(sit|sits|sat) (it|this one|) out, is skipped, skip, skipped, skipped (test|tests), "
        "skipping, skips, test skips, was skipped, were skipped"
    ),
    # expected failures
    "X": (
        "(expected|anticipated) (|to )(failure|failures|fail), (fail|fails| failed|failing) as "
        "(expected|planned|intended|designed|predicted), an expected failure, expected to fail "
        "and (do|did), expected-failure, expectedly (fail|fails|failed), known-to-fail, marked "
        "(as|) (xfail|expected failure|expected failures|expected to fail), x-failed, x-failures, "
        "xfail+"
    ),
    # unexpected passes
    "Y": (
        "(unexpected|surprise|surprising) (pass|passes|success|successes), pass+ (unexpectedly|by "
        "surprise|against expectation|against expectations|although expected to fail|despite the "
        "xfail mark|despite xfail|in spite of xfail), unexpectedly "
        "(pass|passes|passed|passing|green|succeed|succeeded), x-passed, xpass+"
    ),
    # collected
    "L": (
        "(pick|picks|picked) up, (|the )number of (collected|discovered|selected) tests, "
        "collect+, detected, detects, discover+, enumerated, finds, found, gather+, identified, "
        "in total collected, selected, turned up by collection"
    ),
    # ran
    "R": (
        "(are|is|was|were|be|been|being|got|get|have been|has been|that were|which were) "
        "(run|executed|exercised|completed), (got|were) (through|reached), (ran|run|runs) for "
        "real, actually executed, actually ran, completed, execute, executed, executes, "
        "exercised, exercises, has run, have run, ran, re-ran, re-run by, reached, reran, start, "
        "started, that (actually|) ran"
    ),
    # deselected
    "D": (
        "(were|was) (filtered|excluded), deselect+, dropped by (the|a) (marker|filter), excluded, "
        "excluded by (marker|the marker| a marker), filtered out, left out, not selected, "
        "screened out, unselected, weeded out"
    ),
    # not zero
    "≠": (
        "(an|) error (code|status), a failure code, anything but zero, different from zero, "
        "non-zero, non-zero code, nonzero, nonzero code, not 0, not zero, other than zero, "
        "unequal to zero"
    ),
    # modules and files
    "µ": (
        "file, files, module, modules, of the (modules|files), scripts, source files, suites, "
        "test (file|files|module|modules)"
    ),
    # passed in the run before
    "π": (
        "(|that |was |were )(passed|passing|green|worked|fine|succeeded) (before|earlier| "
        "previously|last time|on base|at base|on the base|in the base|on main|on master|on trunk| "
        "in the baseline|in the last run|on the baseline|in the previous run|in the base run|in "
        "the earlier run), (|that |which )(previously|formerly|once| originally) "
        "(passed|passing|green|worked|succeeded), used to (be green|pass|work| succeed|be fine|be "
        "passing)"
    ),
    # from
    "«": (
        "coming from, down from, formerly at, from, instead of, instead of the, previously at, "
        "starting from, up from, (move|moved|moves|shifted|shifts|went|goes) from"
    ),
    # to
    "»": "down to, to, up to now",
    # tried again
    "U": (
        "(had|have|has|having) to be (repeated|rerun|re-run|reran|retried|run again|run twice|run "
        "a second time|tried again|restarted|run more than once), "
        "(need|needs|needed|required|took) (a|another|) (rerun| "
        "re-run|retry|reruns|retries|repeat|second try|second attempt|second go|second run| "
        "second chance), (rerun|re-run|reruns|re-runs|retry|retries) "
        "(needed|necessary|required), (was|were|been|being|got|get|gets) "
        "(rerun|re-run|retried|repeated| "
        "reattempted|run again|run twice|tried again|tried twice), extra attempts, extra tries, "
        "flake+, flakies, flakiness, flaky, flaky (test|tests|one| ones), intermittent, needed "
        "more than one (try|attempt|go), only passed on (a|) (retry|rerun|second try|second "
        "attempt), re-runs, repeated, repeats, rerun tests, rerunning, reruns, retr(y|ies|ied| "
        "ying), retried (test|tests), second tries"
    ),
    # timed out
    "V": (
        "(hit|hits|hitting| ran into|run into|runs into|exceed|exceeded|reach|reached|killed "
        "by|stopped by|went over|ended in|end in) (the|their|its|a|) (time "
        "limit|timeout|timeouts|limit|per-test timeout|deadline), (the|their|its) own "
        "(limit|timeout), deadlocked, get stuck, gets stuck, got stuck, hang, hanging, hangs, "
        "hung, past (the|their|its) (timeout|time limit|deadline), stall(|s| ed), time out, "
        "time-limit failures, time-out, time-outs, timed out, timed-out, timeout, timeout "
        "failures, timeouts, times out, timing out"
    ),
    # new failures
    "K": (
        "(come|comes|came|stem|stems|result|results) from (this|my) "
        "(branch|change|patch|pr|commit|work), (newly|freshly) "
        "(broken|failing|red|failed|introduced), (the|this|my) (change|patch|pr|fix) "
        "(introduces|introduced|causes|caused|brings), (this|that|it) (breaks|broke), "
        "(this|the|my) (change|patch|pr|commit|work) (breaks|broke), added failures, brand new, "
        "brand-new, broken by (this|the|my) (change|changes), caused by (this|the|my) "
        "(change|changes), fresh, fresh (failure|failures|breakage), freshly, introduce, "
        "introduced, introduced by (this|the|my) (change|changes), introduced failures, "
        "introduces, introducing, mine, my (doing|fault|own), new, new "
        "(breakage|breakages|failure|failures| regressions|regression|fail| "
        "fails|reds|problems|casualties| breaks), newly, newly-broken, newly-failing, not seen "
        "before, not there before, regress+, regression, regressions, unseen before"
    ),
    # mended
    "M": (
        "(clear|clears|cleared|cleaned) (| up), "
        "(disappear|disappears|disappeared|vanish|vanishes| vanished), (go|goes|going| gone|went) "
        "away, (this|the|my) (change|patch|pr|commit|work) (fixes|fixed| "
        "clears|cleared|repairs|mends|resolves), back in the green, back to green, back to "
        "passing, closes, cure+, dealt with, done away with, eliminated, fix+, get rid of, gets "
        "rid of, gone, gone for good, got rid of, has gone, have disappeared, have gone, heal+, "
        "ironed out, knocked out, laid to rest, mend+, no longer (occur|occurs| "
        "appear|appears|happen|happens), now fixed, patched, patched up, put right, put to rest, "
        "recover+, rectified, remedied, repair+, resolve+, restored, solve+, sorted (|out), "
        "squashed, taken care of, unbroken, wiped out"
    ),
    # there before
    "Q": (
        "(already| also) (|failing |failed |fail |broken |red |there |present "
        ")(before|beforehand|on main| on base|earlier|in the baseline|on the baseline|last "
        "time|in the earlier run|in the last run|in the previous run), (already|) "
        "(failing|red|broken| there|failed|) before (my|this|these|the|any) "
        "(change|changes|pr|patch|work), (existed|exist|exists) before, (was|were| been) "
        "(|already )failing (before|already|on main|on base), (was|were|is|are) there (before| "
        "already), (was|were|is|are|) there before (my|this|these|the) (change|changes|pr|patch), "
        "(|well |long )known, already (broken|failing|red|there|present|known|around), carried "
        "over, carried over from before, carry-overs, existing before, failed before (as "
        "well|too), in the baseline (already|too|as well), inherited, known (failure|failures| "
        "failing|to fail), known before, legacy, long-standing, longstanding, not "
        "(new|mine|caused by this change|caused by my change|my doing|introduced here|from this "
        "change|from my change), old, old acquaintances, old news, old ones, older, pre-dating "
        "this change, pre-existing, predate (this|the|my) change, preexisting, there "
        "(before|already)"
    ),
    # no words of a run, though they look like it
    "u": (
        "a single pass, ally, anomaly, apply, assembly, belly, butterfly, comply, family, first "
        "pass, fly, imply, italy, july, monopoly, multiply, next pass, reassembly, rely, reply, "
        "second pass, single pass, single-pass, supply"
    ),
    # the run before
    "þ": (
        "(|the )(base|main|master|parent) (branch|commit), (|the | our |that |its "
        ")(baseline|base|baseline run|base run|base commit|last run|last one|last "
        "attempt|previous run|previous one|previous attempt|prior run|prior attempt|earlier run| "
        "earlier attempt|run before|attempt before|one before|old run|preceding run|preceding "
        "attempt|first run|starting point|reference run|reference), head, last time, main, "
        "master, the parent commit, the time before, trunk"
    ),
    # compared with
    "κ": (
        "(|when |measured |as )(compared|relative|opposed) (to|with), by comparison with, in "
        "(comparison|contrast|relation) (to|with), measured against, next to, than, versus, vs, "
        "vs., with respect to"
    ),
    # compared with the run before
    "c": (
        "(as|than|to) (it was|they were|we were|) (before|previously|last time|earlier| "
        "beforehand), (as|to|on) before, than (it|they) (used to be|used to|did|did before|did "
        "last time), than ever, than before (my|this|the|these) (change|changes|patch|fix|pr|work)"
    ),
    # more
    "w": "added, additional, extra, further, gained, greater, higher, more",
    # fewer
    "v": "fewer, less, lost, lower, smaller",
    # the same
    "j": (
        "(not|never) (change|changed|moved|budged|differ|shifted), (no|any) different, "
        "(no|without any) change, (|exactly the |the very )same (set|list|group|bunch) of, "
        "(|exactly the |the very |the exact )same, equal, equals, exactly as, identical, match, "
        "matches, no (change|changes|difference|differences|movement) in, nothing (has |)changed, "
        "unaltered, unchanged"
    ),
    # as many
    "≡": (
        "an equal number of, as many, equally many, exactly as many, just as many, same (number| "
        "count|amount|total|tally) of"
    ),
    # how long it took
    "H": (
        "(clocks|clocked|comes|came|weighed|checked) in (at| ), (complete|completes|completed| "
        "done|finish|finishes|finished| through|wrapped up|wraps "
        "up|ready|concluded|concludes|over and done with) (in|after|within), "
        "(ran|run|runs|running|lasts|lasted|going|went on|goes on) (in|for), (| total |overall "
        "|whole |test |elapsed |suite |full )(run|running|execution|test|wall| wall-clock|wall "
        "clock|elapsed|clock) (time|duration|times), clocked in under, clocks in under, duration, "
        "duration_s, elapsed, elapsed_s, finish, finished, finishes, for a duration of, gnu time, "
        "lasted, lasts, length, needed, needs, run_time, runtime, runtime of, runtimes, take, "
        "taken, (takes|took) up, takes, taking, time, "
        "time (taken|needed|elapsed|used|to completion), timing, took, "
        "total (test time|time|runtime|duration|elapsed), wall, wall clock, "
        "wall-clock, wall_time, walltime"
    ),
    # memory
    "G": (
        "(max|maximum|maximal|peak|highest|top|) (rss|memory|ram|resident memory|resident set "
        "size|resident set|memory usage|memory use| memory consumption|memory footprint|ram "
        "usage|usage|footprint|consumption), (peaked|peaks|peaking|topped out|tops out|maxed "
        "out|maxes out|maximum|max) (at|out at| of), allocated, at its peak, at peak, at the "
        "peak, ate, consumed, consumes, eaten, eats, gobbled up, high water mark, high-water "
        "mark, maxrss, memory (peak|peaked|high-water mark), memory hungry at, of (ram|memory), "
        "peak, peaked, peaking, peaks, resident, swallowed, used, uses"
    ),
    # exit code
    "I": (
        "$?, (exits|exited|quit|quits| returned) with, (exit|exits|exited|quit|quits| "
        "finished|finishes|ended|ends|terminated|came out|returned|returns) with (|a |an )(code| "
        "status|exit code|exit status|return code), (|with | with an |an |a )(exit|return|status) "
        "(code|codes|status|value) (|of |was ), came back with, exit, exit_code, exitcode, "
        "exited, exiting, exits, rc, return, returncode, returned, returns, status, with code"
    ),
    # processors, and what is left to a limit
    "C": "cpu, cpu usage, cpu use, cpu utilisation, cpu utilization, of cpu, of the cpu",
    "χ": "headroom, margin, reserve, safety margin, time margin, timeout margin",
    # not
    "b": (
        "(could not|couldn't|cannot|can't|unable to|not able to|failed to|did not|didn't) "
        "(get|make|bring), (not|can not|cannot|would not|wouldn't|will not|won't) (say|claim) "
        "(|that), (not|never) (think|believe) (|that), (not|not quite) (true|the case) that, can "
        "not, cannot, hardly, never, no longer, nor did, not, not (yet|even|actually|really| "
        "quite), (the|this|my) (change|patch|pr|fix|commit) "
        "(|did |does |has )not"
    ),
    # of
    "g": (
        "among, from a total of, from among, of, of a total of, of all, of its, of my, of our, of "
        "the, of the full, of the total, out of, out of a total of, out of the"
    ),
    # left over: says nothing by itself
    "J": (
        "(left|still) (standing|over|outstanding|open), all else, all others, all the "
        "(others|rest), anything else, else, everyone else, everything else, keep, keeps, kept, "
        "left, other, other ones, others, outstanding, remain+, remainder, remaining are, rest, "
        "stay, stayed, stays, still, the others, to go, unresolved, what is left, what remains, "
        "yet to"
    ),
    # pass rate
    "h": (
        "(percentage|proportion|fraction) of (passing|passed| green) tests, (|a |the )(|overall "
        "|total )(pass|passing|success|green) (rate|percentage|quota|ratio| share) (|of ), "
        "pass_rate, passrate, share of (passing|passed|green) tests"
    ),
    # failure rate
    "k": (
        "(percentage|proportion|fraction) of (failing|failed) tests, (|a |the )(|overall "
        ")(error|fail|failure|failing) (rate|percentage|quota|ratio|share) (| of ), share of "
        "(failing| failed) tests"
    ),
    # and
    "&": (
        "accompanied by, along with, alongside, and, and also, and only, as well as, coupled "
        "with, nor, nor any, or, or any, plus, together with, with"
    ),
    # came to its end
    "z": (
        "(came|come|comes|got|gets|get|made it|makes it|ran|run|runs) (| all the way )(to|through "
        "to) (|the |its |an )(end|completion), (ended|ends|exited|exits|terminated) normally, "
        "(finishes|finished|completed|completes) (normally|regularly|properly|fully|in full), "
        "(finish|finishes|finished|complete|completed|ended) (in|on) time, (ran|run|runs) (in "
        "full|fully|completely|to its natural end), (ran|run|runs) to completion, "
        "(reach|reaches|reached) (the|its) (very |)end, a (complete|full) run, complete, "
        "completes, ran through, reached (the| its) end, runs through, to the end"
    ),
    # cut short
    "y": (
        "(break|breaks|broke|broken|cut|cuts) (off|short|off early), (was|got|been|were) "
        "(killed|cut short|cut off|interrupted|aborted|stopped|terminated|truncated), abort+, "
        "bailed out, crashed, die, died, dies, ended (early|prematurely|abruptly|before its "
        "time), (had|has|have) to be (killed|stopped|aborted|cancelled|interrupted), gave up, "
        "incomplete, interrupt+, kill+, never (finished|completed|ended|came to "
        "an end), only partially, partial, stopp(ed|ing), stopped "
        "(early|short|half-way|halfway|midway|partway|prematurely|in the middle), terminated, "
        "truncated, unfinished"
    ),
    # faster
    "e": (
        "(speeded|speeds) up, faster, got (faster|quicker|shorter), quicker, shorter, sped up, "
        "speedier, swifter"
    ),
    # slower
    "r": "got (slower|longer), longer, slowed down, slower, slows down",
    # half as much
    "½": (
        "(cut|down) (in|by) half, (twice|two times) as fast, half as (long|many), half the "
        "number, halved, in half the time (|of)"
    ),
    # that took longest
    "Ξ": "longest, longest-running, slowest",
    # went down
    "↓": (
        "(is|are) down, (went|go|goes| gone|came|comes|brought|brings|trending) down, brings, "
        "cut, cuts, declin(ed|es), decreas(ed|es), diminished, down, drop, dropp(ed| ing), drops, "
        "dwindled, fall, fallen, falls, fell, lowered, on the decline, reduced, reduces, sank, "
        "shrank, shrinks, shrunk, slipped, sunk"
    ),
    # went up
    "↑": (
        "(went|go|goes|gone|came|shot) up, climb(ed|s), crept up, doubled, grew, grow, grown, "
        "grows, increas(ed|es), jumped, raised, risen, rises, rose, up, worsened"
    ),
    # behind a number
    "⩾": "and up, at least, at minimum, or above, or more, plus",
    "⩽": "at maximum, at most, at the most, max, or below, or fewer, or less, tops",
    "≈": "approx, approximately, give or take, more or less, or so, or thereabouts, roughly",
    # is there
    "∃": (
        "there, there (exist|exists), there (is|are|was|were|remain|remains) (|a|an|still), there "
        "still (is|are|was|were)"
    ),
    # harmless words, which are left out
    " ": (
        "all the same, these days, (come|comes|came) back, "
        "(account| accounts|accounting) for, (add|adds|added|adding) up to, "
        "(bring|brings|brought|put|puts|leave|leaves|leaving) (us|me|it|) (to|at|with| ), "
        "(bring|brings|carry|carries| contain|contains|contribute| contributes|contributed|give| "
        "gives|hold|holds|make|makes) (up|together|), (come| comes|came|coming|boil|boils|boiled) "
        "(|down )to, (come|comes) to, (end|ends|ended| "
        "ending|conclude|concludes|concluded|close|closes|closed|come back|comes back|came back| "
        "come out|comes out|came out|walk away|left us) with, (end|ends|ended|ending|wind|winds| "
        "wound|finish|closes|closed) up (|with |at |on |being |as ), (from|by) what (i|we) "
        "(see|saw|can see|can tell), (i'd|i would) (say|guess|estimate) (|that), (i'm|i "
        "am|we're|we are) (|fairly |pretty |quite |reasonably |rather |very |almost |absolutely "
        ")(sure|confident|certain|convinced) (|that), (it|that) (seems|appears|looks|would "
        "seem|would appear) (|that|like|to me|as if|as though), (i|we) confirm (| that), "
        "(land|lands|landed|landing|clock in| arrive|arrived) at, (need|needs|want|wants) "
        "(a|another|some|) (follow-up|follow up|look|closer look|second "
        "look|fix|investigation|attention|work), (quick|short|small|brief) "
        "(update|recap|summary|note), (result| results|resulted|resulting|culminate|culminated) "
        "in, (seem|seems|seemed|appear|appears|appeared|look|looks) (to be|to have), (taken |put "
        "|)together, (that|it|this|which) (makes|make|made| leaves|left), (was|were) (needed| "
        "necessary|required), (|and |but |so )(i|we) (believe|think|reckon|guess| "
        "gather|understand|assume|suspect| figure|presume|suppose) (|that), (|grand |sub|running "
        ")total, a, a big, a good, a healthy, a huge, a mere, a proud, a respectable, a solid, a "
        "whopping, according to pytest, according to the log, according to the report, accounted "
        "for, actual, actually, admittedly, afresh, after all, after my change, after my changes, "
        "after my work, after that, after the change, after the changes, after the fix, after the "
        "fixes, after the last change, after the last commit, after the last edit, after the "
        "patch, after the refactor, after the refactoring, after the rewrite, after these "
        "changes, after this, after this change, after this fix, again, again now, alas, all "
        "along, all done, all in all, all of which is, all told, along the way, already, also, "
        "altogether, am, am at, amount of, amount to, amounted to, amounts to, an, and now, and "
        "so, and then, anew, annoying, another, any, any longer, any more, anyhow, anymore, "
        "anything, anyway, apparently, appear, appears, are, are at, artifact, artifacts, as a "
        "group, as a result, as a whole, as desired, as expected, as far as (i|we) (know|see|can "
        "tell|can see|can judge|could tell|could see|could check), as hoped, as i write this, as "
        "it stands, as it turns out, as of now, as of this commit, as of this run, as one, as "
        "planned, as required, as things stand, as usual, as well, as you can see, at all, at "
        "last, at long last, at once, at present, at the end, at the end of the day, at the end "
        "of the run, at the moment, at the time of writing, at this moment, at this point, at "
        "this stage, at this time, attempt, bad news, be, be at, been, before (it| they) "
        "(passed|went green|finished|succeeded|were green), before going green, before it (gave "
        "up|stopped|ended|finished), before it hung, before it passed, before it was stopped, "
        "before passing, before the (cutoff|kill|limit|timeout|end|interruption), before the "
        "interruption, before the kill, before the run was stopped, before the stop, before the "
        "timeout, before they passed, being, between them, big, bingo, boom, bottom line, "
        "breakdown, by count, by my count, by now, by number, by the (look|looks) of it, by the "
        "end, by then, came, came up, can confirm, can report, caveat, caveats, certainly, "
        "changed, checked, checked that, checks show, classed as, classified as, cleanly done, "
        "clearly, collected tests, combined, come, come up, comes, comes out to, comes up, "
        "coming, commits, completely, comprise, comprised, comprises, comprising, conclusion, "
        "confirmed, confirmed that, consist of, consistently, consists of, contain, contained, "
        "containing, contains, corresponding, count, counted, counting, counts, crop up, cropped "
        "up, crops up, current, current status, currently, currently at, deemed, definitely, "
        "deliver, delivered, delivers, delta, did, display, displayed, displays, distinct, do, "
        "does, doing, done, done and dusted, double-checked, down the line, dr, during "
        "collection, either, encounter, encountered, end, end result, ended, ends, enough, "
        "entirely, established, even, eventual, ever, ever so, evidence, evidently, exactly, "
        "exist, existed, existing, exists, explicitly, feature, features, figure, figures, flat, "
        "to save time, incl, incl., (weird|strange|odd|funny|nice) that, files "
        "there, final, finally, finding, findings, finds that, flagged, flagged as, for certain, "
        "for good, for good measure, for me, for now, for once, for sure, for the (|whole |full "
        "|empty )(suite|run), for the first time, for the record, for the whole thing, for this "
        "run, for us, fortunately, found that, frankly, from me, from pytest, from this run, from "
        "us, full, fully, fyi, gave, genuine, genuinely, get, get (|it |us )(down to|to), gets, "
        "getting, give, given, gives, giving, glad to report, glad to say, go, goes, good news, "
        "got, gotten, great news, had, happen, happened, happens, happily, happy to report, happy "
        "to say, hard, has, have, having, headline, heads-up, hence, here, hereby, hmm, holds, "
        "honest, honestly, hooray, hover at, however, hurray, i, i at, i can confirm, i can "
        "confirm that, i can report, i checked that, i confirmed that, i get, i got, i have, i "
        "see, i verified that, if i (counted|read|remember|recall|saw) (|it |this |that "
        ")(|correctly|right|properly|well), if memory serves (|me) (|right|correctly|well), "
        "imported, improved, improves, in a nutshell, in a single go, in all, in brief, in "
        "conclusion, in effect, in fact, in figures, in full, in hand, in it, in my run, in "
        "numbers, in one go, in one piece, in one sitting, in our run, in place, in question, in "
        "short, in sum, in summary, in the (normal|usual|regular) way, in the bag, in the books, "
        "in the end, in the final run, in the latest run, in the log, in the output, in the "
        "process, in the report, in the run, in the suite, in the summary, in the whole suite, in "
        "there, in this attempt, in this batch, in this round, in this run, in this session, in "
        "this suite, in total, in total of, include, included, included too, includes, including, "
        "indeed, individual, individually listed, individuals, interestingly, is, is at, issue, "
        "issues, it, it looks like, it turns out, its, itself, just now, labeled, labelled, "
        "landed on, last but not least, last line, last line of the (log|output|run), latest, "
        "left open, left over, lingering, list, list of, listed, listed as, listing, lists, "
        "literally, locally, log, logged, logging, logs, long story short, looks like, lousy, "
        "luckily, made up of, marked, marked as, me, meager, meagre, measly, metric, metrics, "
        "mind you, my, my (understanding|reading|impression|guess|feeling) is (|that), myself, "
        "namely, nasty, nb, needless to say, net change, nevertheless, newest, nicely, no doubt, "
        "no worries, nonetheless, nope, notably, note, note that, noted, notes, notice, noticed, "
        "now, now at, nowadays, number, number of, numbering, numbers, numbers are, observe, "
        "observed, observes, observing, obviously, occur, occurred, occurs, of course, of it, of "
        "note, of ours, of them, of these, of those, of which, ok so, okay so, on it, on my end, "
        "on my machine, on my side, on our side, on record, on the board, on the books, on the "
        "whole, on this box, on this branch, on this commit, on this host, on this machine, on "
        "this run, on this side, one by one, ones here, only just, oops, open, our, ours, "
        "ourselves, out there, output, outputs, over here, overall, own, paltry, pending, per "
        "pytest, per se, per the log, per the report, persistent, phew, picture, plain, plainly, "
        "pleased to report, pleased to say, poor, pop up, popped up, pops up, precisely, present, "
        "presumably, print, printed, printing, prints, probably, problem, problems, produce, "
        "produced, produces, producing, proof, proud to say, puny, pure, pytest says, quite, "
        "rather, readout, reads, real, really, recap, recent, rechecked, record, recorded, "
        "recorded as, recording, records, register, registered, registers, regression "
        "(check|report|analysis|summary), reliably, remaining ones, remarkably, report, "
        "reportable, reported, reported as, reporting, reports, reports that, respective, rests "
        "at, right here, right now, rundown, running, sad to report, sadly, safe and sound, sat "
        "at, saw, says pytest, score, scoreboard, scorecard, scores, see, seeing, seem, "
        "seemingly, seems, seen, sees, self-check, serious, set, settled at, settles at, show, "
        "show up, showed, showed up, showing, shown, shown as, shown up, shows, shows up, simply, "
        "sit at, sits at, sitting at, snapshot, so, so far, so far as i can see, solid, solidly, "
        "somehow, somewhat, sorry to report, sorry to say, spot, spotted, stable, stably, stand "
        "at, standing, standing at, stands at, stat, state, statistics, stats, status of tests, "
        "still stood at, story, straight away, strong, stubborn, stuff, summary, summary of "
        "tests, sure, surely, surface, surfaced, tagged, tagged as, tallies, tally, test results, "
        "test summary, thankfully, that, that makes (|it), that said, the, the "
        "(fix|change|patch|work) (makes|lets|gets|made|got), the number of, the whole time, "
        "their, them, themselves, then, thereby, therefore, these, they, thing, things, this, "
        "this afternoon, this evening, this morning, this time, this time around, this time "
        "round, those, throughout, thus, thus far, time around, tl, tldr, to be exact, to be "
        "found, to be precise, to be seen, to begin with, to date, to fail, to go by, to go on, "
        "to my knowledge, to report, to see, to show, to speak of, to the best of my knowledge, "
        "to the last one, to the last test, today, tonight, too, total of, totaled, totaling, "
        "totalled, totalling, totally, totals, trouble, troubles, true, truly, turn, turn out, "
        "turn up, turned, turned out, turned up, turns, turns out, turns up, ultimate, "
        "ultimately, unaffected, under my belt, unexpected, unexplained, unfortunate, "
        "unfortunately, unless i (misread|miscounted|missed something), unless i'm "
        "(misreading|mistaken|wrong|missing something), until it stopped, until it was killed, "
        "until then, untouched, up of, up to here, up to that point, up to the "
        "(timeout|kill|interruption|limit|abort), up to the point where it stopped, up to then, "
        "up to this point, update, upshot, us, validation, various kinds of, verbatim, "
        "verification, verified, verified that, very, voila, warning, was, we, we at, we can "
        "confirm, we got, we have, we see, well, went, were, were there, whatever, whatsoever, "
        "when it stopped, when it was stopped, which, who, whole, whopping, wide, with all "
        "changes, with an assertion, with an assertion error, with everything applied, with "
        "everything in place, with my change, with my changes, with my patch, with that, with the "
        "change, with the changes, with the fix, with the fixes, with the patch, with the patch "
        "applied, with these changes, with this, with this change, without a doubt, without "
        "doubt, witness, witnessed, woohoo, worth a look, worth a mention, worth mentioning, "
        "worth noting, wrap-up, yay, yeah, yep, yes, yet, yield, yielded, yielding, yields, you, "
        "your"
    ),
    # another time or place: nothing that goes on with it is said of this run
    "ð": (
        "(at|in) (|the )(some|one) point, (on|in) (ci|staging|production), (on|in|at|from) "
        "(that|another|the other|their|his|her|some other|a different) (branch|fork|machine|host| "
        "runner|box|repo|repository| project|system|platform|commit| job|clone|checkout), ago, at "
        "first, at the outset, back (in|at|on|when), back then, back when, before, daily, "
        "earlier, elsewhere, formerly, historically, hourly, i had, in the beginning, in the "
        "past, initially, last, lately, long ago, monthly, nightly, originally, over at, over in, "
        "past, previous, previously, prior, recently, the other day, upstream, used to, was "
        "broken, was failing, we had, weekly, yearly, yesterday"
    ),
    # doubt, wishes, rules, other times: nothing is said of this run
    "d": (
        "(a|any|every) run (with|that), (count| counts) as, (issue|ticket|bug report) "
        "(lists|mentions|names|has|had|reports), (|is |are |was |were )spent, about to, action "
        "item, aim, aims, allegedly, allow, allowed, almost, alone, as if, as though, aside, ask, "
        "asked, asks, assert, asserts, assume, assuming, backed out, barely, baseline had, "
        "basically, believes, budget, by itself, can, check that, check whether, chiefly, claim, "
        "claimed, claims, commonly, conceivably, could, counted as, criteria, criterion, desired, "
        "doubt, doubts, e.g., each time, early, ensure, ensures, essentially, estimate, "
        "estimated, eventually, every time, example, excluding, exclusively for, expect, "
        "expected, expecting, expects, follow up, follow-up, follow-ups, followup, for example, "
        "frequently, future, generally, goal, goals, going to, guesses, had been, has to, hope, "
        "hopefully, hopes, hoping, how, hypothetical, hypothetically, i'd, i'll, ideally, if, "
        "imagine, in case, in isolation, in order to, in principle, in theory, independently, "
        "individually, intermittently, it'd, it'll, largely, later, let, lets, likely, limit, "
        "mainly, make sure, maximum, may, maybe, meaning, means, might, mightn't, minimum, "
        "mostly, must, mustn't, nearly, need, needn't, next, next step, next steps, next up, "
        "normally, now and then, occasionally, often, on its own, once, ostensibly, otherwise, "
        "ought, ought to, partially, partly, pending, per run, perhaps, plan, planned, planning, "
        "plans, possibly, potentially, practically, predominantly, pretend, primarily, promise, "
        "promises, provided, purportedly, question, randomly, rarely, rather than, regularly, "
        "remotely, reportedly, require, required, requires, respectively, reverted, reverting, "
        "rolled back, scarcely, seldom, separately, shall, should, shouldn't, so that, sometimes, "
        "soon, sporadically, stashed, such as, suggests, suppose, supposed, supposedly, suspects, "
        "target, targets, temporarily, that'd, that'll, theoretically, they'd, they'll, thought, "
        "threshold, to be, to do, to make, to-do, todo, tolerance, tomorrow, tries, try, "
        "typically, uncertain, unclear, unless, unlike, unsure, untested, until, unverified, "
        "usually, verify that, virtually, want, wanted, wants, we'd, we'll, were to, when, "
        "whenever, where, whether, while, why, will, will be, wish, wished, wishes, without the "
        "(xfail|xfails|failure|failures| failing|error|errors|skips| skipped), won't, would, "
        "would have, would-be, wouldn't"
    ),
    # a reason: what follows is not looked at
    "q": (
        "(in|at|on) line, (on|with|in|by|at) (a|an|the|) assertion, as, as it, as they, as usual "
        "for, attributable to, because, because of, blamed on, by, caused by, courtesy of, "
        "despite, down to the fact, due to, for (no|a) reason, for all, for lack of, for missing, "
        "for reasons, for the (lack|want) of, for want of, given that, in absence of, in spite "
        "of, in the absence of, inasmuch as, irrespective of, missing, no thanks to, now "
        "(that|since), on account of, owing to, regardless of, since, so (as|that), thanks, "
        "thanks to, that (needs|require|requires|want|wants), that need, they "
        "(require|want|lack), they need, traced to, triggered by, waiting, waiting for, which "
        "(needs|require|requires|want| wants), which need"
    ),
    # at the first try
    "①": (
        "(|only )(at|on|in|with) (|the |my |its |their |our )(|very )(first|1st) "
        "(attempt|try|go|run|pass|shot), first (go|try), first time, right away, straight off, "
        "the first time around, without (|any |a |a single |needing "
        ")(retry|rerun|reruns|retries|re-run|re-runs| repeat|repeats|second try|second attempt)"
    ),
    # confined to
    "⊂": (
        "(all|solely|only|exclusively|entirely) (in|within|inside|from), "
        "(limited|restricted|confined) to, concentrated in, confined to, contained to"
    ),
    # in what place they are
    "ł": (
        "(are |were |is |)(spread|distributed|scattered) (over|across|among|between), "
        "(come|comes|came|coming| stem|stems|originate|originates) (from|out of), "
        "(is|are|was|were) (|located |all )(in|from|inside), "
        "(live|lives|lie|lies|sit|sits|reside| resides) in, belong to"
    ),
    # another clause
    ",": "although, even though, though, whereas",
    # places
    "i": (
        "(come|comes| came|stem|stems) out of, above, across, after, against, alongside of, at, "
        "behind, below, between, during, from within, in, inside, inside of, into, on, onto, "
        "outside, over, per, through, throughout, under, underneath, using, via, within"
    ),
}
_FORMS: Final = re.compile(r"([a-z-]+)\+")
_CHOICE: Final = re.compile(r"\(([^()]*)\)")


def _forms(verb: str) -> str:
    """``(pass|passes|passed|passing)``."""
    stem = verb[:-1] if verb[-1] == "e" else verb
    third = f"{verb}es" if verb.endswith(("s", "x", "ch", "sh")) else f"{verb}s"
    return f"({verb}|{third}|{stem}ed|{stem}ing)"


def _spelled(phrase: str) -> Iterator[tuple[str, ...]]:
    """The words of every phrase that one with choices stands for."""
    parts = _CHOICE.split(_FORMS.sub(lambda verb: _forms(verb[1]), phrase))
    for chosen in product(*(part.split("|") for part in parts)):
        yield tuple("".join(chosen).split())


class Lexicon:
    """The letters of phrases."""

    def __init__(self, letters: Mapping[tuple[str, ...], str]) -> None:
        self.letters = letters
        # Most words begin no phrase at all, and few phrases are long.
        self._longest: dict[str, int] = {}
        for words in letters:
            self._longest[words[0]] = max(self._longest.get(words[0], 0), len(words))

    def find(self, words: Sequence[str], at: int, bare: Sequence[str]) -> tuple[str, int] | None:
        """The letter of the longest phrase that begins with the word ``at``, and how many words it
        has; ``bare`` are the words without contractions. None for a word that is not known."""
        longest = max(self._longest.get(words[at], 0), self._longest.get(bare[at], 0))
        for end in range(min(at + longest, len(words)), at, -1):
            code = self.letters.get(tuple(words[at:end])) or self.letters.get(tuple(bare[at:end]))
            if code is not None:
                return code, end - at
        return None


@cache
def lexicon() -> Lexicon:
    """What words mean that are said of a run."""
    return Lexicon(_phrases())


def _phrases() -> dict[tuple[str, ...], str]:
    """Each phrase's letter. One that has several has the first."""
    known = {tuple(phrase.split()): "N" for phrase in VAGUE} | dict.fromkeys(shares(), "p")
    for letter, written in reversed(_LETTERS.items()):
        for phrase in written.split(", "):
            if "(" in phrase or "+" in phrase:
                known.update(dict.fromkeys(_spelled(phrase), letter))
            else:
                known[tuple(phrase.split())] = letter
    return known


@cache
def shares() -> dict[tuple[str, ...], tuple[float, float]]:
    """The percentages that words for a share may stand for."""
    return {words: share for phrase, share in _SHARES.items() for words in _spelled(phrase)}


MARKS: Final = {
    "total": "L", "totals": "L", "Total": "L", "Totals": "L",
    "✅": "P", "✓": "P", "✔": "P", "🟢": "P", "❌": "F", "✗": "F", "✘": "F", "🔴": "F",
    "💥": "E", "⏭": "S", "⚪": "S", "—": "–", " - ": "–", "→": "a", "⇒": "a", "->": "a", "=>": "a",
    "-->": "a", **dict.fromkeys("➔➜➝➞➡⟶", "a"), "==": "=", "!=": "b", "≠": "b",
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
VAGUE: Final[dict[str, int]] = {
    "some": 1,
    **dict.fromkeys(
        (
            "several", "a few", "quite a few", "many", "multiple", "various", "numerous",
            "a handful of", "a number of", "a bunch of", "lots of", "plenty of", "a lot of",
        ),
        2,
    ),
    "dozens of": 24, "hundreds of": 200, "thousands of": 2000,
}  # fmt: skip
"""Words for a number, each with the least that it stands for."""
_SHARES: Final[dict[str, tuple[float, float]]] = {
    "(half|one half) (of|)": (45, 55),
    "(a|one) third of": (30, 37),
    "two thirds of": (60, 72),
    "(a|one) quarter of": (22, 28),
    "(a|one) fifth of": (18, 22),
    "(a|one) tenth of": (9, 11),
    "three quarters of": (70, 80),
    "every (second|other)": (45, 55),
    "every third": (30, 37),
    "every (fourth|4th)": (22, 28),
    "every (fifth|5th)": (18, 22),
    "every (tenth|10th)": (8, 12),
    "every (twentieth|20th)": (4, 6),
    "(|the )(vast |great |)(most|bulk|majority|lion's share) (of|)": (50, 100),
    "(almost|nearly|virtually|practically|just about) (all|every|everything) (of|)": (60, 100),
    "(almost|nearly|virtually|practically|next to) (none|no|nothing) (of|)": (0, 40),
    "(hardly|barely|scarcely) any (of|)": (0, 40),
}
SCALES: Final = {"hundred": 100, "thousand": 1000, "dozen": 12}
"""Words that a number before them is multiplied with."""
_BOUNDS: Final[dict[str, str]] = {
    ">=": (
        "a minimum of, at least, no fewer than, no less than, not below, not drop below, not fall "
        "below, not fewer than, not less than, not under"
    ),
    "<=": (
        "a maximum of, at most, max, max., no more than, not above, not exceed, not more than, "
        "not over, up to, within"
    ),
    ">": (
        "a bit over, a little over, above, exceeding, exceeds, longer than, more than, "
        "north of, over, upwards of, well above, well over"
    ),
    "<": (
        "a bit below, a little under, below, fewer than, just under, less than, not even, under, "
        "well below, well under"
    ),
    "~": (
        "about, almost, approx., approximately, around, ca., circa, close to, just over, nearly, "
        "roughly, some, something like"
    ),
    "=": "add up to, adding up to, adds up to, exactly, precisely",
}
BOUNDS: Final[dict[str, str]] = {
    phrase: sign for sign, phrases in _BOUNDS.items() for phrase in phrases.split(", ")
}
"""What stands before a number and makes a bound of it."""
