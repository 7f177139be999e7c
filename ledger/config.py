"""Where the ledger is, and what ``[tool.ledger]`` in ``pyproject.toml`` says."""

from __future__ import annotations

import os
import re
import stat
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Final, Literal, NamedTuple, Protocol

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, ValidationError

from ledger.errors import LedgerError, UnreadableInput, UsageError, is_missing, shown, why
from ledger.git import files, process, repository
from ledger.git.blobs import STAGED, Blobs
from ledger.plan import words
from ledger.plan.dialects import DIALECTS
from ledger.plan.model import Conventions, Model

DEFAULTS: Final = ("docs/fix_plan.md", "fix_plan.md")
_ARCHIVE: Final = "_archive"  # behind the name of the ledger, before its suffix
_LARGEST: Final = 1_000_000  # bytes of a pyproject.toml
# [tool.ledger], [tool.ledger.x], or a [tool] table, which may hold it.
_MENTIONED: Final = re.compile(rb"""\[[ \t]*["']?tool["']?[ \t]*(?:\.[ \t]*["']?ledger|\])""")


def _file_name(path: str) -> str:
    if not path.strip() or "\0" in path:
        raise ValueError("it names nothing")
    return path


def _dialect(name: str) -> str:
    if name not in DIALECTS:
        raise ValueError("there is no such dialect")
    return name


