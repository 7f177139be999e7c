"""What looks like a key, a token or a password. ``find`` judges what others wrote and lets go what
may be something else; ``without`` takes from a command all that may be a secret.

Taken for a secret are the fixed forms that providers give their keys so that they can be found,
private keys, and what stands where a secret belongs and looks like no word: behind a name such as
``DB_PASSWORD``, in a header, in the address of a server. Examples of documentation are none.
"""

import re
import shlex
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import Final, NamedTuple

LEFT_OUT: Final = "…"
_MOST_DEPTH: Final = 4  # commands in words of commands: sh -c "curl ..."


class Secret(NamedTuple):
    """What looks like one. Its value is for ``fingerprint``, and never shown."""

    at: int
    kind: str
    value: bytes

    @property
    def fingerprint(self) -> str:
        """By which settings can say that the value is no secret. A short part of a hash: many
        values have the same, so it does not show which of them this is."""
        from hashlib import sha256  # few plans have anything to ask it for

        return sha256(b"ledger\0" + self.value).hexdigest()[:8]


_PRIVATE: Final = "a private key"
# Where a form starts, and how it goes on: "ghp_0123..." for instance.
_FORMS: Final = tuple(
    (kind, start, rest)
    for kind, starts, rest in (
        ("an AWS key", "AKIA ASIA ABIA ACCA", r"[0-9A-Z]{16}(?![0-9A-Za-z])"),
        ("a GitHub token", "ghp_ gho_ ghu_ ghs_ ghr_", r"[0-9A-Za-z]{36}"),
        ("a GitHub token", "github_pat_", r"\w{40,}"),
        (
            "a GitLab token",
            "glpat- gldt- glrt- glptt- glcbt- glsoat- glft- glimt-",
            r"[\w.-]{20,100}",
        ),
        ("a GitLab token", "GR1348941", r"[\w-]{20}"),
        ("a web token", "eyJ", r"[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{10,}"),
        ("a Stripe key", "sk_live_ rk_live_", r"[0-9A-Za-z]{20,}"),
        ("a Stripe key", "whsec_", r"[0-9A-Za-z+/]{24,100}"),
        ("an API key", "sk-", r"(?:[a-z]{2,8}[0-9]{0,2}-)?[0-9A-Za-z_-]{32,}"),
        ("an API key", "gsk_ r8_ xai- pplx- ntn_ lin_api_ PMAK- figd_", r"[0-9A-Za-z_-]{32,}"),
        ("a Slack token", "xoxa- xoxb- xoxe- xoxp- xoxr- xoxs- xapp-", r"[0-9A-Za-z-]{16,}"),
        ("a webhook", "hooks.slack.com/", r"(?:services|workflows|triggers)/[\w/+-]{24,200}"),
        (
            "a webhook",
            "discord.com/api/webhooks/ discordapp.com/api/webhooks/",
            r"\d{16,}/[\w-]{40,}",
        ),
        (
            "a webhook",
            "webhook.office.com/webhookb2/",
            r"[\w@-]{36,200}/\w{1,40}/\w{24,200}[\w/-]{0,200}",
        ),
        ("a Google key", "AIza", r"[\w-]{35}"),
        ("a Google token", "GOCSPX- ya29.", r"[\w-]{24,}"),
        ("a SendGrid key", "SG.", r"[\w-]{16,}\.[\w-]{24,}"),
        ("a Twilio key", "SK", r"[0-9a-f]{32}(?!\w)"),
        ("a Hugging Face token", "hf_", r"[0-9A-Za-z]{34}(?!\w)"),
        ("an npm token", "npm_", r"[0-9A-Za-z]{36}"),
        ("a PyPI token", "pypi-", r"[\w-]{50,}"),
        ("a RubyGems key", "rubygems_", r"[0-9a-f]{48}"),
        ("a Docker token", "dckr_pat_ dckr_oat_", r"[\w-]{20,}"),
        ("a DigitalOcean token", "dop_v1_ doo_v1_ dor_v1_", r"[0-9a-f]{64}"),
        ("a Shopify token", "shpat_ shpss_ shpca_ shppa_", r"[0-9A-Fa-f]{32}"),
        ("a Grafana token", "glsa_ glc_", r"[0-9A-Za-z_+/=]{32,300}"),
        ("a Vault token", "hvs. hvb. hvr.", r"[\w-]{24,}"),
        ("an Atlassian token", "ATATT3 ATCTT3", r"[\w=-]{60,400}"),
        ("a Databricks token", "dapi", r"[0-9a-f]{32}(?![0-9A-Za-z])"),
        ("a Doppler token", "dp.pt. dp.st. dp.ct. dp.sa.", r"[\w.-]{40,100}"),
        ("a New Relic key", "NRAK-", r"[0-9A-Z]{27}"),
        ("a Sentry token", "sntrys_ sntryu_", r"[\w+/=]{40,400}"),
        ("a Square token", "sq0atp- sq0csp-", r"[\w-]{22,}"),
        ("a Supabase token", "sbp_", r"[0-9a-f]{40}"),
        ("a Tailscale key", "tskey-", r"[\w-]{20,}"),
        ("a Pulumi token", "pul-", r"[0-9a-f]{40}"),
        ("a PlanetScale token", "pscale_", r"(?:tkn|pw|oauth)_[\w.=-]{32,100}"),
        ("a Netlify token", "nfp_", r"[0-9A-Za-z]{36,}"),
        ("a Fly token", "fm1r_ fm2_", r"[\w+/=]{60,800}"),
        (_PRIVATE, "-----BEGIN", r" [A-Z ]{0,20}PRIVATE KEY(?: BLOCK)?-----"),
        (_PRIVATE, "PuTTY-User-Key-File-", r"\d"),
        (_PRIVATE, "AGE-SECRET-KEY-1", r"[0-9A-Z]{50,}"),
    )
    for start in starts.split()
)
# Names that say of what follows that it is secret, in small letters: "DB_PASSWORD", "AccountKey".
_NAMES: Final = (
    *"passw passphrase _pass -pass pwd secret token credential session_id sessionid _auth".split(),
    *(
        f"{word}{dash}key"
        for word in "api app access account auth private encryption signing master consumer".split()
        for dash in ("", "_", "-")
    ),
    "api key",
)
# The rest of a name. It is none where it is about a secret: "token_type", "password-file".
_REST: Final = (
    r"(?!IZ|[\w-]{0,40}(?:TYPE|FILE|PATH|DIR|URL|URI|NAME|COUNT|LIMIT|HASH|DIGEST|LENGTH|ID)\b)"
    r"[\w-]{0,40}"
)
_VALUE: Final = (
    r"(?:\"([^\s\"<>{}]{8,200})\"|'([^\s'<>{}]{8,200})'|"
    r"[\"'`]?([^\s\"'`;,|&<>$(){}\[\]\\]{8,200})(?![\w(\[{$]|<(?!/)))"
)
# The context of a value, which is the group and is judged by `is_random`; each behind one of the
# texts with which it starts, in small letters.
_PLACES: Final = tuple(
    (kind, starts, re.compile(pattern.encode(), re.IGNORECASE))
    for kind, starts, pattern in (
        # DB_PASSWORD=V, "client_secret": "V", **Token:** `V`, the password is V
        (
            "the value of a secret",
            _NAMES,
            (
                rf"{_REST}[\"'`*\]]{{0,3}}[ \t]{{0,3}}"
                rf"(?:=>|[=:|>]|%3D|→|[ \t](?:is|was|set to)[ \t])[*]{{0,2}}[ \t]{{0,3}}{_VALUE}"
            ),
        ),
        # --api-key V
        ("the value of a secret", tuple(f"-{name}" for name in _NAMES), rf"{_REST}[ \t]+{_VALUE}"),
        ("the value of a secret", (" password",), rf"[ \t]+{_VALUE}"),
        ("the value of a secret", ('"auth"',), rf"[ \t]{{0,3}}:[ \t]{{0,3}}{_VALUE}"),
        # Authorization: Bearer V
        ("a token in a header", ("bearer", "basic"), rf"[ \t]+{_VALUE}"),
        ("a token in a header", ("authorization:",), rf"[ \t]*\w+[ \t]+{_VALUE}"),
        ("a cookie", ("cookie:",), rf"[ \t]*[\w.-]{{1,60}}={_VALUE}"),
        # postgres://user:V@host
        (
            "a password in an address",
            ("://",),
            (
                r"(?:[^\s/@:\"'`]{0,100}:([^\s/@\"'`<>${}]{6,200})|([^\s/@:\"'`<>${}]{20,200}))"
                r"@(?!sha256:)[\w\[]"
            ),
        ),
        # https://host/container?sv=1&sig=V
        ("a signature in an address", ("?sig=", "&sig="), r"([\w%+/-]{24,200})"),
        # curl -u user:V, mysql -pV; not mkdir -p pkm-system/src
        ("a password in a command", (" -u", " --user"), rf"[ \t=]*[\"']?[\w.@-]{{1,60}}:{_VALUE}"),
        ("a password in a command", (" -p",), rf"(?<!mkdir -p)[ \t]*{_VALUE}"),
        ("a Telegram token", (":aa",), r"(?<=\d{8}:AA)([\w-]{33})(?![\w-])"),
        ("a Terraform token", (".atlasv1.",), r"(?<=\w{14}.{9})([\w-]{60,70})"),
        ("a Mailchimp key", ("-us",), r"(?<=([0-9a-f]{32})-us)\d{1,2}\b"),
    )
)


