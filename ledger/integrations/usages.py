"""What each command takes, for completion. ``python -m tests.support.usages`` writes this file."""

from typing import Final

# fmt: off
USAGES: Final = {
    "next": "--as=NAME --since=REV --intro --ledger=PATH --json",
    "status": "--ready --blocked --owner=NAME --priority=WORD --status=WORD --limit=N --ledger=PATH --all --archived --json [TEXT]",
    "show": "--sprint=N --run=RUN --last=N --actions=WHICH --full --ledger=PATH --json ITEM[#N]|BRIEF",
    "append": "--result=TEXT --summary=TEXT --complete=N... --next=TEXT... --status=WORD --because=TEXT --decision=OPTION --task=ID... --baseline=RUN --again --dry-run --ledger=PATH --json ITEM RUN...",
    "run": "--rounds=N --retries=K --retry-on=SIGNAL|CODE|PATTERN... --timeout=S --against=K/N|FILE --metric=NAME=REGEX... --first=N --batch=N --preflight=CMD --crashes=DIR --collect=FILE... --stamp=S --phase=P --sprint=P --into=DIR --summary=TEXT --result=TEXT --complete=N... --next=TEXT... --status=WORD --baseline=RUN --because=TEXT --decision=OPTION --task=ID... --brief=FILE --rerun --option=C --yes --no-append --record --ledger=PATH --json ITEM -- COMMAND...",
    "report": "-o=FILE --open --since=REV --ledger=PATH",
    "add": "--id=ID --priority=WORD --owner=NAME --depends-on=ITEM... --criterion=TEXT... --action=TEXT... --dry-run --ledger=PATH --json TITLE",
    "edit": "--status=WORD --title=TEXT --priority=WORD --owner=NAME --depends-on=ITEM... --field=NAME=VALUE... --dry-run --ledger=PATH --json ITEM",
    "action": "--on=TEXT --before=M --dry-run --ledger=PATH --json ITEM STEP [N TEXT]",
    "criterion": "--because=TEXT --dry-run --ledger=PATH --json ITEM STEP [N TEXT]",
    "note": "--decision=OPTION --because=TEXT --dry-run --ledger=PATH --json ITEM [TEXT]",
    "close": "--run=RUN... --because=TEXT --dry-run --ledger=PATH --json ITEM",
    "claim": "--as=NAME --for=TIME --dry-run --ledger=PATH --json ITEM",
    "release": "--as=NAME --dry-run --ledger=PATH --json ITEM",
    "validate": "--staged --base=REV --head=REV --replaces --all --errors --select=CODE... --statistics --format=NAME --ledger=PATH --json [FILE...]",
    "verify": "--text=FILE --github-event=FILE --stop-hook --run=RUN... --item=ITEM[#N] --rev=REV --kind=KIND... --only=VERDICT... --all --ledger=PATH --json [ITEM[#N]...]",
    "gate": "--sprint=N --run=RUN --baseline=RUN --stamp=STAMP --allow-unknown --ledger=PATH --json FILE|ITEM",
    "links": "--rev=REV --missing --full --ledger=PATH --json [ITEM[#N]...]",
    "explain": "--json CODE",
    "evidence": "--baseline=RUN... --slowest=N --json RUN...",
    "rounds": "--item=ITEM --against=K/N|FILE --retries=extra|all --drop=POINTS --ledger=PATH --json [FILE]",
    "tests": "--item=ITEM --ledger=PATH --json [PATTERN]",
    "init": "--hook --merge-driver --ci=NAME --agents --claude --codex --dry-run --ledger=PATH --json [TITLE]",
    "doctor": "--fix --yes --dry-run --ledger=PATH --json",
    "archive": "--status=WORD... --before=DATE --keep=N --to-lines=N --restore --dry-run --diff --ledger=PATH --json [ITEM...]",
    "apply": "--dry-run --ledger=PATH --json BRIEF",
    "history": "--rev=RANGE --removed --restore=ITEM#N|ITEM#DATE --dry-run --ledger=PATH --json [ITEM[#N]]",
    "merge-driver": "--install --ledger=PATH --json [BASE OURS THEIRS [SIZE [PATH]]]",
    "export": "--ledger=PATH --json",
    "schema": "--json NAME",
    "completion": "SHELL [-- WORD...]",
    "mcp": "",
}
