"""Numbers as people write them, to the values that are written so."""

from __future__ import annotations

import re

from ledger.claims.model import Amount

NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d{1,6})?|\d{1,9}(?:\.\d{1,6})?"

_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):(\d\d)(\.\d{1,3})?")
_UNITS = re.compile(
    r"(?:(\d{1,3}) ?h(?:ours?|rs?)? ?)?(?:(\d{1,4}) ?m(?:in(?:utes?|s)?)? ?)?"
    r"(?:(\d{1,5}(?:\.\d{1,3})?) ?s(?:ec(?:onds?|s)?)?)?"
)
_BYTES = {
    "k": (1024, 1000),
    "m": (1024**2, 1000**2, 1024 * 1000),
    "g": (1024**3, 1000**3, 1024 * 1000**2, 1024**2 * 1000),
    "t": (1024**4, 1000**4),
}


def amount(written: str, scale: float = 1.0) -> Amount:
    """``written`` (digits, commas, at most one point) times ``scale``: a number with decimals
    stands for all that round to it, a whole one of a count for itself alone (see ``exact``)."""
    plain = written.replace(",", "")
    half = 0.5 * 10.0 ** -len(plain.partition(".")[2])
    value = float(plain)
    return Amount(low=(value - half) * scale, high=(value + half) * scale)


def exact(written: str) -> Amount:
    """A whole number of things."""
    value = float(written.replace(",", ""))
    return Amount(low=value, high=value)


def seconds(written: str) -> Amount | None:
    """A length of time: ``1653.41s``, ``27m 33s``, ``31 min 4 s``, ``27:35``, ``14:05.54``,
    ``8m``. Whole seconds after minutes may be rounded or cut off. None for anything else."""
    text = written.strip()
    clock = _CLOCK.fullmatch(text)
    if clock:
        base = int(clock[1] or 0) * 3600 + int(clock[2]) * 60 + int(clock[3])
        return _clock_amount(base, clock[4])
    parts = _UNITS.fullmatch(text)
    if parts is None or not any(parts.groups()):
        return None
    hours, minutes, rest = parts.groups()
    whole = int(hours or 0) * 3600 + int(minutes or 0) * 60
    if rest is None:
        unit = 60 if minutes else 3600
        return Amount(low=whole - unit / 2, high=whole + unit)
    if not (hours or minutes):
        return amount(rest)
    digits, point, decimals = rest.partition(".")
    return _clock_amount(whole + int(digits), point + decimals)


def _clock_amount(base: int, fraction: str | None) -> Amount:
    if not fraction:
        return Amount(low=base - 0.5, high=base + 1.0)
    half = 0.5 * 10.0 ** -(len(fraction) - 1)
    value = base + float("0" + fraction)
    return Amount(low=value - half, high=value + half)


def memory(number: str, unit: str) -> tuple[Amount, ...]:
    """Bytes that ``number unit`` may stand for. GiB is 1024 to the third; GB is taken for that
    too, for 1000 to the third, and for what dividing time's kbytes of 1024 by a thousand or 1024
    in turn gives."""
    letter = unit[0].lower()
    if letter == "b":
        return (amount(number),)
    scales = _BYTES[letter]
    if "i" in unit.lower():
        scales = scales[:1]
    return tuple(amount(number, scale) for scale in scales)


def is_nearly(written: Amount, value: float) -> bool:
    """Whether somebody may have come from ``value`` to what is written by cutting digits off,
    or by rounding twice (8.43497 to 8.435 to 8.44). That is no rounding, and no lie either."""
    unit = written.high - written.low
    slack = 0.05 * unit
    cut = written.middle <= value < written.middle + unit * (1 - 1e-6)
    return cut or written.low - slack <= value <= written.high + slack