def _end(start: str) -> str:
    """Where to look for a start: most names are of keys, and an option's is a name with a dash."""
    bare = start.removeprefix("-")
    return "key" if start.endswith("key") else bare if bare in _NAMES else start


# The places by the ends of their starts, for each of which a text is searched once.
_ENDS: Final = {
    end.encode(): [
        (kind, ends, pattern)
        for kind, starts, pattern in _PLACES
        if (ends := tuple(start.encode() for start in starts if _end(start) == end))
    ]
    for end in dict.fromkeys(_end(start) for _, starts, _ in _PLACES for start in starts)
}
# What stands for a secret in a text: "YOUR_TOKEN_HERE", "xxxxxxxx", "AKIA...EXAMPLE".
_STAND_IN: Final = re.compile(
    rb"example|placeholder|redacted|change-?me|your[_-]|dummy|hidden|xxxx|\*\*\*|\.\.\.|"
    rb"\xe2\x80\xa6|eyJzdWIiOiIxMjM0NTY3ODkwIi",  # the last as the page on web tokens has it
    re.IGNORECASE,
)
# What looks odd and says nothing: a UUID, an address in memory, a path, the stamp of a run.
# e.g. "0x7fff2038"
_OTHER: Final = re.compile(
    rb"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|0x[0-9a-f]+|[~.]{0,2}/[^/]{1,80}/.*",
    re.IGNORECASE,
)
_STAMP: Final = re.compile(rb"\d{4}-?\d\d-?\d\dT[\d:]{4,8}Z?")
_FEWEST: Final = 5  # characters that a key has beside each other, however often each
# Pairs of letters that words are made of: most of theirs are among these, few of a key's.
_PAIRS: Final = frozenset(
    "ab ac ad ag ai al am an ap ar as at ba be bi bl ca ce ch ci ck cl co cr ct da de di do ea ec "
    "ed ee ef el em en ep er es et ex fa fe ff fi fo ge gr ha he hi ho ia ib ic id ie ig il im in "
    "io ip ir is it iv ke la le li ll lo ly ma me mi mo mp na nc nd ne ng ni no ns nt oc od ol om "
    "on oo op or os ot ou ow pa pe pi pl po pp pr pt qu ra rc rd re ri rm ro rr rs rt sa sc se sh "
    "si so sp ss st su ta te th ti to tr ts tt tu ty ul um un up ur us ut va ve vi".split()
)
_FEWEST_ODD: Final = 4
_MOST_JUDGED: Final = 64  # characters
_WORD: Final = re.compile(rb"[\w-]")