def _fingerprint(value: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{8}", value):
        raise ValueError("it is no fingerprint")
    return value


def _words(table: Any) -> Any:
    return words.read_table(table) if isinstance(table, dict) else table


AppendOnly = Literal["strict", "latest", "off"]
_Name = Annotated[str, AfterValidator(_file_name)]


class Settings(Model):
    """The table ``[tool.ledger]``. The title of a field says what is expected there."""

    model_config = ConfigDict(extra="forbid")

    path: _Name | None = Field(default=None, title="the path of a file")
    """The fix plan, relative to the ``pyproject.toml``."""
    archive: _Name | None = Field(default=None, title="the path of a file")
    """The file that finished work is moved to, relative to the ``pyproject.toml``."""
    append_only: AppendOnly = Field(default="latest", title="one of strict, latest, off")
    """Which attempts of the base revision may change: none (``strict``), an item's latest
    (``latest``) or every one (``off``)."""
    done: Literal["strict", "lax"] = Field(default="lax", title="strict or lax")
    """What calling an item done is where nothing shows that a criterion is met and no reason is
    given: an error (``strict``) or a warning (``lax``)."""
    briefs: tuple[str, ...] | None = Field(default=None, title="a list of paths")
    """The briefs that a change is judged by, from the top of the repository, with ``*`` for any
    characters; None for those that items name or cite."""
    plans: tuple[str, ...] | None = Field(default=None, title="a list of paths")
    """The plan files, whose tables have the tasks that the fix plan names: from the top of the
    repository, with ``*`` for any characters; None for those that items and briefs cite."""
    environment: tuple[str, ...] = Field(default=(), title="a list of names of variables")
    """Variables that a run keeps beside those that it always keeps; never what looks like a
    secret."""
    keep: tuple[str, ...] = Field(default=(), title="a list of file names")
    """Files of a run that stay although they say nothing that others do not, with ``*`` for any
    characters, such as ``report.jsonl``."""
    ignore: tuple[str, ...] = Field(default=(), title="a list of rule codes")
    """Codes of rules that are not checked."""
    not_secret: tuple[Annotated[str, AfterValidator(_fingerprint)], ...] = Field(
        default=(), title="a list of fingerprints, as LED701 and LED702 print them"
    )
    """Values that look like secrets and are none, by the fingerprints of LED701 and LED702."""
    max_lines: int = Field(default=0, ge=0, strict=True, title="a number, 0 (any size) or more")
    """The lines that a ledger may have; 0 for any number."""
    runs: _Name | None = Field(default=None, title="the path of a folder")
    """The folder for a run of an item that says none, with its placeholders."""
    words: Annotated[Conventions | None, BeforeValidator(_words)] = Field(
        default=None, title="a table"
    )
    """Other words and IDs that the project uses."""
    dialect: Annotated[str, AfterValidator(_dialect)] | None = Field(
        default=None, title=f"one of {', '.join(DIALECTS)}"
    )
    """The dialect that the whole file is read as; None to have it recognised."""


class Config(Model):
    """Where a ledger is, and the settings that hold for it."""

    root: Path
    """The top of the repository, or of the project where there is no git."""
    is_git: bool
    """Whether there is a git repository."""
    ledger_path: str
    """The ledger, relative to the root, with forward slashes: the file itself, not a link to it,
    since git knows the contents by that name."""
    partner: str
    """The file that attempts may be moved to, and from, without being lost: the ledger's archive,
    or that of which this is the archive. It need not exist."""
    is_archive: bool = False
    """Whether this is an archive."""
    settings: Settings = Settings()
    """What the configuration says."""

    @property
    def ledger(self) -> Path:
        """The ledger file."""
        return self.root / self.ledger_path

    @property
    def append_only(self) -> AppendOnly:
        """See ``Settings.append_only``."""
        return self.settings.append_only

    @property
    def ignore(self) -> tuple[str, ...]:
        """See ``Settings.ignore``."""
        return self.settings.ignore

    @property
    def max_lines(self) -> int:
        """See ``Settings.max_lines``. An archive may have any size."""
        return 0 if self.is_archive else self.settings.max_lines

    @property
    def runs(self) -> str:
        """See ``Settings.runs``; empty for none."""
        return self.settings.runs or ""

    @property
    def own(self) -> Conventions | None:
        """How the project's way of writing differs from everybody's; None where it does not."""
        return _own(self.settings)

    @property
    def of_partner(self) -> Config:
        """The configuration for the other file: the archive, or the archive's ledger."""
        return self.model_copy(
            update={
                "ledger_path": self.partner,
                "partner": self.ledger_path,
                "is_archive": not self.is_archive,
            }
        )

    def require_git(self, hint: str = "") -> None:
        """Raise UnreadableInput where there is no repository; ``hint`` says what to do."""
        if not self.is_git:
            hint = process.repair(self.root) or hint
            raise UnreadableInput("no-repository", f"{self.root}: no git repository", hint)


def _own(settings: Settings) -> Conventions | None:
    if settings.dialect is None:
        return settings.words
    words = settings.words or Conventions()
    return words.model_copy(update={"dialect": settings.dialect})


class Tree(Protocol):
    """Where the files of a project are: the disk, or one version of a repository."""

    def has(self, file: Path) -> bool:
        """Whether there is such a file."""

    def data(self, file: Path) -> bytes | None:
        """What a file of settings holds, as far as it may reach; None where there is none."""

    def real(self, file: Path) -> Path | None:
        """Where a path leads, links followed; None where a version has nothing of it."""


class Disk:
    """The files on the disk."""

    def has(self, file: Path) -> bool:
        """See ``Tree``."""
        return os.path.isfile(file)

    def data(self, file: Path) -> bytes | None:
        """See ``Tree``."""
        try:
            if not stat.S_ISREG(file.stat().st_mode):
                return None
            with file.open("rb") as stream:
                return stream.read(_LARGEST + 1)
        except OSError as error:
            if is_missing(error):
                return None
            raise

    def real(self, file: Path) -> Path | None:
        """See ``Tree``."""
        return Path(os.path.realpath(file))


DISK: Final = Disk()


_is_partial = lru_cache(maxsize=4)(process.is_partial)  # asked for each folder up to the top


class Version(NamedTuple):
    """The files of a commit, or the ``STAGED`` ones, for who asks about few of them."""

    contents: Blobs
    revision: str

    def has(self, file: Path) -> bool:
        """See ``Tree``."""
        real = self.real(file)
        return real is not None and self._content(real) is not None

    def data(self, file: Path) -> bytes | None:
        """See ``Tree``. Settings that a partial clone lacks say nothing; git takes seconds to find
        out, so it is not asked about a file that is not on the disk there either."""
        if not os.path.isfile(file) and _is_partial(self.contents.root):
            return None
        try:
            real = self.real(file)
            return None if real is None else self._content(real)
        except LedgerError:
            return None

    def real(self, file: Path) -> Path | None:
        """See ``Tree``. What a link holds, its target, is one line without an end; where one
        stands for a folder there is no file below it."""
        content = self._content(file)
        folders = (folder for folder in file.parents if self.contents.root in folder.parents)
        if b"\n" in content if content else not any(map(self._content, folders)):
            return file
        is_staged = self.revision == STAGED
        view = files.Index(self.contents) if is_staged else files.Commit(*self)
        real = view.real(self._path(file))
        return None if real is None else self.contents.root / real

    def _content(self, file: Path) -> bytes | None:
        return self.contents.read(self.revision, self._path(file))

    def _path(self, file: Path) -> str:
        return file.relative_to(self.contents.root).as_posix()


def find(
    start: Path, explicit: Path | None = None, *, is_here: bool = True, tree: Tree = DISK
) -> Config:
    """The configuration that holds in folder ``start``; ``explicit`` names another ledger, and
    then it is its repository and its ``pyproject.toml`` that count. Without ``is_here`` the ledger
    need not be on the disk, if git has it.

    Without ``explicit`` the ledger is what ``path`` says, relative to its ``pyproject.toml``,
    else the first of ``DEFAULTS`` beside that file or at the root. It may be a link, but not
    one that leads out of the root. With another ``tree`` it is that version's.

    Raises UsageError where no ledger is found (``no-ledger``; ``not-on-disk`` where git has it) or
    a setting is wrong, UnreadableInput where ``explicit`` or ``pyproject.toml`` cannot be read.
    """
    try:
        given = None if explicit is None else _existing(start, explicit)
        folder = given.parent if given else Path(os.path.realpath(start))
        config = _find(folder, given, tree)
        if is_here and config.is_git:
            require_here(config.root, config.ledger_path, start)
        return config
    except OSError as error:
        raise UnreadableInput("bad-path", f"{shown(explicit or start)}: {why(error)}") from error


def require_here(root: Path, path: str, start: Path) -> None:
    """Raise UsageError (``not-on-disk``) where git has the file and the work tree has not: nobody
    is to begin another one."""
    if os.path.lexists(root / path):
        return
    command = repository.back(root, path, Path(os.path.realpath(start)))
    if command:
        why_not = ": the checkout is sparse" if "sparse-checkout" in command else ""
        message = f"{path} is in git and not on the disk{why_not}"
        raise UsageError("not-on-disk", message, f"`{command}` brings it back")


def follow(plan: Config, there: Version, here: Tree = DISK) -> Config | None:
    """What became of ``plan``, which is ``here``, in another version, or what it was: the plan that
    settings there name where those here name this one, else the file of its name. None where that
    version has no plan. Raises as ``find``."""
    if plan.is_archive:
        own = follow(plan.of_partner, there, here)
        return own and own.of_partner
    configured = _configured(plan, here)
    if configured and configured.ledger_path == plan.ledger_path:
        config = _configured(plan, there)
        if not config or config.ledger_path == plan.ledger_path or not here.has(config.ledger):
            return config
        other = _configured(config, here)
        if not other or other.ledger_path != config.ledger_path:
            return config  # else it is the plan of another project, and still there
    given = plan.ledger
    return _find(given.parent, given, there, plan.root) if there.has(given) else None


def _configured(plan: Config, tree: Tree) -> Config | None:
    """The plan of the project that ``plan`` is in."""
    try:
        return _find(plan.ledger.parent, None, tree, plan.root if plan.is_git else None)
    except UsageError as error:
        if error.code != "no-ledger":
            raise
        return None


def _find(folder: Path, given: Path | None, tree: Tree = DISK, top: Path | None = None) -> Config:
    top = top or process.top_of(folder)
    if top:
        files.refuse_gits(top, given or folder)
    file, settings = _project(folder, top, tree)
    project = file.parent if file else None
    root = top or project or _nearest_with_ledger(folder) or folder
    if given:
        path = given.relative_to(root).as_posix()
    else:
        path = _within(root, _plan_path(root, project, settings, tree), tree)
    chosen = settings.archive
    archive = _within(root, project / chosen, tree) if project and chosen else ""
    is_archive = path == archive or (not archive and is_archive_name(path))
    if is_archive and project and settings.path:
        partner = _within(root, project / settings.path, tree)
    else:
        partner = partner_of(path) if is_archive or not archive else archive
    return Config(
        root=root,
        is_git=top is not None,
        ledger_path=path,
        partner=partner,
        is_archive=is_archive,
        settings=settings,
    )


def without_file(place: Path) -> Config:
    """The configuration for a ledger that is not in the work tree, or not yet."""
    folder = Path(os.path.realpath(place.parent))
    return _find(folder, folder / place.name)


def table(plan: Config) -> tuple[Path, Settings] | None:
    """The ``pyproject.toml`` with the settings for a ledger, and the settings; None for none."""
    file, settings = _project(plan.ledger.parent, plan.root if plan.is_git else None)
    return (file, settings) if file else None


def words_of(ledger: Path) -> Conventions | None:
    """The project's own words for a ledger, which need not be there yet. Raises UsageError for a
    wrong setting, UnreadableInput for a bad ``pyproject.toml``."""
    folder = Path(os.path.realpath(ledger.parent))
    return _own(_project(folder, process.top_of(folder))[1])


def is_archive_name(path: str) -> bool:
    """Whether a file is called as an archive is, unless `archive` says otherwise."""
    return path.endswith(f"{_ARCHIVE}.md")


def partner_of(path: str) -> str:
    """The archive of the ledger ``path``, or the ledger of an archive, by their names."""
    if is_archive_name(path):
        return f"{path.removesuffix(f'{_ARCHIVE}.md')}.md"
    stem, dot, suffix = path.rpartition(".")
    return f"{stem}{_ARCHIVE}.{suffix}" if dot and "/" not in suffix else f"{path}{_ARCHIVE}"


def _existing(start: Path, given: Path) -> Path:
    explicit = start / given
    try:
        return Path(os.path.realpath(explicit, strict=True))
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        if not isinstance(error, ValueError) and (top := process.top_of(explicit)):
            place = Path(os.path.realpath(explicit.parent), explicit.name)
            require_here(top, place.relative_to(top).as_posix(), start)
        message = f"{shown(explicit)}: no such file"
        raise UnreadableInput("no-such-file", message, "give --ledger a fix plan") from error
    except OSError as error:
        raise UnreadableInput("cannot-read", f"{shown(explicit)}: {why(error)}") from error


def _nearest_with_ledger(folder: Path) -> Path | None:
    for place in (folder, *folder.parents):
        # Seen from docs/ the ledger is still docs/fix_plan.md of the folder above.
        above = place.parent if place.name == "docs" else place
        for root in (above, place):
            if any(os.path.isfile(root / name) for name in DEFAULTS):
                return root
    return None


def _plan_path(root: Path, project: Path | None, settings: Settings, tree: Tree) -> Path:
    if project and settings.path:
        return project / settings.path
    places = [
        folder / name for folder in dict.fromkeys((project or root, root)) for name in DEFAULTS
    ]
    for place in places:
        if tree.has(place):
            return place
    for place in places if tree is DISK and process.top_of(root) else ():
        if not os.path.lexists(place) and repository.back(root, _within(root, place, tree), root):
            return place
    raise UsageError(
        "no-ledger",
        f"no fix plan in {shown(root)}: expected {' or '.join(DEFAULTS)}",
        "name one with --ledger PATH or `path` of [tool.ledger] in pyproject.toml; "
        "`ledger init` starts one",
    )


def _within(root: Path, ledger: Path, tree: Tree) -> str:
    """The file behind ``ledger``, relative to the root. Whoever can propose a change to the
    repository could else have another file read and written, by a setting or by a link."""
    real = tree.real(ledger)
    if not real or not real.is_relative_to(root):
        message = f"{ledger}: lies outside {root}"
        hint = "the ledger must be in the repository; --ledger PATH can name any"
        raise UsageError("outside", message, hint)
    files.refuse_gits(root, real)
    return real.relative_to(root).as_posix()


# The table in pyproject.toml


def _project(folder: Path, top: Path | None, tree: Tree = DISK) -> tuple[Path | None, Settings]:
    """The nearest ``pyproject.toml``, up to the top, that has our table, and the table."""
    for place in (folder, *folder.parents):
        file = place / "pyproject.toml"
        table = _table(file, tree, is_ours=top is not None)
        if table is not None:
            return file, _settings(file, table)
        if place == top:
            break
    return None, Settings()


def _table(file: Path, tree: Tree, *, is_ours: bool) -> Any:
    """The table of a ``pyproject.toml``; None for none. One above a folder without git may be
    somebody else's (``is_ours`` false): if it cannot be read it does not count."""
    try:
        data = tree.data(file)
    except OSError as error:
        if not is_ours:
            return None
        raise UnreadableInput("bad-config", f"{shown(file)}: {why(error)}") from error
    if data is None:
        return None
    if len(data) > _LARGEST:
        raise UnreadableInput("bad-config", f"{file}: expected at most {_LARGEST:,} bytes")
    if not _MENTIONED.search(data):  # whatever else is wrong with it is not ours to say
        return None
    try:
        tool = tomllib.loads(data.decode("utf-8")).get("tool", {})
    except (ValueError, RecursionError) as error:
        message = f"{file}: {str(error)[:200]}"
        raise UnreadableInput("bad-config", message, "mend the file") from error
    return tool.get("ledger") if isinstance(tool, dict) else None


def _settings(file: Path, table: Any) -> Settings:
    if not isinstance(table, dict):
        raise UsageError("bad-config", f"{file}: expected [tool.ledger] to be a table")
    try:
        return Settings.model_validate(table)
    except ValidationError as failure:
        error = failure.errors(include_url=False)[0]
        key = str(error["loc"][0])
        field = Settings.model_fields.get(key)
        if field is None:
            message = f"{file}: unknown key {key[:100]!a} in [tool.ledger]"
            hint = f"known are {', '.join(Settings.model_fields)}"
            raise UsageError("bad-config", message, hint) from failure
        reason = error.get("ctx", {}).get("error")
        if key == "words" and reason:
            raise UsageError("bad-config", f"{file}: [tool.ledger.words]: {reason}") from failure
        raise UsageError(
            "bad-config",
            f"{file}: expected {key} of [tool.ledger] to be {field.title}, "
            f"found {str(table[key])[:100]!a}",
            "leave it out to have it recognised" if key == "dialect" else "",
        ) from failure