def find(data: bytes) -> list[Secret]:
    """What looks like a secret, by place, each once."""
    every: list[Secret] = []
    for secret in sorted(_candidates(data)):
        if not every or secret.at >= every[-1].at + len(every[-1].value):
            every.append(secret)
    return every


def _candidates(data: bytes) -> Iterator[Secret]:
    words = b" ".join(set(data.split()))  # a log says most of its words again and again
    for kind, start, rest in _FORMS:
        begin = start.encode()
        at = data.find(begin) if begin in words else -1  # ten times as fast as a pattern
        while at >= 0:
            # No word goes on before it, as in "task-...".
            is_start = not (at and _WORD.match(data, at - 1))
            match = _form(rest).match(data, at + len(begin)) if is_start else None
            end = match.end() if match else at + 1
            value = match[match.lastindex or 0] if match else b""
            # With dashes it may be a name: "sk-learn-...".
            is_name = re.search(rb"[-_]", value) and not is_random(value)
            if match and (kind == _PRIVATE or not (is_name or _stands_in(value))):
                yield Secret(at, kind, data[at:end])
            at = data.find(begin, end)
    lower, words = data.lower(), words.lower()
    for tail, places in _ENDS.items():
        at = lower.find(tail) if tail in words or b" " in tail else -1
        while at >= 0:
            at += len(tail)
            for kind, starts, pattern in places:
                match = pattern.match(data, at) if lower.endswith(starts, 0, at) else None
                group = match.lastindex if match else None
                if match and group and is_random(match[group]):
                    yield Secret(match.start(group), kind, match[group])
            at = lower.find(tail, at - len(tail) + 1)


def _stands_in(value: bytes) -> bool:
    return bool(_STAND_IN.search(value)) or len(set(value)) < _FEWEST


@cache
def _form(rest: str) -> re.Pattern[bytes]:
    return re.compile(rest.encode())


def is_random(value: bytes) -> bool:
    """Whether nobody would choose the value as a name: most of its neighbouring letters and digits
    are such as no word has."""
    if _stands_in(value) or _OTHER.fullmatch(value) or b"://" in value:
        return False
    text = _STAMP.sub(b"", value[:_MOST_JUDGED]).decode("latin-1")
    pairs = [
        a + b
        for a, b in pairwise(text)
        if a.isalnum() and b.isalnum() and not (a.isdigit() and b.isdigit())
    ]
    odd = sum(
        pair.lower() not in _PAIRS or (pair[0].islower() and pair[1].isupper()) for pair in pairs
    )
    return odd >= _FEWEST_ODD and 2 * odd >= len(pairs)


# What is left out of a command

# A name of a variable, an option or a field that may be about a secret: "DB_PASSWORD", "--api-key".
SECRET_NAME: Final = re.compile(
    r"(?<![A-Z])(?:KEY[A-Z]{0,20}|PWD?|PASS|AUTH|PAT|DSN|SIG|CERT|PIN|SALT|SID)(?![A-Z])|APIKEY|SECRET|PASSW|"
    r"PASSPH|TOKEN(?!IZ)|CREDENTIAL|BEARER|COOKIE|PRIVATE|LOGIN|SESSION_?ID|WEBHOOK|AUTHORIZATION",
    re.IGNORECASE,
)
# An option that is followed by a secret: "--token", "-password"; not "--no-auth", "--key-file".
_OPTION: Final = re.compile(
    r"--?(?!no-|with|without-|skip-|disable-|use-|list-)[A-Za-z][\w-]*(?<!file)(?<!path)(?<!stdin)"
    r"(?<!url)(?<!name)(?<!type)(?<!dir)(?<!-id)(?<!-env)",
    re.IGNORECASE,
)
_OF_FILES: Final = re.compile(r"KEY|CERT|SIG|PAT", re.IGNORECASE)  # what may be named by its file
# Which tests run is no secret, whatever option is before them: "tests/test_x.py::test_y".
_TESTS: Final = re.compile(r"(?:[\w.-]+/)*(?:tests?/?|[\w.-]+\.py(?:::.+)?)")
_USER: Final = frozenset("-u -U --user --proxy-user".split())
_NAMED_USER: Final = re.compile(r"[^:/\s]+:(?!:).")  # user:password
_OF_PROGRAMS: Final = {
    "sshpass": "-p", "mysql": "-p", "mysqldump": "-p", "mysqladmin": "-p", "mariadb": "-p",
    "login": "-p", "7z": "-p", "zip": "-P", "unzip": "-P", "sqlcmd": "-P", "redis-cli": "-a",
    "ldapsearch": "-w",
}  # fmt: skip
_ASSIGNED: Final = re.compile(r"(-{0,2}[\w.-]{1,80})=(.*)", re.DOTALL)
_WITHIN: Final = (
    # access_token=V in an address; Password=V in a connection string; environ["API_KEY"] = "V"
    # e.g. "token=abc123"
    re.compile(r"(?P<name>[\w.-]{1,80})[\"'\]]{0,3}[ \t]*=[ \t]*[\"']?(?P<value>[^\s&;\"'<>]+)"),
    # A field of JSON: {"password": "V"}
    # e.g. "\"token\": \"abc123\""
    re.compile(r"(?P<name>[\w.-]{1,80})[\"']?[ \t]*:[ \t]*[\"'](?P<value>[^\"']+)"),
    # Cookie: V; of a header all that is behind its name
    re.compile(r"(?:\A|=)(?P<name>[\w-]{1,80}):(?!:)[ \t]*(?P<value>.+)", re.DOTALL),
)
_USED: Final = (
    re.compile(r"\bBearer[ \t]+(?P<value>[^\s\"']+)", re.IGNORECASE),
    re.compile(r"\bBasic[ \t]+(?P<value>[\w+/=]{8,})", re.IGNORECASE),
    re.compile(r"://[^\s:/@]{0,100}:(?P<value>\S{1,300})@"),
    re.compile(r"://(?P<value>[^\s:/@]{16,300})@"),
)
# A word of a line as a shell has it, with its quotes; what is between is kept.
# e.g. "--header \"Authorization: abc\""
_WORDS: Final = re.compile(
    r"(?:[^\s;&|()<>\"'\\]|\\.|\"(?:[^\"\\]|\\.)*\"|'[^']*'|[\"'\\])+", re.DOTALL
)


def without(line: str, depth: int = 0) -> str:
    """A command line without what may be a secret. Its other words stay as they are."""
    matches = list(_WORDS.finditer(line))
    plain = [_unquoted(match[0]) for match in matches]
    parts, end = [], 0
    for match, word, kept in zip(matches, plain, words_without(plain, depth), strict=True):
        # A word that had no quotes needs none.
        as_typed = match[0] if kept == word else kept if match[0] == word else quoted(kept)
        parts += [line[end : match.start()], as_typed]
        end = match.end()
    return "".join(parts) + line[end:]


def words_without(words: Sequence[str], depth: int = 0) -> list[str]:
    """The words of a command, each without what may be a secret."""
    kept, before = [], ""
    options: set[str] = set()  # by which programs that were named take a password
    for word in words:
        attached = next((o for o in options if word.startswith(o) and word != o), None)
        if before in options or (_announces(before, word) and not word.startswith("-")):
            kept.append(LEFT_OUT)
        elif attached:
            kept.append(attached + LEFT_OUT)
        elif before in _USER and _NAMED_USER.match(word):
            kept.append(f"{word.partition(':')[0]}:{LEFT_OUT}")
        else:
            kept.append(_word_without(word, depth))
        program = word.rpartition("/")[2]
        options |= {_OF_PROGRAMS[program]} if program in _OF_PROGRAMS else set()
        before = word
    return kept


def quoted(word: str) -> str:
    """A word as a shell takes it; what was left out needs no quotes."""
    bare = word.replace(LEFT_OUT, "x")
    return word if shlex.quote(bare) == bare else shlex.quote(word)


def _unquoted(word: str) -> str:
    try:
        return "".join(shlex.split(word))
    except ValueError:  # a quote that is not closed
        return word


def _announces(option: str, word: str) -> bool:
    """Whether a word behind an option may be a secret."""
    if not (_OPTION.fullmatch(option) and SECRET_NAME.search(option)) or _TESTS.fullmatch(word):
        return False
    is_file = "/" in word and _OF_FILES.search(option) and not is_random(word.encode())
    return not is_file


def _word_without(word: str, depth: int) -> str:
    assigned = _ASSIGNED.fullmatch(word)
    if assigned:
        name, value = assigned.groups()
        if SECRET_NAME.search(name):
            return f"{name}={LEFT_OUT}"
        if name in _USER and _NAMED_USER.match(value):
            return f"{name}={value.partition(':')[0]}:{LEFT_OUT}"
    for pattern in _WITHIN:
        word = pattern.sub(
            lambda match: _cut(match) if SECRET_NAME.search(match["name"]) else match[0], word
        )
    for pattern in _USED:
        word = pattern.sub(_cut, word)
    if depth < _MOST_DEPTH and re.search(r"\s", word):  # a script for `sh -c`
        word = without(word, depth + 1)
    data = word.encode("utf-8", "surrogateescape")
    for secret in reversed(find(data)):
        end = secret.at + len(secret.value)
        data = data[: secret.at] + LEFT_OUT.encode() + data[end:]
    return data.decode("utf-8", "surrogateescape")


def _cut(match: re.Match[str]) -> str:
    start, end = (edge - match.start() for edge in match.span("value"))
    return match[0][:start] + LEFT_OUT + match[0][end:]
